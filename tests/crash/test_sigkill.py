"""A real apply, killed with SIGKILL at any moment and run again, ends as if it had never been killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from support.command import an_example, change_of_february, edit, process_environment, run, run_process
from support.processes import Points, add_package, forked, points_of, run_to_point, seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Scenario:
    """What was applied before, and the change whose apply is killed. Instants are `--as-of`."""

    prepare: tuple[tuple[str, Callable[[Path], None]], ...]
    as_of: str
    change: Callable[[Path], None]


def _nothing(_: Path) -> None:
    pass


def _several(catalog: Path) -> None:
    for number in range(1, 3):
        add_package(catalog, f"team-{number}", f"Team {number}", "2025-11-01")
    edit(catalog / "packages" / "starter.yaml", ("net_payment_terms_days: 15", "net_payment_terms_days: 30"))
    edit(catalog / "packages" / "starter.yaml", ("2025-10-01\n", "2026-02-01\n"))


def _moved_later(catalog: Path) -> None:
    edit(catalog / "packages" / "starter.yaml", ("2026-02-01\n", "2026-03-01\n"))


def _retired(catalog: Path) -> None:
    file = catalog / "packages" / "starter.yaml"
    edit(file, ("spec:\n", "spec:\n  retire: {at: 2026-01-01}\n"))
    edit(file, ("description: Standard", "description: Old standard"))


OCTOBER = ("2025-09-15", _nothing)
FEBRUARY = ("2026-01-10", change_of_february)
SCENARIOS = {
    "first apply": Scenario((), "2025-09-15", _nothing),
    "edit in place": Scenario((OCTOBER,), "2026-01-15", change_of_february),
    "several packages": Scenario((OCTOBER,), "2025-10-15", _several),
    "scheduled start moved later": Scenario((OCTOBER, FEBRUARY), "2026-01-15", _moved_later),
    "retired": Scenario((OCTOBER,), "2026-01-15", _retired),
}


def prepared(folder: Path, scenario: Scenario) -> Path:
    catalog = an_example(folder)
    for as_of, change in scenario.prepare:
        change(catalog)
        assert run("-C", catalog, "apply", "--yes", "--as-of", as_of).code == 0
    scenario.change(catalog)
    return catalog


SLOW = {"several packages", "scheduled start moved later"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in SCENARIOS]
)
def test_killed_at_every_point_and_run_again(name: str, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]
    start = prepared(tmp_path / "start", scenario)
    again = ("apply", "--yes", "--as-of", scenario.as_of)
    reference = copied(start, tmp_path / "reference")
    ran, points = points_of("-C", reference, *again)
    assert ran.code == 0
    assert points > 20
    expected = seen(reference)
    for point in range(1, points + 1):
        catalog = copied(start, tmp_path / "killed")
        assert run_to_point(point, "-C", catalog, *again) == -signal.SIGKILL
        resumed = run("-C", catalog, *again)
        assert resumed.code == 0, f"point {point}: {resumed.err}"
        assert seen(catalog) == expected, f"killed at point {point}"
        pending = run("-C", catalog, "plan", "--detailed-exitcode", "--as-of", scenario.as_of)
        assert pending.code == 0, f"killed at point {point}: {pending.out}"
        assert run("-C", catalog, "state", "verify").code == 0


def test_killed_again_and_again(tmp_path: Path) -> None:
    """A machine that dies at the n-th point of every attempt, later each time, still gets there."""
    scenario = SCENARIOS["several packages"]
    start = prepared(tmp_path / "start", scenario)
    again = ("apply", "--yes", "--as-of", scenario.as_of)
    reference = copied(start, tmp_path / "reference")
    assert run("-C", reference, *again).code == 0
    catalog = copied(start, tmp_path / "killed")
    codes = [run_to_point(4 + attempt, "-C", catalog, *again) for attempt in range(20)]
    assert codes.count(-signal.SIGKILL) > 5
    assert run("-C", catalog, *again).code == 0
    assert seen(catalog) == seen(reference)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["edit in place", "several packages", "scheduled start moved later"])
def test_a_real_command_killed_at_points_of_its_life(name: str, tmp_path: Path) -> None:
    """The same in processes of their own: with every import, and with nothing left of the one that was killed."""
    scenario = SCENARIOS[name]
    start = prepared(tmp_path / "start", scenario)
    again = ("apply", "--yes", "--as-of", scenario.as_of)
    reference = copied(start, tmp_path / "reference")
    _, points = points_of("-C", reference, *again)
    expected = seen(reference)
    # From before the first append to after the last.
    for point in (1, points // 4, points // 2, points * 3 // 4, points):
        catalog = copied(start, tmp_path / "killed")
        assert killed_process(point, "-C", catalog, *again) == -signal.SIGKILL, f"point {point}"
        resumed = run_process("-C", catalog, *again)
        assert resumed.returncode == 0, f"point {point}: {resumed.stderr}"
        assert seen(catalog) == expected, f"killed at point {point}"
        assert run("-C", catalog, "plan", "--detailed-exitcode", "--as-of", scenario.as_of).code == 0


def test_an_interrupt_at_any_point_says_that_it_is_safe_and_is(tmp_path: Path) -> None:
    scenario = SCENARIOS["edit in place"]
    start = prepared(tmp_path / "start", scenario)
    again = ("apply", "--yes", "--as-of", scenario.as_of)
    reference = copied(start, tmp_path / "reference")
    _, points = points_of("-C", reference, *again)
    expected = seen(reference)
    for point in range(1, points + 1):
        catalog = copied(start, tmp_path / "interrupted")
        said = tmp_path / "said"

        def work(point: int = point, catalog: Path = catalog, said: Path = said) -> int:
            with Points(point, lambda: os.kill(os.getpid(), signal.SIGINT)).watched():
                ran = run("-C", catalog, *again)
            said.write_text(ran.err)
            return ran.code

        assert forked(work) == 130, f"point {point}: {said.read_text()}"
        words = said.read_text()
        assert "error: interrupted" in words
        assert "Traceback" not in words
        assert f"run `pkgplan apply -C {catalog}` again" in words
        assert run("-C", catalog, *again).code == 0
        assert seen(catalog) == expected, f"interrupted at point {point}"


def copied(catalog: Path, to: Path) -> Path:
    if to.exists():
        shutil.rmtree(to)
    shutil.copytree(catalog, to)
    return to


def killed_process(point: int, *arguments: str | Path) -> int:
    """Run a command in a process of its own that is killed at a point; gives its exit code or minus the signal."""
    return subprocess.run(
        [sys.executable, "-m", "support.killed", str(point), *map(str, arguments)],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=process_environment(PYTHONPATH=os.pathsep.join(sys.path)),
    ).returncode
