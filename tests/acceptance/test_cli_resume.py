"""An apply that was interrupted: resumed, refused with another catalog, taken over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.command import an_example, change_of_february, everything_below, run

if TYPE_CHECKING:
    from pathlib import Path

NOW = ("--as-of", "2025-09-15")
LATER = ("--as-of", "2026-01-15")
# How many entries at the end of a whole run are taken away, and what had been recorded by then.
INTERRUPTIONS = {"before observing": 2, "before recording the create": 3}


@pytest.fixture(params=sorted(INTERRUPTIONS.values()), ids=sorted(INTERRUPTIONS))
def interrupted(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    catalog = an_example(tmp_path / "catalog")
    assert run("-C", catalog, "apply", "--yes", *NOW).code == 0
    log = catalog / "state" / "local.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[: -request.param]))
    return catalog


def test_an_interrupted_apply_is_resumed(interrupted: Path) -> None:
    ran = run("-C", interrupted, "apply", "--yes", "--format", "json", *NOW)
    assert ran.code == 0
    assert "Resuming the run of" in ran.err
    assert json.loads(ran.out)["outcome"] == "applied"
    assert run("-C", interrupted, "plan", "--detailed-exitcode", *NOW).code == 0
    assert len(json.loads(run("-C", interrupted, "packages", "list", "--format", "json").out)) == 1
    assert len(json.loads(run("-C", interrupted, "alias", "list", "--live", "--format", "json").out)) == 1


def test_a_plan_says_that_a_run_has_not_finished(interrupted: Path) -> None:
    ran = run("-C", interrupted, "plan", *NOW)
    assert ran.code == 0
    assert "has not finished" in ran.err


def test_another_catalog_does_not_resume_a_run(interrupted: Path) -> None:
    change_of_february(interrupted)
    before = everything_below(interrupted)
    ran = run("-C", interrupted, "apply", "--yes", *NOW)
    assert ran.code == 5
    assert "--take-over" in ran.err
    assert everything_below(interrupted) == before


def test_taking_over_needs_somebody_to_ask_or_yes(interrupted: Path) -> None:
    before = everything_below(interrupted)
    assert run("-C", interrupted, "apply", "--take-over", *NOW).code == 2
    assert everything_below(interrupted) == before


def test_taking_over_settles_the_old_run_and_plans_anew(interrupted: Path) -> None:
    change_of_february(interrupted)
    ran = run("-C", interrupted, "apply", "--yes", "--take-over", *LATER)
    assert ran.code == 0, ran.err
    refs = [
        package["ref"]
        for package in json.loads(run("-C", interrupted, "packages", "list", "--format", "json").out)
    ]
    assert refs == ["starter@1", "starter@2"]
    assert run("-C", interrupted, "plan", "--detailed-exitcode", *LATER).code == 0
