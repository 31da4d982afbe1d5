"""Calendar arithmetic of contracts: from spans to instants, and the periods in which usage is billed.

Comes in: UTC instants and spans. Goes out: instants and half-open periods.
Never here: the present, time zones other than UTC, or what is charged in a period.

Days are 24 hours and weeks 7 days; months and years keep the anchor's day and time of day, and the day is clamped
to the length of the month, counted from the ORIGINAL anchor: January 31 and 1 month is February 28, and 2 months
March 31.
Source: observed on production accounts; the vendor's documents are silent.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.units import Instant, RelativeDate

_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "year": 12}
_LAST_YEAR: Final = 9999
# How long a billing period is: (months, days).
_FREQUENCIES: Final = {
    "DAILY": (0, 1),
    "WEEKLY": (0, 7),
    "MONTHLY": (1, 0),
    "QUARTERLY": (3, 0),
    "ANNUAL": (12, 0),
}


class Anchoring(NamedTuple):
    """Where usage statements begin under FIRST_OF_MONTH, as far as the vendor does not say."""

    weekly: str = "contract-start"
    """Weeks: contract-start, or first-of-month."""
    quarter: str = "next-month"
    """Quarters and years: next-month, the first 1st in the contract; or calendar, those of every calendar."""


UNSAID: Final = Anchoring()
"""The readings that are taken if nobody says which."""


class Period(NamedTuple):
    """A half-open piece of time; `whole_start` and `whole_end` are what it was cut from."""

    start: Instant
    end: Instant
    whole_start: Instant
    whole_end: Instant


def after(anchor: Instant, span: RelativeDate) -> Instant:
    """The instant that lies a span after an anchor; raises OverflowError beyond the calendar."""
    try:
        if span.unit in _DAYS:
            return anchor + timedelta(days=span.value * _DAYS[span.unit])
        return months_after(anchor, span.value * _MONTHS[span.unit])
    except OverflowError:
        # In the unit in which it was given; what Python says speaks of its own.
        raise OverflowError(f"{span} later is after the year {_LAST_YEAR}") from None


def window(
    start: Instant,
    offset: RelativeDate | None,
    duration: RelativeDate | None,
    end: Instant | None,
    *,
    capped: bool = True,
) -> tuple[Instant, Instant | None] | None:
    """The window of a term of a contract, half-open; None as its end if neither term nor contract ends.

    Args:
        start: of the contract.
        offset: from the contract's start to the term's; none is 0.
        duration: counted from the term's start as it was clamped (assumed), not from the contract's; none lasts as
            long as the contract.
        end: of the contract, if it has one.
        capped: whether a term ends with its contract at the latest (assumed).

    Returns:
        None if there is no time in it: it would begin at the contract's end or after it, and is capped, or has no
        duration of its own.
    """
    first = start if offset is None else after(start, offset)
    last = end if duration is None else after(first, duration)
    if capped and end is not None and last is not None:
        last = min(last, end)
    return None if last is not None and last <= first else (first, last)


def months_after(anchor: Instant, months: int) -> Instant:
    """The instant that lies some calendar months after an anchor (or before it, if negative)."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if not 1 <= year <= _LAST_YEAR:
        # Without the year: one of 5,000 digits has no text.
        raise OverflowError(f"the year is not between 1 and {_LAST_YEAR}")
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, monthrange(year, month + 1)[1]))


def boundary(anchor: Instant, frequency: str, number: int) -> Instant:
    """The `number`th boundary of a grid of periods that starts at an anchor.

    Args:
        anchor: boundary number 0.
        frequency: DAILY, WEEKLY, MONTHLY, QUARTERLY or ANNUAL.
        number: may be negative.
    """
    months, days = _FREQUENCIES[frequency]
    return months_after(anchor, months * number) if months else anchor + timedelta(days=days * number)


def is_longer(frequency: str, other: str) -> bool:
    """Whether the periods of one frequency are longer than those of another."""
    return _FREQUENCIES[frequency] > _FREQUENCIES[other]


def usage_anchor(start: Instant, day: str, frequency: str, anchoring: Anchoring = UNSAID) -> Instant:
    """The anchor of a contract's usage statements.

    Args:
        start: of the contract.
        day: FIRST_OF_MONTH or CONTRACT_START; the anchor of CUSTOM_DATE is given with the contract.
        frequency: of the statements.
        anchoring: what FIRST_OF_MONTH means if they are not monthly.

    Returns:
        The start itself, or under FIRST_OF_MONTH the first midnight of a month that is not before it.
    """
    if day != "FIRST_OF_MONTH" or (frequency == "WEEKLY" and anchoring.weekly == "contract-start"):
        return start
    midnight = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first = midnight if midnight == start else months_after(midnight, 1)
    if anchoring.quarter == "next-month":
        return first
    return months_after(first, (1 - first.month) % max(1, _FREQUENCIES[frequency][0]))


def periods(anchor: Instant, frequency: str, start: Instant, end: Instant | None) -> Iterator[Period]:
    """The periods of a grid that have time in common with [start, end), cut to it; endless without an end.

    The first and the last may be cut short; `whole_start` and `whole_end` tell from what.

    Raises:
        OverflowError: one of them reaches beyond the calendar.
    """
    if end is not None and end <= start:
        return
    number = number_at(anchor, frequency, start)
    whole_start = boundary(anchor, frequency, number)
    while end is None or whole_start < end:
        whole_end = boundary(anchor, frequency, number + 1)
        cut = whole_end if end is None else min(whole_end, end)
        yield Period(max(whole_start, start), cut, whole_start, whole_end)
        number, whole_start = number + 1, whole_end


def period_at(anchor: Instant, frequency: str, at: Instant) -> Period:
    """The whole period of a grid in which an instant lies; raises OverflowError if it leaves the calendar."""
    number = number_at(anchor, frequency, at)
    start, end = boundary(anchor, frequency, number), boundary(anchor, frequency, number + 1)
    return Period(start, end, start, end)


def number_at(anchor: Instant, frequency: str, at: Instant) -> int:
    """The number of the last boundary that is not after an instant; negative before the anchor."""
    months, days = _FREQUENCIES[frequency]
    if not months:
        return (at - anchor) // timedelta(days=days)
    number = ((at.year - anchor.year) * 12 + at.month - anchor.month) // months
    # This boundary lies in the month of `at` or in an earlier one; in the same month it may be on a later day.
    return number if boundary(anchor, frequency, number) <= at else number - 1
