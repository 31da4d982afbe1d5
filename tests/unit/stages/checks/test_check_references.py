from __future__ import annotations

import pytest
from support.example_catalog import CARD, PROJECT, STARTER, catalog_of, checked, example, expect

from pkgplan.model import rules
from pkgplan.stages.checks import Unsound, check

INPUT = "references/product-input-tokens.yaml"


def test_the_example_has_no_findings() -> None:
    assert checked(example()) == ()


def test_unknown_product_of_a_credit() -> None:
    catalog = example()
    catalog.credit["product"] = "sign-up-credit"
    found = expect(
        catalog, rules.UNKNOWN_REFERENCE, "recurring_credits.signup-credit.product", '"sign-up-credit"'
    )
    assert (
        found.hint
        == 'did you mean "signup-credit"? Otherwise declare a Product with this key under references/'
    )


def test_unknown_product_of_a_subscription_is_not_unpriced_as_well() -> None:
    catalog = example()
    catalog.fee["subscription_rate"]["product"] = "nothing-like-it"
    expect(
        catalog,
        rules.UNKNOWN_REFERENCE,
        "subscriptions.starter-fee.subscription_rate.product",
        '"nothing-like-it"',
    )


def test_unknown_applicable_product_and_specifier() -> None:
    catalog = example()
    catalog.credit["applicable_products"][1] = "output-token"
    expect(
        catalog,
        rules.UNKNOWN_REFERENCE,
        "recurring_credits.signup-credit.applicable_products.1",
        '"output-token"',
    )
    catalog = example()
    del catalog.credit["applicable_products"]
    catalog.credit["specifiers"] = [{"product": "output-token"}]
    expect(
        catalog,
        rules.UNKNOWN_REFERENCE,
        "recurring_credits.signup-credit.specifiers.0.product",
        '"output-token"',
    )


def test_a_group_value_named_product_is_no_reference() -> None:
    catalog = example()
    del catalog.credit["applicable_products"]
    catalog.credit["specifiers"] = [{"pricing_group_values": {"product": "anything"}}]
    catalog.split_up("pricing_group_key", "product")
    catalog.card["rates"][0]["pricing_group_values"] = {"product": "anything"}
    assert checked(catalog) == ()


def test_unknown_rate_card_and_alias() -> None:
    catalog = example()
    catalog.spec["rate_card_alias"] = "Token rate card"
    found = expect(catalog, rules.UNKNOWN_REFERENCE, "rate_card_alias", '"Token rate card"')
    assert found.hint.startswith(
        'did you mean "Tokens rate card"? Otherwise declare a RateCard with this alias'
    )
    del catalog.spec["rate_card_alias"]
    catalog.spec["rate_card"] = "token"
    expect(catalog, rules.UNKNOWN_REFERENCE, "rate_card", '"token"')
    catalog.spec["rate_card"] = "tokens"
    assert checked(catalog) == ()


def test_a_rate_card_key_is_not_an_alias() -> None:
    catalog = example()
    catalog.spec["rate_card_alias"] = "tokens"
    expect(catalog, rules.UNKNOWN_REFERENCE, "rate_card_alias", '"tokens"')


def test_unknown_metric_composite_rate_and_pricing_unit() -> None:
    catalog = example()
    catalog.spec_of(INPUT)["billable_metric"] = "input-token"
    expect(catalog, rules.UNKNOWN_REFERENCE, "billable_metric", '"input-token"', path=INPUT)
    catalog = example()
    path = catalog.add(
        "Product", "support", {"name": "Support", "type": "composite", "composite_products": ["nothing"]}
    )
    expect(catalog, rules.UNKNOWN_REFERENCE, "composite_products.0", '"nothing"', path=path)
    catalog = example()
    catalog.card["rates"][0]["product"] = "nothing"
    expect(catalog, rules.UNKNOWN_REFERENCE, "rates.0.product", '"nothing"', path=CARD)
    catalog = example()
    catalog.card["credit_type_conversions"] = [
        {"custom_credit_type": "ai-credits", "fiat_per_custom_credit": "0.01 USD"}
    ]
    expect(
        catalog,
        rules.UNKNOWN_REFERENCE,
        "credit_type_conversions.0.custom_credit_type",
        '"ai-credits"',
        path=CARD,
    )
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    assert checked(catalog) == ()


def test_default_environment_must_be_declared() -> None:
    catalog = example()
    catalog.spec_of(PROJECT)["default_environment"] = "locall"
    found = expect(catalog, rules.UNKNOWN_REFERENCE, "default_environment", '"locall"', path=PROJECT)
    assert "local" in found.hint
    catalog.spec_of(PROJECT)["default_environment"] = "production"
    assert checked(catalog) == ()


def test_an_incomplete_catalog_is_not_told_what_it_lacks() -> None:
    catalog = example()
    catalog.credit["product"] = "in-another-file"
    catalog.credit["access_amount"]["unit_price"] = "10 unit-of-another-file"
    catalog.fee["custom_fields"] = {"erp": "1"}
    catalog.credit["access_amount"].pop("quantity")
    typed = catalog_of(catalog)
    assert {finding.rule.code for finding in check(typed)} == {"PKG201", "PKG304", "PKG218", "PKG205"}
    anything = Unsound(kind=None, key=None)
    assert {finding.rule.code for finding in check(typed, {anything})} == {"PKG205"}
    product = Unsound("Product", "in-another-file")
    assert {finding.rule.code for finding in check(typed, {product})} == {"PKG304", "PKG218", "PKG205"}
    other = Unsound("Product", "yet-another")
    assert {finding.rule.code for finding in check(typed, {other})} == {
        "PKG201",
        "PKG304",
        "PKG218",
        "PKG205",
    }


def test_findings_come_in_the_same_order_whatever_the_order_of_files() -> None:
    catalog = example()
    catalog.credit["product"] = "a-product"
    catalog.add_package("another", rate_card_alias="no such card")
    backwards = example()
    backwards.clear()
    for path in reversed(catalog):
        backwards[path] = catalog[path]
    assert checked(catalog) == checked(backwards)
    assert [finding.at.path for finding in checked(catalog)] == ["packages/package-another.yaml", STARTER]


@pytest.mark.parametrize("name", ['x"y', "x" * 5000])
def test_strange_names_stay_on_one_short_line(name: str) -> None:
    catalog = example()
    catalog.spec["rate_card_alias"] = name
    found = expect(catalog, rules.UNKNOWN_REFERENCE, "rate_card_alias")
    assert len(found.message) < 120
