"""Two packages side by side: a value that says what each says, term by term.

Comes in: what the pipeline compared. Goes out: to the reports of `pkgplan diff`.
Never here: comparing. Whether the terms differ, digests and canonical forms say; rows are for people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgplan.model.compiled import AsSent
    from pkgplan.model.plan import Change, ChangeKind
    from pkgplan.model.timeline import AliasWindow
    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class Side:
    """One of two packages: a recorded version, or what the catalog declares now (then `version` is None).

    `windows` are as recorded, or as declared. `path` is the catalog file. `unpinned` names what has no id in the
    environment, so that the digest is not the one that a plan would have.
    """

    key: str
    version: int | None
    sent: AsSent = field(repr=False)
    digest: str
    windows: tuple[AliasWindow, ...]
    path: str | None = None
    archived_at: Instant | None = None
    unpinned: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`starter@1`, or `starter` for what is declared."""
        return self.key if self.version is None else f"{self.key}@{self.version}"

    @property
    def known_digest(self) -> str | None:
        """The digest of the terms in the environment; None where an id is missing."""
        return None if self.unpinned else self.digest


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a package, or one term, on both sides; None where a side does not have it.

    `kind` is None if both say the same. `changes` are the fields that differ inside a term.
    """

    field: str
    key: str | None
    kind: ChangeKind | None
    before: str | None
    after: str | None
    changes: tuple[Change, ...] = ()

    @property
    def path(self) -> str:
        """`duration`, `recurring_credits.signup-credit`."""
        return self.field if self.key is None else f"{self.field}.{self.key}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two packages of an environment with all that they say: first the fields of packages, then their terms.

    `is_same` says whether the terms mean the same, as a plan would take it; aliases are not among them. Digests may
    differ all the same, as two spellings of one meaning have two.
    """

    environment: str
    before: Side
    after: Side
    rows: tuple[Row, ...]
    is_same: bool

    def count(self, kind: ChangeKind | None) -> int:
        """How many rows were added, removed, changed, or (None) are equal."""
        return sum(row.kind is kind for row in self.rows)
