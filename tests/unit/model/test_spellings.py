"""Each list, span and default of the API is decided on, once, and nothing else is."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, get_args, get_origin

import pytest
from metronome.types.v1 import PackageCreateParams
from support.command import REPOSITORY
from support.sdk_types import sdk_fields

from pkgplan.model.meaning import canonical_form
from pkgplan.model.spellings import DEFAULTS, FREE, IDS, LISTS, NO_DEFAULTS, NO_TIME, SPANS

# No content: windows and keys of idempotency are of an alias or a call.
NOT_CONTENT: Final = ("aliases", "uniqueness_key")
SDK: Final = {
    path: annotation
    for path, annotation in sdk_fields(PackageCreateParams).items()
    if not path.startswith(NOT_CONTENT)
}
OPTIONAL: Final = {
    path: annotation
    for path, annotation in sdk_fields(PackageCreateParams, optional=True).items()
    if not path.startswith(NOT_CONTENT)
}
# The two temporary ones, and the keys of terms that name other terms.
TEMPORARY: Final = {
    "temporary_id", "subscription_id", "commit_ids", "recurring_commit_ids", "any_commit_or_credit_ids",
}  # fmt: skip

# In the words of the catalog, where they are others.
WRITTEN: Final = {"usage_statement_schedule": "{frequency: monthly}", "commit.duration": "1 year"}


def test_each_list_of_the_api_has_or_has_not_an_order() -> None:
    assert {_name(path.removesuffix("[]")) for path in SDK if path.endswith("[]")} == LISTS.keys()
    assert all(len(order.why) > 15 for order in LISTS.values())
    assert [name for name, order in LISTS.items() if order.counts] == [
        "commits",
        "credits",
        "recurring_commits",
        "recurring_credits",
        "overrides",
        "tiers",
    ]


def test_each_span_of_the_api_is_one_here() -> None:
    spans = {path for path, annotation in SDK.items() if _is_span(annotation)}
    assert {_name(path) for path in spans} == SPANS
    assert {path for path in SDK if _name(path) in SPANS} == spans


def test_each_mapping_of_the_author_is_left_alone() -> None:
    free = {path for path, annotation in SDK.items() if get_origin(annotation) is dict}
    # Labels are recorded and never sent.
    assert {_name(path) for path in free} == FREE - {"labels"}
    assert {path for path in SDK if _name(path) in FREE} == free


def test_each_id_of_a_reference_is_one_here() -> None:
    ids = {_name(path) for path in SDK if re.search(r"_ids?$", path)}
    assert ids - TEMPORARY == IDS


def test_each_value_that_may_be_left_out_has_a_default_or_a_reason_for_none() -> None:
    """Texts have none: the name of a product, say, may change while the text that was written stays."""
    decided = {
        path: [name for name in (_place(path), _name(path)) if name in {*DEFAULTS, *NO_DEFAULTS}]
        for path, annotation in OPTIONAL.items()
        if _is_value(annotation)
    }
    assert [path for path, names in decided.items() if not names] == []
    assert {name for names in decided.values() for name in names} | {"usage_statement_schedule"} == {
        *DEFAULTS,
        *NO_DEFAULTS,
    }
    assert not DEFAULTS.keys() & NO_DEFAULTS.keys()


@pytest.mark.parametrize("place", DEFAULTS)
def test_a_default_is_a_value_that_the_api_takes_and_is_in_canonical_form(place: str) -> None:
    for path, annotation in OPTIONAL.items():
        if _place(path) == place and get_origin(annotation) is Literal:
            assert DEFAULTS[place] in get_args(annotation)
    assert canonical_form({"any": {place: DEFAULTS[place]}}) == {"any": {place: DEFAULTS[place]}}


@pytest.mark.parametrize("place", DEFAULTS)
def test_the_authors_guide_has_every_default(place: str) -> None:
    guide = (REPOSITORY / "catalog" / "README.md").read_text(encoding="utf-8")
    section = guide.partition("## What counts as the same")[2].partition("\n## ")[0]
    value = DEFAULTS[place]
    said = WRITTEN.get(place) or ("0 days" if value == NO_TIME else str(value).lower())
    assert f"{_name(place)}: {said}`" in section


def test_defaults_are_told_apart_by_where_they_stand() -> None:
    said: Any = {
        "multiplier_override_prioritization": "LOWEST_MULTIPLIER",
        "commits": [{"priority": 100, "invoice_schedule": {"do_not_invoice": False, "schedule_items": [1]}}],
        "spend_threshold_configuration": {"commit": {"priority": 100, "product_id": "p"}},
        "overrides": [{"entitled": False, "is_commit_specific": False}],
        "recurring_credits": [{"access_amount": {"access_type": "SPEND"}, "proration": "FIRST_AND_LAST"}],
    }
    assert canonical_form(said) == {
        "commits": [{"priority": 100, "invoice_schedule": {"schedule_items": [1]}}],
        "spend_threshold_configuration": {"commit": {"product_id": "p"}},
        "overrides": [{"entitled": False}],
        "recurring_credits": [{"access_amount": {"access_type": "SPEND"}}],
    }


def _name(path: str) -> str:
    return _place(path).rpartition(".")[2]


def _place(path: str) -> str:
    """`access_schedule.access_type`."""
    return ".".join(path.replace("[]", "").split(".")[-2:])


def _is_span(annotation: Any) -> bool:
    hints = getattr(annotation, "__annotations__", {})
    return set(hints) == {"unit", "value"} and any("DAYS" in str(hint) for hint in hints.values())


def _is_value(annotation: Any) -> bool:
    return annotation in (bool, float, int) or get_origin(annotation) is Literal or _is_span(annotation)
