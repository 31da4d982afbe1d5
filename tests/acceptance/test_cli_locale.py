"""Arguments, variables, names of files and output in the C locale, where Python reads no byte beyond ASCII.

In other locales the same holds for bytes that are not text in them. Files are UTF-8 everywhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.command import an_example, edit, process_environment, run
from support.tree import leaves

from pkgplan.cli.options import FileName
from pkgplan.model.system_text import as_path, as_shown, as_text
from pkgplan.wiring import actor, commit

if TYPE_CHECKING:
    from pathlib import Path

C_LOCALE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
NAME = "Stärter ✓"
SEPTEMBER = ("--as-of", "2025-09-15")


def in_c(
    *arguments: str | bytes | Path, cwd: Path, **environ: str | bytes
) -> subprocess.CompletedProcess[bytes]:
    """A command in the C locale; arguments and variables are the bytes that they are."""
    variables = {
        os.fsencode(name): os.fsencode(value) for name, value in process_environment(**C_LOCALE).items()
    }
    variables |= {os.fsencode(name): as_bytes(value) for name, value in environ.items()}
    return subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"pkgplan", *(as_bytes(each) for each in arguments)],
        check=False, capture_output=True, stdin=subprocess.DEVNULL, cwd=cwd, env=variables,
    )  # fmt: skip


def as_bytes(value: str | bytes | Path) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """A folder with a catalog, applied, whose alias and folder have names beyond ASCII."""
    catalog = an_example(tmp_path / "prëise")
    starter = catalog / "packages" / "starter.yaml"
    edit(starter, ("- name: Starter Plan\n", f"- name: {NAME}\n"))
    starter.rename(starter.with_name("stärter.yaml"))
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    return tmp_path


def test_a_name_is_found(named: Path) -> None:
    ran = in_c("alias", "resolve", NAME, "-C", "prëise", "--at", "2026-01-01", cwd=named)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.startswith(b"starter@1 (")


def test_a_name_is_written_as_it_was_given(named: Path) -> None:
    assert in_c("customers", "create", "--name", "Ärger", "-C", "prëise", cwd=named).returncode == 0
    listed = run("customers", "list", "-C", named / "prëise", "--format", "json").json
    assert isinstance(listed, dict)
    assert "Ärger" in json.dumps(listed, ensure_ascii=False)


def test_custom_fields_and_mistyped_names(named: Path) -> None:
    ran = in_c("alias", "resolve", "Stärter", "-C", "prëise", cwd=named)
    assert ran.returncode == 1
    assert ran.stderr.decode("ascii").startswith('error: nobody is behind alias "St\\xe4rter" at ')
    ran = in_c("explain", "ünbekannt", cwd=named)
    assert (ran.returncode, b"\\xfcnbekannt" in ran.stderr) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [("validate",), ("plan", *SEPTEMBER), ("alias", "list"), ("show", "starter"), ("history",)]
)
def test_output_never_fails_and_json_is_json(named: Path, command: tuple[str, ...]) -> None:
    text = in_c(*command, "-C", "prëise", cwd=named)
    assert text.returncode == 0, text.stderr
    text.stdout.decode("ascii")
    ran = in_c(*command, "-C", "prëise", "--format", "json", cwd=named)
    assert ran.returncode == 0
    here = run(*command, "-C", named / "prëise", "--format", "json").json
    assert json.loads(ran.stdout.decode("ascii")) == json.loads(json.dumps(here, default=float))


@pytest.mark.slow
def test_paths_are_opened_and_files_are_written_in_utf_8(named: Path) -> None:
    saved = in_c("plan", "-C", "prëise", "--out", "plän.json", *SEPTEMBER, cwd=named)
    assert saved.returncode == 0, saved.stderr
    assert (named / "plän.json").exists()
    assert in_c("show", "plän.json", "-C", "prëise", cwd=named).returncode == 0
    assert in_c("fmt", "--check", "-C", "prëise", "prëise/packages/stärter.yaml", cwd=named).returncode == 0
    assert in_c("init", "nëw", cwd=named).returncode == 0
    assert (named / "nëw" / "pkgplan.yaml").exists()
    assert in_c("schema", "--write", "schëmas", cwd=named).returncode == 0
    assert (named / "schëmas" / "package.schema.json").exists()


def test_what_a_hint_suggests_can_be_run(named: Path) -> None:
    """The name of a file is given to bash in bytes, which no locale changes."""
    ran = in_c("plan", "-C", "prëise", "--out", "plän.json", *SEPTEMBER, cwd=named)
    command = ran.stderr.decode("ascii").split("`")[1]
    assert command.endswith(r"apply -C $'pr\xc3\xabise' $'pl\xc3\xa4n.json'")


@pytest.mark.slow
def test_a_path_that_is_not_utf_8_is_opened_in_any_locale(tmp_path: Path) -> None:
    catalog = an_example(tmp_path / "catalog")
    odd = os.fsencode(tmp_path) + b"/pr\xffice"
    catalog.rename(os.fsdecode(odd))
    for environ in ({}, {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}):
        assert in_c("validate", "-C", b"pr\xffice", cwd=tmp_path, **environ).returncode == 0
        ran = in_c("plan", "-C", b"nothing\xff", cwd=tmp_path, **environ)
        assert ran.returncode == 2
        assert rb'"nothing\udcff" does not exist' in ran.stderr
        assert rb"`pkgplan init -C $'nothing\xff'`" in ran.stderr
        by_variable = in_c("validate", cwd=tmp_path, PKGPLAN_CATALOG=b"pr\xffice", **environ)
        assert by_variable.returncode == 0


@pytest.mark.parametrize("utf8", ["0", "1"])
@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        ((b"alias", b"resolve", b"St\xffrter"), {}, "NAME is not text in UTF-8"),
        ((b"customers", b"create", b"--name", b"\xff"), {}, "--name is not text in UTF-8"),
        ((b"customers", b"create", b"--name", b"a", b"--ingest-alias", b"\xff"), {}, "--ingest-alias is not text"),
        ((b"custom-fields", b"set", b"contract", b"x", b"a=\xff"), {}, "KEY=VALUE... is not text"),
        ((b"plan", b"-e", b"\xff"), {}, "--env is not text in UTF-8"),
        ((b"plan",), {"PKGPLAN_ENV": b"\xff"}, "PKGPLAN_ENV is not text in UTF-8"),
        ((b"explain", b"\xff"), {}, "[CODE|SLUG|FIELD] is not text"),
    ],
)  # fmt: skip
def test_text_that_is_not_utf_8_is_refused_clearly(
    catalog: Path, arguments: tuple[bytes, ...], variables: dict[str, str | bytes], said: str, utf8: str
) -> None:
    ran = in_c(*arguments, "-C", catalog, cwd=catalog, PYTHONUTF8=utf8, **variables)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert f"error: {said}" in ran.stderr.decode("ascii")


def test_an_environment_variable_is_read_in_the_same_way(catalog: Path) -> None:
    ran = in_c(
        "apply", "--yes", "-C", catalog, *SEPTEMBER, cwd=catalog, GITHUB_ACTOR="Zoë", GITHUB_SHA=b"\xff1"
    )
    assert ran.returncode == 0, ran.stderr
    history = run("history", "-C", catalog, "-v", "--format", "json").json
    assert isinstance(history, list)
    assert {entry["actor"] for entry in history if isinstance(entry, dict)} == {"Zoë"}
    assert r"\\xff1" in json.dumps(history, default=float)


# The pieces, where a test can give them what a process would get.


@pytest.mark.parametrize("raw", ["", "a", "ä", "St\udcc3\udca4rter", "\udcff", "a\ud800", "ä\udcc3\udca4"])
def test_text_is_read_or_left_as_it_is(raw: str) -> None:
    read = as_text(raw)
    assert read == raw or read.encode()
    as_shown(raw).encode()
    os.fsencode(as_path(raw)) if "\ud800" not in raw else None


def test_who_acts_is_always_text() -> None:
    assert actor({"GITHUB_ACTOR": "St\udcc3\udca4rter"}) == "Stärter"
    assert actor({"GITHUB_ACTOR": "a\udcffb"}) == r"a\xffb"
    assert commit({"GITHUB_SHA": "\udcff"}) == r"\xff"
    assert commit({}) is None


def test_every_parameter_that_names_a_file_says_so() -> None:
    """Whatever is called FILE, DIR, PATHS or CATALOG is bytes, and all else is text."""
    for path, command in leaves():
        for parameter in command.params:
            called = str(parameter.metavar or "")
            names_a_file = any(word in called for word in ("FILE", "DIR", "PATHS", "CATALOG"))
            assert isinstance(parameter.type, FileName) == names_a_file, (path, parameter.name)
