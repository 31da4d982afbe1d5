"""The plan stage: compiled packages, state and `as_of` become actions and effects.

Comes in: values. Goes out: a `Plan` or the reasons why there is none. Pure: the same inputs give the same bytes.
Never here: files, clocks, calls, and anything that depends on the order of the catalog's files.

Read it in this order: `desired` (what each alias should resolve to), `moves` (which windows must be created
for that), `merge` (which creates carry them), `number` (which versions those are), `effects` (what Metronome
then does to other packages).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import Diagnostic, Location, Related, has_errors
from pkgplan.model.rules import ALIAS_ENDS, ASSUMPTION
from pkgplan.model.units import short_instant
from pkgplan.stages.plan.desired import Recorded, declarations, desired
from pkgplan.stages.plan.effects import following, foresee, left_with_nobody
from pkgplan.stages.plan.leaving import archives, left_behind
from pkgplan.stages.plan.merge import merge
from pkgplan.stages.plan.moves import Move, moves
from pkgplan.stages.plan.number import Emission, emissions, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.plan import Action, Effect
    from pkgplan.model.record import State
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.model.units import Instant
    from pkgplan.stages.plan.desired import Declaration
    from pkgplan.stages.plan.effects import Assumed

_QUESTIONS = {
    "later_windows": "what happens to windows that start later",
    "after_bounded_end": "who has the alias after a window with an end",
    "dateless_takeover": "what a window without a start does to earlier ones",
    "dateless_start": "whether a window without a start covers the time before its package was created",
}

# Of the aliases that rest on one open question, so many are shown besides the first.
_MOST_RELATED = 3


@dataclass(frozen=True, slots=True)
class Forget:
    """What the Project tells pkgplan to stop managing, and where it says so."""

    packages: frozenset[str]
    aliases: frozenset[str]
    at: Location


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome of planning, before it is bound to an environment."""

    actions: tuple[Action, ...]
    effects: tuple[Effect, ...]
    diagnostics: tuple[Diagnostic, ...]


def plan(
    packages: Sequence[CompiledPackage],
    state: State,
    *,
    as_of: Instant,
    rule: TakeoverRule,
    forget: Forget,
    emission: Emission,
) -> Decided:
    """Decide what to do.

    Args:
        packages: every package of the catalog, compiled, without errors in its alias windows.
        state: the fold of the environment's log.
        as_of: the instant that counts as now, in UTC.
        rule: how the environment is taken to move aliases.
        forget: what to leave alone.
        emission: the namespace and environment that uniqueness keys are made of.

    Returns:
        Actions in the order in which they must be done; none if any diagnostic is an error.
    """
    timelines = state.timelines()
    declared = declarations(packages, as_of)
    found: list[Diagnostic] = [*left_behind(packages, declared, state, timelines, as_of=as_of, forget=forget)]
    moves_by_alias: dict[str, tuple[Move, ...]] = {}
    for alias, entries in declared.items():
        recorded = Recorded.of(alias, state, timelines.get(alias, ()))
        segments = desired(entries, recorded, as_of=as_of, rule=rule)
        steps, refused = moves(alias, segments, recorded, as_of=as_of, rule=rule, fallback=entries[0].at)
        moves_by_alias[alias] = steps
        found += refused
    if has_errors(found):
        return Decided((), (), tuple(found))
    creates, problems = emissions(packages, state, merge(moves_by_alias), as_of=as_of, emission=emission)
    found += problems
    retiring, waiting = archives(packages, state, creates, timelines, as_of=as_of, rule=rule)
    found += waiting
    if has_errors(found):
        return Decided((), (), tuple(found))
    actions = (*creates, *retiring, *records(packages, state, creates))
    foreseen = foresee(timelines, actions, at=as_of, rule=rule)
    found += _assumptions(foreseen.assumed, declared, rule)
    found += [
        Diagnostic(
            ALIAS_ENDS,
            f'alias "{alias}" has nobody behind it from {short_instant(since)} on',
            declared[alias][-1].at,
            "declare a package that follows, unless that is meant",
        )
        for alias, since in left_with_nobody(timelines, foreseen.timelines, at=as_of)
        if alias in declared
    ]
    return Decided(following(actions, foreseen.effects, state), foreseen.effects, tuple(found))


def _assumptions(
    assumed: Iterable[Assumed], declared: Mapping[str, Sequence[Declaration]], rule: TakeoverRule
) -> Iterator[Diagnostic]:
    """One note for each open question, however many aliases rest on it."""
    by_question: dict[str, list[Assumed]] = {}
    for each in assumed:
        by_question.setdefault(each.question, []).append(each)
    for question, (first, *others) in by_question.items():
        more = f" and {len(others)} more" if others else ""
        yield Diagnostic(
            ASSUMPTION,
            f'alias "{first.alias}"{more}: {_QUESTIONS[question]} is not documented; '
            f'the plan takes it as "{getattr(rule, question)}"',
            _place_of(first, declared[first.alias]),
            related=tuple(
                Related(_place_of(each, declared[each.alias]), f'alias "{each.alias}" as well')
                for each in others[:_MOST_RELATED]
            ),
        )


def _place_of(assumed: Assumed, entries: Sequence[Declaration]) -> Location:
    """The declaration whose create it is about; a create that bridges time may have none of its own."""
    return next((entry.at for entry in entries if entry.content.key == assumed.key), entries[0].at)
