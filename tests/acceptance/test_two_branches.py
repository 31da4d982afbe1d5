"""Two people apply on two branches, and git merges: what each is told, and where following it leads."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.branches import ANNAS_DAY, BENS_DAY, DAY_AFTER, Branches, two_branches, use_engine
from support.command import run

from pkgplan.adapters.clocks import FixedClock
from pkgplan.engine import Engine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

BY_LINES = ""


@pytest.fixture(scope="module")
def merged_by_lines(tmp_path_factory: pytest.TempPathFactory) -> Branches:
    return two_branches(tmp_path_factory.mktemp("by-lines") / "repository", attributes=BY_LINES)


@pytest.fixture
def branches(merged_by_lines: Branches, tmp_path: Path) -> Branches:
    """A copy of a repository in which git knows nothing of logs."""
    shutil.copytree(merged_by_lines.root.parent, tmp_path, dirs_exist_ok=True)
    return Branches(tmp_path / "repository")


ACTORS = (
    r'one of "[^"]+" at 2026-01-03T00:00:00Z \(created pro@1\) and one of "[^"]+" at 2026-01-02T00:00:00Z '
)


def refused(branches: Branches) -> str:
    """Every command that reads the log says the same, in one line and a hint; gives both."""
    said = {
        ran.err
        for command in (
            ("plan", *DAY_AFTER),
            ("apply", "--yes", *DAY_AFTER),
            ("state", "verify"),
            ("history",),
        )
        if (ran := run("-C", branches.catalog, *command)).code == 4
    }
    (only,) = said
    assert only.startswith("error: ")
    assert only.count("\n") == 2
    assert "restore the file from version control" not in only
    return only


def versions(branches: Branches) -> dict[str, str]:
    """The recorded versions with the ids of their packages."""
    listed: Any = json.loads(run("-C", branches.catalog, "packages", "list", "--format", "json").out)
    return {version["ref"]: version["package_id"] for version in listed}


def everything_is_as_the_catalog_says(branches: Branches) -> None:
    assert run("-C", branches.catalog, "state", "verify").code == 0
    again = run("-C", branches.catalog, "plan", "--detailed-exitcode", *DAY_AFTER)
    assert (again.code, again.err) == (0, "")
    assert set(versions(branches)) == {"starter@1", "starter@2", "pro@1"}


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_conflict_markers_are_named_and_the_hint_leads_out(branches: Branches, style: str) -> None:
    branches.git("-c", f"merge.conflictStyle={style}", "merge", "anna", "-m", "merged", check=False)

    said = refused(branches)

    assert re.match(
        rf"error: {branches.log}:7: conflict markers of git: two runs follow entry 6, {ACTORS}", said
    )
    (command,) = re.findall(r"`git (checkout --ours -- [^`]+)`", said)
    branches.git(*command.split())
    branches.commit("merged")
    assert run("-C", branches.catalog, "apply", "--yes", *DAY_AFTER).code == 0
    everything_is_as_the_catalog_says(branches)


def test_two_logs_in_one_file_are_named_and_the_hint_leads_out(tmp_path: Path) -> None:
    branches = two_branches(tmp_path / "repository", attributes="*.jsonl merge=union\n")
    branches.git("merge", "anna", "-m", "merged")

    said = refused(branches)

    assert re.match(rf"error: {branches.log}:12: two runs follow entry 6, {ACTORS}", said)
    log_command, checkout = re.findall(r"`git ([^`]+)`", said)
    commits = branches.git(*log_command.replace("log ", "log --format=%H:%s ").split()).splitlines()
    (bens,) = [line.partition(":")[0] for line in commits if line.endswith(":ben")]
    branches.git(*checkout.replace("COMMIT", bens).split())
    assert run("-C", branches.catalog, "apply", "--yes", *DAY_AFTER).code == 0
    everything_is_as_the_catalog_says(branches)


def test_the_log_of_the_wrong_side_is_refused_before_anything_is_made(branches: Branches) -> None:
    branches.git("merge", "anna", "-m", "merged", check=False)
    branches.git("checkout", "--theirs", "--", str(branches.log))
    before = branches.log.read_bytes()
    ran = run("-C", branches.catalog, "apply", "--yes", *DAY_AFTER)
    assert ran.code == 4
    assert "records packages that the environment does not hold: starter@2" in ran.err
    assert branches.log.read_bytes() == before


@pytest.mark.parametrize(("side", "other"), [("anna", "ben"), ("ben", "anna")])
def test_what_the_other_side_made_in_a_shared_environment_is_adopted(
    branches: Branches, side: str, other: str
) -> None:
    made = made_also_by(other, branches, in_engine_of=side)
    branches.git("checkout", "--quiet", "ben")
    branches.git("merge", "anna", "-m", "merged", check=False)
    use_engine(branches, side)
    branches.git("checkout", "--theirs" if side == "anna" else "--ours", "--", str(branches.log))

    ran = run("-C", branches.catalog, "apply", "--yes", *DAY_AFTER)

    assert ran.code == 0, ran.err
    everything_is_as_the_catalog_says(branches)
    ref, package_id = made
    assert versions(branches)[ref] == package_id, "it was adopted, not made a second time"
    assert run("-C", branches.catalog, "history").out.count(" adopted ") == 1


def made_also_by(other: str, branches: Branches, *, in_engine_of: str) -> tuple[str, str]:
    """Let the environment of one side hold what the other side made, as if the two had been one from the start."""
    branches.git("checkout", "--quiet", other)
    branches.git("checkout", "main", "--", str(branches.log))
    day = ANNAS_DAY if other == "anna" else BENS_DAY
    (action,) = json.loads(run("-C", branches.catalog, "plan", "--no-refresh", "--format", "json", *day).out)[
        "actions"
    ]
    branches.git("checkout", "--quiet", "--force", other)
    database = branches.engine_of(in_engine_of) / "local.db"
    with Engine(database, FixedClock(datetime(2026, 1, 3, tzinfo=UTC))) as engine:
        answer: Any = engine.call("packages.create", action["payload"])
    return action["ref"], answer["data"]["id"]


def test_a_new_catalog_keeps_git_from_merging_or_converting_its_logs(tmp_path: Path) -> None:
    branches = two_branches(tmp_path / "repository")
    (branches.root / ".gitattributes").write_text("*.jsonl merge=union text eol=crlf\n* text=auto eol=crlf\n")
    branches.commit("attributes of somebody who knows nothing of logs")

    said = branches.git("-c", "core.autocrlf=true", "merge", "anna", "-m", "merged", check=False)

    assert "CONFLICT" in said
    assert "catalog/state/local.jsonl" in branches.git("diff", "--name-only", "--diff-filter=U")
    assert "two runs follow entry 6" in refused(branches)
    branches.git("add", "--all")
    assert "two runs follow entry 6" in refused(branches), "adding it does not settle it"
    branches.git("checkout", "--merge", "--", str(branches.log))
    for side in ("--theirs", "--ours"):
        branches.git("checkout", side, "--", str(branches.log))
        assert b"\r" not in branches.log.read_bytes()
        assert run("-C", branches.catalog, "state", "verify").code == 0
    branches.commit("merged")
    assert run("-C", branches.catalog, "apply", "--yes", *DAY_AFTER).code == 0
    everything_is_as_the_catalog_says(branches)
    assert "+{" in branches.git("diff", "HEAD", "--", str(branches.log)), "a review can still read the log"


def test_a_clone_with_converted_line_ends_applies_and_stays_sound(tmp_path: Path) -> None:
    branches = two_branches(tmp_path / "repository", attributes="* text=auto eol=crlf\n")
    branches.log.unlink()
    branches.git("checkout", "--", str(branches.log))
    assert branches.log.read_bytes().count(b"\r\n") == 11
    (branches.catalog / "packages" / "pro.yaml").unlink()
    assert run("-C", branches.catalog, "plan", *DAY_AFTER).code == 1
    branches.git("checkout", "--", "catalog/packages/pro.yaml")
    shutil.copy(branches.catalog / "packages" / "pro.yaml", branches.catalog / "packages" / "max.yaml")
    text = (branches.catalog / "packages" / "max.yaml").read_text()
    text = text.replace("key: pro", "key: max").replace("Pro Plan", "Max Plan")
    (branches.catalog / "packages" / "max.yaml").write_text(text)
    assert run("-C", branches.catalog, "apply", "--yes", *DAY_AFTER).code == 0
    assert run("-C", branches.catalog, "state", "verify").code == 0
    branches.commit("max")
    assert b"\r" not in branches.git("show", "HEAD:catalog/state/local.jsonl").encode()


def test_a_conflict_in_a_catalog_file_is_named_in_validate_plan_and_fmt(tmp_path: Path) -> None:
    branches = two_branches(tmp_path / "repository")
    starter = branches.catalog / "packages" / "starter.yaml"
    starter.write_text(starter.read_text().replace("days: 15", "days: 45"))
    branches.commit("ben, again")
    branches.git("merge", "anna", "-m", "merged", check=False)
    before = starter.read_bytes()
    for command in (("validate",), ("plan", *DAY_AFTER), ("fmt",)):
        ran = run("-C", branches.catalog, *command)
        assert ran.code == 1
        said = ran.out + ran.err
        assert f'{starter}:16:1: error PKG009 conflict markers of git: "HEAD" and "anna" were merged' in said
        assert said.count("error PKG") == 1
    assert starter.read_bytes() == before
