"""Text in columns of a given width, wrapped inside them.

Comes in: visible text and sizes. Goes out: lines. Units: cells of a terminal, so that a wide character counts twice.
Never here: what the columns say, or how wide the terminal is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.report.text.words import width

if TYPE_CHECKING:
    from collections.abc import Sequence

# Behind these a long word may go on in the next line: best between folders, then between parts of a name.
_BREAKS = ("/", "._-,:")


def wrapped(text: str, size: int) -> list[str]:
    """The text in lines of at most `size` cells, at least 2: broken at spaces, and inside words that are longer."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width(joined) <= size:
            lines[-1] = joined
            continue
        pieces = _pieces(word, size)
        lines = [*(lines if lines[-1] else lines[:-1]), *pieces]
    return lines


def shares(wanted: Sequence[int], room: int) -> list[int]:
    """How wide each column becomes: what it wants, or of what is left an equal share with the others."""
    given = [0] * len(wanted)
    waiting = sorted(range(len(wanted)), key=lambda column: wanted[column])
    while waiting:
        column, *others = waiting
        given[column] = min(wanted[column], room // len(waiting))
        room -= given[column]
        waiting = others
    return given


def _pieces(word: str, size: int) -> list[str]:
    """A word in pieces that fit."""
    pieces = []
    while width(word) > size:
        fits = next(end for end in range(len(word), 0, -1) if width(word[:end]) <= size)
        places = [max(word.rfind(mark, 1, fits) + 1 for mark in marks) for marks in _BREAKS]
        cut = next((place for place in places if place > 1), fits)
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]
