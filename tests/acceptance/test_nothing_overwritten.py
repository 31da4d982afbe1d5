"""No command overwrites or damages a file that pkgplan did not write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.command import SEPTEMBER, change_of_february, everything_below, run

from pkgplan.model.schemas import all_schemas
from pkgplan.report.schemas import report_schemas

if TYPE_CHECKING:
    from pathlib import Path

JANUARY = ("--as-of", "2026-01-15")
AN_ID = "6f1b2c3d-0000-4000-8000-000000000001"
FOREIGN = {
    "environments/production.lock.json": '{"format_version": "1", "environment": "production", "ids": '
    f'{{"product/starter-fee": "{AN_ID}"}}}}\n',
    "tfplan.json": '{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{}}',
    "findings.json": '{"format_version": "1", "diagnostics": [], "summary": {"errors": 0}}',
    "schemas/plan.schema.json": report_schemas()["plan.schema.json"],
    "package.json": '{"name": "pricing", "version": "1.0.0"}',
    "pkgplan.yaml": None,
    "state/local.jsonl": None,
    ".pkgplan/local.db": None,
}


@pytest.mark.parametrize("name", FOREIGN)
def test_plan_out_replaces_nothing_but_plans(applied: Path, name: str) -> None:
    file, content = applied / name, FOREIGN[name]
    if content is not None:
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
    before = everything_below(applied)

    ran = run("-C", applied, "plan", "--out", file, *SEPTEMBER)

    assert ran.code == 2
    assert f'error: "{file}" exists and is not a plan file\n' in ran.err
    assert "Saved" not in ran.err
    assert everything_below(applied) == before


def test_plan_out_replaces_a_plan_whatever_became_of_it(applied: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert run("-C", applied, "plan", "--out", file, *SEPTEMBER).code == 0
    change_of_february(applied)
    empty = file.read_bytes()
    for present in (empty, empty[: len(empty) // 2], empty.replace(b'"1"', b'"2"', 1), b""):
        file.write_bytes(present)
        assert run("-C", applied, "plan", "--out", file, *JANUARY).code == 0
        assert run("show", file, "-C", applied).out.startswith("starter@1 -> starter@2")


@pytest.mark.parametrize(
    "content", ['{"$id": "plan.schema.json", "title": "Plans of ours"}', "[]", "# plan\n"]
)
def test_schema_write_replaces_nothing_but_schemas_of_pkgplan(tmp_path: Path, content: str) -> None:
    (tmp_path / "plan.schema.json").write_text(content)
    guide = tmp_path / "GUIDE.md"
    guide.write_text("# no markers\n")
    before = everything_below(tmp_path)

    ran = run("schema", "--write", tmp_path, "--guide", guide)

    assert ran.code == 2
    assert f'"{tmp_path}/plan.schema.json" exists and is not a schema of pkgplan' in ran.err
    assert everything_below(tmp_path) == before, "not even those that are free"


def test_schema_write_replaces_schemas_of_another_version(tmp_path: Path) -> None:
    (tmp_path / "plan.schema.json").write_text(all_schemas()["product.schema.json"].replace("Product", "X"))
    (tmp_path / "package.schema.json").write_text("")
    assert run("schema", "--write", tmp_path).code == 0
    assert run("schema", "--check", tmp_path).code == 0


def test_a_guide_that_is_no_text_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    guide = tmp_path / "GUIDE.md"
    guide.write_bytes(b"\xff\xfe#\0")
    for how in ("--write", "--check"):
        ran = run("schema", how, tmp_path / "schemas", "--guide", guide)
        assert ran.code == 2
        assert f'"{guide}" is not UTF-8 text' in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["GUIDE.md"]


def another_database(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE customers (id TEXT)")


def a_log_of_another_database(file: Path) -> None:
    file.with_name(f"{file.name}-journal").write_text("Monday: bread\n")


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda file: file.write_text("h"), "file is not a database"),
        (lambda file: file.write_text("Monday: bread\n" * 100), "file is not a database"),
        (another_database, "belongs to another program"),
        (a_log_of_another_database, "is not there, but"),
    ],
    ids=["one character", "text", "SQLite of others", "only what lies beside it"],
)
def test_serve_begins_nothing_in_a_file_of_others(tmp_path: Path, prepare: object, says: str) -> None:
    assert callable(prepare)
    prepare(tmp_path / "notes")
    before = everything_below(tmp_path)
    ran = run("serve", "--port", "0", "--db", tmp_path / "notes")
    assert ran.code == 4
    assert says in ran.err
    assert "hint: " in ran.err
    assert everything_below(tmp_path) == before
