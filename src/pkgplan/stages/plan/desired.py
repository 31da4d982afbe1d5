"""What one alias should resolve to, at every instant, as the catalog and the record together say.

Comes in: the declared windows of one alias, its recorded rows, and `as_of`. Goes out: segments of time.
Never here: how to get there.

The rules, as README gives them to authors:

1. The past belongs to the record. Nothing is asked for before `as_of`, except what a declaration that is new claims
   there: where nobody was, it may have it; where somebody was, archived by now or not, it is refused. A declaration
   that was applied before with the same terms claims nothing anew, however much time has passed.
2. From `as_of` on, the declared windows count, read together: each ends where the next one begins.
3. Whoever has the alias goes on until the next declared window begins (or until the end that the catalog gave it), if
   its own file declares a later window, which is an edit in place; or if no declared window covers the present, unless
   its own file says that its time is over.
4. A retirement takes the alias from nobody while another window follows: until then it is what the alias sells. After
   the last window, the archive ends it.
5. Otherwise nobody is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import BEGINNING, END, DatelessStart, TakeoverRule, Window
from pkgplan.model.units import Instant, next_full_hour, on_the_hour

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pkgplan.model.compiled import Content
    from pkgplan.model.diagnostics import Location
    from pkgplan.model.timeline import AliasRow
    from pkgplan.stages.plan.declared import Declaration, Recorded


class Nothing(Enum):
    """What can be asked of an instant other than a package."""

    NOBODY = "nobody may be behind the alias"
    ANYBODY = "whoever is behind the alias may stay"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of time, what is wanted in it, and the declaration that wants it.

    `dateless` says that a create at its start is sent without one; `or_nobody`, that the package is retired and will
    be archived, so that nobody is as good.
    """

    start: Instant
    end: Instant
    wanted: Content | Nothing
    at: Location | None = None
    dateless: bool = False
    or_nobody: bool = False


