"""Every second file of the example catalog broken, each in a way of its own: each fault is told once, in order.

No fault has an echo: not in the files that refer to a broken one, and not in the packages that start from it.
"""

from __future__ import annotations

import json
import shutil
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.command import run
from support.damage import DAMAGES

if TYPE_CHECKING:
    from support.damage import Damaged

MEANINGS = {"PKG201", "PKG304"}
ROOT = Path(__file__).parents[2] / "catalog"


def _paths() -> list[str]:
    skipped = ("environments/", "state/", ".pkgplan/")
    paths = (path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.yaml"))
    return sorted(path for path in paths if not path.startswith(skipped))


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("turn", range(0, len(DAMAGES), 4))
def test_each_fault_of_a_broken_catalog_is_told_once_in_order_of_place(
    tmp_path: Path, first: int, turn: int
) -> None:
    shutil.copytree(ROOT, tmp_path / "catalog", ignore=shutil.ignore_patterns("state", ".pkgplan"))
    ways = cycle(range(len(DAMAGES)))
    next(islice(ways, turn, turn), None)
    expected = []
    for path in _paths()[first::2]:
        damaged = _damaged((tmp_path / "catalog" / path).read_text(), next(ways))
        (tmp_path / "catalog" / path).write_text(damaged.text)
        expected.append((path, damaged.line, damaged.code))

    finished = run("-C", tmp_path / "catalog", "validate", "--format", "json")

    found: list[dict[str, Any]] = json.loads(finished.out)["diagnostics"]
    errors = [(each["path"], each["line"], each["code"]) for each in found if each["severity"] == "error"]
    assert errors == expected
    assert finished.code == 1


def _damaged(text: str, first: int) -> Damaged:
    """The file broken in the way whose turn it is, or in the next one that it can be broken in."""
    for way in islice(cycle(DAMAGES.values()), first, first + len(DAMAGES)):
        damaged = way(text)
        # What a spec means shows once all that it starts from can be read.
        if damaged is not None and not ("  from:" in text and damaged.code in MEANINGS):
            return damaged
    raise AssertionError("the file cannot be broken")
