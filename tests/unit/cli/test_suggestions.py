"""Commands in hints: each can be run as it stands there, and is about the catalog and the environment of the call."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from support.command import SEPTEMBER, Ran, change_of_february, edit, run
from support.processes import run_to_point
from support.tree import command_at, commands, leaves

import pkgplan
from pkgplan.cli.options import CatalogCommand
from pkgplan.cli.suggestions import GROUPS, WITHOUT_CATALOG, completed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCES = Path(pkgplan.__file__).parent
COMMAND = re.compile(r"""`(pkgplan(?: (?:[^`'"]|'[^']*'|"[^"]*")+)?)`""")
PLACE = "PLACEHOLDER"
# Values that need no quotes: keys, versions, codes and entities, all of letters, digits and hyphens.
WORDS = {"promise.ref", "entity", "first", "code", "mine", "its", "sale.package.key"}
# Quoted where it is put together.
QUOTED = {"also"}


def told(text: ast.AST) -> str:
    """A string as it is written down, with a word for each value in it."""
    if isinstance(text, ast.JoinedStr):
        return "".join(told(piece) for piece in text.values)
    return str(text.value) if isinstance(text, ast.Constant) else PLACE


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """Every string of a module that is no docstring of the code, with its line."""
    tree = ast.parse(file.read_text())
    inside = {piece for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}
    documentation = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and node not in inside | documentation:
            yield node.lineno, told(node)


SUGGESTED = [
    pytest.param(found[1], id=f"{file.relative_to(SOURCES)}:{line} {found[1]}")
    for file in sorted(SOURCES.rglob("*.py"))
    # These say what a command prints; nobody is told to run it.
    if not file.name.endswith("schemas.py") and file.name != "suggestions.py"
    for line, text in strings(file)
    for found in COMMAND.finditer(text)
]


