"""Whether a plan still fits: the state it was made on, the run under way, the hour.

Comes in: a plan, state, the time. Goes out: nothing, or Stale.
Never here: the environment's packages; `same_story.py` asks about those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.errors import StalePlan, StateMoved
from pkgplan.model.units import USD, Instant, format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from pkgplan.model.names import PackageRef
    from pkgplan.model.plan import Action, Plan
    from pkgplan.model.record import Folding, State


def check_fits(plan: Plan, state: State) -> None:
    """Raise StalePlan unless the plan was made on this state, or is the one that is under way."""
    if state.head.serial and (state.environment, state.namespace) != (plan.environment, plan.namespace):
        raise StalePlan(
            f'the plan is for environment "{plan.environment}" of "{plan.namespace}", the state log is that of '
            f'"{state.environment}" of "{state.namespace}"',
            hint="choose the environment with --env",
        )
    if state.unfinished is not None:
        if state.unfinished.plan_digest != plan.digest:
            raise StateMoved(
                f"a run of {state.unfinished.actor}, begun {format_instant(state.unfinished.started_at)}, "
                "has not finished and has another plan",
                hint="let it finish, resume it with `pkgplan apply` on its catalog, or give `--take-over`",
            )
        return
    base = plan.base
    if base.serial == 0 and state.pristine:
        return
    if (base.lineage, base.serial, base.head) != (state.lineage, state.head.serial, state.head.digest):
        raise StalePlan(
            f"the plan was made on entry {base.serial} of the state log, which is now at entry {state.head.serial}",
            hint="make the plan again",
        )


def check_pins(plan: Plan, ids: Mapping[str, str]) -> None:
    """Raise StalePlan if a name stands for another id now than when the plan was made.

    A carried version is left out: it repeats what was sent before, whatever the names stand for today.
    """
    for action in plan.actions:
        for name, id_ in action.references.items():
            if not action.carried and name != f"pricing-unit/{USD}" and ids.get(name) != id_:
                raise StalePlan(
                    f'{action.ref} was planned with "{name}" as "{id_}", which is pinned to "{ids.get(name)}" now',
                    hint="make the plan again",
                )


def has_passed(
    plan: Plan, action: Action, recorded: Folding, *, now: Instant, created: AbstractSet[PackageRef]
) -> bool:
    """Whether a takeover that lay ahead when the plan was made now lies behind.

    Windows on an alias that nobody has, and those that the same plan created, take nothing from anybody.
    """
    return any(
        plan.as_of <= window.window.start < now
        and any(
            row.window.end > window.window.start and row.ref not in created
            for row in recorded.rows(window.alias)
        )
        for window in action.windows
    )
