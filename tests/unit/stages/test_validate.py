"""Every fault of a document is found, once, at its exact route, with our rule and a hint that helps."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.published import refused

from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.diagnostics import Anchor, Route
from pkgplan.model.schemas import schema_for
from pkgplan.model.source import SourceFile
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate
from pkgplan.stages.validate.values import WORDED

STARTER: dict[str, Any] = {
    "apiVersion": "pkgplan/v1",
    "kind": "Package",
    "metadata": {"key": "starter", "owner": "growth", "labels": {"tier": "1"}},
    "spec": {
        "name": "Starter Plan",
        "aliases": [{"name": "Starter Plan", "starting_at": "2025-10-01"}],
        "rate_card_alias": "Tokens rate card",
        "duration": "12 months",
        "net_payment_terms_days": 15,
        "recurring_credits": {
            "signup": {
                "product": "signup-credit",
                "access_amount": {"unit_price": "10.00 USD", "quantity": 1},
                "priority": 1,
                "commit_duration": "1 period",
                "starting_at_offset": "0 months",
                "rollover_fraction": Decimal("0.5"),
                "applicable_products": ["input-tokens"],
            },
        },
        "subscriptions": {
            "fee": {
                "subscription_rate": {"product": "starter-fee", "billing_frequency": "monthly"},
                "collection_schedule": "advance",
                "proration": {
                    "is_prorated": True,
                    "rounding": {"rounding_method": "floor", "decimal_places": 0},
                },
                "custom_fields": {"erp": "1"},
            },
        },
    },
}
CREDIT = ("spec", "recurring_credits", "signup")
FEE = ("spec", "subscriptions", "fee")
PRICE = (*CREDIT, "access_amount", "unit_price")
GONE = object()


def edited(route: Route, value: Any) -> Any:
    document = copy.deepcopy(STARTER)
    if not route:
        return value
    place: Any = document
    for part in route[:-1]:
        place = place[part]
    if value is GONE:
        del place[route[-1]]
    else:
        place[route[-1]] = value
    return document


def source(data: Any, path: str = "packages/starter.yaml") -> SourceFile:
    return SourceFile(path, "", data)


def faults(data: Any) -> list[tuple[str, Route, str, str]]:
    _, found = validate([source(data)])
    return [(d.rule.code, d.at.route, d.message, d.hint) for d in found]


def test_a_sound_document_is_clean() -> None:
    clean, found = validate([source(STARTER)])
    assert found == ()
    assert [one.path for one in clean] == ["packages/starter.yaml"]


START = ("spec", "aliases", 0, "starting_at")
PLACES = (*FEE, "proration", "rounding", "decimal_places")
ITEM = {"unit_price": "10 USD", "quantity": 1, "date_offset": "0 months"}
SEGMENT = {"amount": "10 USD", "starting_at_offset": "0 months", "duration": "1 month"}


def charge(**fields: Any) -> Any:
    return {"support": {"product": "support", "schedule": {"schedule_items": [{**ITEM, **fields}]}}}


def commit(**fields: Any) -> Any:
    return {"product": "p", "type": "prepaid", "access_schedule": {"schedule_items": [{**SEGMENT, **fields}]}}


def override(**fields: Any) -> Any:
    return {"o": {"override_specifiers": [{"product": "p"}], "starting_at_offset": "0 months", **fields}}


def top_up(**fields: Any) -> Any:
    amounts = {"threshold_amount": "5 USD", "recharge_to_amount": "20 USD"}
    gate = {"payment_gate_type": "none"}
    return {"is_enabled": True, **amounts, "commit": {"product": "p"}, "payment_gate_config": gate, **fields}


# A field of the spec, what it is, where the fault is below it, and what is said of it.
DEEP: list[tuple[str, Any, Route, str, str, str]] = [
    ("from", "team", (), "PKG103", '"from" is "team", not a list', "write a list: [team]"),
    ("from", ["Team Seats"], (0,), "PKG108", "not a key", 'write "team-seats"'),
    ("commits", [commit()], (), "PKG103", "a list, not a mapping", "a key of your choice"),
    ("credits", {"c": "p"}, ("c",), "PKG103", "not a mapping", "`product: annual-commit`"),
    ("commits", {"c": {**commit(), "type": "prepayed"}}, ("c", "type"), "PKG104", "prepayed", '"prepaid"?'),
    ("commits", {"c": commit(amount=10)}, ("c", "access_schedule", "schedule_items", 0, "amount"),
     "PKG303", '"amount" is 10, an amount without its unit', '"0.10 USD" if it counts cents, as the API does'),
    ("commits", {"c": {**commit(), "access_schedule": [SEGMENT]}}, ("c", "access_schedule"),
     "PKG103", "a list, not a mapping", "`schedule_items:`"),
    ("commits", {"c": {**commit(), "access_schedule": {"schedule_items": []}}},
     ("c", "access_schedule", "schedule_items"), "PKG107", '"schedule_items" has no entries', "add an entry"),
    ("scheduled_charges", charge(unit_price=10), ("support", "schedule", "schedule_items", 0, "unit_price"),
     "PKG303", '"unit_price" is 10, an amount without its unit', '"10.00 USD" if it counts dollars'),
    ("scheduled_charges", charge(every=None), ("support", "schedule", "schedule_items", 0, "every"),
     "PKG103", '"every" has no value',
     "write a value or remove the key; `null` only takes out what the `from` of the same file brings in"),
    ("scheduled_charges", charge(every="monthly"), ("support", "schedule", "schedule_items", 0, "every"),
     "PKG104", '"every" is "monthly"', 'did you mean "month"?'),
    ("scheduled_charges", charge(**{"for": 1}), ("support", "schedule", "schedule_items", 0, "for"),
     "PKG305", '"for" is 1, not a span of time', '"1 day", "1 week", "1 month", or "1 year"'),
    ("overrides", override(override_specifiers=[]), ("o", "override_specifiers"),
     "PKG107", "has no entries", "- "),
    ("overrides", override(override_specifiers=[{"billing_frequency": "yearly"}]),
     ("o", "override_specifiers", 0, "billing_frequency"), "PKG104", "yearly",
     "one of: weekly, monthly, quarterly, annual"),
    ("overrides", override(override_specifiers=[{"product_tags": "tokens"}]),
     ("o", "override_specifiers", 0, "product_tags"), "PKG103", "not a list", "[tokens]"),
    ("overrides", override(priority=0), ("o", "priority"), "PKG107", "is 0, not more than 0", "more than 0"),
    ("overrides", override(multiplier="80%"), ("o", "multiplier"), "PKG103", "not a number",
     "0.8 if 80 percent of the price is paid, or 0.2 if 80 percent is taken off"),
    ("overrides", override(priority="first"), ("o", "priority"), "PKG103", "not a number", "plain number"),
    ("overrides", override(overwrite_rate={"rate_type": "flat", "price": 5}), ("o", "overwrite_rate", "price"),
     "PKG303", '"price" is 5, an amount without its unit', '"0.05 USD" if it counts cents'),
    ("overrides", override(overwrite_rate={"rate_type": "tiered", "tiers": [{"price": 5}]}),
     ("o", "overwrite_rate", "tiers", 0, "price"), "PKG303", "without its unit", "or 5 with another unit"),
    ("overrides", override(overwrite_rate={"rate_type": "custom", "custom_rate": "x"}),
     ("o", "overwrite_rate", "custom_rate"), "PKG103", "not a mapping", "lines under it"),
    ("prepaid_balance_threshold_configuration", top_up(commit="p"), ("commit",),
     "PKG103", '"commit" is "p", not a mapping', "`product: top-up`"),
    ("prepaid_balance_threshold_configuration", top_up(discount_configuration={"payment_fraction": 85}),
     ("discount_configuration", "payment_fraction"), "PKG107", "is 85, more than 1",
     "0.85 if 85 percent of the price is paid, or 0.15 if 85 percent is taken off"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "below", "code", "message", "hint"), DEEP)
def test_one_fault_deep_inside(
    field: str, value: Any, below: Route, code: str, message: str, hint: str
) -> None:
    route = ("spec", field, *below)
    ((found_code, found_route, found_message, found_hint),) = faults(edited(("spec", field), value))
    assert (found_code, found_route) == (code, route)
    assert message in found_message
    assert hint in found_hint


TERMS_DAYS = ("spec", "net_payment_terms_days")

CASES: list[tuple[Route, Any, str, str, str]] = [
    # unknown and missing keys
    ((*CREDIT, "how_often"), 1, "PKG101", 'no key "how_often"', "explain Package.spec.recurring_credits."),
    ((*FEE, "duratoin"), "1 month", "PKG101", '"fee" has no key "duratoin"', 'did you mean "duration"?'),
    (("spec", "n\u0430me"), "x", "PKG101", 'has no key "n\u0430me"', "CYRILLIC SMALL LETTER A"),
    (("name",), "x", "PKG101", 'the document has no key "name"', 'put it under "spec"'),
    (("spec", "owner"), "x", "PKG101", '"spec" has no key "owner"', 'put it under "metadata"'),
    # types
    (("spec",), "x", "PKG103", '"spec" is "x", not a mapping', "indented"),
    (("spec", "aliases"), {"name": "x"}, "PKG103", '"aliases" is a mapping, not a list', '"- "'),
    (("spec", "recurring_credits"), [{"product": "x"}], "PKG103", "a list, not a mapping", "signup-credit:"),
    ((*CREDIT, "applicable_products"), "x", "PKG103", "not a list", "[x]"),
    ((*CREDIT, "priority"), "1", "PKG103", '"priority" is "1", not a number', "write 1, without"),
    ((*CREDIT, "priority"), True, "PKG103", "is true, not a number", "plain number"),
    (TERMS_DAYS, Decimal("1.5"), "PKG103", "is 1.5, not a whole number", "whole number"),
    ((*FEE, "proration", "is_prorated"), "yes", "PKG103", "not true or false", "write true"),
    ((*FEE, "proration", "is_prorated"), "maybe", "PKG103", "not true or false", "write true or false"),
    (("spec", "aliases"), "Mine", "PKG103", "not a list", 'start each entry with "- ", such as `name: '),
    (("metadata", "labels"), ["tier"], "PKG103", "is a list, not a mapping", "write `key: value` lines"),
    (("metadata", "labels", "tier"), 1, "PKG103", '"tier" is 1, not text', "quote it: '1'"),
    (("spec", "name"), 7, "PKG103", '"name" is 7, not text', "quote it: '7'"),
    (("spec", "name"), None, "PKG103", '"name" has no value', "remove the key"),
    (("spec", "duration"), None, "PKG103", '"duration" has no value', "remove the key"),
    (("spec", "subscriptions"), None, "PKG103", '"subscriptions" has no value', "remove the key"),
    # fixed sets and ranges
    ((*FEE, "collection_schedule"), "advnace", "PKG104", "not one of the known", 'did you mean "advance"?'),
    ((*FEE, "collection_schedule"), "ADVANCE", "PKG104", "not one of the known", 'did you mean "advance"?'),
    ((*FEE, "collection_schedule"), "later", "PKG104", "not one of the known", "one of: advance, arrears"),
    (TERMS_DAYS, -1, "PKG107", "is -1, less than 0", "0 or more"),
    ((*CREDIT, "rollover_fraction"), 100, "PKG107", "is 100, more than 1", "write 1 if 100 percent is meant"),
    ((*CREDIT, "rollover_fraction"), 101, "PKG107", "is 101, more than 1", "1 or less"),
    (PLACES, 6, "PKG107", "more than 5", "5 or less"),
    ((*FEE, "custom_fields", "erp"), "x" * 201, "PKG107", "201 characters", "at most 200"),
    (("spec", "name"), "  ", "PKG107", "blank text", "write a name"),
    # keys
    (("metadata", "key"), "Starter Plan", "PKG108", "not a key", 'write "starter-plan"'),
    (("metadata", "key"), "k" * 49, "PKG108", "49 characters", "at most 48"),
    ((*CREDIT, "product"), "st\u0430rter", "PKG108", "not a key", "CYRILLIC SMALL LETTER A"),
    # money
    (PRICE, 10, "PKG303", '"unit_price" is 10, an amount without its unit', "the one that is meant"),
    (PRICE, Decimal("10.00"), "PKG303", "is 10.00", '"10.00 USD" if it counts dollars'),
    (PRICE, "10.00", "PKG303", 'is "10.00", an amount without its unit', '"0.10 USD" if it counts cents'),
    (PRICE, "$10", "PKG308", "not an amount of money", 'write "10.00 USD" if US dollars are meant'),
    (PRICE, "10USD", "PKG308", "not an amount of money", 'write "10.00 USD"'),
    (PRICE, "EUR 1,000.50", "PKG308", "not an amount of money", 'write "1000.50 EUR"'),
    (PRICE, "10.00 USD\n", "PKG308", "not an amount of money", 'write "10.00 USD"'),
    (PRICE, "ten dollars", "PKG308", "not an amount of money", "10.00 USD"),
    (PRICE, "-1 USD", "PKG107", "less than nothing", "0 or more"),
    (PRICE, -1, "PKG107", "less than nothing", "0 or more"),
    (PRICE, True, "PKG103", "is true, not an amount of money", "10.00 USD"),
    (PRICE, {"amount": 1}, "PKG103", "is a mapping, not an amount", "10.00 USD"),
    # spans
    (("spec", "duration"), 12, "PKG305", "is 12, not a span of time", '"12 days", "12 weeks", "12 months", or'),
    (("spec", "duration"), "12months", "PKG305", "not a span", 'write "12 months"'),
    (("spec", "duration"), "P1Y", "PKG305", "not a span", 'write "1 year"'),
    (("spec", "duration"), "2 quarters", "PKG305", "not a span", 'write "6 months"'),
    (("spec", "duration"), "a while", "PKG305", "not a span", 'days, weeks, months or years, as in "3 months"'),
    (("spec", "duration"), "1 period", "PKG305", "counts in days, weeks, months, years", "3 months"),
    (("spec", "duration"), {"value": 1}, "PKG305", "not a span", "3 months"),
    (("spec", "duration"), {"value": 1, "unit": "Months"}, "PKG305", "not a span", 'write "1 month"'),
    (("spec", "duration"), "0 months", "PKG306", "out of range", "at least 1"),
    (("spec", "duration"), {"value": 0, "unit": "MONTHS"}, "PKG306", "out of range", "at least 1"),
    (("spec", "duration"), "101 years", "PKG306", "out of range", "at most 100 years"),
    ((*CREDIT, "starting_at_offset"), "-1 day", "PKG306", "out of range", "at least 0"),
    ((*CREDIT, "commit_duration"), 1, "PKG305", "not a span", 'write "1 period"'),
    ((*CREDIT, "commit_duration"), "P1M", "PKG305", "not a span", "how many periods of the recurrence"),
    ((*CREDIT, "starting_at_offset"), 0, "PKG305", "not a span", 'write "0 months"'),
    ((*CREDIT, "commit_duration"), "1 month", "PKG305", "counts in periods", "1 period"),
    # instants
    (START, "2026-02-31", "PKG307", "not a day of the calendar", "2026-02 has 28 days"),
    (START, "2026-02-01T00:00:00", "PKG307", "not an instant", "2026-02-01T00:00:00Z"),
    (START, "next year", "PKG307", "not an instant", "2026-02-01"),
    (START, 20260201, "PKG307", "is 20260201, not an instant", "2026-02-01"),
]  # fmt: skip


@pytest.mark.parametrize(("route", "value", "code", "message", "hint"), CASES)
def test_one_fault(route: Route, value: Any, code: str, message: str, hint: str) -> None:
    ((found_code, found_route, found_message, found_hint),) = faults(edited(route, value))
    assert (found_code, found_route) == (code, route)
    assert message in found_message
    assert hint in found_hint


@pytest.mark.parametrize(
    ("route", "value"),
    [
        (PRICE, "0 USD"),
        (PRICE, "500 ai-credits"),
        ((*CREDIT, "access_amount"), {"unit_price": 5, "access_type": "quantity"}),
        (("spec", "duration"), "1200 months"),
        (("spec", "duration"), {"value": 1, "unit": "YEARS"}),
        ((*CREDIT, "starting_at_offset"), "0 days"),
        (START, "2024-02-29T00:00:00+01:00"),
        (("metadata", "key"), "k" * 48),
        ((*CREDIT, "rollover_fraction"), 1),
    ],
)
def test_near_misses_pass(route: Route, value: Any) -> None:
    assert faults(edited(route, value)) == []


@pytest.mark.parametrize(
    ("route", "parent", "message", "hint"),
    [
        (("spec",), (), 'the document has no "spec"', 'add "spec"'),
        (("spec", "name"), ("spec",), '"spec" has no "name"', "`name: Starter Plan - October 2025`"),
        (PRICE, PRICE[:-1], '"access_amount" has no "unit_price"', "`unit_price: 10.00 USD`"),
        (("spec", "aliases", 0, "name"), ("spec", "aliases", 0), '"aliases[0]" has no "name"', "`name:"),
    ],
)
def test_missing_keys_are_shown_at_the_parent(route: Route, parent: Route, message: str, hint: str) -> None:
    ((code, at, found, found_hint),) = faults(edited(route, GONE))
    assert (code, at, found) == ("PKG102", parent, message)
    assert hint in found_hint


def test_unknown_keys_are_shown_at_the_key() -> None:
    _, (found,) = validate([source(edited(("spec", "nmae"), "x"))])
    assert found.at.anchor is Anchor.KEY


def test_a_comma_in_a_number_within_braces_is_recognized() -> None:
    amount = {"unit_price": 1, "000.00 USD": None, "quantity": 1}
    found = {code: hint for code, _, _, hint in faults(edited((*CREDIT, "access_amount"), amount))}
    assert found.keys() == {"PKG303", "PKG101"}
    assert found["PKG101"] == "write the number without a comma: within braces a comma ends the value"


def test_term_keys_must_be_keys() -> None:
    terms = {"Sign_up": STARTER["spec"]["recurring_credits"]["signup"]}
    ((code, route, message, hint),) = faults(edited(("spec", "recurring_credits"), terms))
    assert (code, route) == ("PKG108", ("spec", "recurring_credits", "Sign_up"))
    assert message == 'a key of "recurring_credits" is "Sign_up", not a key'
    assert hint == 'write "sign-up"'


@pytest.mark.parametrize(
    ("data", "code", "route", "hint"),
    [
        ([], "PKG103", (), "apiVersion"),
        ("x", "PKG103", (), "apiVersion"),
        (None, "PKG103", (), "apiVersion"),
        ({}, "PKG105", (), "Package"),
        ({**STARTER, "kind": "Pacakge"}, "PKG105", ("kind",), 'did you mean "Package"?'),
        ({**STARTER, "kind": 1}, "PKG105", ("kind",), "Package"),
        ({**STARTER, "kind": None}, "PKG105", ("kind",), "Package"),
        (edited(("apiVersion",), GONE), "PKG106", (), "pkgplan/v1"),
        ({**STARTER, "apiVersion": "v1"}, "PKG106", ("apiVersion",), 'write "pkgplan/v1"'),
        ({**STARTER, "apiVersion": None}, "PKG106", ("apiVersion",), 'write "pkgplan/v1"'),
        ({**STARTER, "apiVersion": 1}, "PKG106", ("apiVersion",), 'write "pkgplan/v1"'),
    ],
)
def test_envelope(data: Any, code: str, route: Route, hint: str) -> None:
    ((found_code, found_route, _, found_hint),) = faults(data)
    assert (found_code, found_route) == (code, route)
    assert hint in found_hint


def test_all_faults_of_a_document_each_once_and_only_broken_documents_are_held_back() -> None:
    broken = edited(PRICE, 10)
    broken["spec"]["nmae"] = "x"
    broken["spec"]["subscriptions"]["fee"]["collection_schedule"] = "x"
    del broken["metadata"]["key"]
    clean, found = validate([source(broken, "a.yaml"), source(STARTER, "b.yaml")])
    assert [one.path for one in clean] == ["b.yaml"]
    assert sorted(d.rule.code for d in found) == ["PKG101", "PKG102", "PKG104", "PKG303"]
    assert {d.at.path for d in found} == {"a.yaml"}


def test_a_share_is_no_money() -> None:
    rate = {
        "product": "p",
        "starting_at": "2025-01-01",
        "entitled": True,
        "rate_type": "percentage",
        "price": "1 USD",
    }
    card = {
        "apiVersion": "pkgplan/v1",
        "kind": "RateCard",
        "metadata": {"key": "tokens"},
        "spec": {"name": "Tokens", "rates": [rate]},
    }
    ((code, route, message, _),) = faults(card)
    assert (code, route) == ("PKG103", ("spec", "rates", 0, "price"))
    assert message == '"price" is "1 USD", not a number'


def test_every_keyword_of_the_schemas_is_worded() -> None:
    notes = {"$schema", "$id", "title", "description", "examples", "$defs"}
    walks = {"properties", "items", "propertyNames", "allOf", "anyOf", "if", "then", "not", "pattern"}
    keys_and_values = {"required", "additionalProperties"}
    used: set[str] = set()

    def walk(node: Any, *, names: bool = False) -> None:
        for key, value in node.items():
            if not names:
                used.add(key)
            if isinstance(value, dict) and key != "examples":
                walk(value, names=key == "properties" and not names)
            elif key in {"allOf", "anyOf"}:
                for item in value:
                    walk(item)

    for kind in KINDS:
        walk(schema_for(kind))
    assert used - notes - walks - keys_and_values == set(WORDED)


TELLING = ["10 USD", "3 months", "1 period", "2026-02-30", "2026-02-01", "advance", "a-key", "A b"]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.text(max_size=12)
    | st.sampled_from(TELLING)
)
names = st.text(max_size=8) | st.sampled_from(["name", "unit", "value"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


def routes(node: Any, route: Route = ()) -> list[Route]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [route, *(found for part, child in entries for found in routes(child, (*route, part)))]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(routes(STARTER)[1:]), values)
def test_what_passes_here_passes_the_published_schema_and_the_parser(route: Route, value: Any) -> None:
    document = edited(route, value)
    clean, found = validate([source(document)])
    assert bool(clean) != bool(found)
    assert all(d.message and d.hint for d in found)
    if clean:
        assert refused("Package", document) == []
        assert parse(clean, complete=False)[1] == ()


def test_a_rate_that_lacks_what_its_type_needs() -> None:
    rate = {"product": "p", "starting_at": "2025-01-01", "entitled": True, "rate_type": "flat"}
    card = {
        "apiVersion": "pkgplan/v1",
        "kind": "RateCard",
        "metadata": {"key": "tokens"},
        "spec": {"name": "Tokens", "rates": [rate, {**rate, "rate_type": "tiered"}]},
    }
    assert [(code, route, hint) for code, route, _, hint in faults(card)] == [
        ("PKG102", ("spec", "rates", 0), 'add "price", such as `price: 10.00 USD`'),
        ("PKG102", ("spec", "rates", 1), 'add "tiers"'),
    ]


def fragment(**spec: Any) -> Any:
    return {**STARTER, "kind": "PackageFragment", "spec": spec}


def test_a_fragment_may_leave_anything_out_but_not_misspell_it() -> None:
    assert faults(fragment()) == []
    assert faults(fragment(credits={"trial": {"priority": 1}}, overrides={"o": {"entitled": True}})) == []
    found = faults(fragment(credits={"trial": {"prioritty": 1}}, billing_provider="stirpe"))
    assert [(code, route[-1], hint) for code, route, _, hint in found] == [
        ("PKG104", "billing_provider", 'did you mean "stripe"?'),
        ("PKG101", "prioritty", 'did you mean "priority"?'),
    ]


def test_what_decides_the_type_of_an_amount_may_be_in_another_file() -> None:
    counted = {"access_schedule": {"schedule_items": [{**SEGMENT, "amount": 10}]}}
    assert faults(fragment(commits={"c": counted})) == []


def test_an_entry_of_a_list_is_whole_because_a_list_is_replaced_whole() -> None:
    found = faults(fragment(commits={"c": {"access_schedule": {"schedule_items": [{"amount": "1 USD"}]}}}))
    assert {(code, message) for code, _, message, _ in found} == {
        ("PKG102", '"schedule_items[0]" has no "starting_at_offset"'),
        ("PKG102", '"schedule_items[0]" has no "duration"'),
    }


@pytest.mark.parametrize("field", ["aliases", "retire"])
def test_a_fragment_has_nothing_that_is_never_taken_over(field: str) -> None:
    ((code, route, _, hint),) = faults(fragment(**{field: []}))
    assert (code, route) == ("PKG101", ("spec", field))
    assert hint == "put it into each package: it is never taken over from a fragment"


def test_a_fragment_that_lacks_its_base_is_still_a_fragment() -> None:
    lacking = SourceFile("a.yaml", "", fragment(**{"from": ["gone"], "aliases": []}), is_complete=False)
    _, (found,) = validate([lacking])
    assert (found.rule.code, found.at.route) == ("PKG101", ("spec", "aliases"))


def test_null_means_nothing_in_a_fragment_without_from() -> None:
    ((code, _, message, _),) = faults(fragment(duration=None))
    assert (code, message) == ("PKG103", '"duration" has no value')


def test_a_package_that_lacks_its_base_is_judged_by_what_is_there_and_held_back() -> None:
    partly = {**STARTER, "spec": {"from": ["gone"], "credits": {"trial": {"priority": "high"}}}}
    lacking = SourceFile("a.yaml", "", partly, is_complete=False)
    clean, (found,) = validate([lacking])
    assert (clean, found.at.route[-1]) == ((), "priority")
    sound = SourceFile("a.yaml", "", {**STARTER, "spec": {"from": ["gone"]}}, is_complete=False)
    assert validate([sound]) == ((), ())


def test_the_keys_of_severities_are_codes_of_rules() -> None:
    spec = {
        "namespace": "n",
        "environments": {"local": {"engine": "embedded"}},
        "severities": {"pkg214": "error"},
    }
    ((code, route, message, hint),) = faults({**STARTER, "kind": "Project", "spec": spec})
    assert (code, route) == ("PKG108", ("spec", "severities", "pkg214"))
    assert message == 'a key of "severities" is "pkg214", not the code of a rule'
    assert "PKG214" in hint
