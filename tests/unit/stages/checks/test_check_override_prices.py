from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.example_catalog import CARD, Example, checked, example, expect

from pkgplan.model import rules
from pkgplan.model.diagnostics import Severity

TOKENS = {"product": "input-tokens"}


def _flat(price: str) -> dict[str, Any]:
    return {"type": "overwrite", "overwrite_rate": {"rate_type": "flat", "price": price}}


def _times(multiplier: Decimal, priority: int = 1) -> dict[str, Any]:
    return {"type": "multiplier", "multiplier": multiplier, "priority": priority}


def _overrides(**fields: dict[str, Any]) -> Example:
    catalog = example()
    catalog.spec["overrides"] = {
        key: {"override_specifiers": [TOKENS], "starting_at_offset": "0 months"} | each
        for key, each in fields.items()
    }
    return catalog


def _ambiguous(catalog: Example) -> list[str]:
    return [
        str(finding.at.route[2]) for finding in checked(catalog) if finding.rule is rules.AMBIGUOUS_OVERRIDE
    ]


def test_a_price_in_another_unit_than_the_rate() -> None:
    catalog = _overrides(deal=_flat("1.00 EUR"))
    at = "overrides.deal.overwrite_rate.price"
    found = expect(catalog, rules.MIXED_UNITS, at, '"1.00 EUR"', '"deal"', '"1.00 USD"')
    assert found.related[0].at.path == CARD
    assert "USD" in found.hint


def test_one_card_with_the_unit_is_enough() -> None:
    catalog = _overrides(deal=_flat("1.00 EUR"))
    first = catalog.card["aliases"][0]
    rates = [rate | {"price": "1.00 EUR"} for rate in catalog.card["rates"]]
    euros = {"name": "Euros", "fiat_credit_type": "EUR", "rates": rates}
    catalog.add("RateCard", "euros", euros | {"aliases": [first | {"starting_at": "2026-01-01"}]})
    catalog.card["aliases"] = [first | {"ending_before": "2026-01-01"}]
    assert rules.MIXED_UNITS not in {finding.rule for finding in checked(catalog)}


def test_tiers_in_two_units() -> None:
    tiers = [{"size": 10, "price": "1.00 USD"}, {"price": "0.90 EUR"}]
    catalog = _overrides(
        deal={"type": "overwrite", "overwrite_rate": {"rate_type": "tiered", "tiers": tiers}}
    )
    expect(catalog, rules.MIXED_UNITS, "overrides.deal.overwrite_rate.tiers.1.price", '"0.90 EUR"')


def test_two_overwrites_at_once() -> None:
    catalog = _overrides(first=_flat("0.90 USD"), second=_flat("0.80 USD"))
    found = expect(
        catalog, rules.AMBIGUOUS_OVERRIDE, "overrides.second", '"first"', '"second"', '"input-tokens"'
    )
    assert found.severity is Severity.WARNING
    assert found.related[0].at.route[-1] == "first"


def test_two_overwrites_that_say_the_same() -> None:
    assert _ambiguous(_overrides(first=_flat("0.90 USD"), second=_flat("0.90 USD"))) == []


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ("1 month", "1 month", False),
        ("1 month", "27 days", True),
        ("1 month", "28 days", False),
        ("1 year", "11 months", True),
        ("2 weeks", "14 days", False),
    ],
)
def test_only_overwrites_that_surely_meet(first: str, second: str, *, meet: bool) -> None:
    catalog = _overrides(
        first=_flat("0.90 USD") | {"duration": first},
        second=_flat("0.80 USD") | {"starting_at_offset": second},
    )
    assert _ambiguous(catalog) == (["second"] if meet else [])


def test_overwrites_of_other_products_or_levels() -> None:
    other = {"override_specifiers": [{"product": "output-tokens"}]}
    assert _ambiguous(_overrides(first=_flat("0.90 USD"), second=_flat("2.00 USD") | other)) == []
    specific = _flat("0.50 USD") | {"is_commit_specific": True}
    assert _ambiguous(_overrides(first=_flat("0.90 USD"), second=specific)) == []
    assert _ambiguous(_overrides(first=specific, second=specific | _flat("0.40 USD"))) == ["second"]


def test_overwrites_for_other_commits() -> None:
    specific = [
        _flat(price)
        | {"is_commit_specific": True, "override_specifiers": [TOKENS | {"any_commits_or_credits": [name]}]}
        for price, name in (("0.90 USD", "signup-credit"), ("0.80 USD", "other"))
    ]
    catalog = _overrides(first=specific[0], second=specific[1])
    catalog.spec["recurring_credits"]["other"] = dict(catalog.credit)
    assert _ambiguous(catalog) == []


def test_multipliers_of_the_same_priority() -> None:
    tags = {"override_specifiers": [{"product_tags": ["tokens"]}]}
    catalog = _overrides(first=_times(Decimal("0.9")), second=_times(Decimal("0.8")) | tags)
    assert _ambiguous(catalog) == []
    catalog.spec["multiplier_override_prioritization"] = "explicit"
    at = "overrides.second.priority"
    expect(catalog, rules.AMBIGUOUS_OVERRIDE, at, '"first"', '"second"', '"input-tokens"')
    catalog.spec["overrides"]["second"]["priority"] = 2
    assert _ambiguous(catalog) == []


def test_each_later_override_is_told_once() -> None:
    catalog = _overrides(a=_flat("0.90 USD"), b=_flat("0.80 USD"), c=_flat("0.70 USD"))
    assert _ambiguous(catalog) == ["b", "c"]


def test_one_override_entitles_what_another_one_denies() -> None:
    denied = {"entitled": False, "override_specifiers": [{"product_tags": ["tokens"]}]}
    catalog = _overrides(deny=denied, permit={"entitled": True})
    at = "overrides.permit.entitled"
    found = expect(
        catalog, rules.AMBIGUOUS_OVERRIDE, at, '"permit" entitles', '"input-tokens"', '"deny" denies'
    )
    assert found.related[0].at.route[-2:] == ("deny", "entitled")
    catalog.spec["overrides"]["deny"]["duration"] = "7 days"
    catalog.spec["overrides"]["permit"]["starting_at_offset"] = "7 days"
    assert _ambiguous(catalog) == []
    assert _ambiguous(_overrides(deny=denied, other={"entitled": False})) == []
    other = {"entitled": True, "override_specifiers": [{"product": "starter-fee"}]}
    assert _ambiguous(_overrides(deny=denied, permit=other)) == []
