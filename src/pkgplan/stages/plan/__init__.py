"""The plan stage: compiled packages, state and `as_of` become actions and effects.

Comes in: values. Goes out: a `Plan` or the reasons why there is none. Pure: the same inputs give the same bytes.
Never here: files, clocks, calls, and anything that depends on the order of the catalog's files.

Read it in this order: `declared` (what catalog and record say), `desired` (what each alias should resolve to), `moves`
(which windows must be created for that), `merge` (which creates carry them), `number` (which versions those are),
`effects` (what Metronome then does to other packages). `leaving`, `retiring` and `reach` are about what goes and what
is left alone; `attempt` puts all of it together. Where that is refused, `ways_out` and `proof` see to it that what a
hint says can be done and plans.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.model.outlook import Outlook
from pkgplan.stages.plan.attempt import attempt
from pkgplan.stages.plan.given import Emission, Given
from pkgplan.stages.plan.proof import proven
from pkgplan.stages.plan.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.diagnostics import Diagnostic
    from pkgplan.model.plan import Action, Effect
    from pkgplan.model.record import State
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.model.units import Instant

__all__ = ["Decided", "Emission", "Reach", "plan"]


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome of planning, before it is bound to an environment."""

    actions: tuple[Action, ...]
    effects: tuple[Effect, ...]
    diagnostics: tuple[Diagnostic, ...]
    outlook: Outlook = field(default_factory=Outlook)


def plan(
    packages: Sequence[CompiledPackage],
    state: State,
    *,
    as_of: Instant,
    rule: TakeoverRule,
    reach: Reach,
    emission: Emission,
) -> Decided:
    """Decide what to do.

    Args:
        packages: every package of the catalog, compiled, without errors in its alias windows.
        state: the fold of the environment's log.
        as_of: the instant that counts as now, in UTC.
        rule: how the environment is taken to move aliases.
        reach: what to leave alone.
        emission: the namespace and environment that uniqueness keys are made of.

    Returns:
        Actions in the order in which they must be done; none if any diagnostic is an error.
    """
    given = Given.of(state, as_of=as_of, rule=rule, reach=reach, emission=emission)
    made = attempt(packages, given)
    if made.is_refused:
        return Decided((), (), proven(made.found, packages, given))
    return Decided(made.actions, made.effects, tuple(found.diagnostic for found in made.found), made.outlook)
