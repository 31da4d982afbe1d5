"""The alias timeline: who is behind an alias at which instant, and what a create does to it.

Comes in: rows (package version, window) in the order in which they were created. Goes out: rows.
Never here: planning, or knowledge of what the packages contain.

Windows are half-open, `[starting_at, ending_before)`, in UTC; None is unbounded. The rows of one alias are
disjoint, because every create cuts what it meets. How exactly it cuts is documented only for the simplest
case, so each open question is a named reading in `TakeoverRule`, and `take_over` is the one function that
answers them; the planner and the embedded engine both call it.
Source: vendor guide "Make a pricing change" (a later start cuts the open predecessor); the rest is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pkgplan.model.units import Instant, format_instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.names import PackageRef

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open piece of time; None is unbounded on that side."""

    starting_at: Instant | None = None
    ending_before: Instant | None = None

    @property
    def start(self) -> Instant:
        """The start as a comparable instant."""
        return BEGINNING if self.starting_at is None else self.starting_at

    @property
    def end(self) -> Instant:
        """The end as a comparable instant."""
        return END if self.ending_before is None else self.ending_before

    @classmethod
    def between(cls, start: Instant, end: Instant) -> Window:
        """The window from comparable instants."""
        return cls(None if start == BEGINNING else start, None if end == END else end)

    def covers(self, at: Instant) -> bool:
        """Whether an instant lies inside."""
        return self.start <= at < self.end

    def to_json(self) -> JsonObject:
        """`{starting_at, ending_before}` with null for unbounded."""
        return {
            "starting_at": None if self.starting_at is None else format_instant(self.starting_at),
            "ending_before": None if self.ending_before is None else format_instant(self.ending_before),
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Window:
        """The inverse of `to_json`; raises ValueError."""
        return cls(_instant(value.get("starting_at")), _instant(value.get("ending_before")))


@dataclass(frozen=True, slots=True)
class AliasRow:
    """One package version behind one alias for one window."""

    ref: PackageRef
    window: Window


@dataclass(frozen=True, slots=True)
class AliasWindow:
    """One alias of one package, as a create sends it and a read shows it."""

    alias: str
    window: Window

    def to_json(self) -> JsonObject:
        """`{alias, starting_at, ending_before}`."""
        return {"alias": self.alias, **self.window.to_json()}

    @classmethod
    def from_json(cls, value: JsonObject) -> AliasWindow:
        """The inverse of `to_json`; raises ValueError."""
        alias = value.get("alias")
        if not isinstance(alias, str):
            raise ValueError("an alias window without an alias")  # noqa: TRY004 - one error type for a bad file
        return cls(alias, Window.from_json(value))


class LaterWindows(StrEnum):
    """What a create does to windows of the alias that start later than its own."""

    REMOVED = "removed"
    KEPT = "kept"


class AfterBoundedEnd(StrEnum):
    """Who has the alias after a window with an end that was laid over a longer one."""

    NOBODY = "nobody"
    PREDECESSOR = "predecessor"


class DatelessTakeover(StrEnum):
    """What a create with no start does to the windows that are there."""

    REMOVES = "removes"
    CUTS_AT_NOW = "cuts-at-now"


class DatelessStart(StrEnum):
    """Where a window with no start begins."""

    ALWAYS = "always"
    CREATED_AT = "created-at"


@dataclass(frozen=True, slots=True)
class TakeoverRule:
    """Our reading of what the vendor does not document; the defaults are the safest one."""

    later_windows: LaterWindows = LaterWindows.REMOVED
    after_bounded_end: AfterBoundedEnd = AfterBoundedEnd.NOBODY
    dateless_takeover: DatelessTakeover = DatelessTakeover.REMOVES
    dateless_start: DatelessStart = DatelessStart.ALWAYS

    def readings(self) -> dict[str, str]:
        """Each question with the reading chosen, as a plan and a Project write them."""
        return {question: str(getattr(self, question)) for question in self.__slots__}

    @classmethod
    def of(cls, readings: Mapping[str, str]) -> TakeoverRule:
        """The rule from readings; the safest one for what is left out. Raises ValueError, KeyError for others."""
        chosen = {question: _QUESTIONS[question](reading) for question, reading in readings.items()}
        return cls(**chosen)

    def otherwise(self) -> Iterator[tuple[str, TakeoverRule]]:
        """Each question with the rule that differs from this one in its answer alone."""
        for question, answers in _QUESTIONS.items():
            for answer in answers:
                if answer is not getattr(self, question):
                    yield question, replace(self, **{question: answer})


_QUESTIONS: dict[str, Any] = {
    "later_windows": LaterWindows,
    "after_bounded_end": AfterBoundedEnd,
    "dateless_takeover": DatelessTakeover,
    "dateless_start": DatelessStart,
}

SAFEST = TakeoverRule()


def take_over(
    rows: Iterable[AliasRow], new: AliasRow, *, at: Instant, rule: TakeoverRule
) -> tuple[AliasRow, ...]:
    """The rows of one alias after a package was created with a window on it.

    Args:
        rows: the disjoint rows before, in order of creation.
        new: the created package and the window that it asked for.
        at: the instant of the create; matters only for windows without a start.
        rule: the readings of the undocumented cases.

    Returns:
        The disjoint rows after, in order of creation, the new one last.
    """
    before = tuple(rows)
    start, end = new.window.start, new.window.end
    if new.window.starting_at is None and (
        rule.dateless_start is DatelessStart.CREATED_AT
        or (before and rule.dateless_takeover is DatelessTakeover.CUTS_AT_NOW)
    ):
        start = at
    if rule.later_windows is LaterWindows.KEPT:
        end = min([end, *(row.window.start for row in before if row.window.start > start)])
    after: list[AliasRow] = []
    for row in before:
        old = row.window
        if old.end <= start or (rule.later_windows is LaterWindows.KEPT and old.start > start):
            after.append(row)
        elif old.start < start:
            after.append(AliasRow(row.ref, Window.between(old.start, start)))
            if old.end > end and rule.after_bounded_end is AfterBoundedEnd.PREDECESSOR:
                after.append(AliasRow(row.ref, Window.between(end, old.end)))
    after.append(AliasRow(new.ref, Window.between(start, end)))
    return tuple(after)


def resolve(rows: Iterable[AliasRow], at: Instant) -> PackageRef | None:
    """Who is behind the alias at an instant, or nobody."""
    for row in rows:
        if row.window.covers(at):
            return row.ref
    return None


def _instant(value: JsonValue) -> Instant | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("an instant that is not text")  # noqa: TRY004 - one error type for a bad file
    return parse_instant(value)
