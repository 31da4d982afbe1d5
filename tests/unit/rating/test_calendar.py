"""The dates of contracts at the places where calendars are odd, one example each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pkgplan.model.units import RelativeDate, parse_instant
from pkgplan.rating.calendar import (
    Anchoring,
    Period,
    after,
    boundary,
    number_at,
    period_at,
    periods,
    usage_anchor,
    window,
)

if TYPE_CHECKING:
    from pkgplan.model.units import Instant


def at(text: str) -> Instant:
    return parse_instant(text)


def span(text: str | None) -> RelativeDate | None:
    return None if text is None else RelativeDate.parse(text)


@pytest.mark.parametrize(
    ("start", "after_it", "wanted"),
    [
        ("2025-01-31T15:00:00Z", "1 month", "2025-02-28T15:00:00Z"),
        ("2025-01-31", "2 months", "2025-03-31"),
        ("2024-01-31", "1 month", "2024-02-29"),
        ("2024-02-29", "1 year", "2025-02-28"),
        ("2096-02-29", "4 years", "2100-02-28"),
        ("1999-12-31", "2 months", "2000-02-29"),
        ("2025-12-29", "1 week", "2026-01-05"),
        ("2025-02-28", "1 day", "2025-03-01"),
        ("2025-10-01T23:00:00Z", "0 months", "2025-10-01T23:00:00Z"),
    ],
)
def test_a_day_that_the_month_lacks_becomes_its_last(start: str, after_it: str, wanted: str) -> None:
    assert after(at(start), RelativeDate.parse(after_it)) == at(wanted)


@pytest.mark.parametrize(
    ("offset", "duration", "wanted"),
    [
        (None, None, ("2025-01-31", "2025-07-31")),
        ("1 month", "1 month", ("2025-02-28", "2025-03-28")),
        ("1 month", None, ("2025-02-28", "2025-07-31")),
        ("5 months", "3 months", ("2025-06-30", "2025-07-31")),
        ("6 months", "1 month", None),
    ],
)
def test_a_term_lasts_from_its_own_start_and_ends_with_its_contract(
    offset: str | None, duration: str | None, wanted: tuple[str, str] | None
) -> None:
    found = window(at("2025-01-31"), span(offset), span(duration), at("2025-07-31"))
    assert found == (None if wanted is None else (at(wanted[0]), at(wanted[1])))


def test_uncapped_a_term_keeps_its_dates() -> None:
    start, end = at("2025-01-01"), at("2025-02-01")
    found = window(start, span("3 months"), span("1 month"), end, capped=False)
    assert found == (at("2025-04-01"), at("2025-05-01"))


@pytest.mark.parametrize("offset", ["1 month", "3 months"])
def test_uncapped_there_is_no_window_without_time_in_it(offset: str) -> None:
    assert window(at("2025-01-01"), span(offset), None, at("2025-02-01"), capped=False) is None


def test_boundaries_remember_the_day_of_the_anchor() -> None:
    days = [boundary(at("2025-01-31"), "MONTHLY", number) for number in range(-2, 5)]
    assert [(day.month, day.day) for day in days] == [
        (11, 30),
        (12, 31),
        (1, 31),
        (2, 28),
        (3, 31),
        (4, 30),
        (5, 31),
    ]


@pytest.mark.parametrize(
    ("start", "frequency", "wanted"),
    [
        ("2025-10-15T15:00:00Z", "MONTHLY", ("2025-11-01", "2025-10-01")),
        ("2025-10-01", "MONTHLY", ("2025-11-01", "2025-10-01")),
        ("2025-10-15", "QUARTERLY", ("2025-11-01", "2025-08-01")),
        ("2025-10-15", "ANNUAL", ("2025-11-01", "2024-11-01")),
        ("2025-10-28T15:00:00Z", "WEEKLY", ("2025-11-04T15:00:00Z", "2025-10-28T15:00:00Z")),
    ],
)
def test_under_first_of_month_a_stub_comes_first(start: str, frequency: str, wanted: tuple[str, str]) -> None:
    first = next(periods(usage_anchor(at(start), "FIRST_OF_MONTH", frequency), frequency, at(start), None))
    assert first == Period(at(start), at(wanted[0]), at(wanted[1]), at(wanted[0]))


@pytest.mark.parametrize(
    ("start", "frequency", "anchor"),
    [
        ("2025-10-15T15:00:00Z", "WEEKLY", "2025-11-01"),
        ("2025-10-01", "WEEKLY", "2025-10-01"),
        ("2025-10-15", "MONTHLY", "2025-11-01"),
        ("2025-10-15", "QUARTERLY", "2026-01-01"),
        ("2025-09-15", "QUARTERLY", "2025-10-01"),
        ("2025-10-01", "QUARTERLY", "2025-10-01"),
        ("2025-10-15", "ANNUAL", "2026-01-01"),
        ("2026-01-01", "ANNUAL", "2026-01-01"),
        ("2026-01-01T01:00:00Z", "ANNUAL", "2027-01-01"),
    ],
)
def test_under_the_other_readings_the_calendar_says_where_statements_begin(
    start: str, frequency: str, anchor: str
) -> None:
    calendar = Anchoring("first-of-month", "calendar")
    assert usage_anchor(at(start), "FIRST_OF_MONTH", frequency, calendar) == at(anchor)
    assert usage_anchor(at(start), "CONTRACT_START", frequency, calendar) == at(start)


def test_an_hour_after_the_first_is_not_the_first() -> None:
    assert usage_anchor(at("2025-12-01T01:00:00Z"), "FIRST_OF_MONTH", "MONTHLY") == at("2026-01-01")


def test_periods_of_a_contract_that_starts_at_three_end_at_three() -> None:
    start, end = at("2025-01-31T15:00:00Z"), at("2025-03-10T09:00:00Z")
    found = [*periods(usage_anchor(start, "CONTRACT_START", "MONTHLY"), "MONTHLY", start, end)]
    cut = at("2025-02-28T15:00:00Z")
    assert found == [Period(start, cut, start, cut), Period(cut, end, cut, at("2025-03-31T15:00:00Z"))]


def test_there_are_no_periods_in_no_time() -> None:
    start = at("2025-01-15")
    assert [*periods(at("2025-01-01"), "MONTHLY", start, start)] == []


def test_a_period_holds_its_start_and_not_its_end() -> None:
    anchor = at("2025-01-31")
    assert period_at(anchor, "MONTHLY", at("2025-02-28")).start == at("2025-02-28")
    assert period_at(anchor, "MONTHLY", at("2025-02-27T23:00:00Z")).start == anchor
    assert number_at(anchor, "MONTHLY", at("2024-12-30")) == -2


@pytest.mark.parametrize("count", [10_000, 10**12, 10**4299])
@pytest.mark.parametrize("unit", ["month", "year"])
def test_beyond_the_calendar_is_an_overflow(count: int, unit: str) -> None:
    with pytest.raises(OverflowError):
        after(datetime(9500, 1, 1, tzinfo=UTC), RelativeDate(count, unit))
