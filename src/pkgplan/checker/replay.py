"""The actions of a plan, played once on the aliases that they touch.

Comes in: a plan and the state that it was made on. Goes out: for each alias who had it before and who has it after the
last action, what each action changed in between, and which action each change of a window goes back to.
Never here: what the plan says about any of this; `effects.py` compares, `promises.py` judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.checker import takeover
from pkgplan.checker.holders import Holders, Stay, Turn
from pkgplan.model.plan import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pkgplan.model.names import Holder, PackageRef
    from pkgplan.model.plan import Action, Plan
    from pkgplan.model.record import ForeignPackage, RecordedVersion, State
    from pkgplan.model.timeline import TakeoverRule, Window
    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class Step:
    """What one action changed on one alias."""

    action: Action
    turns: list[Turn]


@dataclass(frozen=True, slots=True)
class Moved:
    """One window of one package before and after the plan, and what moved it.

    `cause` is the action that opened the window, or the last that took something of it. Where readings cut a package
    off and let it come back, it has several windows on one alias; `causes` are the actions that moved any of them.
    """

    holder: Stay
    before: Window | None
    after: Window | None
    cause: str
    causes: frozenset[str]


@dataclass(slots=True)
class Story:
    """What happens to one alias."""

    before: Holders
    after: Holders
    steps: list[Step] = field(default_factory=list)

    def take(self, action: Action, turns: list[Turn]) -> None:
        """Remember what an action changed."""
        self.steps.append(Step(action, turns))

    def moved(self) -> Iterator[Moved]:
        """Every window that is not after the plan what it was before."""
        before, after = self.before.windows(), self.after.windows()
        opened: dict[Stay, str] = {}
        taken: dict[Stay, str] = {}
        movers: dict[Holder, set[str]] = {}
        for step in self.steps:
            for turn in step.turns:
                for holder in {*turn.before} ^ {*turn.after}:
                    if holder in turn.after:
                        opened.setdefault(holder, step.action.id)
                    else:
                        taken[holder] = step.action.id
                    movers.setdefault(holder.ref, set()).add(step.action.id)
        causes = {ref: frozenset(ids) for ref, ids in movers.items()}
        for holder in {**taken, **opened}:
            was, is_ = before.get(holder), after.get(holder)
            if was != is_:
                first, second = (opened, taken) if was is None else (taken, opened)
                cause = first[holder] if holder in first else second[holder]
                yield Moved(holder, was, is_, cause, causes[holder.ref])


Replay = dict[str, Story]


def replay(plan: Plan, state: State, rule: TakeoverRule) -> Replay:
    """Play every action, all calls made at the instant of the plan."""
    return replay_at(plan, state, rule, lambda _: plan.as_of)


def replay_at(
    plan: Plan, state: State, rule: TakeoverRule, called: Callable[[PackageRef], Instant]
) -> Replay:
    """Play every action, each create made at an instant of its own."""
    stories = {alias: Story(held.copy(), held) for alias, held in _touched(plan, state).items()}
    for action in plan.actions:
        if action.operation is Operation.CREATE:
            for window in action.windows:
                story = stories[window.alias]
                turns = takeover.create(
                    story.after, action.ref, window.window, now=called(action.ref), rule=rule
                )
                story.take(action, turns)
        elif action.operation is Operation.ARCHIVE:
            for alias in _aliases(action.ref, state):
                story = stories[alias]
                story.take(action, takeover.archive(story.after, action.ref))
    return stories


def _touched(plan: Plan, state: State) -> dict[str, Holders]:
    """Every alias that an action is about, with those who have it; archived packages stand behind nothing."""
    touched: set[str] = set()
    for action in plan.actions:
        if action.operation is Operation.CREATE:
            touched.update(window.alias for window in action.windows)
        elif action.operation is Operation.ARCHIVE:
            touched.update(_aliases(action.ref, state))
    windows: dict[str, list[tuple[Holder, Window]]] = {alias: [] for alias in sorted(touched)}
    for each in _live([*state.versions.values(), *state.foreign.values()]):
        for window in each.windows:
            if window.alias in windows:
                windows[window.alias].append((each.ref, window.window))
    return {alias: Holders.of(held) for alias, held in windows.items()}


def _live(packages: Iterable[RecordedVersion | ForeignPackage]) -> list[RecordedVersion | ForeignPackage]:
    """In order of creation."""
    return sorted((each for each in packages if each.archived_at is None), key=lambda each: each.order)


def _aliases(ref: PackageRef, state: State) -> set[str]:
    """The aliases that a recorded package has, or has had."""
    version = state.versions.get(ref)
    return set() if version is None else {window.alias for window in version.windows}
