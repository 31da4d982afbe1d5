"""What is wrong with a catalog, as values: rule, message, place, hint.

Comes in: findings of the stages, which know a *route* (`spec.subscriptions.fee.proration`) but no lines.
Goes out: `Diagnostic` for the reporters; `Placed` once `stages/load.py` has found the lines.
Never here: printing, reading files, or exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Route = tuple[str | int, ...]


class Severity(StrEnum):
    """How bad a finding is; only errors stop a plan."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Anchor(StrEnum):
    """Which half of a mapping entry a location means."""

    KEY = "key"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class TextRange:
    """A piece of a file: 1-based lines and columns in code points, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


START_OF_FILE = TextRange(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the catalog: a file and a route into its document.

    `path` is relative to the catalog folder, with forward slashes. `text_range` is filled in by whoever
    knows it at once (the YAML parser) and left empty by the stages, which work on routes.
    """

    path: str
    route: Route = ()
    anchor: Anchor = Anchor.VALUE
    text_range: TextRange | None = None

    def child(self, *more: str | int) -> Location:
        """The same file, deeper in the document."""
        return replace(self, route=(*self.route, *more), text_range=None)

    def at_key(self) -> Location:
        """The key of this entry instead of its value."""
        return replace(self, anchor=Anchor.KEY)


@dataclass(frozen=True, slots=True)
class Rule:
    """The static half of a finding: what can be wrong, why it matters, how to mend it."""

    code: str
    slug: str
    severity: Severity
    summary: str
    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that a finding is about."""

    at: Location
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `message` names the subject and both values; `hint` is what to do.

    `override` is the severity that the Project gives to the rule; only `stages/policy.py` sets it.
    """

    rule: Rule
    message: str
    at: Location
    hint: str = ""
    related: tuple[Related, ...] = field(default=())
    override: Severity | None = None

    @property
    def severity(self) -> Severity:
        """How bad the finding is in this catalog: what everybody decides by."""
        return self.override or self.rule.severity


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any finding forbids a plan."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Findings sorted by path, place, code and message, each one once."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=_order))


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    place = diagnostic.at.text_range or START_OF_FILE
    return (diagnostic.at.path, place.line, place.column, diagnostic.rule.code, diagnostic.message)
