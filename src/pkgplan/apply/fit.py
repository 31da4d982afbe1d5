"""Whether a plan still fits: the state it was made on, the run under way, the hour.

Comes in: a plan, state, the time. Goes out: nothing, or Stale.
Never here: the environment's packages; `look.py` asks about those.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pkgplan.errors import EnvironmentFault, StalePlan, StateMoved
from pkgplan.model.units import USD, Instant, format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from pkgplan.apply.windows import Foreseen
    from pkgplan.model.log import LogEntry
    from pkgplan.model.names import Holder
    from pkgplan.model.plan import Action, Plan
    from pkgplan.model.record import State

CLOCK_SLACK: Final = timedelta(minutes=5)


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


def check_clock(last: LogEntry | None, now: Instant, *, trusted: bool = False) -> None:
    """Raise EnvironmentFault if this machine's clock is behind the record: what it takes for the future may be past.

    Units: `CLOCK_SLACK` between two clocks is nothing to speak of.
    """
    if last is None or trusted or last.at - now <= CLOCK_SLACK:
        return
    raise EnvironmentFault(
        f"the clock is behind the state log: it is {format_instant(now)} here, and entry {last.serial} of "
        f"{last.actor} was written at {format_instant(last.at)}",
        hint="set the clock of this machine, or --as-of, to the present; if it is right and that of the entry was "
        "wrong, give `--trust-clock`",
    )


def check_time(plan: Plan, now: Instant) -> None:
    """Raise StalePlan for a plan whose present is still to come: it may do what is not due yet."""
    if plan.as_of > now:
        raise StalePlan(
            f"the plan counts {format_instant(plan.as_of)} as now, which is still to come: it is {format_instant(now)}",
            hint="apply it then, or make the plan again",
        )


def has_passed(
    plan: Plan, action: Action, foreseen: Foreseen, *, now: Instant, created: AbstractSet[Holder]
) -> bool:
    """Whether a takeover that lay ahead when the plan was made now lies behind.

    Windows on an alias that nobody has, and those that the same plan created, take nothing from anybody.
    """
    return any(
        plan.as_of <= window.window.start < now
        and foreseen.takes_from_others(window.alias, window.window.start, created)
        for window in action.windows
    )
