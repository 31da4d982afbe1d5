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
    END,
    AfterBoundedEnd,
    AliasRow,
    AliasWindow,
    LaterWindows,
    TakeoverRule,
    Window,
    resolve,
    take_over,
)
from pkgplan.model.units import Instant, format_instant, next_full_hour, on_the_hour, short_instant
from pkgplan.stages.plan.desired import Nothing, Recorded, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


class _HoleError(Exception):
    """An instant that had a package, should keep one, and would be left without until a later call."""

    def __init__(self, at: Instant) -> None:
        super().__init__(at)
        self.at = at


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
        mended: Instant | None = None
        while (wrong := self._first_difference()) is not None:
            if mended is not None and wrong <= mended:
                raise self._unreachable(
                    wrong, "what is recorded comes back behind the window", "leave the end of the window open"
                )
            self._mend_without_a_hole(wrong)
            mended = wrong
        return tuple(self._moves)

    def _mend_without_a_hole(self, wrong: Instant) -> None:
        """Mend an instant; where later windows are kept, those that would be left without come first."""
        ahead: list[Instant] = []
        while True:
            before = (self._rows, len(self._moves))
            try:
                self._mend(ahead[-1] if ahead else wrong)
            except _HoleError as hole:
                self._rows = before[0]
                del self._moves[before[1] :]
                if self._rule.later_windows is not LaterWindows.KEPT or hole.at in ahead:
                    raise self._unreachable(
                        hole.at,
                        "changing what comes before it would leave the alias with nobody until a later call",
                        "close the gap before it, so that every window begins where the one before it ends",
                    ) from None
                ahead.append(hole.at)
            else:
                if not ahead:
                    return
                ahead.pop()

    def _first_difference(self) -> Instant | None:
        for start, segment, (ref,) in _pieces(self._segments, self._rows):
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
            start = BEGINNING if segment.dateless and wrong == segment.start else wrong
            gap = self._next_gap(index)
            if self._comes_back(
                segment.wanted, Window.between(start, self._end_of_content(index)), gap, segment.at
            ):
                return
            self._create_until(segment.wanted, Window.between(start, gap), segment.at)
        else:
            self._end_before(index)

    def _comes_back(self, content: Content, window: Window, gap: Instant, at: Location | None) -> bool:
        """Create a window that ends where the next content begins, if whoever was there comes back behind it.

        That may be the right one already; and if not, the next create begins at the same instant and takes it all.
        """
        if window.end == gap or self._rule.after_bounded_end is not AfterBoundedEnd.PREDECESSOR:
            return False
        before = (self._rows, len(self._moves))
        try:
            self._create(content, window, at)
        except _HoleError:
            self._rows = before[0]
            del self._moves[before[1] :]
            return False
        return True

    def _end_of_content(self, index: int) -> Instant:
        """Where something else than this segment's content is wanted."""
        wanted = self._segments[index].wanted
        return next((s.start for s in self._segments[index + 1 :] if s.wanted != wanted), END)

    def _next_gap(self, index: int) -> Instant:
        """Where nobody is wanted next. Windows before that need no end of their own: the next create cuts them."""
        for segment in self._segments[index + 1 :]:
            if segment.wanted in {Nothing.NOBODY, Nothing.ANYBODY}:
                return segment.start
            if segment.wanted is Nothing.RETIRED:
                break
        return END

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
        self._create_until(before.wanted, Window.between(start, gap.start), before.at)

    def _create_until(self, content: Content, window: Window, at: Location | None) -> None:
        """Create a window that may have an end.

        Where the predecessor would come back behind the end, an open window has to take it away first.
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
        if window.starting_at is not None and not on_the_hour(window.starting_at):
            raise self._unreachable(
                window.starting_at,
                "a window would have to start off the hour, where one without a start was created",
                "give the window a starting_at",
            )
        new = AliasRow(self._next_ref, window)
        self._contents[new.ref] = content
        self._rows = take_over(self._rows, new, at=self._as_of, rule=self._rule)
        self._moves.append(Move(content, AliasWindow(self._alias, window)))
        for start, segment, (was, now) in _pieces(self._segments, self._recorded.rows, self._rows):
            if was is None or was == now:
                continue
            if start < self._as_of:
                raise Refused(self._in_past(at or self._fallback, window.start, was))
            if now is None and segment.wanted is not Nothing.NOBODY:
                raise _HoleError(start)

    def _refuse_claims_on_the_past(self) -> None:
        for start, segment, (ref,) in _pieces(self._segments, self._recorded.rows):
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


def _pieces(
    segments: Sequence[Segment], *timelines: Sequence[AliasRow]
) -> Iterator[tuple[Instant, Segment, tuple[PackageRef | None, ...]]]:
    """Every piece of time in which neither what is wanted nor who is there changes: start, segment, who is there.

    One sweep over windows in order of time; rows are disjoint, so each timeline needs one pointer.
    """
    ordered = [sorted(rows, key=lambda row: row.window.start) for rows in timelines]
    cuts = {segment.start for segment in segments}
    cuts.update(edge for rows in timelines for row in rows for edge in (row.window.start, row.window.end))
    at_segment = 0
    at_rows = [0] * len(ordered)
    for cut in sorted(cuts):
        while at_segment < len(segments) and segments[at_segment].end <= cut:
            at_segment += 1
        if at_segment == len(segments):
            return
        there: list[PackageRef | None] = []
        for number, rows in enumerate(ordered):
            while at_rows[number] < len(rows) and rows[at_rows[number]].window.end <= cut:
                at_rows[number] += 1
            row = rows[at_rows[number]] if at_rows[number] < len(rows) else None
            there.append(row.ref if row is not None and row.window.covers(cut) else None)
        yield cut, segments[at_segment], tuple(there)
