"""Broken catalogs, plan files, disks and terminals, through the real command line.

Everything ends with a place and exit code 1, or with one line and the right exit code; never with a traceback, and
with nothing written. What the command line itself can be given wrongly is in test_cli_bad_input.py.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, Any

import pytest
from support.command import (
    Ran,
    an_example,
    change_of_february,
    edit,
    process_environment,
    run,
    run_process,
)
from support.processes import DATABASE, LOG, environment_of, forked, live, seen

from pkgplan.adapters import state_file as state_file_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = ("--as-of", "2025-09-15")
STARTER = "packages/starter.yaml"
EXTRA = "packages/extra.yaml"
DEEP = 10_000
NOBODY = 65534
TEMPORARY = gettempdir()
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture(autouse=True)
def crash_reports(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A crash report is a traceback that was put away; there must be none."""
    folder = tmp_path_factory.mktemp("crashes")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield
    assert [report.read_text() for report in folder.iterdir()] == []


def listing(folder: Path) -> dict[str, object]:
    """Every name below a folder with what it is: kind, link target or content, permissions."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        mode = path.lstat().st_mode
        if path.is_symlink():
            found[name] = (mode, str(path.readlink()))
        elif path.is_file():
            found[name] = (mode, path.read_bytes() if os.access(path, os.R_OK) else None)
        else:
            found[name] = (mode, None)
    return found


def is_clean(ran: Ran) -> None:
    assert "Traceback" not in ran.out + ran.err
    assert "bug of pkgplan" not in ran.err
    assert "\x1b" not in ran.out + ran.err


# Files of the catalog


def raw(content: bytes) -> Callable[[Path], None]:
    def spoil(catalog: Path) -> None:
        (catalog / EXTRA).write_bytes(content)

    return spoil


def text(content: str) -> Callable[[Path], None]:
    return raw(content.encode())


def in_starter(*changes: tuple[str, str]) -> Callable[[Path], None]:
    return lambda catalog: edit(catalog / STARTER, *changes)


def folder_named_like_a_file(catalog: Path) -> None:
    (catalog / EXTRA).mkdir()


def dangling_link(catalog: Path) -> None:
    (catalog / EXTRA).symlink_to("nowhere.yaml")


def link_to_itself(catalog: Path) -> None:
    (catalog / EXTRA).symlink_to("extra.yaml")


def link_out_of_the_catalog(catalog: Path) -> None:
    (catalog.parent / "secret.yaml").write_text("password: hunter2\n")
    (catalog / EXTRA).symlink_to("../../secret.yaml")


def link_to_a_folder_above(catalog: Path) -> None:
    (catalog / "packages" / "loop").symlink_to("..")


def pipe(catalog: Path) -> None:
    os.mkfifo(catalog / EXTRA)


def device(catalog: Path) -> None:
    (catalog / EXTRA).symlink_to("/dev/zero")


def unreadable(catalog: Path) -> None:
    (catalog / EXTRA).write_text("kind: Package\n")
    (catalog / EXTRA).chmod(0)


def same_key_twice(catalog: Path) -> None:
    (catalog / EXTRA).write_text((catalog / STARTER).read_text())


def two_projects(catalog: Path) -> None:
    (catalog / "other.yaml").write_text((catalog / "pkgplan.yaml").read_text())


def no_project(catalog: Path) -> None:
    (catalog / "pkgplan.yaml").unlink()


def project_is_binary(catalog: Path) -> None:
    (catalog / "pkgplan.yaml").write_bytes(bytes(range(256)))


def project_is_folder(catalog: Path) -> None:
    (catalog / "pkgplan.yaml").unlink()
    (catalog / "pkgplan.yaml").mkdir()


def everything_empty(catalog: Path) -> None:
    for path in catalog.rglob("*.yaml"):
        path.write_bytes(b"")


def strange_name(catalog: Path) -> None:
    path = os.path.join(os.fsencode(catalog), b"packages", b"ext\xffra\n\x1b[31m.yaml")  # noqa: PTH118 - bytes
    with open(path, "wb") as file:  # noqa: PTH123 - as above
        file.write(b"kind: [\n")


HEAD = "apiVersion: pkgplan/v1\nkind: Package\nmetadata:\n  key: extra\n"
MONEY = "unit_price: 10.00 USD"
START = "starting_at: 2025-10-01"
SPOILT: dict[str, Callable[[Path], None]] = {
    "empty": raw(b""),
    "only white space": raw(b" \n\n   \n"),
    "only a comment": raw(b"# nothing\n"),
    "only a marker": raw(b"---\n"),
    "null": raw(b"null\n"),
    "a number": raw(b"7\n"),
    "a list": raw(b"- kind: Package\n"),
    "binary": raw(bytes(range(256)) * 8),
    "an executable": raw(b"\x7fELF" + bytes(4000)),
    "gzip": raw(b"\x1f\x8b\x08\x00" + os.urandom(64)),
    "not UTF-8": raw(HEAD.encode() + b"spec: {name: caf\xe9}\n"),
    "UTF-16": raw(HEAD.encode("utf-16")),
    "UTF-32": raw(HEAD.encode("utf-32")),
    "surrogate": raw(HEAD.encode() + b"spec: {name: \xed\xa0\x80}\n"),
    "NUL": raw(HEAD.encode() + b"spec: {name: a\x00b}\n"),
    "tab indentation": text("kind: Package\nmetadata:\n\tkey: extra\n"),
    "10 MB": raw(b"# " + b"x" * 10_000_000 + b"\n"),
    "10 MB of one scalar": raw(b"name: " + b"x" * 10_000_000),
    "deep flow sequences": text("[" * DEEP),
    "deep flow sequences, closed": text("[" * DEEP + "]" * DEEP),
    "deep flow mappings": text("{a: " * DEEP),
    "deep block sequences": text("- " * DEEP + "a\n"),
    "deep block mappings": text("".join(" " * n + "a:\n" for n in range(1200))),
    "deep but small enough": text(HEAD + "spec: {name: a, aliases: " + "[" * 60 + "]" * 60 + "}\n"),
    "alias bomb": text(BOMB),
    "anchor": text(HEAD + "spec: &here {name: a}\n"),
    "alias to nowhere": text(HEAD + "spec: *there\n"),
    "alias to itself": text("a: &a {b: *a}\n"),
    "merge key": text(HEAD + "spec:\n  <<: {name: a}\n"),
    "tag": text(HEAD + "spec: !!python/object/apply:os.system ['touch /tmp/pwned']\n"),
    "local tag": text(HEAD + "spec: !spec {name: a}\n"),
    "directive": text("%YAML 1.1\n---\n" + HEAD + "spec: {name: a}\n"),
    "duplicate key": text(HEAD + "spec: {name: a, name: b}\n"),
    "duplicate key, quoted": text(HEAD + "spec: {name: a, 'name': b}\n"),
    "two documents": text(HEAD + "spec: {name: a}\n---\n" + HEAD + "spec: {name: b}\n"),
    "text behind the end": text(HEAD + "spec: {name: a}\n...\ngarbage\n"),
    "unclosed quote": text(HEAD + 'spec: {name: "a\n'),
    "unclosed brace": text(HEAD + "spec: {name: a\n"),
    "complex key": text("? [a, b]\n: c\n"),
    "merge conflict": text(f"<<<<<<< HEAD\n{HEAD}=======\n{HEAD}>>>>>>> other\n"),
    "JSON lines": text('{"a": 1}\n{"a": 2}\n'),
    "unknown kind": text(HEAD.replace("Package", "Pakcage") + "spec: {name: a}\n"),
    "no kind": text("metadata: {key: extra}\nspec: {name: a}\n"),
    "kind is a list": text(HEAD.replace("Package", "[Package]") + "spec: {name: a}\n"),
    "other version": text(HEAD.replace("v1", "v2") + "spec: {name: a}\n"),
    "no spec": text(HEAD),
    "look-alike key (Cyrillic a)": text(HEAD + "spec: {n\u0430me: a}\n"),
    "look-alike key (full width)": text(HEAD + "spec: {\uff4eame: a}\n"),
    "invisible in key": text(HEAD + "spec: {na\u200bme: a}\n"),
    "look-alike kind": text(HEAD.replace("Package", "Pack\u0430ge") + "spec: {name: a}\n"),
    "look-alike package key": text(HEAD.replace("extra", "extr\u0430") + "spec: {name: a}\n"),
    "key with a path": text(HEAD.replace("extra", "../../extra") + "spec: {name: a}\n"),
    "control character": raw(b"name: a\x1b[31m\n"),
    "very long key": text(HEAD.replace("extra", "x" * 5000) + "spec: {name: a}\n"),
    "same key twice": same_key_twice,
    "two Projects": two_projects,
    "no Project": no_project,
    "Project is binary": project_is_binary,
    "Project is a folder": project_is_folder,
    "every file empty": everything_empty,
    "folder named x.yaml": folder_named_like_a_file,
    "dangling link": dangling_link,
    "link to itself": link_to_itself,
    "link out of the catalog": link_out_of_the_catalog,
    "link to a folder above": link_to_a_folder_above,
    "pipe": pipe,
    "device": device,
    "strange file name": strange_name,
    "NaN": in_starter((MONEY, "unit_price: .nan")),
    "NaN as money": in_starter((MONEY, "unit_price: NaN USD")),
    "infinity": in_starter((MONEY, "unit_price: .inf")),
    "infinity as money": in_starter((MONEY, "unit_price: Infinity USD")),
    "NaN as priority": in_starter(("priority: 1", "priority: .nan")),
    "infinity as days": in_starter(("days: 15", "days: -.inf")),
    "bare money": in_starter((MONEY, "unit_price: 10.00")),
    "unknown unit": in_starter((MONEY, "unit_price: 10.00 USX")),
    "negative money": in_starter((MONEY, "unit_price: -10.00 USD")),
    "half a cent too many": in_starter((MONEY, "unit_price: 0.12345678901234567890123 USD")),
    "400 digits as money": in_starter((MONEY, f"unit_price: {'9' * 400} USD")),
    "400 digits as number": in_starter(("days: 15", f"days: {'9' * 400}")),
    "5000 digits as number": in_starter(("days: 15", f"days: {'9' * 5000}")),
    "1e400": in_starter(("days: 15", "days: 1e400")),
    "exponent as money": in_starter((MONEY, "unit_price: 1e9999999 USD")),
    "400 digits as span": in_starter(("12 months", f"{'9' * 400} months")),
    "octal of YAML 1.1": in_starter(("days: 15", "days: 0o17x")),
    "sexagesimal of YAML 1.1": in_starter(("days: 15", "days: 1:30")),
    "other digits": in_starter(("days: 15", "days: \u0661\u0665")),
    "yes for true": in_starter(("is_prorated: true", "is_prorated: yes")),
    "date without zone": in_starter((START, "starting_at: 2025-10-01T00:00:00")),
    "date that is none": in_starter((START, "starting_at: 2025-02-30")),
    "year 0": in_starter((START, "starting_at: 0000-01-01")),
    "year 10000": in_starter((START, "starting_at: 10000-01-01")),
    "before the first year": in_starter((START, "starting_at: 0001-01-01T00:00:00+14:00")),
    "after the last year": in_starter((START, "starting_at: 9999-12-31T23:00:00-14:00")),
    "not on an hour": in_starter((START, "starting_at: 2025-10-01T00:30:00Z")),
    "leap second": in_starter((START, "starting_at: 2016-12-31T23:59:60Z")),
    "end before start": in_starter((START, f"{START}\n      ending_before: 2025-09-30")),
    "negative span": in_starter(("12 months", "-12 months")),
    "unknown product": in_starter(("product: signup-credit", "product: signup-credti")),
    "product of another type": in_starter(("product: starter-fee", "product: input-tokens")),
    "no such frequency on the card": in_starter(("monthly", "annual")),
    "unknown field": in_starter(("priority: 1", "priority: 1\n      priorty: 1")),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_broken_catalog_gets_a_place_and_writes_nothing(catalog: Path, name: str) -> None:
    SPOILT[name](catalog)
    before = listing(catalog.parent)
    validated = run("-C", catalog, "validate", "--format", "json")
    is_clean(validated)
    assert validated.code == 1, validated.err or validated.out
    findings: Any = json.loads(validated.out)["diagnostics"]
    errors = [finding for finding in findings if finding["severity"] == "error"]
    assert errors
    for finding in findings:
        assert finding["code"].startswith("PKG")
        assert finding["path"]
        assert finding["line"] >= 1
        assert finding["column"] >= 1
        assert finding["message"]
        assert "\n" not in finding["message"]
        assert len(finding["message"]) < 1000
        assert finding["hint"]
    for command in (("validate",), ("plan", *NOW), ("apply", "--yes", *NOW)):
        ran = run("-C", catalog, *command)
        is_clean(ran)
        assert ran.code == 1, ran.err
        assert f"{errors[0]['line']}:{errors[0]['column']}: error PKG" in ran.out + ran.err
        assert "hunter2" not in ran.out + ran.err
        assert len(ran.out + ran.err) < 50_000
    assert listing(catalog.parent) == before


def test_an_unreadable_file_is_reported() -> None:
    # Root may read everything, so it becomes somebody else; and nobody else may enter the folders of pytest.
    with TemporaryDirectory(dir=TEMPORARY) as folder:
        Path(folder).chmod(0o755)
        catalog, said = an_example(Path(folder) / "catalog"), Path(folder) / "said"
        run("-C", catalog, "validate")  # imports what it needs while it may
        unreadable(catalog)

        def work() -> int:
            with said.open("w") as file:
                if os.geteuid() == 0:
                    os.setgid(NOBODY)
                    os.setuid(NOBODY)
                ran = run("-C", catalog, "validate")
                file.write(ran.out + ran.err)
            return ran.code

        assert forked(work) == 1
        assert "packages/extra.yaml:1:1: error PKG" in said.read_text()
        assert "permission denied" in said.read_text()
        assert "Traceback" not in said.read_text()


@pytest.mark.parametrize("how", ["BOM", "CRLF", "CR LF and BOM", "no newline at the end"])
def test_what_editors_do_to_files_is_no_fault(catalog: Path, how: str) -> None:
    file = catalog / STARTER
    content = file.read_bytes()
    digest = json.loads(run("-C", catalog, "plan", "--format", "json", *NOW).out)["actions"][0]["digest"]
    if "CR" in how:
        content = content.replace(b"\n", b"\r\n")
    if "BOM" in how:
        content = b"\xef\xbb\xbf" + content
    if how.startswith("no newline"):
        content = content.rstrip(b"\n")
    file.write_bytes(content)
    ran = run("-C", catalog, "plan", "--format", "json", *NOW)
    assert ran.code == 0, ran.out
    assert json.loads(ran.out)["actions"][0]["digest"] == digest


def test_every_error_of_every_file_is_reported_in_one_run(catalog: Path) -> None:
    in_starter((MONEY, "unit_price: 10"), ("days: 15", "days: soon"), ("12 months", "a year"))(catalog)
    for number, name in enumerate(("empty", "tag", "binary", "duplicate key", "deep flow sequences")):
        SPOILT[name](catalog)
        (catalog / EXTRA).rename(catalog / f"packages/extra-{number}.yaml")
    diagnostics = json.loads(run("-C", catalog, "validate", "--format", "json").out)["diagnostics"]
    places = {(finding["path"], finding["line"]) for finding in diagnostics}
    assert {path for path, _ in places} == {STARTER, *(f"packages/extra-{n}.yaml" for n in range(5))}
    assert len([place for place in places if place[0] == STARTER]) == 3


def test_looking_never_creates_anything(catalog: Path) -> None:
    before = listing(catalog.parent)
    for command in (
        ("validate",),
        ("plan",),
        ("history",),
        ("alias", "list"),
        ("alias", "list", "--live"),
        ("alias", "resolve", "Starter Plan"),
        ("packages", "list"),
        ("state", "verify"),
    ):
        for form in ("text", "json"):
            ran = run("-C", catalog, *command, "--format", form, *NOW)
            is_clean(ran)
            assert ran.code in {0, 1}
    assert run("-C", catalog, "apply", *NOW).code == 2  # nobody can be asked
    assert listing(catalog.parent) == before


# Plan files


@pytest.fixture
def planned(tmp_path: Path, catalog: Path) -> Path:
    """October is applied, and the change of February planned and saved."""
    assert run("-C", catalog, "apply", "--yes", *NOW).code == 0
    change_of_february(catalog)
    file = tmp_path / "plan.json"
    assert run("-C", catalog, "plan", "--out", file, "--as-of", "2026-01-15").code == 0
    return file


def leaves(value: Any, route: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The route to every scalar and every empty container of a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = False
    for key, item in items:
        found = True
        yield from leaves(item, (*route, key))
    if not found:
        yield route


def flipped(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value}x" if not value.endswith("Z") else value.replace("T0", "T1")
        case None:
            return "x"
        case list():
            return ["x"]
        case _:
            return {"x": "x"}


def test_a_plan_file_with_any_field_changed_is_refused(planned: Path, catalog: Path) -> None:
    plan = json.loads(planned.read_text())
    # Diagnostics are no part of the digest: they change nothing.
    routes = [route for route in leaves(plan) if route[0] != "diagnostics"]
    assert len(routes) > 60
    packages, log = environment_of(catalog), (catalog / LOG).read_bytes()
    for route in routes:
        changed = json.loads(planned.read_text())
        spot = changed
        for key in route[:-1]:
            spot = spot[key]
        spot[route[-1]] = flipped(spot[route[-1]])
        (planned.parent / "edited.json").write_text(json.dumps(changed))
        ran = run("-C", catalog, "apply", planned.parent / "edited.json", "--yes", "--as-of", "2026-01-15")
        is_clean(ran)
        assert ran.code == 5, f"{route}: {ran.err}"
        assert ran.err.count("error: ") == 1
    assert (environment_of(catalog), (catalog / LOG).read_bytes()) == (packages, log)


@pytest.mark.parametrize("how", ["removed", "added", "type"])
def test_a_plan_file_with_another_shape_is_refused(planned: Path, catalog: Path, how: str) -> None:
    plan = json.loads(planned.read_text())
    for name in list(plan):
        changed = dict(plan)
        if how == "removed":
            del changed[name]
        elif how == "added":
            changed[f"{name}2"] = 1
        else:
            changed[name] = [[changed[name]]]
        (planned.parent / "edited.json").write_text(json.dumps(changed))
        for command in (("apply", "--yes"), ("show",)):
            ran = run("-C", catalog, command[0], planned.parent / "edited.json", *command[1:])
            is_clean(ran)
            assert ran.code == 5, f"{name}: {ran.code} {ran.err}"


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"1e999"],
    ids=["empty", "null", "list", "mapping", "binary", "deep lists", "deep mappings", "infinite"],
)
def test_what_is_no_plan_at_all_is_refused(planned: Path, catalog: Path, content: bytes) -> None:
    planned.write_bytes(content)
    for command in (("apply", "--yes"), ("show",)):
        ran = run("-C", catalog, command[0], planned, *command[1:])
        is_clean(ran)
        assert ran.code == 5, ran.err


def test_a_truncated_plan_file_is_refused(planned: Path, catalog: Path) -> None:
    whole = planned.read_bytes()
    for cut in range(0, len(whole) - 2, len(whole) // 25):
        planned.write_bytes(whole[:cut])
        ran = run("-C", catalog, "apply", planned, "--yes", "--as-of", "2026-01-15")
        is_clean(ran)
        assert ran.code == 5, ran.err


def test_a_plan_for_another_environment_is_refused(planned: Path, catalog: Path) -> None:
    """Somebody copies the plan of one environment into the pipeline of another one of the same name."""
    edit(catalog / "pkgplan.yaml", ("namespace: gnome-ai", "namespace: other"))
    assert run("-C", catalog, "apply", planned, "--yes", "--as-of", "2026-01-15").code in {4, 5}
    edit(catalog / "pkgplan.yaml", ("namespace: other", "namespace: gnome-ai"))
    (catalog / LOG).rename(catalog / "state" / "old")
    (catalog / DATABASE).rename(catalog / ".pkgplan" / "old")
    ran = run("-C", catalog, "apply", planned, "--yes", "--as-of", "2026-01-15")
    is_clean(ran)
    assert ran.code == 5, ran.err
    assert not (catalog / LOG).exists()


def test_a_plan_is_stale_after_another_apply_and_can_still_be_shown(planned: Path, catalog: Path) -> None:
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2026-01-16").code == 0
    before = seen(catalog)
    ran = run("-C", catalog, "apply", planned, "--yes", "--as-of", "2026-01-16")
    is_clean(ran)
    assert ran.code == 5
    assert "make the plan again" in ran.err
    assert seen(catalog) == before
    shown = run("-C", catalog, "show", planned)
    assert shown.code == 0
    assert "starter@1 -> starter@2" in shown.out
    assert "cannot be applied any more" in shown.err


@pytest.mark.parametrize("late", ["2026-02-01T00:00:01Z", "2026-02-01T01:00:00Z", "2026-07-01"])
def test_a_plan_whose_hour_has_passed_is_refused(planned: Path, catalog: Path, late: str) -> None:
    before = listing(catalog / "state"), environment_of(catalog)
    ran = run("-C", catalog, "apply", planned, "--yes", "--as-of", late)
    is_clean(ran)
    assert ran.code == 5, ran.err
    assert "has passed" in ran.err
    assert (listing(catalog / "state"), environment_of(catalog)) == before
    assert run("-C", catalog, "show", planned).code == 0


def test_a_plan_is_still_good_a_second_before_its_hour(planned: Path, catalog: Path) -> None:
    assert run("-C", catalog, "apply", planned, "--yes", "--as-of", "2026-01-31T23:59:59Z").code == 0


def test_a_start_as_soon_as_possible_goes_stale_with_its_hour(planned: Path, catalog: Path) -> None:
    edit(catalog / STARTER, ("\n      starting_at: 2026-02-01", ""))
    assert run("-C", catalog, "plan", "--out", planned, "--as-of", "2026-01-15T10:20:00Z").code == 0
    assert run("-C", catalog, "apply", planned, "--yes", "--as-of", "2026-01-15T11:00:01Z").code == 5
    assert run("-C", catalog, "apply", planned, "--yes", "--as-of", "2026-01-15T10:59:59Z").code == 0


# Terminals


def in_shell(catalog: Path, redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a real command with the streams that a shell gives it."""
    command = [sys.executable, "-m", "pkgplan", "-C", str(catalog), *arguments]
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *command],
        check=False,
        capture_output=True,
        text=True,
        input="",
        env=process_environment(),
    )


