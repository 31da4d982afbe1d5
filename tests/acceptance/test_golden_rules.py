"""Every rule has a catalog that breaks it and a near miss that does not; see tests/golden/README.md."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.golden import RULES as FOLDER
from support.golden import Case, Workshop, compare, findings_json

from pkgplan.model.diagnostics import Severity
from pkgplan.model.rules import ONE_PROJECT, RULES
from pkgplan.stages.load.builder import build_with_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.golden import Outcome

    from pkgplan.model.diagnostics import Diagnostic, Location

# Faults of the bytes of a file: there is no line to show, or no document to have a route into.
_OF_THE_FILE = {"PKG004", "PKG006", "PKG008", "PKG009", "PKG010", "PKG616"}
_NAMES = [f"{rule.code}-{rule.slug}" for rule in RULES]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(tmp_path)
    yield shop
    shop.close()


def folders() -> list[str]:
    return sorted(each.name for each in FOLDER.iterdir() if each.is_dir())


def cases(half: str = "") -> list[str]:
    """`PKG402-alias-overlap/fails` and its variants, such as `.../fails-by-an-hour`."""
    found = (path for path in FOLDER.glob(f"*/{half}*") if path.is_dir())
    return sorted(str(path.relative_to(FOLDER)) for path in found)


def test_every_rule_has_both_cases() -> None:
    missing = [
        f"{name}/{half}"
        for name in _NAMES
        for half in ("fails", "passes")
        if not (FOLDER / name / half / "WHY").is_file()
    ]
    assert missing == []


def test_every_folder_is_named_for_a_rule() -> None:
    assert set(folders()) == set(_NAMES)


def test_every_case_is_one_that_fails_or_passes() -> None:
    assert {Path(name).name.partition("-")[0] for name in cases()} == {"fails", "passes"}


@pytest.mark.parametrize("name", cases())
def test_each_case_says_why_in_one_line(name: str) -> None:
    why = Case(FOLDER / name).why
    assert why.endswith(".\n")
    assert why.count("\n") == 1
    assert len(why) <= 120


@pytest.mark.parametrize("name", cases("fails"))
def test_a_catalog_that_breaks_the_rule(name: str, workshop: Workshop, *, update_golden: bool) -> None:
    case = Case(FOLDER / name)

    outcome = workshop.run(case)

    assert name[:6] in {found.rule.code for found in outcome.diagnostics}
    compare(case.folder / "expected.json", findings_json(outcome.diagnostics), update=update_golden)
    for found in outcome.diagnostics:
        assert_helps(found)
        for at in (found.at, *(other.at for other in found.related)):
            assert_is_somewhere(found, at, workshop.catalog)


@pytest.mark.parametrize("name", cases("passes"))
def test_a_near_miss_passes(name: str, workshop: Workshop, *, update_golden: bool) -> None:
    case = Case(FOLDER / name)

    outcome = workshop.run(case)

    assert name[:6] not in {found.rule.code for found in outcome.diagnostics}
    if (case.folder / "expected.json").exists():
        # The near miss cannot be free of other faults; it says which it has.
        compare(case.folder / "expected.json", findings_json(outcome.diagnostics), update=update_golden)
        return
    errors = [found for found in outcome.diagnostics if found.severity is Severity.ERROR]
    assert errors == []
    assert_can_be_applied(workshop, outcome)


def assert_can_be_applied(workshop: Workshop, outcome: Outcome) -> None:
    """What passes our rules passes those of the environment, too."""
    done = workshop.apply(outcome)
    assert done.outcome == ("applied" if outcome.plan.actions else "nothing"), done.fault


def assert_helps(found: Diagnostic) -> None:
    assert found.message
    assert not found.message.endswith(".")
    assert "\n" not in found.message
    if found.severity is not Severity.NOTE:
        assert found.hint
    assert not found.hint.endswith(".")


def assert_is_somewhere(found: Diagnostic, at: Location, catalog: Path) -> None:
    """The place is inside of its file, and the route leads to something that is there."""
    assert at.text_range is not None
    path = catalog / at.path
    if not path.exists():
        assert found.rule is ONE_PROJECT or path.is_symlink()
        return
    lines = path.read_bytes().decode(errors="replace").split("\n")
    shown = at.text_range
    assert 1 <= shown.line <= shown.end_line <= len(lines)
    assert 1 <= shown.column <= len(lines[shown.line - 1]) + 1
    assert 1 <= shown.end_column <= len(lines[shown.end_line - 1]) + 1
    if found.rule.code in _OF_THE_FILE or at.path.endswith(".jsonl"):
        return
    assert (shown.line, shown.column) != (1, 1), f"{found.rule.code}: no place was found for {at.route}"
    if found.rule.code >= "PKG1":
        assert at.route in routes(path), f"{found.rule.code}: {at.route} is not in {at.path}"


@cache
def routes(path: Path) -> frozenset[tuple[str | int, ...]]:
    return frozenset(build_with_places(path.name, path.read_text(encoding="utf-8")).places)


def test_golden_files_are_never_written_in_ci() -> None:
    one = f"{Path(__file__)}::{test_a_near_miss_passes.__name__}[PKG006-too-large/passes]"
    command = [sys.executable, "-m", "pytest", "--update-golden", "-p", "no:cacheprovider", one]

    done = subprocess.run(
        command, env={**os.environ, "CI": "true"}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "--update-golden is refused in CI" in done.stdout
