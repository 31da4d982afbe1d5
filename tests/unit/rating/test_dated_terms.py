"""The dates that the vendor's example packages get from a start, and what lies beyond a contract's end."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import COINS, CREDIT, a_credit, a_package, a_subscription, without
from support.offline_terms import a_recurring_commit
from support.work import lines_of

from pkgplan.model.units import USD_CREDIT_TYPE_ID, parse_instant, short_instant
from pkgplan.rating.dated_terms import dated_terms

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.rating.dated_terms import DatedTerm


def span(value: int, unit: str) -> JsonObject:
    return {"value": value, "unit": unit}


def segment(amount: int, offset: JsonValue, duration: JsonValue) -> JsonObject:
    return {"amount": amount, "starting_at_offset": offset, "duration": duration}


def due(unit_price: JsonValue, date_offset: JsonValue, quantity: JsonValue = 1) -> JsonObject:
    return {"unit_price": unit_price, "quantity": quantity, "date_offset": date_offset}


def items(*each: JsonValue) -> JsonObject:
    return {"schedule_items": [*each]}


def row(term: DatedTerm) -> tuple[object, ...]:
    """A term as people would write it down."""
    end = None if term.ending_before is None else short_instant(term.ending_before)
    return term.kind, term.position, term.role, short_instant(term.starting_at), end, term.amount


def rows(payload: JsonObject, start: str, *, capped: bool = True) -> list[tuple[object, ...]]:
    return [row(term) for term in dated_terms(payload, parse_instant(start), capped=capped).terms]


def test_the_starter_plan_of_the_guide() -> None:
    contract = dated_terms(a_package(), parse_instant("2025-10-01"))
    assert (contract.starting_at, contract.ending_before) == (
        parse_instant("2025-10-01"),
        parse_instant("2026-10-01"),
    )
    credit, fee = contract.terms
    assert row(credit) == ("recurring_credits", 0, "grants", "2025-10-01", "2026-01-01", 1000)
    assert (credit.count, credit.credit_type_id) == (3, USD_CREDIT_TYPE_ID)
    assert row(fee) == ("subscriptions", 0, "term", "2025-10-01", "2026-10-01", None)


def test_the_enterprise_ramp_of_the_guide() -> None:
    year = span(1, "YEARS")
    ramp: JsonObject = {
        "type": "PREPAID",
        "access_schedule": items(
            segment(5_000_000, span(0, "YEARS"), year),
            segment(20_000_000, span(1, "YEARS"), year),
            segment(25_000_000, span(2, "YEARS"), year),
        ),
        "invoice_schedule": items(due(25_000_000, span(0, "MONTHS")), due(25_000_000, span(24, "MONTHS"))),
    }
    cheaper: JsonObject = {
        "override_specifiers": [{"product_tags": ["storage"]}],
        "multiplier": Decimal("0.8"),
    }
    payload: JsonObject = {
        "duration": span(3, "YEARS"),
        "commits": [ramp],
        "scheduled_charges": [{"schedule": items(due(500_000, span(2, "MONTHS")))}],
        "overrides": [
            {**cheaper, "starting_at_offset": span(0, "DAYS"), "duration": year},
            {**cheaper, "starting_at_offset": year},
        ],
    }
    assert rows(payload, "2025-01-01") == [
        ("commits", 0, "access", "2025-01-01", "2026-01-01", 5_000_000),
        ("commits", 0, "invoice", "2025-01-01", None, 25_000_000),
        ("commits", 0, "access", "2026-01-01", "2027-01-01", 20_000_000),
        ("commits", 0, "access", "2027-01-01", "2028-01-01", 25_000_000),
        ("commits", 0, "invoice", "2027-01-01", None, 25_000_000),
        ("overrides", 0, "term", "2025-01-01", "2026-01-01", None),
        ("overrides", 1, "term", "2026-01-01", "2028-01-01", None),
        ("scheduled_charges", 0, "charge", "2025-03-01", None, 500_000),
    ]


def a_minimum(due_after: JsonValue, **changes: JsonValue) -> JsonObject:
    """The postpaid commit of the guide."""
    return {
        "duration": span(12, "MONTHS"),
        "commits": [
            {
                "type": "POSTPAID",
                "access_schedule": items(segment(1_000_000, span(0, "DAYS"), span(12, "MONTHS"))),
                "invoice_schedule": items(due(1_000_000, due_after)),
                **changes,
            }
        ],
    }


@pytest.mark.parametrize(("months", "date"), [(12, "2026-10-01"), (13, "2026-11-01")])
def test_a_true_up_is_due_at_the_end_of_the_contract_or_after_it(months: int, date: str) -> None:
    assert rows(a_minimum(span(months, "MONTHS")), "2025-10-01") == [
        ("commits", 0, "access", "2025-10-01", "2026-10-01", 1_000_000),
        ("commits", 0, "invoice", date, None, 1_000_000),
    ]


def test_an_instalment_after_the_end_is_left_out_unless_terms_are_kept() -> None:
    late = a_minimum(span(13, "MONTHS"), type="PREPAID")
    assert [each[2] for each in rows(late, "2025-10-01")] == ["access"]
    assert [each[2] for each in rows(late, "2025-10-01", capped=False)] == ["access", "invoice"]


def test_an_instalment_at_the_very_end_is_not_left_out() -> None:
    last = a_minimum(span(12, "MONTHS"), type="PREPAID")
    assert rows(last, "2025-10-01")[-1] == ("commits", 0, "invoice", "2026-10-01", None, 1_000_000)


def test_kept_a_term_outlasts_its_contract_and_goes_on_granting() -> None:
    payload = a_package(duration=span(2, "MONTHS"))
    (credit, fee) = dated_terms(payload, parse_instant("2025-10-01"), capped=False).terms
    assert row(credit)[3:5] == ("2025-10-01", "2026-01-01")
    assert row(fee)[3:5] == ("2025-10-01", "2025-12-01")
    assert credit.count == 3
    assert dated_terms(payload, parse_instant("2025-10-01")).terms[0].count == 2


def test_the_credit_of_a_trial_lasts_seven_days() -> None:
    week = span(7, "DAYS")
    payload: JsonObject = {
        "duration": span(1, "YEARS"),
        "credits": [{"access_schedule": items(segment(10_000, span(0, "DAYS"), week))}],
        "overrides": [
            {
                "override_specifiers": [{}],
                "entitled": False,
                "starting_at_offset": span(0, "DAYS"),
                "duration": week,
            }
        ],
    }
    assert rows(payload, "2025-12-28T15:00:00Z") == [
        ("credits", 0, "access", "2025-12-28T15:00:00Z", "2026-01-04T15:00:00Z", 10_000),
        ("overrides", 0, "term", "2025-12-28T15:00:00Z", "2026-01-04T15:00:00Z", None),
    ]


def test_months_after_the_31st_of_january() -> None:
    month = span(1, "MONTHS")
    offsets = [span(months, "MONTHS") for months in (0, 1, 2, 3)]
    segments = [segment(1, offset, month) for offset in offsets]
    payload: JsonObject = {"credits": [{"access_schedule": items(*segments)}]}
    assert [each[3:5] for each in rows(payload, "2025-01-31")] == [
        ("2025-01-31", "2025-02-28"),
        ("2025-02-28", "2025-03-28"),
        ("2025-03-31", "2025-04-30"),
        ("2025-04-30", "2025-05-30"),
    ]


def runs(payload: JsonObject, start: str, role: str = "grants") -> list[tuple[object, ...]]:
    """Equal grants in a row: from, until, how many, how much."""
    terms = dated_terms(payload, parse_instant(start)).terms
    return [(*row(term)[3:5], term.count, term.amount) for term in terms if term.role == role]


def test_a_contract_without_an_end_grants_without_an_end() -> None:
    payload = without(a_package(recurring_credits=[without(a_credit(), "duration")]), "duration")
    assert dated_terms(payload, parse_instant("2025-10-15")).ending_before is None
    # 17 of the 31 days of October, then every month.
    assert runs(payload, "2025-10-15") == [
        ("2025-10-15", "2025-11-01", 1, Decimal("548.387096774194")),
        ("2025-11-01", None, None, 1000),
    ]
    assert runs(payload, "2025-10-01") == [("2025-10-01", None, None, 1000)]


@pytest.mark.parametrize(
    ("schedule", "count"),
    [
        ({"frequency": "WEEKLY"}, 14),
        (None, 4),
        ({"frequency": "MONTHLY", "day": "CONTRACT_START"}, 3),
        ({"frequency": "QUARTERLY"}, 2),
        ({"frequency": "WEEKLY", "day": "CONTRACT_START"}, 14),
    ],
)
def test_grants_follow_the_usage_statements(schedule: JsonValue, count: int) -> None:
    changes = {} if schedule is None else {"usage_statement_schedule": schedule}
    contract = dated_terms(a_package(**changes), parse_instant("2025-10-15"))
    assert sum(term.count or 0 for term in contract.terms) == count


# Three months from the start, a month from the 1st; the last grant can be used to the end of its month.
# start -> (from, until, how many, cents)
MONTHS: dict[str, list[tuple[object, ...]]] = {
    # 17 of 31 days, and 14 of 31.
    "2025-10-15": [
        ("2025-10-15", "2025-11-01", 1, Decimal("548.387096774194")),
        ("2025-11-01", "2026-01-01", 2, 1000),
        ("2026-01-01", "2026-02-01", 1, Decimal("451.612903225806")),
    ],
    # 14 of 28 days, and 14 of 31.
    "2025-02-15": [
        ("2025-02-15", "2025-03-01", 1, 500),
        ("2025-03-01", "2025-05-01", 2, 1000),
        ("2025-05-01", "2025-06-01", 1, Decimal("451.612903225806")),
    ],
    # In a leap year 15 of 29 days.
    "2024-02-15": [
        ("2024-02-15", "2024-03-01", 1, Decimal("517.241379310345")),
        ("2024-03-01", "2024-05-01", 2, 1000),
        ("2024-05-01", "2024-06-01", 1, Decimal("451.612903225806")),
    ],
    # 1 of 30 days, and 27 of 28.
    "2025-11-30": [
        ("2025-11-30", "2025-12-01", 1, Decimal("33.333333333333")),
        ("2025-12-01", "2026-02-01", 2, 1000),
        ("2026-02-01", "2026-03-01", 1, Decimal("964.285714285714")),
    ],
    # Equal ones in a row are one.
    "2025-10-01": [("2025-10-01", "2026-01-01", 3, 1000)],
}


@pytest.mark.parametrize("start", MONTHS)
def test_the_first_and_the_last_grant_are_for_what_there_is_of_their_months(start: str) -> None:
    assert runs(a_package(), start) == MONTHS[start]


@pytest.mark.parametrize(
    ("proration", "amounts"),
    [
        ("NONE", [(4, 1000)]),
        ("FIRST", [(1, 500), (3, 1000)]),
        ("LAST", [(3, 1000), (1, Decimal("451.612903225806"))]),
        ("FIRST_AND_LAST", [(1, 500), (2, 1000), (1, Decimal("451.612903225806"))]),
    ],
)
def test_only_what_is_to_be_prorated_is(proration: str, amounts: list[tuple[object, ...]]) -> None:
    payload = a_package(recurring_credits=[a_credit(proration=proration)])
    assert [each[2:] for each in runs(payload, "2025-02-15")] == amounts


@pytest.mark.parametrize(
    ("start", "days"),
    # From 2023-11-10 a year has the 29th of February, from 2024-11-10 not.
    [("2023-11-10", 366), ("2024-11-10", 365)],
)
def test_a_hundred_days_of_a_yearly_credit_are_a_part_of_it(start: str, days: int) -> None:
    yearly = a_credit(recurrence_frequency="ANNUAL", duration=span(100, "DAYS"))
    ((_, until, count, amount),) = runs(a_package(recurring_credits=[yearly]), start)
    # Access lasts as long as the whole year that it is for, which is the contract's, too.
    assert (until, count) == (f"{int(start[:4]) + 1}{start[4:]}", 1)
    assert amount == round(Decimal(100_000) / days, 12)


@pytest.mark.parametrize(
    ("method", "places", "first", "last"),
    [("HALF_UP", 0, 548, 452), ("FLOOR", 0, 548, 451), ("CEILING", -2, 600, 500)],
)
def test_prorated_grants_are_rounded_as_the_term_says(
    method: str, places: int, first: int, last: int
) -> None:
    rounding: JsonObject = {"access": {"rounding_method": method, "decimal_places": places}}
    payload = a_package(recurring_credits=[a_credit(proration_rounding=rounding)])
    assert [each[2:] for each in runs(payload, "2025-10-15")] == [(1, first), (2, 1000), (1, last)]


def test_what_grants_cost_has_runs_and_a_rounding_of_its_own() -> None:
    commit = a_recurring_commit(
        duration=span(3, "MONTHS"),
        commit_duration={"value": 2, "unit": "PERIODS"},
        proration_rounding={"invoice": {"rounding_method": "CEILING", "decimal_places": -3}},
        invoice_amount={"unit_price": 1000, "quantity": 1, "credit_type_id": USD_CREDIT_TYPE_ID},
    )
    payload: JsonObject = {
        "duration": span(1, "YEARS"),
        "recurring_commits": [without(commit, "recurrence_frequency")],
    }
    # Rounded up, the parts cost what a month costs.
    assert runs(payload, "2025-10-15", "grants-invoice") == [("2025-10-15", "2026-01-15", 4, 1000)]
    # Each can be used for a month longer.
    assert [each[:3] for each in runs(payload, "2025-10-15")] == [
        ("2025-10-15", "2025-12-01", 1),
        ("2025-11-01", "2026-02-01", 2),
        ("2026-01-01", "2026-03-01", 1),
    ]


def test_thousands_of_grants_are_not_made_one_by_one() -> None:
    payload = a_package(
        duration=span(6001, "YEARS"),
        usage_statement_schedule={"frequency": "WEEKLY", "day": "CONTRACT_START"},
        recurring_credits=[without(a_credit(), "duration")],
    )
    counts: list[object] = []
    lines_of(lambda: counts.extend(each[2] for each in runs(payload, "2025-10-15")), most=30_000)
    assert counts == [313_117, 1]


def test_an_amount_is_in_its_unit() -> None:
    access: JsonObject = {"unit_price": Decimal("0.1"), "quantity": 30, "credit_type_id": COINS}
    (credit, _) = dated_terms(
        a_package(recurring_credits=[a_credit(access_amount=access)]), parse_instant("2025-10-01")
    ).terms
    assert (credit.amount, credit.credit_type_id) == (3, COINS)
    units = a_credit(access_amount={"unit_price": 5, "quantity": 1, "access_type": "QUANTITY"})
    (credit, _) = dated_terms(a_package(recurring_credits=[units]), parse_instant("2025-10-01")).terms
    assert (credit.amount, credit.credit_type_id) == (5, None)


def a_linked(subscription: JsonObject) -> JsonObject:
    link: JsonObject = {
        "subscription_id": "starter-fee",
        "apply_seat_increase_config": {"is_prorated": True},
    }
    credit = a_credit(access_amount={"unit_price": 100}, subscription_config=link)
    named: JsonObject = {"product_id": CREDIT, "recurring_commit_ids": ["signup-credit"]}
    return a_package(
        recurring_credits=[credit],
        subscriptions=[subscription],
        overrides=[{"starting_at_offset": span(0, "DAYS"), "multiplier": 0, "override_specifiers": [named]}],
    )


def test_a_grant_per_seat_is_for_the_first_quantity_if_that_is_known() -> None:
    assert rows(a_linked(a_subscription(initial_quantity=4)), "2025-10-01")[0][-1] == 400
    seats = a_subscription(quantity_management_mode="SEAT_BASED")
    assert runs(a_linked(seats), "2025-10-15") == [("2025-10-15", "2026-02-01", 4, None)]


def test_there_are_no_seats_before_and_after_their_subscription() -> None:
    month = span(1, "MONTHS")
    subscription = a_subscription(initial_quantity=4, starting_at_offset=month, duration=month)
    assert [each[2:] for each in runs(a_linked(subscription), "2025-10-01")] == [(1, 0), (1, 400), (1, 0)]


def test_what_recurring_commits_cost_is_invoiced_as_often_as_they_grant() -> None:
    commit = a_recurring_commit(invoice_amount={"unit_price": 300, "quantity": 3, "credit_type_id": COINS})
    contract = dated_terms(
        {"duration": span(6, "MONTHS"), "recurring_commits": [commit]}, parse_instant("2025-10-01")
    )
    grants, invoice = contract.terms
    assert row(grants) == ("recurring_commits", 0, "grants", "2025-10-01", "2026-04-01", 1000)
    assert row(invoice) == ("recurring_commits", 0, "grants-invoice", "2025-10-01", "2026-04-01", 900)
    assert (grants.count, invoice.count, invoice.credit_type_id) == (6, 6, COINS)


def test_what_a_linked_commit_costs_is_for_each_seat() -> None:
    payload = a_linked(a_subscription(initial_quantity=4))
    credit: Any = payload["recurring_credits"]
    price: JsonObject = {"unit_price": 50, "quantity": 2, "credit_type_id": USD_CREDIT_TYPE_ID}
    payload["recurring_commits"] = [{**credit[0], "invoice_amount": price}]
    found = [each[-1] for each in rows(payload, "2025-10-01") if each[0] == "recurring_commits"]
    assert found == [400, 400]


def test_what_begins_too_late_takes_what_names_it_along() -> None:
    in_time = a_linked(a_subscription(starting_at_offset=span(11, "MONTHS")))
    assert [each[0] for each in rows(in_time, "2025-10-01")] == [
        "recurring_credits",
        "subscriptions",
        "overrides",
    ]
    late = a_linked(a_subscription(starting_at_offset=span(12, "MONTHS")))
    assert rows(late, "2025-10-01") == []


def test_what_is_recorded_and_never_invoiced_says_so() -> None:
    schedule = {**items(due(7, span(0, "DAYS"), 2)), "do_not_invoice": True}
    found = rows(a_minimum(span(0, "DAYS"), invoice_schedule=schedule), "2025-10-01")
    assert ("commits", 0, "uninvoiced", "2025-10-01", None, 14) in found


def test_thresholds_have_no_dates() -> None:
    assert rows({"spend_threshold_configuration": {"threshold_amount": 1}}, "2025-10-01") == []


@pytest.mark.parametrize(
    ("start", "payload"),
    [
        ("2025-10-01", a_package(duration=span(9000, "YEARS"))),
        ("9000-12-01", a_package()),
        ("9000-12-01", {"overrides": [{"starting_at_offset": span(1, "MONTHS")}]}),
        ("9000-12-01", {"scheduled_charges": [{"schedule": items(due(1, span(1, "MONTHS")))}]}),
        # The first usage statement ends on the first of the next month.
        ("9000-12-02", {}),
    ],
)
def test_a_date_beyond_the_years_of_trade_is_an_overflow(start: str, payload: JsonObject) -> None:
    with pytest.raises(OverflowError):
        rows(payload, start)
    assert rows(without(payload, "duration"), "2025-10-01") is not None


def test_what_can_be_used_for_a_thousand_years_has_no_end() -> None:
    credit = a_credit(commit_duration={"value": 100_000, "unit": "PERIODS"})
    payload = without(a_package(recurring_credits=[credit]), "duration")
    assert runs(payload, "2025-10-01") == [("2025-10-01", None, 3, 1000)]
