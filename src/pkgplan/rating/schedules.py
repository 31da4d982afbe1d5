"""The dates of an amount that is invoiced again and again.

Comes in: the first date, `every` and `for` of an item. Goes out: every date, counted from the contract's start.
Never here: findings; None says that the three do not fit, and a check says why.
Source: POST /v1/packages/create takes dated items only, each `{value, unit}` from the start of the contract.
"""

from __future__ import annotations

from typing import Final

from pkgplan.model.units import RelativeDate

MAX_ITEMS: Final = 1200
"""More dates than this is a slip of the finger: a century of months, or three years of days."""

_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
# The unit that dates are counted in, coarsest first, and how much it holds of its family's smallest.
_COUNTED_IN: Final = {"day": (("week", 7), ("day", 1)), "month": (("year", 12), ("month", 1))}


def repeated(first: RelativeDate, every: str, for_: RelativeDate) -> tuple[RelativeDate, ...] | None:
    """The dates of an item that is repeated after each `every`, for as long as `for_` says.

    Args:
        first: the first date, as an offset from the start of the contract.
        every: day, week, month, quarter or year.
        for_: how long from the first date on; `for_` itself is not included.

    Returns:
        The offsets in order, in the coarsest unit of which each is a whole number: days or weeks, months or years.
        None if `for_` is no whole number of `every`, or if days or weeks would mix with months or years (an offset
        of 0 is the same in both).
    """
    family, step = _step(every)
    count = count_of(every, for_)
    start = 0 if first.value == 0 else _length(first, family)
    if count is None or start is None:
        return None
    if count == 1:
        return (first,)
    unit, size = next(
        (unit, size) for unit, size in _COUNTED_IN[family] if not start % size and not step % size
    )
    return tuple(RelativeDate((start + step * number) // size, unit) for number in range(count))


def count_of(every: str, for_: RelativeDate) -> int | None:
    """How many dates there are, without writing them out; None if `for_` is no whole number of `every`."""
    family, step = _step(every)
    whole = _length(for_, family)
    return None if whole is None or whole < step or whole % step else whole // step


def _step(every: str) -> tuple[str, int]:
    """The family of an interval, and how many days or months it has."""
    return ("day", _DAYS[every]) if every in _DAYS else ("month", _MONTHS[every])


def _length(span: RelativeDate, family: str) -> int | None:
    """The span in days or in months; None if it is of the other family."""
    size = (_DAYS if family == "day" else _MONTHS).get(span.unit)
    return None if size is None else span.value * size
