"""Whether the effects of a plan are what its actions cause: all of it, nothing else, in order.

Comes in: the plan, and what the replay moved. Goes out: discrepancies.
Never here: whether an effect is allowed; `promises.py` judges that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pkgplan.checker.discrepancy import Discrepancy, Kind, told_instant, told_window
from pkgplan.model.names import PackageRef, holder_order
from pkgplan.model.plan import Effect, EffectKind
from pkgplan.model.timeline import BEGINNING, AliasWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.checker.replay import Moved, Replay, Step
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State
    from pkgplan.model.units import Instant

# A window of a package on an alias is known by its start; this is also the order in which effects are told.
_Place = tuple[str, "Instant", tuple[str, int]]


def check_effects(plan: Plan, state: State, replayed: Replay) -> Iterator[Discrepancy]:
    """Compare what the plan says with what its actions cause."""
    said: dict[_Place, Effect] = {}
    for effect in plan.effects:
        if _place(effect) in said:
            yield _about(effect, Kind.EFFECT_UNFOUNDED, "is told twice")
        said[_place(effect)] = effect
    caused = {_place(each.effect): each for each in _caused(replayed)}
    for place, each in caused.items():
        if place not in said:
            yield _about(
                each.effect, Kind.EFFECT_MISSING, f"is {_told(each.effect)} and the plan does not say so"
            )
        elif not each.fits(said[place]):
            yield _about(
                each.effect,
                Kind.EFFECT_DIFFERENT,
                f"is {_told(each.effect)}, the plan says {_told(said[place])}",
            )
    for place, effect in said.items():
        if place not in caused and not _takes_nothing(effect, state, replayed):
            yield _about(
                effect, Kind.EFFECT_UNFOUNDED, f"is {_told(effect)} by the plan, and no action does that"
            )
    for earlier, later in pairwise(plan.effects):
        if _place(later) < _place(earlier):
            yield _about(
                later, Kind.EFFECT_ORDER, f"stands behind that of {earlier.ref}, which comes after it"
            )


@dataclass(frozen=True, slots=True)
class _Caused:
    """An effect that the actions have, and every action that it may be put down to."""

    effect: Effect
    causes: frozenset[str]

    def fits(self, said: Effect) -> bool:
        """Whether the plan says this."""
        return replace(said, caused_by=self.effect.caused_by) == self.effect and said.caused_by in self.causes


def _takes_nothing(effect: Effect, state: State, replayed: Replay) -> bool:
    """Whether a window goes that is recorded and was empty, so that nobody had anything by it."""
    window = effect.before
    known = effect.ref if isinstance(effect.ref, PackageRef) else None
    version = state.foreign.get(str(effect.ref)) if known is None else state.versions.get(known)
    return (
        effect.kind is EffectKind.REMOVED
        and effect.after is None
        and version is not None
        and window is not None
        and window.start >= window.end
        and AliasWindow(effect.alias, window) in version.windows
        and any(step.action.id == effect.caused_by for step in _steps(effect, replayed))
    )


def _steps(effect: Effect, replayed: Replay) -> list[Step]:
    return replayed[effect.alias].steps if effect.alias in replayed else []


def _caused(replayed: Replay) -> list[_Caused]:
    found = [_of(alias, moved) for alias, story in replayed.items() for moved in story.moved()]
    return sorted(found, key=lambda each: _place(each.effect))


def _of(alias: str, moved: Moved) -> _Caused:
    if moved.before is None:
        kind = EffectKind.OPENED
    elif moved.after is None:
        kind = EffectKind.REMOVED
    else:
        kind = EffectKind.SHORTENED
    causes = moved.causes
    if kind is EffectKind.OPENED and (create := f"create:{moved.holder.ref}") in causes:
        causes = frozenset({create})
    return _Caused(Effect(alias, moved.holder.ref, kind, moved.before, moved.after, moved.cause), causes)


def _place(effect: Effect) -> _Place:
    window = effect.after if effect.before is None else effect.before
    return effect.alias, BEGINNING if window is None else window.start, holder_order(effect.ref)


def _about(effect: Effect, kind: Kind, problem: str) -> Discrepancy:
    since = told_instant(None if _place(effect)[1] == BEGINNING else _place(effect)[1]) or "the beginning"
    subject = f'the window of {effect.ref} on alias "{effect.alias}" from {since}'
    return Discrepancy(kind, effect.caused_by, f"{effect.caused_by}: {subject} {problem}")


def _told(effect: Effect) -> str:
    return f"{effect.kind} from {told_window(effect.before)} to {told_window(effect.after)} by {effect.caused_by}"
