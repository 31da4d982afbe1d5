"""Which commits, credits and charges the engine takes and refuses; cases begin with the rule they are about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from support.offline import TOKENS, a_credit, a_subscription, without
from support.offline_terms import (
    START,
    YEAR,
    a_charge,
    a_commit,
    a_postpaid_commit,
    a_recurring_commit,
    a_single_credit,
    access,
    commits,
    dated,
    refusal,
    with_terms,
)

from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue

LINK: JsonObject = {"subscription_id": "starter-fee", "apply_seat_increase_config": {"is_prorated": True}}


def seats(**changes: JsonValue) -> JsonObject:
    return a_subscription(
        quantity_management_mode="SEAT_BASED", seat_config={"seat_group_key": "seat_id"}, **changes
    )


def linked(**changes: JsonValue) -> JsonObject:
    return a_recurring_commit(access_amount={"unit_price": 1}, subscription_config=LINK, **changes)


def spread(*amounts: int) -> JsonObject:
    return {"schedule_items": [item for each in amounts for item in items_of(access(each))]}


def items_of(schedule: JsonObject) -> list[JsonValue]:
    items = schedule["schedule_items"]
    assert isinstance(items, list)
    return items


def segment(duration: JsonObject) -> JsonObject:
    return {"schedule_items": [{"amount": 1, "starting_at_offset": START, "duration": duration}]}


def product(unit_price: Decimal, quantity: Decimal) -> JsonObject:
    return {"schedule_items": [{"unit_price": unit_price, "quantity": quantity, "date_offset": START}]}


# The ends of what a double can hold with all its digits.
HUGE, TINY = Decimal("1.79e308"), Decimal("2.3e-308")

TAKEN: dict[str, JsonObject] = {
    "products that a double can hold": with_terms(
        scheduled_charges=[
            a_charge(schedule=product(HUGE, TINY)),
            a_charge(schedule=product(HUGE, Decimal(0))),
        ],
        recurring_credits=[a_credit(access_amount={"unit_price": -HUGE, "quantity": 1})],
        recurring_commits=[a_recurring_commit(access_amount={"unit_price": TINY, "quantity": 1})],
    ),
    "no rate card is needed": {"name": "x", "commits": [a_commit()], "scheduled_charges": [a_charge()]},
    "V04 postpaid": commits(a_postpaid_commit()),
    "V04 postpaid by quantity": commits(
        a_postpaid_commit(
            invoice_schedule={
                "schedule_items": [{"unit_price": Decimal("0.1"), "quantity": 10000, "date_offset": YEAR}]
            }
        )
    ),
    "V04 prepaid in instalments and for less": commits(
        a_commit(access_schedule=spread(500, 500), invoice_schedule=dated(100, 200))
    ),
    "V05 complimentary": commits(without(a_commit(), "invoice_schedule")),
    "V06 specifiers alone": commits(a_commit(specifiers=[{"product_tags": ["compute"]}])),
    "V06 ids and tags": commits(
        a_commit(applicable_product_ids=[TOKENS], applicable_product_tags=["compute"], specifiers=[])
    ),
    "V07 all rolls over": commits(a_commit(rollover_fraction=1)),
    "V08 quantity": with_terms(recurring_commits=[a_recurring_commit()]),
    "V08 free of charge": with_terms(recurring_commits=[without(a_recurring_commit(), "invoice_amount")]),
    "V09 linked": with_terms(recurring_commits=[linked()], subscriptions=[a_subscription()]),
    "V11 one daily": with_terms(
        recurring_commits=[a_recurring_commit(recurrence_frequency="daily")], recurring_credits=[a_credit()]
    ),
    "V26 custom fields": with_terms(
        commits=[a_commit(custom_fields={"erp": "g" * 200})],
        credits=[a_single_credit(custom_fields={"kind": "trial"})],
        scheduled_charges=[a_charge(custom_fields={"item": "1"})],
    ),
    "V32 units of usage": with_terms(
        credits=[a_single_credit(access_schedule=access(access_type="quantity"))]
    ),
    "unknown fields of terms": commits(a_commit(colour="red", access_schedule=access(colour="red"))),
}

REFUSED: dict[str, tuple[JsonObject, str]] = {
    "V04 postpaid without invoice": (
        commits(without(a_postpaid_commit(), "invoice_schedule")),
        "must specify invoice_schedule",
    ),
    "V04 postpaid in two parts": (
        commits(a_postpaid_commit(access_schedule=spread(500, 500))),
        "access_schedule of a POSTPAID commit must have exactly one schedule item, not 2",
    ),
    "V04 postpaid in two payments": (
        commits(a_postpaid_commit(invoice_schedule=dated(500, 500))),
        "invoice_schedule of a POSTPAID commit must have exactly one schedule item, not 2",
    ),
    "V04 postpaid for less": (
        commits(
            a_postpaid_commit(invoice_schedule=dated(Decimal("999.99999999999999999999999999999999999")))
        ),
        "must match the amount 1000",
    ),
    "V06 specifiers with ids": (
        commits(a_commit(specifiers=[{}], applicable_product_ids=[TOKENS])),
        "must not specify specifiers together with",
    ),
    "V06 specifiers with tags": (
        with_terms(credits=[a_single_credit(specifiers=[{}], applicable_product_tags=["t"])]),
        "must not specify specifiers together with",
    ),
    "V07 rollover in percent": (
        commits(a_commit(rollover_fraction=25)),
        "body/commits/0/rollover_fraction must be between 0 and 1",
    ),
    "V07 rollover of a recurring commit": (
        with_terms(recurring_commits=[a_recurring_commit(rollover_fraction=-1)]),
        "body/recurring_commits/0/rollover_fraction must be between 0 and 1",
    ),
    "V08 no quantity": (
        with_terms(recurring_commits=[a_recurring_commit(access_amount={"unit_price": 1})]),
        "must specify a quantity",
    ),
    "V08 quantity and subscription": (
        with_terms(
            recurring_commits=[a_recurring_commit(subscription_config=LINK)], subscriptions=[a_subscription()]
        ),
        "must not specify a quantity if a subscription is configured",
    ),
    "V09 commit as subscription": (
        with_terms(recurring_commits=[linked()], commits=[a_commit(temporary_id="starter-fee")]),
        'subscription_id "starter-fee" is not the temporary_id of a subscription',
    ),
    "V11 daily commit and daily credit": (
        with_terms(
            recurring_commits=[a_recurring_commit(recurrence_frequency="DAILY")],
            recurring_credits=[a_credit(recurrence_frequency="DAILY")],
        ),
        "at most one recurring commit or credit",
    ),
    "V11 daily commit for seats": (
        with_terms(recurring_commits=[linked(recurrence_frequency="DAILY")], subscriptions=[seats()]),
        "DAILY must not be linked",
    ),
    "V15 one id in two kinds": (
        with_terms(commits=[a_commit()], recurring_commits=[a_recurring_commit(temporary_id="main")]),
        'temporary_id "main" is used 2 times',
    ),
    "V15 one id in one kind": (commits(a_commit(), a_commit()), 'temporary_id "main" is used 2 times'),
    "text that is none": (commits(a_commit(description="\ud800")), "body must be JSON in UTF-8"),
    "upper case only: consolidation": (
        with_terms(scheduled_charges_on_usage_invoices="all"),
        "scheduled_charges_on_usage_invoices must be",
    ),
    "upper case only: allocation": (
        with_terms(
            recurring_commits=[a_recurring_commit(subscription_config={**LINK, "allocation": "pooled"})]
        ),
        "allocation must be",
    ),
    "segment of no length": (
        commits(a_commit(access_schedule=segment(START))),
        "schedule_items/0/duration/value must be > 0",
    ),
    "null inside a term": (
        commits(a_commit(access_schedule={**access(), "credit_type_id": None})),
        "property 'credit_type_id' must not be null",
    ),
    "commit without schedule": (
        commits(without(a_commit(), "access_schedule")),
        "body/commits/0 must have required property 'access_schedule'",
    ),
    "invoice amount without unit": (
        with_terms(recurring_commits=[a_recurring_commit(invoice_amount={"unit_price": 1, "quantity": 1})]),
        "invoice_amount must have required property 'credit_type_id'",
    ),
    "charge without a name": (
        with_terms(scheduled_charges=[a_charge(name="")]),
        "body/scheduled_charges/0/name must have at least 1",
    ),
    "terms that are no list": (with_terms(commits={}), "body/commits must be array"),
    "product beyond doubles: charge": (
        with_terms(scheduled_charges=[a_charge(schedule=product(HUGE, HUGE))]),
        "unit_price x quantity of a schedule item must be a number that a double can hold",
    ),
    "product below doubles: invoice": (
        commits(a_commit(invoice_schedule=product(TINY, TINY))),
        "unit_price x quantity of a schedule item must be",
    ),
    "product beyond doubles: credit": (
        with_terms(recurring_credits=[a_credit(access_amount={"unit_price": HUGE, "quantity": HUGE})]),
        "unit_price x quantity of access_amount must be a number that a double can hold",
    ),
    "product below doubles: commit": (
        with_terms(
            recurring_commits=[
                a_recurring_commit(
                    invoice_amount={
                        "unit_price": TINY,
                        "quantity": -TINY,
                        "credit_type_id": USD_CREDIT_TYPE_ID,
                    }
                )
            ]
        ),
        "unit_price x quantity of invoice_amount must be",
    ),
    "product beyond doubles: quantity of a subscription": (
        with_terms(
            recurring_commits=[linked() | {"access_amount": {"unit_price": HUGE}}],
            subscriptions=[a_subscription(initial_quantity=10)],
        ),
        "unit_price x quantity of access_amount must be",
    ),
    "product beyond doubles: seats": (
        with_terms(
            recurring_commits=[linked() | {"access_amount": {"unit_price": HUGE}}],
            subscriptions=[
                a_subscription(
                    quantity_management_mode="SEAT_BASED",
                    seat_config={"seat_group_key": "seat_id", "initial_unassigned_seats": 10},
                )
            ],
        ),
        "unit_price x quantity of access_amount must be",
    ),
    "amount below doubles": (
        commits(a_commit(access_schedule=access(Decimal("1e-308")))),
        "amount must be a number that a double can hold",
    ),
    "amount beyond doubles": (
        commits(a_commit(access_schedule=access(Decimal("1.8e308")))),
        "amount must be a number that a double can hold",
    ),
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_takes(engine: Engine, body: JsonObject) -> None:
    assert "data" in engine.call("packages.create", body)


@pytest.mark.parametrize(("body", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses_and_stores_nothing(engine: Engine, body: JsonObject, message: str) -> None:
    assert message in refusal(engine, body)
