"""An environment or a namespace is renamed, and its log stays: said before everything would be made a second time."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from support.command import SEPTEMBER, change_of_february, edit, everything_below, run

if TYPE_CHECKING:
    from pathlib import Path

JANUARY = ("--as-of", "2026-01-15")
LOG = "state/local.jsonl"


def renamed(catalog: Path, old: str = "local", new: str = "laptop") -> Path:
    edit(
        catalog / "pkgplan.yaml",
        (f"    {old}:\n", f"    {new}:\n"),
        (f"default_environment: {old}", f"default_environment: {new}"),
    )
    return catalog


def findings(catalog: Path, *command: str) -> list[tuple[str, str, str]]:
    """The findings of a command: code, severity and path."""
    value: Any = run("-C", catalog, *command, "--format", "json").json
    return [(each["code"], each["severity"], each["path"]) for each in value["diagnostics"]]


def test_nothing_is_planned_or_made_for_an_environment_that_was_renamed(
    applied: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "plan.json"
    change_of_february(applied)
    assert run("-C", applied, "plan", "--out", saved, *JANUARY).code == 0
    renamed(applied)
    before = everything_below(applied)
    for command in (
        ("plan", "--out", str(tmp_path / "new.json"), *JANUARY),
        ("apply", "--yes", *JANUARY),
    ):
        ran = run("-C", applied, *command)
        assert ran.code == 1
        assert (
            f'{applied}/pkgplan.yaml:11:5: error PKG621 environment "laptop" has no log, and {LOG} is that of "local"'
            in ran.err
        )
        assert "created a second time" in ran.err
    assert run("-C", applied, "apply", saved, "--yes", *JANUARY).code == 2
    assert not (tmp_path / "new.json").exists()
    assert everything_below(applied) == before
    assert findings(applied, "validate") == [("PKG620", "warning", LOG)]


def test_undoing_the_new_name_is_the_way_out(applied: Path) -> None:
    renamed(renamed(applied), "laptop", "local")
    assert findings(applied, "validate") == []
    assert run("-C", applied, "plan", "--detailed-exitcode", *SEPTEMBER).code == 0


def test_an_environment_that_shall_begin_with_nothing_begins_once_the_log_is_moved(
    applied: Path, tmp_path: Path
) -> None:
    renamed(applied)
    (applied / LOG).rename(tmp_path / "local.jsonl")
    assert findings(applied, "validate") == []
    assert run("-C", applied, "apply", "--yes", *SEPTEMBER).code == 0


def test_a_new_environment_beside_the_old_one_is_no_matter(applied: Path) -> None:
    edit(applied / "pkgplan.yaml", ("    local:\n", "    laptop:\n      engine: embedded\n    local:\n"))
    assert findings(applied, "validate") == []
    assert run("-C", applied, "-e", "laptop", "plan", "--detailed-exitcode", *SEPTEMBER).code == 10


def test_an_environment_that_is_gone_is_a_warning_for_one_that_has_a_log(applied: Path) -> None:
    project = applied / "pkgplan.yaml"
    edit(project, ("    local:\n", "    laptop:\n      engine: embedded\n    local:\n"))
    assert run("-C", applied, "-e", "laptop", "apply", "--yes", *SEPTEMBER).code == 0
    edit(project, ("    laptop:\n      engine: embedded\n", ""))
    ran = run("-C", applied, "plan", *SEPTEMBER)
    assert ran.code == 0
    assert f"{applied}/state/laptop.jsonl:1:1: warning PKG620 nobody reads the log" in ran.err
    assert '"lineage"' not in ran.err, "a log is not quoted"
    assert run("-C", applied, "apply", "--yes", *SEPTEMBER).code == 0


def test_a_renamed_namespace_is_found_by_validate_and_refused_by_plan(applied: Path) -> None:
    edit(applied / "pkgplan.yaml", ("namespace: gnome-ai", "namespace: gnome"))
    ran = run("-C", applied, "validate")
    assert ran.code == 0
    assert (
        f'{applied}/{LOG}:1:1: warning PKG620 this is the log of environment "local" of namespace "gnome-ai"'
        in ran.out
    )
    assert run("-C", applied, "validate", "--strict").code == 1
    for command in ("plan", "apply"):
        assert run("-C", applied, command, "--yes" if command == "apply" else "-v", *SEPTEMBER).code == 4


def test_a_renamed_namespace_is_seen_in_a_log_that_was_put_aside(applied: Path) -> None:
    (applied / LOG).rename(applied / "state" / "before.jsonl")
    edit(applied / "pkgplan.yaml", ("namespace: gnome-ai", "namespace: gnome"))
    assert ("PKG621", "error", "pkgplan.yaml") in findings(applied, "plan", *SEPTEMBER)


def test_a_log_that_was_put_aside_does_not_stand_in_the_way_of_a_rebuild(applied: Path) -> None:
    (applied / LOG).rename(applied / "state" / "before.jsonl")
    assert findings(applied, "validate") == [("PKG620", "warning", "state/before.jsonl")]
    planned = run("-C", applied, "plan", *SEPTEMBER)
    assert planned.code == 4
    assert "pkgplan state rebuild" in planned.err
    assert run("-C", applied, "state", "rebuild", "--yes", *SEPTEMBER).code == 0
    assert run("-C", applied, "plan", "--detailed-exitcode", *SEPTEMBER).code == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{}\n", b"\0" * 9, b"<<<<<<< HEAD\n", b'{"serial":1'],
    ids=repr,
)
def test_a_log_that_cannot_be_read_is_named_and_stops_nobody_else(catalog: Path, content: bytes) -> None:
    (catalog / "state").mkdir()
    (catalog / "state" / "old.jsonl").write_bytes(content)
    assert findings(catalog, "validate") == [("PKG620", "warning", "state/old.jsonl")]
    assert run("-C", catalog, "plan", *SEPTEMBER).code == 0


def test_an_empty_file_is_no_log_of_its_own(applied: Path) -> None:
    renamed(applied)
    (applied / "state" / "laptop.jsonl").touch()
    assert ("PKG621", "error", "pkgplan.yaml") in findings(applied, "plan", *SEPTEMBER)


def test_a_log_of_its_own_that_is_damaged_is_told_first(applied: Path) -> None:
    renamed(applied)
    (applied / "state" / "laptop.jsonl").write_text("{\n")
    ran = run("-C", applied, "plan", *SEPTEMBER)
    assert ran.code == 4
    assert "laptop.jsonl:1: " in ran.err


def test_what_is_no_log_is_none(applied: Path) -> None:
    state = applied / "state"
    (state / "old.jsonl").mkdir()
    (state / "README.md").write_text("# logs\n")
    (state / "local.jsonl.bak").write_bytes(b"x")
    (state / "gone.jsonl").symlink_to("nowhere")
    assert {path for _, _, path in findings(applied, "validate")} == {"state/old.jsonl", "state/gone.jsonl"}


def test_line_ends_and_a_byte_order_mark_hide_no_owner(applied: Path) -> None:
    log = applied / LOG
    log.write_bytes(b"\xef\xbb\xbf\r\n" + log.read_bytes().replace(b"\n", b"\r\n"))
    assert findings(applied, "validate") == []
    assert ("PKG621", "error", "pkgplan.yaml") in findings(renamed(applied), "plan", *SEPTEMBER)


def test_looking_at_the_logs_costs_no_more_for_a_long_one(applied: Path) -> None:
    """Only the beginning is read: what follows may be anything."""
    with (applied / LOG).open("ab") as file:
        file.write(b"\0" * 200_000)
    shutil.copy(applied / LOG, applied / "state" / "old.jsonl")
    assert json.loads(run("-C", applied, "validate", "--format", "json").out)["summary"]["errors"] == 0
