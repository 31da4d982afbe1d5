"""Bad input on the command line: one line of error, the right exit code, nothing written, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.command import (
    an_example,
    change_of_february,
    edit,
    everything_below,
    process_environment,
    run,
    run_process,
)

from pkgplan.cli import root as root_module

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = ("--as-of", "2026-01-15")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an applied catalog and a saved plan of a change to it."""
    folder = tmp_path_factory.mktemp("original")
    catalog = an_example(folder / "catalog")
    assert run("-C", catalog, "apply", "--yes", *NOW).code == 0
    change_of_february(catalog)
    assert run("-C", catalog, "plan", "--out", folder / "plan.json", *NOW).code == 0
    return folder


@pytest.fixture
def place(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "place"))


def _nothing(_: Path) -> None:
    pass


def _edit_plan(place: Path) -> None:
    edit(place / "plan.json", ("February 2026", "February 2027"))


def _edit_findings_of_plan(place: Path) -> None:
    plan = json.loads((place / "plan.json").read_text())
    plan["diagnostics"] = [{"code": 7}]
    (place / "plan.json").write_text(json.dumps(plan))


def _binary_plan(place: Path) -> None:
    (place / "plan.json").write_bytes(bytes(range(256)))


def _cut_log(place: Path) -> None:
    log = place / "catalog" / "state" / "local.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:2] + lines[3:]))


def _foreign_log(place: Path) -> None:
    edit(place / "catalog" / "pkgplan.yaml", ("namespace: gnome-ai", "namespace: other"))


def _log_of_other_environment(place: Path) -> None:
    state = place / "catalog" / "state"
    (state / "local.jsonl").rename(state / "production.jsonl")


def _log_is_folder(place: Path) -> None:
    log = place / "catalog" / "state" / "local.jsonl"
    log.unlink()
    log.mkdir()


def _log_is_pipe(place: Path) -> None:
    log = place / "catalog" / "state" / "local.jsonl"
    log.unlink()
    os.mkfifo(log)


def _damaged_pins(place: Path) -> None:
    (place / "catalog" / "environments").mkdir()
    (place / "catalog" / "environments" / "local.lock.json").write_text('{"ids": ')


def _damaged_database(place: Path) -> None:
    (place / "catalog" / ".pkgplan" / "local.db").write_text("no database\n" * 100)


def _database_in_a_file(place: Path) -> None:
    folder = place / "catalog" / ".pkgplan"
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("")


@dataclass(frozen=True)
class Case:
    name: str
    code: int
    says: str
    arguments: tuple[str, ...]
    spoil: Callable[[Path], None] = _nothing


