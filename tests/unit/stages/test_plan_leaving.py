"""Retirement and removed files: a version goes when nothing that an alias sells goes with it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.worlds import World, a_package, day

from pkgplan.model.diagnostics import Severity
from pkgplan.model.rules import PACKAGE_VANISHED, RETIRED_CHANGED, RETIREMENT_WAITS
from pkgplan.model.timeline import SAFEST, resolve

if TYPE_CHECKING:
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.units import Instant
    from pkgplan.stages.plan import Decided

HALF_AN_HOUR = timedelta(minutes=30)


def applied(world: World, packages: list[CompiledPackage], at: Instant) -> Decided:
    decided = world.plan(packages, at)
    assert not [d.message for d in decided.diagnostics if d.severity is Severity.ERROR]
    for action in decided.actions:
        world.apply(action, at)
    return decided


def behind(world: World, alias: str, at: Instant) -> str | None:
    """The content of the package that the alias resolves to."""
    ref = resolve(world.state.timelines().get(alias, ()), at)
    return None if ref is None else str(world.versions[ref].payload["name"])  # type: ignore[index]  # always sent


def done_to(decided: Decided) -> list[str]:
    return [action.id for action in decided.actions]


def codes(decided: Decided) -> list[str]:
    return [diagnostic.rule.code for diagnostic in decided.diagnostics]


@pytest.mark.parametrize("keeps_the_alias", [True, False])
def test_a_retired_version_waits_for_the_end_of_its_window(keeps_the_alias: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    world = World(SAFEST)
    applied(world, [a_package("a", "1", ("X", day(0), None))], day(1))
    windows = [("X", day(0), None)] if keeps_the_alias else []
    asked = [a_package("a", "1", *windows, retire_at=day(9)), a_package("b", "2", ("X", day(20), None))]
    for at in (day(10), day(10), day(12), day(20) - HALF_AN_HOUR):
        decided = applied(world, asked, at)
        assert RETIREMENT_WAITS.code in codes(decided)
        assert "archive:a@1" not in done_to(decided)
        assert [behind(world, "X", day(n)) for n in (5, 12, 19, 20, 40)] == ["1", "1", "1", "2", "2"]
    assert done_to(applied(world, asked, day(20))) == ["archive:a@1"]
    assert [behind(world, "X", day(n)) for n in (20, 40)] == ["2", "2"]
    assert done_to(applied(world, asked, day(21))) == []


def test_the_note_says_until_when_a_retired_version_waits() -> None:
    world = World(SAFEST)
    applied(
        world, [a_package("a", "1", ("X", day(0), None)), a_package("b", "2", ("X", day(20), None))], day(1)
    )
    asked = [
        a_package("a", "1", ("X", day(0), None), retire_at=day(10)),
        a_package("b", "2", ("X", day(20), None)),
    ]
    (note,) = world.plan(asked, day(11)).diagnostics
    assert note.rule is RETIREMENT_WAITS
    assert "a@1 has an alias until 2026-01-21" in note.message


def test_a_window_without_an_end_goes_with_the_archive_as_the_retirement_asks() -> None:
    world = World(SAFEST)
    applied(world, [a_package("a", "1", ("X", day(0), None))], day(1))
    decided = applied(world, [a_package("a", "1", ("X", day(0), None), retire_at=day(9))], day(10))
    assert done_to(decided) == ["archive:a@1"]
    assert behind(world, "X", day(12)) is None


def test_a_version_is_never_archived_by_the_plan_that_moves_its_alias() -> None:
    world = World(SAFEST)
    applied(world, [a_package("a", "1", ("X", day(0), None))], day(1))
    asked = [
        a_package("a", "1", ("X", day(0), None), retire_at=day(9)),
        a_package("b", "2", ("X", day(10), None)),
    ]
    decided = applied(world, asked, day(10))
    assert done_to(decided) == ["create:b@1", "record:a"]
    assert RETIREMENT_WAITS.code in codes(decided)
    assert done_to(applied(world, asked, day(10))) == []
    assert done_to(applied(world, asked, day(10) + HALF_AN_HOUR)) == []
    assert done_to(applied(world, asked, day(10, hour=1))) == ["archive:a@1"]
    assert behind(world, "X", day(12)) == "2"


def test_a_package_that_is_no_longer_retired_gets_a_new_version() -> None:
    world = World(SAFEST)
    applied(world, [a_package("a", "1")], day(1))
    assert done_to(applied(world, [a_package("a", "1", retire_at=day(2))], day(3))) == ["archive:a@1"]
    assert done_to(applied(world, [a_package("a", "1")], day(4))) == ["create:a@2"]
    assert done_to(applied(world, [a_package("a", "1")], day(4))) == []


def test_a_retired_package_that_was_archived_may_still_not_change() -> None:
    world = World(SAFEST)
    applied(world, [a_package("a", "1")], day(1))
    applied(world, [a_package("a", "1", retire_at=day(2))], day(3))
    assert codes(world.plan([a_package("a", "2", retire_at=day(2))], day(4))) == [RETIRED_CHANGED.code]


def test_description_of_an_archived_package_is_not_recorded_over_and_over() -> None:
    world = World(SAFEST)
    applied(world, [a_package("a", "1")], day(1))
    applied(world, [a_package("a", "1", retire_at=day(2))], day(3))
    asked = [a_package("a", "1", retire_at=day(2), description="new words")]
    applied(world, asked, day(4))
    assert done_to(world.plan(asked, day(5))) == []


@pytest.mark.parametrize("start", [day(0), None], ids=["dated", "dateless"])
def test_an_edit_in_place_keeps_its_alias_next_to_the_file_that_had_it_before(start: Instant | None) -> None:
    """Not `a`, whose time was before: `b` has the alias, and keeps it until its new window begins."""
    world = World(SAFEST)
    first = a_package("a", "1", ("X", start, None))
    applied(world, [first], day(1))
    applied(world, [first, a_package("b", "2", ("X", day(5), None))], day(2))
    asked = [first, a_package("b", "3", ("X", day(20), None))]
    decided = applied(world, asked, day(10) + HALF_AN_HOUR)
    assert done_to(decided) == ["create:b@2"]
    assert [behind(world, "X", day(n)) for n in (2, 6, 11, 19, 20, 40)] == ["1", "2", "2", "2", "3", "3"]
    assert done_to(applied(world, asked, day(10) + HALF_AN_HOUR)) == []


@pytest.mark.parametrize("start", [day(0), None], ids=["dated", "dateless"])
def test_a_removed_file_whose_package_is_sold_is_refused(start: Instant | None) -> None:
    """Also where another file names the alias: it must not fall back to the older package unasked."""
    world = World(SAFEST)
    first = a_package("a", "1", ("X", start, None))
    applied(world, [first], day(1))
    applied(world, [first, a_package("b", "2", ("X", day(5), None))], day(2))
    decided = world.plan([first], day(10) + HALF_AN_HOUR)
    assert decided.actions == ()
    (vanished,) = (d for d in decided.diagnostics if d.rule is PACKAGE_VANISHED)
    assert vanished.severity is Severity.ERROR
    assert "b@1" in vanished.message
    assert "put the file back" in vanished.hint
    assert "forget.packages" not in vanished.hint, (
        "what is forgotten is left alone, so nobody could follow it"
    )


def test_a_removed_file_whose_package_is_only_scheduled_cancels_it() -> None:
    world = World(SAFEST)
    first = a_package("a", "1", ("X", day(0), None))
    applied(world, [first], day(1))
    applied(world, [first, a_package("b", "2", ("X", day(20), None))], day(2))
    decided = applied(world, [first], day(10))
    assert decided.actions
    assert [behind(world, "X", day(n)) for n in (6, 19, 20, 40)] == ["1"] * 4
