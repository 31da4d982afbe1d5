from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.example_catalog import CARD, Example, checked, example, expect

from pkgplan.model import rules
from pkgplan.stages.checks.dead_overrides import MOST_ON_ONE_LINE

COMMIT = {
    "type": "prepaid",
    "product": "signup-credit",
    "complimentary": True,
    "access_schedule": {
        "schedule_items": [{"amount": "10.00 USD", "starting_at_offset": "0 months", "duration": "3 months"}]
    },
}
TOKENS = [{"product_tags": ["tokens"]}]
INPUT = [{"product": "input-tokens"}]
FOR_GOOD = {"override_specifiers": TOKENS, "starting_at_offset": "0 months"}


def codes(catalog: Example) -> list[str]:
    return [found.rule.code for found in checked(catalog)]


def override(catalog: Example, key: str = "offer", **fields: Any) -> dict[str, Any]:
    made = {**FOR_GOOD, **fields}
    catalog.spec.setdefault("overrides", {})[key] = made
    return made


def rate(catalog: Example, product: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in catalog.card["rates"] if each["product"] == product)
    return found


def half(**fields: Any) -> dict[str, Any]:
    return {"type": "multiplier", "multiplier": Decimal("0.5"), **fields}


def test_an_override_that_matches_nothing() -> None:
    catalog = example()
    override(catalog, **half(override_specifiers=[{"product_tags": ["images"]}]))
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer.override_specifiers", '"offer"', '"tokens"')
    catalog.spec["overrides"]["offer"]["override_specifiers"] += TOKENS
    assert checked(catalog) == ()


def test_both_tags_of_a_specifier_have_to_match() -> None:
    catalog = example()
    made = override(catalog, **half(override_specifiers=[{"product_tags": ["tokens", "premium"]}]))
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer.override_specifiers")
    catalog.spec_of("references/product-input-tokens.yaml")["tags"] = ["premium", "tokens"]
    assert checked(catalog) == ()
    made["override_specifiers"] = [{"product_tags": ["tokens"], "presentation_group_values": {"team": "a"}}]
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer.override_specifiers")


@pytest.mark.parametrize("entitled", [True, False])
def test_an_entitlement_that_says_what_holds_anyway(*, entitled: bool) -> None:
    catalog = example()
    for each in catalog.card["rates"][:2]:
        each["entitled"] = entitled
    del catalog.spec["recurring_credits"]
    override(catalog, entitled=entitled)
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer.entitled", '"input-tokens", "output-tokens"')
    rate(catalog, "output-tokens")["entitled"] = not entitled
    assert checked(catalog) == ()


def test_an_entitlement_counts_against_another_override() -> None:
    catalog = example()
    override(catalog, entitled=True, override_specifiers=INPUT)
    override(catalog, "trial", entitled=False, duration="7 days")
    assert codes(catalog) == [rules.AMBIGUOUS_OVERRIDE.code]
    catalog.spec["overrides"]["offer"]["starting_at_offset"] = "7 days"
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer.entitled", '"input-tokens"')


def test_an_entitlement_beside_a_price_is_never_too_much() -> None:
    catalog = example()
    override(catalog, entitled=True, **half())
    assert checked(catalog) == ()


def test_a_price_of_what_nobody_may_use() -> None:
    catalog = example()
    del catalog.spec["recurring_credits"]
    for each in catalog.card["rates"][:2]:
        each["entitled"] = False
    made = override(catalog, **half())
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer", '"input-tokens", "output-tokens"')
    made["entitled"] = True
    assert checked(catalog) == ()
    del made["entitled"]
    override(catalog, "later", entitled=True, override_specifiers=INPUT, starting_at_offset="11 months")
    assert checked(catalog) == ()
    made["duration"] = "11 months"
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer")


def test_a_multiplier_that_another_one_undercuts() -> None:
    catalog = example()
    override(catalog, "base", type="multiplier", multiplier=Decimal("0.9"))
    low = override(catalog, "deal", **half())
    found = expect(catalog, rules.DEAD_OVERRIDE, "overrides.base", '"deal"')
    assert found.related[0].at.route == ("spec", "overrides", "deal")
    low["duration"] = "11 months"
    assert checked(catalog) == ()
    override(catalog, "last", **half(starting_at_offset="11 months"))
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.base", '"deal", "last" count instead')
    low["override_specifiers"] = INPUT
    assert checked(catalog) == ()


