"""The creates that bring one alias from what is recorded to what is desired.

Comes in: segments, recorded rows, `as_of` and the takeover rule. Goes out: windows to create, in order, or why
no sequence of creates can do it.
Never here: other aliases, version numbers, payloads.

Greedy and exact: find the first instant that is wrong, create the wanted package there, let `take_over` say
what that does, and look on from there. Under the safest rule a create removes everything later, so each later segment
has to be created again: no shorter sequence exists. Every step is checked against the promises: the past stays
as it was, and no instant that had a package and should keep one is left without.
"""

from __future__ import annotations

from bisect import bisect_right
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
    Timeline,
    Turn,
    Window,
    resolve,
    take_over,
)
from pkgplan.model.units import Instant, format_instant, next_full_hour, on_the_hour, short_instant
from pkgplan.stages.plan.desired import Nothing, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pkgplan.model.names import Holder
    from pkgplan.stages.plan.declared import Recorded

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
        self._starts = [segment.start for segment in segments]
        # Where nobody in particular is wanted; a window before it ends there, others are cut by the next create.
        self._gaps = [segment.start for segment in segments if isinstance(segment.wanted, Nothing)] + [END]
        self._recorded = recorded
        self._as_of = as_of
        self._rule = rule
        self._fallback = fallback
        self._now = Timeline(recorded.timeline)
        self._contents: dict[Holder, Content] = dict(recorded.contents)
        self._moves: list[Move] = []
        self._turns: list[Turn] = []

    def run(self) -> tuple[Move, ...]:
        self._refuse_claims_on_the_past()
        mended: Instant | None = None
        since = BEGINNING
        while (wrong := self._first_difference(since)) is not None:
            if mended is not None and wrong <= mended:
                raise self._unreachable(
                    wrong, "what is recorded comes back behind the window", "leave the end of the window open"
                )
            done = len(self._turns)
            self._mend_without_a_hole(wrong)
            mended = wrong
            since = min([wrong, *(row.window.start for turn in self._turns[done:] for row in turn.added)])
        return tuple(self._moves)

    def _mend_without_a_hole(self, wrong: Instant) -> None:
        """Mend an instant; where later windows are kept, those that would be left without come first."""
        ahead: list[Instant] = []
        while True:
            done = len(self._moves)
            try:
                self._mend(ahead[-1] if ahead else wrong)
            except _HoleError as hole:
                self._take_back(done)
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

    def _take_back(self, done: int) -> None:
        """Undo every create but the first so many."""
        while len(self._turns) > done:
            self._now.undo(self._turns.pop())
            self._moves.pop()

    def _first_difference(self, since: Instant) -> Instant | None:
        for start, segment, row in _pieces(self._segments, self._starts, self._now, since):
            if not self._satisfied(segment, None if row is None else row.ref):
                return start
        return None

    def _satisfied(self, segment: Segment, ref: Holder | None) -> bool:
        wanted = segment.wanted
        if wanted is Nothing.ANYBODY:
            return True
        if ref in self._recorded.left_alone and (wanted is Nothing.NOBODY or segment.or_nobody):
            return True
        if ref is None:
            return wanted is Nothing.NOBODY or segment.or_nobody
        return self._contents[ref] == wanted

    def _segment_at(self, at: Instant) -> int:
        return bisect_right(self._starts, at) - 1

    def _mend(self, wrong: Instant) -> None:
        index = self._segment_at(wrong)
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
        done = len(self._moves)
        try:
            self._create(content, window, at)
        except _HoleError:
            self._take_back(done)
            return False
        return True

    def _end_of_content(self, index: int) -> Instant:
        """Where something else than this segment's content is wanted."""
        wanted = self._segments[index].wanted
        following = range(index + 1, len(self._segments))
        return next(
            (self._segments[i].start for i in following if self._segments[i].wanted != wanted),
            END,
        )

    def _since(self, index: int) -> Instant:
        """From when on the content of this segment is wanted without a break."""
        while index and self._segments[index - 1].wanted == self._segments[index].wanted:
            index -= 1
        return self._segments[index].start

    def _next_gap(self, index: int) -> Instant:
        """Where nobody is wanted next; END if a retirement comes before that."""
        return self._gaps[bisect_right(self._gaps, self._segments[index].start)]

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
        since = self._since(index - 1)
        start = next_full_hour(self._as_of) if since <= self._as_of else since
        # The last holder before the gap is right where it is; only its end has to move.
        last = self._now.ending_at(gap.start) or self._now.covering(gap.start)
        if last is not None and last.window.start < gap.start:
            start = max(start, last.window.start)
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
        before = self._now.covering(window.end)
        if before is not None and before.window.start < window.start:
            after = take_over([before], AliasRow(self._next_ref, window), at=self._as_of, rule=self._rule)
            if resolve(after, window.end) == before.ref:
                self._create(content, Window(window.starting_at), at)
        self._create(content, window, at)

    @property
    def _next_ref(self) -> PackageRef:
        return PackageRef(_PROVISIONAL, len(self._moves) + 1)

    def _create(self, content: Content, window: Window, at: Location | None) -> None:
        for bound, does in ((window.starting_at, "start"), (window.ending_before, "end")):
            if bound is not None and not on_the_hour(bound):
                raise self._unreachable(
                    bound,
                    f"a window would have to {does} off the hour, where one without a start was created",
                    "give the window a starting_at",
                )
        new = AliasRow(self._next_ref, window)
        self._contents[new.ref] = content
        turn = self._now.create(new, at=self._as_of, rule=self._rule)
        self._turns.append(turn)
        self._moves.append(Move(content, AliasWindow(self._alias, window)))
        for taken in turn.removed:
            self._refuse_other_past(taken.window, at, window.start)
        for lost in _lost(turn):
            self._refuse_hole(max(lost.start, self._as_of), lost.end)

    def _refuse_other_past(self, taken: Window, at: Location | None, start: Instant) -> None:
        """Refuse a create that gives any of the past to somebody else than is recorded there."""
        for row in self._recorded.timeline.after(taken.start):
            end = min(row.window.end, taken.end, self._as_of)
            since = max(row.window.start, taken.start)
            while since < end:
                now = self._now.covering(since)
                if now is None or now.ref != row.ref:
                    raise Refused(self._in_past(at or self._fallback, start, row.ref))
                since = now.window.end
            if row.window.end >= min(taken.end, self._as_of):
                return

    def _refuse_hole(self, start: Instant, end: Instant) -> None:
        """Raise at the first instant of a piece that had somebody, has nobody, and shall have somebody."""
        for row in self._recorded.timeline.after(start):
            if row.window.start >= end:
                return
            since, until = max(row.window.start, start), min(row.window.end, end)
            for index in range(self._segment_at(since), len(self._segments)):
                segment = self._segments[index]
                if segment.start >= until:
                    break
                if segment.wanted is not Nothing.NOBODY:
                    raise _HoleError(max(segment.start, since))

    def _refuse_claims_on_the_past(self) -> None:
        for start, segment, row in _pieces(self._segments, self._starts, self._recorded.timeline, BEGINNING):
            if start >= self._as_of:
                return
            if row is not None and not self._satisfied(segment, row.ref):
                raise Refused(self._in_past(segment.at or self._fallback, segment.start, row.ref))
            if row is None and isinstance(segment.wanted, Content):
                self._refuse_what_the_gone_had(segment)

    def _refuse_what_the_gone_had(self, segment: Segment) -> None:
        """Nobody is behind the alias any more where an archived package was; what it sold was sold all the same."""
        for row in self._recorded.gone:
            since = max(row.window.start, segment.start)
            until = min(row.window.end, segment.end, self._as_of)
            is_free = since < until and self._recorded.timeline.covering(since) is None
            if is_free and self._contents[row.ref] != segment.wanted:
                raise Refused(self._in_past(segment.at or self._fallback, segment.start, row.ref))

    def _in_past(self, at: Location, start: Instant, holder: Holder) -> Diagnostic:
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


