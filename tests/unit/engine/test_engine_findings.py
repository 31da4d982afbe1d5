"""A body that is wrong throughout: some of it is listed, all of it is counted, and little of it is ever built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from pkgplan.engine.contracts.request import ContractCreate
from pkgplan.engine.faults import EngineError
from pkgplan.engine.findings import LISTED
from pkgplan.engine.payloads import PackageCreate, _sentences, parse
from pkgplan.engine.payloads.rate import AddRates
from pkgplan.engine.resources.billing_configurations import ConfigurationsSet
from pkgplan.engine.resources.packages import PackageArchive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from pkgplan.engine.findings import Findings

MANY = 500
ITEM = {"amount": "x", "starting_at_offset": 1, "duration": {"value": 0, "unit": "PARSECS"}}
OVERRIDE = {
    "override_specifiers": [{"product_id": 1}, 2],
    "starting_at_offset": {},
    "tiers": [{"multiplier": "x"}],
}
NESTED = {"name": 3, "access_schedule": {"schedule_items": [ITEM] * 4}}


def numbered(value: Any) -> dict[str, Any]:
    return {f"k{number}": value for number in range(MANY)}


BODIES: list[tuple[type[BaseModel], Any]] = [
    (PackageCreate, {"name": "x", "aliases": [1] * MANY}),
    (PackageCreate, {"name": "x", "aliases": [{}] * MANY}),
    (PackageCreate, {"name": "x", "recurring_commits": [{}] * MANY}),
    (PackageCreate, {"name": 5, "credits": [NESTED] * MANY, "duration": 1}),
    (PackageCreate, {"credits": [{"applicable_product_tags": [1] * MANY}], "overrides": [OVERRIDE] * MANY}),
    (PackageCreate, {"name": "x", "credits": [{"custom_fields": numbered(1)}]}),
    (PackageCreate, {"name": "x", "credits": [{"specifiers": [{"exclude": [1] * MANY}]}] * 3}),
    (PackageCreate, {"name": "x", "rate_card_alias": "", "spend_trackers": [None] * MANY}),
    (PackageArchive, numbered(1)),
    (AddRates, {"rate_card_id": "x", "rates": [{"starting_at": "2026", "tiers": [{}] * 5}] * MANY}),
    (
        ContractCreate,
        {"custom_fields": numbered(None), "transition": {}, "starting_at": "2026-01-01T00:30:00Z"},
    ),
    (ConfigurationsSet, {"data": [{"customer_id": "x", "billing_provider": "stripe"}] * MANY}),
]


def refusal(model: type[BaseModel], value: Any) -> str:
    with pytest.raises(EngineError) as raised:
        parse(model, value)
    assert raised.value.status == 400
    return raised.value.message


@pytest.mark.parametrize(("model", "value"), BODIES)
def test_the_first_are_listed_and_the_others_counted(model: type[BaseModel], value: Any) -> None:
    with pytest.raises(ValidationError) as all_of_them:
        model.model_validate(value)
    *listed, rest = refusal(model, value).split("; ")
    assert len(listed) == LISTED
    assert all(line.startswith("body") for line in listed)
    assert len(set(listed)) == LISTED
    assert rest == f"and {all_of_them.value.error_count() - LISTED:,} more"


@pytest.mark.parametrize(("model", "value"), BODIES)
def test_those_that_are_listed_are_the_first(
    model: type[BaseModel], value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = refusal(model, value).split("; ")[:LISTED]
    for module in ("pkgplan.engine.findings", "pkgplan.engine.payloads"):
        monkeypatch.setattr(f"{module}.LISTED", 10**6)
    assert listed == refusal(model, value).split("; ")[:LISTED]


def test_a_few_are_all_listed() -> None:
    message = refusal(PackageCreate, {"name": 1, "aliases": [{"name": "a"}, 2, {}], "duration": {"value": 1}})
    assert message == (
        "body/name must be string; body/aliases/1 must be object; body/aliases/2 must have required property 'name'; "
        "body/duration must have required property 'unit'"
    )


@pytest.mark.parametrize(("model", "value"), BODIES[:5] + BODIES[9:10])
def test_what_is_built_does_not_grow_with_the_body(
    model: type[BaseModel], value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []

    def seen(place: str, error: ValidationError, counted: Findings) -> Iterator[str]:
        built.append(error.error_count())
        return _sentences(place, error, counted)

    monkeypatch.setattr("pkgplan.engine.payloads._sentences", seen)
    refusal(model, value)
    # Of each of the objects that are kept, a few; apart from tags, which are no objects.
    assert built[0] <= 10 * LISTED + str(value).count("'applicable_product_tags'") * MANY


def test_right_bodies_are_taken_whatever_they_hold() -> None:
    body = parse(PackageCreate, {"name": "x", "aliases": [{"name": str(each)} for each in range(MANY)]})
    assert [alias.name for alias in body.aliases] == [str(each) for each in range(MANY)]
