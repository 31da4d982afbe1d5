"""Every kind of term as the API takes it: spelling, units, order, and what is never sent."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from support.every_field import TERMS, packages, shapes, specs

from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object
from pkgplan.model.units import CURRENCIES, USD_CREDIT_TYPE_ID
from pkgplan.stages.load import read_document

if TYPE_CHECKING:
    from pkgplan.model.compiled import CompiledPackage

ITEM = "{amount: 1000.00 USD, starting_at_offset: 0 months, duration: 1 year}"
COMMIT = f"{{type: prepaid, product: fee, access_schedule: {{schedule_items: [{ITEM}]}}}}"
OVERRIDE = "{override_specifiers: [{product: tokens}], starting_at_offset: 0 months, entitled: true}"
ZERO = {"value": 0, "unit": "MONTHS"}
YEAR = {"value": 1, "unit": "YEARS"}


def compiled(spec: str) -> CompiledPackage:
    (package,) = packages(spec)
    return package


def terms(package: CompiledPackage, field: str) -> list[JsonObject]:
    return [as_object(item) for item in as_list(package.payload[field])]


def at(value: JsonValue, route: str) -> JsonValue:
    for part in route.split("."):
        value = as_list(value)[int(part)] if part.isdigit() else as_object(value)[part]
    return value


def test_a_commit() -> None:
    package = compiled("""
name: Plan
commits:
  main:
    type: prepaid
    product: fee
    access_schedule: {schedule_items: [{amount: 1000.00 USD, starting_at_offset: 0 months, duration: 1 year}]}
    invoice_schedule:
      schedule_items: [{unit_price: 225.50 USD, quantity: 1, date_offset: 0 months, every: quarter, for: 1 year}]
    applicable_products: [tokens, seat, tokens]
    priority: 1.0
