from __future__ import annotations

from typing import Any

import pytest
from support.example_catalog import CARD, Example, checked, example, expect

from pkgplan.model import rules

PREPAID = "prepaid_balance_threshold_configuration"
SPEND = "spend_threshold_configuration"
TRACKER = {
    "credit_type": "USD",
    "reset_frequency": "billing_period",
    "applicable_spend_specifiers": [{"spend_type": "commit_purchase", "sources": ["threshold_recharge"]}],
}


def prepaid(catalog: Example, **more: Any) -> dict[str, Any]:
    config: dict[str, Any] = {
        "is_enabled": True,
        "threshold_amount": "5.00 USD",
        "recharge_to_amount": "20.00 USD",
        "commit": {"product": "signup-credit"},
        "payment_gate_config": {
            "payment_gate_type": "stripe",
            "stripe_config": {"payment_type": "payment_intent"},
        },
        **more,
    }
    catalog.spec[PREPAID] = config
    return config


def spend(catalog: Example, **more: Any) -> dict[str, Any]:
    config: dict[str, Any] = {
        "is_enabled": True,
        "threshold_amount": "1.00 USD",
        "commit": {"product": "signup-credit"},
        "payment_gate_config": {"payment_gate_type": "none"},
        **more,
    }
    catalog.spec[SPEND] = config
    return config


def add_credits(catalog: Example, worth: str) -> None:
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    catalog.card["credit_type_conversions"] = [
        {"custom_credit_type": "ai-credits", "fiat_per_custom_credit": worth}
    ]


def codes(catalog: Example) -> list[str]:
    return [found.rule.code for found in checked(catalog)]


def test_the_least_amounts_pass() -> None:
    catalog = example()
    prepaid(catalog, threshold_amount="5.00 USD", recharge_to_amount="15.00 USD")
    spend(catalog)
    assert checked(catalog) == ()


def test_a_threshold_below_five_dollars() -> None:
    catalog = example()
    prepaid(catalog, threshold_amount="4.99 USD")
    found = expect(
        catalog, rules.THRESHOLD_AMOUNTS, f"{PREPAID}.threshold_amount", '"4.99 USD"', '"5.00 USD"'
    )
    assert found.hint == "use at least 5.00 USD"


def test_a_recharge_less_than_ten_dollars_beyond() -> None:
    catalog = example()
    prepaid(catalog, recharge_to_amount="14.99 USD")
    expect(
        catalog, rules.THRESHOLD_AMOUNTS, f"{PREPAID}.recharge_to_amount", '"14.99 USD"', 'only "9.99 USD"'
    )


def test_pricing_units_count_for_what_they_are_worth() -> None:
    catalog = example()
    add_credits(catalog, "0.10 USD")
    config = prepaid(catalog, threshold_amount="50 ai-credits", recharge_to_amount="150 ai-credits")
    assert checked(catalog) == ()
    config["threshold_amount"] = "49 ai-credits"
    found = expect(
        catalog, rules.THRESHOLD_AMOUNTS, f"{PREPAID}.threshold_amount", '"49 ai-credits", worth "4.90 USD"'
    )
    assert found.hint == "use at least 50 ai-credits"
    config |= {"threshold_amount": "51 ai-credits"}
    expect(catalog, rules.THRESHOLD_AMOUNTS, f"{PREPAID}.recharge_to_amount", 'only "99 ai-credits"')


def test_a_hint_never_asks_for_a_part_of_a_dear_unit() -> None:
    catalog = example()
    add_credits(catalog, "100.00 USD")
    prepaid(catalog, threshold_amount="0.01 ai-credits", recharge_to_amount="5 ai-credits")
    found = expect(catalog, rules.THRESHOLD_AMOUNTS, f"{PREPAID}.threshold_amount")
    assert found.hint == "use at least 1 ai-credits"


def test_nothing_is_known_about_other_currencies_but_the_direction() -> None:
    catalog = example()
    catalog.card["fiat_credit_type"] = "EUR"
    for rate in catalog.card["rates"]:
        rate["price"] = "1.00 EUR"
    config = prepaid(catalog, threshold_amount="1.00 EUR", recharge_to_amount="2.00 EUR")
    assert "PKG229" not in codes(catalog)
    config["recharge_to_amount"] = "1.00 EUR"
    assert "PKG229" in codes(catalog)


def test_both_amounts_in_one_unit() -> None:
    catalog = example()
    add_credits(catalog, "0.10 USD")
    prepaid(catalog, threshold_amount="50 ai-credits")
    expect(catalog, rules.MIXED_UNITS, f"{PREPAID}.recharge_to_amount", '"20.00 USD"', '"ai-credits"')


