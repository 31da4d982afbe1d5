"""What the actions of a plan do to alias windows, and which undocumented readings that depends on.

Comes in: recorded timelines and the actions in order. Goes out: effects, and the assumptions that matter.
Never here: choosing actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan.model.names import PackageRef, holder_order
from pkgplan.model.plan import Action, Effect, EffectKind, Operation, Reason
from pkgplan.model.timeline import BEGINNING, AliasRow, TakeoverRule, Timeline, Window, take_over

if TYPE_CHECKING:
    from pkgplan.model.names import Holder
    from pkgplan.model.record import State
    from pkgplan.model.timeline import AliasWindow, Turn
    from pkgplan.model.units import Instant

Rows = Mapping[str, tuple[AliasRow, ...]]


@dataclass(frozen=True, slots=True)
class Assumed:
    """A field of `TakeoverRule` that decides what a create of this package does to an alias."""

    alias: str
    key: str
    question: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Timelines after all actions, the effects on the way, and the questions whose answer mattered.

    `timelines` has the aliases that an action touched.
    """

    timelines: Mapping[str, Timeline]
    effects: tuple[Effect, ...]
    assumed: tuple[Assumed, ...]


def foresee(rows: Rows, actions: Sequence[Action], *, at: Instant, rule: TakeoverRule) -> Foreseen:
    """Play the actions on the recorded rows of each alias."""
    play = _Play(rows, at, rule)
    for action in actions:
        if action.operation is Operation.CREATE:
            for window in action.windows:
                play.create(action, window)
        elif action.operation is Operation.ARCHIVE:
            play.archive(action)
    opened = {action.ref: action.id for action in actions if action.operation is Operation.CREATE}
    effects = [effect for alias in play.timelines for effect in play.effects(alias, opened)]
    effects.sort(
        key=lambda effect: (
            effect.alias,
            (effect.before or effect.after or Window()).start,
            holder_order(effect.ref),
        )
    )
    return Foreseen(play.timelines, tuple(effects), tuple(play.assumed.values()))


class _Play:
    """The actions of one plan, played one after the other; lives no longer than the call."""

    def __init__(self, rows: Rows, at: Instant, rule: TakeoverRule) -> None:
        self._rows = rows
        self._at = at
        self._rule = rule
        self.timelines: dict[str, Timeline] = {}
        self.assumed: dict[tuple[str, str], Assumed] = {}
        self._causes: dict[str, dict[Holder, str]] = {}
        self._aliases_of: dict[Holder, dict[str, None]] | None = None

    def create(self, action: Action, window: AliasWindow) -> None:
        timeline = self._timeline(window.alias)
        new = AliasRow(action.ref, window.window)
        for question in self._depends_on(timeline, new):
            key = (window.alias, question)
            self.assumed.setdefault(key, Assumed(window.alias, action.ref.key, question))
        self._caused(window.alias, action, timeline.create(new, at=self._at, rule=self._rule))

    def archive(self, action: Action) -> None:
        if self._aliases_of is None:
            self._aliases_of = {}
            for alias, rows in self._rows.items():
                for row in rows:
                    self._aliases_of.setdefault(row.ref, {})[alias] = None
        for alias in self._aliases_of.get(action.ref, ()):
            self._caused(alias, action, self._timeline(alias).archive(action.ref))

    def effects(self, alias: str, opened: Mapping[PackageRef, str]) -> Iterator[Effect]:
        """What became of the windows of everybody whom an action touched on an alias."""
        touched = self._causes.get(alias, {})
        had, has = (_windows(rows, touched) for rows in (self._rows.get(alias, ()), self.timelines[alias]))
        for ref, cause in touched.items():
            caused_by = opened.get(ref, cause) if isinstance(ref, PackageRef) else cause
            for start in dict.fromkeys((*had.get(ref, ()), *has.get(ref, ()))):
                before, after = had.get(ref, {}).get(start), has.get(ref, {}).get(start)
                if before != after:
                    yield Effect(alias, ref, _kind(before, after), before, after, caused_by)

    def _timeline(self, alias: str) -> Timeline:
        if alias not in self.timelines:
            self.timelines[alias] = Timeline(self._rows.get(alias, ()))
        return self.timelines[alias]

    def _caused(self, alias: str, action: Action, turn: Turn) -> None:
        causes = self._causes.setdefault(alias, {})
        for row in sorted((*turn.removed, *turn.added), key=lambda row: holder_order(row.ref)):
            causes[row.ref] = action.id

    def _depends_on(self, timeline: Timeline, new: AliasRow) -> Iterator[str]:
        near = timeline.near(new)
        chosen = set(take_over(near, new, at=self._at, rule=self._rule))
        for question, other in self._rule.otherwise():
            if set(take_over(near, new, at=self._at, rule=other)) != chosen:
                yield question


def following(actions: Iterable[Action], effects: Iterable[Effect], state: State) -> tuple[Action, ...]:
    """The actions, each new package with the version that it follows on an alias: people compare it with that one."""
    caused: dict[tuple[str, str], list[Effect]] = {}
    for effect in effects:
        caused.setdefault((effect.caused_by, effect.alias), []).append(effect)
    return tuple(
        replace(action, previous=_followed(action, caused, state)) if action.reason is Reason.NEW else action
        for action in actions
    )


def left_with_nobody(before: Rows, foreseen: Foreseen, *, at: Instant) -> Iterator[tuple[str, Instant]]:
    """Aliases whose last window now ends sooner, and from when on nobody has them."""
    for alias in sorted(foreseen.timelines):
        had, has = (
            max((row.window.end for row in rows), default=BEGINNING)
            for rows in (before.get(alias, ()), foreseen.timelines[alias])
        )
        if has < had and had > at:
            yield alias, max(has, at)


def _followed(
    action: Action, caused: Mapping[tuple[str, str], Sequence[Effect]], state: State
) -> PackageRef | None:
    """The recorded version that a create cuts off where its own window begins, if it is known what was sent for it.

    `caused` are the effects by the action that causes them and the alias.
    """
    for wanted in action.windows:
        for effect in caused.get((action.id, wanted.alias), ()):
            if effect.after is None:
                continue
            if not isinstance(effect.ref, PackageRef):
                continue
            version = state.versions.get(effect.ref)
            if (
                effect.after.end == wanted.window.start
                and version is not None
                and version.payload is not None
            ):
                return effect.ref
    return None


def _windows(rows: Iterable[AliasRow], refs: Mapping[Holder, str]) -> dict[Holder, dict[Instant, Window]]:
    """The windows of some, by their starts."""
    found: dict[Holder, dict[Instant, Window]] = {}
    for row in rows:
        if row.ref in refs:
            found.setdefault(row.ref, {})[row.window.start] = row.window
    return found


def _kind(before: Window | None, after: Window | None) -> EffectKind:
    if before is None:
        return EffectKind.OPENED
    return EffectKind.REMOVED if after is None else EffectKind.SHORTENED