def test_a_crowd_of_overrides_is_named_in_part_and_a_greater_one_left_alone() -> None:
    catalog = example()
    for number in range(MOST_ON_ONE_LINE - 1):
        override(catalog, f"low-{number:03}", **half())
    override(catalog, **half(multiplier=Decimal("0.9")))
    (found,) = checked(catalog)
    assert '"low-000", "low-001", "low-002" and 196 more count instead' in found.message
    assert len(found.related) == 3
    override(catalog, "one-more", **half())
    assert checked(catalog) == ()


def test_an_equal_multiplier_undercuts_nothing() -> None:
    catalog = example()
    override(catalog, "one", **half())
    override(catalog, "two", **half())
    assert "PKG240" not in codes(catalog)


def test_with_priorities_the_lowest_one_counts() -> None:
    catalog = example()
    catalog.spec["multiplier_override_prioritization"] = "explicit"
    override(catalog, "dear", type="multiplier", multiplier=Decimal("0.9"), priority=1)
    cheap = override(catalog, "cheap", **half(priority=2))
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.cheap", '"dear" counts instead')
    cheap["priority"] = Decimal("0.5")
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.dear", '"cheap" counts instead')
    del cheap["priority"]
    assert "PKG240" not in codes(catalog)


def test_a_multiplier_of_a_price_that_is_overwritten() -> None:
    catalog = example()
    override(catalog, **half(override_specifiers=INPUT))
    price = override(
        catalog,
        "fixed",
        override_specifiers=INPUT,
        type="overwrite",
        overwrite_rate={"rate_type": "flat", "price": "0.70 USD"},
    )
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer", '"fixed" counts instead')
    price["starting_at_offset"] = "1 day"
    assert checked(catalog) == ()


def test_prices_for_commits_come_before_others() -> None:
    catalog = example()
    override(catalog, "base", **half())
    override(catalog, "drawn", type="multiplier", multiplier=Decimal("0.9"), is_commit_specific=True)
    assert checked(catalog) == ()


def test_a_price_for_one_commit_does_not_undercut_that_for_all() -> None:
    catalog = example()
    catalog.spec["commits"] = {"main": COMMIT}
    override(catalog, "any", type="multiplier", multiplier=Decimal("0.9"), is_commit_specific=True)
    specifier = {"product_tags": ["tokens"], "commits": ["main"]}
    made = override(catalog, "one", **half(is_commit_specific=True, override_specifiers=[specifier]))
    assert checked(catalog) == ()
    del specifier["commits"]
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.any", '"one"')
    made["override_specifiers"][0]["commits"] = ["main"]
    catalog.spec["overrides"]["any"]["override_specifiers"] = [
        {"product": "input-tokens", "commits": ["main"]}
    ]
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.any", '"one"')


def test_an_override_for_commits_that_pay_for_something_else() -> None:
    catalog = example()
    commit = {**COMMIT, "applicable_products": ["output-tokens"]}
    catalog.spec["commits"] = {"main": commit}
    made = override(
        catalog,
        **half(
            is_commit_specific=True, override_specifiers=[{"product": "input-tokens", "commits": ["main"]}]
        ),
    )
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer.override_specifiers", '"main"')
    del commit["applicable_products"]
    assert checked(catalog) == ()
    made["starting_at_offset"] = "3 months"
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer.override_specifiers", '"main"')
    del made["override_specifiers"][0]["commits"]
    assert checked(catalog) == ()


def test_a_commit_rate_that_no_price_has() -> None:
    catalog = example()
    override(catalog, **half(is_commit_specific=True, target="commit_rate"))
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer.target")
    rate(catalog, "input-tokens")["commit_rate"] = {"rate_type": "flat", "price": "0.80 USD"}
    assert checked(catalog) == ()


def test_a_credit_for_what_has_no_price() -> None:
    catalog = example()
    catalog.card["rates"] = catalog.card["rates"][1:]
    catalog.credit["applicable_products"] = ["input-tokens"]
    found = expect(
        catalog, rules.DEAD_GRANT, "recurring_credits.signup-credit", '"signup-credit"', '"tokens"'
    )
    assert [related.at.path for related in found.related] == [CARD]
    catalog.credit["applicable_products"] += ["output-tokens"]
    assert checked(catalog) == ()


@pytest.mark.parametrize(
    ("pays", "alive"),
    [
        ({"applicable_product_tags": ["images"]}, False),
        ({"applicable_product_tags": ["images", "tokens"]}, True),
        ({"specifiers": [{"product_tags": ["images", "tokens"]}]}, False),
        ({"specifiers": [{"product": "input-tokens", "pricing_group_values": {"model": "a"}}]}, False),
        ({"specifiers": [{"presentation_group_values": {"team": "a"}}]}, False),
        ({"specifiers": [{"presentation_group_values": {"team": "a"}}, {"product": "input-tokens"}]}, True),
        ({}, True),
    ],
)
def test_what_a_credit_applies_to(pays: dict[str, Any], *, alive: bool) -> None:
    catalog = example()
    del catalog.credit["applicable_products"]
    catalog.credit.update(pays)
    assert codes(catalog) == ([] if alive else ["PKG241"])


