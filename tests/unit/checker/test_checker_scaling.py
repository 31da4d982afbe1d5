"""The checker's work grows with the plan and not with its square; lines executed are counted, never time."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import pkgplan.checker
from pkgplan.checker import check_plan
from pkgplan.model.canonical import JsonObject, digest_of
from pkgplan.model.drift import Difference, DriftKind
from pkgplan.model.log import Head
from pkgplan.model.names import ForeignRef, PackageRef
from pkgplan.model.outlook import Compared, Outlook, Standing
from pkgplan.model.plan import Action, Base, Effect, EffectKind, Operation, Plan, Reason
from pkgplan.model.record import ForeignPackage, RecordedVersion, State
from pkgplan.model.timeline import SAFEST, AfterBoundedEnd, AliasWindow, TakeoverRule, Window
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
CHECKER = pkgplan.checker.__name__


# What an archive says of its package besides its terms.
RETIRED: JsonObject = {"windows": {}, "retire": {"at": format_instant(EPOCH)}}


def hour(number: int) -> datetime:
    return EPOCH + timedelta(hours=number)


def a_plan(
    actions: list[Action],
    effects: list[Effect],
    state: State,
    outlook: Outlook,
    *,
    rule: TakeoverRule = SAFEST,
) -> Plan:
    return Plan(
        tool_version="test",
        environment="local",
        namespace="test",
        as_of=EPOCH,
        catalog_digest="sha256:catalog",
        base=Base(state.lineage, state.head.serial, state.head.digest),
        assumptions=rule.readings(),
        actions=tuple(actions),
        effects=tuple(effects),
        outlook=outlook,
    )


def a_create(number: int, window: Window, previous: PackageRef | None = None) -> Action:
    ref = PackageRef(f"p{number:05}", 1)
    payload: JsonObject = {"name": f"Package {number}"}
    digest = digest_of(payload)
    key = f"pkgplan:test:local:{ref}:{digest[7:23]}"
    bounds = {"starting_at": window.starting_at, "ending_before": window.ending_before}
    alias: JsonObject = {name: format_instant(bound) for name, bound in bounds.items() if bound is not None}
    return Action(
        id=f"create:{ref}",
        operation=Operation.CREATE,
        ref=ref,
        reason=Reason.NEW,
        uniqueness_key=key,
        payload={**payload, "aliases": [{"name": "X", **alias}], "uniqueness_key": key},
        windows=(AliasWindow("X", window),),
        digest=digest,
        metadata={"windows": {"X": AliasWindow("X", window).declared_json()}},
        previous=previous,
    )


def opened(ref: PackageRef, window: Window, cause: Action) -> Effect:
    return Effect("X", ref, EffectKind.OPENED, None, window, cause.id)


def key_of(action: Action) -> str:
    return action.uniqueness_key or ""


def chain(length: int) -> tuple[Plan, State]:
    """New packages, one after the other, on one alias."""
    actions = [a_create(number, Window(hour(number))) for number in range(length)]
    windows = [
        Window(hour(number), None if number + 1 == length else hour(number + 1)) for number in range(length)
    ]
    effects = [opened(action.ref, window, action) for action, window in zip(actions, windows, strict=True)]
    standings = [
        Standing(action.ref, key_of(action), window) for action, window in zip(actions, windows, strict=True)
    ]
    return a_plan(actions, effects, State(), Outlook(resolution=(("X", (*standings,)),))), State()


def campaigns(length: int) -> tuple[Plan, State]:
    """One package has the alias whenever no campaign does; that is a reading of what Metronome may do."""
    ref, always = PackageRef("always", 1), AliasWindow("X", Window())
    version = RecordedVersion(ref, "id", "its key", "sha256:a", {}, {}, (always,), (always,), EPOCH)
    state = State("local", "test", "lineage", Head(9, "sha256:head"), {ref: version}, {}, {"always": 1})
    before = Window(None, hour(0))
    actions: list[Action] = []
    effects: list[Effect] = []
    standings = [Standing(ref, "its key", before)]
    for number in range(length):
        window = Window(hour(2 * number), hour(2 * number + 1))
        action = a_create(number, window, None if number else ref)
        actions.append(action)
        if number == 0:
            effects.append(Effect("X", ref, EffectKind.SHORTENED, always.window, before, action.id))
        between = Window(hour(2 * number + 1), None if number + 1 == length else hour(2 * number + 2))
        effects += [opened(action.ref, window, action), opened(ref, between, action)]
        standings += [Standing(action.ref, key_of(action), window), Standing(ref, "its key", between)]
    outlook = Outlook(
        applicable_until=hour(0),
        depends_on=("after_bounded_end",),
        resolution=(("X", (*standings,)),),
    )
    rule = TakeoverRule(after_bounded_end=AfterBoundedEnd.PREDECESSOR)
    return a_plan(actions, effects, state, outlook, rule=rule), state


def chain_backwards(length: int) -> tuple[Plan, State]:
    """The same in the other order: each create takes away what the one before it made."""
    plan, state = chain(length)
    first = plan.actions[0]
    window = Window(hour(0))
    outlook = Outlook(
        depends_on=("later_windows",),
        resolution=(("X", (Standing(first.ref, key_of(first), window),)),),
    )
    return a_plan([*reversed(plan.actions)], [opened(first.ref, window, first)], state, outlook), state


def retired(length: int) -> tuple[Plan, State]:
    """All versions of one package, one after the other on one alias, are archived."""
    versions: dict[PackageRef, RecordedVersion] = {}
    actions: list[Action] = []
    effects: list[Effect] = []
    for number in range(length):
        ref = PackageRef("p", number + 1)
        end = None if number + 1 == length else hour(number + 1 - length)
        window = AliasWindow("X", Window(hour(number - length), end))
        digest = digest_of({"name": f"{number}"})
        versions[ref] = RecordedVersion(
            ref, f"id-{number}", "", digest, {}, {}, (window,), (window,), hour(-1), order=number
        )
        actions.append(
            Action(
                id=f"archive:{ref}",
                operation=Operation.ARCHIVE,
                ref=ref,
                reason=Reason.RETIRED,
                uniqueness_key=None,
                payload={"package_id": f"id-{number}"},
                windows=(),
                digest=digest,
                metadata=RETIRED,
                previous=ref,
            )
        )
        effects.append(Effect("X", ref, EffectKind.REMOVED, window.window, None, f"archive:{ref}"))
    state = State("local", "test", "lineage", Head(length, "sha256:head"), versions, {}, {"p": length})
    return a_plan(actions, effects, state, Outlook(resolution=(("X", ()),))), state


def drifted(length: int) -> tuple[Plan, State]:
    """Packages of others on one alias, of which the log knew nothing, nor of versions that are on none."""
    foreign: dict[str, ForeignPackage] = {}
    versions: dict[PackageRef, RecordedVersion] = {}
    drift: list[Difference] = []
    for number in range(length):
        window = AliasWindow("X", Window(hour(number), hour(number + 1)))
        package = ForeignPackage(ForeignRef(f"id-{number:05}"), None, (window,))
        foreign[package.ref.package_id] = package
        drift.append(
            Difference(
                DriftKind.FOREIGN, package.ref, package.ref.package_id, None, "X", (), (window.window,)
            )
        )
        ref = PackageRef(f"p{number:05}", 1)
        versions[ref] = RecordedVersion(ref, str(ref), "", "", {}, {}, (), (), EPOCH, order=10)
        drift.insert(number, Difference(DriftKind.UNRECORDED, ref, str(ref)))
    state = State("local", "test", "lineage", Head(9, "sha256:head"), versions, foreign=foreign)
    return a_plan([], [], state, Outlook(Compared.ENVIRONMENT, tuple(drift))), state


def lines_of_a_check(plan: Plan, state: State) -> int:
    """How many lines of the checker are executed for a plan that holds."""
    count = 0

    def local(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return local

    def enter(frame: FrameType, event: str, arg: object) -> Any:
        return local if str(frame.f_globals.get("__name__")).startswith(CHECKER) else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        found = check_plan(plan, state, explain=explain)
    finally:
        sys.settrace(before)
    assert found == ()
    return count


@pytest.mark.parametrize(
    "shape", [chain, chain_backwards, campaigns, retired, drifted], ids=lambda shape: shape.__name__
)
def test_twice_the_plan_is_twice_the_work(shape: Callable[[int], tuple[Plan, State]]) -> None:
    small, medium, large = (lines_of_a_check(*shape(length)) for length in (100, 200, 400))
    assert medium < 2.2 * small
    assert large < 2.2 * medium


def test_two_thousand_packages_on_one_alias_hold() -> None:
    plan, state = chain(2000)
    assert check_plan(plan, state, explain=explain) == ()


def explain(*_: object) -> tuple[()]:
    return ()
