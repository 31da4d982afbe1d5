"""From a checked catalog and recorded state to a plan.

Comes in: a catalog without errors, the environment's ids, state, an instant. Goes out: a `Plan`, or the findings that
stand in its way. Never here: the work of a stage, calls to the environment, or the clock.

    compile -> recognise -> plan -> diff -> check
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan import __version__
from pkgplan.checker import Asked
from pkgplan.model.catalog.project import Forget
from pkgplan.model.compiled import AsSent
from pkgplan.model.diagnostics import Location, has_errors, in_order
from pkgplan.model.outlook import Compared
from pkgplan.model.plan import Action, Base, Change, ChangeKind, Operation, Plan
from pkgplan.model.rules import FOUND_BY_PLANNER
from pkgplan.model.source import catalog_digest
from pkgplan.pipeline.checking import located
from pkgplan.pipeline.holding import refuse_bug
from pkgplan.pipeline.recognising import recognised
from pkgplan.stages.compile import compile_packages
from pkgplan.stages.diff import diff
from pkgplan.stages.plan import Decided, Emission, Reach, plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.diagnostics import Diagnostic
    from pkgplan.model.drift import Difference
    from pkgplan.model.record import State
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.model.units import Instant
    from pkgplan.pipeline.checking import CheckedCatalog

# Of a log that was rebuilt from its environment nobody can say what changed; that nothing did would be a lie.
_NOT_RECORDED = Change(ChangeKind.CHANGED, "terms", "not recorded", "as declared")


@dataclass(frozen=True, slots=True)
class Target:
    """The environment that a plan is for: its names, how it moves aliases, and the ids it knows.

    `takes_foreign` says that every package which pkgplan did not make may be pushed off an alias.
    """

    environment: str
    namespace: str
    rule: TakeoverRule
    ids: Mapping[str, str]
    takes_foreign: bool = False


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan is made on: the record; or the record with what differs in the environment taken over.

    `state` has the head of the log as it is, also where `drift` is not in the log yet.
    """

    state: State
    compared_with: Compared = Compared.RECORD
    drift: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, or the findings that stand in its way."""

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]


def make_plan(checked: CheckedCatalog, target: Target, basis: Basis, as_of: Instant) -> Planned:
    """Plan a sound catalog; pure, so that the same inputs give the same bytes.

    Raises:
        UnpinnedReference: a name has no id in the environment.
        PkgplanError: the checker derives something else from the plan than the planner, which is a bug.
    """
    state = basis.state
    packages = recognised(compile_packages(checked.catalog, target.ids), state)
    reach = _reach(checked.catalog, takes_all=target.takes_foreign)
    decided = plan(
        packages,
        state,
        as_of=as_of,
        rule=target.rule,
        reach=reach,
        emission=Emission(target.namespace, target.environment),
    )
    found = located(decided.diagnostics, checked.resolved)
    judged = checked.policy.judge(found, unused=None if has_errors(found) else FOUND_BY_PLANNER)
    diagnostics = in_order((*checked.diagnostics, *judged))
    if has_errors(diagnostics):
        return Planned(None, diagnostics)
    made = _bind(decided, checked, target, basis, as_of)
    # While a run is under way, windows are recorded that it has not read back yet: what is planned then is a preview,
    # which no apply takes.
    if state.unfinished is None:
        takes_over = None if reach.takes_all else reach.takes_over
        refuse_bug(made, state, Asked(packages, reach.packages, reach.aliases, takes_over))
    return Planned(made, diagnostics)


def with_diagnostics(made: Plan, diagnostics: Iterable[JsonObject]) -> Plan:
    """The plan carrying its findings as they are shown; they are no part of its digest."""
    return replace(made, diagnostics=tuple(diagnostics))


def _reach(catalog: Catalog, *, takes_all: bool) -> Reach:
    if catalog.project is None:
        return Reach(frozenset(), frozenset(), Location("pkgplan.yaml"), takes_all=takes_all)
    spec = catalog.project.document.spec
    at = catalog.project.at("spec", "forget") if spec.forget != Forget() else catalog.project.at("spec")
    return Reach(
        frozenset(spec.forget.packages),
        frozenset(spec.forget.aliases),
        at.at_key(),
        takes_over=frozenset(spec.takes_over),
        takes_all=takes_all,
    )


def _bind(
    decided: Decided,
    checked: CheckedCatalog,
    target: Target,
    basis: Basis,
    as_of: Instant,
) -> Plan:
    state = basis.state
    return Plan(
        tool_version=__version__,
        environment=target.environment,
        namespace=target.namespace,
        as_of=as_of,
        catalog_digest=catalog_digest(checked.sources),
        base=Base(state.lineage, state.head.serial, state.head.digest),
        assumptions=target.rule.readings(),
        actions=tuple(explained(action, state) for action in decided.actions),
        effects=decided.effects,
        outlook=replace(decided.outlook, compared_with=basis.compared_with, drift=basis.drift),
    )


def explained(action: Action, state: State) -> Action:
    """An action with what it changes, told against the version before it."""
    if action.operation is Operation.RECORD:
        recorded = state.metadata.get(action.ref.key, {})
        return replace(action, changes=diff(AsSent(recorded), AsSent(action.payload)))
    version = None if action.previous is None else state.versions.get(action.previous)
    if action.operation is not Operation.CREATE or version is None:
        return action
    before = version.as_sent
    if before is not None:
        return replace(action, changes=diff(before, action.as_sent))
    return action if version.digest == action.digest else replace(action, changes=(_NOT_RECORDED,))