@pytest.mark.parametrize("unit", ["EUR", "ai-credits"])
def test_spend_is_counted_in_the_currency_of_the_rate_card(unit: str) -> None:
    catalog = example()
    add_credits(catalog, "0.10 USD")
    spend(catalog, threshold_amount=f"200.00 {unit}")
    expect(catalog, rules.MIXED_UNITS, f"{SPEND}.threshold_amount", unit, '"USD"')
    del catalog[CARD]
    assert codes(catalog) == ["PKG201"]


def test_a_unit_that_the_rate_card_cannot_convert() -> None:
    catalog = example()
    catalog.add("PricingUnit", "gems", {"name": "Gems"})
    prepaid(catalog, threshold_amount="500 gems", recharge_to_amount="5000 gems")
    found = expect(catalog, rules.MIXED_UNITS, f"{PREPAID}.threshold_amount", '"500 gems"')
    assert [related.at.path for related in found.related] == [CARD]


@pytest.mark.parametrize(("unit", "expected"), [("EUR", ["PKG302"]), ("USD", []), ("ai-credits", [])])
def test_without_a_rate_card_what_is_sent_without_a_unit_is_in_dollars(
    unit: str, expected: list[str]
) -> None:
    catalog = example()
    add_credits(catalog, "0.10 USD")
    for field in ("rate_card_alias", "subscriptions"):
        del catalog.spec[field]
    prepaid(catalog, threshold_amount=f"500 {unit}", recharge_to_amount=f"5000 {unit}")
    assert [code for code in codes(catalog) if code == "PKG302"] == expected


def test_precalculated_tax_is_in_the_currency_of_the_rate_card() -> None:
    catalog = example()
    gate = {
        "payment_gate_type": "stripe",
        "tax_type": "precalculated",
        "precalculated_tax_config": {"tax_amount": "1.90 EUR"},
    }
    spend(catalog, payment_gate_config=gate)
    at = f"{SPEND}.payment_gate_config.precalculated_tax_config.tax_amount"
    expect(catalog, rules.MIXED_UNITS, at, '"1.90 EUR"')


@pytest.mark.parametrize("name", [PREPAID, SPEND])
def test_a_cap_counts_with_a_tracker_in_its_unit(name: str) -> None:
    catalog = example()
    discount: dict[str, Any] = {
        "payment_fraction": 1,
        "cap": {"spend_tracker": "promo-cap", "amount": "200.00 USD"},
    }
    (prepaid if name == PREPAID else spend)(catalog, discount_configuration=discount)
    catalog.spec["spend_trackers"] = {"promo-cap": {**TRACKER}}
    assert checked(catalog) == ()
    discount["cap"]["amount"] = "200.00 EUR"
    at = f"{name}.discount_configuration.cap"
    expect(catalog, rules.MIXED_UNITS, f"{at}.amount", '"200.00 EUR"', '"USD"')
    discount["cap"] = {"spend_tracker": "promo-cup", "amount": "200.00 USD"}
    found = expect(catalog, rules.UNKNOWN_TERM, f"{at}.spend_tracker", '"promo-cup"', '"starter"')
    assert found.hint == 'did you mean "promo-cap"?'


def test_two_trackers_of_one_alias() -> None:
    catalog = example()
    trackers = {"promo": {**TRACKER}, "other": {**TRACKER, "alias": "promo"}}
    catalog.spec["spend_trackers"] = trackers
    expect(catalog, rules.DUPLICATE_TERM, "spend_trackers.other.alias", '"promo"', '"other"')
    trackers["other"]["alias"] = "other"
    assert checked(catalog) == ()


def test_a_tracker_counts_a_unit_that_exists() -> None:
    catalog = example()
    catalog.spec["spend_trackers"] = {"promo": {**TRACKER, "credit_type": "USDD"}}
    expect(catalog, rules.UNKNOWN_UNIT, "spend_trackers.promo.credit_type", '"USDD"')


def a_gate(catalog: Example, **gate: Any) -> str:
    spend(catalog, payment_gate_config=gate)
    return f"{SPEND}.payment_gate_config"


STRIPE = {"payment_type": "payment_intent"}
TAX = {"tax_amount": "1.90 USD"}


@pytest.mark.parametrize(
    ("gate", "where"),
    [
        ({"payment_gate_type": "none", "stripe_config": STRIPE}, "stripe_config"),
        ({"payment_gate_type": "external", "stripe_config": STRIPE}, "stripe_config"),
        ({"payment_gate_type": "external", "tax_type": "stripe"}, "tax_type"),
        ({"payment_gate_type": "stripe", "precalculated_tax_config": TAX}, "precalculated_tax_config"),
        (
            {"payment_gate_type": "stripe", "tax_type": "anrok", "precalculated_tax_config": TAX},
            "precalculated_tax_config",
        ),
        ({"payment_gate_type": "stripe", "tax_type": "precalculated"}, "tax_type"),
        (
            {
                "payment_gate_type": "stripe",
                "stripe_config": {"payment_type": "payment_intent", "invoice_metadata": {"order": "top-up"}},
            },
            "stripe_config.invoice_metadata",
        ),
    ],
)
def test_settings_of_a_gate_that_do_not_go_together(gate: dict[str, Any], where: str) -> None:
    catalog = example()
    at = a_gate(catalog, **gate)
    expect(catalog, rules.PAYMENT_GATE, f"{at}.{where}")


