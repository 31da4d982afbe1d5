"""What the environment says, recorded because the user said so: after a drift, or for a log that was lost.

Comes in: the log, the environment's packages. Goes out: one entry, so that no kill can leave half of it.
Never here: calls that change anything, or guessing. What was sent cannot be read back, so a version whose content is
neither what the catalog says now nor what an older version is recorded with is recorded without its payload; the plan
then knows its windows but cannot create it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.apply.journal import Journal
from pkgplan.apply.look import look
from pkgplan.errors import StateMoved, UsageFault
from pkgplan.model.drift import DriftKind
from pkgplan.model.names import PackageRef
from pkgplan.model.record import State
from pkgplan.model.units import format_instant
from pkgplan.stages.drift import compare

if TYPE_CHECKING:
    from pkgplan.apply.world import World
    from pkgplan.model.drift import Difference
    from pkgplan.model.record import UnfinishedRun
    from pkgplan.stages.drift import Drift


def refresh(world: World) -> Drift:
    """Record what the environment says differently; gives what that was.

    Raises:
        StateMoved: a run has not finished, which may be the reason of what differs.
        StateCorrupt: what differs cannot be recorded.
    """
    journal = Journal(world.log, world.clock, world.actor)
    state = journal.state
    if state.unfinished is not None:
        raise _unfinished(state.unfinished)
    drift, _ = look(state, world.api, world.ours, now=world.clock.now())
    if drift.differences or state.unsettled:
        record_drift(journal, drift, world.run)
    return drift


def record_drift(journal: Journal, drift: Drift, run: str) -> None:
    """Write the environment's side of what differs into the log."""
    journal.append("refreshed", {"run": run, **drift.body})


def rebuild(world: World) -> tuple[PackageRef, ...]:
    """Record every package of this namespace and environment in a log that has none; gives the versions, oldest first.

    Raises:
        UsageFault: the log is not empty, or there is nothing to record.
    """
    journal = Journal(world.log, world.clock, world.actor)
    if not journal.state.pristine:
        raise UsageFault(
            f"the state log holds {journal.head.serial} entries and is not rebuilt over them",
            hint="move the file away if it is damaged beyond repair",
        )
    drift = compare(State(), tuple(world.api.list()), world.ours, now=world.clock.now())
    found = [each for each in drift.differences if each.kind is DriftKind.UNRECORDED]
    if not found:
        raise UsageFault(f'the environment holds no package of namespace "{world.ours.namespace}"')
    if journal.head.serial == 0:
        journal.open(world.lineage, world.ours.environment, world.ours.namespace)
    record_drift(journal, drift, world.run)
    return _refs(found)


def _refs(found: list[Difference]) -> tuple[PackageRef, ...]:
    return tuple(sorted(each.holder for each in found if isinstance(each.holder, PackageRef)))


def _unfinished(run: UnfinishedRun) -> StateMoved:
    return StateMoved(
        f"a run of {run.actor}, begun {format_instant(run.started_at)}, has not finished",
        hint="let it finish, resume it with `pkgplan apply`, or put it aside with `pkgplan apply --take-over`",
    )
