"""`plan` on generated packages of both shapes with nothing changed: time of each step, whole process, and memory.

Run with `make bench`, or `python tests/benchmarks/bench_plan.py 1000 2000 5000`. It prints; it judges nothing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from generated import SHAPES
from measured import ran

from pkgplan.adapters.state_file import FileStateLog
from pkgplan.model.record import fold
from pkgplan.model.timeline import SAFEST
from pkgplan.pipeline import Basis, Target, check_catalog, embedded_ids, make_plan
from pkgplan.stages.checks import check
from pkgplan.stages.compile import compile_packages
from pkgplan.stages.inherit import inherit
from pkgplan.stages.load import load
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

RUNS = 3


def timed(name: str, work: Callable[[], T]) -> T:
    started = time.perf_counter()
    result = work()
    print(f"    {name:<34}{(time.perf_counter() - started) * 1000:>9.0f} ms")
    return result


def steps(folder: Path) -> None:
    """Each step of a plan, once, in this process."""
    sources, _ = timed("load", lambda: load(folder))
    inherited = timed("inherit", lambda: inherit(sources, ()))
    sound, _ = timed("validate", lambda: validate(inherited.sources))
    catalog, _ = timed("parse", lambda: parse(sound))
    timed("check", lambda: check(catalog))
    ids = embedded_ids(catalog, "gnome-ai", "local")
    timed("compile", lambda: compile_packages(catalog, ids))
    entries = timed("read and verify the state log", FileStateLog(folder / "state" / "local.jsonl").read)
    state = timed("fold the state log", lambda: fold(entries))
    checked = check_catalog(folder)
    target = Target("local", "gnome-ai", SAFEST, ids)
    planned = timed(
        "compile and plan",
        lambda: make_plan(checked, target, Basis(state), datetime(2025, 9, 15, tzinfo=UTC)),
    )
    assert planned.plan is not None
    assert planned.plan.actions == ()


def measure(shape: str, packages: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        SHAPES[shape](folder, packages)
        print(f"{packages} packages, {shape}")
        print(f"  first apply, all of them new        {ran(folder, 'apply', '--yes', '--format', 'json')}")
        for word in ("validate", "plan"):
            best = min(ran(folder, word) for _ in range(RUNS))
            print(f"  {word + ', whole process, best of ' + str(RUNS):<36}{best}")
        print("  plan, nothing changed, step by step")
        steps(folder)


if __name__ == "__main__":
    for count in [int(word) for word in sys.argv[1:]] or [1000, 2000]:
        for each in SHAPES:
            # A process of its own: Linux counts the memory of whoever starts a command as the command's.
            process = get_context("spawn").Process(target=measure, args=(each, count))
            process.start()
            process.join()