def parsed(*words: str, instead: Callable[[], object]) -> Ran:
    """Run a command line up to the command, and do something else in its place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CatalogCommand, "invoke", lambda *_: instead())
        return run(*words)


def refusal(text: str) -> str:
    """Why the real command line does not take a command, or nothing."""
    _, *words = shlex.split(text)
    for place, value in (("INSTANT", "2026-01-01"), ("N", "1")):
        words = [value if word == place else word for word in words]
    return parsed(*words, instead=lambda: 0).err


def test_there_are_suggestions_to_try() -> None:
    assert len(SUGGESTED) > 40
    assert len(IN_COMMANDS) > 5


@pytest.mark.parametrize("text", SUGGESTED)
def test_a_suggested_command_is_one(text: str) -> None:
    assert refusal(text) == ""


def values(text: ast.JoinedStr) -> Iterator[str]:
    """The expressions whose values stand in commands."""
    before = ""
    for piece in text.values:
        *others, last = before.split("`")
        if isinstance(piece, ast.FormattedValue) and len(others) % 2 and last.startswith("pkgplan "):
            yield ast.unparse(piece.value)
        before += told(piece)


IN_COMMANDS = [
    pytest.param(value, id=f"{file.name}: {value}")
    for file in sorted(SOURCES.rglob("*.py"))
    for node in ast.walk(ast.parse(file.read_text()))
    if isinstance(node, ast.JoinedStr)
    for value in values(node)
    if file.name != "suggestions.py"
]


@pytest.mark.parametrize("value", IN_COMMANDS)
def test_a_value_in_a_command_is_quoted_or_needs_no_quotes(value: str) -> None:
    quoted = re.fullmatch(r"(shlex\.quote|quote|shell_word)\(.*\)", value)
    assert quoted or value in WORDS | QUOTED


def test_what_is_no_command_would_be_found() -> None:
    assert "missing" in refusal("pkgplan diff")
    assert "unexpected" in refusal("pkgplan apply one.json two.json")
    assert "--outt" in refusal("pkgplan plan --outt x")


def test_groups_and_commands_without_a_catalog_are_known() -> None:
    assert {path[0] for path in commands() if isinstance(command_at(path), click.Group)} == GROUPS
    assert {path[0] for path, _ in leaves()} >= WITHOUT_CATALOG


def within(*arguments: str, text: str) -> str:
    """The text as the command of a command line would say it."""
    said: list[str] = []
    assert parsed(*arguments, instead=lambda: said.append(completed(text))).code == 0
    return said[0]


SAID = ("-C", "other/catalog", "-e", "staging", "history")


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("run `pkgplan state rebuild`", "run `pkgplan state rebuild -C other/catalog -e staging`"),
        ("`pkgplan apply 'my plan.json'`", "`pkgplan apply -C other/catalog -e staging 'my plan.json'`"),
        ("`pkgplan apply 'a`b.json'`; see", "`pkgplan apply -C other/catalog -e staging 'a`b.json'`; see"),
        ("`pkgplan apply 'it'\"'\"'s'`", "`pkgplan apply -C other/catalog -e staging 'it'\"'\"'s'`"),
        ("`pkgplan show starter --prices`", "`pkgplan show -C other/catalog -e staging starter --prices`"),
        ("`pkgplan alias list --live` or `pkgplan plan`",
         "`pkgplan alias list -C other/catalog -e staging --live` or `pkgplan plan -C other/catalog -e staging`"),
        ("`pkgplan init`", "`pkgplan init -C other/catalog`"),
        # Nothing that depends on a catalog.
        ("see `pkgplan explain PKG101`", None),
        ("see `pkgplan apply --help`", None),
        ("`pkgplan serve --assumptions`", None),
        ("`pkgplan schema --write schemas`", None),
        # Complete already, so that it can pass twice.
        ("`pkgplan apply -C x`", None),
        ("`pkgplan apply --catalog=x plan.json`", None),
        ("`pkgplan plan -e other`", None),
        # No command.
        ("pkgplan apply", None),
        ("`pkgplan.yaml` and `pkgplan: ignore[PKG214]`", None),
        ("give `--yes`", None),
    ],
)  # fmt: skip
def test_it_carries_what_this_command_line_says(text: str, complete: str | None) -> None:
    once = within(*SAID, text=text)
    assert once == (text if complete is None else complete)
    assert within(*SAID, text=once) == once


@pytest.mark.parametrize(
    ("arguments", "environ", "carried"),
    [
        (("plan",), {}, ""),
        (("-C", "catalog", "plan"), {}, ""),
        (("-C", "./catalog/", "plan"), {}, ""),
        (("plan", "-C", "x y"), {}, " -C 'x y'"),
        (("-C", "x", "plan", "-C", "it's"), {}, " -C 'it'\"'\"'s'"),
        (("-C", "a\nb", "plan"), {}, r" -C $'a\x0ab'"),
        (("-C", "a\udcffb", "plan"), {}, r" -C $'a\xffb'"),
        (("plan",), {"PKGPLAN_CATALOG": "elsewhere", "PKGPLAN_ENV": "staging"}, ""),
        (("-C", "elsewhere", "plan"), {"PKGPLAN_CATALOG": "elsewhere"}, ""),
        (("-C", "catalog", "plan"), {"PKGPLAN_CATALOG": "elsewhere"}, " -C catalog"),
        (("-e", "local", "plan"), {"PKGPLAN_ENV": "staging"}, " -e local"),
        (("-e", "staging", "plan"), {"PKGPLAN_ENV": "staging"}, ""),
        (("--as-of", "2026-01-01", "--format", "json", "-v", "--no-color", "plan"), {}, ""),
    ],
)
def test_and_nothing_that_holds_without(
    arguments: tuple[str, ...], environ: dict[str, str], carried: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PKGPLAN_CATALOG", "PKGPLAN_ENV"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert within(*arguments, text="`pkgplan apply`") == f"`pkgplan apply{carried}`"


# Through the command line: every way that a hint leaves it.


@pytest.fixture
def elsewhere(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the catalog in another one, whose name needs quotes."""
    there = catalog.parent / "the prices"
    there.mkdir()
    shutil.move(catalog, there / "catalog")
    monkeypatch.chdir(catalog.parent)
    return catalog.parent


IN = ("-C", "the prices/catalog")
CARRIED = "-C 'the prices/catalog'"


def test_after_a_plan_was_saved(elsewhere: Path) -> None:
    ran = run("plan", *IN, *SEPTEMBER, "--out", "my plan's.json")
    (command,) = re.findall(r"apply it with `(.*)`\.$", ran.err, re.MULTILINE)
    assert command == f"pkgplan apply {CARRIED} 'my plan'\"'\"'s.json'"
    assert run(*shlex.split(command)[1:], "--yes", *SEPTEMBER).code == 0


def test_in_the_hint_of_a_fault(elsewhere: Path) -> None:
    assert run("apply", *IN, "-e", "local", "--yes", *SEPTEMBER).code == 0
    (elsewhere / "the prices" / "catalog" / "state" / "local.jsonl").unlink()
    ran = run("apply", *IN, "-e", "local", "--yes", *SEPTEMBER)
    assert f"`pkgplan state rebuild {CARRIED} -e local`" in ran.err


