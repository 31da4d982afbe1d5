"""The checker has no part of what it checks; import-linter sees modules, this sees names."""

from __future__ import annotations

import ast
from pathlib import Path

import pkgplan.checker

ROOM = Path(pkgplan.checker.__file__).parent
# Values, and the questions that the two writings of the rule both answer.
VALUES = {
    "BEGINNING", "END", "SAFEST", "AfterBoundedEnd", "AliasWindow", "DatelessStart", "DatelessTakeover", "LaterWindows",
    "TakeoverRule", "Window",
}  # fmt: skip
DERIVED = {"take_over", "resolve", "timelines", "current_version", "declared_version", "otherwise"}


def test_of_the_timeline_only_values_are_taken() -> None:
    taken = set()
    for file in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "pkgplan.model.timeline":
                taken |= {name.name for name in node.names}
    assert taken
    assert taken <= VALUES


def test_nothing_is_called_that_derives_what_is_derived_here() -> None:
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for file in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert names & DERIVED == set()
