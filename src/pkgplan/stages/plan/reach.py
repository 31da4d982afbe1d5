"""How far the hand of pkgplan reaches: what it was told to leave alone, and what it never made.

Comes in: what the Project says, the effects of a plan. Goes out: findings for what an action would touch all the same.
Never here: choosing actions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import Diagnostic, Location
from pkgplan.model.names import ForeignRef
from pkgplan.model.rules import FOREIGN_ALIAS, FORGOTTEN, FORGOTTEN_TOUCHED
from pkgplan.model.timeline import Window
from pkgplan.model.units import short_instant
from pkgplan.stages.plan.refusals import Found, SetWindow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.names import Holder
    from pkgplan.model.plan import Action, Effect
    from pkgplan.model.record import State
    from pkgplan.stages.plan.declared import Declaration
    from pkgplan.stages.plan.given import Given


@dataclass(frozen=True, slots=True)
class Reach:
    """What is left alone, and which packages that pkgplan did not make may be pushed off an alias.

    `takes_over` are ids of such packages, `takes_all` stands for every one of them; `at` is where the Project says so.
    """

    packages: frozenset[str]
    aliases: frozenset[str]
    at: Location
    takes_over: frozenset[str] = frozenset()
    takes_all: bool = False

    def is_left_alone(self, holder: Holder) -> bool:
        """Whether no action may change a window of this package."""
        if isinstance(holder, ForeignRef):
            return not self.takes_all and holder.package_id not in self.takes_over
        return holder.key in self.packages

    def within(self, packages: Iterable[CompiledPackage]) -> list[CompiledPackage]:
        """The packages of the catalog with what the Project forgets left out."""
        return [
            replace(
                package,
                aliases=tuple(each for each in package.aliases if each.window.alias not in self.aliases),
            )
            for package in packages
            if package.key not in self.packages
        ]

    def not_applied(self, packages: Iterable[CompiledPackage]) -> Iterator[Found]:
        """A note for each file that says something which is forgotten: it is not looked at."""
        for package in packages:
            if package.key in self.packages:
                yield Found(
                    Diagnostic(
                        FORGOTTEN,
                        f'package "{package.key}" is forgotten: what its file says is not applied',
                        self.at,
                        f'take "{package.key}" out of `forget.packages`, or remove the file',
                    )
                )
                continue
            for alias in package.aliases:
                name = alias.window.alias
                if name in self.aliases:
                    yield Found(
                        Diagnostic(
                            FORGOTTEN,
                            f'alias "{name}" is forgotten: the window of "{package.key}" on it is not applied',
                            alias.at,
                            f'take "{name}" out of `forget.aliases`, or remove it here',
                        )
                    )


def created_again(
    creates: Iterable[Action], declared: Mapping[str, Sequence[Declaration]], given: Given
) -> Iterator[Found]:
    """An error for each package that must be left alone and that would have to be created again to keep an alias."""
    for action in creates:
        if action.ref.key not in given.reach.packages:
            continue
        for wanted in action.windows:
            entries = declared[wanted.alias]
            since = wanted.window.start
            following = [e for e in entries if e.window.start > since][:1]
            at = next((e.at for e in following), entries[0].at)
            edits = tuple(
                SetWindow(
                    e.content.key,
                    wanted.alias,
                    e.window,
                    Window(wanted.window.starting_at, e.window.ending_before),
                )
                for e in following
                if since > given.as_of
            )
            message = (
                f'alias "{wanted.alias}" from {short_instant(since)} on would need "{action.ref.key}" once more, '
                "which is forgotten"
            )
            otherwise = f'take "{action.ref.key}" out of `forget.packages`, with its file back'
            found = Found(
                Diagnostic(FORGOTTEN_TOUCHED, message, at),
                edits,
                own=edits[0].key if edits else "",
                otherwise=otherwise,
            )
            yield replace(
                found, diagnostic=replace(found.diagnostic, hint=found.narrow if edits else otherwise)
            )


def touched(
    effects: Iterable[Effect], declared: Mapping[str, Sequence[Declaration]], given: Given
) -> Iterator[Found]:
    """An error for each package that must be left alone and that the actions would push off an alias."""
    for effect in effects:
        if effect.before is None or not given.reach.is_left_alone(effect.ref):
            continue
        entries = declared[effect.alias]
        taker = effect.caused_by.partition(":")[2]
        at = next((e.at for e in entries if e.content.key == taker.partition("@")[0]), entries[0].at)
        since = effect.before.starting_at if effect.after is None else effect.after.ending_before
        where = f'alias "{effect.alias}"' + (f" from {short_instant(since)} on" if since else "")
        if isinstance(effect.ref, ForeignRef):
            key = taker.partition("@")[0]
            edits = tuple(_ending_before(effect, [e for e in entries if e.content.key == key]))
            leaving = (
                f"{edits[0].words} to leave it there" if edits else "declare no window that meets its own"
            )
            take = f'take the alias over: add "{effect.ref}" to `takes_over` in the Project, or give `--take-foreign`'
            found = _foreign(effect.ref, where, taker, at, given.state)
            yield Found(replace(found, hint=f"{leaving}; or {take}"), edits, own=key, otherwise=take)
        else:
            message = f"{where} is that of {effect.ref}, which is forgotten; {taker} would push it off"
            until = short_instant(given.first_retirement(effect.ref.key))
            hint = (
                f'take "{effect.ref.key}" out of `forget.packages`, with its file back and '
                f"`retire: {{at: {until}}}`; or declare no window that meets its own"
            )
            yield Found(Diagnostic(FORGOTTEN_TOUCHED, message, at, hint))


def _ending_before(effect: Effect, entries: Sequence[Declaration]) -> Iterator[SetWindow]:
    """A window that ends where that of somebody else begins, if it can."""
    end = None if effect.before is None else effect.before.starting_at
    for entry in entries:
        if end is not None and entry.window.start < end < entry.window.end:
            window = Window(entry.window.starting_at, end)
            yield SetWindow(entry.content.key, effect.alias, entry.window, window)


def _foreign(ref: ForeignRef, where: str, taker: str, at: Location, state: State) -> Diagnostic:
    named = state.foreign[ref.package_id].name
    shown = f'package "{ref}"' + (f' ("{named}")' if named else "")
    return Diagnostic(
        FOREIGN_ALIAS,
        f"{where} is that of {shown}, which is not of this catalog; {taker} would push it off",
        at,
    )