def in_past(alias: str, at: Location, start: Instant, holder: Holder, as_of: Instant) -> Diagnostic:
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


def _lost(turn: Turn) -> Iterator[Window]:
    """The pieces of time that somebody had before a create and nobody has after it."""
    for row in turn.removed:
        since = row.window.start
        for other in turn.added:
            if other.window.end > since and other.window.start < row.window.end:
                if other.window.start > since:
                    yield Window.between(since, other.window.start)
                since = max(since, other.window.end)
        if since < row.window.end:
            yield Window.between(since, row.window.end)


def _pieces(
    segments: Sequence[Segment], starts: Sequence[Instant], timeline: Timeline, since: Instant
) -> Iterator[tuple[Instant, Segment, AliasRow | None]]:
    """From an instant on, every piece of time in which neither what is wanted nor who is there changes.

    Gives its start, its segment, and the row that is there. Segments cover all time, rows are disjoint.
    """
    index = bisect_right(starts, since) - 1
    number = timeline.first_after(since)
    at = since
    while index < len(segments):
        segment, row = segments[index], timeline.row(number)
        there = row if row is not None and row.window.covers(at) else None
        yield at, segment, there
        edge = END if row is None else row.window.start if there is None else row.window.end
        at = min(segment.end, edge)
        if at >= segment.end:
            index += 1
        if there is not None and at >= row.window.end:  # type: ignore[union-attr]  # it is there
            number += 1
