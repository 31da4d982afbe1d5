"""What a plan says besides its actions and effects: packages of others, differences, declared and computed starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.altered_plans import Made
from support.applying import planned
from support.drifted_plans import TAKES_ALL, drifted_and_applied
from support.worlds import World, a_package, day

from pkgplan.checker import Kind, check_outcome
from pkgplan.model.drift import Difference, DriftKind
from pkgplan.model.names import ForeignRef, PackageRef
from pkgplan.model.outlook import Compared, Instants, Standing
from pkgplan.model.record import ForeignPackage
from pkgplan.model.timeline import SAFEST, AliasWindow, Window

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.outlook import Outlook
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State

HOUR: Final = timedelta(hours=1)
OTHERS = ForeignRef("others")


def a_plan(packages: list[CompiledPackage], state: State, at: int, hour: int = 0) -> Plan:
    plan = planned(packages, state, day(at, hour), reach=TAKES_ALL)
    assert plan is not None
    return plan


def outlook(plan: Plan) -> Outlook:
    assert plan.outlook is not None
    return plan.outlook


def with_outlook(plan: Plan, **values: Any) -> Plan:
    return replace(plan, outlook=replace(outlook(plan), **values))


def kinds(made: Made, plan: Plan | None = None) -> list[Kind]:
    return [each.kind for each in made.check(plan)]


# Packages of others


@pytest.fixture(scope="module")
def applied() -> tuple[Made, State]:
    """A plan that takes alias X on day 25 from a package that pkgplan did not make, and the record after it."""
    return drifted_and_applied()


@pytest.fixture
def others(applied: tuple[Made, State]) -> Made:
    return applied[0]


def test_a_package_of_others_is_cut_and_stands_in_the_resolution(others: Made) -> None:
    assert kinds(others) == []
    (cut,) = (each for each in others.plan.effects if each.ref == OTHERS)
    assert cut.after == Window(day(10), day(25))
    assert dict(outlook(others.plan).resolution)["X"][1] == Standing(OTHERS, "others", cut.after)


def test_what_becomes_of_a_package_of_others_cannot_be_left_out(others: Made) -> None:
    ours = tuple(each for each in others.plan.effects if each.ref != OTHERS)
    assert kinds(others, replace(others.plan, effects=ours)) == [Kind.EFFECT_MISSING]
    (alias, standings), *rest = outlook(others.plan).resolution
    without = ((alias, tuple(each for each in standings if each.holder != OTHERS)), *rest)
    assert kinds(others, with_outlook(others.plan, resolution=without)) == [Kind.RESOLUTION]


def test_a_package_of_others_is_known_by_its_id_in_the_resolution(others: Made) -> None:
    (alias, standings), *rest = outlook(others.plan).resolution
    renamed = tuple(
        replace(each, identity="pkgplan:test:local:a@1:0") if each.holder == OTHERS else each
        for each in standings
    )
    assert kinds(others, with_outlook(others.plan, resolution=((alias, renamed), *rest))) == [Kind.RESOLUTION]


def test_without_the_package_of_others_nobody_loses_the_alias(others: Made) -> None:
    state = replace(others.state, foreign={"twin": others.state.foreign["twin"]})
    found = kinds(Made(others.plan, state))
    assert {Kind.EFFECT_UNFOUNDED, Kind.RESOLUTION, Kind.APPLICABLE_UNTIL, Kind.DRIFT} <= {*found}


def test_after_the_last_action_a_package_of_others_has_what_the_plan_left_it(
    applied: tuple[Made, State],
) -> None:
    made, after = applied
    plan, before = made.plan, made.state
    assert check_outcome(plan, before, after) == ()

    uncut = replace(after.foreign["others"], windows=(AliasWindow("X", Window(day(10))),))
    (found,) = check_outcome(plan, before, replace(after, foreign={**after.foreign, "others": uncut}))
    assert (found.kind, found.action) == (Kind.OUTCOME_WINDOWS, "create:a@2")
    assert 'others has "X" 2026-01-11 .., by the plan it has "X" 2026-01-11 .. 2026-01-26' in str(found)


def test_packages_of_others_neither_come_nor_go_by_a_plan(applied: tuple[Made, State]) -> None:
    made, after = applied
    plan, before = made.plan, made.state
    only = {"others": after.foreign["others"]}
    (found,) = check_outcome(plan, before, replace(after, foreign=only))
    assert (found.kind, str(found)) == (Kind.OUTCOME_VERSION, "package twin is not recorded any more")
    more = {**after.foreign, "more": ForeignPackage(ForeignRef("more"), None, ())}
    (found,) = check_outcome(plan, before, replace(after, foreign=more))
    assert (found.kind, str(found)) == (
        Kind.OUTCOME_VERSION,
        "package more is recorded, which was not before the plan",
    )


def test_what_an_archive_says_of_its_package_is_recorded(applied: tuple[Made, State]) -> None:
    made, after = applied
    found = check_outcome(
        made.plan, made.state, replace(after, metadata={**after.metadata, "c": {"windows": {}}})
    )
    assert [(each.kind, each.action) for each in found] == [(Kind.OUTCOME_METADATA, "archive:c@1")]


# Differences


def changed(outlook: Outlook, kind: DriftKind, place: int = 0, **values: Any) -> tuple[Difference, ...]:
    """The differences with one of this kind told otherwise."""
    chosen = [each for each in outlook.drift if each.kind is kind][place]
    return tuple(replace(each, **values) if each is chosen else each for each in outlook.drift)


def test_there_is_a_difference_of_each_kind(others: Made) -> None:
    assert {each.kind for each in outlook(others.plan).drift} == {*DriftKind}


@pytest.mark.parametrize("kind", DriftKind)
def test_a_difference_of_a_package_that_the_state_does_not_have_is_told(
    others: Made, kind: DriftKind
) -> None:
    is_ours = kind not in {DriftKind.FOREIGN, DriftKind.TWIN}
    elsewhere = PackageRef("z", 1) if is_ours else ForeignRef("z")
    drift = changed(outlook(others.plan), kind, holder=elsewhere, package_id="z")
    (first, *_) = others.check(with_outlook(others.plan, drift=drift))
    assert str(first) == f"{kind} of {elsewhere} is not what the environment was seen to be"


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (DriftKind.ARCHIVED, {"holder": PackageRef("c", 1), "package_id": "id-c@1"}),
        (DriftKind.ARCHIVED, {"package_id": "id-c@1"}),
        (DriftKind.ARCHIVED, {"alias": "X"}),
        (DriftKind.LIVE, {"holder": PackageRef("b", 1), "package_id": "id-b@1"}),
        (DriftKind.LIVE, {"live": (Window(day(0)),)}),
        (DriftKind.WINDOWS, {"live": (Window(day(0), day(11)),)}),
        (DriftKind.WINDOWS, {"recorded": (Window(day(0), day(10)),)}),
        (DriftKind.WINDOWS, {"alias": "Y"}),
        (DriftKind.UNRECORDED, {"holder": PackageRef("a", 1), "package_id": "id-a@1"}),
        (DriftKind.FOREIGN, {"live": ()}),
        (DriftKind.FOREIGN, {"live": (Window(day(10), day(11)),)}),
        (DriftKind.FOREIGN, {"name": "Another"}),
        (DriftKind.TWIN, {"name": "z@1"}),
        (DriftKind.TWIN, {"holder": ForeignRef("gone"), "package_id": "gone"}),
    ],
)
def test_a_difference_that_the_state_does_not_show_is_told(
    others: Made, kind: DriftKind, values: dict[str, Any]
) -> None:
    drift = changed(outlook(others.plan), kind, **values)
    assert Kind.DRIFT in kinds(others, with_outlook(others.plan, drift=drift))


def test_what_was_seen_of_a_package_that_is_gone_is_nothing(others: Made) -> None:
    drift = changed(outlook(others.plan), DriftKind.FOREIGN, 1, live=(Window(day(3), day(30)),), recorded=())
    assert kinds(others, with_outlook(others.plan, drift=drift)) == [Kind.DRIFT]


def test_a_version_that_was_not_recorded_cannot_be_left_out(others: Made) -> None:
    drift = tuple(each for each in outlook(others.plan).drift if each.kind is not DriftKind.UNRECORDED)
    (found,) = others.check(with_outlook(others.plan, drift=drift))
    assert (found.kind, str(found)) == (Kind.DRIFT, "d@1 is not recorded, and the plan does not say so")


def test_differences_stand_in_order_and_once(others: Made) -> None:
    drift = outlook(others.plan).drift
    assert Kind.DRIFT in kinds(others, with_outlook(others.plan, drift=drift[::-1]))
    assert Kind.DRIFT in kinds(others, with_outlook(others.plan, drift=(drift[0], *drift)))


def test_who_says_what_differs_has_compared(others: Made) -> None:
    (found,) = others.check(with_outlook(others.plan, compared_with=Compared.RECORD))
    assert str(found) == "the plan says what differs, and that it was not compared"


def test_windows_without_an_instant_in_them_are_no_difference(others: Made) -> None:
    """An environment may show them, and then they are recorded."""
    shown = AliasWindow("X", Window(day(3), day(3)))
    version = others.state.versions[PackageRef("a", 1)]
    versions = {**others.state.versions, version.ref: replace(version, windows=(shown, *version.windows))}
    assert kinds(Made(others.plan, replace(others.state, versions=versions))) == []


# Declared and computed starts


def test_a_start_that_a_file_says_is_declared_even_if_it_is_the_next_hour() -> None:
    packages = [a_package("a", "A", ("X", day(0, 1), None))]
    made = Made(a_plan(packages, World(SAFEST).state, 0), World(SAFEST).state)
    assert outlook(made.plan).instants is Instants.DECLARED
    assert kinds(made) == []
    assert kinds(made, with_outlook(made.plan, instants=Instants.COMPUTED)) == [Kind.INSTANTS]


def test_a_start_that_follows_from_the_hour_is_computed() -> None:
    world = World(SAFEST)
    apply(world, [a_package("a", "A", ("X", None, None))], 0)
    made = Made(a_plan([a_package("a", "B", ("X", None, None))], world.state, 5), world.state)
    (create,) = made.plan.actions
    assert create.windows[0].window.starting_at == day(5) + HOUR
    assert outlook(made.plan).instants is Instants.COMPUTED
    assert kinds(made) == []
    assert kinds(made, with_outlook(made.plan, instants=Instants.DECLARED)) == [Kind.INSTANTS]


def test_where_a_file_that_may_be_gone_said_so_either_may_be_said() -> None:
    """What was recorded of a package may not be what the catalog says now, and the plan does not tell."""
    world = World(SAFEST)
    apply(world, [a_package("a", "A", ("X", None, None))], 0)
    made = Made(a_plan([a_package("a", "B", ("X", None, None))], world.state, 5), world.state)
    gone: JsonObject = {"windows": {"X": {"starting_at": "2026-01-06T01:00:00Z"}}}
    either = Made(made.plan, replace(made.state, metadata={**made.state.metadata, "b": gone}))
    assert kinds(either) == []
    assert kinds(either, with_outlook(made.plan, instants=Instants.DECLARED)) == []


# Until when it holds


def test_a_plan_holds_until_the_first_start_that_takes_an_alias_from_somebody() -> None:
    world = World(SAFEST)
    apply(world, [a_package("a", "A", ("X", day(0), None))], 0)
    packages = [
        a_package("a", "B", ("X", day(9), None)),
        a_package("b", "C", ("X", day(12), None), ("Y", day(7), None)),
    ]
    made = Made(a_plan(packages, world.state, 5), world.state)
    assert outlook(made.plan).applicable_until == day(9)
    assert kinds(made) == []
    for other in (None, day(7), day(12)):
        assert kinds(made, with_outlook(made.plan, applicable_until=other)) == [Kind.APPLICABLE_UNTIL]


# Archives


def test_an_archive_waits_until_the_hour_in_which_its_key_was_created_is_over() -> None:
    assert archived_after(created="a", on="Y", minutes=0) == [Kind.ARCHIVE_TOO_EARLY]
    assert archived_after(created="a", on="Y", minutes=59) == [Kind.ARCHIVE_TOO_EARLY]
    assert archived_after(created="a", on="Y", minutes=60) == []


def test_an_archive_waits_until_the_hour_in_which_its_alias_was_moved_is_over() -> None:
    assert archived_after(created="b", on="X", minutes=59) == [Kind.ARCHIVE_TOO_EARLY]
    assert archived_after(created="b", on="X", minutes=60) == []
    assert archived_after(created="b", on="Y", minutes=0) == []


def archived_after(*, created: str, on: str, minutes: int) -> list[Kind]:
    """What is wrong with an archive of a@1 one minute before a full hour, so long after another create."""
    world = World(SAFEST)
    apply(world, [a_package("a", "A", ("X", day(0), day(3)))], 0)
    at = day(9) + timedelta(minutes=59)
    plan = planned([a_package("a", "A", ("X", day(0), day(3)), retire_at=day(4))], world.state, at)
    assert plan is not None
    made = Made(plan, world.state)
    assert kinds(made) == []
    version = world.state.versions[PackageRef("a", 1)]
    last = replace(
        version,
        ref=PackageRef(created, 2),
        sent=(AliasWindow(on, Window(day(30))),),
        windows=(),
        created_at=at - timedelta(minutes=minutes),
        carried=True,
    )
    return kinds(Made(made.plan, replace(made.state, versions={version.ref: version, last.ref: last})))


def apply(world: World, packages: list[CompiledPackage], at: int) -> None:
    decided = world.plan(packages, day(at))
    assert decided.actions
    for action in decided.actions:
        world.apply(action, day(at))