""")
    ids = package.references
    dates = ({"value": month, "unit": "MONTHS"} for month in (0, 3, 6, 9))
    assert terms(package, "commits") == [
        {
            "temporary_id": "main",
            "type": "PREPAID",
            "product_id": ids["product/fee"],
            "access_schedule": {
                "credit_type_id": USD_CREDIT_TYPE_ID,
                "schedule_items": [{"amount": 100000, "starting_at_offset": ZERO, "duration": YEAR}],
            },
            "invoice_schedule": {
                "credit_type_id": USD_CREDIT_TYPE_ID,
                "schedule_items": [
                    {"unit_price": 22550, "quantity": 1, "date_offset": date} for date in dates
                ],
            },
            "applicable_product_ids": [ids["product/seat"], ids["product/tokens"]],
            "priority": 1,
        }
    ]


def test_terms_are_in_the_order_of_their_keys_whatever_the_order_written() -> None:
    one = compiled(f"name: Plan\noverrides: {{b: {OVERRIDE}, a: {OVERRIDE.replace('true', 'false')}}}")
    two = compiled(f"name: Plan\noverrides: {{a: {OVERRIDE.replace('true', 'false')}, b: {OVERRIDE}}}")
    assert [term["entitled"] for term in terms(one, "overrides")] == [False, True]
    assert one.digest == two.digest
    assert one.terms == {"overrides": ("a", "b")}


@pytest.mark.parametrize("spec", specs()[:2])
def test_the_order_of_mappings_makes_no_version(spec: str) -> None:
    source, _ = read_document("package.yaml", spec.encode())
    assert source is not None
    turned = json.dumps(turned_around(source.data), default=str)
    assert turned != json.dumps(source.data, default=str)
    assert compiled(turned).payload == compiled(spec).payload


def turned_around(value: JsonValue) -> JsonValue:
    match value:
        case dict():
            return {key: turned_around(item) for key, item in reversed(value.items())}
        case list():
            return [turned_around(item) for item in value]
        case Decimal():
            return float(value)  # type: ignore[return-value]  # only to be written as JSON
        case _:
            return value


def test_keys_are_temporary_ids_where_the_api_has_them_and_kept_beside_the_payload_where_not() -> None:
    package = compiled(TERMS)
    named = {
        field
        for field, value in package.payload.items()
        if isinstance(value, list) and "temporary_id" in as_object(value[0])
    }
    assert named == {"commits", "recurring_commits", "recurring_credits", "subscriptions"}
    assert set(package.terms) == {"credits", "scheduled_charges", "overrides", "spend_trackers"}
    for field, keys in package.terms.items():
        assert len(keys) == len(terms(package, field))
        assert keys == tuple(sorted(keys))


PLACES = {
    "commits: {t: {type: prepaid, product: fee, access_schedule: {schedule_items: "
    "[{amount: AMOUNT, starting_at_offset: 0 days, duration: 1 day}]}}}": (
        "commits.0.access_schedule.schedule_items.0.amount",
        "commits.0.access_schedule.credit_type_id",
    ),
    "credits: {t: {product: fee, access_schedule: {schedule_items: "
    "[{amount: AMOUNT, starting_at_offset: 0 days, duration: 1 day}]}}}": (
        "credits.0.access_schedule.schedule_items.0.amount",
        "credits.0.access_schedule.credit_type_id",
    ),
    "scheduled_charges: {t: {product: fee, schedule: {schedule_items: "
    "[{unit_price: AMOUNT, quantity: 1, date_offset: 0 days}]}}}": (
        "scheduled_charges.0.schedule.schedule_items.0.unit_price",
        "scheduled_charges.0.schedule.credit_type_id",
    ),
    "overrides: {t: {override_specifiers: [{product: tokens}], starting_at_offset: 0 days, type: overwrite, "
    "overwrite_rate: {rate_type: flat, price: AMOUNT}}}": (
        "overrides.0.overwrite_rate.price",
        "overrides.0.overwrite_rate.credit_type_id",
    ),
    "overrides: {t: {override_specifiers: [{product: tokens}], starting_at_offset: 0 days, type: overwrite, "
    "overwrite_rate: {rate_type: tiered, tiers: [{price: AMOUNT}]}}}": (
        "overrides.0.overwrite_rate.tiers.0.price",
        "overrides.0.overwrite_rate.credit_type_id",
    ),
    "recurring_commits: {t: {product: fee, access_amount: {unit_price: AMOUNT, quantity: 1}, priority: 1, "
    "commit_duration: 1 period, starting_at_offset: 0 days}}": (
        "recurring_commits.0.access_amount.unit_price",
        "recurring_commits.0.access_amount.credit_type_id",
    ),
    "recurring_commits: {t: {product: fee, access_amount: {unit_price: 1.00 USD, quantity: 1}, priority: 1, "
    "invoice_amount: {unit_price: AMOUNT, quantity: 1}, commit_duration: 1 period, starting_at_offset: 0 days}}": (
        "recurring_commits.0.invoice_amount.unit_price",
        "recurring_commits.0.invoice_amount.credit_type_id",
    ),
    "spend_threshold_configuration: {is_enabled: true, threshold_amount: AMOUNT, commit: {product: fee}, "
    "payment_gate_config: {payment_gate_type: none}}": (
        "spend_threshold_configuration.threshold_amount",
        None,
    ),
    "spend_threshold_configuration: {is_enabled: true, threshold_amount: 1.00 USD, commit: {product: fee}, "
    "payment_gate_config: {payment_gate_type: none, tax_type: precalculated, "
    "precalculated_tax_config: {tax_amount: AMOUNT}}}": (
        "spend_threshold_configuration.payment_gate_config.precalculated_tax_config.tax_amount",
        None,
    ),
    "prepaid_balance_threshold_configuration: {is_enabled: true, threshold_amount: 1.00 USD, "
    "recharge_to_amount: AMOUNT, commit: {product: fee}, payment_gate_config: {payment_gate_type: none}}": (
        "prepaid_balance_threshold_configuration.recharge_to_amount",
        None,
    ),
}


@pytest.mark.parametrize("unit", [*CURRENCIES, "ai-credits"])
@pytest.mark.parametrize("spec", PLACES)
def test_dollars_are_sent_in_cents_and_all_else_in_whole_units(spec: str, unit: str) -> None:
    package = compiled(f"name: Plan\n{spec.replace('AMOUNT', f'12.50 {unit}')}")
    amount, credit_type = PLACES[spec]
    assert at(package.payload, amount) == (1250 if unit == "USD" else Decimal("12.5"))
    if credit_type is not None:
        assert at(package.payload, credit_type) == package.references[f"pricing-unit/{unit}"]


def test_quantities_and_shares_have_no_unit() -> None:
    package = compiled(TERMS)
    free = next(term for term in terms(package, "commits") if term["temporary_id"] == "free")
    assert "credit_type_id" not in as_object(free["access_schedule"])
    rates = [
        as_object(term["overwrite_rate"]) for term in terms(package, "overrides") if "overwrite_rate" in term
    ]
    unitless = {rate["rate_type"] for rate in rates if "credit_type_id" not in rate}
    assert unitless == {"PERCENTAGE", "TIERED_PERCENTAGE", "CUSTOM"}


@pytest.mark.parametrize(("unit", "sent"), [("USD", False), ("EUR", False), ("ai-credits", True)])
def test_only_a_pricing_unit_is_named_in_a_balance_threshold(unit: str, *, sent: bool) -> None:
    package = compiled(f"""
