"""Two spellings of one meaning are one version, and everything else is another one that says which line makes it so."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from support.breaks import breaks
from support.random_values import Chance
from support.recorded import recorded_state
from support.respelling import meaning, respelled
from support.specs import a_spec, catalog_with

from pkgplan.model.compiled import AsSent
from pkgplan.model.diagnostics import has_errors
from pkgplan.model.meaning import canonical_form, says_the_same
from pkgplan.model.plan import Reason
from pkgplan.model.timeline import SAFEST
from pkgplan.pipeline import Basis, CheckedCatalog, Target, compare, make_plan, recorded_side
from pkgplan.pipeline.comparing import declared_side
from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.stages.diff import diff

if TYPE_CHECKING:
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import RecordedVersion, State

CURRENCIES: Final = st.sampled_from(["USD", "EUR"])
SEEDS: Final = st.integers(0, 2**32)
NOW: Final = datetime(2026, 1, 15, tzinfo=UTC)


@settings(max_examples=50)
@given(st.data(), CURRENCIES, SEEDS)
def test_another_spelling_is_no_other_version(data: st.DataObject, currency: str, seed: int) -> None:
    spec = _without_windows(data.draw(a_spec(currency)))
    other = respelled(Chance(Random(seed)), spec)
    assert meaning(spec) == meaning(other)
    (_, one), (catalog, two) = _compiled(spec, currency), _compiled(other, currency)
    assert canonical_form(one.payload) == canonical_form(two.payload)
    assert diff(_sent(one), _sent(two)) == diff(_sent(two), _sent(one)) == ()

    state = recorded_state([one])
    assert _plan(catalog, state).actions == ()
    compared = compare(
        recorded_side(*_recorded(state)), declared_side(_checked(catalog), "random", _target(catalog), {}), ""
    )
    assert compared.is_same
    assert {row.kind for row in compared.rows} == {None}


@settings(max_examples=50)
@given(st.data(), CURRENCIES, SEEDS)
def test_what_means_something_else_is_another_version_with_a_line_that_says_so(
    data: st.DataObject, currency: str, seed: int
) -> None:
    spec = _without_windows(data.draw(a_spec(currency)))
    _, one = _compiled(spec, currency)
    state = recorded_state([one])
    for broken in Random(seed).choices([*breaks(spec)], k=10):
        other = broken.spec
        catalog, found = catalog_with(other, currency)
        if has_errors(found):
            continue
        two = _only(catalog, found)
        is_same = meaning(spec) == meaning(other)
        assert says_the_same(one.payload, two.payload) == is_same, broken
        plan = _plan(catalog, state)
        assert bool(plan.actions) != is_same, broken
        for action in plan.actions:
            assert action.reason is Reason.TERMS_CHANGED
            assert action.changes, broken
            assert action.digest == two.digest
            _name_the_place(action.changes, broken)


def _name_the_place(changes: Any, broken: Any) -> None:
    """Every line is in the block that was broken, or in one that names it."""
    assert any(change.path.split(".")[0] == broken.route[0] for change in changes), (changes, broken)


def _without_windows(spec: dict[str, Any]) -> dict[str, Any]:
    """Whatever is new is planned at once."""
    return {name: item for name, item in spec.items() if name not in {"aliases", "retire"}}


def _plan(catalog: Catalog, state: State) -> Plan:
    planned = make_plan(_checked(catalog), _target(catalog), Basis(state), NOW)
    assert planned.plan is not None, planned.diagnostics
    return planned.plan


def _checked(catalog: Catalog) -> CheckedCatalog:
    return CheckedCatalog((), catalog, ())


def _target(catalog: Catalog) -> Target:
    return Target("local", "random", SAFEST, _ids(catalog))


def _recorded(state: State) -> tuple[RecordedVersion, AsSent]:
    (version,) = state.versions.values()
    assert version.as_sent is not None
    return version, version.as_sent


def _compiled(spec: dict[str, Any], currency: str) -> tuple[Catalog, CompiledPackage]:
    catalog, found = catalog_with(spec, currency)
    return catalog, _only(catalog, found)


def _only(catalog: Catalog, found: Any) -> CompiledPackage:
    assert not has_errors(found), [f"{each.rule.code} {each.at.route}: {each.message}" for each in found]
    (compiled,) = compile_packages(catalog, _ids(catalog))
    return compiled


def _sent(package: CompiledPackage) -> AsSent:
    return AsSent(package.payload, package.references, package.terms)


def _ids(catalog: Catalog) -> dict[str, str]:
    return embedded_ids(catalog, "random", "local")
