"""One sequence of creates out of the sequences of several aliases.

Comes in: for each alias, the moves in the order that it needs. Goes out: creates, each carrying the windows of
every alias that can go with it, as few as possible.
Never here: changing the order within an alias.

This is the shortest common supersequence: exact (breadth first) for aliases that share packages as long as
the search stays small, greedy beyond that. Aliases that share nothing do not meet.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from math import prod
from typing import TYPE_CHECKING

from pkgplan.model.compiled import Content
from pkgplan.model.timeline import BEGINNING, AliasWindow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkgplan.model.units import Instant
    from pkgplan.stages.plan.moves import Move

# Positions that the exact search may visit; a family of four aliases with five windows each stays below.
_EXACT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Create:
    """One package to create and the windows that it takes."""

    content: Content
    windows: tuple[AliasWindow, ...]

    @property
    def starts(self) -> Instant:
        """The earliest start, to put creates in the order of time."""
        return min((window.window.start for window in self.windows), default=BEGINNING)


def merge(moves_by_alias: Mapping[str, Sequence[Move]]) -> tuple[Create, ...]:
    """The creates for all aliases; families that share no package follow each other in order of time."""
    families = [_shortest(family) for family in _families(moves_by_alias)]
    families.sort(key=lambda creates: (creates[0].starts, creates[0].content.key))
    return tuple(create for family in families for create in family)


def _families(moves_by_alias: Mapping[str, Sequence[Move]]) -> list[list[Sequence[Move]]]:
    """Aliases that share a content, directly or through others, in one list; linear in the moves."""
    sharing: dict[Content, list[str]] = {}
    for alias in sorted(moves_by_alias):
        for move in moves_by_alias[alias]:
            sharing.setdefault(move.content, []).append(alias)
    families: list[list[Sequence[Move]]] = []
    placed: set[str] = set()
    for first in sorted(moves_by_alias):
        family: list[Sequence[Move]] = []
        waiting = [first] if moves_by_alias[first] else []
        while waiting:
            alias = waiting.pop()
            if alias not in placed:
                placed.add(alias)
                family.append(moves_by_alias[alias])
                # Popping the list keeps a content that a hundred aliases share from being walked a hundred times.
                waiting += [
                    other for move in moves_by_alias[alias] for other in sharing.pop(move.content, ())
                ]
        if family:
            families.append(family)
    return families


def _shortest(family: Sequence[Sequence[Move]]) -> tuple[Create, ...]:
    if len(family) == 1:
        return tuple(Create(move.content, (move.window,)) for move in family[0])
    if prod(len(moves) + 1 for moves in family) > _EXACT_LIMIT:
        return _greedy(family)
    start, goal = (0,) * len(family), tuple(len(moves) for moves in family)
    came: dict[tuple[int, ...], tuple[tuple[int, ...], Create] | None] = {start: None}
    queue = deque([start])
    while queue and goal not in came:
        at = queue.popleft()
        for create, then in _steps(family, at):
            if then not in came:
                came[then] = (at, create)
                queue.append(then)
    creates: list[Create] = []
    step = came[goal]
    while step is not None:
        before, create = step
        creates.append(create)
        step = came[before]
    return tuple(reversed(creates))


def _greedy(family: Sequence[Sequence[Move]]) -> tuple[Create, ...]:
    """Always what the most aliases wait for; of those, what starts first."""
    waiting = _Waiting()
    for moves in family:
        waiting.add(deque(moves))
    creates: list[Create] = []
    while (ready := waiting.next()) is not None:
        content, aliases = ready
        windows = [moves.popleft().window for moves in aliases]
        creates.append(Create(content, tuple(sorted(windows, key=lambda window: window.alias))))
        for moves in aliases:
            waiting.add(moves)
    return tuple(creates)


class _Waiting:
    """The moves of aliases by the content that each needs next; the most wanted content can be had without a search."""

    def __init__(self) -> None:
        self._aliases: dict[Content, list[deque[Move]]] = {}
        self._starts: dict[Content, Instant] = {}
        self._queue: list[tuple[int, Instant, str, str]] = []

    def add(self, moves: deque[Move]) -> None:
        """An alias with what it still needs."""
        if not moves:
            return
        content, start = moves[0].content, moves[0].window.window.start
        aliases = self._aliases.setdefault(content, [])
        aliases.append(moves)
        start = self._starts[content] = min(start, self._starts.get(content, start))
        heappush(self._queue, (-len(aliases), start, content.key, content.digest))

    def next(self) -> tuple[Content, list[deque[Move]]] | None:
        """What the most aliases need next, and which they are; they wait no longer."""
        while self._queue:
            count, start, key, digest = heappop(self._queue)
            content = Content(key, digest)
            # What the queue says of a content is true of its last entry only.
            if self._starts.get(content) == start and len(self._aliases[content]) == -count:
                del self._starts[content]
                return content, self._aliases.pop(content)
        return None


def _steps(family: Sequence[Sequence[Move]], at: tuple[int, ...]) -> list[tuple[Create, tuple[int, ...]]]:
    """Every content that could be created next, with all the windows that can go with it."""
    heads: dict[Content, list[int]] = {}
    for index, position in enumerate(at):
        if position < len(family[index]):
            heads.setdefault(family[index][position].content, []).append(index)
    steps = []
    for content, indexes in heads.items():
        windows = sorted(
            (family[index][at[index]].window for index in indexes), key=lambda window: window.alias
        )
        then = tuple(position + (index in indexes) for index, position in enumerate(at))
        steps.append((Create(content, tuple(windows)), then))
    return sorted(steps, key=lambda step: (step[0].starts, step[0].content.key, step[0].content.digest))
