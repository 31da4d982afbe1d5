"""What others wrote, in every output of every command: only text, on the line where it belongs.

Names in the catalog, who acted, the state log, plan files, answers of the environment, arguments and variables.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from support.altered_plans import sealed
from support.command import Ran, an_example, change_of_february, edit, run
from support.contract_commands import a_contract, a_customer, engine_of
from support.plain import is_plain
from support.processes import run_to_point
from support.tree import filled, leaves

from pkgplan.adapters.state_file import FileStateLog
from pkgplan.cli.output import log_line, notice
from pkgplan.cli.suggestions import GROUPS
from pkgplan.engine.adapters.packages import EmbeddedPackages
from pkgplan.model.canonical import compact, parse_json, pretty
from pkgplan.model.log import Head, LogEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pkgplan.model.canonical import JsonValue

NOW = ("--as-of", "2026-01-15")
# C0, the one-character CSI, bidi, line separators, a forged line; half of a pair is added where it can be.
HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066\u2028\x85\x7f\t\r\nerror: FORGED\n"
# Of these a catalog can hold what follows; the loader refuses the rest.
NAMED = "\u202e\u2066\u2028\t\r\nerror: FORGED\n"
FORGED = "error: FORGED"
# Those that end with what is not text: a server, shells, our own schemas.
SILENT = {("serve",), ("completion",), ("schema",)}


def is_harmless(ran: Ran, arguments: object) -> None:
    is_plain(ran, arguments)
    assert not any(line.startswith(FORGED) for text in (ran.out, ran.err) for line in text.split("\n")), (
        arguments,
        ran,
    )


def everything(catalog: Path, *, more: tuple[tuple[str, ...], ...]) -> Iterator[tuple[list[str], Ran]]:
    """Every command in every form, one after another."""
    lines = [filled(path) for path, _ in leaves() if path not in SILENT and path != ("init",)]
    for line in [*lines, *map(list, more)]:
        agreed = ["--yes"] if line[0] in {"apply", "provision"} else []
        for form in ("text", "json", *(["markdown"] if line[0] == "diff" else [])):
            words = 2 if line[0] in GROUPS else 1
            options = ["-v", "-C", str(catalog), *NOW, "--format", form, *agreed]
            arguments = [*line[:words], *options, *line[words:]]
            yield arguments, run(*arguments)


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`init` makes a folder of the name that it is given, where somebody stands."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog with hostile names that was applied by a hostile actor, half of a second run, and contracts."""
    catalog = an_example(tmp_path / "cata\x1b[2Jlog\u202e")
    starter = catalog / "packages" / "starter.yaml"
    monkeypatch.setenv("GITHUB_ACTOR", HOSTILE)
    monkeypatch.setenv("GITHUB_SHA", HOSTILE)
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2025-09-15").code == 0
    # No name in a catalog may be hostile, but what somebody makes by hand on an alias of it is recorded.
    with engine_of(catalog) as engine:
        aliases: list[JsonValue] = [
            {"name": "Starter Plan", "starting_at": "2027-01-01T00:00:00Z"},
            {"name": NAMED},
        ]
        EmbeddedPackages(engine).create({"name": NAMED, "aliases": aliases})
    assert run("-C", catalog, "state", "refresh", "--yes", "--as-of", "2025-09-17").code == 0
    customer = a_customer(catalog, HOSTILE)
    a_contract(catalog, customer)
    edit(
        starter,
        ("net_payment_terms_days: 15", "net_payment_terms_days: 30"),
        ("2025-10-01\n", "2026-02-01\n"),
    )
    assert run_to_point(12, "-C", catalog, "apply", "--yes", "--take-foreign", *NOW) < 0
    return catalog


def test_names_actors_and_answers(hostile: Path) -> None:
    listed: Any = run("customers", "list", "-C", hostile, "--format", "json").json
    (customer,) = [each["customer_id"] for each in listed["customers"]]
    found: Any = run("contracts", "list", "-C", hostile, "--package", "starter", "--format", "json").json
    (contract,) = [each["contract_id"] for package in found["packages"] for each in package["contracts"]]
    more = (
        ("contracts", "list", "--package", "starter"),
        ("contracts", "list", "--alias", NAMED),
        ("contracts", "show", contract, "--customer", customer),
        ("alias", "resolve", NAMED, "--live"),
        ("alias", "list", "--live"),
        ("diff", "starter@1", "starter", "--all"),
        ("show", "starter", "--prices"),
        ("apply", "--take-over"),
    )
    for arguments, ran in everything(hostile, more=more):
        is_harmless(ran, arguments)