def test_a_saved_plan_chooses_the_environment_that_hints_are_about(elsewhere: Path) -> None:
    place = elsewhere / "the prices" / "catalog"
    edit(
        place / "pkgplan.yaml",
        ("  environments:\n", "  environments:\n    staging:\n      engine: embedded\n"),
    )
    assert run("apply", *IN, "-e", "staging", "--yes", *SEPTEMBER).code == 0
    (place / "state" / "staging.jsonl").unlink()
    assert run("plan", *IN, "-e", "staging", *SEPTEMBER, "--no-refresh", "--out", "p.json").code == 0
    ran = run("apply", *IN, "p.json", "--yes", *SEPTEMBER)
    assert f"`pkgplan state rebuild {CARRIED} -e staging`" in ran.err


def test_in_findings_on_either_stream_and_in_json(elsewhere: Path) -> None:
    starter = elsewhere / "the prices" / "catalog" / "packages" / "starter.yaml"
    edit(starter, ("  key: starter\n", "  key: starter\n  labels: {price: pinned}\n"))
    suggested = f"`pkgplan show {CARRIED} starter --prices`"
    assert suggested in run("validate", *IN).out
    assert suggested in run("plan", *IN, *SEPTEMBER).err
    found = json.loads(run("validate", *IN, "--format", "json").out)["diagnostics"]
    assert any(suggested in each["hint"] for each in found)


def test_a_plan_in_json_is_the_same_wherever_it_is_made(elsewhere: Path) -> None:
    """Its findings are part of a value that is saved and applied elsewhere; they are completed when they are shown."""
    one = run("plan", *IN, *SEPTEMBER, "--format", "json").out
    assert run("plan", "-C", elsewhere / "the prices" / "catalog", *SEPTEMBER, "--format", "json").out == one


def test_in_notices(elsewhere: Path) -> None:
    (elsewhere / "the prices" / "catalog" / "packages" / "broken.yaml").write_text("kind: Package\n")
    ran = run("show", *IN, "starter")
    assert ran.code == 0
    assert f"see `pkgplan validate {CARRIED}`" in ran.err


def test_what_serve_is_seeded_with_is_what_hints_are_about(elsewhere: Path) -> None:
    place = elsewhere / "the prices" / "catalog"
    (place / "nowhere.yaml").write_text("x")
    ran = run("serve", "--seed", "the prices/nowhere")
    assert "`pkgplan init -C 'the prices/nowhere'`" in ran.err


def test_what_init_suggests_can_be_done(elsewhere: Path) -> None:
    ran = run("init", "new prices")
    for line in ran.out.partition("Next:\n")[2].splitlines():
        _, *words = shlex.split(line)
        assert run(*words, *(("--yes",) if words[0] == "apply" else ()), "--as-of", "2025-12-10").code == 0
    assert (elsewhere / "new prices" / "state" / "local.jsonl").exists()


def test_a_catalog_that_is_not_there_can_be_made_as_advised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PKGPLAN_CATALOG", raising=False)
    for options in ([], ["-C", "prices of 2026"]):
        (command,) = re.findall("`(.*?)`", run("validate", *options).err)
        assert run(*shlex.split(command)[1:]).code == 0
        assert run("validate", *options).code == 0


def test_inside_a_catalog_the_way_to_it_is_advised(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    for folder in ("", "packages", "state", ".pkgplan"):
        monkeypatch.chdir(catalog / folder)
        ran = run("plan", *SEPTEMBER)
        assert ran.code == 2
        assert "pkgplan init" not in ran.err
        (way,) = re.findall(r"give -C (\S+)$", ran.err, re.MULTILINE)
        assert way == (".." if folder else ".")
        assert run("plan", "-C", way, *SEPTEMBER).code == 0
        before = sorted(Path().iterdir())
        for arguments in (("init",), ("init", "catalog"), ("init", "-C", "new")):
            refused = run(*arguments)
            assert refused.code == 2
            assert f'is inside the catalog "{way}"' in refused.err
        assert sorted(Path().iterdir()) == before


def test_an_unfinished_run_is_resumed_by_what_the_note_says(elsewhere: Path) -> None:
    place = elsewhere / "the prices" / "catalog"
    assert run_to_point(12, "-C", place, "apply", "--yes", *SEPTEMBER) < 0
    change_of_february(place)
    assert f"`pkgplan apply {CARRIED}` resumes it" in run("plan", *IN, *SEPTEMBER).err