@pytest.mark.parametrize("stdin", ["<&-", "</dev/null", ""], ids=["closed", "null", "empty pipe"])
def test_without_anybody_to_ask_nothing_is_applied(catalog: Path, stdin: str) -> None:
    before = listing(catalog.parent)
    ran = in_shell(catalog, stdin, "apply", *NOW)
    assert ran.returncode == 2, ran.stderr
    assert "--yes" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert listing(catalog.parent) == before


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_not_break_an_apply(catalog: Path, closed: str) -> None:
    ran = in_shell(catalog, closed, "apply", "--yes", *NOW)
    assert "Traceback" not in ran.stderr
    assert ran.returncode in {0, 4}, ran.stderr
    assert run("-C", catalog, "apply", "--yes", *NOW).code == 0
    assert len(live(catalog)) == 1


# Disks


@pytest.mark.parametrize("room", [0, 1, 100])
def test_no_space_while_appending_is_said_and_running_again_completes(
    catalog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """The disk is full at the n-th append, after a part of the entry was written."""
    reference = an_example(tmp_path / "reference")
    assert run("-C", reference, "apply", "--yes", *NOW).code == 0
    real = state_file_module.write_all  # type: ignore[attr-defined]  # imported there, replaced there
    for number in range(1, 7):
        place = an_example(tmp_path / f"full-{number}")
        written = 0

        def full(descriptor: int, content: bytes, number: int = number) -> None:
            nonlocal written
            written += 1
            if written >= number:
                real(descriptor, content[:room])
                raise OSError(28, "No space left on device")
            real(descriptor, content)

        with monkeypatch.context() as patch:
            patch.setattr(state_file_module, "write_all", full)
            ran = run("-C", place, "apply", "--yes", *NOW)
        is_clean(ran)
        assert ran.code in {4, 6}, ran.err
        assert ran.err.count("error: ") == 1
        assert "no space left on device" in ran.err
        assert run("-C", place, "state", "verify").code == 0
        assert len(run("-C", place, "history", "--format", "json").out) > 0
        assert run("-C", place, "apply", "--yes", *NOW).code == 0
        assert seen(place) == seen(reference)


def limited(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@pytest.mark.slow
@pytest.mark.parametrize("extra", [0, 1, 100_000, 202_400, 202_900, 300_000, 404_000, 900_000])
def test_a_file_that_may_not_grow_stops_a_real_apply_which_can_be_run_again(
    catalog: Path, tmp_path: Path, extra: int
) -> None:
    """A limit on the size of files stands for a full disk; a long description makes the log the largest file."""
    edit(catalog / STARTER, ("description: Standard", f"description: {'x' * 200_000} Standard"))
    assert run("-C", catalog, "apply", "--yes", *NOW).code == 0
    change_of_february(catalog)
    reference = an_example(tmp_path / "reference")
    (reference / STARTER).write_bytes((catalog / STARTER).read_bytes())
    size = (catalog / LOG).stat().st_size + extra
    ran = subprocess.run(
        [sys.executable, "-m", "pkgplan", "-C", str(catalog), "apply", "-y", "--as-of", "2026-01-15"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        preexec_fn=partial(limited, size),
        env=process_environment(),
    )
    assert "Traceback" not in ran.stderr
    assert ran.returncode in {0, 4, 6}, ran.stderr
    if ran.returncode:
        assert "file too large" in ran.stderr
    assert run("-C", catalog, "state", "verify").code == 0
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2026-01-15").code == 0
    assert len(live(catalog)) == 2
    assert run("-C", catalog, "plan", "--detailed-exitcode", "--as-of", "2026-01-15").code == 0


@pytest.mark.parametrize("size", [0, 1, 100, 4096, 20_000])
def test_no_space_for_the_engine_is_said_and_running_again_completes(catalog: Path, size: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pkgplan", "-C", str(catalog), "apply", "-y", *NOW],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        preexec_fn=partial(limited, size),
        env=process_environment(),
    )
    assert "Traceback" not in ran.stderr
    assert ran.returncode in {4, 6}, ran.stderr
    assert ran.stderr.count("error: ") == 1
    assert run("-C", catalog, "apply", "--yes", *NOW).code == 0
    assert len(live(catalog)) == 1


@pytest.mark.parametrize("name", ["binary", "deep flow sequences", "10 MB", "pipe", "no Project"])
def test_a_real_process_behaves_the_same(catalog: Path, name: str) -> None:
    SPOILT[name](catalog)
    before = listing(catalog.parent)
    ran = run_process("-C", catalog, "apply", "--yes", *NOW, TMPDIR=str(catalog.parent))
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert listing(catalog.parent) == before
