"""Two real applies at once: one wins, the other ends with 5 before it calls anything. Readers are not disturbed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support.command import an_example, change_of_february, edit, process_environment, run
from support.processes import add_package, live, recorded, seen

from pkgplan.adapters.state_file import FileStateLog
from pkgplan.engine import EmbeddedPackages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.log import LogEntry

    Hold = Callable[[], None]

NOW = ("--as-of", "2026-01-15")
APPLY = ("apply", "--yes", *NOW)
TAKE_OVER = ("apply", "--yes", "--take-over", *NOW)


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """October is applied; three new versions wait."""
    catalog = an_example(tmp_path / "start")
    for key in ("team", "scale"):
        add_package(catalog, key, key, "2025-10-01")
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2025-09-15").code == 0
    change_of_february(catalog)
    for key in ("team", "scale"):
        file = catalog / "packages" / f"{key}.yaml"
        edit(file, ("days: 15", "days: 30"), ("2025-10-01\n", "2026-02-01\n"))
    return catalog


def copied(catalog: Path, to: Path) -> Path:
    if to.exists():
        shutil.rmtree(to)
    shutil.copytree(catalog, to)
    return to


def at_once(*works: Callable[[Hold], int]) -> list[int]:
    """Run each in a process of its own; their first calls of `hold` return together. Gives the exit codes."""
    arrivals, arrive = os.pipe()
    gate, opener = os.pipe()
    pids = []
    for work in works:
        pid = os.fork()
        if pid == 0:
            os.close(opener)
            os._exit(_working(work, arrive, gate))
        pids.append(pid)
    os.close(arrive)
    os.close(gate)
    for _ in works:
        os.read(arrivals, 1)  # empty if a child has ended without arriving
    os.close(opener)
    os.close(arrivals)
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def _working(work: Callable[[Hold], int], arrive: int, gate: int) -> int:
    held: list[bool] = []

    def hold() -> None:
        if not held:
            held.append(True)
            os.write(arrive, b".")
            os.read(gate, 1)  # returns when the parent closes its end

    try:
        return work(hold)
    except BaseException:  # noqa: BLE001 - a forked test must not go on as a second pytest
        return 99


def applying(catalog: Path, calls: Path, *arguments: str, planned: bool) -> Callable[[Hold], int]:
    """An apply that waits for the other one: when it has planned and is about to write, or before it reads."""

    def work(hold: Hold) -> int:
        append, create = FileStateLog.append, EmbeddedPackages.create

        def held_append(log: FileStateLog, entry: LogEntry) -> None:
            hold()
            append(log, entry)

        def counted_create(api: EmbeddedPackages, payload: JsonObject) -> str:
            with calls.open("a") as file:
                file.write(f"{os.getpid()}\n")
            return create(api, payload)

        if not planned:
            hold()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(FileStateLog, "append", held_append)
            patch.setattr(EmbeddedPackages, "create", counted_create)
            return run("-C", catalog, *arguments).code

    return work


@pytest.mark.parametrize("case", ["change", "first apply"])
def test_of_two_that_planned_on_the_same_state_one_wins_and_the_other_calls_nothing(
    start: Path, tmp_path: Path, case: str
) -> None:
    if case == "first apply":
        start = an_example(tmp_path / "never applied")
    expected = copied(start, tmp_path / "expected")
    assert run("-C", expected, *APPLY).code == 0
    creates = len(live(expected)) - (0 if case == "first apply" else 3)
    for number in range(12):
        catalog, calls = copied(start, tmp_path / "round"), tmp_path / f"calls-{number}"
        work = applying(catalog, calls, *APPLY, planned=True)
        assert sorted(at_once(work, work)) == [0, 5]
        callers = Counter(calls.read_text().split())
        assert list(callers.values()) == [creates], "the loser called as well"
        assert seen(catalog) == seen(expected)
        assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 0


def test_of_five_one_wins(start: Path, tmp_path: Path) -> None:
    work = applying(start, tmp_path / "calls", *APPLY, planned=True)
    assert sorted(at_once(*[work] * 5)) == [0, 5, 5, 5, 5]
    assert len(live(start)) == 6


def test_two_with_different_changes_do_not_mix(start: Path, tmp_path: Path) -> None:
    """Two people, two checkouts of the catalog, one environment behind both."""
    for number in range(8):
        one, two = copied(start, tmp_path / "one"), copied(start, tmp_path / "two")
        for shared in ("state", ".pkgplan"):
            shutil.rmtree(two / shared)
            (two / shared).symlink_to(one / shared)
        edit(two / "packages" / "starter.yaml", ("days: 15", "days: 60"))
        calls = tmp_path / f"calls-{number}"
        codes = at_once(*[applying(catalog, calls, *APPLY, planned=True) for catalog in (one, two)])
        assert sorted(codes) == [0, 5]
        winner = (one, two)[codes.index(0)]
        assert len(Counter(calls.read_text().split())) == 1
        assert len(live(one)) == 6
        assert run("-C", winner, "plan", "--detailed-exitcode", *NOW).code == 0


def test_two_that_are_started_together_end_in_the_world_of_one(start: Path, tmp_path: Path) -> None:
    """Without a common moment the second may find the first one's run under way, and go on with it."""
    expected = copied(start, tmp_path / "expected")
    assert run("-C", expected, *APPLY).code == 0
    for number in range(15):
        catalog = copied(start, tmp_path / "round")
        work = applying(catalog, tmp_path / f"calls-{number}", *APPLY, planned=False)
        codes = at_once(work, work)
        assert set(codes) <= {0, 5}
        assert 0 in codes
        assert run("-C", catalog, *APPLY).code == 0
        assert seen(catalog) == seen(expected)


