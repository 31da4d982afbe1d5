"""What the passing of time alone does to a catalog that was applied: nothing, except what is due."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.edits import Step, sequence
from support.windows import RULES, rule_name
from support.worlds import World, day

from pkgplan.model.diagnostics import has_errors
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import SAFEST, TakeoverRule
from pkgplan.model.units import on_the_hour

SEEDS = st.integers(0, 2**32)

if TYPE_CHECKING:
    from collections.abc import Sequence

HOURS_LATER = (0.5, 1, 5, 24, 48, 72, 120, 480)


def nothing_happens_by_itself(rule: TakeoverRule, steps: Sequence[Step]) -> None:
    world = World(rule)
    as_of = day(0)
    for step in steps:
        as_of += timedelta(hours=step.hours)
        packages = [file.compiled() for file in step.files]
        decided = world.plan(packages, as_of)
        if has_errors(decided.diagnostics):
            continue
        for action in decided.actions:
            for window in action.windows:
                for edge in (window.window.starting_at, window.window.ending_before):
                    assert edge is None or on_the_hour(edge), f"{action.id} is sent off the hour: {edge}"
            world.apply(action, as_of)
        again = world.plan(packages, as_of)
        assert (again.actions, has_errors(again.diagnostics)) == ((), False), "at the very same instant"
        for hours in HOURS_LATER:
            then = world.plan(packages, as_of + timedelta(hours=hours))
            assert not has_errors(then.diagnostics), f"{hours} hours later: {then.diagnostics[0].message}"
            due = {action.operation for action in then.actions}
            assert due <= {Operation.ARCHIVE}, f"{hours} hours later: {[a.id for a in then.actions]}"


@settings(max_examples=200)
@given(seed=SEEDS)
def test_an_applied_catalog_plans_nothing_later_but_what_is_due(seed: int) -> None:
    nothing_happens_by_itself(SAFEST, sequence(Random(seed)))


@settings(max_examples=60)
@given(seed=SEEDS)
def test_the_same_with_two_aliases(seed: int) -> None:
    nothing_happens_by_itself(SAFEST, sequence(Random(seed), ("X", "Y")))


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
@settings(max_examples=20)
@given(seed=SEEDS)
def test_the_same_under_every_reading_of_the_takeover_rule(rule: TakeoverRule, seed: int) -> None:
    nothing_happens_by_itself(rule, sequence(Random(seed), ("X", "Y"), longest=4))
