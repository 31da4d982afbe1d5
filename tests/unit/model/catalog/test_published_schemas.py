"""The files under schemas/ do their work in an editor, with plain jsonschema and nothing of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from support.golden import BASE, PLANS
from support.published import SCHEMAS, published, refused

from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.schemas import file_name
from pkgplan.stages.load import load

if TYPE_CHECKING:
    from pkgplan.model.source import SourceFile

REPOSITORY = SCHEMAS.parent
STARTER_CATALOG = REPOSITORY / "src" / "pkgplan" / "cli" / "starter_catalog"
# Each schema file is read by editors at every start, and by people in reviews.
MAX_BYTES = 120_000


def documents() -> list[Any]:
    """Every document of the example catalogs and of the golden plans, all of which are sound."""
    folders = [REPOSITORY / "catalog", STARTER_CATALOG, BASE]
    folders += [step for case in PLANS.iterdir() for step in case.iterdir() if step.name.isdecimal()]
    return [
        pytest.param(source, id=f"{folder.relative_to(REPOSITORY)}/{source.path}")
        for folder in sorted(folders)
        for source in load(folder)[0]
    ]


@pytest.mark.parametrize("source", documents())
def test_editors_accept_every_example(source: SourceFile) -> None:
    assert source.kind is not None
    assert refused(source.kind, source.data) == []


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_valid_and_small(kind: str) -> None:
    Draft202012Validator.check_schema(published(kind))
    assert (SCHEMAS / file_name(kind)).stat().st_size < MAX_BYTES


def test_no_schema_is_left_over() -> None:
    kinds = {file_name(kind) for kind in KINDS}
    assert {path.name for path in SCHEMAS.glob("*.json")} - kinds == {
        "contracts-list.schema.json",
        "contracts-show.schema.json",
        "custom-fields-list.schema.json",
        "custom-fields-set.schema.json",
        "customers-create.schema.json",
        "customers-list.schema.json",
        "diagnostics.schema.json",
        "diff.schema.json",
        "lock.schema.json",
        "plan.schema.json",
        "provision.schema.json",
    }


def package(**spec: Any) -> Any:
    return {"apiVersion": "pkgplan/v1", "kind": "Package", "metadata": {"key": "team"}, "spec": spec}


def fragment(**spec: Any) -> Any:
    return {**package(**spec), "kind": "PackageFragment"}


ITEM = {"amount": "10 USD", "starting_at_offset": "0 days", "duration": "7 days"}
CREDIT = {"product": "trial", "access_schedule": {"schedule_items": [ITEM]}}
COUNTED = {"schedule_items": [{**ITEM, "amount": 10}]}
WITH_FROM: dict[str, Any] = {"from": ["seats"]}

# What is only good where other files can say the rest.
PARTS: dict[str, dict[str, Any]] = {
    "part of a term": {"credits": {"trial": {"product": "other"}}},
    "an amount whose type another file says": {"credits": {"trial": {**CREDIT, "access_schedule": COUNTED}}},
}
NULLS: dict[str, dict[str, Any]] = {
    "a field": {"duration": None},
    "a list": {"credits": {"trial": {"applicable_products": None}}},
    "a fixed value": {"billing_provider": None},
    "all terms": {"credits": None},
    "a term": {"credits": {"trial": None}},
    "a field of a term": {"credits": {"trial": {"priority": None}}},
    "a value of a mapping": {"credits": {"trial": {"custom_fields": {"erp": None}}}},
    "a configuration": {"spend_threshold_configuration": {"discount_configuration": None}},
}
MEANINGLESS: dict[str, dict[str, Any]] = {
    "from": {"from": None},
    "aliases": {"aliases": None},
    "an entry of a list": {"credits": {"trial": {"applicable_products": [None]}}},
    "a field of an entry of a list": {"aliases": [{"name": "Team", "starting_at": None}]},
}
WRONG: dict[str, dict[str, Any]] = {
    "an unknown key": {"credits": {"trial": {"prduct": "x"}}},
    "another type": {"net_payment_terms_days": "30"},
    "an unknown value": {"billing_provider": "stirpe"},
    "no money": {"recurring_credits": {"x": {"access_amount": {"unit_price": "10"}, "priority": "1"}}},
    "an entry of a list that lacks something": {"aliases": [{"starting_at": "2025-10-01"}]},
    "a bad key": {"credits": {"Trial": {}}},
}


@pytest.mark.parametrize("spec", [*PARTS.values(), *NULLS.values()], ids=[*PARTS, *NULLS])
def test_what_only_a_spec_with_from_may_say(spec: dict[str, Any]) -> None:
    assert refused("Package", package(**WITH_FROM, **spec)) == []
    assert refused("PackageFragment", fragment(**WITH_FROM, **spec)) == []
    assert refused("Package", package(name="Team", **spec)) != []


@pytest.mark.parametrize("spec", [*MEANINGLESS.values(), *WRONG.values()], ids=[*MEANINGLESS, *WRONG])
def test_what_is_wrong_with_from_or_without(spec: dict[str, Any]) -> None:
    assert refused("Package", package(**{**WITH_FROM, **spec})) != []
    assert refused("Package", package(name="Team", **spec)) != []


def test_a_package_without_from_is_whole() -> None:
    assert refused("Package", package(name="Team", credits={"trial": CREDIT})) == []
    assert refused("Package", package()) == ["'name' is a required property"]
    nameless = {key: value for key, value in CREDIT.items() if key != "product"}
    assert refused("Package", package(name="Team", credits={"trial": nameless})) == [
        "'product' is a required property"
    ]


def test_a_fragment_says_any_part_but_no_aliases() -> None:
    assert refused("PackageFragment", fragment()) == []
    assert refused("PackageFragment", fragment(credits={"trial": {"priority": 1}})) == []
    assert refused("PackageFragment", fragment(aliases=[{"name": "Team"}])) != []
    assert refused("PackageFragment", fragment(retire={"at": "2027-01-01"})) != []
    assert refused("PackageFragment", package(name="Team")) != []


def test_the_types_of_ours_keep_their_patterns() -> None:
    types = {
        name: node
        for kind in KINDS
        for name, node in published(kind).get("$defs", {}).items()
        if "x-pkgplan" in node
    }
    assert set(types) >= {"money", "span", "duration", "periods", "instant", "key", "name"}
    assert {
        name for name in types if name != "money-or-number" and "pattern" not in str(types[name])
    } == set()


def test_hover_has_a_sentence_wherever_a_definition_is_used() -> None:
    bare: list[str] = []

    def walk(node: Any, at: str) -> None:
        for name, child in node.get("properties", {}).items():
            if child is not False and not child.get("description"):
                bare.append(f"{at}.{name}")
        for key, child in node.items():
            if isinstance(child, dict) and key != "examples":
                walk(child, f"{at}/{key}")

    for kind in KINDS:
        for name, node in published(kind).get("$defs", {}).items():
            if "x-pkgplan" not in node:
                walk({**node, "then": {}, "if": {}, "allOf": []}, f"{kind}#{name}")
    assert bare == []
