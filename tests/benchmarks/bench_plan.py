"""`plan` on generated packages with nothing changed: time of each step, whole process, and memory.

Run with `make bench`, or `python tests/benchmarks/bench_plan.py 1000 2000 5000`. It prints; it judges nothing.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pkgplan.adapters.state_file import FileStateLog
from pkgplan.model.record import fold
from pkgplan.model.timeline import SAFEST
from pkgplan.pipeline import Target, check_catalog, embedded_ids, make_plan
from pkgplan.stages.checks import check
from pkgplan.stages.compile import compile_packages
from pkgplan.stages.load import load
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

CATALOG = Path(__file__).parents[2] / "catalog"
AS_OF = "2025-09-15T00:00:00Z"
RUNS = 3


def generate(folder: Path, packages: int) -> None:
    """The example catalog with its starter package many times over, each with its own alias and price."""
    for part in ("pkgplan.yaml", "references"):
        source = CATALOG / part
        if source.is_dir():
            shutil.copytree(source, folder / part)
        else:
            shutil.copy(source, folder / part)
    starter = (CATALOG / "packages" / "starter.yaml").read_text(encoding="utf-8")
    (folder / "packages").mkdir()
    for number in range(packages):
        text = (
            starter.replace("key: starter", f"key: starter-{number}")
            .replace("name: Starter Plan", f"name: Starter Plan {number}")
            .replace("10.00 USD", f"{number + 1}.00 USD")
        )
        (folder / "packages" / f"starter-{number}.yaml").write_text(text, encoding="utf-8")


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "pkgplan", "-C", str(folder), "--as-of", AS_OF, *words]


def timed(name: str, work: Callable[[], T]) -> T:
    started = time.perf_counter()
    result = work()
    print(f"    {name:<34}{(time.perf_counter() - started) * 1000:>9.0f} ms")
    return result


def steps(folder: Path) -> None:
    """Each step of a plan, once, in this process."""
    sources, _ = timed("load", lambda: load(folder))
    sound, _ = timed("validate", lambda: validate(sources))
    catalog, _ = timed("parse", lambda: parse(sound))
    timed("check", lambda: check(catalog))
    ids = embedded_ids(catalog, "gnome-ai", "local")
    timed("compile", lambda: compile_packages(catalog, ids))
    entries = timed("read and verify the state log", FileStateLog(folder / "state" / "local.jsonl").read)
    state = timed("fold the state log", lambda: fold(entries))
    checked = check_catalog(folder)
    target = Target("local", "gnome-ai", SAFEST, ids)
    planned = timed(
        "compile and plan", lambda: make_plan(checked, target, state, datetime(2025, 9, 15, tzinfo=UTC))
    )
    assert planned.plan is not None
    assert planned.plan.actions == ()


def measure(packages: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "catalog"
        folder.mkdir()
        generate(folder, packages)
        print(f"{packages} packages")
        started = time.perf_counter()
        subprocess.run(command(folder, "apply", "--yes", "--format", "json"), check=True, capture_output=True)
        print(f"  first apply, all of them new        {time.perf_counter() - started:>9.2f} s")
        print("  plan, nothing changed, step by step")
        steps(folder)
        walls = []
        for _ in range(RUNS):
            started = time.perf_counter()
            subprocess.run(command(folder, "plan"), check=True, capture_output=True)
            walls.append(time.perf_counter() - started)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"  plan, whole process, median of {RUNS}    {statistics.median(walls):>9.2f} s")
        print(f"  peak memory of any of these         {peak:>9.0f} MB")


if __name__ == "__main__":
    for count in [int(word) for word in sys.argv[1:]] or [1000, 2000]:
        measure(count)
