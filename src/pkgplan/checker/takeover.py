"""What a create and an archive do to an alias, told of instants: who is there afterwards, and when.

Comes in: who has an alias, and the window that a new package gets. Goes out: what that changed.
Never here: the planner's way to say the same. The two were written apart, from the same words (`TakeoverRule` and its
questions), and a plan holds only where they agree.

A create takes the alias at the start of its window: whoever is there has it until then. What is behind the start is
answered by the readings. Where these leave a case open, this is what is assumed:

- A window that begins at the very instant is taken over whole: it is neither kept as a later one, nor was anybody
  there before, so with `predecessor` nobody comes back.
- A predecessor comes back for the rest of its own window and no longer; the new stretch is a window of its own.
  What was removed because it starts later does not come back.
- A dateless create that `removes` takes every window, those that have passed and those that start later, too, whatever
  is said of later ones; none of them comes back. One that `cuts-at-now` cuts at the instant of the call, "later" means
  later than that, and it begins there, too, if anybody had the alias before; for the time before, they keep it.
- A dateless window that is recorded begins where the record says; the readings are about what is still to be created.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.checker.holders import NOBODY, Held, Holders, Piece, Stay, Turn
from pkgplan.model.timeline import (
    BEGINNING,
    END,
    AfterBoundedEnd,
    DatelessStart,
    DatelessTakeover,
    LaterWindows,
)

if TYPE_CHECKING:
    from pkgplan.model.names import Holder
    from pkgplan.model.timeline import TakeoverRule, Window
    from pkgplan.model.units import Instant


def create(alias: Holders, ref: Holder, window: Window, *, now: Instant, rule: TakeoverRule) -> list[Turn]:
    """Give a new package its window on an alias; a window that is over before it begins does nothing."""
    dateless = window.starting_at is None
    if dateless and rule.dateless_takeover is DatelessTakeover.REMOVES:
        start = BEGINNING if rule.dateless_start is DatelessStart.ALWAYS else now
        return _alone(alias, Stay(ref, start), window.end)
    cut = now if dateless else window.start
    start = cut
    if dateless and rule.dateless_start is DatelessStart.ALWAYS and alias.is_empty_before(now):
        start = BEGINNING
    return _taken(alias, Stay(ref, start), cut=cut, end=window.end, rule=rule)


def archive(alias: Holders, ref: Holder) -> list[Turn]:
    """Take a package away from an alias: it is behind nothing any more, the past included."""
    turns: list[Turn] = []
    for piece in alias.windows_of(ref):
        held = tuple(holder for holder in piece.held if holder.ref != ref)
        turns += alias.rewrite([Piece(piece.start, piece.end, held)])
    return turns


def _alone(alias: Holders, newcomer: Stay, end: Instant) -> list[Turn]:
    """Nobody but the newcomer, ever."""
    if end <= newcomer.since:
        return []
    return alias.rewrite(
        [
            Piece(BEGINNING, newcomer.since, NOBODY),
            Piece(newcomer.since, end, (newcomer,)),
            Piece(end, END, NOBODY),
        ]
    )


def _taken(alias: Holders, newcomer: Stay, *, cut: Instant, end: Instant, rule: TakeoverRule) -> list[Turn]:
    """The newcomer from its start on, in place of those who are there where it cuts."""
    if end <= newcomer.since:
        return []
    there = alias.at(cut)
    keeps_later = rule.later_windows is LaterWindows.KEPT
    until = min(end, _first_later(alias, cut)) if keeps_later else end
    comes_back = rule.after_bounded_end is AfterBoundedEnd.PREDECESSOR
    returning = tuple(holder for holder in there if holder.since < cut) if comes_back else NOBODY
    # A dateless window may end before the instant at which it cuts.
    pieces = [Piece(newcomer.since, until, (newcomer,)), Piece(until, cut, NOBODY)]
    for piece in alias.pieces(cut):
        concerned = piece.start < until or any(holder in there for holder in piece.held)
        if keeps_later and not concerned:
            break
        if piece.end > until:
            held = _afterwards(piece.held, there, until, returning=returning, keeps_later=keeps_later)
            pieces.append(Piece(max(piece.start, until), piece.end, held))
    return alias.rewrite(pieces)


def _afterwards(held: Held, there: Held, until: Instant, *, returning: Held, keeps_later: bool) -> Held:
    """Who is there behind the newcomer's window, of those who were."""
    found: list[Stay] = []
    for holder in held:
        if holder not in there:
            found += [holder] if keeps_later else []
        elif holder in returning:
            found.append(Stay(holder.ref, until))
    return tuple(found)


def _first_later(alias: Holders, cut: Instant) -> Instant:
    """Where the first window begins that starts later than an instant."""
    for piece in alias.pieces(cut):
        if any(holder.since > cut for holder in piece.held):
            return piece.start
    return END
