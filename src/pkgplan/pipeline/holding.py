"""Whether a plan holds on the state that it was made on: asked of the checker, which did not make it.

Comes in: a plan, the fold of the log at its base. Goes out: nothing, or an error that says what does not.
Never here: deriving anything (`checker/` does), or whether the catalog still says what the plan does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.checker import check_plan
from pkgplan.errors import PkgplanError, StalePlan
from pkgplan.stages.diff import diff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.checker import Asked, Discrepancy
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State


def refuse_bug(plan: Plan, state: State, asked: Asked) -> None:
    """Raise PkgplanError unless a plan that was just made holds: then the planner and the checker differ."""
    found = check_plan(plan, state, explain=diff, asked=asked)
    if found:
        raise PkgplanError(
            f"this is a bug of pkgplan: the plan does not hold: {told(found)}",
            hint="report it, with the catalog and the state log; nothing was done",
        )


def refuse_altered(plan: Plan, state: State) -> None:
    """Raise StalePlan unless a plan that comes from a file is one that pkgplan can have made on this state."""
    found = check_plan(plan, state, explain=diff)
    if found:
        raise StalePlan(
            f"this plan file was altered, or made by a pkgplan that plans otherwise: {told(found)}",
            hint="make the plan again",
        )


def told(found: Sequence[Discrepancy]) -> str:
    """The first discrepancy in words, and how many there are besides."""
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{found[0]}{more}"
