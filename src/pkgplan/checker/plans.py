"""A plan against the state that it was made on: what does not hold.

Comes in: a plan, the fold of the log at its base, and how differences are worded. Goes out: discrepancies; none means
that the plan holds. Never here: the catalog, the present, the environment, or an exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.checker.asked import Asked, check_asked
from pkgplan.checker.changes import check_changes
from pkgplan.checker.closings import Moves, check_archive, check_record
from pkgplan.checker.creates import check_create
from pkgplan.checker.depth import check_depth
from pkgplan.checker.discrepancy import Discrepancy, Kind, told
from pkgplan.checker.drift import check_drift
from pkgplan.checker.effects import check_effects
from pkgplan.checker.identity import check_identity
from pkgplan.checker.ledger import Ledger
from pkgplan.checker.metadata import check_metadata, check_retirement
from pkgplan.checker.origin import check_origin
from pkgplan.checker.outlook import check_outlook
from pkgplan.checker.promises import check_promises
from pkgplan.checker.replay import replay
from pkgplan.checker.wanted import check_wanted
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import SAFEST, TakeoverRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.checker.changes import Explain
    from pkgplan.checker.replay import Replay
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State


def check_plan(
    plan: Plan, state: State, *, explain: Explain, asked: Asked | None = None
) -> tuple[Discrepancy, ...]:
    """Derive what a plan does a second time, and compare.

    Args:
        plan: as it was made, or read from a file.
        state: the fold of the log up to the entry that the plan was made on.
        explain: words the differences between what was sent and what will be, as plans show them.
        asked: what the catalog says; None where it is not at hand, so that a right plan of another one passes.
    """
    return tuple(_check(plan, state, explain, asked))


def _check(plan: Plan, state: State, explain: Explain, asked: Asked | None) -> Iterator[Discrepancy]:
    deep = [*check_depth(plan)]
    if deep:
        yield from deep
        return
    yield from _base(plan, state)
    yield from check_identity(plan)
    yield from check_metadata(plan)
    if plan.outlook is not None:
        yield from check_drift(plan.outlook, state)
    rule = rule_of(plan)
    if rule is None:
        yield Discrepancy(
            Kind.ASSUMPTIONS,
            None,
            f"the plan's assumptions are {told(dict(plan.assumptions))}, which is not a reading for each of "
            f"{told([*SAFEST.readings()])}",
        )
        return
    replayed = replay(plan, state, rule)
    yield from _actions(plan, state, replayed, explain)
    yield from check_effects(plan, state, replayed)
    yield from check_outlook(plan, state, replayed, rule)
    yield from check_promises(replayed, rule, plan.as_of)
    if asked is not None:
        yield from check_asked(plan, state, asked, replayed)
        yield from check_wanted(plan, state, asked, replayed)


def rule_of(plan: Plan) -> TakeoverRule | None:
    """The takeover rule that a plan was made with; None unless it answers every question, and no other."""
    if plan.assumptions.keys() != SAFEST.readings().keys():
        return None
    try:
        return TakeoverRule.of(plan.assumptions)
    except ValueError:
        return None


def _base(plan: Plan, state: State) -> Iterator[Discrepancy]:
    base = (plan.base.lineage, plan.base.serial, plan.base.head)
    recorded = (state.lineage, state.head.serial, state.head.digest)
    if base != recorded and not (base == (None, 0, None) and state.pristine):
        yield Discrepancy(
            Kind.BASE, None, f"the plan was made on {told([*base])}, the state is that of {told([*recorded])}"
        )
    names = (plan.namespace, plan.environment)
    if state.head.serial and names != (state.namespace, state.environment):
        yield Discrepancy(
            Kind.ENVIRONMENT,
            None,
            f'the plan is for environment "{plan.environment}" of "{plan.namespace}", the state is that of '
            f'"{state.environment}" of "{state.namespace}"',
        )


def _actions(plan: Plan, state: State, replayed: Replay, explain: Explain) -> Iterator[Discrepancy]:
    ledger, moves, followed = Ledger(state), Moves.of(state, replayed), _followed(plan, state)
    for action in plan.actions:
        match action.operation:
            case Operation.CREATE:
                yield from check_create(action, plan, ledger)
                yield from check_origin(action, ledger, followed)
                ledger.take(action)
            case Operation.ARCHIVE:
                yield from check_archive(action, plan, state, moves)
                yield from check_retirement(action, plan)
            case Operation.RECORD:
                yield from check_record(action, state, ledger)
        yield from check_changes(action, state, explain)


def _followed(plan: Plan, state: State) -> dict[str, PackageRef]:
    """For each create the first version that, as the effects say, it ends where it begins.

    A version of which is not recorded what was sent is left out: nothing can be told against it.
    """
    starts = {
        (action.id, window.alias, window.window.start) for action in plan.actions for window in action.windows
    }
    followed: dict[str, PackageRef] = {}
    for effect in plan.effects:
        end = None if effect.after is None else effect.after.ending_before
        known = effect.ref if isinstance(effect.ref, PackageRef) else None
        version = None if known is None else state.versions.get(known)
        told = version is not None and version.payload is not None
        if known is not None and told and end is not None and (effect.caused_by, effect.alias, end) in starts:
            followed.setdefault(effect.caused_by, known)
    return followed
