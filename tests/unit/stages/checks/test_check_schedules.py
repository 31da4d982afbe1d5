from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.example_catalog import checked, dated, example, expect, segment

from pkgplan.model import rules
from pkgplan.model.diagnostics import Severity
from pkgplan.model.units import RelativeDate
from pkgplan.rating.moments import START

LENGTHS = [
    ("12 months", "1 year", True),
    ("11 months", "1 year", False),
    ("2 weeks", "14 days", True),
    ("13 days", "2 weeks", False),
    # Twelve months have 365 or 366 days, two have 59 to 62; only what is late from every date is refused.
    ("366 days", "12 months", True),
    ("365 days", "12 months", False),
    ("2 months", "59 days", True),
    ("2 months", "60 days", False),
]
ITEMS = "access_schedule.schedule_items"


@pytest.mark.parametrize(("offset", "duration", "late"), LENGTHS)
def test_a_term_starts_before_the_package_is_over(offset: str, duration: str, *, late: bool) -> None:
    catalog = example()
    catalog.spec["duration"] = duration
    catalog.credit["starting_at_offset"] = offset
    if late:
        at = "recurring_credits.signup-credit.starting_at_offset"
        expect(catalog, rules.SPAN_RANGE, at, f'"{offset}"', f'"{duration}"')
    else:
        assert checked(catalog) == ()


def test_a_package_without_an_end_is_never_over() -> None:
    catalog = example()
    catalog.fee["starting_at_offset"] = "12 months"
    at = "subscriptions.starter-fee.starting_at_offset"
    expect(catalog, rules.SPAN_RANGE, at, '"12 months"')
    del catalog.spec["duration"]
    assert checked(catalog) == ()


def test_every_kind_of_term_starts_before_the_package_is_over() -> None:
    catalog = example()
    late: dict[str, Any] = {"starting_at_offset": "12 months"}
    catalog.add_monthly_commit(**late)
    catalog.add_commit(access_schedule={"schedule_items": [segment(start="12 months")]})
    catalog.add_credit(access_schedule={"schedule_items": [segment(start="1 year")]})
    catalog.add_charge(dated(), dated(date="13 months"))
    places = [
        ".".join(map(str, found.at.route))
        for found in checked(catalog)
        if found.rule in {rules.SPAN_RANGE, rules.AFTER_THE_END}
    ]
    assert sorted(places) == [
        f"spec.commits.main.{ITEMS}.0.starting_at_offset",
        f"spec.credits.trial.{ITEMS}.0.starting_at_offset",
        "spec.recurring_commits.monthly.starting_at_offset",
        "spec.scheduled_charges.support.schedule.schedule_items.1.date_offset",
    ]


def test_instalments_end_with_the_package() -> None:
    catalog = example()
    items = [dated("500.00 USD"), dated("500.00 USD", "12 months")]
    catalog.add_commit(invoice_schedule={"schedule_items": items})
    assert checked(catalog) == ()
    items[1]["date_offset"] = "13 months"
    at = "commits.main.invoice_schedule.schedule_items.1.date_offset"
    expect(catalog, rules.AFTER_THE_END, at, "is invoiced", '"13 months"')


def test_a_repeated_charge_ends_with_the_package() -> None:
    catalog = example()
    item = dated(date="1 month", every="month", **{"for": "1 year"})
    catalog.add_charge(item)
    assert checked(catalog) == ()
    item["for"] = "13 months"
    at = "scheduled_charges.support.schedule.schedule_items.0.for"
    expect(catalog, rules.AFTER_THE_END, at, "still invoiced", '"13 months"')
    item |= {"date_offset": "12 months", "for": "2 months"}
    expect(catalog, rules.AFTER_THE_END, at, "still invoiced", '"13 months"')


@pytest.mark.parametrize(
    ("field", "value", "missing"), [("every", "month", "for"), ("for", "12 months", "every")]
)
def test_a_repetition_says_how_often_and_how_long(field: str, value: str, missing: str) -> None:
    catalog = example()
    catalog.add_charge(dated() | {field: value})
    at = f"scheduled_charges.support.schedule.schedule_items.0.{field}"
    expect(catalog, rules.REPEATED_ITEM, at, f'"{field}"', f'"{missing}"')