@pytest.mark.parametrize(
    "gate",
    [
        {"payment_gate_type": "stripe"},
        {"payment_gate_type": "stripe", "tax_type": "stripe", "stripe_config": STRIPE},
        {"payment_gate_type": "external", "tax_type": "anrok"},
        {"payment_gate_type": "external", "tax_type": "precalculated", "precalculated_tax_config": TAX},
        {
            "payment_gate_type": "stripe",
            "stripe_config": {"payment_type": "invoice", "invoice_metadata": {"order": "top-up"}},
        },
    ],
)
def test_settings_of_a_gate_that_go_together(gate: dict[str, Any]) -> None:
    catalog = example()
    a_gate(catalog, **gate)
    assert checked(catalog) == ()


def excluding(*filters: dict[str, str]) -> list[dict[str, Any]]:
    return [{"exclude": [{"custom_field_filters": list(filters)}]}]


def test_a_filter_names_a_field_that_a_balance_can_carry() -> None:
    catalog = example()
    trial = {"entity": "contract_credit", "key": "kind", "value": "trial"}
    prepaid(catalog, threshold_balance_specifiers=excluding(trial))
    key = f"{PREPAID}.threshold_balance_specifiers.0.exclude.0.custom_field_filters"
    expect(catalog, rules.UNKNOWN_CUSTOM_FIELD, f"{key}.0.key", '"kind"', '"contract_credit"')
    field = {"entity": "package_commit", "key": "kind", "enforce_uniqueness": False}
    catalog.add("CustomFieldKey", "kind", field)
    expect(catalog, rules.UNKNOWN_CUSTOM_FIELD, f"{key}.0.key", '"package_credit"')
    for entity in ("contract_credit_or_commit", "commit"):
        trial["entity"] = entity
        assert checked(catalog) == ()


def test_a_key_is_in_one_list_of_filters_once() -> None:
    catalog = example()
    field = {"entity": "contract_credit", "key": "kind", "enforce_uniqueness": False}
    catalog.add("CustomFieldKey", "kind", field)
    trial = {"entity": "contract_credit", "key": "kind", "value": "trial"}
    config = prepaid(catalog, threshold_balance_specifiers=excluding(trial, {**trial, "value": "gift"}))
    at = f"{PREPAID}.threshold_balance_specifiers.0.exclude.0.custom_field_filters.1.key"
    expect(catalog, rules.OUT_OF_RANGE, at, '"kind"')
    config["threshold_balance_specifiers"] = [*excluding(trial), *excluding(trial)]
    assert checked(catalog) == ()


def test_of_two_cards_behind_an_alias_the_one_that_converts_to_more_counts() -> None:
    catalog = example()
    add_credits(catalog, "0.10 USD")
    worths = [{"custom_credit_type": "ai-credits", "fiat_per_custom_credit": "0.01 USD"}]
    other = {**catalog.card, "name": "Other", "credit_type_conversions": worths}
    other["aliases"] = [{"name": "Tokens rate card", "starting_at": "2027-01-01"}]
    catalog.add("RateCard", "other", other)
    prepaid(catalog, threshold_amount="50 ai-credits", recharge_to_amount="150 ai-credits")
    assert checked(catalog) == ()


def test_an_alias_of_cards_in_two_currencies_leaves_the_amount_open() -> None:
    catalog = example()
    spend(catalog)
    first = catalog.card["aliases"][0]
    rates = [rate | {"price": "1.00 EUR"} for rate in catalog.card["rates"]]
    later = {"name": "Euros", "fiat_credit_type": "EUR", "rates": rates}
    catalog.add("RateCard", "euros", later | {"aliases": [first | {"starting_at": "2026-01-01"}]})
    found = [each for each in checked(catalog) if each.rule is rules.MIXED_UNITS]
    assert [each.at.route[-1] for each in found] == ["threshold_amount"]
    assert '"EUR", "USD"' in found[0].message
    later |= {"fiat_credit_type": "USD", "rates": catalog.card["rates"]}
    catalog.add("RateCard", "euros", later | {"aliases": [first | {"starting_at": "2026-01-01"}]})
    assert rules.MIXED_UNITS not in {each.rule for each in checked(catalog)}
