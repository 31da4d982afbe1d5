"""Random sequences of edits and applies against the oracle of the README's rules, any number of them.

Run with `.venv/bin/python tests/sequences.py --count 5000 --seed 1`. It prints what was compared and, of each class of
mismatch, the first sequences as files to write and instants to apply at. Exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from multiprocessing import get_context
from pathlib import Path

from support.sequence_run import Outcome, Tally, run_sequence

SHOWN = 3
AT_ONCE = 25


def some(seeds: range) -> tuple[list[Outcome], Tally]:
    """The outcomes of some seeds."""
    tally = Tally()
    outcomes = []
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="sequences-") as folder:
            outcomes.append(run_sequence(seed, Path(folder) / "catalog", tally))
    return outcomes, tally


def main() -> int:
    """Run them, and say what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300, help="how many sequences")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first one; each has its own")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--stuck", type=int, default=0, help="how many refusals without a way out to show of each kind"
    )
    chosen = parser.parse_args()
    last = chosen.seed + chosen.count
    portions = [range(first, min(first + AT_ONCE, last)) for first in range(chosen.seed, last, AT_ONCE)]
    total = Tally()
    shown: Counter[str] = Counter()
    with get_context("spawn").Pool(chosen.processes) as pool:
        for outcomes, tally in pool.imap(some, portions):
            total.add(tally)
            for outcome in outcomes:
                if outcome.mismatch is not None:
                    _show(outcome.mismatch, shown, SHOWN)
                for words in outcome.stuck if chosen.stuck else ():
                    _show(words, shown, chosen.stuck)
            done, wrong = total.done["sequences"], total.mismatches.total()
            print(
                f"{done:,} of {chosen.count:,} sequences, {wrong:,} mismatches", file=sys.stderr, flush=True
            )
    print(total.in_words())
    return 1 if total.mismatches else 0


def _show(words: str, shown: Counter[str], most: int) -> None:
    """Print the first reproductions of a kind, and of the others the first line."""
    kind = _kind(words)
    shown[kind] += 1
    print(words if shown[kind] <= most else words.partition("\n")[0], flush=True)


def _kind(words: str) -> str:
    """What a reproduction is about: the class of a mismatch, or where hints led."""
    if "\n== then " in words:
        return words.rsplit("\n== then ", 1)[1][:10]
    return words.split(":")[1]


if __name__ == "__main__":
    sys.exit(main())