def test_a_credit_for_what_nobody_may_use_while_it_lasts() -> None:
    catalog = example()
    catalog.spec["credits"] = {
        "trial": {
            "product": "signup-credit",
            "access_schedule": {
                "schedule_items": [
                    {"amount": "1.00 USD", "starting_at_offset": "0 days", "duration": "7 days"}
                ]
            },
            "applicable_products": ["input-tokens"],
        }
    }
    made = override(catalog, entitled=False, override_specifiers=INPUT, duration="7 days")
    expect(catalog, rules.DEAD_GRANT, "credits.trial", '"input-tokens"')
    made["duration"] = "6 days"
    assert checked(catalog) == ()


def test_a_credit_in_a_unit_that_nothing_is_priced_in() -> None:
    catalog = example()
    catalog.add("PricingUnit", "gems", {"name": "Gems"})
    catalog.card["credit_type_conversions"] = [
        {"custom_credit_type": "gems", "fiat_per_custom_credit": "0.01 USD"}
    ]
    catalog.credit["access_amount"]["unit_price"] = "5 gems"
    expect(catalog, rules.DEAD_GRANT, "recurring_credits.signup-credit", '"gems"')
    rate(catalog, "output-tokens")["price"] = "5 gems"
    assert checked(catalog) == ()


def test_dollars_pay_for_pricing_units() -> None:
    catalog = example()
    catalog.add("PricingUnit", "gems", {"name": "Gems"})
    catalog.card["credit_type_conversions"] = [
        {"custom_credit_type": "gems", "fiat_per_custom_credit": "0.01 USD"}
    ]
    for each in catalog.card["rates"][:2]:
        each["price"] = "5 gems"
    assert checked(catalog) == ()


def test_nothing_is_certain_about_an_alias_of_two_cards_unless_both_agree() -> None:
    catalog = example()
    other = {**catalog.card, "name": "Other", "rates": [dict(each) for each in catalog.card["rates"]]}
    other["aliases"] = [{"name": "Tokens rate card", "starting_at": "2027-01-01"}]
    catalog.card["aliases"] = [{"name": "Tokens rate card", "ending_before": "2027-01-01"}]
    catalog.add("RateCard", "other", other)
    override(catalog, entitled=True)
    expect(catalog, rules.DEAD_OVERRIDE, "overrides.offer.entitled")
    for each in other["rates"]:
        each["entitled"] = False
    assert "PKG240" not in codes(catalog)


def test_a_card_without_rates_says_nothing() -> None:
    catalog = example()
    catalog.card["rates"] = []
    del catalog.spec["subscriptions"]
    override(catalog, **half())
    assert "PKG240" not in codes(catalog)
    assert "PKG241" not in codes(catalog)


def test_a_subscription_that_is_only_entitled_when_it_is_over() -> None:
    catalog = example()
    rate(catalog, "starter-fee")["entitled"] = False
    specifiers = [{"product": "starter-fee", "billing_frequency": "monthly"}]
    made = override(catalog, entitled=True, override_specifiers=specifiers, starting_at_offset="6 months")
    catalog.fee["starting_at_offset"] = "6 months"
    assert checked(catalog) == ()
    del catalog.fee["starting_at_offset"]
    catalog.fee["duration"] = "6 months"
    found = expect(
        catalog, rules.DEAD_SUBSCRIPTION, "subscriptions.starter-fee", '"starter-fee"', '"monthly"'
    )
    assert [related.at.route for related in found.related] == [("spec", "overrides", "offer")]
    made["starting_at_offset"] = "5 months"
    assert codes(catalog) == ["PKG204"]


def test_a_fee_that_is_never_entitled_is_reported_once() -> None:
    catalog = example()
    rate(catalog, "starter-fee")["entitled"] = False
    assert codes(catalog) == ["PKG204"]


def test_nothing_is_certain_about_a_card_with_an_unknown_product() -> None:
    catalog = example()
    override(catalog, **half(override_specifiers=[{"product_tags": ["images"]}]))
    assert codes(catalog) == ["PKG240"]
    catalog.card["rates"].append({**catalog.card["rates"][0], "product": "unknown"})
    assert codes(catalog) == ["PKG201"]
