"""No two names of the catalog look like one, and no value looks like another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.example_catalog import CARD, STARTER, checked, example, expect

from pkgplan.model import rules
from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.diagnostics import Severity
from pkgplan.model.schemas import schema_for
from pkgplan.stages.checks.look_alikes import MATCHED, ONLY_READ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.example_catalog import Example

ACCENT = "Caf\u00e9"
# Names that people take for "Growth Plan" or "Pay-as-you-go".
GROWTH = ["growth plan", "GROWTH PLAN", "Gr\u043ewth Plan", "\uff27rowth Plan"]
FIELD = {"entity": "package_subscription", "key": "erp_item", "enforce_uniqueness": False}


def with_alias(name: str, *others: str) -> Example:
    catalog = example()
    for number, alias in enumerate((name, *others)):
        catalog.add_package(f"p{number}", {"name": alias, "starting_at": f"2026-0{number + 1}-01"})
    return catalog


@pytest.mark.parametrize("other", GROWTH)
def test_an_alias_that_looks_like_another_one(other: str) -> None:
    catalog = with_alias("Growth Plan", other)
    path = "packages/package-p1.yaml"
    (found,) = (each for each in checked(catalog) if each.rule is rules.ALIAS_LOOK_ALIKE)
    assert (found.at.path, found.at.route) == (path, ("spec", "aliases", 0, "name"))
    assert found.severity is Severity.ERROR
    assert found.hint.startswith('did you mean "Growth Plan"?')
    assert found.related[0].at.path == "packages/package-p0.yaml"
    assert '"p0"' in found.message
    assert '"p1"' in found.message


@pytest.mark.parametrize("other", ["Growth Plans", "Growth Plan 2", "Gr\u00f6wth Plan", "GrowthPlan"])
def test_aliases_that_people_can_tell_apart(other: str) -> None:
    assert checked(with_alias("Growth Plan", other)) == ()


def test_one_alias_of_two_packages_is_one_alias() -> None:
    assert checked(with_alias("Growth Plan", "Growth Plan")) == ()


def test_what_most_packages_say_is_held_to_be_right() -> None:
    catalog = with_alias("growth plan", "Growth Plan", "Growth Plan")
    found = expect(
        catalog, rules.ALIAS_LOOK_ALIKE, "aliases.0.name", '"growth plan"', path="packages/package-p0.yaml"
    )
    assert found.hint.startswith('did you mean "Growth Plan"?')


def test_two_aliases_of_one_package_that_look_alike() -> None:
    catalog = example()
    catalog.add_package("p", {"name": "Growth Plan"}, {"name": "growth plan"})
    expect(catalog, rules.ALIAS_LOOK_ALIKE, "aliases.1.name", path="packages/package-p.yaml")


def test_rate_cards_have_aliases_of_their_own() -> None:
    catalog = with_alias("tokens rate card")
    assert checked(catalog) == ()
    spec = {"name": "Others", "aliases": [{"name": "Tokens Rate Card", "starting_at": "2026-01-01"}]}
    path = catalog.add("RateCard", "zz-others", spec)
    expect(catalog, rules.ALIAS_LOOK_ALIKE, "aliases.0.name", '"zz-others"', '"tokens"', path=path)


def test_every_alias_is_compared_in_one_go() -> None:
    """A catalog of many aliases takes as many steps, not their square; see bench_plan.py for the time."""
    catalog = example()
    for number in range(300):
        catalog.add_package(f"p{number}", {"name": f"Plan {number}"}, {"name": f"plan {number}"})
    assert [each.rule for each in checked(catalog)] == [rules.ALIAS_LOOK_ALIKE] * 300


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Product", {"name": "Sign-up credit", "type": "fixed"}),
        ("Product", {"name": "SIGN\u2011UP CREDIT", "type": "fixed"}),
        ("BillableMetric", {"name": "Input tokens", "aggregation_type": "count"}),
        ("BillableMetric", {"name": "input Tokens", "aggregation_type": "count"}),
        ("RateCard", {"name": "Tokens rate card"}),
        ("RateCard", {"name": "T\u043ekens rate card"}),
    ],
)
def test_a_reference_with_a_name_that_is_taken(kind: str, spec: dict[str, Any]) -> None:
    catalog = example()
    path = catalog.add(kind, "zz-another", spec)
    (found,) = (each for each in checked(catalog) if each.severity is Severity.ERROR)
    assert (found.rule, found.at.path, found.at.route) == (rules.NAME_TAKEN, path, ("spec", "name"))
    assert found.related[0].at.route == ("spec", "name")
    assert '"zz-another"' in found.message


def test_two_pricing_units_and_two_custom_fields() -> None:
    catalog = example()
    catalog.add("PricingUnit", "a", {"name": "AI credits"})
    path = catalog.add("PricingUnit", "b", {"name": "AI Credits"})
    expect(catalog, rules.NAME_TAKEN, "name", '"b"', '"a"', path=path)
    catalog = example()
    catalog.add("CustomFieldKey", "a", FIELD)
    path = catalog.add("CustomFieldKey", "b", {**FIELD, "key": "ERP_item"})
    expect(catalog, rules.NAME_TAKEN, "key", '"ERP_item"', '"erp_item"', path=path)
    catalog[path]["spec"] = {**FIELD, "entity": "package_credit"}
    assert checked(catalog) == ()


@pytest.mark.parametrize(
    ("key", "name", "at"), [("a", "EUR", "name"), ("a", "usd (Cents)", "name"), ("eur", "A", "key")]
)
def test_a_pricing_unit_that_is_called_like_a_currency(key: str, name: str, at: str) -> None:
    catalog = example()
    path = catalog.add("PricingUnit", key, {"name": name})
    (found,) = checked(catalog)
    assert (found.rule, found.at.path, found.at.route[-1]) == (rules.NAME_TAKEN, path, at)


def test_different_kinds_may_share_a_name() -> None:
    catalog = example()
    catalog.add("PricingUnit", "a", {"name": "Input tokens"})
    assert checked(catalog) == ()


def test_a_letter_of_another_alphabet_in_a_name() -> None:
    catalog = example()
    catalog.spec["contract_name"] = "St\u0430rter Plan"
    found = expect(catalog, rules.LOOK_ALIKE_TEXT, "contract_name", "St\\u0430rter Plan")
    assert found.severity is Severity.WARNING
    assert found.hint.startswith('write "Starter Plan"')
    catalog.spec["contract_name"] = "\u0422\u0430\u0440\u0438\u0444 Starter"
    assert checked(catalog) == ()


def test_values_of_events_are_matched_as_they_are() -> None:
    catalog = example()
    catalog.split_up("pricing_group_key", "model")
    catalog.card["rates"][0]["pricing_group_values"] = {"model": "large "}
    expect(catalog, rules.LOOK_ALIKE_TEXT, "rates.0.pricing_group_values.model", "large\\x20", path=CARD)
    catalog.card["rates"][0]["pricing_group_values"] = {"model": "large"}
    catalog.spec_of("references/metric-input-tokens.yaml")["event_type_filter"] = {
        "in_values": [f"{ACCENT}", "cafe\u0301"]
    }
    expect(
        catalog,
        rules.LOOK_ALIKE_TEXT,
        "event_type_filter.in_values.1",
        "cafe\\u0301",
        path="references/metric-input-tokens.yaml",
    )


def test_what_is_only_read_may_look_like_anything() -> None:
    catalog = example()
    catalog[STARTER]["metadata"]["description"] = " cafe\u0301 St\u0430rter\u200b"
    catalog.credit["description"] = " cafe\u0301 St\u0430rter\u200b"
    catalog[STARTER]["metadata"]["labels"] = {"note": " cafe\u0301  "}
    assert checked(catalog) == ()


@pytest.mark.parametrize(("one", "other"), [("promo", "Promo"), ("promo-cap", "promo\u2010cap")])
def test_spend_trackers_that_look_alike(one: str, other: str) -> None:
    catalog = example()
    tracker = {
        "credit_type": "USD",
        "reset_frequency": "billing_period",
        "applicable_spend_specifiers": [{"spend_type": "commit_purchase", "sources": ["manual"]}],
    }
    catalog.spec["spend_trackers"] = {"a": {**tracker, "alias": one}, "b": {**tracker, "alias": other}}
    expect(catalog, rules.DUPLICATE_TERM, "spend_trackers.b.alias", '"a"', '"b"')


@pytest.mark.parametrize(
    ("labels", "at"),
    [
        ({"Price": "pinned"}, "Price"),
        ({"PRICE": "Pinned"}, "PRICE"),
        ({"price": "Pinned"}, "price"),
        ({"price": "pined"}, "price"),
    ],
)
def test_a_label_that_looks_as_if_it_pinned_prices(labels: dict[str, str], at: str) -> None:
    catalog = example()
    catalog[STARTER]["metadata"]["labels"] = labels
    (found,) = checked(catalog)
    assert (found.rule, found.at.route) == (rules.UNKNOWN_VALUE, ("metadata", "labels", at))


@pytest.mark.parametrize(
    "labels", [{"price": "unpinned"}, {"Price": "high"}, {"prices": "pinned"}, {"price": "low"}]
)
def test_a_label_that_says_something_else(labels: dict[str, str]) -> None:
    catalog = example()
    catalog[STARTER]["metadata"]["labels"] = labels
    assert checked(catalog) == ()


def test_a_group_key_that_looks_like_the_one_of_the_product() -> None:
    catalog = example()
    catalog.split_up("pricing_group_key", "model")
    catalog.card["rates"][0]["pricing_group_values"] = {"m\u043edel": "large"}
    hints = [each.hint for each in checked(catalog) if each.rule is rules.RATE_GROUP_VALUES]
    assert any(
        'did you mean "model"? It is written "model", and this is "m\\u043edel"' in hint for hint in hints
    )


def test_every_field_of_text_is_a_name_or_says_what_it_is() -> None:
    """A new field of text has a type of ours; bare text is only read, or matched and warned about."""
    bare = {name for kind in KINDS for name in _bare(schema_for(kind), "")}
    assert bare == {"description", "labels", *MATCHED}
    assert {"description", "sql", "custom_rate"} <= ONLY_READ


def test_every_key_of_an_author_s_own_is_a_name() -> None:
    free = {name for kind in KINDS for name in _free_keys(schema_for(kind), "")}
    assert free == {"custom_rate"}


def _children(node: dict[str, Any], name: str) -> Iterator[tuple[dict[str, Any], str]]:
    for field, child in node.get("properties", {}).items():
        yield child, field
    for inner in (node.get("items"), node.get("additionalProperties")):
        if isinstance(inner, dict):
            yield inner, name


def _bare(node: dict[str, Any], name: str) -> Iterator[str]:
    if node.get("type") == "string" and not {"x-pkgplan", "enum", "const", "pattern"} & node.keys():
        yield name
    if "x-pkgplan" not in node:
        for child, inner in _children(node, name):
            yield from _bare(child, inner)


def _free_keys(node: dict[str, Any], name: str) -> Iterator[str]:
    if (
        node.get("type") == "object"
        and node.get("additionalProperties") is not False
        and "propertyNames" not in node
    ):
        yield name
    if "x-pkgplan" not in node:
        for child, inner in _children(node, name):
            yield from _free_keys(child, inner)
