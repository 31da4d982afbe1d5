"""Who has one alias at which instant: a function of time that changes its value at edges.

Comes in: windows of packages. Goes out: who is there, piece by piece, and what a rewrite of a stretch changed.
Never here: why anything is rewritten; `takeover.py` knows that.

The value is a tuple, because a log may hold windows that overlap (an environment that did not do as it was expected
to): whoever was created last is behind the alias. As a rule it has one member or none. Neighbouring pieces differ,
so that nobody is there in two of them one after the other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pkgplan.model.timeline import BEGINNING, END, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.names import Holder
    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class Stay:
    """One window of a package on an alias; its start says which of the package's windows it is."""

    ref: Holder
    since: Instant


Held = tuple[Stay, ...]
NOBODY: Held = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time with the same holders throughout, the one created last at the end."""

    start: Instant
    end: Instant
    held: Held


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of time that had other holders before than after."""

    start: Instant
    end: Instant
    before: Held
    after: Held


def behind(held: Held) -> Holder | None:
    """What the alias resolves to."""
    return held[-1].ref if held else None


class Holders:
    """The function, under change."""

    def __init__(self) -> None:
        self._edges: list[Instant] = [BEGINNING]
        self._values: list[Held] = [NOBODY]
        self._windows: dict[Holder, list[Stay]] = {}

    @classmethod
    def of(cls, windows: Iterable[tuple[Holder, Window]]) -> Holders:
        """From windows in the order in which they were created; empty ones are nowhere."""
        self = cls()
        opening: dict[Instant, list[tuple[int, Stay]]] = {}
        closing: dict[Instant, list[int]] = {}
        for order, (ref, window) in enumerate(windows):
            if window.start < window.end:
                opening.setdefault(window.start, []).append((order, Stay(ref, window.start)))
                closing.setdefault(window.end, []).append(order)
        there: dict[int, Stay] = {}
        pieces: list[Piece] = []
        edges = sorted({BEGINNING, END, *opening, *closing})
        for start, end in pairwise(edges):
            for order in closing.get(start, ()):
                del there[order]
            there.update(opening.get(start, ()))
            pieces.append(Piece(start, end, tuple(there[order] for order in sorted(there))))
        self.rewrite(pieces)
        return self

    def copy(self) -> Holders:
        """The function as it is now."""
        other = Holders()
        other._edges, other._values = [*self._edges], [*self._values]
        return other

    def at(self, instant: Instant) -> Held:
        """Who is there."""
        return self._values[self._place(instant)]

    def pieces(self, start: Instant = BEGINNING, end: Instant = END) -> Iterator[Piece]:
        """The pieces of a stretch, the outer ones cut to it."""
        place = self._place(start)
        while start < end and place < len(self._edges):
            until = self._edges[place + 1] if place + 1 < len(self._edges) else END
            yield Piece(start, min(until, end), self._values[place])
            start, place = until, place + 1

    def is_empty_before(self, instant: Instant) -> bool:
        """Whether nobody was ever there."""
        return next((piece.start for piece in self.pieces() if piece.held), END) >= instant

    def windows(self) -> dict[Stay, Window]:
        """Every window, from its start to where its holder is no longer there."""
        ends: dict[Stay, Instant] = {}
        for piece in self.pieces():
            ends.update((holder, piece.end) for holder in piece.held)
        return {holder: Window.between(holder.since, end) for holder, end in ends.items()}

    def windows_of(self, ref: Holder) -> list[Piece]:
        """The stretches in which a package is there, in order of time."""
        found: list[Piece] = []
        for holder in sorted(self._windows.get(ref, ()), key=lambda holder: holder.since):
            for piece in self.pieces(holder.since):
                if holder not in piece.held:
                    break
                found.append(piece)
        return found

    def rewrite(self, pieces: list[Piece]) -> list[Turn]:
        """Give a stretch other holders, piece by piece without a break; gives what that changed."""
        pieces = [piece for piece in pieces if piece.start < piece.end]
        if not pieces:
            return []
        start, end = pieces[0].start, pieces[-1].end
        turns = _turns([*self.pieces(start, end)], pieces)
        for turn in turns:
            for holder in turn.after:
                if holder not in turn.before and holder.since == turn.start:
                    self._windows.setdefault(holder.ref, []).append(holder)
        self._replace(start, end, pieces)
        return turns

    def _replace(self, start: Instant, end: Instant, pieces: list[Piece]) -> None:
        # With the neighbours on both sides, so that pieces which are equal now become one.
        first, last = max(bisect_left(self._edges, start) - 1, 0), self._place(end)
        stretch = [(piece.start, piece.held) for piece in pieces]
        if self._edges[first] < start:
            stretch.insert(0, (self._edges[first], self._values[first]))
        if end < END:
            stretch.append((end, self._values[last]))
        merged: list[tuple[Instant, Held]] = []
        for edge, held in stretch:
            if not merged or merged[-1][1] != held:
                merged.append((edge, held))
        self._edges[first : last + 1] = [edge for edge, _ in merged]
        self._values[first : last + 1] = [held for _, held in merged]

    def _place(self, instant: Instant) -> int:
        return bisect_right(self._edges, instant) - 1


def _turns(old: list[Piece], new: list[Piece]) -> list[Turn]:
    """Where two ways to fill one stretch differ."""
    turns: list[Turn] = []
    left, right = 0, 0
    while left < len(old) and right < len(new):
        before, after = old[left], new[right]
        start, end = max(before.start, after.start), min(before.end, after.end)
        if before.held != after.held:
            turns.append(Turn(start, end, before.held, after.held))
        left += before.end == end
        right += after.end == end
    return turns
