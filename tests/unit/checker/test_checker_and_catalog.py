"""A plan held against the catalog that it was made of: what only the files can tell.

Each plan is a right one of another catalog, so that everything else about it holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.applying import Site, planned
from support.worlds import a_package, day

from pkgplan.checker import Asked, check_plan
from pkgplan.checker.discrepancy import Kind
from pkgplan.stages.diff import diff

if TYPE_CHECKING:
    from pkgplan.checker import Discrepancy
    from pkgplan.model.compiled import CompiledPackage

Catalog = list["CompiledPackage"]

OLD = a_package("a", "1", ("X", day(1), None))
NEW = a_package("a", "2", ("X", day(20), None))
OTHER = a_package("b", "1", ("X", day(30), None))


def found(before: Catalog, plan_of: Catalog, asked: Asked, *, at: int = 10) -> tuple[Discrepancy, ...]:
    """What does not hold of the plan of one catalog, held against another one."""
    site = Site()
    done = site.apply(before, day(0))
    assert done is not None
    plan = planned(plan_of, site.state, day(at))
    assert plan is not None
    assert check_plan(plan, site.state, explain=diff) == ()
    assert check_plan(plan, site.state, explain=diff, asked=Asked(plan_of)) == ()
    return check_plan(plan, site.state, explain=diff, asked=asked)


WRONG: dict[str, tuple[Catalog, Catalog, Asked, Kind, str]] = {
    "nothing is planned where terms changed": (
        [OLD],
        [OLD],
        Asked([NEW]),
        Kind.ASKED,
        'the terms of "a" are not those of its newest version after the plan',
    ),
    "other terms": (
        [OLD],
        [NEW],
        Asked([a_package("a", "3", ("X", day(20), None))]),
        Kind.ASKED,
        '"payload" is',
    ),
    "another start": (
        [OLD],
        [NEW],
        Asked([a_package("a", "2", ("X", day(21), None))]),
        Kind.WANTED,
        'alias "X" has a@2 at 2026-01-21',
    ),
    "another end": (
        [OLD],
        [NEW],
        Asked([a_package("a", "2", ("X", day(20), day(25)))]),
        Kind.WANTED,
        'alias "X" has a@2 at 2026-01-26',
    ),
    "a file that is not there": (
        [OLD],
        [OLD, OTHER],
        Asked([OLD]),
        Kind.ASKED,
        'the catalog has no package "b" to act for',
    ),
    "a file that is left out": (
        [OLD],
        [OLD],
        Asked([OLD, OTHER]),
        Kind.WANTED,
        'alias "X" has a@1 at 2026-01-31',
    ),
    "a package that is forgotten": (
        [OLD],
        [NEW],
        Asked([NEW], frozenset("a")),
        Kind.ASKED,
        'the catalog has no package "a" to act for',
    ),
    "an alias that is forgotten": (
        [OLD],
        [NEW],
        Asked([NEW], forgotten_aliases=frozenset("X")),
        Kind.WANTED,
        'no file declares alias "X"',
    ),
    "another description": (
        [OLD],
        [replace(OLD, metadata={"description": "one"})],
        Asked([OLD]),
        Kind.ASKED,
        '"metadata" is',
    ),
    "a retirement that is not due": (
        [OLD],
        [replace(OLD, retire_at=day(9))],
        Asked([OLD]),
        Kind.ASKED,
        'the file does not retire "a" now',
    ),
    "a retirement that is overlooked": (
        [OLD],
        [OLD],
        Asked([replace(OLD, retire_at=day(9))]),
        Kind.ASKED,
        "the plan leaves a@1, whose package is retired",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_right_plan_of_another_catalog_is_told(name: str) -> None:
    before, plan_of, asked, kind, says = WRONG[name]
    told = found(before, plan_of, asked)
    assert any(each.kind is kind and says in each.sentence for each in told), [*map(str, told)]


def test_who_goes_on_may_go_on() -> None:
    """An edit in place lets the old terms go on until the new ones begin; a retirement lets the last window end."""
    assert found([OLD], [NEW], Asked([NEW])) == ()
    retired = replace(OLD, retire_at=day(9))
    assert found([OLD], [retired], Asked([retired])) == ()
