"""For each refusal of a plan, what the hint says can be done and plans."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.edits import File, Files, Step, sequence
from support.following import followed
from support.windows import RULES, rule_name
from support.worlds import World, day

from pkgplan.model.diagnostics import Diagnostic, Severity
from pkgplan.model.timeline import SAFEST, TakeoverRule

SEEDS = st.integers(0, 2**32)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.model.units import Instant
    from pkgplan.stages.plan import Decided


def planned(world: World, files: Files, as_of: Instant) -> tuple[Decided, list[Diagnostic]]:
    decided = world.plan([file.compiled() for file in files], as_of)
    return decided, [found for found in decided.diagnostics if found.severity is Severity.ERROR]


def every_hint_leads_to_a_plan(rule: TakeoverRule, steps: Sequence[Step]) -> Counter[str]:
    """Gives how often which rule refused."""
    world, as_of = World(rule), day(0)
    applied: Files | None = None
    known: dict[str, File] = {}
    refused: Counter[str] = Counter()
    for step in steps:
        as_of += timedelta(hours=step.hours)
        decided, errors = planned(world, step.files, as_of)
        if not errors:
            for action in decided.actions:
                world.apply(action, as_of)
            applied = step.files
            known |= {file.key: file for file in step.files}
            continue
        refused.update({error.rule.code for error in errors})
        for earliest in (True, False):
            then = followed(step.files, errors, applied=applied, known=known, earliest=earliest)
            if then is not None:
                _, again = planned(world, then, as_of)
                assert not again, f"{[e.hint for e in errors]} led to {[e.message for e in again]}"
    return refused


@settings(max_examples=200)
@given(seed=SEEDS)
def test_who_follows_every_hint_gets_a_plan(seed: int) -> None:
    every_hint_leads_to_a_plan(SAFEST, sequence(Random(seed)))


@settings(max_examples=60)
@given(seed=SEEDS)
def test_the_same_with_two_aliases(seed: int) -> None:
    every_hint_leads_to_a_plan(SAFEST, sequence(Random(seed), ("X", "Y")))


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
@settings(max_examples=15)
@given(seed=SEEDS)
def test_the_same_under_every_reading(rule: TakeoverRule, seed: int) -> None:
    every_hint_leads_to_a_plan(rule, sequence(Random(seed), ("X", "Y"), longest=4))


def test_random_edits_are_refused_for_every_reason_that_has_a_way_out() -> None:
    """Otherwise the tests above would say less than they seem to."""
    refused: Counter[str] = Counter()
    for seed in range(150):
        refused += every_hint_leads_to_a_plan(SAFEST, sequence(Random(seed), ("X", "Y")))
    assert {"PKG403", "PKG404", "PKG408", "PKG502"} <= refused.keys()
    assert refused.total() > 100
