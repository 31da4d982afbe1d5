"""The calendar of contracts once more, by counting: day by day, hour by hour, as somebody with a wall calendar would.

Comes in: instants in UTC and spans. Goes out: instants, periods, grants. Never here: arithmetic on months, or anything
of `pkgplan.rating`; that is what this is compared with.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pkgplan.model.units import RelativeDate
    from pkgplan.rating.recurrence import Recurrence

    Piece = tuple[datetime, datetime, datetime, datetime]

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MONTHS_OF = {"month": 1, "year": 12, "MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}
DAYS_OF = {"day": 1, "week": 7, "DAILY": 1, "WEEKLY": 7}


class SlowGrant(NamedTuple):
    """What a recurring term grants for one period."""

    first_hour: datetime
    access_end: datetime
    fraction: Fraction


def later(anchor: datetime, count: int, unit: str) -> datetime:
    """The instant so many days, weeks, months, years or periods after an anchor; before it, if negative."""
    step = DAY if count >= 0 else -DAY
    if unit in DAYS_OF:
        for _ in range(abs(count) * DAYS_OF[unit]):
            anchor += step
        return anchor
    return _in_month(anchor, abs(count) * MONTHS_OF[unit], step)


def _in_month(anchor: datetime, months: int, step: timedelta) -> datetime:
    """Walk until the month has changed so often, then stop at the day of the anchor, or where the month ends."""
    at = anchor
    while months:
        month = at.month
        at += step
        months -= at.month != month
    while at.day != 1:
        at -= DAY
    while at.day < anchor.day and _tomorrow_is_in_the_month(at):
        at += DAY
    return at


def _tomorrow_is_in_the_month(at: datetime) -> bool:
    return not (at.month == 12 and at.day == 31) and (at + DAY).month == at.month


def window(
    start: datetime,
    offset: RelativeDate | None,
    duration: RelativeDate | None,
    end: datetime | None,
    *,
    capped: bool,
) -> tuple[datetime, datetime | None] | None:
    """The dates of a term that has time: of those that it asks for, each limit of them in its turn."""
    first = start if offset is None else later(start, offset.value, offset.unit)
    asked = None if duration is None else later(first, duration.value, duration.unit)
    limits = [limit for limit in (asked, end if capped or asked is None else None) if limit is not None]
    if not limits:
        return first, None
    return (first, min(limits)) if all(first < limit for limit in limits) else None


def boundaries(anchor: datetime, frequency: str, first: int) -> Iterator[datetime]:
    """The boundaries of a grid from the one with this number on; months are counted from the anchor each time."""
    at = later(anchor, first, frequency)
    while True:
        yield at
        first += 1
        at = later(at, 1, frequency) if frequency in DAYS_OF else later(anchor, first, frequency)


def pieces(anchor: datetime, frequency: str, start: datetime, end: datetime) -> Iterator[Piece]:
    """What a grid cuts [start, end) into: each piece, and the period that it is of."""
    for _, whole_start, whole_end, hours in _walked(anchor, frequency, start, end):
        inside = [hour for hour in hours if start <= hour < end]
        if inside:
            yield inside[0], inside[-1] + HOUR, whole_start, whole_end


def slow_grants(recurrence: Recurrence, stop: datetime) -> list[SlowGrant]:
    """Everything that is granted before `stop`, which must not be later than the term's and the contract's end."""
    anchor, frequency = (
        (recurrence.start, recurrence.frequency)
        if recurrence.frequency
        else (recurrence.usage_anchor, recurrence.usage_frequency)
    )
    found: list[Any] = []
    for number, _, _, hours in _walked(anchor, frequency, recurrence.start, stop):
        inside = [hour for hour in hours if recurrence.start <= hour < stop]
        if inside:
            access_end = later(anchor, number + recurrence.commit_duration, frequency)
            if recurrence.contract_end is not None and recurrence.contract_end < access_end:
                access_end = recurrence.contract_end
            found.append([inside[0], access_end, Fraction(len(inside), len(hours))])
    prorated = set()
    if recurrence.proration in {"FIRST", "FIRST_AND_LAST"}:
        prorated.add(0)
    if recurrence.proration in {"LAST", "FIRST_AND_LAST"}:
        prorated.add(len(found) - 1)
    return [
        SlowGrant(first, end, fraction if position in prorated else Fraction(1))
        for position, (first, end, fraction) in enumerate(found)
    ]


def _walked(
    anchor: datetime, frequency: str, start: datetime, end: datetime
) -> Iterator[tuple[int, datetime, datetime, list[datetime]]]:
    """Every period around [start, end): its number, its dates, all of its hours."""
    number = _before(anchor, frequency, start)
    grid = boundaries(anchor, frequency, number)
    whole_start = next(grid)
    while whole_start < end:
        whole_end = next(grid)
        if whole_end > start:
            yield number, whole_start, whole_end, [*_hours(whole_start, whole_end)]
        number, whole_start = number + 1, whole_end


def _before(anchor: datetime, frequency: str, at: datetime) -> int:
    """The number of some boundary that is not after an instant."""
    number = 0
    while later(anchor, number, frequency) > at:
        number -= 1
    return number


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += HOUR
