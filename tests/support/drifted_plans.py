"""A plan that was made on an environment in which somebody else has been, with a difference of every kind.

Comes in: nothing. Goes out: the plan, and the record with the environment's side taken over; and what it
comes to.
Never here: an engine; what the environment shows is written down.

    a   cut on alias X by a package of others, of which its file takes it back; another package has its number
    b   archived by hand, and declared as before: it is new
    c   put away, and there all the same
    d   there, and not recorded
    Y   was the alias of another package of others, which is gone
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pkgplan.apply import with_drift
from pkgplan.model.canonical import digest_of
from pkgplan.model.diagnostics import Location
from pkgplan.model.names import PackageRef
from pkgplan.model.outlook import Compared
from pkgplan.model.timeline import SAFEST, AliasWindow, Window
from pkgplan.ports import RemotePackage
from pkgplan.stages.drift import Ours, compare
from pkgplan.stages.plan import Reach
from support.altered_plans import Made
from support.applying import ENVIRONMENT, NAMESPACE, planned
from support.worlds import World, a_package, day

if TYPE_CHECKING:
    from pkgplan.model.record import State

NOW: Final = 20
TAKES_ALL: Final = Reach(frozenset(), frozenset(), Location("pkgplan.yaml"), takes_all=True)


def drifted() -> Made:
    """The plan, on the record as it would be."""
    made, _ = _drifted()
    return made


def drifted_and_applied() -> tuple[Made, State]:
    """The same, with the record after the last action."""
    made, world = _drifted()
    world.rows = dict(made.state.timelines())
    for action in made.plan.actions:
        world.apply(action, made.plan.as_of)
    return made, world.state


def _drifted() -> tuple[Made, World]:
    world = World(SAFEST)
    b, c, d = a_package("b", "B"), a_package("c", "C", retire_at=day(5)), a_package("d", "D")
    for now in (0, 6):
        decided = world.plan([a_package("a", "A", ("X", day(0), None)), b, c], day(now))
        for action in decided.actions:
            world.apply(action, day(now))
    packages = [a_package("a", "A2", ("X", day(25), None), ("Y", day(26), None)), b, c, d]
    ours = Ours(NAMESPACE, ENVIRONMENT, frozenset("XY"), partial(tuple, packages))
    gone = _remote("gone", AliasWindow("Y", Window(day(3), day(30))))
    with_drift(world.folding, compare(world.state, [*_recorded(world.state), gone], ours, now=day(7)), day(7))
    recorded = {package.package_id: package for package in _recorded(world.state)}
    cut = AliasWindow("X", Window(day(0), day(10)))
    recorded["id-a@1"] = replace(recorded["id-a@1"], windows=(cut,))
    recorded["id-b@1"] = replace(recorded["id-b@1"], archived_at=day(8))
    recorded["id-c@1"] = replace(recorded["id-c@1"], archived_at=None)
    seen = [
        *recorded.values(),
        _remote("others", AliasWindow("X", Window(day(10)))),
        _ours("id-d@1", PackageRef("d", 1), "D"),
        _ours("twin", PackageRef("a", 1), "B"),
    ]
    drift = compare(world.state, seen, ours, now=day(NOW))
    state = with_drift(world.folding, drift, day(NOW))
    plan = planned(packages, state, day(NOW), reach=TAKES_ALL)
    assert plan is not None
    assert plan.outlook is not None
    outlook = replace(plan.outlook, compared_with=Compared.ENVIRONMENT, drift=drift.differences)
    return Made(replace(plan, outlook=outlook), state), world


def _recorded(state: State) -> list[RemotePackage]:
    """The environment as the record has it."""
    return [
        RemotePackage(
            package_id=version.package_id,
            name=str((version.payload or {})["name"]),
            uniqueness_key=f"package:{version.uniqueness_key}",
            windows=version.windows,
            created_at=version.created_at,
            archived_at=version.archived_at,
            body={},
        )
        for version in state.versions.values()
    ]


def _remote(package_id: str, *windows: AliasWindow, key: str | None = None) -> RemotePackage:
    return RemotePackage(package_id, f"Package {package_id}", key, windows, day(4), None, {})


def _ours(package_id: str, ref: PackageRef, content: str) -> RemotePackage:
    digest = digest_of({"name": content})
    return _remote(package_id, key=f"package:pkgplan:{NAMESPACE}:{ENVIRONMENT}:{ref}:{digest[7:23]}")
