from __future__ import annotations

from typing import Any

import pytest
from support.example_catalog import CARD, Example, catalog_of, checked, dated, example, expect, segment

from pkgplan.model import rules
from pkgplan.model.diagnostics import Severity
from pkgplan.stages.checks import Unsound, check

CONVERSION = {"custom_credit_type": "ai-credits", "fiat_per_custom_credit": "0.01 USD"}


def with_ai_credits() -> Example:
    """The example with a pricing unit that its rate card does not convert."""
    catalog = example()
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    return catalog


def test_a_grant_of_usage_is_no_money() -> None:
    catalog = example()
    access: dict[str, Any] = catalog.credit["access_amount"]
    access["access_type"] = "quantity"
    at = "recurring_credits.signup-credit.access_amount.unit_price"
    found = expect(catalog, rules.MIXED_UNITS, at, '"10.00 USD"', "access_type: quantity")
    assert found.hint.startswith("write the plain number 10,")
    access["unit_price"] = 500
    assert checked(catalog) == ()


def test_a_schedule_of_usage_is_no_money() -> None:
    catalog = example()
    items = [segment(500, duration="1 month"), segment("500.00 USD", start="1 month", duration="1 month")]
    catalog.add_commit(
        access_schedule={"access_type": "quantity", "schedule_items": items},
        applicable_products=["input-tokens"],
    )
    at = "commits.main.access_schedule.schedule_items.1.amount"
    expect(catalog, rules.MIXED_UNITS, at, '"500.00 USD"', 'commit "main"')
    items[1]["amount"] = 500
    assert checked(catalog) == ()


def test_one_schedule_has_one_unit() -> None:
    catalog = with_ai_credits()
    catalog.card["credit_type_conversions"] = [CONVERSION]
    catalog.card["rates"][0]["price"] = "1 ai-credits"
    items = [segment("10 ai-credits", duration="1 month"), segment("1.00 USD", "1 month", "1 month")]
    catalog.add_commit(access_schedule={"schedule_items": items})
    at = "commits.main.access_schedule.schedule_items.1.amount"
    expect(catalog, rules.MIXED_UNITS, at, '"1.00 USD"', '"10 ai-credits"')
    items[1]["amount"] = "100 ai-credits"
    assert checked(catalog) == ()


def test_one_invoice_schedule_has_one_currency() -> None:
    catalog = example()
    catalog.add_charge(dated(), dated("1.00 EUR"), dated("2.00 USD"))
    at = "scheduled_charges.support.schedule.schedule_items.1.unit_price"
    expect(catalog, rules.MIXED_UNITS, at, '"1.00 EUR"', '"1000.00 USD"')


def test_a_unit_that_does_not_exist_is_reported_once() -> None:
    catalog = example()
    catalog.add_charge(dated("1 ai-credits"), dated())
    at = "scheduled_charges.support.schedule.schedule_items.0.unit_price"
    expect(catalog, rules.UNKNOWN_UNIT, at)


@pytest.mark.parametrize(("unit", "word"), [("ai-credits", "PricingUnit"), ("EUR", '"tokens"')])
def test_what_is_invoiced_is_in_the_currency_of_the_rate_card(unit: str, word: str) -> None:
    catalog = with_ai_credits()
    catalog.card["credit_type_conversions"] = [CONVERSION]
    catalog.add_commit(invoice_schedule={"schedule_items": [dated(f"1 {unit}")]})
    catalog.add_charge(dated(f"1 {unit}"))
    catalog.add_monthly_commit(invoice_amount={"unit_price": f"1 {unit}", "quantity": 1})
    found = checked(catalog)
    assert sorted(".".join(map(str, each.at.route[1:])) for each in found) == [
        "commits.main.invoice_schedule.schedule_items.0.unit_price",
        "recurring_commits.monthly.invoice_amount.unit_price",
        "scheduled_charges.support.schedule.schedule_items.0.unit_price",
    ]
    for each in found:
        assert each.rule is rules.MIXED_UNITS
        assert word in each.message
        assert each.hint == "write the amount in USD"


def test_without_a_rate_card_any_currency_is_invoiced() -> None:
    catalog = example()
    del catalog.spec["rate_card_alias"], catalog.spec["subscriptions"]
    catalog.add_charge(dated("1.00 EUR"))
    assert checked(catalog) == ()


def test_any_of_the_cards_of_an_alias_will_do() -> None:
    catalog = example()
    alias = {"name": "Tokens rate card", "starting_at": "2026-01-01"}
    catalog.add("RateCard", "euro", {"name": "Euro", "aliases": [alias], "fiat_credit_type": "EUR"})
    catalog.add_charge(dated("1.00 EUR"))
    assert checked(catalog) == ()
    catalog.add_charge(dated("1.00 GBP"))
    at = "scheduled_charges.support.schedule.schedule_items.0.unit_price"
    expect(catalog, rules.MIXED_UNITS, at, '"EUR", "USD"', '"euro", "tokens"')


def test_a_grant_in_a_currency_that_nothing_is_charged_in() -> None:
    catalog = example()
    catalog.credit["access_amount"]["unit_price"] = "10.00 EUR"
    at = "recurring_credits.signup-credit.access_amount.unit_price"
    found = expect(catalog, rules.DEAD_GRANT, at, '"10.00 EUR"', '"USD"', '"tokens"')
    assert found.severity is Severity.WARNING
    assert found.related[0].at.path == CARD
    assert found.hint == "write the amount in USD"


def test_each_schedule_is_held_against_the_rate_card_once() -> None:
    catalog = example()
    items = [segment("1 EUR", duration="1 month"), segment("2 EUR", "1 month", "1 month")]
    catalog.add_credit(access_schedule={"schedule_items": items})
    expect(catalog, rules.DEAD_GRANT, "credits.trial.access_schedule.schedule_items.0.amount", '"1.00 EUR"')


def test_an_alias_may_have_cards_in_files_with_other_faults() -> None:
    catalog = example()
    catalog.add_charge(dated("1.00 EUR"))
    typed = catalog_of(catalog)
    assert [each.rule for each in check(typed)] == [rules.MIXED_UNITS]
    assert check(typed, [Unsound("RateCard", "euro")]) == ()


def test_a_card_in_no_known_currency_is_reported_once() -> None:
    catalog = example()
    catalog.card["fiat_credit_type"] = "euro"
    catalog.add_charge()
    expect(catalog, rules.UNKNOWN_UNIT, "fiat_credit_type", '"euro"', path=CARD)
