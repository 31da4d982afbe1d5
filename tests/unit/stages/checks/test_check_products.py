from __future__ import annotations

from typing import Any

import pytest
from support.example_catalog import CARD, checked, example, expect

from pkgplan.model import rules

CREDIT = "references/product-signup-credit.yaml"
FEE = "references/product-starter-fee.yaml"
INPUT = "references/product-input-tokens.yaml"


def test_every_balance_and_charge_needs_a_fixed_product() -> None:
    catalog = example()
    catalog.add_commit(product="input-tokens")
    catalog.add_credit(product="input-tokens")
    catalog.add_monthly_commit(product="input-tokens")
    catalog.add_charge(product="input-tokens")
    catalog.credit["product"] = "input-tokens"
    gate = {"payment_gate_type": "none"}
    threshold = {"is_enabled": True, "threshold_amount": "5.00 USD", "payment_gate_config": gate}
    threshold["commit"] = {"product": "input-tokens"}
    catalog.spec["spend_threshold_configuration"] = threshold
    catalog.spec["prepaid_balance_threshold_configuration"] = threshold | {"recharge_to_amount": "20.00 USD"}
    found = checked(catalog)
    assert {each.rule for each in found} == {rules.WRONG_PRODUCT_TYPE}
    assert sorted(".".join(map(str, each.at.route[1:])) for each in found) == [
        "commits.main.product",
        "credits.trial.product",
        "prepaid_balance_threshold_configuration.commit.product",
        "recurring_commits.monthly.product",
        "recurring_credits.signup-credit.product",
        "scheduled_charges.support.product",
        "spend_threshold_configuration.commit.product",
    ]
    for each in found:
        assert each.related[0].at.path == INPUT
        assert '"usage"' in each.message
        assert '"fixed"' in each.message


def test_a_subscription_needs_a_subscription_product_and_is_not_unpriced_as_well() -> None:
    catalog = example()
    catalog.fee["subscription_rate"]["product"] = "signup-credit"
    expect(
        catalog,
        rules.WRONG_PRODUCT_TYPE,
        "subscriptions.starter-fee.subscription_rate.product",
        '"fixed"',
        '"subscription"',
    )


def test_a_usage_product_needs_a_metric() -> None:
    catalog = example()
    del catalog.spec_of(INPUT)["billable_metric"]
    expect(catalog, rules.MISSING_KEY, "type", '"usage"', '"billable_metric"', path=INPUT)


def test_a_composite_product_needs_products_or_tags() -> None:
    catalog = example()
    spec: dict[str, Any] = {"name": "Support", "type": "composite"}
    path = catalog.add("Product", "support", spec)
    expect(catalog, rules.MISSING_KEY, "type", '"composite"', '"composite_products"', path=path)
    spec["composite_tags"] = ["tokens"]
    assert checked(catalog) == ()


def test_a_fixed_product_has_no_metric() -> None:
    catalog = example()
    catalog.spec_of(CREDIT)["billable_metric"] = "input-tokens"
    expect(catalog, rules.WRONG_PRODUCT_TYPE, "billable_metric", '"fixed"', '"billable_metric"', path=CREDIT)


def test_a_fixed_product_has_no_rate() -> None:
    catalog = example()
    catalog.card["rates"][0]["product"] = "signup-credit"
    expect(catalog, rules.WRONG_PRODUCT_TYPE, "rates.0.product", '"fixed"', '"tokens"', path=CARD)


def test_a_share_is_for_composites_only() -> None:
    catalog = example()
    catalog.card["rates"][0] |= {"rate_type": "percentage", "price": 1}
    expect(catalog, rules.WRONG_PRODUCT_TYPE, "rates.0.rate_type", '"usage"', '"percentage"', path=CARD)
    catalog.add("Product", "support", {"name": "Support", "type": "composite", "composite_tags": ["tokens"]})
    catalog.card["rates"][0]["product"] = "support"
    assert checked(catalog) == ()


def test_a_subscription_rate_has_a_frequency_and_no_other_has() -> None:
    catalog = example()
    extra = dict(catalog.card["rates"][2])
    del extra["billing_frequency"]
    catalog.card["rates"].append(extra)
    expect(catalog, rules.MISSING_KEY, "rates.3", '"starter-fee"', '"billing_frequency"', path=CARD)
    catalog = example()
    catalog.card["rates"][0]["billing_frequency"] = "monthly"
    expect(catalog, rules.WRONG_PRODUCT_TYPE, "rates.0.billing_frequency", '"usage"', '"monthly"', path=CARD)


@pytest.mark.parametrize(("position", "count"), [(0, 0), (2, 1)])
def test_a_commit_rate_is_for_usage_only(position: int, count: int) -> None:
    catalog = example()
    catalog.card["rates"][position]["commit_rate"] = {"rate_type": "flat", "price": "0.80 USD"}
    found = checked(catalog)
    assert [each.rule for each in found] == [rules.WRONG_PRODUCT_TYPE] * count


def test_a_custom_rate_is_left_alone() -> None:
    catalog = example()
    catalog.card["rates"][0]["rate_type"] = "custom"
    assert checked(catalog) == ()
