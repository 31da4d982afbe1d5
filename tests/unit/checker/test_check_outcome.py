"""After the last action: what is recorded is what the plan said, and nothing else is different."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.altered_plans import Made, golden_cases
from support.golden import PLANS, Case, Workshop

from pkgplan.checker import Kind, check_outcome
from pkgplan.model.names import PackageRef
from pkgplan.model.record import RecordedVersion, State, UnfinishedRun
from pkgplan.model.timeline import AliasWindow, Window

if TYPE_CHECKING:
    from collections.abc import Callable

PRICE = "price-change-one-amount"
ONE, TWO = PackageRef("starter", 1), PackageRef("starter", 2)


@cache
def applied(name: str) -> tuple[Made, State]:
    """A golden plan with the state before and after it was applied on the embedded engine."""
    with TemporaryDirectory() as folder:
        shop = Workshop(Path(folder))
        try:
            outcome = shop.run(Case(PLANS / name))
            shop.apply(outcome)
            after = shop.again().before
        finally:
            shop.close()
    return Made(outcome.plan, outcome.before), after


@pytest.mark.parametrize("name", golden_cases())
def test_a_golden_plan_does_what_it_says(name: str) -> None:
    made, after = applied(name)
    assert check_outcome(made.plan, made.state, after) == ()


@pytest.mark.parametrize("name", [name for name in golden_cases() if applied(name)[0].plan.actions])
def test_a_plan_that_was_not_applied_is_told(name: str) -> None:
    made, _ = applied(name)
    assert check_outcome(made.plan, made.state, made.state) != ()


def changed(ref: PackageRef, **values: Any) -> Callable[[State], State]:
    def change(state: State) -> State:
        return replace(state, versions={**state.versions, ref: replace(state.versions[ref], **values)})

    return change


def without(ref: PackageRef) -> Callable[[State], State]:
    def change(state: State) -> State:
        return replace(state, versions={each: held for each, held in state.versions.items() if each != ref})

    return change


def with_version(ref: PackageRef) -> Callable[[State], State]:
    def change(state: State) -> State:
        another = replace(state.versions[ONE], ref=ref)
        return replace(state, versions={**state.versions, ref: another})

    return change


def a_run(state: State, digest: str) -> UnfinishedRun:
    return UnfinishedRun("run", {}, digest, state.versions[ONE].created_at, "somebody", {}, frozenset())


def shown(state: State, ref: PackageRef, **bounds: Any) -> tuple[AliasWindow, ...]:
    (window,) = state.versions[ref].windows
    return (replace(window, window=replace(window.window, **bounds)),)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is recorded other than it should be, and what the checker has to say."""

    kind: Kind
    plan: str
    differ: Callable[[State], State]
    sentence: str
    action: str | None


