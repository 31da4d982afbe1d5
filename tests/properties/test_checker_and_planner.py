"""Two derivations of one plan: whatever the planner makes of a catalog, in whatever state, the checker agrees with.

Under each of the sixteen readings; also when an apply was killed, taken over, or stopped because the environment did
something else than the plan assumed, and when the log was written again from the environment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.altered_plans import explain
from support.applying import ENVIRONMENT, NAMESPACE, Fuse, Killed, Site, planned
from support.memory_log import MemoryStateLog
from support.worlds import a_package, day

from pkgplan.apply import abandon, apply, rebuild
from pkgplan.checker import Asked, check_outcome, check_plan
from pkgplan.model.diagnostics import Location
from pkgplan.model.timeline import (
    END,
    AfterBoundedEnd,
    DatelessStart,
    DatelessTakeover,
    LaterWindows,
    TakeoverRule,
    Window,
)
from pkgplan.stages.drift import Ours
from pkgplan.stages.plan import Reach

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State
    from pkgplan.model.units import Instant

RULES = [
    TakeoverRule(*readings)
    for readings in product(LaterWindows, AfterBoundedEnd, DatelessTakeover, DatelessStart)
]
KEYS, ALIASES = "abc", "XYZ"


@dataclass(frozen=True)
class Step:
    """What the catalog says at an instant, and what becomes of the apply."""

    as_of: Instant
    packages: list[CompiledPackage]
    reach: Reach
    killed_at: int | None = None
    log_is_lost: bool = False

    @property
    def asked(self) -> Asked:
        return Asked(self.packages, self.reach.packages, self.reach.aliases)


@st.composite
def a_window(draw: st.DrawFn, now: int) -> tuple[str, Instant | None, Instant | None]:
    start = draw(st.none() | st.integers(0, now + 20))
    end = draw(st.none() | st.none() | st.integers(now, now + 40))
    if start is not None and end is not None and end <= start:
        end = None
    alias = draw(st.sampled_from(ALIASES))
    return alias, None if start is None else day(start), None if end is None else day(end)


def is_sound(packages: Iterable[CompiledPackage]) -> bool:
    """What the checks of a catalog demand of its windows, so that they come to be planned at all."""
    windows: dict[str, list[Window]] = {}
    for package in packages:
        for each in package.aliases:
            window = each.window.window
            windows.setdefault(each.window.alias, []).append(window)
            if window.start >= min(window.end, package.retire_at or END):
                return False
    in_order = (sorted(each, key=lambda window: window.start) for each in windows.values())
    return all(
        one.start < other.start and (one.ending_before is None or one.end <= other.start)
        for each in in_order
        for one, other in pairwise(each)
    )


@st.composite
def steps(draw: st.DrawFn, *, unlucky: bool) -> list[Step]:
    made: list[Step] = []
    now, at = 0, day(0)
    packages: dict[str, CompiledPackage] = {}
    for _ in range(draw(st.integers(2, 5))):
        now += draw(st.sampled_from([0, 1, 2, 5]))
        at = max(at, day(now) + timedelta(hours=draw(st.integers(0, 1))))
        for key in KEYS:
            change = draw(st.integers(0, 9))
            if change < 5:
                retire = draw(st.none() | st.none() | st.integers(0, now + 5))
                packages[key] = a_package(
                    key,
                    draw(st.sampled_from("123")),
                    *draw(st.lists(a_window(now), max_size=3, unique_by=lambda window: window[0])),
                    retire_at=None if retire is None else day(retire),
                    description=draw(st.sampled_from(["", "x"])),
                )
            elif change == 9:
                packages.pop(key, None)
        if not is_sound(packages.values()):
            continue
        gone = frozenset(key for key in KEYS if key not in packages)
        made.append(
            Step(
                # At full hours: a window that begins with a call at another instant cannot be cut at its start.
                as_of=at,
                packages=[packages[key] for key in sorted(packages)],
                reach=Reach(gone, frozenset(), Location("pkgplan.yaml")),
                killed_at=draw(st.none() | st.integers(1, 25)) if unlucky else None,
                log_is_lost=unlucky and draw(st.integers(0, 9)) == 0,
            )
        )
    return made


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "-".join(rule.readings().values()))
@settings(max_examples=25)
@given(steps(unlucky=False))
def test_what_is_planned_holds_and_happens(rule: TakeoverRule, made: list[Step]) -> None:
    site = Site(rule)
    for step in made:
        before = site.state
        plan = _planned(step, before, rule)
        if plan is None:
            continue
        assert check_plan(plan, before, explain=explain, asked=step.asked) == ()
        site.clock.instant = step.as_of
        outcome = apply(plan, site.world())
        assert outcome.outcome == ("applied" if plan.actions else "nothing"), outcome.fault
        assert check_outcome(plan, before, site.state) == ()


@pytest.mark.slow
@settings(max_examples=250)
@given(st.sampled_from(RULES), st.sampled_from(RULES), steps(unlucky=True))
def test_what_is_planned_holds_whatever_went_wrong_before(
    assumed: TakeoverRule, real: TakeoverRule, made: list[Step]
) -> None:
    site = Site(real)
    for step in made:
        site.clock.instant = step.as_of
        if site.state.unfinished is not None:
            abandon(site.world())
        if step.log_is_lost and site.state.versions:
            site.log = MemoryStateLog()
            packages = step.packages
            ours = Ours(NAMESPACE, ENVIRONMENT, packages=partial(tuple, packages))
            rebuild(replace(site.world(), ours=ours))
        before = site.state
        plan = _planned(step, before, assumed)
        if plan is None:
            continue
        assert check_plan(plan, before, explain=explain, asked=step.asked) == ()
        try:
            outcome = apply(plan, site.world(Fuse(step.killed_at)))
        except Killed:
            continue
        if outcome.outcome == "applied":
            assert check_outcome(plan, before, site.state) == ()


def _planned(step: Step, state: State, rule: TakeoverRule) -> Plan | None:
    return planned(step.packages, state, step.as_of, rule=rule, reach=step.reach)