@pytest.mark.parametrize(
    ("every", "for_", "date", "at"),
    [
        ("month", "12 months", "0 days", None),
        ("month", "1 year", "1 month", None),
        ("week", "14 days", "3 days", None),
        ("quarter", "10 months", "0 months", "for"),
        ("year", "18 months", "0 months", "for"),
        ("week", "10 days", "0 days", "for"),
        ("month", "30 days", "0 days", "for"),
        ("day", "1 month", "0 days", "for"),
        ("day", "1201 days", "0 days", "for"),
        ("month", "12 months", "10 days", "date_offset"),
        ("week", "2 weeks", "1 month", "date_offset"),
    ],
)
def test_a_repetition_gives_whole_dates(every: str, for_: str, date: str, at: str | None) -> None:
    catalog = example()
    del catalog.spec["duration"]
    catalog.add_commit(invoice_schedule={"schedule_items": [dated(date=date, every=every) | {"for": for_}]})
    if at is None:
        assert checked(catalog) == ()
    else:
        route = f"commits.main.invoice_schedule.schedule_items.0.{at}"
        expect(catalog, rules.REPEATED_ITEM, route, f'"{every}"', f'"{for_}"')


def test_segments_of_a_balance_follow_one_another() -> None:
    catalog = example()
    items = [segment(start="6 months", duration="6 months"), segment(duration="6 months")]
    catalog.add_credit(access_schedule={"schedule_items": items})
    assert checked(catalog) == ()
    items[1]["duration"] = "7 months"
    at = f"credits.trial.{ITEMS}.0.starting_at_offset"
    found = expect(catalog, rules.ACCESS_SEGMENTS, at, '"6 months"', '"7 months"')
    assert found.severity is Severity.WARNING
    assert found.related[0].at.route[-1] == 1


def test_a_segment_is_held_against_all_before_it() -> None:
    catalog = example()
    items = [
        segment(duration="10 months"),
        segment("1 USD", "1 month", "1 month"),
        segment("2 USD", "8 months", "1 month"),
        segment("3 USD", "10 months", "1 month"),
    ]
    catalog.add_credit(access_schedule={"schedule_items": items})
    found = [each for each in checked(catalog) if each.rule is rules.ACCESS_SEGMENTS]
    assert [each.at.route[5] for each in found] == [1, 2]
    assert {each.related[0].at.route[-1] for each in found} == {0}


@pytest.mark.parametrize(("start", "overlaps"), [("28 days", False), ("27 days", True)])
def test_segments_that_only_overlap_in_some_months_are_let_through(start: str, *, overlaps: bool) -> None:
    catalog = example()
    items = [segment(duration="1 month"), segment(start=start, duration="1 month")]
    catalog.add_credit(access_schedule={"schedule_items": items})
    assert [each.rule for each in checked(catalog)] == [rules.ACCESS_SEGMENTS] * overlaps


@pytest.mark.parametrize(
    ("start", "duration", "late"),
    [
        ("0 months", "1 year", False),
        ("1 month", "11 months", False),
        ("1 month", "1 year", True),
        ("0 days", "366 days", False),
        ("1 day", "366 days", True),
        # From February 28 of a leap year on, both are over on the same day.
        ("1 day", "12 months", False),
        ("2 days", "12 months", True),
    ],
)
def test_a_segment_ends_with_the_package(start: str, duration: str, *, late: bool) -> None:
    catalog = example()
    commit = catalog.add_commit(access_schedule={"schedule_items": [segment(start=start, duration=duration)]})
    if late:
        at = f"commits.main.{ITEMS}.0.duration"
        expect(catalog, rules.ACCESS_SEGMENTS, at, f'"{duration}"', '"12 months"')
        del catalog.spec["duration"]
    assert commit["access_schedule"]
    assert checked(catalog) == ()


SPANS = st.builds(RelativeDate, st.integers(0, 40), st.sampled_from(["day", "week", "month", "year"]))
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(SPANS, SPANS, STARTS)
def test_what_is_sure_holds_from_every_date(one: RelativeDate, other: RelativeDate, start: datetime) -> None:
    ends, others = after(start, one), after(start, other)
    if START.after(other).surely_before(START.after(one)):
        assert ends > others
    if START.after(other).surely_by(START.after(one)):
        assert ends >= others


def after(start: datetime, span: RelativeDate) -> datetime:
    """The instant a span after another one; a day that a month lacks becomes its last."""
    if span.unit in {"day", "week"}:
        return start + timedelta(days=span.value * (7 if span.unit == "week" else 1))
    months = start.year * 12 + start.month - 1 + span.value * (12 if span.unit == "year" else 1)
    first = start.replace(year=months // 12, month=months % 12 + 1, day=1)
    month_end = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(start.day, month_end.day))
