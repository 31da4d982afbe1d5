"""Two plans have one effect digest if and only if they send the same, and every alias resolves alike afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from support.applying import Site, planned
from support.command import change_of_february, edit, run
from support.edits import sequence
from support.processes import add_package
from support.windows import RULES
from support.worlds import EPOCH

from pkgplan.model.canonical import canonical
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import SAFEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State


# Windows of these histories begin and end on whole days, at full hours, or when a call is made.
INSTANTS = [EPOCH + timedelta(minutes=15 * quarter) for quarter in range(-8, 4 * 24 * 20)]


def caused(plan: Plan, state: State) -> tuple[object, ...]:
    """What a plan does, told the long way: the calls, and who has each touched alias at every instant afterwards."""
    calls = [
        (str(action.operation), canonical(action.payload))
        for action in plan.actions
        if action.operation in {Operation.CREATE, Operation.ARCHIVE}
    ]
    names = {str(version.ref): version.uniqueness_key for version in state.versions.values()}
    names |= {str(a.ref): a.uniqueness_key or "" for a in plan.actions if a.operation is Operation.CREATE}
    resolved = {
        (alias, at): next((names[str(s.holder)] for s in standings if s.window.covers(at)), None)
        for alias, standings in (plan.outlook.resolution if plan.outlook else ())
        for at in INSTANTS
    }
    return tuple(calls), tuple(sorted(resolved.items(), key=str))


def made(seed: int) -> Iterator[tuple[State, list[Plan]]]:
    """For each step of a random history the plans that can be made there: later, by another version, under others."""
    chance = Random(seed)
    site = Site(chance.choice(RULES) if seed % 2 else SAFEST)
    at = EPOCH
    for step in sequence(chance, ("X", "Y")):
        at += timedelta(hours=step.hours)
        packages = [file.compiled() for file in step.files]
        state = site.state
        plans = [
            plan
            for rule in (site.rule, *(other for _, other in site.rule.otherwise()))
            for hours in (0, 0.25, 1, 24)
            if (plan := planned(packages, state, at + timedelta(hours=hours), rule=rule)) is not None
        ]
        yield state, plans
        site.apply(packages, at)


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_the_digest_is_the_same_exactly_where_what_happens_is(first: int) -> None:
    same = different = 0
    for seed in range(first, first + 10):
        for state, plans in made(seed):
            told = [(caused(plan, state), plan.effect_digest) for plan in plans]
            for effect, digest in told:
                for other, other_digest in told:
                    assert (effect == other) is (digest == other_digest)
                    same += effect == other
                    different += effect != other
    assert same > 200
    assert different > 20


def test_what_nobody_is_billed_by_changes_nothing(applied: Path) -> None:
    """A day later, another version of pkgplan, a comment, `fmt`, an unrelated entry in the log."""
    change_of_february(applied)
    starter = applied / "packages" / "starter.yaml"
    digest = _digest(applied)
    assert _digest(applied, "2026-01-16") == digest
    edit(starter, ("kind: Package\n", "kind: Package  # the first\n"))
    assert _digest(applied) == digest
    assert run("fmt", "-C", applied).code == 0
    assert _digest(applied) == digest
    edit(starter, ("description: ", "description: Again, "))
    assert _digest(applied) == digest


def test_an_unrelated_entry_in_the_log_changes_nothing(applied: Path) -> None:
    starter = applied / "packages" / "starter.yaml"
    before = starter.read_text()
    change_of_february(applied)
    changed, digest = starter.read_text(), _digest(applied)
    starter.write_text(before)
    add_package(applied, "team", "Team", "2025-10-01")
    assert run("apply", "-C", applied, "--yes", "--as-of", "2025-09-20").code == 0
    starter.write_text(changed)
    assert _plan(applied)["base"]["serial"] > 6
    assert _digest(applied) == digest


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("packages/starter.yaml", "days: 15", "days: 16"),
        ("packages/starter.yaml", "2026-02-01\n", "2026-02-01T01:00:00Z\n"),
        ("packages/starter.yaml", "2026-02-01\n", "2026-02-01\n      ending_before: 2027-01-01\n"),
        ("pkgplan.yaml", "namespace: gnome-ai", "namespace: gnome-eu"),
    ],
)
def test_each_change_of_what_happens_changes_it(catalog: Path, file: str, old: str, new: str) -> None:
    change_of_february(catalog)
    digest = _digest(catalog)
    edit(catalog / file, (old, new))
    assert _digest(catalog) != digest


def test_the_environment_and_the_version_of_the_encoding_are_in_it() -> None:
    site = Site()
    packages = [file.compiled() for file in next(iter(sequence(Random(3), ("X",)))).files]
    plan = planned(packages, site.state, EPOCH)
    assert plan is not None
    assert plan.effect_digest.startswith("pkgplan-effect/v1:sha256:")
    assert replace(plan, environment="other").effect_digest != plan.effect_digest
    assert replace(plan, tool_version="9.9", catalog_digest="x").effect_digest == plan.effect_digest


def _plan(catalog: Path, as_of: str = "2026-01-15") -> Any:
    ran = run("plan", "-C", catalog, "--format", "json", "--as-of", as_of)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def _digest(catalog: Path, as_of: str = "2026-01-15") -> str:
    return str(_plan(catalog, as_of)["effect_digest"])
