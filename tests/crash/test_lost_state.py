"""A state log that is lost, cut, torn, edited, foreign or old: nothing is billed wrongly, and there is a way out.

The environment of these tests is as the catalog says. Whatever has become of the log, no command may create or
archive anything there.
"""

from __future__ import annotations

import json
import shutil
import signal
from typing import TYPE_CHECKING

import pytest
from support.command import Ran, an_example, change_of_february, edit, everything_below, run
from support.processes import (
    DATABASE,
    LOG,
    add_package,
    environment_of,
    live,
    points_of,
    run_to_point,
)

if TYPE_CHECKING:
    from pathlib import Path

NOW = ("--as-of", "2026-01-20")
LINES_OF_TWO_APPLIES = 11


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """The vendor's example with both applies done."""
    return two_applies(tmp_path / "catalog")


def two_applies(folder: Path) -> Path:
    an_example(folder)
    applied(folder, "2025-09-15")
    change_of_february(folder)
    applied(folder, "2026-01-15")
    return folder


def applied(catalog: Path, as_of: str) -> None:
    ran = run("-C", catalog, "apply", "--yes", "--as-of", as_of)
    assert ran.code == 0, ran.err


def lines_of(catalog: Path) -> list[bytes]:
    return (catalog / LOG).read_bytes().splitlines(keepends=True)


def resolved(catalog: Path) -> list[object]:
    """What the recorded state says about every end point of a window and the second before."""
    instants = ("2025-09-30T23:59:59Z", "2025-10-01", "2026-01-31T23:59:59Z", "2026-02-01", "2030-01-01")
    return [
        json.loads(run("-C", catalog, "alias", "resolve", "Starter Plan", "--at", at, "--format", "json").out)
        for at in instants
    ]


def is_one_line(ran: Ran, code: int) -> None:
    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err
    assert sum(line.startswith("error: ") for line in ran.err.splitlines()) == 1
    assert "hint: " in ran.err


# Lost


@pytest.mark.parametrize("how", ["deleted", "emptied", "folder deleted"])
def test_without_a_log_apply_stops_writes_nothing_and_says_the_way_out(catalog: Path, how: str) -> None:
    match how:
        case "deleted":
            (catalog / LOG).unlink()
        case "emptied":
            (catalog / LOG).write_bytes(b"")
        case _:
            shutil.rmtree(catalog / "state")
    before = everything_below(catalog)
    ran = run("-C", catalog, "apply", "--yes", *NOW)
    is_one_line(ran, 4)
    assert "the environment holds 2 packages" in ran.err
    assert "pkgplan state rebuild" in ran.err
    assert everything_below(catalog) == before


@pytest.mark.parametrize("as_of", [(), NOW], ids=["now", "then"])
def test_a_rebuilt_log_gives_an_empty_plan_and_the_same_aliases(
    catalog: Path, as_of: tuple[str, ...]
) -> None:
    before, packages = resolved(catalog), environment_of(catalog)
    (catalog / LOG).unlink()
    assert run("-C", catalog, "state", "rebuild", "--yes", *as_of).code == 0
    ran = run("-C", catalog, "plan", "--detailed-exitcode", *NOW)
    assert ran.code == 0, ran.out
    assert resolved(catalog) == before
    # Rebuilt with the real time, the log is ahead of the pretended one.
    assert run("-C", catalog, "apply", "--yes", "--trust-clock", *NOW).code == 0
    assert environment_of(catalog) == packages
    assert run("-C", catalog, "state", "verify").code == 0


def test_a_rebuilt_log_can_be_planned_on(catalog: Path) -> None:
    (catalog / LOG).unlink()
    assert run("-C", catalog, "state", "rebuild", "--yes", *NOW).code == 0
    edit(catalog / "packages" / "starter.yaml", ("2026-02-01\n", "2026-03-01\n"), ("days: 15", "days: 30"))
    applied(catalog, "2026-02-10")
    assert run("-C", catalog, "plan", "--detailed-exitcode", "--as-of", "2026-02-10").code == 0
    last = json.loads(run("-C", catalog, "packages", "list", "--format", "json").out)[-1]
    assert last["ref"] == "starter@3"


