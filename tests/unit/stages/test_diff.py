"""Differences in the words of the catalog."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from pkgplan.model.compiled import AsSent
from pkgplan.model.meaning import says_the_same
from pkgplan.model.plan import Change, ChangeKind
from pkgplan.model.units import USD_CREDIT_TYPE_ID
from pkgplan.stages.diff import diff

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject

NAMES = {"product/fee": "id-fee", "pricing-unit/USD": USD_CREDIT_TYPE_ID, "product/tokens": "id-tokens"}


def a_credit(**changes: object) -> JsonObject:
    term: JsonObject = {
        "temporary_id": "welcome",
        "product_id": "id-fee",
        "access_amount": {"unit_price": 1000, "quantity": 1, "credit_type_id": USD_CREDIT_TYPE_ID},
        "duration": {"value": 3, "unit": "MONTHS"},
        "applicable_product_ids": ["id-tokens"],
    }
    return {**term, **changes}  # type: ignore[dict-item]  # tests pass JSON values


def a_payload(*terms: JsonObject, **fields: str) -> JsonObject:
    return {"name": "Starter", "recurring_credits": [*terms], **fields}


def changes(old: JsonObject, new: JsonObject) -> tuple[Change, ...]:
    return diff(AsSent(old, NAMES), AsSent(new, NAMES))


def test_nothing() -> None:
    sys.modules.pop("deepdiff", None)
    assert changes(a_payload(a_credit()), a_payload(a_credit())) == ()
    assert "deepdiff" not in sys.modules


def test_windows_and_uniqueness_keys_are_no_changes() -> None:
    old: JsonObject = {**a_payload(), "aliases": [{"name": "X"}], "uniqueness_key": "one"}
    assert changes(old, {**a_payload(), "uniqueness_key": "two"}) == ()


def test_terms_come_and_go_by_key() -> None:
    removed = changes(a_payload(a_credit()), a_payload())
    assert removed == (
        Change(ChangeKind.REMOVED, "recurring_credits.welcome", "10.00 USD per period for 3 months", None),
    )
    (added,) = changes(a_payload(), a_payload(a_credit()))
    assert added == Change(ChangeKind.ADDED, "recurring_credits.welcome", None, removed[0].before)


def test_a_term_that_moved_in_the_list_did_not_change_but_the_order_did() -> None:
    other = a_credit(temporary_id="other")
    assert changes(a_payload(a_credit(), other), a_payload(other, a_credit())) == (
        Change(ChangeKind.CHANGED, "recurring_credits", "welcome, other", "other, welcome"),
    )


def test_a_change_inside_a_term_is_shown_with_its_unit() -> None:
    dearer = a_credit(
        access_amount={"unit_price": 1250, "quantity": 1, "credit_type_id": USD_CREDIT_TYPE_ID},
        duration={"value": 6, "unit": "MONTHS"},
    )
    assert changes(a_payload(a_credit()), a_payload(dearer)) == (
        Change(
            ChangeKind.CHANGED, "recurring_credits.welcome.access_amount.unit_price", "10.00 USD", "12.50 USD"
        ),
        Change(ChangeKind.CHANGED, "recurring_credits.welcome.duration", "3 months", "6 months"),
    )


def test_a_field_that_comes_and_goes_inside_a_term() -> None:
    named = a_credit(rate_type="LIST_RATE")
    assert changes(a_payload(a_credit()), a_payload(named)) == (
        Change(ChangeKind.ADDED, "recurring_credits.welcome.rate_type", None, "list_rate"),
    )
    assert changes(a_payload(named), a_payload(a_credit()))[0].kind is ChangeKind.REMOVED


def test_products_are_named_by_key() -> None:
    wider = a_credit(applicable_product_ids=["id-tokens", "id-fee"])
    assert changes(a_payload(a_credit()), a_payload(wider)) == (
        Change(ChangeKind.CHANGED, "recurring_credits.welcome.applicable_products", "tokens", "tokens, fee"),
    )


def test_the_same_name_with_another_id() -> None:
    old = a_payload(a_credit())
    new = a_payload(a_credit(product_id="id-new"))
    assert diff(AsSent(old, NAMES), AsSent(new, {**NAMES, "product/fee": "id-new"})) == (
        Change(ChangeKind.CHANGED, "references.product/fee", "id-fee", "id-new"),
    )


scalars = st.one_of(st.text(max_size=4), st.integers(-9, 9), st.booleans())
term_values = st.dictionaries(
    st.sampled_from("abcd"), st.one_of(scalars, st.dictionaries(st.sampled_from("xy"), scalars)), max_size=4
)


@given(
    st.dictionaries(st.sampled_from("pqr"), term_values), st.dictionaries(st.sampled_from("pqr"), term_values)
)
def test_every_difference_is_shown_and_only_differences(
    old: dict[str, JsonObject], new: dict[str, JsonObject]
) -> None:
    def payload(content: dict[str, JsonObject]) -> JsonObject:
        return {"subscriptions": [{"temporary_id": key, **term} for key, term in content.items()]}

    found = diff(AsSent(payload(old)), AsSent(payload(new)))
    assert bool(found) == (not says_the_same(payload(old), payload(new)))
    touched = {change.path.split(".")[1] for change in found}
    assert touched == {
        key
        for key in {*old, *new}
        if not says_the_same(*(payload({key: side[key]} if key in side else {}) for side in (old, new)))
    }
