from __future__ import annotations

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


def test_custom_fields_are_declared_for_their_entity() -> None:
    catalog = example()
    catalog.fee["custom_fields"] = {"erp_item": "4711"}
    path = catalog.add(
        "CustomFieldKey", "erp", {"entity": "subscription", "key": "erp_item", "enforce_uniqueness": False}
    )
    found = expect(
        catalog,
        rules.UNKNOWN_CUSTOM_FIELD,
        "subscriptions.starter-fee.custom_fields.erp_item",
        '"erp_item"',
        '"package_subscription"',
    )
    assert found.at.anchor is Anchor.KEY
    catalog.spec_of(path)["entity"] = "package_subscription"
    assert checked(catalog) == ()


def test_a_term_key_is_used_once() -> None:
    catalog = example()
    catalog.spec["subscriptions"]["signup-credit"] = catalog.spec["subscriptions"].pop("starter-fee")
    found = expect(catalog, rules.DUPLICATE_TERM, "subscriptions.signup-credit", '"signup-credit"')
    assert found.related[0].at.route == ("spec", "recurring_credits", "signup-credit")


def test_a_term_key_may_be_used_in_two_packages() -> None:
    catalog = example()
    terms = {"starter-fee": catalog.fee}
    catalog.add_package("second", rate_card="tokens", subscriptions=terms)
    assert checked(catalog) == ()


@pytest.mark.parametrize(
    ("offset", "duration", "late"),
    [
        ("12 months", "1 year", True),
        ("11 months", "1 year", False),
        ("2 weeks", "14 days", True),
        ("13 days", "2 weeks", False),
        # Twelve months have 365 or 366 days; only what is late from every date is refused.
        ("372 days", "12 months", True),
        ("366 days", "12 months", False),
        ("2 months", "56 days", True),
        ("2 months", "57 days", False),
    ],
)
def test_a_term_starts_before_the_package_is_over(offset: str, duration: str, *, late: bool) -> None:
    catalog = example()
    catalog.spec["duration"] = duration
    catalog.credit["starting_at_offset"] = offset
    if late:
        at = "recurring_credits.signup-credit.starting_at_offset"
        expect(catalog, rules.SPAN_RANGE, at, f'"{offset}"', f'"{duration}"')
    else:
        assert checked(catalog) == ()


def test_a_subscription_starts_before_the_package_is_over() -> None:
    catalog = example()
    catalog.fee["starting_at_offset"] = "12 months"
    at = "subscriptions.starter-fee.starting_at_offset"
    expect(catalog, rules.SPAN_RANGE, at, '"12 months"')
    del catalog.spec["duration"]
    assert checked(catalog) == ()
