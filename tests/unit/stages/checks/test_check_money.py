from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support.example_catalog import CARD, checked, example, expect

from pkgplan.model import rules

if TYPE_CHECKING:
    from pkgplan.model.diagnostics import Rule

PRICE = "recurring_credits.signup-credit.access_amount.unit_price"
CREDITS = {"custom_credit_type": "ai-credits", "fiat_per_custom_credit": "0.01 USD"}


def test_an_amount_that_a_double_cannot_hold() -> None:
    catalog = example()
    catalog.credit["access_amount"]["unit_price"] = "90071992547409.93 USD"
    found = expect(catalog, rules.INEXACT_AMOUNT, PRICE, '"90071992547409.93 USD"', '"90071992547409.92 USD"')
    assert '"90071992547409.92 USD"' in found.hint


@pytest.mark.parametrize("price", ["90071992547409.92 USD", "0.10 USD", "0.0000001 USD"])
def test_amounts_that_arrive_as_written(price: str) -> None:
    catalog = example()
    catalog.credit["access_amount"]["unit_price"] = price
    assert checked(catalog) == ()


def test_every_number_is_looked_at() -> None:
    catalog = example()
    catalog.credit["priority"] = 2**53 + 1
    expect(
        catalog,
        rules.INEXACT_AMOUNT,
        "recurring_credits.signup-credit.priority",
        '"9007199254740993"',
        '"9007199254740992"',
    )
    catalog.credit["priority"] = 2**53
    assert checked(catalog) == ()
    catalog.credit["access_amount"]["quantity"] = Decimal("0.12345678901234567890")
    expect(
        catalog,
        rules.INEXACT_AMOUNT,
        "recurring_credits.signup-credit.access_amount.quantity",
        '"0.1234567890123456789"',
        '"0.12345678901234568"',
    )


def test_a_number_beyond_any_double() -> None:
    catalog = example()
    catalog.fee["initial_quantity"] = 10**400
    expect(catalog, rules.INEXACT_AMOUNT, "subscriptions.starter-fee.initial_quantity", "any JSON number")


def test_prices_of_rate_cards_are_looked_at() -> None:
    catalog = example()
    catalog.card["rates"][1]["price"] = "0.12345678901234567890 USD"
    expect(
        catalog,
        rules.INEXACT_AMOUNT,
        "rates.1.price",
        '"0.1234567890123456789 USD"',
        path=CARD,
    )


ONE_OF = "write the one that is meant: "
UNKNOWN_UNITS = [
    ("10.00 usd", 'write "10.00 USD"'),
    ("10 ai-credit", 'did you mean "ai-credits"?'),
    ("10 moons", "known: ai-credits; use a currency such as USD, or declare a PricingUnit under references/"),
    ("10 cents", 'write "0.10 USD" if US cents are meant'),
    ("10 kr", f'{ONE_OF}"10.00 DKK" if DKK is meant, "10.00 NOK" if NOK is meant, or "10.00 SEK" if SEK is meant'),
    ("1.500 euros", f'{ONE_OF}"1500.00 EUR" if the point groups thousands, or "1.50 EUR" if it begins a fraction'),
]  # fmt: skip


@pytest.mark.parametrize(("price", "hint"), UNKNOWN_UNITS)
def test_a_unit_that_does_not_exist(price: str, hint: str) -> None:
    catalog = example()
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    catalog.credit["access_amount"]["unit_price"] = price
    found = expect(catalog, rules.UNKNOWN_UNIT, PRICE, f'"{price.split()[1]}"')
    assert found.hint == hint


def test_a_declared_pricing_unit_exists() -> None:
    catalog = example()
    catalog.card["credit_type_conversions"] = [CREDITS]
    catalog.card["rates"][0]["price"] = "1 ai-credits"
    assert [each.rule for each in checked(catalog)] == [rules.UNKNOWN_REFERENCE, rules.UNKNOWN_UNIT]
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    assert checked(catalog) == ()


