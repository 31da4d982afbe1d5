"""`fmt --check` on generated packages of both shapes: whole process and memory.

Run with `make bench`, or `python tests/benchmarks/bench_fmt.py 1000 2000 5000`. It prints; it judges nothing.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from generated import SHAPES
from measured import ran

RUNS = 3


def measure(shape: str, packages: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        SHAPES[shape](folder, packages)
        ran(folder, "fmt")
        best = min(ran(folder, "fmt", "--check") for _ in range(RUNS))
        print(f"fmt --check, {packages} packages, {shape}, best of {RUNS}   {best}")


if __name__ == "__main__":
    for count in [int(word) for word in sys.argv[1:]] or [1000, 2000]:
        for each in SHAPES:
            measure(each, count)
