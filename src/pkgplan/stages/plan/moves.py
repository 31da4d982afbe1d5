"""The creates that bring one alias from what is recorded to what is desired.

Comes in: segments, recorded rows, `as_of` and the takeover rule. Goes out: windows to create, in order, or why
no sequence of creates can do it.
Never here: other aliases, version numbers, payloads.

Greedy and exact: find the first instant that is wrong, create the wanted package there, let `take_over` say
what that does, and look again. Under the safest rule a create removes everything later, so each later segment
has to be created again: no shorter sequence exists. Every step is checked against the promises: the past stays
as it was, and no instant that had a package and should keep one is left without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.model.compiled import Content
from pkgplan.model.diagnostics import Diagnostic, Location
from pkgplan.model.names import PackageRef
from pkgplan.model.rules import ALIAS_IN_PAST, ALIAS_UNREACHABLE
from pkgplan.model.timeline import (
    BEGINNING,
    AfterBoundedEnd,
    AliasRow,
    AliasWindow,
    TakeoverRule,
    Window,
    resolve,
    take_over,
)
from pkgplan.model.units import Instant, format_instant, next_full_hour, short_instant
from pkgplan.stages.plan.desired import Nothing, Recorded, Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

# Rows of packages that have no version yet; the key can't be a package key.
_PROVISIONAL = "~"


@dataclass(frozen=True, slots=True)
class Move:
    """One window that has to be created, and the content that has to stand behind it."""

    content: Content
    window: AliasWindow


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """Why the desired windows cannot be had."""

    diagnostic: Diagnostic


def moves(
    alias: str,
    segments: Sequence[Segment],
    recorded: Recorded,
    *,
    as_of: Instant,
    rule: TakeoverRule,
    fallback: Location,
) -> tuple[tuple[Move, ...], tuple[Diagnostic, ...]]:
    """The shortest sequence of windows for one alias; or none and a diagnostic at the declaration in the way."""
    walk = _Walk(alias, segments, recorded, as_of, rule, fallback)
    try:
        return walk.run(), ()
    except Refused as refused:
        return (), (refused.diagnostic,)


class _Walk:
    """One walk along the timeline of one alias; lives no longer than the call."""

    def __init__(
        self,
        alias: str,
        segments: Sequence[Segment],
        recorded: Recorded,
        as_of: Instant,
        rule: TakeoverRule,
        fallback: Location,
    ) -> None:
        self._alias = alias
        self._segments = segments
        self._recorded = recorded
        self._as_of = as_of
        self._rule = rule
        self._fallback = fallback
        self._rows = recorded.rows
        self._contents = dict(recorded.contents)
        self._moves: list[Move] = []

    def run(self) -> tuple[Move, ...]:
        self._refuse_claims_on_the_past()
        previous: Instant | None = None
        while (wrong := self._first_difference()) is not None:
            if previous is not None and wrong <= previous:
                raise self._unreachable(
                    wrong, "what is recorded comes back behind the window", "leave the end of the window open"
                )
            previous = wrong
            self._mend(wrong)
        return tuple(self._moves)

    def _first_difference(self) -> Instant | None:
        for start, segment in _elementary(self._segments, self._rows):
            ref = resolve(self._rows, start)
            if not self._satisfied(segment.wanted, ref):
                return start
        return None

    def _satisfied(self, wanted: Content | Nothing, ref: PackageRef | None) -> bool:
        if wanted is Nothing.ANYBODY or wanted is Nothing.RETIRED:
            return True
        if wanted is Nothing.NOBODY or ref is None:
            return wanted is Nothing.NOBODY and ref is None
        return self._contents[ref] == wanted

    def _mend(self, wrong: Instant) -> None:
        index = next(i for i, segment in enumerate(self._segments) if segment.start <= wrong < segment.end)
        segment = self._segments[index]
        if isinstance(segment.wanted, Content):
            following = self._segments[index + 1].wanted if index + 1 < len(self._segments) else None
            start = BEGINNING if segment.dateless and wrong == segment.start else wrong
            window = Window.between(start, segment.end)
            if following in {Nothing.NOBODY, Nothing.ANYBODY}:
                self._create_with_end(segment.wanted, window, segment.at)
            else:
                self._create_up_to_the_next(segment.wanted, window, segment.at)
        else:
            self._end_before(index)

    def _create_up_to_the_next(self, content: Content, window: Window, at: Location | None) -> None:
        """The next create cuts this window where it begins, so no end is sent: nobody is left out until then.

        Only where a window comes back after a bounded one was laid over it is an end better, if it may be.
        """
        if self._rule.after_bounded_end is AfterBoundedEnd.PREDECESSOR:
            before = self._rows
            try:
                self._create(content, window, at)
            except Refused:
                self._rows = before
                self._moves.pop()
            else:
                return
        self._create(content, Window(window.starting_at), at)

    def _end_before(self, index: int) -> None:
        """Nobody is wanted in this segment: create the holder before it again, with an end."""
        gap = self._segments[index]
        before = self._segments[index - 1] if index else None
        if before is None or not isinstance(before.wanted, Content):
            raise self._unreachable(
                gap.start,
                "a window cannot be taken away without putting another one in its place",
                "keep the start that was declared before; for another version after it, add a package file of its own",
            )
        start = next_full_hour(self._as_of) if before.start <= self._as_of else before.start
        # The last holder before the gap is right where it is; only its end has to move.
        start = max(
            [
                start,
                *(row.window.start for row in self._rows if row.window.start < gap.start <= row.window.end),
            ]
        )
        if start >= gap.start:
            raise self._unreachable(
                gap.start,
                "the window would have to end by the next full hour, but what ends it can start no sooner",
                f"use an ending_before after {format_instant(next_full_hour(self._as_of))}",
            )
        self._create_with_end(before.wanted, Window.between(start, gap.start), before.at)

    def _create_with_end(self, content: Content, window: Window, at: Location | None) -> None:
        """A window that nobody follows.

        Where the predecessor would come back behind it, an open window has to take the predecessor away first.
        """
        after = take_over(self._rows, AliasRow(self._next_ref, window), at=self._as_of, rule=self._rule)
        back = resolve(after, window.end)
        if any(row.ref == back and row.window.start < window.start for row in self._rows):
            self._create(content, Window(window.starting_at), at)
        self._create(content, window, at)

    @property
    def _next_ref(self) -> PackageRef:
        return PackageRef(_PROVISIONAL, len(self._moves) + 1)

    def _create(self, content: Content, window: Window, at: Location | None) -> None:
        new = AliasRow(self._next_ref, window)
        self._contents[new.ref] = content
        self._rows = take_over(self._rows, new, at=self._as_of, rule=self._rule)
        self._moves.append(Move(content, AliasWindow(self._alias, window)))
        for start, segment in _elementary(self._segments, (*self._recorded.rows, *self._rows)):
            was, now = resolve(self._recorded.rows, start), resolve(self._rows, start)
            if was is None or was == now:
                continue
            if start < self._as_of:
                raise Refused(self._in_past(at or self._fallback, window.start, was))
            if now is None and segment.wanted is not Nothing.NOBODY:
                raise self._unreachable(
                    start,
                    "changing what comes before it would leave the alias with nobody until a later call",
                    "close the gap before it, so that every window begins where the one before it ends",
                )

    def _refuse_claims_on_the_past(self) -> None:
        for start, segment in _elementary(self._segments, self._rows):
            ref = resolve(self._rows, start)
            if start < self._as_of and ref is not None and not self._satisfied(segment.wanted, ref):
                raise Refused(self._in_past(segment.at or self._fallback, segment.start, ref))

    def _in_past(self, at: Location, start: Instant, holder: PackageRef) -> Diagnostic:
        return in_past(self._alias, at, start, holder, self._as_of)

    def _unreachable(self, when: Instant, why: str, hint: str) -> Refused:
        at = next((s.at for s in self._segments if s.at and s.start <= when < s.end), None)
        return Refused(
            Diagnostic(
                ALIAS_UNREACHABLE,
                f'alias "{self._alias}" cannot be given these windows: at {format_instant(when)}, {why}',
                at or self._fallback,
                hint,
            )
        )


def in_past(alias: str, at: Location, start: Instant, holder: PackageRef, as_of: Instant) -> Diagnostic:
    """The refusal of a retroactive takeover, with the date to write instead."""
    earliest = next_full_hour(as_of)
    month = as_of.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    since = "" if start == BEGINNING else f" from {short_instant(start)}"
    return Diagnostic(
        ALIAS_IN_PAST,
        f'alias "{alias}" would change retroactively{since}: {holder} is recorded behind it',
        at,
        f"write a starting_at of {format_instant(earliest)} or later, for example "
        f"`starting_at: {short_instant(following)}`",
    )


def _elementary(segments: Sequence[Segment], rows: Sequence[AliasRow]) -> list[tuple[Instant, Segment]]:
    """The start of every piece of time in which neither what is wanted nor who is there changes."""
    cuts = {segment.start for segment in segments}
    cuts.update(row.window.start for row in rows)
    cuts.update(row.window.end for row in rows)
    found: list[tuple[Instant, Segment]] = []
    index = 0
    for cut in sorted(cuts):
        while index < len(segments) and segments[index].end <= cut:
            index += 1
        if index == len(segments):
            break
        found.append((cut, segments[index]))
    return found
