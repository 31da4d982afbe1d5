from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support.example_catalog import Example, checked, example, expect

from pkgplan.model import rules

if TYPE_CHECKING:
    from pkgplan.model.diagnostics import Rule

OVERRIDE = "overrides.deal"
SPECIFIER = f"{OVERRIDE}.override_specifiers.0"
FLAT = {"rate_type": "flat", "price": "0.80 USD"}
AMOUNT = {"unit_price": "5.00 USD", "quantity": 1}


def _deal(specifier: dict[str, Any] | None = None, **more: Any) -> Example:
    """The example with one override of input tokens."""
    catalog = example()
    catalog.spec["overrides"] = {
        "deal": {
            "override_specifiers": [{"product": "input-tokens"} | (specifier or {})],
            "starting_at_offset": "0 months",
        }
        | more
    }
    return catalog


def _commits(catalog: Example, *keys: str) -> None:
    catalog.spec["recurring_commits"] = {
        key: {
            "product": "signup-credit",
            "access_amount": AMOUNT,
            "invoice_amount": AMOUNT,
            "priority": 2,
            "commit_duration": "1 period",
            "starting_at_offset": "0 months",
        }
        for key in keys
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "multiplier", "multiplier": 0},
        {"type": "overwrite", "overwrite_rate": FLAT},
        {"type": "multiplier", "multiplier": Decimal("0.5"), "priority": 1},
        {"entitled": False},
    ],
)
def test_overrides_that_are_whole(fields: dict[str, Any]) -> None:
    assert checked(_deal(**fields)) == ()


@pytest.mark.parametrize(
    ("fields", "at", "words"),
    [
        ({}, "", ['"type"', '"entitled"']),
        ({"multiplier": Decimal("0.5")}, ".multiplier", ['"multiplier"', '"type"']),
        ({"entitled": True, "overwrite_rate": FLAT}, ".overwrite_rate", ['"overwrite_rate"', '"type"']),
        ({"type": "multiplier"}, ".type", ['"multiplier"']),
        ({"type": "overwrite"}, ".type", ['"overwrite"', '"overwrite_rate"']),
        ({"type": "overwrite", "multiplier": 0}, ".multiplier", ['"overwrite"', '"multiplier"']),
        ({"type": "multiplier", "multiplier": 1, "tiers": [{"multiplier": 1}]}, ".tiers", ['"tiers"']),
    ],
)
def test_fields_that_do_not_fit_the_type(fields: dict[str, Any], at: str, words: list[str]) -> None:
    expect(_deal(**fields), rules.OVERRIDE_SHAPE, f"{OVERRIDE}{at}", '"deal"', *words)


def test_tiers_without_steps() -> None:
    catalog = _deal(type="tiered", tiers=[], priority=1)
    catalog.spec["multiplier_override_prioritization"] = "explicit"
    expect(catalog, rules.OVERRIDE_SHAPE, f"{OVERRIDE}.type", '"tiers"')
    catalog.spec["overrides"]["deal"]["tiers"] = [
        {"size": 10, "multiplier": 1},
        {"multiplier": Decimal("0.5")},
    ]
    assert checked(catalog) == ()


@pytest.mark.parametrize(
    ("fields", "at", "words"),
    [
        ({"quantity": 1}, "quantity", ['"flat"', '"quantity"']),
        ({"is_prorated": True}, "is_prorated", ['"flat"', '"is_prorated"']),
        ({"custom_rate": {"a": 1}}, "custom_rate", ['"flat"', '"custom_rate"']),
        ({"tiers": [{"price": "1.00 USD"}]}, "tiers", ['"flat"', '"tiers"']),
        ({"rate_type": "custom"}, "rate_type", ['"custom"', '"custom_rate"']),
    ],
)
def test_fields_that_do_not_fit_the_type_of_the_rate(
    fields: dict[str, Any], at: str, words: list[str]
) -> None:
    catalog = _deal(type="overwrite", overwrite_rate=FLAT | fields)
    expect(catalog, rules.OVERRIDE_SHAPE, f"{OVERRIDE}.overwrite_rate.{at}", '"deal"', *words)


def test_an_old_rate_of_a_subscription_is_prorated() -> None:
    rate = {"rate_type": "subscription", "price": "8.00 USD", "quantity": 1, "is_prorated": True}
    fee = {"product": "starter-fee", "billing_frequency": "monthly"}
    assert checked(_deal(fee, type="overwrite", overwrite_rate=rate)) == ()
    catalog = _deal(fee, type="overwrite", overwrite_rate=rate | {"is_prorated": False})
    expect(catalog, rules.OVERRIDE_SHAPE, f"{OVERRIDE}.overwrite_rate.is_prorated", '"subscription"')


def test_every_multiplier_needs_a_priority_where_priorities_count() -> None:
    catalog = _deal(type="multiplier", multiplier=Decimal("0.5"))
    catalog.spec["multiplier_override_prioritization"] = "explicit"
    expect(catalog, rules.OVERRIDE_PRIORITY, OVERRIDE, '"deal"', '"priority"')
    catalog.spec["overrides"]["deal"] |= {"priority": 1}
    assert checked(catalog) == ()