def test_a_run_that_is_alive_can_be_taken_over(start: Path, tmp_path: Path) -> None:
    """The old run may still make the one call that it had announced; the alias gets the same terms all the same."""
    expected = copied(start, tmp_path / "expected")
    assert run("-C", expected, *APPLY).code == 0
    for number in range(15):
        catalog, calls = copied(start, tmp_path / "round"), tmp_path / f"calls-{number}"
        old = applying(catalog, calls, *APPLY, planned=False)
        codes = at_once(old, applying(catalog, calls, *TAKE_OVER, planned=False))
        assert set(codes) <= {0, 5}
        assert 0 in codes
        assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 0
        assert holders(catalog) == holders(expected)


def holders(catalog: Path) -> list[tuple[str, str, str | None]]:
    """Alias, start and the name of the package behind it, live."""
    return sorted(
        (window.alias, str(window.window.starting_at), package.name)
        for package in live(catalog)
        for window in package.windows
        if window.window.start < window.window.end
    )


@pytest.mark.slow
def test_two_real_commands_started_together(start: Path, tmp_path: Path) -> None:
    expected = copied(start, tmp_path / "expected")
    assert run("-C", expected, *APPLY).code == 0
    for _ in range(6):
        catalog = copied(start, tmp_path / "round")
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "pkgplan", "-C", str(catalog), *APPLY],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env=process_environment(),
            )
            for _ in range(2)
        ]
        said = [process.communicate()[1] for process in processes]
        codes = [process.returncode for process in processes]
        assert set(codes) <= {0, 5}, said
        assert 0 in codes, said
        assert "Traceback" not in "".join(said)
        assert seen(catalog) == seen(expected)


READS = (
    ("state", "verify"),
    ("alias", "resolve", "Starter Plan", "--live"),
    ("alias", "resolve", "Starter Plan"),
    ("plan",),
)


def test_readers_during_an_apply_see_a_whole_state_and_never_fail(start: Path, tmp_path: Path) -> None:
    """Every prefix of the log is a state; a reader between two appends gets one of them.

    The writer goes on when each reader has read once more, so that they do read in between, on any machine.
    """
    done = tmp_path / "done"
    counts = [tmp_path / f"reads-{number}" for number in range(len(READS))]
    for count in counts:
        count.touch()

    def reads() -> list[int]:
        return [count.stat().st_size for count in counts]

    def writer(hold: Hold) -> int:
        append = FileStateLog.append

        def patient_append(log: FileStateLog, entry: LogEntry) -> None:
            before = reads()
            append(log, entry)
            while not all(now > then for now, then in zip(reads(), before, strict=True)):
                time.sleep(0.001)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(FileStateLog, "append", patient_append)
            hold()
            code = run("-C", start, *APPLY).code
        done.touch()
        return code

    def reader(count: Path, *arguments: str) -> Callable[[Hold], int]:
        def work(hold: Hold) -> int:
            hold()
            failed = False
            while not done.exists():
                # One that has failed goes on counting, or the writer would wait for it for ever.
                failed = failed or run("-C", start, *arguments, *NOW).code != 0
                with count.open("a") as file:
                    file.write(".")
            return 1 if failed else 0

        return work

    readers = [reader(count, *arguments) for count, arguments in zip(counts, READS, strict=True)]
    assert at_once(writer, *readers) == [0, 0, 0, 0, 0]
    assert recorded(start).unfinished is None
