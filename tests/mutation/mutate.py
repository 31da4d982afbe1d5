"""Break the planner, the timeline and apply in many small ways, and see that some test stops each.

    python tests/mutation/mutate.py                    every mutant against the tests of its area
    python tests/mutation/mutate.py --only "NAME"      one of them
    python tests/mutation/mutate.py --checker          which of those that change a plan the checker stops by itself

Comes in: `mutants.toml`. Goes out: one line for each mutant; exit code 1 if one lives, or if the checker stops too few.
Never here: the installed source. Each mutant is a copy of it in a folder of its own, which its tests import.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE: Final = Path(__file__).resolve().parent
TESTS: Final = HERE.parent
SOURCE: Final = TESTS.parent / "src"

# The tests that are about an area, the quick ones first: the first failure ends a run.
AREAS: Final = {
    "planner": (
        "acceptance/test_golden_plans.py",
        "unit/stages/test_plan_leaving.py",
        "acceptance/test_planned_as_the_files_say.py",
        "acceptance/test_cli_drift.py",
        "properties/test_time_passes.py",
        "properties/test_merge.py",
        "properties/test_plan_windows.py",
        "properties/test_hints_plan.py",
    ),
    "timeline": (
        "unit/model/test_timeline.py",
        "acceptance/test_golden_plans.py",
        "properties/test_checker_and_planner.py",
        "properties/test_engine_follows_plan.py",
        "properties/test_plan_windows.py",
    ),
    "record": (
        "unit/model/test_record.py",
        "crash/test_reviewed_cases.py",
        "acceptance/test_cli_drift.py",
        "properties/test_checker_and_planner.py",
        "crash/test_apply_killed.py",
    ),
    "apply": (
        "acceptance/test_cli_forged_plans.py",
        "acceptance/test_cli_drift.py",
        "crash/test_late_archive.py",
        "crash/test_reviewed_cases.py",
        "crash/test_lost_state.py",
        "acceptance/test_bad_input.py",
        "crash/test_apply_killed.py",
    ),
    "engine": ("unit/engine/test_engine_aliases.py", "unit/engine/test_engine_rate_cards.py"),
}
# Of the mutants that change a plan, so many have to be stopped by the checker alone.
ENOUGH: Final = 0.9


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file below src/pkgplan."""

    name: str
    area: str
    file: str
    before: str
    after: str


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", action="append", help="name of a mutant; can be given more than once")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time")
    parser.add_argument("--checker", action="store_true", help="ask the checker instead of the tests")
    parser.add_argument(
        "--seeds", type=int, default=1500, help="random histories that the checker is asked about"
    )
    asked = parser.parse_args(arguments)
    mutants = [each for each in read() if not asked.only or each.name in asked.only]
    if asked.checker:
        return _ask_checker(mutants, asked.jobs, asked.seeds)
    with ThreadPoolExecutor(asked.jobs) as pool:
        lived = [
            mutant.name
            for mutant, stopped in zip(mutants, pool.map(_ask_tests, mutants), strict=True)
            if not _tell(mutant, stopped)
        ]
    print(f"{len(mutants)} mutants, {len(lived)} lived" + "".join(f"\n  {name}" for name in lived))
    return 1 if lived else 0


def read() -> list[Mutant]:
    """The list; each piece is there exactly once, so that a mutant whose source has changed is noticed."""
    found = [Mutant(**each) for each in tomllib.loads((HERE / "mutants.toml").read_text())["mutant"]]
    for each in found:
        count = (SOURCE / "pkgplan" / each.file).read_text().count(each.before)
        if count != 1:
            raise SystemExit(f"{each.name}: what it changes is in {each.file} {count} times")
    return found


def _tell(mutant: Mutant, stopped: str | None) -> str | None:
    print(f"{'stopped' if stopped else 'LIVES  '}  {mutant.file}: {mutant.name}  {stopped or ''}", flush=True)
    return stopped


def _ask_tests(mutant: Mutant) -> str | None:
    """The first test that fails; None if all pass."""
    with tempfile.TemporaryDirectory() as folder:
        source = _mutated(mutant, Path(folder))
        paths = [str(TESTS / path) for path in AREAS[mutant.area]]
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-x",
                "-q",
                "--no-header",
                "--tb=no",
                "-p",
                "no:cacheprovider",
                *paths,
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=TESTS.parent,
            env=_environment(source),
        )
    if ran.returncode == 0:
        return None
    failed = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0] if failed else ran.stdout[-200:] + ran.stderr[-200:]


def _ask_checker(mutants: Sequence[Mutant], jobs: int, seeds: int) -> int:
    plain = _plans(SOURCE, seeds)

    def asked(mutant: Mutant) -> tuple[bool, bool]:
        with tempfile.TemporaryDirectory() as folder:
            return _compared(plain, _plans(_mutated(mutant, Path(folder)), seeds))

    # Who changes what apply does, or the log, changes no plan.
    mutants = [each for each in mutants if each.area in {"planner", "timeline"}]
    changing = stopped = 0
    with ThreadPoolExecutor(jobs) as pool:
        for mutant, (changes, stops) in zip(mutants, pool.map(asked, mutants), strict=True):
            changing += changes
            stopped += changes and stops
            word = "changes no plan" if not changes else "stopped" if stops else "PASSES"
            print(f"{word:<15}  {mutant.file}: {mutant.name}", flush=True)
    print(f"{changing} of {len(mutants)} change a plan; the checker alone stops {stopped} of them")
    return 0 if stopped >= ENOUGH * changing else 1


def _compared(plain: dict[str, list[list[str]]], other: dict[str, list[list[str]]]) -> tuple[bool, bool]:
    """Whether a plan differs where the history is the same so far, and whether the checker says so of one."""
    changes = stops = False
    for seed, steps in plain.items():
        for before, after in zip(steps, other[seed], strict=False):
            if before != after and after[0] != "refused":
                changes = True
                stops = stops or after[1] != ""
            if before != after:
                break
    return changes, stops


def _plans(source: Path, seeds: int) -> dict[str, list[list[str]]]:
    """What the planner of a source makes of random histories, and what the checker that was not changed says of it."""
    ran = subprocess.run(
        [sys.executable, str(HERE / "plans_of_histories.py"), str(seeds)],
        check=True,
        capture_output=True,
        text=True,
        env=_environment(source),
    )
    plans: dict[str, list[list[str]]] = json.loads(ran.stdout)
    return plans


def _mutated(mutant: Mutant, folder: Path) -> Path:
    source = folder / "src"
    shutil.copytree(SOURCE, source, ignore=shutil.ignore_patterns("__pycache__"))
    file = source / "pkgplan" / mutant.file
    file.write_text(file.read_text().replace(mutant.before, mutant.after))
    return source


def _environment(source: Path) -> dict[str, str]:
    path = os.pathsep.join([str(source), str(TESTS)])
    return {**os.environ, "PYTHONPATH": path, "CI": "1", "PYTHONDONTWRITEBYTECODE": "1"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
