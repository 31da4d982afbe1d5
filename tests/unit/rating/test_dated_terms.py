"""The dates that the vendor's example packages get from a start, and what lies beyond a contract's end."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from support.offline import COINS, CREDIT, a_credit, a_package, a_subscription, without

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


def test_a_contract_without_an_end_grants_without_an_end() -> None:
    payload = without(a_package(recurring_credits=[without(a_credit(), "duration")]), "duration")
    contract = dated_terms(payload, parse_instant("2025-10-15"))
    assert contract.ending_before is None
    assert [(term.ending_before, term.count) for term in contract.terms] == [(None, None), (None, None)]


@pytest.mark.parametrize(
    ("schedule", "count"),
    [
        (None, 4),
        ({"frequency": "MONTHLY", "day": "CONTRACT_START"}, 3),
        ({"frequency": "QUARTERLY"}, 2),
        ({"frequency": "WEEKLY", "day": "CONTRACT_START"}, 14),
    ],
)
def test_grants_follow_the_usage_statements(schedule: JsonValue, count: int) -> None:
    changes = {} if schedule is None else {"usage_statement_schedule": schedule}
    contract = dated_terms(a_package(**changes), parse_instant("2025-10-15"))
    assert contract.terms[0].count == count


def test_an_amount_is_of_a_full_grant_and_in_its_unit() -> None:
    access: JsonObject = {"unit_price": Decimal("0.1"), "quantity": 30, "credit_type_id": COINS}
    (credit, _) = dated_terms(
        a_package(recurring_credits=[a_credit(access_amount=access)]), parse_instant("2025-10-15")
    ).terms
    assert (credit.amount, credit.credit_type_id) == (3, COINS)
    units = a_credit(access_amount={"unit_price": 5, "quantity": 1, "access_type": "QUANTITY"})
    (credit, _) = dated_terms(a_package(recurring_credits=[units]), parse_instant("2025-10-15")).terms
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
    assert rows(a_linked(seats), "2025-10-01")[0][-1] is None


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


def test_a_date_beyond_the_calendar_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        rows(a_package(duration=span(9000, "YEARS")), "2025-10-01")
