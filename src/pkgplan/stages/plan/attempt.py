"""One attempt at a plan: all steps, for the catalog as it is or as a hint would have it.

Comes in: packages, and what a plan is made on. Goes out: actions and effects, or what stands in their way.
Never here: whether a hint holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.outlook import Outlook
from pkgplan.model.rules import ALIAS_ENDS, ASSUMPTION
from pkgplan.model.units import short_instant
from pkgplan.stages.plan.alias import OneAlias
from pkgplan.stages.plan.declared import declarations
from pkgplan.stages.plan.effects import following, foresee, left_with_nobody
from pkgplan.stages.plan.leaving import left_behind
from pkgplan.stages.plan.merge import merge
from pkgplan.stages.plan.number import emissions, records
from pkgplan.stages.plan.outlook import outlook
from pkgplan.stages.plan.reach import created_again, touched
from pkgplan.stages.plan.refusals import Found
from pkgplan.stages.plan.retiring import archives

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.diagnostics import Location
    from pkgplan.model.plan import Action, Effect
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.stages.plan.declared import Declaration
    from pkgplan.stages.plan.effects import Assumed, Foreseen
    from pkgplan.stages.plan.given import Given
    from pkgplan.stages.plan.moves import Move

_QUESTIONS = {
    "later_windows": "what happens to windows that start later",
    "after_bounded_end": "who has the alias after a window with an end",
    "dateless_takeover": "what a window without a start does to earlier ones",
    "dateless_start": "whether a window without a start covers the time before its package was created",
}

# Of the aliases that rest on one open question, so many are shown besides the first.
_MOST_RELATED = 3


@dataclass(frozen=True, slots=True)
class Attempt:
    """What to do, or nothing and the errors among what was found."""

    actions: tuple[Action, ...]
    effects: tuple[Effect, ...]
    found: tuple[Found, ...]
    outlook: Outlook = field(default_factory=Outlook)

    @property
    def is_refused(self) -> bool:
        """Whether there is no plan."""
        return any(found.is_error for found in self.found)


def attempt(packages: Sequence[CompiledPackage], given: Given) -> Attempt:
    """Plan once."""
    found: list[Found] = [*given.reach.not_applied(packages)]
    packages = given.reach.within(packages)
    declared = declarations(packages, given.versions, as_of=given.as_of, rule=given.rule)
    found += left_behind(packages, declared, given)
    keys = frozenset(package.key for package in packages)
    aliases = {name: (OneAlias.of(name, given, keys), entries) for name, entries in declared.items()}
    moves_by_alias: dict[str, tuple[Move, ...]] = {}
    for name, (one, entries) in aliases.items():
        moves_by_alias[name], refused = one.moves(entries)
        found += refused
    refused_already = any(each.is_error for each in found)
    creates, problems = emissions(packages, merge(moves_by_alias), aliases, given)
    # With moves missing, content that they would show seems to be shown nowhere.
    found += () if refused_already else problems
    moved = foresee(given.timelines, creates, at=given.as_of, rule=given.rule)
    retiring, waiting = archives(packages, moved, given)
    found += waiting
    actions = (*creates, *retiring, *records(packages, (*creates, *retiring), given))
    foreseen = foresee(given.timelines, actions, at=given.as_of, rule=given.rule) if retiring else moved
    found += created_again(creates, declared, given)
    found += touched(foreseen.effects, declared, given)
    if any(each.is_error for each in found):
        return Attempt((), (), tuple(found))
    found += map(Found, _assumptions(foreseen.assumed, declared, given.rule))
    found += map(Found, _ends(declared, foreseen, given))
    return Attempt(
        following(actions, foreseen.effects, given.state),
        foreseen.effects,
        tuple(found),
        outlook(actions, foreseen, declared, given),
    )


def _ends(
    declared: Mapping[str, Sequence[Declaration]], foreseen: Foreseen, given: Given
) -> Iterator[Diagnostic]:
    for alias, since in left_with_nobody(given.timelines, foreseen, at=given.as_of):
        if alias in declared:
            yield Diagnostic(
                ALIAS_ENDS,
                f'alias "{alias}" has nobody behind it from {short_instant(since)} on',
                declared[alias][-1].at,
                "declare a package that follows, unless that is meant",
            )


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