def test_the_names_were_there_to_be_shown(hostile: Path) -> None:
    """Otherwise nothing would have been tried."""
    shown = r"\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066\u2028\x85\x7f\t\r\nerror: FORGED\n"
    assert shown in run("-C", hostile, "history").out
    assert f"note: a run of {shown}, begun" in run("-C", hostile, "plan", *NOW).err
    assert shown in run("-C", hostile, "customers", "list").out
    assert compact(NAMED) in (hostile / "state" / "local.jsonl").read_text()
    taking = ("apply", "--take-over", "--take-foreign", "--yes", *NOW)
    assert f"Taking over from {shown}, whose" in run("-C", hostile, *taking).err


@pytest.mark.parametrize("form", ["text", "json"])
def test_arguments_and_variables(catalog: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (HOSTILE, "\ud800", "\udcff"):
        for path, command in leaves():
            if path in SILENT:
                continue
            for parameter in command.params:
                if not getattr(parameter, "is_flag", False) and not getattr(parameter, "count", False):
                    arguments = ["-C", str(catalog), "--format", form, *filled(path, parameter, value)]
                    is_harmless(run(*arguments), arguments)
        is_harmless(run(value), value)
        is_harmless(run("plan", f"--{value}"), value)
    monkeypatch.setenv("PKGPLAN_ENV", HOSTILE)
    monkeypatch.setenv("PKGPLAN_CATALOG", HOSTILE.replace("/", ""))
    for path, _ in leaves():
        if path not in SILENT:
            is_harmless(run(*filled(path), "--format", form), path)
            is_harmless(run("-C", str(catalog), *filled(path)), path)


# Files that somebody made, whose digests fit.


def spoiled(value: JsonValue) -> Iterator[JsonValue]:
    """The value with each of its texts made hostile in turn; of equal places in lists only the first."""

    def places(inner: Any, route: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        if isinstance(inner, str):
            yield route
        elif isinstance(inner, dict):
            for key, item in inner.items():
                yield from places(item, (*route, key))
        elif isinstance(inner, list) and inner:
            yield from places(inner[0], (*route, 0))

    for *way, last in places(value):
        whole: Any = deepcopy(value)
        at = whole
        for step in way:
            at = at[step]
        at[last] += HOSTILE
        yield whole


@pytest.mark.slow
def test_plan_files(catalog: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2025-09-15").code == 0
    change_of_february(catalog)
    assert run("-C", catalog, "plan", "--out", file, *NOW).code == 0
    plan = parse_json(file.read_text())
    assert isinstance(plan, dict)
    tried = 0
    for body in spoiled(plan):
        assert isinstance(body, dict)
        file.write_bytes(pretty(sealed(body)).encode("utf-8", "surrogatepass"))
        for arguments in (
            ("show", file, "-v"), ("show", file, "--format", "json"), ("apply", file, "--yes", *NOW, "-C", catalog),
        ):  # fmt: skip
            is_harmless(run(*arguments), (arguments, body))
        tried += 1
    assert tried > 30


@pytest.mark.slow
def test_state_logs(hostile: Path) -> None:
    log = FileStateLog(hostile / "state" / "local.jsonl")
    entries = log.read()
    of_kind = {entry.kind: number for number, entry in enumerate(entries)}
    tried = 0
    for number in of_kind.values():
        for body in spoiled(entries[number].body):
            assert isinstance(body, dict)
            head, lines = Head(), []
            for position, entry in enumerate(entries):
                written = body if position == number else entry.body
                made = LogEntry.following(head, kind=entry.kind, body=written, at=entry.at, actor=entry.actor)
                head = made.head
                lines.append(compact(made.to_json()))
            log.path.write_text("".join(f"{line}\n" for line in lines))
            for arguments in (
                ("history", "-v"), ("history", "--format", "json", "-v"), ("state", "verify"), ("packages", "list"),
                ("alias", "list"), ("show", "starter@1"), ("plan", *NOW), ("apply", "--yes", *NOW),
            ):  # fmt: skip
                is_harmless(run("-C", hostile, *arguments), (arguments, body))
            tried += 1
    assert tried > 20


# The places where text comes out.


def test_a_notice_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    notice(f"{HOSTILE}\ud800\udcff")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith("\n")
    assert said[:-1].isprintable()


def test_a_line_of_the_access_log_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    log_line(compact({"path": HOSTILE}))
    assert json.loads(capsys.readouterr().err) == {"path": HOSTILE}
