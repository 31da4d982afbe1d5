"""Everything that the official SDK lets one send can be written in a catalog file, and nothing else is ever sent."""

from __future__ import annotations

import json
import typing
from datetime import UTC, datetime
from typing import Any

import pytest
from metronome.types.v1 import PackageCreateParams
from pydantic import TypeAdapter
from support.every_field import packages, shapes, specs
from support.sdk_types import sdk_fields

from pkgplan.model.canonical import JsonObject, canonical
from pkgplan.model.catalog.left_out import LEFT_OUT
from pkgplan.model.schemas import schema_for
from pkgplan.model.timeline import AliasWindow, Window
from pkgplan.stages.plan.number import payload_as_sent

# What no catalog file can say, with the reason.
EXCEPTIONS = {"uniqueness_key": "ours: it says which version of which package a create is for"}
START, END = datetime(2026, 2, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
ALIASES = """
name: Aliases
aliases:
  - {name: Starter Plan, starting_at: 2026-02-01, ending_before: 2027-02-01}
"""


SDK = sdk_fields(PackageCreateParams)
LITERALS = [
    (path, choice)
    for path, annotation in SDK.items()
    if typing.get_origin(annotation) is typing.Literal
    for choice in typing.get_args(annotation)
]
FREE = tuple(f"{path}." for path, annotation in SDK.items() if typing.get_origin(annotation) is dict)


@pytest.fixture(scope="module")
def sent() -> list[JsonObject]:
    """The bodies of creates: all that `specs` compile to, windows of aliases included."""
    return [
        payload_as_sent(
            package.payload, [alias.window for alias in package.aliases], f"pkgplan:test:{number}"
        )
        for number, package in enumerate(packages(*specs(), ALIASES))
    ]


@pytest.fixture(scope="module")
def produced(sent: list[JsonObject]) -> set[tuple[str, object]]:
    return {shape for payload in sent for shape in shapes(payload)}


def test_the_walk_finds_the_whole_of_the_sdk() -> None:
    assert len(SDK) > 250
    assert "overrides[].overwrite_rate.tiers[].price" in SDK
    assert ("spend_trackers[].applicable_spend_specifiers[].sources[]", "MANUAL") in LITERALS
    assert ("prepaid_balance_threshold_configuration.payment_gate_config.tax_type", "ANROK") in LITERALS


def test_every_field_of_the_sdk_can_be_written(produced: set[tuple[str, object]]) -> None:
    written = {path for path, _ in produced} | {f"{path}[]" for path, _ in produced}
    missing = sorted(path for path in SDK if path not in written and path not in EXCEPTIONS)
    assert missing == []


def test_every_choice_of_the_sdk_can_be_produced(produced: set[tuple[str, object]]) -> None:
    assert [choice for choice in LITERALS if choice not in produced] == []


def test_nothing_is_sent_that_the_sdk_does_not_know(produced: set[tuple[str, object]]) -> None:
    paths = {path for path, _ in produced if not path.startswith(FREE)}
    assert sorted(path for path in paths if path not in SDK) == []


def test_payloads_have_the_types_of_the_sdk(sent: list[JsonObject]) -> None:
    types = TypeAdapter(PackageCreateParams)
    for payload in sent:
        types.validate_python(json.loads(canonical(payload)), strict=False)


def test_exceptions_are_fields_of_the_sdk() -> None:
    assert set(SDK) >= EXCEPTIONS.keys()


def test_windows_of_aliases_are_sent_as_they_are_written(sent: list[JsonObject]) -> None:
    (package,) = packages(ALIASES)
    assert [alias.window for alias in package.aliases] == [AliasWindow("Starter Plan", Window(START, END))]
    assert sent[-1]["aliases"] == [
        {
            "name": "Starter Plan",
            "starting_at": "2026-02-01T00:00:00Z",
            "ending_before": "2027-02-01T00:00:00Z",
        }
    ]


@pytest.mark.parametrize("path", LEFT_OUT)
def test_a_field_is_left_out_only_while_the_sdk_lacks_it(path: str) -> None:
    assert path not in SDK
    assert path not in catalog_fields(schema_for("Package")["properties"]["spec"])
    assert len(LEFT_OUT[path]) > 40


def test_the_walk_of_the_catalog_language_finds_its_fields() -> None:
    fields = catalog_fields(schema_for("Package")["properties"]["spec"])
    assert {"overrides[].overwrite_rate.price", "commits[].specifiers[].product"} <= fields


def catalog_fields(schema: Any, path: str = "") -> set[str]:
    """Every field of the package language; terms by key count as a list."""
    found: set[str] = set()
    for name, inner in schema.get("properties", {}).items():
        inside = f"{path}.{name}".lstrip(".")
        found |= {inside} | catalog_fields(inner, inside)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            found |= catalog_fields(schema[keyword], f"{path}[]")
    return found
