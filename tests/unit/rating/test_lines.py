from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.example_catalog import Example, catalog_of, example

from pkgplan.model.catalog.overrides import OverrideSpecifier
from pkgplan.model.units import RelativeDate
from pkgplan.rating.choice import entitlement, in_effect, price, winner
from pkgplan.rating.lines import Drawn, Line, Lines, Overrides, Touch, lines_of, matches
from pkgplan.rating.moments import START, Between

TOKENS = [{"product": "input-tokens"}]


def _by_model() -> Example:
    catalog = example()
    product = catalog.spec_of("references/product-input-tokens.yaml")
    product |= {"pricing_group_key": ["model", "region"], "presentation_group_key": ["project"]}
    rate = catalog.card["rates"].pop(0)
    for model in ("large", "small"):
        values = {"pricing_group_values": {"model": model, "region": "eu"}}
        catalog.card["rates"] += [rate | values, rate | values | {"starting_at": "2026-01-01"}]
    return catalog


def _lines(documents: Example) -> tuple[Line, ...]:
    catalog = catalog_of(documents)
    return lines_of(catalog.rate_cards["tokens"], catalog.products)


def _touches(**overrides: dict[str, Any]) -> tuple[Line, tuple[Touch, ...], Between]:
    """The line of input tokens in the example, what touches it, and the life of a contract: a year."""
    documents = example()
    documents.spec["overrides"] = {
        key: {"override_specifiers": TOKENS, "starting_at_offset": "0 months"} | each
        for key, each in overrides.items()
    }
    catalog = catalog_of(documents)
    found = Overrides.of(catalog.packages["starter"].document.spec)
    line = lines_of(catalog.rate_cards["tokens"], catalog.products)[0]
    return line, found.touching(line), found.life


def _price(overrides: dict[str, dict[str, Any]], *, explicit: bool = False) -> tuple[str, list[str]]:
    _, touches, life = _touches(**overrides)
    found = price(touches, life, explicit=explicit)
    return found.kind, [touch.key for touch in found.by]


OVERWRITE = {"type": "overwrite", "overwrite_rate": {"rate_type": "flat", "price": "0.50 USD"}}
HALF = {"type": "multiplier", "multiplier": Decimal("0.5")}


def test_a_line_is_one_price_with_all_of_its_rates() -> None:
    lines = _lines(_by_model())
    assert [(line.product, line.billing_frequency, line.positions) for line in lines] == [
        ("output-tokens", None, (0,)),
        ("starter-fee", "monthly", (1,)),
        ("input-tokens", None, (2, 3)),
        ("input-tokens", None, (4, 5)),
    ]


def test_rates_that_change_their_mind_entitle_sometimes() -> None:
    documents = example()
    rate = documents.card["rates"][0]
    documents.card["rates"][2]["entitled"] = False
    documents.card["rates"].append(rate | {"starting_at": "2026-01-01", "entitled": False})
    assert [line.entitled for line in _lines(documents)] == ["sometimes", "always", "never"]


@pytest.mark.parametrize(
    ("specifier", "positions"),
    [
        ({}, [0, 1, 2, 4]),
        ({"product": "input-tokens"}, [2, 4]),
        ({"product_tags": ("tokens",)}, [0, 2, 4]),
        ({"product_tags": ("tokens", "premium")}, []),
        ({"product": "starter-fee", "billing_frequency": "monthly"}, [1]),
        ({"product": "starter-fee", "billing_frequency": "annual"}, []),
        ({"product": "starter-fee"}, [1]),
        ({"pricing_group_values": {"region": "eu"}}, [2, 4]),
        ({"pricing_group_values": {"region": "eu", "model": "small"}}, [4]),
        ({"pricing_group_values": {"region": "us"}}, []),
        ({"presentation_group_values": {"project": "a"}}, [2, 4]),
        ({"product_tags": ("tokens",), "product": "starter-fee"}, []),
    ],
)
def test_all_fields_of_a_specifier_match(specifier: dict[str, Any], positions: list[int]) -> None:
    lines = _lines(_by_model())
    wanted = OverrideSpecifier(**specifier)
    assert [line.positions[0] for line in lines if matches(wanted, line)] == positions
    assert [line.positions[0] for line in Lines.of(lines).matching(wanted)] == positions


def test_a_touch_says_through_which_specifiers() -> None:
    specifiers = [{"product": "output-tokens"}, {"product_tags": ["tokens"]}, {"product": "input-tokens"}]
    _, touches, _ = _touches(deal=HALF | {"override_specifiers": specifiers})
    assert [(touch.key, touch.specifiers) for touch in touches] == [("deal", (1, 2))]


