"""The alias timeline: who is behind an alias at which instant, and what a create does to it.

Comes in: rows (who, window). Goes out: rows.
Never here: planning, or knowledge of what the packages contain.

Windows are half-open, `[starting_at, ending_before)`, in UTC; None is unbounded. The rows of one alias are
disjoint, because every create cuts what it meets. How exactly it cuts is documented only for the simplest
case, so each open question is a named reading in `TakeoverRule`, and `take_over` is the one function that
answers them; the planner and the embedded engine both call it.
Source: vendor guide "Make a pricing change" (a later start cuts the open predecessor); the rest is assumed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pkgplan.model.units import Instant, format_instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.names import Holder

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
    """One package behind one alias for one window: a version of ours, or a package that we did not make."""

    ref: Holder
    window: Window


@dataclass(frozen=True, slots=True)
class AliasWindow:
    """One alias of one package, as a create sends it and a read shows it."""

    alias: str
    window: Window

    def to_json(self) -> JsonObject:
        """`{alias, starting_at, ending_before}`."""
        return {"alias": self.alias, **self.window.to_json()}

    def declared_json(self) -> JsonObject:
        """The window alone, with the sides that it has."""
        return {side: at for side, at in self.window.to_json().items() if at is not None}

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
        """The rule from readings; the safest one for what is left out. Raises ValueError for what is none."""
        for question in readings:
            if question not in _QUESTIONS:
                raise ValueError(f'"{question}" is no open question about aliases')
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


@dataclass(frozen=True, slots=True)
class Turn:
    """What one create did to the rows of an alias. Both in order of time."""

    removed: tuple[AliasRow, ...]
    added: tuple[AliasRow, ...]


class Timeline:
    """The rows of one alias in order of time, while creates are played on them.

    A create costs what it meets, not what the alias has: rows that end before it starts are not looked at.
    """

    __slots__ = ("_rows", "_starts")

    def __init__(self, rows: Iterable[AliasRow] = ()) -> None:
        self._rows = sorted(rows, key=_start_of)
        self._starts = [row.window.start for row in self._rows]

    def __iter__(self) -> Iterator[AliasRow]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def first_after(self, at: Instant) -> int:
        """The number of the first row that ends after an instant."""
        number = bisect_right(self._starts, at)
        return number - 1 if number and self._rows[number - 1].window.end > at else number

    def row(self, number: int) -> AliasRow | None:
        """A row by its number in time; None after the last."""
        return self._rows[number] if number < len(self._rows) else None

    def covering(self, at: Instant) -> AliasRow | None:
        """The row that covers an instant."""
        row = self.row(self.first_after(at))
        return row if row is not None and row.window.covers(at) else None

    def ending_at(self, at: Instant) -> AliasRow | None:
        """The row that ends at an instant."""
        number = bisect_left(self._starts, at) - 1
        return self._rows[number] if number >= 0 and self._rows[number].window.end == at else None

    def until(self, at: Instant) -> Iterator[AliasRow]:
        """The rows that have begun at an instant, in order of time."""
        return iter(self._rows[: bisect_right(self._starts, at)])

    def after(self, at: Instant) -> Iterator[AliasRow]:
        """The rows that end after an instant, in order of time."""
        for number in range(self.first_after(at), len(self._rows)):
            yield self._rows[number]

    def near(self, new: AliasRow) -> Sequence[AliasRow]:
        """The rows that tell the readings apart for a create: those that it meets, and the first that starts later."""
        return self._rows[self.first_after(new.window.start) : self._later(new.window) + 1]

    def create(self, new: AliasRow, *, at: Instant, rule: TakeoverRule) -> Turn:
        """Play a create; `take_over` says what it does. Gives what it changed, to be told or undone."""
        first, last = self._met(new, rule)
        met = self._rows[first:last]
        then = sorted(take_over(met, new, at=at, rule=rule), key=_start_of)
        self._replace(first, last, then)
        before, after = set(met), set(then)
        return Turn(
            tuple(row for row in met if row not in after), tuple(row for row in then if row not in before)
        )

    def archive(self, ref: Holder) -> Turn:
        """Take everything away from one that is archived; costs as much as there are rows."""
        gone = tuple(row for row in self._rows if row.ref == ref)
        self._replace(0, len(self._rows), [row for row in self._rows if row.ref != ref])
        return Turn(gone, ())

    def undo(self, turn: Turn) -> None:
        """Put back what a create changed; the last one first."""
        for row in turn.added:
            number = bisect_left(self._starts, row.window.start)
            self._replace(number, number + 1, [])
        for row in turn.removed:
            number = bisect_left(self._starts, row.window.start)
            self._replace(number, number, [row])

    def _met(self, new: AliasRow, rule: TakeoverRule) -> tuple[int, int]:
        """The numbers of the rows that a create can meet, under this reading: from, to."""
        first = self.first_after(new.window.start)
        if new.window.starting_at is None or rule.later_windows is LaterWindows.REMOVED:
            return first, len(self._rows)
        # Of the windows that are kept, the first that starts later ends the new one.
        return first, min(self._later(new.window) + 1, len(self._rows))

    def _later(self, window: Window) -> int:
        """The number of the first row that starts later; the last one counts for a window without a start."""
        return len(self._rows) if window.starting_at is None else bisect_right(self._starts, window.start)

    def _replace(self, first: int, last: int, rows: list[AliasRow]) -> None:
        self._rows[first:last] = rows
        self._starts[first:last] = [row.window.start for row in rows]


def resolve(rows: Iterable[AliasRow], at: Instant) -> Holder | None:
    """Who is behind the alias at an instant, or nobody."""
    for row in rows:
        if row.window.covers(at):
            return row.ref
    return None


def _start_of(row: AliasRow) -> Instant:
    return row.window.start


def _instant(value: JsonValue) -> Instant | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("an instant that is not text")  # noqa: TRY004 - one error type for a bad file
    return parse_instant(value)
