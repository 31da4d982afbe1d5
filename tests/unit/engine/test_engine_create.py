"""What the engine takes as a package, and what it refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

import pytest
from support.offline import (
    CARD,
    COINS,
    CREDIT,
    FEE,
    TOKENS,
    a_credit,
    a_package,
    a_subscription,
    an_alias,
    without,
)

from pkgplan.engine import Engine, EngineError
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object

SEATS: JsonObject = {"quantity_management_mode": "SEAT_BASED", "seat_config": {"seat_group_key": "seat_id"}}
LINK: JsonObject = {"subscription_id": "starter-fee", "apply_seat_increase_config": {"is_prorated": True}}
PRICE: JsonObject = {"unit_price": 1000}


def created(engine: Engine, body: JsonObject) -> JsonObject:
    answer = as_object(engine.call("packages.create", body)["data"])
    return as_object(engine.call("packages.get", {"package_id": answer["id"]})["data"])


def linked(**changes: JsonValue) -> JsonObject:
    return a_credit(access_amount=PRICE, subscription_config={**LINK, **changes})


# What no parser of ours makes, but a caller without types could.
FLOAT = a_package(net_payment_terms_days=cast("JsonValue", 1.5))

TAKEN: dict[str, JsonObject] = {
    "bare": {"name": "x"},
    "rate card by id": without(a_package(rate_card_id=CARD), "rate_card_alias"),
    "unknown fields": a_package(billing_anchor_date="contract_start_date"),
    "unknown nested field": a_package(subscriptions=[a_subscription(colour="red")]),
    "empty lists of terms": a_package(commits=[], overrides=[]),
    "usage product to draw down": a_package(recurring_credits=[a_credit(applicable_product_ids=[TOKENS])]),
    "custom pricing unit": a_package(
        recurring_credits=[a_credit(access_amount={**PRICE, "quantity": 1, "credit_type_id": COINS})]
    ),
    "specifiers alone": a_package(recurring_credits=[a_credit(specifiers=[{"product_id": TOKENS}])]),
    "rollover of all": a_package(recurring_credits=[a_credit(rollover_fraction=1)]),
    "seats with a credit for each": a_package(
        recurring_credits=[linked(allocation="INDIVIDUAL")],
        subscriptions=[without(a_subscription(**SEATS), "initial_quantity")],
    ),
    "pool from a quantity, daily": a_package(
        recurring_credits=[linked() | {"recurrence_frequency": "DAILY"}]
    ),
    "next collection date in arrears": a_package(
        subscriptions=[
            a_subscription(
                collection_schedule="ARREARS", proration={"invoice_behavior": "BILL_ON_NEXT_COLLECTION_DATE"}
            )
        ]
    ),
    "custom field": a_package(subscriptions=[a_subscription(custom_fields={"tier": "gold"})]),
    "longest uniqueness key": a_package(uniqueness_key="k" * 128),
    "bounded alias": a_package(aliases=[an_alias("A", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z")]),
    "two aliases": a_package(aliases=[an_alias("A"), an_alias("B")]),
}

REFUSED: dict[str, tuple[JsonObject, int, str]] = {
    "no name": (without(a_package(), "name"), 400, "body must have required property 'name'"),
    "name of the wrong type": (a_package(name=1), 400, "body/name must be string"),
    "null": (a_package(duration=None), 400, "property 'duration' must not be null"),
    "float": (
        FLOAT,
        400,
        "body/net_payment_terms_days must be number",
    ),
    "not a number": (a_package(net_payment_terms_days=Decimal("NaN")), 400, "a double can hold"),
    "number beyond doubles": (a_package(net_payment_terms_days=10**400), 400, "a double can hold"),
    "exponent bomb": (a_package(net_payment_terms_days=Decimal("1e999999")), 400, "a double can hold"),
    "fraction of a month": (
        a_package(duration={"value": Decimal("1.5"), "unit": "MONTHS"}),
        400,
        "must be integer",
    ),
    "lower case unit": (
        a_package(duration={"value": 1, "unit": "months"}),
        400,
        "body/duration/unit must be",
    ),
    "mixed case": (a_package(usage_statement_schedule={"frequency": "Monthly"}), 400, "frequency must be"),
    "upper case provider": (a_package(billing_provider="STRIPE"), 400, "body/billing_provider must be"),
    "empty span": (a_package(duration={"value": 0, "unit": "DAYS"}), 400, "must be > 0"),
    "offset before the contract": (
        a_package(recurring_credits=[a_credit(starting_at_offset={"value": -1, "unit": "DAYS"})]),
        400,
        "body/recurring_credits/0/starting_at_offset/value must be >= 0",
    ),
    "V02 empty key": (a_package(uniqueness_key=""), 400, "body/uniqueness_key must have at least 1"),
    "V02 long key": (a_package(uniqueness_key="k" * 129), 400, "body/uniqueness_key must have at most 128"),
    "V03 two rate cards": (a_package(rate_card_id=CARD), 400, "both rate_card_id and rate_card_alias"),
    "V06 specifiers with ids": (
        a_package(recurring_credits=[a_credit(specifiers=[{}], applicable_product_ids=[TOKENS])]),
        400,
        "specifiers together with",
    ),
    "V06 specifiers with tags": (
        a_package(recurring_credits=[a_credit(specifiers=[{}], applicable_product_tags=["t"])]),
        400,
        "specifiers together with",
    ),
    "V07 rollover in percent": (
        a_package(recurring_credits=[a_credit(rollover_fraction=100)]),
        400,
        "rollover_fraction must be between 0 and 1",
    ),
    "V08 no quantity": (
        a_package(recurring_credits=[a_credit(access_amount=PRICE)]),
        400,
        "must specify a quantity",
    ),
    "V08 quantity and subscription": (
        a_package(recurring_credits=[a_credit(subscription_config=LINK)]),
        400,
        "must not specify a quantity if a subscription is configured",
    ),
    "V09 unknown subscription": (
        a_package(recurring_credits=[linked(subscription_id="starter")]),
        400,
        'subscription_id "starter" is not',
    ),
    "V09 a credit is no subscription": (
        a_package(recurring_credits=[linked(subscription_id="signup-credit")]),
        400,
        'subscription_id "signup-credit" is not',
    ),
    "V10 individual without seats": (
        a_package(recurring_credits=[linked(allocation="INDIVIDUAL")]),
        400,
        "INDIVIDUAL requires",
    ),
    "V10 seats without config": (
        a_package(subscriptions=[a_subscription(quantity_management_mode="SEAT_BASED")]),
        400,
        "must specify seat_config",
    ),
    "V10 quantity without quantity": (
        a_package(subscriptions=[without(a_subscription(), "initial_quantity")]),
        400,
        "must specify initial_quantity",
    ),
    "V11 two daily": (
        a_package(
            recurring_credits=[
                a_credit(recurrence_frequency="DAILY"),
                a_credit(recurrence_frequency="daily", temporary_id="b"),
            ]
        ),
        400,
        "at most one",
    ),
    "V11 daily seats": (
        a_package(
            recurring_credits=[linked() | {"recurrence_frequency": "DAILY"}],
            subscriptions=[a_subscription(**SEATS)],
        ),
        400,
        "DAILY must not be linked",
    ),
    "V15 one temporary id twice": (
        a_package(subscriptions=[a_subscription(temporary_id="signup-credit")]),
        400,
        'temporary_id "signup-credit" is used 2 times',
    ),
    "V19 immediately in arrears": (
        a_package(subscriptions=[a_subscription(collection_schedule="ARREARS")]),
        400,
        "only available with collection_schedule ADVANCE",
    ),
    "V20 no rate for the frequency": (
        a_package(
            subscriptions=[
                a_subscription(subscription_rate={"product_id": FEE, "billing_frequency": "annual"})
            ]
        ),
        400,
        "No such product in rate card",
    ),
    "V20 no rate card": (without(a_package(), "rate_card_alias"), 400, "must specify rate_card_id or"),
    "V25 usage product as credit": (
        a_package(recurring_credits=[a_credit(product_id=TOKENS)]),
        400,
        "has type USAGE, a recurring credit needs FIXED",
    ),
    "V25 fixed product as subscription": (
        a_package(
            subscriptions=[
                a_subscription(subscription_rate={"product_id": CREDIT, "billing_frequency": "MONTHLY"})
            ]
        ),
        400,
        "has type FIXED, a subscription needs SUBSCRIPTION",
    ),
    "V26 unregistered key": (
        a_package(subscriptions=[a_subscription(custom_fields={"colour": "red"})]),
        400,
        'custom field key "colour" is not registered',
    ),
    "V26 long value": (
        a_package(subscriptions=[a_subscription(custom_fields={"tier": "g" * 201})]),
        400,
        "must have at most 200",
    ),
    "V31 alias without a name": (
        a_package(aliases=[an_alias("")]),
        400,
        "body/aliases/0/name must have at least",
    ),
    "V31 alias twice": (
        a_package(
            aliases=[an_alias("A", None, "2026-01-01T00:00:00Z"), an_alias("A", "2026-01-01T00:00:00Z")]
        ),
        400,
        'alias "A" is used 2 times',
    ),
    "V31 empty window": (
        a_package(aliases=[an_alias("A", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")]),
        400,
        "starting_at must be before ending_before",
    ),
    "V31 half past": (a_package(aliases=[an_alias("A", "2026-01-01T00:30:00Z")]), 400, "must be a full hour"),
    "alias date without time": (a_package(aliases=[an_alias("A", "2026-01-01")]), 400, 'format "date-time"'),
    "unknown product": (
        a_package(recurring_credits=[a_credit(product_id="nope")]),
        404,
        'product "nope" not found',
    ),
    "unknown product to draw down": (
        a_package(recurring_credits=[a_credit(applicable_product_ids=["nope"])]),
        404,
        'product "nope" not found',
    ),
    "unknown product in a specifier": (
        a_package(recurring_credits=[a_credit(specifiers=[{"product_id": "nope"}])]),
        404,
        'product "nope" not found',
    ),
    "unknown rate card": (
        without(a_package(rate_card_id="nope"), "rate_card_alias"),
        404,
        'rate card "nope" not found',
    ),
    "unknown rate card alias": (a_package(rate_card_alias="nope"), 404, 'rate card alias "nope" not found'),
    "unknown pricing unit": (
        a_package(
            recurring_credits=[a_credit(access_amount={**PRICE, "quantity": 1, "credit_type_id": "nope"})]
        ),
        404,
        'credit type "nope" not found',
    ),
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_takes(engine: Engine, body: JsonObject) -> None:
    assert created(engine, body)["name"] == body["name"]


@pytest.mark.parametrize(("body", "status", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses_and_stores_nothing(engine: Engine, body: JsonObject, status: int, message: str) -> None:
    with pytest.raises(EngineError) as raised:
        engine.call("packages.create", body)
    assert raised.value.status == status
    assert message in raised.value.message
    assert "\n" not in raised.value.message
    assert engine.call("packages.list", {"archive_filter": "ALL"}) == {"data": [], "next_page": None}


def test_all_faults_of_the_shape_are_told_at_once(engine: Engine) -> None:
    with pytest.raises(EngineError) as raised:
        engine.call("packages.create", {"name": 1, "duration": {"value": 1, "unit": "MONTH"}})
    assert "body/name must be string; body/duration/unit must be" in raised.value.message


def test_lower_case_enums_are_read_back_in_upper_case(engine: Engine) -> None:
    subscription = a_subscription(
        collection_schedule="advance",
        proration={"invoice_behavior": "bill_immediately"},
        quantity_management_mode="quantity_only",
    )
    package = created(engine, a_package(subscriptions=[subscription]))
    shown = as_object(as_list(package["subscriptions"])[0])
    assert shown["collection_schedule"] == "ADVANCE"
    assert as_object(shown["proration"])["invoice_behavior"] == "BILL_IMMEDIATELY"
    assert shown["quantity_management_mode"] == "QUANTITY_ONLY"


def test_fractions_of_a_cent_keep_every_digit(engine: Engine) -> None:
    price = Decimal("0.12345678901234567890")
    package = created(
        engine, a_package(recurring_credits=[a_credit(access_amount={"unit_price": price, "quantity": 1})])
    )
    credit = as_object(as_list(package["recurring_credits"])[0])
    assert as_object(credit["access_amount"])["unit_price"] == price


def test_a_uniqueness_key_is_used_up_for_good(engine: Engine) -> None:
    package = created(engine, a_package(uniqueness_key="starter-1"))
    assert package["uniqueness_key"] == "package:starter-1"
    for _ in range(2):
        with pytest.raises(EngineError, match=r"^This uniqueness key has already been used\.$") as raised:
            engine.call("packages.create", a_package(name="other", uniqueness_key="starter-1"))
        assert raised.value.status == 409
        if "archived_at" not in package:
            engine.call("packages.archive", {"package_id": package["id"]})
            package = as_object(engine.call("packages.get", {"package_id": package["id"]})["data"])


def test_a_refused_create_does_not_use_up_its_key(engine: Engine) -> None:
    with pytest.raises(EngineError):
        engine.call("packages.create", a_package(uniqueness_key="k", rate_card_alias="nope"))
    assert created(engine, a_package(uniqueness_key="k"))["uniqueness_key"] == "package:k"


def test_a_used_key_is_told_before_a_product_that_has_gone_missing(engine: Engine) -> None:
    engine.call("packages.create", a_package(uniqueness_key="k"))
    with pytest.raises(EngineError) as raised:
        engine.call("packages.create", a_package(uniqueness_key="k", rate_card_alias="nope"))
    assert raised.value.status == 409


def test_packages_of_one_name_and_without_keys_are_different_packages(engine: Engine) -> None:
    assert created(engine, a_package())["id"] != created(engine, a_package())["id"]
