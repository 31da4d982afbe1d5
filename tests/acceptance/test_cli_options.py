"""Options before and after the command, streams, colour, help, start-up."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner
from support.command import edit, process_environment, run, run_process

from pkgplan import __version__
from pkgplan.cli.root import LazyGroup, root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = ("--as-of", "2025-09-15")
HEAVY = ("pydantic", "jsonschema", "metronome", "deepdiff", "sqlite3", "ruamel", "_ruamel_yaml")


def commands(group: click.Group = root, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    with click.Context(group) as ctx:
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            yield (*path, name)
            if isinstance(command, click.Group):
                yield from commands(command, (*path, name))


def test_options_mean_the_same_before_and_after_the_command(catalog: Path) -> None:
    options = ("-C", str(catalog), "-e", "local", "--format", "json", *NOW)
    before = run(*options, "plan")
    assert before.code == 0
    assert before.out.startswith("{")
    assert run("plan", *options).out == before.out
    assert run("alias", *options, "list").out == run("alias", "list", *options).out == "[]\n"


def test_an_option_after_the_command_wins(catalog: Path, tmp_path: Path) -> None:
    ran = run("-C", tmp_path / "nowhere", "--format", "json", "plan", "-C", catalog, "--format", "text", *NOW)
    assert ran.code == 0
    assert ran.out.startswith("starter@1 ")


def test_options_can_come_from_the_environment_and_the_command_line_wins(
    catalog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PKGPLAN_CATALOG", str(catalog))
    assert run("validate").code == 0
    assert run("-C", tmp_path / "nowhere", "validate").code == 2
    monkeypatch.setenv("PKGPLAN_ENV", "production")
    assert "has no id" in run("plan").err
    assert run("-e", "local", "plan", *NOW).code == 0


def test_the_default_catalog_is_the_folder_catalog_here(
    catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(catalog.parent)
    edit(catalog / "packages" / "starter.yaml", ("10.00 USD", "10.00"))
    assert run("validate").out.startswith("catalog/packages/starter.yaml:")
    assert run("validate", "-C", "./catalog").out.startswith("catalog/packages/starter.yaml:")


@pytest.mark.parametrize("path", [(), *commands()], ids=" ".join)
def test_every_command_has_help_with_examples_and_exit_codes(path: tuple[str, ...]) -> None:
    ran = CliRunner().invoke(root, [*path, "--help"])
    assert ran.exit_code == 0
    assert f"Usage: pkgplan {' '.join(path)}".rstrip() in ran.output.replace("root", "pkgplan", 1)
    assert "Examples:" in ran.output
    assert "--catalog" in ran.output
    if not path or path[-1] not in {"alias", "contracts", "custom-fields", "customers", "packages", "state"}:
        assert "Exit codes:" in ran.output


@pytest.mark.parametrize(
    "command",
    [
        ("alias", "list"),
        ("contracts", "list", "--package", "x"),
        ("contracts", "show", "x", "--customer", "y"),
        ("custom-fields", "list"),
        ("custom-fields", "set", "contract", "x", "a=b"),
        ("customers", "create", "--name", "x"),
        ("customers", "list"),
        ("history",),
        ("packages", "list"),
        ("provision", "--customer", "x", "--package", "y", "--starting-at", "2026-01-01"),
        ("state", "verify"),
    ],
    ids=" ".join,
)
def test_a_catalog_without_a_project_has_an_error_that_the_help_knows_of(
    catalog: Path, command: tuple[str, ...]
) -> None:
    (catalog / "pkgplan.yaml").unlink()
    ran = run("-C", catalog, *command)
    assert (ran.code, ran.out) == (1, "")
    assert "the catalog has no Project" in ran.err
    words = [word for word in command[:2] if word.isalpha() or word == "custom-fields"]
    assert re.search(r"\n +1 +the catalog has errors", CliRunner().invoke(root, [*words, "--help"]).output)


def test_the_table_of_commands_names_what_there_is() -> None:
    assert isinstance(root, LazyGroup)
    with click.Context(root) as ctx:
        for name in root.list_commands(ctx):
            command = root.get_command(ctx, name)
            assert command is not None
            assert command.name == name


def test_the_version_is_said_in_one_line() -> None:
    assert run("--version").out == f"pkgplan {__version__}\n"
    assert run("-C", "x", "--version").out == f"pkgplan {__version__}\n"


def test_colour_only_where_it_is_wanted(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = ("-C", str(catalog), "plan", *NOW)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    plain = run(*plan).out
    assert "\x1b" not in plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[32m+\x1b[0m" in run(*plan).out
    assert run(*plan, "--no-color").out == plain
    assert "\x1b" not in run(*plan, "--format", "json").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(*plan).out == plain


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from pkgplan.cli.entry import main; code = main(['--help']);"
        f"heavy = [name for name in sys.modules if name.split('.')[0] in {HEAVY!r}];"
        "sys.exit(f'{heavy}' if heavy or code else 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, env=process_environment()
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_version_does_not_even_import_click() -> None:
    script = "import sys; from pkgplan.cli.entry import main; main(['--version']); sys.exit('click' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", script], check=False, env=process_environment()).returncode == 0
    )


@pytest.mark.parametrize(("arguments", "most"), [(["--version"], 60), (["--help"], 150)], ids=str)
def test_little_is_imported_to_answer_at_once(arguments: list[str], most: int) -> None:
    """Time depends on the machine; what takes it is how many modules are read."""
    script = (
        "import sys; before = set(sys.modules); from pkgplan.cli.entry import main; main(sys.argv[1:]);"
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        check=True, capture_output=True, text=True, env=process_environment(),
    )  # fmt: skip
    assert len(ran.stderr.split()) <= most, ran.stderr


def test_results_go_to_stdout_and_all_else_to_stderr(catalog: Path, tmp_path: Path) -> None:
    planned = run_process("-C", catalog, "plan", "--out", tmp_path / "plan.json", *NOW)
    assert planned.returncode == 0
    assert planned.stdout.splitlines()[-1].startswith("Plan: 1 to create")
    assert "Saved the plan" in planned.stderr
    applied = run_process("-C", catalog, "apply", tmp_path / "plan.json", "--yes", "--format", "json", *NOW)
    assert applied.returncode == 0
    assert applied.stdout.startswith("{")
    assert "[1/1] starter@1: creating" in applied.stderr


def test_a_reader_that_goes_away_is_no_error(catalog: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "pkgplan", "-C", str(catalog), "plan", *NOW],
            check=False,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            env=process_environment(),
        )
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (141, "")


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("yes", 0), ("n", 130), ("", 130), ("maybe", 130)])
def test_on_a_terminal_apply_asks(catalog: Path, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        ran = subprocess.run(
            [sys.executable, "-m", "pkgplan", "-C", str(catalog), "apply", *NOW],
            check=False,
            stdin=theirs,
            capture_output=True,
            text=True,
            env=process_environment(),
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert ran.returncode == code
    assert "Apply? [y/N] " in ran.stderr
    assert (catalog / "state").exists() == (code == 0)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_know_the_program(shell: str) -> None:
    ran = run("completion", shell)
    assert ran.code == 0
    assert "_PKGPLAN_COMPLETE" in ran.out


def test_completion_finds_commands_and_options() -> None:
    ran = run_process(_PKGPLAN_COMPLETE="bash_complete", COMP_WORDS="pkgplan va", COMP_CWORD="1")
    assert ran.stdout == "plain,validate\n"
    ran = run_process(_PKGPLAN_COMPLETE="bash_complete", COMP_WORDS="pkgplan plan --det", COMP_CWORD="2")
    assert ran.stdout == "plain,--detailed-exitcode\n"