@pytest.mark.parametrize(
    ("names", "holding"),
    [
        ({}, ["commits", "credits", "recurring_commits", "recurring_credits"]),
        ({"commits": ["a"]}, ["commits"]),
        ({"recurring_commits": ["a"]}, ["recurring_commits"]),
        ({"any_commits_or_credits": ["a"]}, ["commits", "recurring_commits", "recurring_credits"]),
        ({"any_commits_or_credits": ["b"]}, []),
    ],
)
def test_what_must_pay_for_the_usage(names: dict[str, list[str]], holding: list[str]) -> None:
    specifiers = [{"product": "input-tokens"} | names]
    _, (touch,), _ = _touches(deal=HALF | {"override_specifiers": specifiers, "is_commit_specific": True})
    kinds = ("commits", "credits", "recurring_commits", "recurring_credits")
    assert [kind for kind in kinds if touch.holds_while(Drawn(kind, "a"))] == holding
    assert not touch.holds_while(None)


def test_only_what_is_surely_in_effect() -> None:
    _, touches, _ = _touches(
        now=HALF | {"duration": "1 month"}, later=HALF | {"starting_at_offset": "30 days"}
    )
    after = [RelativeDate(days, "day") for days in (0, 27, 30, 31)]
    keys = [[touch.key for touch in in_effect(touches, START.after(span))] for span in after]
    assert keys == [["now"], ["now"], ["later"], ["later"]]


def test_the_last_overwrite_wins_and_the_first_of_equal_priorities() -> None:
    line, touches, _ = _touches(b=OVERWRITE, a=OVERWRITE)
    assert line.product == "input-tokens"
    assert [touch.key for touch in touches] == ["a", "b"]
    won = winner(touches, explicit=False)
    assert won is not None
    assert won.key == "b"
    _, touches, _ = _touches(b=HALF | {"priority": 1}, a=HALF | {"priority": 1}, c=HALF | {"priority": 2})
    won = winner(touches, explicit=True)
    assert won is not None
    assert won.key == "a"


@pytest.mark.parametrize(
    ("overrides", "kind", "by"),
    [
        ({}, "floating", []),
        ({"a": {"entitled": True}}, "floating", []),
        ({"a": OVERWRITE}, "pinned", ["a"]),
        ({"a": OVERWRITE | {"duration": "12 months"}}, "pinned", ["a"]),
        ({"a": OVERWRITE | {"duration": "11 months"}}, "floating", ["a"]),
        ({"a": OVERWRITE | {"starting_at_offset": "1 day"}}, "floating", ["a"]),
        (
            {"a": OVERWRITE | {"duration": "6 months"}, "b": OVERWRITE | {"starting_at_offset": "6 months"}},
            "pinned",
            ["a", "b"],
        ),
        ({"a": HALF}, "scaled", ["a"]),
        ({"a": HALF | {"duration": "1 month"}}, "scaled", ["a"]),
        ({"a": OVERWRITE, "b": HALF}, "pinned", ["a"]),
        ({"a": OVERWRITE | {"duration": "6 months"}, "b": HALF}, "scaled", ["a", "b"]),
        ({"a": OVERWRITE, "b": HALF | {"is_commit_specific": True}}, "scaled", ["a", "b"]),
        ({"a": OVERWRITE | {"is_commit_specific": True}}, "floating", ["a"]),
        ({"a": HALF | {"multiplier": 0}}, "pinned", ["a"]),
        ({"a": HALF | {"starting_at_offset": "12 months"}}, "floating", []),
    ],
)
def test_kinds_of_prices(overrides: dict[str, dict[str, Any]], kind: str, by: list[str]) -> None:
    assert _price(overrides) == (kind, by)


def test_priorities_may_undo_a_free_price() -> None:
    free = HALF | {"multiplier": 0, "priority": 2}
    assert _price({"a": free, "b": HALF | {"priority": 1}}, explicit=True) == ("scaled", ["a", "b"])


@pytest.mark.parametrize(
    ("overrides", "held"),
    [
        ({}, "always"),
        ({"a": {"entitled": False}}, "never"),
        ({"a": {"entitled": False, "duration": "7 days"}}, "sometimes"),
        ({"a": {"entitled": False}, "b": {"entitled": True}}, "sometimes"),
        ({"a": {"entitled": False, "starting_at_offset": "1 year"}}, "always"),
        ({"a": HALF | {"entitled": False, "is_commit_specific": True}}, "sometimes"),
    ],
)
def test_entitlement_of_an_entitled_line(overrides: dict[str, dict[str, Any]], held: str) -> None:
    line, touches, life = _touches(**overrides)
    assert entitlement(line, touches, life) == held