name: Plan
prepaid_balance_threshold_configuration:
  is_enabled: false
  threshold_amount: 50 {unit}
  recharge_to_amount: 500 {unit}
  commit: {{product: fee}}
  payment_gate_config: {{payment_gate_type: none}}
""")
    config = as_object(package.payload["prepaid_balance_threshold_configuration"])
    assert ("custom_credit_type_id" in config) is sent
    assert f"pricing-unit/{unit}" in package.references


@pytest.mark.parametrize(("alias", "sent"), [("", "promo"), ("alias: promo-cap", "promo-cap")])
def test_a_cap_names_its_tracker_by_alias_or_else_by_key(alias: str, sent: str) -> None:
    package = compiled(f"""
name: Plan
spend_trackers:
  promo:
    {alias}
    credit_type: USD
    reset_frequency: billing_period
    applicable_spend_specifiers: [{{spend_type: commit_purchase, sources: [threshold_recharge, manual, manual]}}]
spend_threshold_configuration:
  is_enabled: true
  threshold_amount: 200.00 USD
  commit: {{product: fee}}
  payment_gate_config: {{payment_gate_type: none}}
  discount_configuration: {{payment_fraction: 1.0, cap: {{spend_tracker: promo, amount: 150.00 USD}}}}
""")
    assert terms(package, "spend_trackers") == [
        {
            "alias": sent,
            "credit_type_id": USD_CREDIT_TYPE_ID,
            "reset_frequency": "BILLING_PERIOD",
            "applicable_spend_specifiers": [
                {"spend_type": "COMMIT_PURCHASE", "sources": ["MANUAL", "THRESHOLD_RECHARGE"]}
            ],
        }
    ]
    assert at(package.payload, "spend_threshold_configuration.discount_configuration") == {
        "payment_fraction": 1,
        "cap": {"spend_tracker_alias": sent, "amount": 15000},
    }


def test_specifiers_name_commits_by_their_temporary_ids() -> None:
    package = compiled(f"""
name: Plan
commits: {{main: {COMMIT}, extra: {COMMIT}}}
overrides:
  cheaper:
    override_specifiers:
      - {{product: tokens, commits: [main, extra], recurring_commits: [monthly]}}
      - {{product: tokens, any_commits_or_credits: [main]}}
    starting_at_offset: 0 months
    type: multiplier
    multiplier: 0
    is_commit_specific: true
""")
    tokens = package.references["product/tokens"]
    assert terms(package, "overrides") == [
        {
            "override_specifiers": [
                {"product_id": tokens, "commit_ids": ["extra", "main"], "recurring_commit_ids": ["monthly"]},
                {"product_id": tokens, "any_commit_or_credit_ids": ["main"]},
            ],
            "starting_at_offset": ZERO,
            "type": "MULTIPLIER",
            "multiplier": 0,
            "is_commit_specific": True,
        }
    ]


def test_no_and_nothing_are_said_and_silence_is_not() -> None:
    found = {shape for package in packages(*specs()) for shape in shapes(package.payload)}
    assert ("overrides[].entitled", False) in found
    assert ("commits[].invoice_schedule.do_not_invoice", False) in found
    assert ("overrides[].multiplier", 0) in found
    assert ("spend_threshold_configuration.is_enabled", False) in found
    assert not [path for path, value in found if value == [] or (value is None and path.endswith("[]"))]
    weekly = next(
        term for term in terms(compiled(TERMS), "subscriptions") if term["temporary_id"] == "weekly"
    )
    assert weekly["proration"] == {}


def test_what_is_for_people_only_makes_no_version() -> None:
    plain = compiled(f"name: Plan\ncommits: {{main: {COMMIT}}}")
    said = compiled(f"name: Plan\ncommits: {{main: {COMMIT[:-1]}, complimentary: true}}}}")
    assert plain.digest == said.digest


def test_what_was_agreed_is_sent_as_it_is() -> None:
    agreed = next(
        rate["custom_rate"]
        for term in terms(compiled(TERMS), "overrides")
        if "custom_rate" in (rate := as_object(term.get("overwrite_rate", {})))
    )
    assert agreed == {"processor": "gnome", "Level": [1, {"deep": True}]}
