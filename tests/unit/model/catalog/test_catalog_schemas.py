"""The published schemas: fresh, documented, and true to their own examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.schemas import all_schemas, file_name, schema_for

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMAS = Path(__file__).parents[4] / "schemas"


def fields(node: Any, route: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every named field of a schema; conditions restate fields and are left out."""
    if not isinstance(node, dict):
        return
    for name, child in node.get("properties", {}).items():
        yield f"{route}.{name}", child
        yield from fields(child, f"{route}.{name}")
    for keyword in ("items", "additionalProperties"):
        yield from fields(node.get(keyword), f"{route}.*")
    for choice in node.get("anyOf", ()):
        yield from fields(choice, route)


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key != "examples":
                yield from nodes(value)
    elif isinstance(node, list):
        for item in node:
            yield from nodes(item)


ALL_FIELDS = [(kind, route, node) for kind in KINDS for route, node in fields(schema_for(kind))]


def test_committed_schemas_are_the_generated_ones() -> None:
    for name, text in all_schemas().items():
        assert (SCHEMAS / name).read_text() == text, f"{name} is stale: generate it again"


def test_file_names() -> None:
    assert file_name("BillableMetric") == "billable-metric.schema.json"
    assert file_name("Package") == "package.schema.json"


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_valid_and_closed(kind: str) -> None:
    schema = schema_for(kind)
    Draft202012Validator.check_schema(schema)
    for node in nodes(schema):
        assert node.get("type") != "null"
        assert "$ref" not in node
        assert "default" not in node
        if node.get("type") == "object":
            assert "additionalProperties" in node


@pytest.mark.parametrize(("kind", "route", "node"), ALL_FIELDS, ids=[f"{k}{r}" for k, r, _ in ALL_FIELDS])
def test_every_field_is_documented_with_examples_that_are_valid(
    kind: str, route: str, node: dict[str, Any]
) -> None:
    assert node.get("description", "").endswith("."), f"{kind}{route} has no sentence"
    assert node.get("examples"), f"{kind}{route} has no example"
    for example in node["examples"]:
        errors = [error.message for error in Draft202012Validator(node).iter_errors(example)]
        assert errors == []


def test_money_is_priced_by_the_rate_type() -> None:
    rate = schema_for("RateCard")["properties"]["spec"]["properties"]["rates"]["items"]
    base = {"product": "p", "starting_at": "2025-01-01", "entitled": True}
    accepts = Draft202012Validator(rate).is_valid
    assert accepts({**base, "rate_type": "flat", "price": "1 USD"})
    assert not accepts({**base, "rate_type": "flat", "price": 1})
    assert not accepts({**base, "rate_type": "flat"})
    assert accepts({**base, "rate_type": "percentage", "price": 1})
    assert not accepts({**base, "rate_type": "percentage", "price": 2})
    assert accepts({**base, "rate_type": "tiered", "tiers": [{"price": "1 USD"}]})
    assert not accepts({**base, "rate_type": "tiered", "tiers": [{"price": 1}]})
