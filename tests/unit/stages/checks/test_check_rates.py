from __future__ import annotations

from typing import Any

import pytest
from support.example_catalog import CARD, Example, checked, example, expect

from pkgplan.model import rules

INPUT = "references/product-input-tokens.yaml"


def rate(starting_at: str, **more: Any) -> dict[str, Any]:
    """Another price of input tokens."""
    flat = {"product": "input-tokens", "entitled": True, "rate_type": "flat", "price": "2.00 USD"}
    return {**flat, "starting_at": starting_at, **more}


def test_a_rate_lasts_until_the_next_one() -> None:
    catalog = example()
    catalog.card["rates"].append(rate("2026-01-01"))
    assert checked(catalog) == ()
    catalog.card["rates"][0]["ending_before"] = "2026-01-01"
    assert checked(catalog) == ()
    catalog.card["rates"][0]["ending_before"] = "2026-02-01"
    found = expect(catalog, rules.RATE_TIMES, "rates.0.ending_before", '"2026-02-01"', path=CARD)
    assert found.related[0].at.route == ("spec", "rates", 3, "starting_at")


def test_the_order_of_the_file_means_nothing() -> None:
    catalog = example()
    catalog.card["rates"].insert(0, rate("2026-01-01", ending_before="2026-03-01"))
    catalog.card["rates"].append(rate("2026-02-01"))
    expect(catalog, rules.RATE_TIMES, "rates.0.ending_before", '"2026-02-01"', path=CARD)


def test_two_rates_from_one_instant() -> None:
    catalog = example()
    second = rate("2025-01-01T00:00:00Z")
    catalog.card["rates"].append(second)
    expect(catalog, rules.RATE_TIMES, "rates.3.starting_at", '"2025-01-01"', '"input-tokens"', path=CARD)
    second["starting_at"] = "2025-01-01T01:00:00Z"
    assert checked(catalog) == ()


def test_a_rate_ends_after_it_starts() -> None:
    catalog = example()
    catalog.card["rates"].append(rate("2026-01-01", ending_before="2026-01-01"))
    expect(catalog, rules.RATE_TIMES, "rates.3.ending_before", '"2026-01-01"', path=CARD)


def test_fees_of_two_frequencies_are_two_prices() -> None:
    catalog = example()
    catalog.card["rates"].append(catalog.card["rates"][2] | {"billing_frequency": "annual"})
    assert checked(catalog) == ()


def test_prices_of_two_group_values_are_two_prices() -> None:
    catalog = example()
    catalog.split_up("pricing_group_key", "model")
    catalog.card["rates"][0]["pricing_group_values"] = {"model": "large"}
    catalog.card["rates"].append(rate("2025-01-01", pricing_group_values={"model": "small"}))
    assert checked(catalog) == ()
    catalog.card["rates"][3]["pricing_group_values"] = {"model": "large"}
    expect(catalog, rules.RATE_TIMES, "rates.3.starting_at", '"input-tokens"', path=CARD)


@pytest.mark.parametrize(
    ("values", "at", "word"),
    [
        (None, "rates.0", '"model", "region"'),
        ({"model": "large"}, "rates.0.pricing_group_values", '"region"'),
        ({"model": "large", "region": "eu", "tier": "1"}, "rates.0.pricing_group_values", '"tier"'),
    ],
)
def test_a_rate_has_a_value_for_each_group_key(values: dict[str, str] | None, at: str, word: str) -> None:
    catalog = example()
    catalog.split_up("pricing_group_key", "model", "region")
    if values is not None:
        catalog.card["rates"][0]["pricing_group_values"] = values
    found = expect(catalog, rules.RATE_GROUP_VALUES, at, word, path=CARD)
    assert found.related[0].at.path == INPUT
    catalog.card["rates"][0]["pricing_group_values"] = {"region": "eu", "model": "large"}
    assert checked(catalog) == ()


def priced_in_coins(catalog: Example) -> None:
    catalog.add("PricingUnit", "coins", {"name": "Coins"})
    worth = {"custom_credit_type": "coins", "fiat_per_custom_credit": "0.01 USD"}
    catalog.card["credit_type_conversions"] = [worth]


def test_a_card_prices_a_product_in_one_unit() -> None:
    catalog = example()
    priced_in_coins(catalog)
    catalog.card["rates"][1]["price"] = "300 coins"
    assert checked(catalog) == ()
    later = rate("2026-01-01", rate_type="tiered", tiers=[{"price": "2 coins"}])
    del later["price"]
    catalog.card["rates"].append(later)
    at = "rates.3.tiers.0.price"
    found = expect(catalog, rules.TWO_UNITS_ON_A_CARD, at, '"USD"', '"coins"', path=CARD)
    assert found.related[0].at.route == ("spec", "rates", 0, "price")


def test_another_card_may_price_it_in_another_unit() -> None:
    catalog = example()
    priced_in_coins(catalog)
    other = {**catalog.card, "name": "Other", "aliases": [], "rates": [rate("2025-01-01", price="2 coins")]}
    catalog.add("RateCard", "other", other)
    assert checked(catalog) == ()