def test_a_rebuild_is_not_done_over_a_log(catalog: Path) -> None:
    before = everything_below(catalog)
    is_one_line(run("-C", catalog, "state", "rebuild", "--yes", *NOW), 2)
    assert everything_below(catalog) == before


def test_a_rebuild_killed_at_any_point_can_be_done_again(catalog: Path, tmp_path: Path) -> None:
    """A log that was rebuilt by half must not pass for the whole one."""
    rebuild = ("state", "rebuild", "--yes", *NOW)
    packages, before = environment_of(catalog), resolved(catalog)
    (catalog / LOG).unlink()
    lost = tmp_path / "lost"
    shutil.copytree(catalog, lost)
    ran, points = points_of("-C", catalog, *rebuild)
    assert ran.code == 0
    assert points >= 4
    for point in range(1, points + 1):
        shutil.rmtree(catalog)
        shutil.copytree(lost, catalog)
        assert run_to_point(point, "-C", catalog, *rebuild) == -signal.SIGKILL
        ran = run("-C", catalog, "apply", "--yes", *NOW)
        assert environment_of(catalog) == packages, f"killed at point {point}"
        if ran.code != 0 or resolved(catalog) != before:
            is_one_line(ran, 4)
            (catalog / LOG).unlink(missing_ok=True)
            assert run("-C", catalog, *rebuild).code == 0
        assert resolved(catalog) == before, f"killed at point {point}"
        assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 0


# Cut


@pytest.mark.parametrize("kept", range(LINES_OF_TWO_APPLIES))
def test_a_log_cut_at_any_line_never_makes_the_environment_differ(catalog: Path, kept: int) -> None:
    lines, packages, before = lines_of(catalog), environment_of(catalog), resolved(catalog)
    assert len(lines) == LINES_OF_TWO_APPLIES
    (catalog / LOG).write_bytes(b"".join(lines[:kept]))
    for arguments in (("apply", "--yes"), ("apply", "--yes", "--take-over"), ("apply", "--yes")):
        ran = run("-C", catalog, *arguments, *NOW)
        assert ran.code in {0, 4, 5, 6}, ran.err
        assert "Traceback" not in ran.err
        assert environment_of(catalog) == packages, f"{arguments} changed the environment"
    if ran.code == 0:
        assert resolved(catalog) == before
    else:
        assert "hint: " in ran.err
        (catalog / LOG).rename(catalog / "state" / "old")
        assert run("-C", catalog, "state", "rebuild", "--yes", *NOW).code == 0
        assert resolved(catalog) == before
    assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 0


