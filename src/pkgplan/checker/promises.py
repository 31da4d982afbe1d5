"""What no plan may do, at any prefix of its actions.

Comes in: the replay of a plan, and the instant it was made at. Goes out: discrepancies, one of each kind an alias.
Never here: whether the plan says what it does; `effects.py` compares that.

- Nobody loses an alias for a while: no instant to come that had a package before the plan and has one after it is
  without one in between.
- The past stands: no instant that had a package and has passed gets another, or none.
- Nothing happens before the first start that is planned.

An archive takes a package away from the past, too; that is what it is for, so the second and third leave archives out.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from pkgplan.checker.discrepancy import Discrepancy, Kind, about, told_instant
from pkgplan.checker.holders import behind
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import BEGINNING, END, DatelessStart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.checker.holders import Holders
    from pkgplan.checker.replay import Replay, Step, Story
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.model.units import Instant

_Stretch = tuple["Instant", "Instant"]


def check_promises(replayed: Replay, rule: TakeoverRule, as_of: Instant) -> Iterator[Discrepancy]:
    """Look at every alias for the first instant at which each promise is broken."""
    for alias, story in replayed.items():
        creates = [step for step in story.steps if step.action.operation is Operation.CREATE]
        first = min((start for step in creates for start in _starts(alias, step, rule, as_of)), default=END)
        for found in (
            _gap(alias, story, as_of),
            _past(alias, story, creates, as_of),
            _too_soon(alias, creates, first),
        ):
            if found is not None:
                yield found


def _gap(alias: str, story: Story, as_of: Instant) -> Discrepancy | None:
    kept = _held_by_somebody(story.before, story.after)
    for step in story.steps:
        for turn in step.turns:
            if turn.after:
                continue
            instant = _first_common(kept, max(turn.start, as_of), turn.end)
            if instant is not None:
                return about(
                    Kind.GAP,
                    step.action.id,
                    f'alias "{alias}" has nobody at {told_instant(instant)} once this is done, which had '
                    f"{behind(story.before.at(instant))} before the plan and has "
                    f"{behind(story.after.at(instant))} after it",
                )
    return None


def _past(alias: str, story: Story, creates: list[Step], as_of: Instant) -> Discrepancy | None:
    for step in creates:
        for turn in step.turns:
            for piece in story.before.pieces(turn.start, min(turn.end, as_of)):
                was, is_ = behind(piece.held), behind(turn.after)
                if was is not None and was != is_:
                    return about(
                        Kind.PAST,
                        step.action.id,
                        f'alias "{alias}" would have had {is_ or "nobody"} instead of {was} from '
                        f"{_told(piece.start)}, which has passed",
                    )
    return None


def _too_soon(alias: str, creates: list[Step], first: Instant) -> Discrepancy | None:
    for step in creates:
        for turn in step.turns:
            if turn.start < first and behind(turn.before) != behind(turn.after):
                return about(
                    Kind.TOO_SOON,
                    step.action.id,
                    f'alias "{alias}" has {behind(turn.after) or "nobody"} instead of '
                    f"{behind(turn.before) or 'nobody'} from {_told(turn.start)}, before anything starts that is "
                    f"planned: {_told(first)}",
                )
    return None


def _starts(alias: str, step: Step, rule: TakeoverRule, as_of: Instant) -> Iterator[Instant]:
    for window in step.action.windows:
        if window.alias == alias:
            dateless = window.window.starting_at is None
            yield (
                as_of if dateless and rule.dateless_start is DatelessStart.CREATED_AT else window.window.start
            )


def _held_by_somebody(before: Holders, after: Holders) -> list[_Stretch]:
    """The stretches in which an alias has a package both before and after, in order of time."""
    found: list[_Stretch] = []
    theirs = [piece for piece in after.pieces() if piece.held]
    place = 0
    for ours in before.pieces():
        while place < len(theirs) and theirs[place].end <= ours.start:
            place += 1
        at = place
        while ours.held and at < len(theirs) and theirs[at].start < ours.end:
            found.append((max(ours.start, theirs[at].start), min(ours.end, theirs[at].end)))
            at += 1
    return found


def _first_common(stretches: list[_Stretch], start: Instant, end: Instant) -> Instant | None:
    """The first instant of a stretch that lies in one of several, which are in order."""
    place = bisect_right(stretches, start, key=lambda stretch: stretch[1])
    if start < end and place < len(stretches) and stretches[place][0] < end:
        return max(start, stretches[place][0])
    return None


def _told(instant: Instant) -> str:
    return "the beginning" if instant == BEGINNING else told_instant(instant)
