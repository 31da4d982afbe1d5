"""Lock files on the command line: found by validate for every environment, refused by whatever needs the ids."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from support.command import REPOSITORY, SEPTEMBER, edit, everything_below, run

from pkgplan.stages.load import load
from pkgplan.stages.load.json_document import read_json_document
from pkgplan.stages.pins import read_pins

if TYPE_CHECKING:
    from pathlib import Path

FEE, CREDIT = "1d0e3c52-0000-4000-8000-00000000000a", "2d0e3c52-0000-4000-8000-00000000000b"


def lock(catalog: Path, environment: str, ids: dict[str, Any], *, named: str = "", **changes: Any) -> Path:
    """Write a lock file as people do, a line for each id."""
    file = catalog / "environments" / f"{named or environment}.lock.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        json.dumps({"format_version": "1", "environment": environment, "ids": ids, **changes}, indent=2)
    )
    return file


def codes(catalog: Path, *command: str) -> list[tuple[str, str, int]]:
    """The findings of a command: path, code and line."""
    value: Any = run("-C", catalog, *command, "--format", "json").json
    return [(each["path"], each["code"], each["line"]) for each in value["diagnostics"]]


def test_validate_looks_at_every_lock_file_and_plan_at_its_own(catalog: Path) -> None:
    lock(catalog, "production", {"product/starter-fee": "todo", "product/nobody": FEE})
    lock(catalog, "local", {"product/starter-fee": FEE, "product/stater-fee": CREDIT})
    lock(catalog, "staging", {})
    assert codes(catalog, "validate") == [
        ("environments/local.lock.json", "PKG614", 6),
        ("environments/production.lock.json", "PKG612", 5),
        ("environments/production.lock.json", "PKG614", 6),
        ("environments/staging.lock.json", "PKG616", 1),
    ]
    assert run("-C", catalog, "validate").code == 1
    assert codes(catalog, "plan", *SEPTEMBER) == [("environments/local.lock.json", "PKG614", 6)]
    assert run("-C", catalog, "plan", *SEPTEMBER).code == 0
    for command in ("plan", "apply"):
        ran = run("-C", catalog, "-e", "production", command)
        assert ran.code == 1
        assert "error PKG612" in ran.err
        assert "stater-fee" not in ran.err


def test_a_finding_of_a_lock_file_is_shown_with_its_line(catalog: Path) -> None:
    file = lock(catalog, "local", {"product/starter-fee": "todo"})
    ran = run("-C", catalog, "plan", *SEPTEMBER)
    assert ran.code == 1
    assert ran.err.startswith(
        f'{file}:5:28: error PKG612 the id of "product/starter-fee" is "todo", not an id\n'
        '     5 |     "product/starter-fee": "todo"\n'
        "       |                            ^^^^^^\n"
    )


def test_every_command_that_needs_ids_refuses_a_lock_file_with_errors(catalog: Path) -> None:
    lock(catalog, "local", {"product/starter-fee": FEE, "product/signup-credit": FEE})
    before = everything_below(catalog)
    for command in (
        ("plan", *SEPTEMBER),
        ("apply", "--yes", *SEPTEMBER),
        ("state", "rebuild", "--yes"),
        ("serve", "--seed", str(catalog)),
    ):
        ran = run("-C", catalog, *command)
        assert ran.code == 1, command
        assert "error PKG615" in ran.err
    assert everything_below(catalog) == before


def test_an_id_in_capitals_makes_no_version(catalog: Path) -> None:
    file = lock(catalog, "local", {"product/starter-fee": FEE})
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    edit(file, (FEE, FEE.upper()))
    again = run("-C", catalog, "plan", "--detailed-exitcode", *SEPTEMBER)
    assert (again.code, again.err) == (0, "")


def test_a_warning_about_a_lock_file_can_be_silenced_or_made_an_error(catalog: Path) -> None:
    lock(catalog, "local", {"product/gone": FEE})
    project = catalog / "pkgplan.yaml"
    edit(project, ("  namespace: gnome-ai\n", "  namespace: gnome-ai\n  severities: {PKG614: ignore}\n"))
    assert codes(catalog, "validate") == []
    edit(project, ("PKG614: ignore", "PKG614: error"))
    assert run("-C", catalog, "plan", *SEPTEMBER).code == 1


def test_names_are_not_missed_while_the_catalog_cannot_be_read_whole(catalog: Path) -> None:
    lock(catalog, "local", {"product/starter-fee": FEE})
    (catalog / "references" / "product-starter-fee.yaml").write_text("kind: [")
    assert {code for _, code, _ in codes(catalog, "validate")} == {"PKG001"}


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda file: file.mkdir(), "PKG004"),
        (lambda file: file.symlink_to("nowhere"), "PKG004"),
        (lambda file: file.symlink_to("/etc/hostname"), "PKG004"),
        (lambda file: file.write_text(""), "PKG610"),
        (lambda file: file.write_text("{}"), "PKG611"),
        (lambda file: file.write_bytes(b" " * (16 << 20) + b"{}"), "PKG006"),
    ],
    ids=["folder", "link to nowhere", "link out of the catalog", "empty", "nothing in it", "huge"],
)  # fmt: skip
def test_what_is_no_lock_file_is_found(catalog: Path, prepare: Any, code: str) -> None:
    file = catalog / "environments" / "local.lock.json"
    file.parent.mkdir()
    prepare(file)
    for command in ("validate", "plan"):
        assert {found for _, found, _ in codes(catalog, command)} == {code}


def test_a_saved_plan_is_shown_as_stale_when_the_lock_file_breaks(catalog: Path, tmp_path: Path) -> None:
    file = lock(catalog, "local", {"product/starter-fee": FEE})
    saved = tmp_path / "plan.json"
    assert run("-C", catalog, "plan", "--out", saved, *SEPTEMBER).code == 0
    edit(file, (FEE, "todo"))
    shown = run("-C", catalog, "show", saved)
    assert shown.code == 0
    assert f"cannot be applied any more: {file}:5:28: the id of" in shown.err


def test_missing_ids_are_named_as_before(catalog: Path) -> None:
    lock(catalog, "production", {"product/starter-fee": FEE})
    ran = run("-C", catalog, "-e", "production", "plan")
    assert ran.code == 4
    assert "has no id for product/input-tokens" in ran.err


def test_the_schema_of_lock_files_is_printed_and_lies_in_a_new_catalog(tmp_path: Path) -> None:
    printed: Any = run("schema", "lock").json
    assert printed["$id"] == "lock.schema.json"
    assert run("init", tmp_path / "catalog").code == 0
    written = tmp_path / "catalog" / "schemas" / "lock.schema.json"
    assert json.loads(written.read_text()) == printed
    assert load(tmp_path / "catalog")[1] == ()


@pytest.mark.parametrize("page", ["README.md", "catalog/README.md"])
def test_the_lock_file_of_the_documents_is_one(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    source, found = read_json_document("environments/production.lock.json", example.encode())
    assert found == ()
    assert source is not None
    assert read_pins(source, "production", None)[1] == ()
