"""From a checked catalog and recorded state to a plan.

Comes in: a catalog without errors, the environment's ids, state, an instant. Goes out: a `Plan`, or the findings that
stand in its way. Never here: the work of a stage, calls to the environment, or the clock.

    compile -> plan -> diff
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan import __version__
from pkgplan.model.catalog.project import Forget as ForgetSpec
from pkgplan.model.compiled import AsSent
from pkgplan.model.diagnostics import Location, has_errors, in_order
from pkgplan.model.plan import Action, Base, Operation, Plan
from pkgplan.model.rules import FOUND_BY_PLANNER
from pkgplan.model.source import catalog_digest
from pkgplan.pipeline.checking import located
from pkgplan.stages.compile import compile_packages
from pkgplan.stages.diff import diff
from pkgplan.stages.plan import Decided, Forget, plan
from pkgplan.stages.plan.number import Emission

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.diagnostics import Diagnostic
    from pkgplan.model.record import State
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.model.units import Instant
    from pkgplan.pipeline.checking import CheckedCatalog


@dataclass(frozen=True, slots=True)
class Target:
    """The environment that a plan is for: its names, how it moves aliases, and the ids it knows."""

    environment: str
    namespace: str
    rule: TakeoverRule
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, or the findings that stand in its way."""

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]


def make_plan(checked: CheckedCatalog, target: Target, state: State, as_of: Instant) -> Planned:
    """Plan a sound catalog; pure, so that the same inputs give the same bytes.

    Raises:
        UnpinnedReference: a name has no id in the environment.
    """
    packages = compile_packages(checked.catalog, target.ids)
    decided = plan(
        packages,
        state,
        as_of=as_of,
        rule=target.rule,
        forget=_forget(checked.catalog),
        emission=Emission(target.namespace, target.environment),
    )
    found = located(decided.diagnostics, checked.resolved)
    judged = checked.policy.judge(found, unused=None if has_errors(found) else FOUND_BY_PLANNER)
    diagnostics = in_order((*checked.diagnostics, *judged))
    if has_errors(diagnostics):
        return Planned(None, diagnostics)
    return Planned(_bind(decided, checked, target, state, as_of), diagnostics)


def with_diagnostics(made: Plan, diagnostics: Iterable[JsonObject]) -> Plan:
    """The plan carrying its findings as they are shown; they are no part of its digest."""
    return replace(made, diagnostics=tuple(diagnostics))


def _forget(catalog: Catalog) -> Forget:
    if catalog.project is None:
        return Forget(frozenset(), frozenset(), Location("pkgplan.yaml"))
    spec = catalog.project.document.spec
    at = catalog.project.at("spec", "forget") if spec.forget != ForgetSpec() else catalog.project.at("spec")
    return Forget(frozenset(spec.forget.packages), frozenset(spec.forget.aliases), at.at_key())


def _bind(
    decided: Decided,
    checked: CheckedCatalog,
    target: Target,
    state: State,
    as_of: Instant,
) -> Plan:
    return Plan(
        tool_version=__version__,
        environment=target.environment,
        namespace=target.namespace,
        as_of=as_of,
        catalog_digest=catalog_digest(checked.sources),
        base=Base(state.lineage, state.head.serial, state.head.digest),
        assumptions=target.rule.readings(),
        actions=tuple(_explained(action, state) for action in decided.actions),
        effects=decided.effects,
    )


def _explained(action: Action, state: State) -> Action:
    if action.operation is Operation.RECORD:
        recorded = state.metadata.get(action.ref.key, {})
        return replace(action, changes=diff(AsSent(recorded), AsSent(action.payload)))
    version = None if action.previous is None else state.versions.get(action.previous)
    before = None if version is None else version.as_sent
    if action.operation is not Operation.CREATE or before is None:
        return action
    return replace(action, changes=diff(before, action.as_sent))
