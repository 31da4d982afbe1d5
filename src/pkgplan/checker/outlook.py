"""Whether a plan tells rightly what it depends on, until when it holds, and what becomes of each touched alias.

Comes in: the plan, the state that it was made on, and the replay. Goes out: discrepancies.
Never here: what the plan was compared with (`drift.py`), or the digests over all of it; who alters what they cover
alters them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.checker.discrepancy import Discrepancy, Kind, told, told_instant, told_window
from pkgplan.checker.replay import replay
from pkgplan.model.names import PackageRef
from pkgplan.model.outlook import Instants
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import (
    AfterBoundedEnd,
    DatelessStart,
    DatelessTakeover,
    LaterWindows,
    TakeoverRule,
    Window,
)
from pkgplan.model.units import format_instant, next_full_hour

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from enum import StrEnum

    from pkgplan.checker.holders import Holders, Stay
    from pkgplan.checker.replay import Replay
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.names import Holder
    from pkgplan.model.outlook import Outlook
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import ForeignPackage, RecordedVersion, State
    from pkgplan.model.units import Instant

# The open questions in the order in which plans tell them, each with its answers.
_READINGS: Final[dict[str, type[StrEnum]]] = {
    "later_windows": LaterWindows,
    "after_bounded_end": AfterBoundedEnd,
    "dateless_takeover": DatelessTakeover,
    "dateless_start": DatelessStart,
}


def check_outlook(plan: Plan, state: State, replayed: Replay, rule: TakeoverRule) -> Iterator[Discrepancy]:
    """Compare what the plan says besides its actions and effects; plans of older logs say nothing."""
    said = plan.outlook
    if said is None:
        return
    yield from _resolution(plan, said, state, replayed)
    yield from _readings(plan, said, state, replayed, rule)
    yield from _instants(plan, said, state, rule)
    until = _applicable_until(plan, replayed)
    if said.applicable_until != until:
        yield Discrepancy(
            Kind.APPLICABLE_UNTIL,
            None,
            f"the plan can be applied until {_told(until)}, it says {_told(said.applicable_until)}",
        )


def _resolution(plan: Plan, said: Outlook, state: State, replayed: Replay) -> Iterator[Discrepancy]:
    """Who has each touched alias, at every instant, once all is done."""
    keys = {a.ref: a.uniqueness_key for a in plan.actions if a.operation is Operation.CREATE}
    empty = _empty(plan, state)

    def identity(holder: Holder) -> str | None:
        if not isinstance(holder, PackageRef):
            return holder.package_id
        return keys[holder] if holder in keys else state.versions[holder].uniqueness_key

    expected: dict[str, list[_Row]] = {
        alias: sorted(
            ((stay.ref, identity(stay.ref), window) for stay, window in story.after.windows().items()),
            key=_in_time,
        )
        for alias, story in replayed.items()
    }
    found: dict[str, list[_Row]] = {
        alias: [
            (each.holder, each.identity, each.window)
            for each in standings
            if (alias, each.holder, each.window) not in empty
        ]
        for alias, standings in said.resolution
    }
    if [alias for alias, _ in said.resolution] != sorted(expected):
        yield Discrepancy(
            Kind.RESOLUTION,
            None,
            f"the plan touches the aliases {told(_json(sorted(expected)))}, it says {told([*found])}",
        )
    for alias in sorted(expected.keys() & found.keys()):
        # Of several that begin at once, the record does not say which is told first.
        starts = [row[2].start for row in found[alias]]
        if expected[alias] != sorted(found[alias], key=_in_time) or starts != sorted(starts):
            yield Discrepancy(
                Kind.RESOLUTION,
                None,
                f'alias "{alias}" has {_shown(expected[alias])} once all is done, the plan says '
                f"{_shown(found[alias])} for it",
            )


_Row = tuple["Holder", "str | None", Window]


def _in_time(row: _Row) -> tuple[Instant, Instant, str]:
    return row[2].start, row[2].end, str(row[0])


def _empty(plan: Plan, state: State) -> set[tuple[str, Holder, Window]]:
    """The windows without an instant in them that may be told: those that are recorded, and those of creates.

    Nobody has anything by them, so the replay does not know them. One of a create is empty where it begins with the
    call and has ended before.
    """
    packages: list[RecordedVersion | ForeignPackage] = [*state.versions.values(), *state.foreign.values()]
    recorded = ((each.alias, package.ref, each.window) for package in packages for each in package.windows)
    created = (
        (each.alias, action.ref, Window(plan.as_of, each.window.ending_before))
        for action in plan.actions
        for each in action.windows
        if each.window.starting_at is None
    )
    return {place for place in (*recorded, *created) if place[2].start >= place[2].end}


def _shown(rows: list[_Row]) -> str:
    return ", ".join(f"{holder} ({key}) {told_window(window)}" for holder, key, window in rows) or "nobody"


def _readings(
    plan: Plan, said: Outlook, state: State, replayed: Replay, rule: TakeoverRule
) -> Iterator[Discrepancy]:
    """The questions whose other answer would leave an alias with somebody else."""
    resolved = _after(replayed)
    expected = [
        question
        for question, readings in _READINGS.items()
        if any(_after(replay(plan, state, other)) != resolved for other in _others(rule, question, readings))
    ]
    if expected != [*said.depends_on]:
        yield Discrepancy(
            Kind.READINGS,
            None,
            f"the plan depends on the readings of {told(_json(expected))}, it says {told([*said.depends_on])}",
        )


def _others(rule: TakeoverRule, question: str, readings: type[StrEnum]) -> Iterator[TakeoverRule]:
    chosen = rule.readings()
    for reading in readings:
        if reading != chosen[question]:
            yield TakeoverRule.of({**chosen, question: reading})


def _after(replayed: Replay) -> dict[str, dict[Stay, Window]]:
    return {alias: story.after.windows() for alias, story in replayed.items()}


def _instants(plan: Plan, said: Outlook, state: State, rule: TakeoverRule) -> Iterator[Discrepancy]:
    """Whether a start was declared, as far as the record and the plan have what the catalog declares.

    What no file says any more may still be recorded, so that a start which follows from the hour can look declared:
    then either may be said. What the creates record is said by files that are there.
    """
    soon = next_full_hour(plan.as_of)
    windows = [window for action in plan.actions for window in action.windows]
    undated = any(window.window.starting_at is None for window in windows)
    by_call = undated and rule.dateless_start is DatelessStart.CREATED_AT
    at_soon = {window.alias for window in windows if window.window.starting_at == soon}
    created = [a.metadata for a in plan.actions if a.operation is Operation.CREATE and a.metadata is not None]
    written = {action.ref.key: action.metadata for action in plan.actions if action.metadata is not None}
    surely = at_soon & _declared_at(soon, created)
    perhaps = surely | (at_soon & _declared_at(soon, ({**state.metadata, **written}).values()))
    is_computed = said.instants is Instants.COMPUTED
    if (by_call or at_soon - perhaps) and not is_computed:
        yield Discrepancy(
            Kind.INSTANTS,
            None,
            f'a window begins at {_told(soon)} or with the call, which no file says; the plan says "declared"',
        )
    if is_computed and not by_call and not at_soon - surely:
        yield Discrepancy(
            Kind.INSTANTS,
            None,
            f'no window begins with the call, or at {_told(soon)} unless a file says so; the plan says "computed"',
        )


def _declared_at(instant: Instant, metadata: Iterable[JsonObject]) -> set[str]:
    """The aliases on which a file says that a window begins at an instant."""
    spelled = format_instant(instant)
    return {
        alias
        for each in metadata
        for alias, window in _object(each.get("windows")).items()
        if _object(window).get("starting_at") == spelled
    }


def _object(value: JsonValue) -> JsonObject:
    """The value if it is a mapping; that it is not is told elsewhere."""
    return value if isinstance(value, dict) else {}


def _applicable_until(plan: Plan, replayed: Replay) -> Instant | None:
    """The first start, of those ahead, at which a create takes an alias from somebody who was there."""
    starts = [
        window.window.start
        for action in plan.actions
        if action.operation is Operation.CREATE
        for window in action.windows
        if window.window.start >= plan.as_of
        and _is_held_after(replayed[window.alias].before, window.window.start)
    ]
    return min(starts, default=None)


def _is_held_after(alias: Holders, instant: Instant) -> bool:
    return any(piece.held for piece in alias.pieces(instant))


def _told(instant: Instant | None) -> str:
    return "any time" if instant is None else told_instant(instant)


def _json(texts: Iterable[str]) -> list[JsonValue]:
    return [*texts]
