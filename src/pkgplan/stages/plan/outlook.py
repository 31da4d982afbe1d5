"""What a plan depends on and comes to, told from the actions that were decided.

Comes in: actions, and what they were foreseen to do. Goes out: an `Outlook`.
Never here: deciding, or what the environment looks like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.names import PackageRef
from pkgplan.model.outlook import Instants, Outlook, Standing
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import DatelessStart, TakeoverRule, Timeline
from pkgplan.model.units import next_full_hour
from pkgplan.stages.plan.effects import foresee

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pkgplan.model.names import Holder
    from pkgplan.model.plan import Action
    from pkgplan.model.units import Instant
    from pkgplan.stages.plan.declared import Declaration
    from pkgplan.stages.plan.effects import Foreseen
    from pkgplan.stages.plan.given import Given


def outlook(
    actions: Sequence[Action],
    foreseen: Foreseen,
    declared: Mapping[str, Sequence[Declaration]],
    given: Given,
) -> Outlook:
    """What becomes of each touched alias, what that depends on, and until when the plan holds."""
    made = {action.ref: action.uniqueness_key or "" for action in actions if _is_create(action)}
    return Outlook(
        instants=Instants.COMPUTED if _is_computed(actions, declared, given) else Instants.DECLARED,
        applicable_until=min(_passing(actions, given), default=None),
        depends_on=tuple(_depends_on(actions, foreseen, given)),
        resolution=tuple(
            (alias, tuple(Standing(row.ref, _identity(row.ref, made, given), row.window) for row in timeline))
            for alias, timeline in sorted(foreseen.timelines.items())
        ),
    )


def _is_create(action: Action) -> bool:
    return action.operation is Operation.CREATE


def _identity(holder: Holder, made: Mapping[PackageRef, str], given: Given) -> str:
    if not isinstance(holder, PackageRef):
        return holder.package_id
    return made[holder] if holder in made else given.state.versions[holder].uniqueness_key


def _is_computed(
    actions: Sequence[Action], declared: Mapping[str, Sequence[Declaration]], given: Given
) -> bool:
    """Whether a window begins at the next full hour because no file says when, or depends on when it is created."""
    soon = next_full_hour(given.as_of)
    for action in actions:
        for window in action.windows:
            starts = {entry.window.starting_at for entry in declared[window.alias]}
            if window.window.starting_at == soon and soon not in starts:
                return True
    undated = any(window.window.starting_at is None for action in actions for window in action.windows)
    return undated and given.rule.dateless_start is DatelessStart.CREATED_AT


def _passing(actions: Sequence[Action], given: Given) -> Iterator[Instant]:
    """The starts ahead of windows that take an alias from somebody: once one has passed, it would be retroactive."""
    timelines: dict[str, Timeline] = {}
    for action in actions:
        for window in action.windows:
            if window.alias not in timelines:
                timelines[window.alias] = Timeline(given.timelines.get(window.alias, ()))
            start = window.window.start
            if start >= given.as_of and next(timelines[window.alias].after(start), None) is not None:
                yield start


def _depends_on(actions: Sequence[Action], foreseen: Foreseen, given: Given) -> Iterator[str]:
    """The open questions whose other answer would give a touched alias to somebody else at some instant."""
    asked = {assumed.question for assumed in foreseen.assumed}
    was = {alias: tuple(timeline) for alias, timeline in foreseen.timelines.items()}
    for question, other in given.rule.otherwise():
        if question in asked and _resolved(actions, given, other) != was:
            yield question


def _resolved(actions: Sequence[Action], given: Given, rule: TakeoverRule) -> dict[str, tuple[object, ...]]:
    foreseen = foresee(given.timelines, actions, at=given.as_of, rule=rule)
    return {alias: tuple(timeline) for alias, timeline in foreseen.timelines.items()}
