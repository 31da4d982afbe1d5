"""Random catalogs, edits and instants through planner, apply and engine, against the brute-force oracle."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.applying import Site, planned
from support.windows import (
    ALIASES,
    RULES,
    Declared,
    asked_for,
    catalogs,
    compiled,
    instants,
    rule_name,
    well_formed,
)
from support.worlds import day

from pkgplan.model.canonical import pretty
from pkgplan.model.timeline import TakeoverRule, resolve
from pkgplan.model.units import next_full_hour

HOUR = next_full_hour(day(0)) - day(0)


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
@settings(max_examples=15, deadline=None)
@given(steps=st.lists(st.tuples(catalogs().filter(well_formed), st.integers(0, 40)), min_size=1, max_size=4))
def test_the_engine_resolves_as_the_catalog_says_after_each_apply(
    rule: TakeoverRule, steps: list[tuple[Declared, int]]
) -> None:
    site = Site(rule)
    as_of = day(0)
    for declared, hours in steps:
        as_of += HOUR * hours
        site.clock.instant = as_of
        packages = compiled(declared)
        state = site.state
        made = planned(packages, state, as_of, rule=rule)
        again = planned(list(reversed(packages)), site.state, as_of, rule=rule)
        if made is None:
            assert again is None
            continue
        assert again is not None
        assert pretty(made.to_json()) == pretty(again.to_json())
        wanted = {
            (alias, at): asked_for(alias, packages, state, rule, as_of=as_of, at=at)
            for alias, at in product(ALIASES, instants(as_of))
        }
        outcome = site.apply(packages, as_of)
        assert outcome is not None
        assert outcome.fault is None
        assert outcome.outcome == ("applied" if made.actions else "nothing")
        state = site.state
        contents = {version.package_id: version.content for version in state.versions.values()}
        declared_aliases = {alias.window.alias for package in packages for alias in package.aliases}
        for (alias, at), content in wanted.items():
            live = site.engine.resolve_alias(alias, at)
            recorded = resolve(state.timelines().get(alias, ()), at)
            if at >= as_of:
                assert live == (None if recorded is None else state.package_id(recorded))
            if alias in declared_aliases:
                assert (None if live is None else contents[live]) == content, (alias, at)
        empty = planned(packages, state, as_of, rule=rule)
        assert empty is not None
        assert empty.actions == ()
        assert empty.effects == ()