IN = ("-C", "{place}/catalog")
CASES = (
    Case("unknown-command", 2, 'no command "plam"', ("plam",)),
    Case("unknown-subcommand", 2, 'no command "lost"', ("alias", "lost")),
    Case("missing-subcommand", 2, "missing command", ("alias",)),
    Case("unknown-option", 2, "--colour", ("plan", "--colour")),
    Case("unknown-format", 2, "xml", ("plan", "--format", "xml")),
    Case("option-without-value", 2, "-C", ("plan", "-C")),
    Case("too-many-arguments", 2, "unexpected", ("validate", "catalog")),
    Case("missing-argument", 2, "missing argument", (*IN, "alias", "resolve")),
    Case("empty-catalog-name", 2, "--catalog", ("-C", "", "plan")),
    Case("nul-in-catalog-name", 2, "--catalog", ("-C", "a\0b", "plan")),
    Case("no-catalog", 2, "does not exist", ("-C", "{place}/nowhere", "validate")),
    Case("no-catalog-for-history", 2, "does not exist", ("-C", "{place}/nowhere", "history")),
    Case("catalog-is-file", 2, "is no folder", ("-C", "{place}/plan.json", "plan")),
    Case("unknown-environment", 2, 'environment "locl"', (*IN, "-e", "locl", "plan")),
    Case("environment-with-slash", 2, 'environment "../x"', (*IN, "-e", "../x", "history")),
    Case("bad-instant", 2, '"soon"', (*IN, "--as-of", "soon", "plan")),
    Case("no-such-day", 2, "2026-02-30", (*IN, "--as-of", "2026-02-30", "plan")),
    Case("instant-without-zone", 2, "2026-02-01T00:00:00", (*IN, "plan", "--as-of", "2026-02-01T00:00:00")),
    Case("bad-at", 2, "--at", (*IN, "alias", "resolve", "Starter Plan", "--at", "1 May")),
    Case("bad-limit", 2, "--limit", (*IN, "history", "--limit", "0")),
    Case("no-plan-file", 2, "does not exist", (*IN, "apply", "{place}/nothing.json", "-y")),
    Case("show-no-plan-file", 2, "does not exist", ("show", "{place}/nothing.json")),
    Case("plan-file-is-folder", 4, "not a regular file", ("show", "{place}")),
    Case("plan-file-is-yaml", 5, "not a plan file", ("show", "{place}/catalog/pkgplan.yaml")),
    Case("plan-file-is-binary", 5, "not a plan file", ("show", "{place}/plan.json"), _binary_plan),
    Case(
        "plan-edited",
        5,
        "was altered after it was made",
        (*IN, "apply", "{place}/plan.json", "-y"),
        _edit_plan,
    ),
    Case("findings-edited", 5, "was altered", ("show", "{place}/plan.json"), _edit_findings_of_plan),
    Case(
        "plan-of-other-environment", 2, "production", (*IN, "-e", "production", "apply", "{place}/plan.json")
    ),
    Case("plan-and-take-over", 2, "--take-over", (*IN, "apply", "{place}/plan.json", "--take-over")),
    Case("apply-without-terminal", 2, "no terminal", (*IN, "apply", *NOW)),
    Case("apply-to-real-api", 4, "production", (*IN, "-e", "production", "apply", "-y")),
    Case("live-from-real-api", 4, "production", (*IN, "-e", "production", "alias", "list", "--live")),
    Case("real-api-at-other-time", 2, "--as-of", (*IN, "-e", "production", "apply", "-y", *NOW)),
    Case("plan-without-pins", 4, "has no id", (*IN, "-e", "production", "plan")),
    Case("out-is-folder", 4, "not a regular file", (*IN, "plan", "--out", "{place}", *NOW)),
    Case(
        "out-is-catalog", 2, "not a plan file", (*IN, "plan", "--out", "{place}/catalog/pkgplan.yaml", *NOW)
    ),
    Case("init-over-catalog", 2, "not an empty folder", ("init", "{place}/catalog")),
    Case("init-over-file", 2, "not an empty folder", ("init", "{place}/plan.json")),
    Case("init-below-file", 4, "cannot be written", ("init", "{place}/plan.json/catalog")),
    Case("unknown-rule", 2, 'no rule "PKG999"', ("explain", "PKG999")),
    Case("unknown-field", 2, "priorty", ("explain", "spec.recurring_credits.*.priorty")),
    Case("unknown-schema", 2, 'no schema "pakage"', ("schema", "pakage")),
    Case("unknown-shell", 2, "tcsh", ("completion", "tcsh")),
    Case("rebuild-over-log", 2, "not rebuilt over", (*IN, "state", "rebuild", "-y")),
    Case("log-cut", 4, "local.jsonl:3", (*IN, "plan", *NOW), _cut_log),
    Case("log-cut-for-verify", 4, "local.jsonl:3", (*IN, "state", "verify"), _cut_log),
    Case("log-of-other-namespace", 4, '"other"', (*IN, "apply", "-y", *NOW), _foreign_log),
    Case(
        "log-of-other-environment",
        4,
        '"local"',
        (*IN, "-e", "production", "history"),
        _log_of_other_environment,
    ),
    Case("log-is-folder", 4, "not a regular file", (*IN, "plan", *NOW), _log_is_folder),
    Case("log-is-pipe", 4, "not a regular file", (*IN, "history"), _log_is_pipe),
    Case("pins-damaged", 1, "the catalog has 1 error", (*IN, "plan", *NOW), _damaged_pins),
    Case("database-damaged", 4, "local.db", (*IN, "apply", "-y", *NOW), _damaged_database),
    Case("database-folder-is-file", 4, ".pkgplan", (*IN, "apply", "-y", *NOW), _database_in_a_file),
)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_gets_one_line_and_the_right_exit_code(place: Path, case: Case, form: str) -> None:
    case.spoil(place)
    before = everything_below(place)
    arguments = [argument.format(place=place) for argument in case.arguments]
    ran = run("--format", form, *arguments)
    assert ran.code == case.code, ran.err
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert case.says in errors[0]
    assert not errors[0].endswith(".")
    assert "Traceback" not in ran.err
    assert form == "text" or ran.out == "" or json.loads(ran.out) is not None
    assert everything_below(place) == before


def test_a_mistyped_command_is_told_which_was_meant() -> None:
    assert "did you mean" in run("validat").err


def test_a_bug_of_ours_leaves_a_report_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of cheese")

    monkeypatch.setattr(root_module.root, "invoke", broken)
    ran = run("plan")
    assert ran.code == 3
    assert "bug of pkgplan: RuntimeError: out of cheese" in ran.err
    assert "Traceback" not in ran.err
    (report,) = tmp_path.glob("pkgplan-crash-*.txt")
    assert "Traceback" in report.read_text()
    assert "Traceback" in run("plan", "-vv").err


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(root_module.root, "invoke", interrupted)
    assert run("plan").code == 130


def test_output_that_cannot_be_written_is_a_fault_of_the_environment(tmp_path: Path) -> None:
    catalog = an_example(tmp_path / "catalog")
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        ran = subprocess.run(
            [sys.executable, "-m", "pkgplan", "-C", str(catalog), "plan"],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=process_environment(),
        )
    assert ran.returncode == 4
    assert ran.stderr.endswith("error: the output cannot be written: no space left on device\n")


def test_control_characters_of_a_catalog_never_reach_the_terminal(tmp_path: Path) -> None:
    catalog = an_example(tmp_path / "catalog")
    edit(
        catalog / "packages" / "starter.yaml",
        ("name: Starter Plan - October 2025", r'name: "a\e[31mb\u202Ec"'),
    )
    ran = run_process("-C", catalog, "plan", *NOW)
    assert "\x1b" not in ran.stdout + ran.stderr
    assert "\u202e" not in ran.stdout + ran.stderr
