"""What the actions of a plan do to alias windows, and which undocumented readings that depends on.

Comes in: recorded timelines and the actions in order. Goes out: effects, and the assumptions that matter.
Never here: choosing actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan.model.plan import Action, Effect, EffectKind, Operation, Reason
from pkgplan.model.timeline import (
    BEGINNING,
    AliasRow,
    TakeoverRule,
    Window,
    take_over,
)

if TYPE_CHECKING:
    from pkgplan.model.names import PackageRef
    from pkgplan.model.record import State
    from pkgplan.model.units import Instant

Timelines = Mapping[str, tuple[AliasRow, ...]]


@dataclass(frozen=True, slots=True)
class Assumed:
    """A field of `TakeoverRule` that decides what a create of this package does to an alias."""

    alias: str
    key: str
    question: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Timelines after all actions, the effects on the way, and the questions whose answer mattered."""

    timelines: Timelines
    effects: tuple[Effect, ...]
    assumed: tuple[Assumed, ...]


def foresee(timelines: Timelines, actions: Sequence[Action], *, at: Instant, rule: TakeoverRule) -> Foreseen:
    """Play the actions on the recorded timelines."""
    now: dict[str, tuple[AliasRow, ...]] = dict(timelines)
    opened = {action.ref: action.id for action in actions if action.operation is Operation.CREATE}
    held: dict[PackageRef, dict[str, None]] = {}
    for alias, rows in timelines.items():
        for row in rows:
            held.setdefault(row.ref, {})[alias] = None
    causes: dict[tuple[str, PackageRef], str] = {}
    assumed: dict[tuple[str, str], Assumed] = {}
    for action in actions:
        for alias, rows in _after(action, now, held, at, rule):
            for ref in _touched(now.get(alias, ()), rows):
                causes[alias, ref] = action.id
            for name in _depends_on(action, alias, now, at, rule):
                assumed.setdefault((alias, name), Assumed(alias, action.ref.key, name))
            now[alias] = rows
    effects = [
        effect
        for (alias, ref), cause in causes.items()
        for effect in _effects(alias, ref, timelines.get(alias, ()), now[alias], opened.get(ref, cause))
    ]
    effects.sort(
        key=lambda effect: (effect.alias, (effect.before or effect.after or Window()).start, effect.ref)
    )
    return Foreseen(now, tuple(effects), tuple(assumed.values()))


def following(actions: Iterable[Action], effects: Iterable[Effect], state: State) -> tuple[Action, ...]:
    """The actions, each new package with the version that it follows on an alias: people compare it with that one."""
    caused: dict[tuple[str, str], list[Effect]] = {}
    for effect in effects:
        caused.setdefault((effect.caused_by, effect.alias), []).append(effect)
    return tuple(
        replace(action, previous=_followed(action, caused, state)) if action.reason is Reason.NEW else action
        for action in actions
    )


def left_with_nobody(before: Timelines, after: Timelines, *, at: Instant) -> Iterator[tuple[str, Instant]]:
    """Aliases whose last window now ends sooner, and from when on nobody has them."""
    for alias in sorted(after):
        had, has = (
            max((row.window.end for row in rows), default=BEGINNING)
            for rows in (before.get(alias, ()), after[alias])
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
            version = state.versions.get(effect.ref)
            if (
                effect.after.end == wanted.window.start
                and version is not None
                and version.payload is not None
            ):
                return effect.ref
    return None


def _after(
    action: Action, now: Timelines, held: Mapping[PackageRef, Iterable[str]], at: Instant, rule: TakeoverRule
) -> Iterator[tuple[str, tuple[AliasRow, ...]]]:
    if action.operation is Operation.ARCHIVE:
        for alias in held.get(action.ref, ()):
            yield alias, tuple(row for row in now[alias] if row.ref != action.ref)
    elif action.operation is Operation.CREATE:
        for window in action.windows:
            rows = now.get(window.alias, ())
            yield window.alias, take_over(rows, AliasRow(action.ref, window.window), at=at, rule=rule)


def _touched(before: Iterable[AliasRow], after: Iterable[AliasRow]) -> list[PackageRef]:
    return list(dict.fromkeys(row.ref for row in sorted(set(before) ^ set(after), key=lambda row: row.ref)))


def _effects(
    alias: str, ref: PackageRef, before: Sequence[AliasRow], after: Sequence[AliasRow], cause: str
) -> Iterator[Effect]:
    had = {row.window.starting_at: row.window for row in before if row.ref == ref}
    has = {row.window.starting_at: row.window for row in after if row.ref == ref}
    for start in {**had, **has}:
        old, new = had.get(start), has.get(start)
        if old == new:
            continue
        kind = (
            EffectKind.OPENED if old is None else EffectKind.REMOVED if new is None else EffectKind.SHORTENED
        )
        yield Effect(alias, ref, kind, old, new, cause)


def _depends_on(action: Action, alias: str, now: Timelines, at: Instant, rule: TakeoverRule) -> Iterator[str]:
    if action.operation is not Operation.CREATE:
        return
    rows = now.get(alias, ())
    for window in action.windows:
        if window.alias != alias:
            continue
        new = AliasRow(action.ref, window.window)
        chosen = set(take_over(rows, new, at=at, rule=rule))
        for question, other in rule.otherwise():
            if set(take_over(rows, new, at=at, rule=other)) != chosen:
                yield question
