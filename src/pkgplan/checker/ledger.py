"""What is known of each package key while the actions of a plan go by: its versions, and the next number.

Comes in: recorded state, then the creates in the order of the plan. Goes out: the version that a create follows.
Never here: aliases, or judging.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgplan.model.compiled import AsSent
    from pkgplan.model.names import PackageRef
    from pkgplan.model.plan import Action
    from pkgplan.model.record import State


@dataclass(frozen=True, slots=True)
class Known:
    """A version that is recorded or that an earlier action creates.

    `sent` is None where what was sent is not recorded (a version that was rebuilt from the environment).
    """

    ref: PackageRef
    digest: str
    sent: AsSent | None


class Ledger:
    """The versions of every key; a create that was checked is taken in with `take`."""

    def __init__(self, state: State) -> None:
        self._highest: dict[str, int] = dict(state.reserved)
        self._declared: dict[str, Known] = {}
        self._recorded: dict[tuple[str, str], Known] = {}
        for version in sorted(state.versions.values(), key=lambda version: version.ref):
            known = Known(version.ref, version.digest, version.as_sent)
            self._recorded[version.ref.key, version.digest] = known
            # An archived version cannot come back, so it is nothing that a new one could be compared with.
            self._take(known, declared=not version.carried and version.archived_at is None)

    def next_number(self, key: str) -> int:
        """One more than any number that a version of this key has, or may have."""
        return self._highest.get(key, 0) + 1

    def declared(self, key: str) -> Known | None:
        """The newest version that is live and stands for what the catalog said."""
        return self._declared.get(key)

    def recorded(self, key: str, digest: str) -> Known | None:
        """The newest recorded version with this content."""
        return self._recorded.get((key, digest))

    def take(self, action: Action) -> None:
        """A create is done."""
        self._take(Known(action.ref, action.digest, action.as_sent), declared=not action.carried)

    def _take(self, known: Known, *, declared: bool) -> None:
        key = known.ref.key
        self._highest[key] = max(known.ref.version, self._highest.get(key, 0))
        if declared:
            self._declared[key] = known
