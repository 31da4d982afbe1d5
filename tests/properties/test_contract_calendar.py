"""Whatever the start: the calendar of contracts gives the dates that counting days on a wall calendar gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import slow_calendar
from support.calendar_values import ANCHORS, FREQUENCIES, grids, spans, starts

from pkgplan.model.units import RelativeDate
from pkgplan.rating.calendar import (
    after,
    boundary,
    months_after,
    number_at,
    period_at,
    periods,
    usage_anchor,
    window,
)

if TYPE_CHECKING:
    from pkgplan.model.units import Instant

LAST_DAYS = st.integers(0, 800 * 24).map(
    lambda hours: datetime(9999, 12, 31, 23, tzinfo=UTC) - timedelta(hours=hours)
)
FAR = st.builds(
    RelativeDate,
    st.integers(0, 1000) | st.integers(0, 10**9) | st.sampled_from((10**30, 10**4299)),
    st.sampled_from(("day", "week", "month", "year")),
)


@given(starts, spans())
@example(datetime(2028, 1, 31, 15, tzinfo=UTC), RelativeDate(1, "month"))
@example(datetime(2096, 2, 29, tzinfo=UTC), RelativeDate(4, "year"))
def test_a_span_after_a_start_is_where_counting_ends(start: Instant, span: RelativeDate) -> None:
    assert after(start, span) == slow_calendar.later(start, span.value, span.unit)


@given(
    start=starts,
    offset=st.none() | spans(),
    duration=st.none() | spans(),
    lasts=st.none() | spans(),
    capped=st.booleans(),
)
def test_a_window_is_inside_its_contract_or_as_long_as_it_says(
    *,
    start: Instant,
    offset: RelativeDate | None,
    duration: RelativeDate | None,
    lasts: RelativeDate | None,
    capped: bool,
) -> None:
    end = None if lasts is None else slow_calendar.later(start, lasts.value, lasts.unit)
    found = window(start, offset, duration, end, capped=capped)
    assert found == slow_calendar.window(start, offset, duration, end, capped=capped)
    assert found is None or found[1] is None or found[0] < found[1]


@given(starts, st.sampled_from(FREQUENCIES), st.integers(-12, 30))
def test_boundaries_are_counted_from_the_anchor(anchor: Instant, frequency: str, number: int) -> None:
    number = number // 6 if frequency == "ANNUAL" else number
    assert boundary(anchor, frequency, number) == slow_calendar.later(anchor, number, frequency)


@settings(max_examples=60)
@given(grids())
def test_periods_are_the_pieces_that_counting_hours_gives(
    grid: tuple[Instant, str, Instant, Instant],
) -> None:
    assert [tuple(period) for period in periods(*grid)] == [*slow_calendar.pieces(*grid)]


@given(grids())
def test_periods_leave_no_gap_and_no_overlap(grid: tuple[Instant, str, Instant, Instant]) -> None:
    anchor, frequency, start, end = grid
    found = [*periods(anchor, frequency, start, end)]
    edges = [start, *(period.end for period in found)]
    assert [period.start for period in found] == edges[:-1]
    assert edges[-1] == end
    assert all(period.start < period.end for period in found)
    for period in found:
        assert period_at(anchor, frequency, period.start)[2:] == period[2:]
        assert period_at(anchor, frequency, period.end - timedelta(microseconds=1))[2:] == period[2:]
        assert boundary(anchor, frequency, number_at(anchor, frequency, period.start)) == period.whole_start


@given(starts, st.sampled_from(FREQUENCIES), st.sampled_from(ANCHORS))
def test_usage_statements_begin_with_the_contract_or_with_a_month(
    start: Instant, frequency: str, day: str
) -> None:
    anchor = usage_anchor(start, day, frequency)
    first = next(periods(anchor, frequency, start, None))
    if day == "CONTRACT_START" or frequency == "WEEKLY":
        assert anchor == start
        assert first[:2] == first[2:]
        return
    month = start
    while (month.day, month.hour) != (1, 0):
        month += timedelta(hours=1)
    assert anchor == month
    if frequency == "MONTHLY" and month != start:
        assert first[:2] == (start, month)
        assert first.whole_end == month


@given(LAST_DAYS, FAR, FAR, st.sampled_from(FREQUENCIES), st.sampled_from(ANCHORS))
def test_beyond_the_calendar_there_is_only_overflow(
    start: Instant, offset: RelativeDate, duration: RelativeDate, frequency: str, day: str
) -> None:
    try:
        found = window(start, offset, duration, None)
        if found is None:
            assert duration.value == 0
            return
        assert found[0] >= start
        first = next(periods(usage_anchor(start, day, frequency), frequency, found[0], found[1]))
        assert first.start == found[0]
    except OverflowError:
        pass


@given(starts, st.integers(-(10**9), 10**9) | st.sampled_from((-(10**4299), 10**4299)))
def test_months_end_with_the_calendar(start: Instant, months: int) -> None:
    wanted = start.year * 12 + start.month - 1 + months
    if 12 <= wanted < 120_000:
        assert (months_after(start, months).year * 12 + months_after(start, months).month - 1) == wanted
    else:
        with pytest.raises(OverflowError):
            months_after(start, months)


def test_what_ends_before_the_calendar_does_can_be_cut_into_periods() -> None:
    start, end = datetime(9999, 11, 1, tzinfo=UTC), datetime(9999, 12, 1, tzinfo=UTC)
    assert [tuple(each) for each in periods(start, "MONTHLY", start, end)] == [(start, end, start, end)]
