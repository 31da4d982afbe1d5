from __future__ import annotations

from decimal import Decimal

import pytest
from support.example_catalog import checked, example, expect

from pkgplan.model import rules
from pkgplan.model.diagnostics import Anchor, Severity


def test_both_a_rate_card_and_an_alias() -> None:
    catalog = example()
    catalog.spec["rate_card"] = "tokens"
    expect(catalog, rules.RATE_CARD_CHOICE, "rate_card_alias", '"tokens"', '"Tokens rate card"')
    del catalog.spec["rate_card_alias"]
    assert checked(catalog) == ()


def test_no_rate_card_where_subscriptions_need_one() -> None:
    catalog = example()
    del catalog.spec["rate_card_alias"]
    expect(catalog, rules.RATE_CARD_CHOICE, "subscriptions", '"starter"', '"starter-fee"')
    del catalog.spec["subscriptions"]
    assert checked(catalog) == ()


def test_no_rate_card_where_overrides_need_one() -> None:
    catalog = example()
    catalog.spec["overrides"] = {
        "discount": {
            "override_specifiers": [{"product": "input-tokens"}],
            "starting_at_offset": "0 months",
            "type": "multiplier",
            "multiplier": Decimal("0.9"),
        }
    }
    del catalog.spec["rate_card_alias"], catalog.spec["subscriptions"]
    expect(catalog, rules.RATE_CARD_CHOICE, "overrides", '"starter"', 'override "discount"')
    del catalog.spec["overrides"]
    assert checked(catalog) == ()


@pytest.mark.parametrize(
    ("given", "value", "missing"),
    [
        ("billing_provider", "stripe", "delivery_method"),
        ("delivery_method", "aws_sqs", "billing_provider"),
    ],
)
def test_half_a_billing_configuration(given: str, value: str, missing: str) -> None:
    catalog = example()
    catalog.spec[given] = value
    found = expect(catalog, rules.BILLING_DELIVERY, given, f'"{value}"', missing)
    assert found.severity is Severity.WARNING
    catalog.spec.update(billing_provider="stripe", delivery_method="direct_to_billing_provider")
    assert checked(catalog) == ()


@pytest.mark.parametrize(
    ("field", "entity"),
    [
        ("commits", "package_commit"),
        ("credits", "package_credit"),
        ("scheduled_charges", "package_scheduled_charge"),
        ("subscriptions", "package_subscription"),
    ],
)
def test_custom_fields_are_declared_for_their_entity(field: str, entity: str) -> None:
    catalog = example()
    catalog.add_commit("term")
    catalog.add_credit("term-2")
    catalog.add_charge(key="term-3")
    key, term = next(iter(catalog.spec[field].items()))
    term["custom_fields"] = {"erp_item": "4711"}
    path = catalog.add(
        "CustomFieldKey", "erp", {"entity": "invoice", "key": "erp_item", "enforce_uniqueness": False}
    )
    at = f"{field}.{key}.custom_fields.erp_item"
    found = expect(catalog, rules.UNKNOWN_CUSTOM_FIELD, at, '"erp_item"', f'"{entity}"')
    assert found.at.anchor is Anchor.KEY
    catalog.spec_of(path)["entity"] = entity
    assert checked(catalog) == ()


def test_a_term_key_is_used_once() -> None:
    catalog = example()
    catalog.spec["subscriptions"]["signup-credit"] = catalog.spec["subscriptions"].pop("starter-fee")
    found = expect(catalog, rules.DUPLICATE_TERM, "subscriptions.signup-credit", '"signup-credit"')
    assert found.related[0].at.route == ("spec", "recurring_credits", "signup-credit")


def test_every_later_term_of_a_key_is_named() -> None:
    catalog = example()
    catalog.spec["subscriptions"]["signup-credit"] = catalog.spec["subscriptions"].pop("starter-fee")
    catalog.add_monthly_commit("signup-credit")
    catalog.add_commit("signup-credit")
    found = checked(catalog)
    assert {each.rule for each in found} == {rules.DUPLICATE_TERM}
    assert sorted(each.at.route[1] for each in found) == [
        "recurring_commits",
        "recurring_credits",
        "subscriptions",
    ]
    assert {each.related[0].at.route[1] for each in found} == {"commits"}


def test_a_key_that_says_what_the_term_is_gets_a_number() -> None:
    catalog = example()
    catalog.add_commit("starter-fee")
    found = expect(catalog, rules.DUPLICATE_TERM, "subscriptions.starter-fee", '"starter-fee"')
    assert found.hint.endswith('"starter-fee-2"')


def test_terms_that_nothing_refers_to_share_keys_with_others() -> None:
    catalog = example()
    catalog.add_credit("starter-fee")
    catalog.add_charge(key="starter-fee")
    assert checked(catalog) == ()


def test_a_term_key_may_be_used_in_two_packages() -> None:
    catalog = example()
    terms = {"starter-fee": catalog.fee}
    catalog.add_package("second", rate_card="tokens", subscriptions=terms)
    assert checked(catalog) == ()
