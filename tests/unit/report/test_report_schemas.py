"""The schemas of plans and findings describe everything, allow nothing else, and are committed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from support.command import REPOSITORY, run

from pkgplan.cli.commands.schema import every_schema
from pkgplan.report.schemas import report_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from nodes(inner)
    if isinstance(schema.get("items"), dict):
        yield from nodes(schema["items"])


@pytest.mark.parametrize(
    "schema", [json.loads(text) for text in report_schemas().values()], ids=list(report_schemas())
)
def test_every_property_is_described_and_nothing_else_is_allowed(schema: Any) -> None:
    Draft202012Validator.check_schema(schema)
    for node in nodes(schema):
        assert node.get("description") or node == {"type": ["string", "integer"]}
        if "properties" in node:
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])
        if node["type"] in ("array", ["array", "null"]):
            assert "items" in node


@pytest.mark.parametrize("name", sorted(every_schema()))
def test_committed_schemas_are_what_the_code_says(name: str) -> None:
    assert (REPOSITORY / "schemas" / name).read_text() == every_schema()[name]


def test_the_schema_command_writes_checks_and_prints(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    assert run("schema", "--check", folder).code == 1
    assert run("schema", "--write", folder).code == 0
    assert run("schema", "--check", folder).code == 0
    assert {file.name for file in folder.iterdir()} == set(every_schema())
    (folder / "plan.schema.json").write_text("{}")
    (folder / "plon.schema.json").write_text("{}")
    ran = run("schema", "--check", folder)
    assert ran.code == 1
    assert [line.rpartition("/")[2] for line in ran.out.splitlines()] == [
        "plan.schema.json: differs from what this pkgplan writes",
        "plon.schema.json: no kind has this schema",
    ]


@pytest.mark.parametrize("kind", ["RateCard", "rate-card", "ratecard"])
def test_a_kind_may_be_spelt_as_in_the_catalog_or_as_its_file(kind: str) -> None:
    assert json.loads(run("schema", kind).out)["title"] == "pkgplan RateCard"


def test_plans_and_diagnostics_have_schemas_of_their_own() -> None:
    for name in report_schemas():
        assert json.loads(run("schema", name.partition(".")[0]).out)["$id"] == name
    listed = run("schema").out.split()
    assert {"package", "plan", "diff", "diagnostics"} <= set(listed)