def desired(
    declared: Sequence[Declaration], recorded: Recorded, *, as_of: Instant, rule: TakeoverRule
) -> tuple[Segment, ...]:
    """Segments that cover all time, in order, for an alias with at least one declaration."""
    present = _Present.of(declared, recorded, as_of)
    claims = _claims(declared, recorded, present, rule)
    goes_on = _goes_on_until(claims, recorded, present)
    pieces: list[Segment] = []
    for claim in claims:
        pieces += _new_to_the_past(claim, present, is_behind_holder=goes_on is not None)
        pieces += _from_now_on(claim, recorded, present, goes_on)
    if present.holder is not None and goes_on is not None:
        pieces.append(Segment(as_of, goes_on, recorded.contents[present.holder.ref]))
    in_order = sorted((piece for piece in pieces if piece.start < piece.end), key=lambda piece: piece.start)
    return _contiguous(in_order, as_of)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A declaration with the instants between which it counts: one without a start has one, the next one ends it.

    `is_known` says that it claimed the present before; `waited` that it has no start, and its terms are not new.
    """

    entry: Declaration
    start: Instant
    end: Instant
    is_known: bool
    waited: bool

    def covers(self, at: Instant) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class _Present:
    """Who has the alias at `as_of`, and since when its package has it without a break.

    `is_edited` says that its file declares that it shall have the alias again later; `is_given_up`, that its file is
    there and gives it no window any more that reaches the present; `is_over`, that it gives it one which is past.
    """

    as_of: Instant
    holder: AliasRow | None
    since: Instant
    is_edited: bool = False
    is_given_up: bool = False
    is_over: bool = False

    @classmethod
    def of(cls, declared: Sequence[Declaration], recorded: Recorded, as_of: Instant) -> _Present:
        holder = recorded.timeline.covering(as_of)
        if holder is None or not isinstance(holder.ref, PackageRef):
            return cls(as_of, holder, as_of if holder is None else holder.window.start)
        key = holder.ref.key
        own = [
            (entry, min(entry.window.end, following))
            for entry, following in _with_following(declared)
            if entry.content.key == key and not entry.over
        ]
        since = holder.window.start
        while since > BEGINNING:
            before = recorded.timeline.ending_at(since)
            if before is None or not isinstance(before.ref, PackageRef) or before.ref.key != key:
                break
            since = before.window.start
        return cls(
            as_of,
            holder,
            since,
            is_edited=any(entry.window.start > as_of for entry, _ in own),
            is_given_up=key in recorded.keys and not any(end > as_of for _, end in own),
            is_over=bool(own) and not any(entry.window.end > as_of for entry, _ in own),
        )

    def is_behind(self, content: Content, recorded: Recorded) -> bool:
        """Whether a content has the alias now."""
        return self.holder is not None and recorded.contents[self.holder.ref] == content


def _with_following(declared: Sequence[Declaration]) -> Iterator[tuple[Declaration, Instant]]:
    """Each declaration with the start of the next one, where it ends at the latest."""
    starts = [entry.window.start for entry in declared[1:]]
    return zip(declared, [*starts, END], strict=True)


def _claims(
    declared: Sequence[Declaration], recorded: Recorded, present: _Present, rule: TakeoverRule
) -> list[_Claim]:
    """The declarations that count, in order of time."""
    as_of = present.as_of
    claims = []
    for entry, following in _with_following(declared):
        start, end = _start(entry, recorded, present, rule), min(entry.window.end, following)
        if entry.over or start >= end:
            continue
        known = start < as_of and entry.before is not None and entry.before.covers(as_of)
        waited = (
            present.is_edited
            and entry.window.starting_at is None
            and entry.as_before
            and present.holder is not None
            and not recorded.cuts_off(entry.content, present.holder.ref, as_of)
        )
        claims.append(_Claim(entry, start, end, known, waited))
    return claims


def _start(entry: Declaration, recorded: Recorded, present: _Present, rule: TakeoverRule) -> Instant:
    """Where a declaration begins to count: one without a start counts "as soon as applied", unless it is there."""
    if entry.window.starting_at is not None:
        return entry.window.starting_at
    if not recorded.is_new:
        is_there = present.is_behind(entry.content, recorded)
        return present.as_of if is_there else next_full_hour(present.as_of)
    return present.as_of if rule.dateless_start is DatelessStart.CREATED_AT else BEGINNING


def _goes_on_until(claims: Sequence[_Claim], recorded: Recorded, present: _Present) -> Instant | None:
    """Until when the present holder goes on; None if it does not, or if it is simply what is declared."""
    as_of = present.as_of
    if present.holder is None or present.is_over:
        return None
    following = min(
        (claim.start for claim in claims if claim.start > as_of and not claim.waited), default=END
    )
    now = [claim for claim in claims if claim.covers(as_of)]
    if present.is_edited:
        # A declaration that is new and begins in the time of the holder contests it.
        contested = any(not claim.is_known and claim.start >= present.since for claim in now)
    else:
        contested = bool(now) or following == END
    return None if contested else max(as_of, min(following, recorded.ends[present.holder.ref]))


def _new_to_the_past(claim: _Claim, present: _Present, *, is_behind_holder: bool) -> Iterator[Segment]:
    """What a declaration claims of the past and did not claim before.

    One that began before the present holder did, which goes on, does not contest the time that the holder had.
    """
    entry = claim.entry
    end = uncontested = min(claim.end, present.as_of)
    if is_behind_holder and present.is_edited and claim.start < present.since:
        uncontested = min(end, present.since)
    known = Window(END, END) if entry.before is None else entry.before
    dateless = claim.start == BEGINNING
    yield Segment(claim.start, min(uncontested, known.start), entry.content, entry.at, dateless=dateless)
    # An end that was moved is a claim of its own.
    yield Segment(max(claim.start, known.end), end, entry.content, entry.at)


def _from_now_on(
    claim: _Claim, recorded: Recorded, present: _Present, goes_on: Instant | None
) -> Iterator[Segment]:
    """What a declaration claims from now on; a retirement may end the last part of it."""
    entry, end = claim.entry, claim.end
    begins = max(claim.start, present.as_of)
    if goes_on is not None and (claim.start <= present.as_of or claim.waited):
        begins = goes_on
    elif claim.is_known and claim.covers(present.as_of):
        begins = _resumed(claim, recorded, present)
        # A call can give it back no sooner.
        yield Segment(present.as_of, begins, Nothing.ANYBODY)
    retired = END if entry.retire_at is None or end < END else max(begins, entry.retire_at)
    dateless = entry.window.starting_at is None and recorded.is_new
    yield Segment(begins, min(end, retired), entry.content, entry.at, dateless)
    yield Segment(retired, end, entry.content, entry.at, or_nobody=True)


def _resumed(claim: _Claim, recorded: Recorded, present: _Present) -> Instant:
    """From when on a declaration that is not new has to be looked at.

    Whoever else has the alias now took it in a way that the catalog does not know of, so that is mended from the next
    full hour on; unless it is a file that has just given it up, which is for its author to date. Where nobody has it,
    from the instant from which on nobody did, if a window may start there.
    """
    if present.is_behind(claim.entry.content, recorded):
        return present.as_of
    if present.is_given_up:
        return max(claim.start, present.since)
    if present.holder is not None:
        return next_full_hour(present.as_of)
    before = max((row.window.end for row in recorded.timeline.until(present.as_of)), default=BEGINNING)
    since = max(claim.start, before)
    return since if since == BEGINNING or on_the_hour(since) else next_full_hour(present.as_of)


def _contiguous(pieces: Iterable[Segment], as_of: Instant) -> tuple[Segment, ...]:
    """The pieces with all the time between them: before `as_of` whoever was there, after it nobody."""
    segments: list[Segment] = []
    reached = BEGINNING

    def extend_to(end: Instant, segment: Segment) -> None:
        nonlocal reached
        if end > reached:
            segments.append(
                Segment(reached, end, segment.wanted, segment.at, segment.dateless, segment.or_nobody)
            )
            reached = end

    anybody, nobody = Segment(BEGINNING, END, Nothing.ANYBODY), Segment(BEGINNING, END, Nothing.NOBODY)
    for piece in pieces:
        extend_to(min(piece.start, as_of), anybody)
        extend_to(piece.start, nobody)
        extend_to(piece.end, piece)
    extend_to(as_of, anybody)
    extend_to(END, nobody)
    return tuple(segments)
