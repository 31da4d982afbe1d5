"""Moments relative to the start of a contract whose date nobody knows yet, and the time between two of them.

Comes in: spans of the catalog. Goes out: `Moment` and `Between`, which answer what is true for every start date.
Never here: dates, or findings. Offsets are calendar arithmetic in UTC; a month is 28 to 31 days, and the end of
a month is clamped from the contract's own day, so that months after months are one span of months.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.units import RelativeDate

_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "year": 12}
# The fewest and the most days that so many months in a row can have.
_FEWEST: Final = (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334)
_MOST: Final = (0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337)


class _Step(NamedTuple):
    """So many days, or so many months."""

    months: bool
    size: int

    def least(self) -> int:
        """The fewest days that it can take; a century may lack a leap day."""
        if not self.months:
            return self.size
        years, months = divmod(self.size, 12)
        return 365 * years + max(0, years // 4 - 1) + _FEWEST[months]

    def most(self) -> int:
        """The most days that it can take."""
        if not self.months:
            return self.size
        years, months = divmod(self.size, 12)
        return 365 * years + -(-years // 4) + _MOST[months]


@dataclass(frozen=True, slots=True)
class Moment:
    """The start of a contract and spans after it, one after the other.

    Spans of days and of months are compared only as far as the answer is the same for every start date; so of
    two moments neither may surely come first.
    """

    steps: tuple[_Step, ...] = ()

    def after(self, span: RelativeDate) -> Moment:
        """This moment and a span of days, weeks, months or years more."""
        in_months = span.unit in _MONTHS
        step = _Step(in_months, span.value * (_MONTHS if in_months else _DAYS)[span.unit])
        if step.size == 0:
            return self
        if self.steps and self.steps[-1].months == in_months:
            step = _Step(in_months, self.steps[-1].size + step.size)
            return Moment((*self.steps[:-1], step))
        return Moment((*self.steps, step))

    def surely_by(self, other: Moment) -> bool:
        """Whether this moment is not later than another one, whatever the date."""
        return _fewest_days(self.steps, other.steps) >= 0

    def surely_before(self, other: Moment) -> bool:
        """Whether this moment is earlier than another one, whatever the date."""
        return _fewest_days(self.steps, other.steps) > 0

    @property
    def about(self) -> int:
        """Its distance from the start in days, near enough to sort by."""
        return sum(step.most() for step in self.steps)


START: Final = Moment()


# A catalog has few different offsets, and compares them for every line of a rate card.
@lru_cache(maxsize=4096)
def _fewest_days(start: tuple[_Step, ...], end: tuple[_Step, ...]) -> int:
    """The days that are surely between two moments; less than 0 if the end may come first."""
    while start and end and start[0].months == end[0].months:
        common = min(start[0].size, end[0].size)
        rest = (_less(start[0], common), _less(end[0], common))
        start, end = rest[0] + start[1:], rest[1] + end[1:]
        if rest != ((), ()):
            break
    return sum(step.least() for step in end) - sum(step.most() for step in start)


def _less(step: _Step, size: int) -> tuple[_Step, ...]:
    return (_Step(step.months, step.size - size),) if step.size > size else ()


@dataclass(frozen=True, slots=True)
class Between:
    """The time from one moment until another one, itself not included; without an end, for good."""

    start: Moment = START
    end: Moment | None = None

    @classmethod
    def of(cls, offset: RelativeDate | None, duration: RelativeDate | None, *, within: Between) -> Between:
        """The window of a term: from its offset on for its duration, at most until the contract ends."""
        start = START if offset is None else START.after(offset)
        end = None if duration is None else start.after(duration)
        if end is None or (within.end is not None and within.end.surely_by(end)):
            end = within.end
        return cls(start, end)

    @classmethod
    def life(cls, duration: RelativeDate | None) -> Between:
        """The life of a contract of a package with this duration."""
        return cls(START, None if duration is None else START.after(duration))

    def surely_has(self, other: Between) -> bool:
        """Whether all of another window is in this one, whatever the date."""
        return self.start.surely_by(other.start) and _ends_by(other, self)

    def surely_meets(self, other: Between) -> bool:
        """Whether two windows have time in common, whatever the date."""
        return _starts_in(self, other) and _starts_in(other, self)

    def may_meet(self, other: Between) -> bool:
        """Whether two windows have time in common for some date."""
        return not (_surely_over(self, other) or _surely_over(other, self))


def _ends_by(window: Between, other: Between) -> bool:
    return other.end is None or (window.end is not None and window.end.surely_by(other.end))


def _starts_in(window: Between, other: Between) -> bool:
    return other.end is None or window.start.surely_before(other.end)


def _surely_over(window: Between, other: Between) -> bool:
    return window.end is not None and window.end.surely_by(other.start)


def surely_cover(windows: Iterable[Between], whole: Between) -> bool:
    """Whether windows together leave no gap in a window, whatever the date."""
    left = list(windows)
    reached = whole.start
    while True:
        if whole.end is not None and whole.end.surely_by(reached):
            return True
        further = [window for window in left if window.start.surely_by(reached)]
        if any(_ends_by(whole, window) for window in further):
            return True
        ends = [
            window.end for window in further if window.end is not None and reached.surely_before(window.end)
        ]
        if not ends:
            return False
        reached = ends[0]
        for end in ends[1:]:
            reached = end if reached.surely_before(end) else reached
        left = [window for window in left if window not in further]
