"""The ids of a payload and their names, over the whole language of packages."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from support.specs import catalog_with, random_spec

from pkgplan.checker.identifiers import problems_of_references, same_by_name
from pkgplan.model.compiled import AsSent
from pkgplan.model.diagnostics import has_errors
from pkgplan.model.units import USD_CREDIT_TYPE_ID
from pkgplan.stages.compile import compile_packages, embedded_ids

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject


def problems(payload: JsonObject, **references: str) -> list[str]:
    named = {name.replace("_", "/", 1): id_ for name, id_ in references.items()}
    return [*problems_of_references(AsSent(payload, named))]


@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_no_package_of_the_language_has_an_id_without_a_name(currency: str) -> None:
    for seed in range(60):
        catalog, found = catalog_with(random_spec(Random(seed), currency), currency)
        assert not has_errors(found)
        (one,) = compile_packages(catalog, embedded_ids(catalog, "random", "local"))
        assert [*problems_of_references(AsSent(one.payload, one.references, one.terms))] == []
        without = {name: id_ for name, id_ in one.references.items() if name != next(iter(one.references))}
        sent = AsSent(one.payload, without)
        assert [*problems_of_references(sent)] or set(one.references) - set(without) <= unneeded(currency)


def unneeded(currency: str) -> set[str]:
    """USD is the same everywhere, and the currency of a threshold is not sent."""
    return {"pricing-unit/USD", f"pricing-unit/{currency}"}


def test_an_id_needs_a_name_and_a_name_an_id() -> None:
    assert problems({"rate_card_id": "c"}, **{"rate-card_list": "c"}) == []
    assert problems({"rate_card_id": "c"}) == [
        'payload.rate_card_id is "c", which the references do not name'
    ]
    assert problems({}, product_seats="s") == [
        'the references name "product/seats" as "s", which the payload does not have'
    ]
    assert problems({"commits": [{"specifiers": [{"product_id": 7}]}]}) == [
        "payload.commits.0.specifiers.0.product_id is 7, which the references do not name"
    ]
    assert problems({"applicable_product_ids": ["s", "t"]}, product_seats="s") == [
        'payload.applicable_product_ids.1 is "t", which the references do not name'
    ]


@pytest.mark.parametrize(
    "free",
    ["custom_fields", "custom_rate", "pricing_group_values", "presentation_group_values", "invoice_metadata"],
)
def test_names_that_the_author_chose_are_no_ids(free: str) -> None:
    assert problems({"commits": [{free: {"seat_id": "kiosk"}}]}) == []
    assert problems({"commits": [{"more": {"seat_id": "kiosk"}}]}) != []


def test_terms_are_named_by_their_temporary_ids() -> None:
    override: JsonObject = {"override_specifiers": [{"commit_ids": ["prepaid"]}]}
    assert problems({"commits": [{"temporary_id": "prepaid"}], "overrides": [override]}) == []
    assert problems({"overrides": [override]}) == [
        'payload.overrides.0.override_specifiers.0.commit_ids.0 is "prepaid", which is the temporary id of no term'
    ]


@pytest.mark.parametrize(
    "threshold", ["spend_threshold_configuration", "prepaid_balance_threshold_configuration"]
)
def test_the_unit_of_a_threshold_is_named_and_not_sent(threshold: str) -> None:
    assert problems({threshold: {"threshold_amount": 5}}, **{"pricing-unit_EUR": "e"}) == []
    assert problems({"duration": {}}, **{"pricing-unit_EUR": "e"}) != []
    assert problems({threshold: {"threshold_amount": 5}}, product_seats="s") != []


def test_usd_is_the_same_everywhere() -> None:
    assert problems({"credit_type_id": USD_CREDIT_TYPE_ID}) == []
    assert problems({"credit_type_id": "coins"}, **{"pricing-unit_USD": "coins"}) != []


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (("x", {"p": "x"}), ("y", {"p": "y"}), True),
        (("x", {"p": "x"}), ("y", {"q": "y"}), False),
        (("x", {"p": "x", "q": "y"}), ("y", {"p": "y", "q": "x"}), True),
        (("x", {"p": "x", "q": "y"}), ("x", {"p": "y", "q": "x"}), False),
        (("x", {"p": "x", "q": "x"}), ("y", {"p": "x", "q": "y"}), True),
        (("x", {}), ("x", {}), True),
        (("x", {}), ("y", {"p": "y"}), False),
    ],
)
def test_two_payloads_say_the_same_if_their_names_do(
    before: tuple[str, dict[str, str]], after: tuple[str, dict[str, str]], *, same: bool
) -> None:
    one, other = (
        AsSent({"name": "A", "terms": [{"product_id": id_, "n": 1}], "aliases": [id_]}, named)
        for id_, named in (before, after)
    )
    assert same_by_name(one, other) == same


@pytest.mark.parametrize(
    "other", [{"n": 2}, {"n": True}, {"n": [1]}, {"m": 1}, {"n": 1, "m": 1}, {"n": None}]
)
def test_two_payloads_that_differ_elsewhere_do_not_say_the_same(other: JsonObject) -> None:
    assert not same_by_name(AsSent({"a": {"n": 1}}), AsSent({"a": other}))
    assert not same_by_name(AsSent({"a": [{"n": 1}]}), AsSent({"a": [other, other]}))