def test_one_rate_has_one_unit() -> None:
    catalog = example()
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    catalog.card["credit_type_conversions"] = [CREDITS]
    catalog.card["rates"][0] |= {
        "rate_type": "tiered",
        "tiers": [{"size": 10, "price": "1 ai-credits"}, {"price": "0.50 USD"}],
    }
    del catalog.card["rates"][0]["price"]
    expect(catalog, rules.MIXED_UNITS, "rates.0.tiers.1.price", '"0.50 USD"', '"1 ai-credits"', path=CARD)
    catalog.card["rates"][0]["tiers"][1]["price"] = "0.5 ai-credits"
    assert checked(catalog) == ()
    catalog.card["rates"][0]["commit_rate"] = {"rate_type": "flat", "price": "0.40 USD"}
    expect(catalog, rules.MIXED_UNITS, "rates.0.commit_rate.price", '"0.40 USD"', path=CARD)


def test_a_price_is_in_a_unit_of_its_card() -> None:
    catalog = example()
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    catalog.card["rates"][0]["price"] = "1 ai-credits"
    found = expect(catalog, rules.MIXED_UNITS, "rates.0.price", '"1 ai-credits"', '"USD"', path=CARD)
    assert "credit_type_conversions" in found.hint
    catalog.card["credit_type_conversions"] = [CREDITS]
    assert checked(catalog) == ()
    catalog.card["rates"][0]["price"] = "1.00 EUR"
    expect(catalog, rules.MIXED_UNITS, "rates.0.price", '"1.00 EUR"', '"USD"', path=CARD)


def test_a_card_is_in_one_currency() -> None:
    catalog = example()
    catalog.card["fiat_credit_type"] = "EUR"
    catalog.credit["access_amount"]["unit_price"] = "10.00 EUR"
    found = checked(catalog)
    assert [each.rule for each in found] == [rules.MIXED_UNITS] * 3
    for rate in catalog.card["rates"]:
        rate["price"] = "1.00 EUR"
    assert checked(catalog) == ()
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    catalog.card["credit_type_conversions"] = [CREDITS]
    at = "credit_type_conversions.0.fiat_per_custom_credit"
    expect(catalog, rules.MIXED_UNITS, at, '"0.01 USD"', '"EUR"', path=CARD)
    catalog.card["fiat_credit_type"] = "euro"
    expect(catalog, rules.UNKNOWN_UNIT, "fiat_credit_type", '"euro"', path=CARD)


@pytest.mark.parametrize(
    ("worth", "rule", "word"),
    [
        ("0 USD", rules.OUT_OF_RANGE, '"0.00 USD"'),
        ("1 ai-credits", rules.MIXED_UNITS, "is not in"),
    ],
)
def test_a_unit_is_worth_some_money(worth: str, rule: Rule, word: str) -> None:
    catalog = example()
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    catalog.card["credit_type_conversions"] = [{**CREDITS, "fiat_per_custom_credit": worth}]
    at = "credit_type_conversions.0.fiat_per_custom_credit"
    expect(catalog, rule, at, word, path=CARD)


def test_a_currency_is_not_worth_another_one() -> None:
    catalog = example()
    path = catalog.add("PricingUnit", "ai-credits", {"name": "EUR"})
    catalog.card["credit_type_conversions"] = [CREDITS]
    expect(catalog, rules.NAME_TAKEN, "name", '"ai-credits"', '"EUR"', path=path)


def test_what_a_unit_is_worth_is_said_once() -> None:
    catalog = example()
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    catalog.card["credit_type_conversions"] = [CREDITS, {**CREDITS, "fiat_per_custom_credit": "0.02 USD"}]
    found = expect(catalog, rules.MIXED_UNITS, "credit_type_conversions.1", "twice", path=CARD)
    assert found.related[0].at.route == ("spec", "credit_type_conversions", 0)


@pytest.mark.parametrize(
    "share",
    [
        {"rate_type": "percentage", "price": Decimal("0.5")},
        {
            "rate_type": "tiered_percentage",
            "tiers": [{"size": 5, "price": Decimal("0.5")}, {"price": Decimal("0.4")}],
        },
    ],
)
def test_a_commit_rate_is_of_a_type_that_usage_can_have(share: dict[str, Any]) -> None:
    catalog = example()
    catalog.card["rates"][0]["commit_rate"] = share
    at = "rates.0.commit_rate.rate_type"
    expect(catalog, rules.WRONG_PRODUCT_TYPE, at, f'"{share["rate_type"]}"', path=CARD)
