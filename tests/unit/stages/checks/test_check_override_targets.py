from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.example_catalog import CARD, Example, checked, example, expect

from pkgplan.model import rules
from pkgplan.model.diagnostics import Severity

SPECIFIER = "overrides.deal.override_specifiers.0"
FLAT: dict[str, Any] = {"rate_type": "flat", "price": "0.80 USD"}
OVERWRITE: dict[str, Any] = {"type": "overwrite", "overwrite_rate": FLAT}
HALF: dict[str, Any] = {"type": "multiplier", "multiplier": Decimal("0.5")}
FEE = {"product": "starter-fee", "billing_frequency": "monthly"}


def _deal(specifier: dict[str, Any], catalog: Example | None = None, **more: Any) -> Example:
    catalog = catalog or example()
    override = {"override_specifiers": [specifier], "starting_at_offset": "0 months"} | more
    catalog.spec.setdefault("overrides", {})["deal"] = override
    return catalog


def _by_model() -> Example:
    """The example, with input tokens priced by model."""
    catalog = example()
    product = catalog.spec_of("references/product-input-tokens.yaml")
    product |= {"pricing_group_key": ["model"], "presentation_group_key": ["project"]}
    metric = catalog.spec_of("references/metric-input-tokens.yaml")
    metric["group_keys"] = [["model", "project"]]
    metric["property_filters"] += [{"name": name, "exists": True} for name in ("model", "project")]
    rate = catalog.card["rates"].pop(0)
    catalog.card["rates"] += [rate | {"pricing_group_values": {"model": name}} for name in ("large", "small")]
    return catalog


def test_an_overwrite_of_tags() -> None:
    catalog = _deal({"product_tags": ["tokens"]}, **OVERWRITE)
    expect(catalog, rules.OVERWRITE_TARGET, f"{SPECIFIER}.product_tags", '"deal"')
    assert checked(_deal({"product_tags": ["tokens"]}, **HALF)) == ()
    assert checked(_deal({"product_tags": ["tokens"]}, entitled=False, duration="7 days")) == ()


def test_an_overwrite_of_no_product() -> None:
    catalog = _deal({"pricing_group_values": {"model": "large"}}, _by_model(), **OVERWRITE)
    expect(catalog, rules.OVERWRITE_TARGET, SPECIFIER, '"deal"')


def test_an_overwrite_gives_all_pricing_group_values() -> None:
    catalog = _deal({"product": "input-tokens"}, _by_model(), **OVERWRITE)
    expect(catalog, rules.OVERWRITE_TARGET, f"{SPECIFIER}.product", '"input-tokens"', '"model"')
    whole = {"product": "input-tokens", "pricing_group_values": {"model": "large"}}
    assert checked(_deal(whole, _by_model(), **OVERWRITE)) == ()
    assert checked(_deal({"product": "input-tokens"}, _by_model(), **HALF)) == ()


def test_an_overwrite_of_a_part_of_the_usage() -> None:
    part = {
        "product": "input-tokens",
        "pricing_group_values": {"model": "large"},
        "presentation_group_values": {"project": "a"},
    }
    assert checked(_deal(part, _by_model(), **OVERWRITE)) == ()
    assert checked(_deal(part, _by_model(), **HALF)) == ()


def test_a_fee_needs_its_frequency() -> None:
    for change in (OVERWRITE, HALF):
        catalog = _deal({"product": "starter-fee"}, **change)
        expect(catalog, rules.SUBSCRIPTION_OVERRIDE, f"{SPECIFIER}.product", '"starter-fee"')
        assert checked(_deal(FEE, **change)) == ()
    assert checked(_deal({"product": "starter-fee"}, entitled=False, duration="1 month")) == ()


def test_a_frequency_needs_its_product() -> None:
    catalog = _deal({"product_tags": ["tokens"], "billing_frequency": "monthly"}, **HALF)
    expect(catalog, rules.SUBSCRIPTION_OVERRIDE, f"{SPECIFIER}.billing_frequency", '"monthly"')


def test_a_product_that_the_card_does_not_price() -> None:
    catalog = _deal({"product": "input-tokens"}, **HALF)
    catalog.card["rates"].pop(0)
    found = expect(catalog, rules.OVERRIDE_UNPRICED, f"{SPECIFIER}.product", '"input-tokens"', '"tokens"')
    assert found.related[0].at.path == CARD


