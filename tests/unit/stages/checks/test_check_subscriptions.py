from __future__ import annotations

from copy import deepcopy
from typing import Any

from support.example_catalog import CARD, Example, checked, example, expect

from pkgplan.model import rules
from pkgplan.model.diagnostics import Severity

RATE = "subscriptions.starter-fee.subscription_rate"


def _second_card(catalog: Example, **more: Any) -> dict[str, Any]:
    card = deepcopy(catalog.card)
    first, second = catalog.card["aliases"][0], card["aliases"][0]
    first["ending_before"] = second["starting_at"] = "2026-01-01"
    card["name"] = "Tokens from 2026 on"
    catalog.add("RateCard", "new-tokens", card | more)
    return card


def test_a_frequency_without_a_rate() -> None:
    catalog = example()
    catalog.fee["subscription_rate"]["billing_frequency"] = "annual"
    found = expect(
        catalog,
        rules.UNPRICED_SUBSCRIPTION,
        f"{RATE}.billing_frequency",
        '"starter-fee"',
        '"annual"',
        '"tokens"',
    )
    assert '"monthly"' in found.hint
    assert found.related[0].at.path == CARD


def test_a_product_without_any_rate() -> None:
    catalog = example()
    catalog.card["rates"].pop()
    expect(catalog, rules.UNPRICED_SUBSCRIPTION, f"{RATE}.product", '"starter-fee"', '"monthly"', '"tokens"')


def test_the_rate_must_be_on_the_package_s_own_card() -> None:
    catalog = example()
    catalog.add("RateCard", "empty", {"name": "Empty"})
    del catalog.spec["rate_card_alias"]
    catalog.spec["rate_card"] = "empty"
    expect(catalog, rules.UNPRICED_SUBSCRIPTION, f"{RATE}.product", '"starter-fee"', '"empty"')
    catalog.spec["rate_card"] = "tokens"
    assert checked(catalog) == ()


def test_a_price_on_one_card_of_the_alias_is_enough() -> None:
    catalog = example()
    second = _second_card(catalog)
    catalog.card["rates"].pop()
    assert checked(catalog) == ()
    second["rates"].pop()
    expect(catalog, rules.UNPRICED_SUBSCRIPTION, f"{RATE}.product", '"new-tokens", "tokens"')


def test_a_rate_that_is_not_entitled() -> None:
    catalog = example()
    catalog.card["rates"][2]["entitled"] = False
    found = expect(catalog, rules.UNENTITLED_SUBSCRIPTION, RATE, '"starter-fee"', '"monthly"', '"tokens"')
    assert found.severity is Severity.WARNING
    assert found.related[0].at.route == ("spec", "rates", 2, "entitled")
    later = dict(catalog.card["rates"][2], starting_at="2026-01-01", entitled=True)
    catalog.card["rates"].append(later)
    assert checked(catalog) == ()


def test_each_card_of_the_alias_is_asked_whether_it_entitles() -> None:
    catalog = example()
    second = _second_card(catalog)
    second["rates"][2]["entitled"] = False
    expect(catalog, rules.UNENTITLED_SUBSCRIPTION, RATE, '"new-tokens"')


def test_immediate_billing_in_arrears() -> None:
    catalog = example()
    catalog.fee["collection_schedule"] = "arrears"
    at = "subscriptions.starter-fee.proration.invoice_behavior"
    expect(catalog, rules.IMMEDIATE_NEEDS_ADVANCE, at, '"bill_immediately"', '"arrears"')
    catalog.fee["proration"]["invoice_behavior"] = "bill_on_next_collection_date"
    assert checked(catalog) == ()


def test_a_quantity_without_its_number() -> None:
    catalog = example()
    del catalog.fee["initial_quantity"]
    at = "subscriptions.starter-fee"
    expect(catalog, rules.SEAT_CONFIG, at, '"quantity_only"', '"initial_quantity"')
    catalog.fee["initial_quantity"] = 0
    assert checked(catalog) == ()


def test_seats_without_their_settings() -> None:
    catalog = example()
    seats = catalog.add_seats()
    assert checked(catalog) == ()
    del seats["seat_config"]
    at = "subscriptions.seats.quantity_management_mode"
    expect(catalog, rules.SEAT_CONFIG, at, '"seat_based"', '"seat_config"')


def test_seat_settings_of_a_plain_quantity() -> None:
    catalog = example()
    catalog.fee["seat_config"] = {"seat_group_key": "user_id"}
    at = "subscriptions.starter-fee.seat_config"
    expect(catalog, rules.SEAT_CONFIG, at, '"quantity_only"', '"seat_config"')


def test_a_number_next_to_seats_is_let_through() -> None:
    catalog = example()
    catalog.add_seats(initial_quantity=5)
    assert checked(catalog) == ()