DIFFERENCES: Final = (
    Difference(
        Kind.OUTCOME_LOG,
        PRICE,
        lambda state: replace(state, lineage="another"),
        'the log is that of ["another","gnome-ai","local"], the plan is for ["lineage","gnome-ai","local"]',
        None,
    ),
    Difference(
        Kind.OUTCOME_LOG,
        PRICE,
        lambda state: replace(state, unfinished=a_run(state, "sha256:other")),
        "plan sha256:other is under way, the plan is sha256:",
        None,
    ),
    Difference(
        Kind.OUTCOME_VERSION, PRICE, without(TWO), "create:starter@2: starter@2 is not recorded", "create:starter@2"
    ),
    Difference(Kind.OUTCOME_VERSION, PRICE, without(ONE), "starter@1 is not recorded any more", None),
    Difference(
        Kind.OUTCOME_VERSION,
        PRICE,
        with_version(PackageRef("pro", 1)),
        "pro@1 is recorded, and the plan does not create it",
        None,
    ),
    Difference(
        Kind.OUTCOME_VERSION,
        PRICE,
        lambda state: replace(state, reserved={"starter": 3}),
        'the highest number of "starter" is 3, by the plan it is 2',
        None,
    ),
    Difference(
        Kind.OUTCOME_VERSION,
        PRICE,
        changed(TWO, digest="sha256:0"),
        'create:starter@2: "digest" is recorded as "sha256:0", the action says "sha256:',
        "create:starter@2",
    ),
    Difference(
        Kind.OUTCOME_VERSION, PRICE, changed(TWO, payload={}), '"payload" is recorded as {}', "create:starter@2"
    ),
    Difference(
        Kind.OUTCOME_VERSION, PRICE, changed(TWO, references={}), '"references" is recorded as {}', "create:starter@2"
    ),
    Difference(
        Kind.OUTCOME_VERSION,
        PRICE,
        changed(TWO, terms={"overrides": ("a",)}),
        '"terms" is recorded as {"overrides":["a"]}, the action says {}',
        "create:starter@2",
    ),
    Difference(
        Kind.OUTCOME_VERSION, PRICE, changed(TWO, carried=True), '"carried" is recorded as true', "create:starter@2"
    ),
    Difference(
        Kind.OUTCOME_VERSION, PRICE, changed(TWO, sent=()), '"windows" is recorded as []', "create:starter@2"
    ),
    Difference(
        Kind.OUTCOME_VERSION,
        PRICE,
        changed(TWO, uniqueness_key="other"),
        '"uniqueness_key" is recorded as "other"',
        "create:starter@2",
    ),
    Difference(
        Kind.OUTCOME_VERSION,
        PRICE,
        changed(ONE, package_id="other"),
        "starter@1 is not recorded as it was before the plan",
        None,
    ),
    Difference(
        Kind.OUTCOME_WINDOWS,
        PRICE,
        lambda state: changed(ONE, windows=shown(state, ONE, ending_before=None))(state),
        'create:starter@2: starter@1 has "Starter Plan" 2025-10-01 .., by the plan it has "Starter Plan" 2025-10-01 '
        ".. 2026-02-01",
        "create:starter@2",
    ),
    Difference(
        Kind.OUTCOME_WINDOWS, PRICE, changed(TWO, windows=()), "starter@2 has no alias, by the plan", "create:starter@2"
    ),
    Difference(
        Kind.OUTCOME_WINDOWS,
        PRICE,
        lambda state: changed(
            TWO, windows=(*state.versions[TWO].windows, AliasWindow("Pro Plan", Window()))
        )(state),
        'starter@2 has "Pro Plan" .., "Starter Plan" 2026-02-01 .., by the plan it has "Starter Plan" 2026-02-01 ..',
        "create:starter@2",
    ),
    Difference(
        Kind.OUTCOME_ARCHIVED,
        PRICE,
        lambda state: changed(TWO, archived_at=state.versions[TWO].created_at)(state),
        "create:starter@2: starter@2 is archived",
        "create:starter@2",
    ),
    Difference(
        Kind.OUTCOME_ARCHIVED,
        PRICE,
        lambda state: changed(ONE, archived_at=state.versions[TWO].created_at)(state),
        "starter@1: starter@1 is archived, the plan leaves it as it was",
        None,
    ),
    Difference(
        Kind.OUTCOME_ARCHIVED,
        "retire-after",
        changed(ONE, archived_at=None),
        "archive:starter@1: starter@1 is not archived, the plan archives it",
        "archive:starter@1",
    ),
    Difference(
        Kind.OUTCOME_METADATA,
        "metadata-only",
        lambda state: replace(state, metadata={"starter": {}}),
        'record:starter: the metadata of "starter" are {}, by the plan they are {"description":"The Starter Plan"',
        "record:starter",
    ),
    Difference(
        Kind.OUTCOME_METADATA,
        PRICE,
        lambda state: replace(state, metadata={**state.metadata, "pro": {}}),
        'the state: the metadata of "pro" are {}, by the plan they are null',
        None,
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    "each", DIFFERENCES, ids=[f"{number}-{each.kind}" for number, each in enumerate(DIFFERENCES)]
)
def test_a_difference_is_told(each: Difference) -> None:
    made, after = applied(each.plan)
    found = check_outcome(made.plan, made.state, each.differ(after))
    said = [(one.kind, one.action) for one in found if each.sentence in str(one)]
    assert said == [(each.kind, each.action)], "\n".join(map(str, found))


def test_every_kind_of_outcome_has_its_difference() -> None:
    assert {each.kind for each in DIFFERENCES} == {kind for kind in Kind if kind.startswith("outcome-")}


@pytest.mark.parametrize("minutes", [-40, 0, 40])
def test_a_window_without_a_start_may_be_shown_with_the_instant_of_the_call(minutes: int) -> None:
    """The vendor does not say which; both are what the plan said, and the clocks need not agree."""
    made, after = applied("no-start-first")
    called = after.versions[ONE].created_at + timedelta(minutes=minutes)
    seen = changed(ONE, windows=shown(after, ONE, starting_at=called))(after)
    assert check_outcome(made.plan, made.state, seen) == ()


def test_a_window_without_a_start_is_not_shown_with_any_other_instant() -> None:
    made, after = applied("no-start-first")
    called = after.versions[ONE].created_at + timedelta(days=2)
    seen = changed(ONE, windows=shown(after, ONE, starting_at=called))(after)
    assert [each.kind for each in check_outcome(made.plan, made.state, seen)] == [Kind.OUTCOME_WINDOWS]


def test_a_window_that_ended_before_the_call_may_not_be_shown_at_all() -> None:
    """One that begins with the call would be empty."""
    made, after = applied("no-start-first")
    (create,) = made.plan.actions
    for hours, shown_at_all in ((-1, False), (48, True)):
        end = after.versions[ONE].created_at + timedelta(hours=hours)
        ended = (AliasWindow("Starter Plan", Window(None, end)),)
        plan = replace(made.plan, actions=(replace(create, windows=ended),))
        seen = changed(ONE, sent=ended, windows=ended)(after)
        assert check_outcome(plan, made.state, seen) == ()
        unseen = changed(ONE, sent=ended, windows=())(after)
        assert bool(check_outcome(plan, made.state, unseen)) == shown_at_all


def test_a_run_that_has_not_said_that_it_ended_is_that_of_the_plan() -> None:
    made, after = applied(PRICE)
    under_way = replace(after, unfinished=a_run(after, made.plan.digest))
    assert check_outcome(made.plan, made.state, under_way) == ()


def test_an_empty_window_says_nothing() -> None:
    made, after = applied(PRICE)
    version: RecordedVersion = after.versions[ONE]
    empty = AliasWindow("Starter Plan", Window(version.created_at, version.created_at))
    seen = changed(ONE, windows=(*version.windows, empty))(after)
    assert check_outcome(made.plan, made.state, seen) == ()