def test_an_overwrite_needs_no_priority() -> None:
    catalog = _deal(type="overwrite", overwrite_rate=FLAT)
    catalog.spec["multiplier_override_prioritization"] = "explicit"
    assert checked(catalog) == ()


@pytest.mark.parametrize("chosen", [{}, {"multiplier_override_prioritization": "lowest_multiplier"}])
def test_tiers_need_explicit_prioritization(chosen: dict[str, str]) -> None:
    catalog = _deal(type="tiered", tiers=[{"multiplier": Decimal("0.5")}], priority=1)
    catalog.spec.update(chosen)
    found = expect(catalog, rules.OVERRIDE_PRIORITY, f"{OVERRIDE}.type", '"tiered"', '"lowest_multiplier"')
    assert len(found.related) == len(chosen)


@pytest.mark.parametrize(
    ("specifier", "fields", "at"),
    [
        ({}, {"target": "list_rate"}, f"{OVERRIDE}.target"),
        ({"recurring_commits": ["main"]}, {}, f"{SPECIFIER}.recurring_commits"),
        ({"any_commits_or_credits": ["main"]}, {}, f"{SPECIFIER}.any_commits_or_credits"),
        ({"recurring_commits": ["main"]}, {"target": "list_rate"}, f"{OVERRIDE}.target"),
        ({"recurring_commits": ["main"]}, {"is_commit_specific": False}, f"{SPECIFIER}.recurring_commits"),
    ],
)
def test_what_only_commit_specific_overrides_have(
    specifier: dict[str, Any], fields: dict[str, Any], at: str
) -> None:
    catalog = _deal(specifier, type="multiplier", multiplier=Decimal("0.5"), **fields)
    _commits(catalog, "main")
    expect(catalog, rules.COMMIT_SPECIFIC, at, '"deal"')
    catalog.spec["overrides"]["deal"]["is_commit_specific"] = True
    assert checked(catalog) == ()


def test_commits_need_a_companion() -> None:
    catalog = _deal(
        {"recurring_commits": ["main"]}, type="multiplier", multiplier=Decimal("0.5"), is_commit_specific=True
    )
    _commits(catalog, "main")
    specifier = catalog.spec["overrides"]["deal"]["override_specifiers"][0]
    del specifier["product"]
    expect(catalog, rules.COMMIT_SPECIFIC, f"{SPECIFIER}.recurring_commits", '"deal"')
    specifier["product_tags"] = ["tokens"]
    assert checked(catalog) == ()


def test_any_takes_the_place_of_the_others() -> None:
    specifier = {"recurring_commits": ["main"], "any_commits_or_credits": ["main"]}
    catalog = _deal(specifier, type="multiplier", multiplier=Decimal("0.5"), is_commit_specific=True)
    _commits(catalog, "main")
    found = expect(catalog, rules.COMMIT_SPECIFIC, f"{SPECIFIER}.any_commits_or_credits")
    assert found.related[0].at.route[-1] == "recurring_commits"


@pytest.mark.parametrize(
    ("field", "name", "hint"),
    [
        ("recurring_commits", "mian", 'did you mean "main"?'),
        ("commits", "main", 'name it in "recurring_commits"'),
        ("recurring_commits", "signup-credit", 'name it in "any_commits_or_credits"'),
        ("any_commits_or_credits", "trial", "every commit and credit"),
        ("commits", "nothing", "use the key of one of commits"),
    ],
)
def test_commits_that_the_field_cannot_name(field: str, name: str, hint: str) -> None:
    catalog = _deal({field: [name]}, type="multiplier", multiplier=Decimal("0.5"), is_commit_specific=True)
    _commits(catalog, "main")
    item = {"amount": "1.00 USD", "starting_at_offset": "0 days", "duration": "7 days"}
    trial = {"product": "signup-credit", "access_schedule": {"schedule_items": [item]}}
    catalog.spec["credits"] = {"trial": trial}
    found = expect(catalog, rules.UNKNOWN_TERM, f"{SPECIFIER}.{field}.0", f'"{name}"')
    assert hint in found.hint


@pytest.mark.parametrize("name", ["main", "signup-credit"])
def test_any_names_commits_and_recurring_credits(name: str) -> None:
    catalog = _deal(
        {"any_commits_or_credits": [name]},
        type="multiplier",
        multiplier=Decimal("0.5"),
        is_commit_specific=True,
    )
    _commits(catalog, "main")
    assert checked(catalog) == ()


@pytest.mark.parametrize("rule", [rules.OVERRIDE_SHAPE, rules.OVERRIDE_PRIORITY])
def test_two_faults_of_one_override_are_two_findings(rule: Rule) -> None:
    catalog = _deal(type="tiered", tiers=[{"multiplier": 1}], multiplier=1)
    found = [finding.rule.code for finding in checked(catalog)]
    assert found.count(rule.code) == (1 if rule is rules.OVERRIDE_SHAPE else 2)