def test_one_card_of_the_alias_is_enough() -> None:
    catalog = _deal({"product": "input-tokens"}, **HALF)
    first = catalog.card["aliases"][0]
    catalog.add("RateCard", "next", catalog.card | {"aliases": [first | {"starting_at": "2026-01-01"}]})
    catalog.card["aliases"] = [first | {"ending_before": "2026-01-01"}]
    catalog.card["rates"] = catalog.card["rates"][1:]
    assert rules.OVERRIDE_UNPRICED not in {finding.rule for finding in checked(catalog)}


def test_a_frequency_that_the_card_does_not_price() -> None:
    catalog = _deal(FEE | {"billing_frequency": "annual"}, **HALF)
    at = f"{SPECIFIER}.billing_frequency"
    found = expect(catalog, rules.OVERRIDE_UNPRICED, at, '"starter-fee"', '"annual"')
    assert '"monthly"' in found.hint


def test_a_subscription_without_a_price_is_reported_once() -> None:
    catalog = _deal(FEE, **HALF)
    catalog.card["rates"].pop()
    expect(catalog, rules.UNPRICED_SUBSCRIPTION, "subscriptions.starter-fee.subscription_rate.product")


def test_unknown_products_and_cards_are_left_to_others() -> None:
    catalog = _deal({"product": "nothing"}, **OVERWRITE)
    expect(catalog, rules.UNKNOWN_REFERENCE, f"{SPECIFIER}.product")
    catalog = _deal({"product": "input-tokens"}, **HALF)
    catalog.spec["rate_card_alias"] = "nothing"
    expect(catalog, rules.UNKNOWN_REFERENCE, "rate_card_alias")


def test_a_fixed_product_has_nothing_to_override() -> None:
    catalog = _deal({"product": "signup-credit"}, **OVERWRITE)
    expect(catalog, rules.WRONG_PRODUCT_TYPE, f"{SPECIFIER}.product", '"signup-credit"', '"fixed"')


def test_a_frequency_of_usage() -> None:
    catalog = _deal({"product": "input-tokens", "billing_frequency": "monthly"}, **OVERWRITE)
    expect(catalog, rules.WRONG_PRODUCT_TYPE, f"{SPECIFIER}.billing_frequency", '"usage"')


@pytest.mark.parametrize(
    ("specifier", "rate", "allowed"),
    [
        (
            {"product": "input-tokens"},
            {"rate_type": "percentage", "price": Decimal("0.1")},
            "flat, tiered, custom",
        ),
        (FEE, {"rate_type": "tiered", "tiers": [{"price": "1.00 USD"}]}, "flat, custom, subscription"),
        ({"product": "margin"}, FLAT, "percentage, tiered_percentage, custom"),
    ],
)
def test_a_rate_that_the_product_cannot_have(
    specifier: dict[str, Any], rate: dict[str, Any], allowed: str
) -> None:
    catalog = example()
    composite = {"name": "Margin", "type": "composite", "composite_tags": ["tokens"]}
    catalog.add("Product", "margin", composite)
    share = {"rate_type": "percentage", "price": Decimal("0.1")}
    catalog.card["rates"].append({"product": "margin", "starting_at": "2025-01-01", "entitled": True} | share)
    assert checked(_deal({"product": "margin"}, catalog, type="overwrite", overwrite_rate=share)) == ()
    _deal(specifier, catalog, type="overwrite", overwrite_rate=rate)
    found = expect(catalog, rules.WRONG_PRODUCT_TYPE, "overrides.deal.overwrite_rate.rate_type")
    assert allowed in found.hint


def test_an_override_that_entitles_a_fee_from_its_start() -> None:
    catalog = _deal({"product": "starter-fee"}, entitled=True)
    catalog.card["rates"][2]["entitled"] = False
    assert checked(catalog) == ()
    catalog.spec["overrides"]["deal"]["starting_at_offset"] = "3 months"
    found = expect(
        catalog, rules.UNENTITLED_SUBSCRIPTION, "subscriptions.starter-fee.subscription_rate", '"3 months"'
    )
    assert found.severity is Severity.WARNING
    catalog.fee["starting_at_offset"] = "3 months"
    assert checked(catalog) == ()


def test_an_override_that_takes_a_fee_away_for_good() -> None:
    catalog = _deal({"product": "starter-fee"}, entitled=False)
    found = expect(
        catalog, rules.UNENTITLED_SUBSCRIPTION, "subscriptions.starter-fee.subscription_rate", '"deal"'
    )
    assert found.related[0].at.route[-1] == "entitled"
    catalog.spec["overrides"]["deal"]["duration"] = "14 days"
    assert checked(catalog) == ()