def test_a_torn_last_line_is_as_if_it_had_not_been_written(catalog: Path) -> None:
    whole = (catalog / LOG).read_bytes()
    last, packages = lines_of(catalog)[-1], environment_of(catalog)
    for cut in (1, 2, len(last) // 2, len(last) - 2):
        (catalog / LOG).write_bytes(whole[:-cut])
        assert run("-C", catalog, "state", "verify").code == 0
        assert run("-C", catalog, "apply", "--yes", *NOW).code == 0
        assert environment_of(catalog) == packages
        assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 0
        assert run("-C", catalog, "state", "verify").code == 0


# Edited


@pytest.mark.parametrize("number", range(LINES_OF_TWO_APPLIES))
def test_an_edited_line_is_found_by_every_command_and_nothing_is_written(catalog: Path, number: int) -> None:
    lines = lines_of(catalog)
    lines[number] = lines[number].replace(b'"actor":"', b'"actor":"x')
    (catalog / LOG).write_bytes(b"".join(lines))
    before = everything_below(catalog)
    for command in (
        ("plan",),
        ("apply", "--yes"),
        ("state", "verify"),
        ("history",),
        ("alias", "list"),
        ("packages", "list"),
        ("alias", "resolve", "Starter Plan"),
    ):
        ran = run("-C", catalog, *command, *NOW)
        is_one_line(ran, 4)
        assert f"local.jsonl:{number + 1}: " in ran.err
    assert everything_below(catalog) == before


@pytest.mark.parametrize("how", ["swapped", "doubled", "removed", "text after", "binary after", "crlf"])
def test_a_log_that_was_tampered_with_is_found(catalog: Path, how: str) -> None:
    lines = lines_of(catalog)
    match how:
        case "swapped":
            lines[4], lines[5] = lines[5], lines[4]
        case "doubled":
            lines.insert(4, lines[4])
        case "removed":
            del lines[4]
        case "text after":
            lines.append(b"<<<<<<< HEAD\n")
        case "binary after":
            lines.append(bytes(range(256)) + b"\n")
        case _:
            lines = [line.replace(b"\n", b"\r\n") for line in lines]
    (catalog / LOG).write_bytes(b"".join(lines))
    before = everything_below(catalog)
    ran = run("-C", catalog, "apply", "--yes", *NOW)
    if how == "crlf":
        # git may have written these line ends; every entry is still what it was.
        assert ran.code in {0, 4}
    else:
        is_one_line(ran, 4)
    assert everything_below(catalog) == before


# Foreign


def test_the_log_of_another_environment_is_refused(catalog: Path) -> None:
    edit(
        catalog / "pkgplan.yaml",
        ("    local:\n", "    staging:\n      engine: embedded\n    local:\n"),
    )
    shutil.copy(catalog / LOG, catalog / "state" / "staging.jsonl")
    before = everything_below(catalog)
    for command in (("plan",), ("apply", "--yes"), ("history",)):
        ran = run("-C", catalog, "-e", "staging", *command, *NOW)
        is_one_line(ran, 4)
        assert '"local"' in ran.err
        assert '"staging"' in ran.err
    assert everything_below(catalog) == before


def test_a_log_that_came_without_its_environment_is_refused_before_anything_is_created(
    catalog: Path,
) -> None:
    """The log was committed, the file of the embedded engine was not, and somebody cloned."""
    shutil.rmtree(catalog / ".pkgplan")
    edit(catalog / "packages" / "starter.yaml", ("2026-02-01\n", "2026-03-01\n"), ("days: 15", "days: 30"))
    log = (catalog / LOG).read_bytes()
    ran = run("-C", catalog, "apply", "--yes", *NOW)
    is_one_line(ran, 4)
    assert "starter@1" in ran.err
    assert "the environment does not hold" in ran.err
    assert (catalog / LOG).read_bytes() == log
    assert live(catalog) == ()


# Old


def roll_back(catalog: Path, kept: int = 6) -> None:
    (catalog / LOG).write_bytes(b"".join(lines_of(catalog)[:kept]))


def test_an_older_log_finds_the_lost_version_again_and_adopts_it(catalog: Path) -> None:
    packages, before = environment_of(catalog), resolved(catalog)
    roll_back(catalog)
    assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 10
    ran = run("-C", catalog, "apply", "--yes", *NOW)
    assert ran.code == 0, ran.err
    assert environment_of(catalog) == packages
    assert resolved(catalog) == before
    assert '"kind":"adopted"' in (catalog / LOG).read_text()
    assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 0


def test_an_older_log_with_another_change_is_refused_before_anything_is_created(catalog: Path) -> None:
    packages = environment_of(catalog)
    roll_back(catalog)
    edit(catalog / "packages" / "starter.yaml", ("2026-02-01\n", "2026-03-01\n"), ("days: 15", "days: 30"))
    before = everything_below(catalog)
    for _ in range(3):
        ran = run("-C", catalog, "apply", "--yes", *NOW)
        is_one_line(ran, 5)
        assert "starter@2 is there, and not in the record" in ran.err
    assert everything_below(catalog) == before
    assert environment_of(catalog) == packages


def test_an_older_log_of_the_same_content_at_another_start_does_not_pass_for_done(catalog: Path) -> None:
    """The same uniqueness key with another window: the environment has what was sent first, and says so."""
    packages = environment_of(catalog)
    roll_back(catalog)
    edit(catalog / "packages" / "starter.yaml", ("2026-02-01\n", "2026-03-01\n"))
    ran = run("-C", catalog, "apply", "--yes", *NOW)
    is_one_line(ran, 5)
    assert "2026-02-01" in ran.err
    assert environment_of(catalog) == packages
    # Once that is recorded, the plan moves the start as it would have on the newest log.
    assert run("-C", catalog, "apply", "--yes", "--accept-drift", *NOW).code == 0
    assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 0
    held = json.loads(run("-C", catalog, "alias", "list", "--live", "--format", "json").out)[0]["windows"]
    names = {package.package_id: str(package.name)[len("Starter Plan - ") :] for package in live(catalog)}
    assert [(names[window["package_id"]], window["starting_at"]) for window in held] == [
        ("October 2025", "2025-10-01T00:00:00Z"),
        ("October 2025", "2026-02-01T00:00:00Z"),
        ("February 2026", "2026-03-01T00:00:00Z"),
    ]


def test_the_next_plan_after_an_older_log_was_refused_and_rebuilt_bills_nobody_wrongly(catalog: Path) -> None:
    packages = environment_of(catalog)
    roll_back(catalog)
    edit(catalog / "packages" / "starter.yaml", ("2026-02-01\n", "2026-03-01\n"), ("days: 15", "days: 30"))
    assert run("-C", catalog, "apply", "--yes", *NOW).code == 5
    (catalog / LOG).unlink()
    assert run("-C", catalog, "state", "rebuild", "--yes", *NOW).code == 0
    # In January, the terms of October would have to bridge February; nobody knows what was sent for them.
    refused = run("-C", catalog, "apply", "--yes", *NOW)
    assert refused.code == 1
    assert "what was sent for it is not recorded" in refused.err
    assert environment_of(catalog) == packages
    applied(catalog, "2026-02-10")
    assert len(live(catalog)) == 3


def test_a_log_and_an_engine_put_back_together_are_one_world(catalog: Path, tmp_path: Path) -> None:
    """A backup of both is consistent, and is worked on as it is."""
    copy = tmp_path / "backup"
    shutil.copytree(catalog, copy)
    edit(catalog / "packages" / "starter.yaml", ("2026-02-01\n", "2026-03-01\n"))
    applied(catalog, "2026-01-20")
    for path in (LOG, DATABASE):
        shutil.copy(copy / path, catalog / path)
    applied(catalog, "2026-01-20")
    assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 0


def test_packages_of_other_namespaces_and_people_are_none_of_our_business(tmp_path: Path) -> None:
    """Two catalogs in one environment do not look like lost state."""
    first, second = an_example(tmp_path / "one"), an_example(tmp_path / "two")
    add_package(second, "team", "Team", "2025-11-01")
    edit(second / "pkgplan.yaml", ("namespace: gnome-ai", "namespace: other"))
    edit(second / "packages" / "starter.yaml", ("- name: Starter Plan\n", "- name: Other Plan\n"))
    applied(first, "2025-09-15")
    (second / ".pkgplan").mkdir()
    shutil.copy(first / DATABASE, second / DATABASE)
    applied(second, "2025-09-15")
    assert len(live(second)) == 3
    edit(second / "packages" / "team.yaml", ("days: 15", "days: 30"), ("2025-11-01\n", "2025-12-01\n"))
    applied(second, "2025-11-16")
    assert len(live(second)) == 4
