"""Repeated items have the dates that a calendar gives them, and none where a calendar would be needed."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.units import RelativeDate
from pkgplan.rating.schedules import MAX_ITEMS, count_of, repeated

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
# Not after the 28th: the walk counts from the first date, and would go on from a day that a short month cut.
STARTS = (date(2027, 1, 1), date(2028, 2, 15), date(2026, 3, 28))

spans = st.builds(RelativeDate, st.integers(0, 40), st.sampled_from(["day", "week", "month", "year"]))


def on_the_calendar(start: date, span: RelativeDate) -> date:
    """The day that lies so long after a start; a day that the month lacks becomes its last."""
    if span.unit in DAYS:
        return start + timedelta(days=span.value * DAYS[span.unit])
    months = start.year * 12 + start.month - 1 + span.value * MONTHS[span.unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def walked(start: date, first: RelativeDate, every: str, for_: RelativeDate) -> list[date]:
    """The days of an item, found by walking the calendar from the first day to the end of `for_`."""
    unit, size = ("day", DAYS[every]) if every in DAYS else ("month", MONTHS[every])
    begin = on_the_calendar(start, first)
    end = on_the_calendar(begin, for_)
    days, steps = [], 0
    while (day := on_the_calendar(begin, RelativeDate(steps * size, unit))) < end:
        days.append(day)
        steps += 1
    return days


@pytest.mark.parametrize(
    ("first", "every", "for_", "dates"),
    [
        ("0 months", "month", "12 months", [f"{month} month{'s' * (month != 1)}" for month in range(12)]),
        ("0 months", "month", "1 year", [f"{month} month{'s' * (month != 1)}" for month in range(12)]),
        ("0 months", "quarter", "1 year", ["0 months", "3 months", "6 months", "9 months"]),
        ("1 month", "quarter", "6 months", ["1 month", "4 months"]),
        ("0 months", "year", "3 years", ["0 years", "1 year", "2 years"]),
        ("12 months", "year", "24 months", ["1 year", "2 years"]),
        ("6 months", "year", "2 years", ["6 months", "18 months"]),
        ("0 days", "day", "1 week", ["0 days", "1 day", "2 days", "3 days", "4 days", "5 days", "6 days"]),
        ("14 days", "week", "21 days", ["2 weeks", "3 weeks", "4 weeks"]),
        ("3 days", "week", "2 weeks", ["3 days", "10 days"]),
        ("0 months", "week", "2 weeks", ["0 weeks", "1 week"]),
        ("5 months", "year", "1 year", ["5 months"]),
    ],
)
def test_dates_are_written_in_the_coarsest_unit_that_they_share(
    first: str, every: str, for_: str, dates: list[str]
) -> None:
    found = repeated(RelativeDate.parse(first), every, RelativeDate.parse(for_))
    assert [str(day) for day in found or ()] == dates


@pytest.mark.parametrize(
    ("first", "every", "for_"),
    [
        ("0 months", "quarter", "4 months"),
        ("0 months", "year", "18 months"),
        ("0 months", "quarter", "1 month"),
        ("0 days", "week", "10 days"),
        ("0 months", "month", "30 days"),
        ("0 months", "day", "1 month"),
        ("1 month", "week", "4 weeks"),
        ("1 week", "month", "12 months"),
    ],
)
def test_what_gives_no_whole_dates_gives_none(first: str, every: str, for_: str) -> None:
    assert repeated(RelativeDate.parse(first), every, RelativeDate.parse(for_)) is None


@given(spans, st.sampled_from([*DAYS, *MONTHS]), spans.filter(lambda span: span.value > 0))
def test_dates_are_those_of_the_calendar(first: RelativeDate, every: str, for_: RelativeDate) -> None:
    found = repeated(first, every, for_)
    if found is None:
        mixed = {unit in DAYS for unit in (every, for_.unit, *([first.unit] if first.value else []))}
        sizes = DAYS if every in DAYS else MONTHS
        assert len(mixed) == 2 or for_.value * sizes[for_.unit] % sizes[every]
        return
    assert len(found) == count_of(every, for_)
    assert len({day.unit for day in found}) == 1
    for start in STARTS:
        assert [on_the_calendar(start, day) for day in found] == walked(start, first, every, for_)


def test_the_most_items_allow_a_century_of_months() -> None:
    assert count_of("month", RelativeDate(100, "year")) == MAX_ITEMS
