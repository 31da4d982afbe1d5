"""Long texts, cut to what a reader needs of them.

Comes in: the text of one term or field, or what it was and what it is. Goes out: short text. Never here: hiding a
difference; of two texts, what they share is left out first.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

LONGEST: Final = 160
_PIECES: Final = ", "
_GAP: Final = ".."
# Finding what two texts share takes as many steps; beyond, only their ends are left out.
_MOST_COMPARED: Final = 250_000
_DATES: Final = re.compile(r"(\.\. )?[0-9]+( (day|week|month|year)s?( \([0-9]+ times\))?)?")


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning and how many of its parts are not shown."""
    return text if len(text) <= longest else _cut(_pieces(text), longest)


def shortened_pair(before: str, after: str) -> tuple[str, str]:
    """What was and what is; if both together are long, the parts that they share are left out."""
    if len(before) + len(after) <= LONGEST:
        return before, after
    old, new = _pieces(before), _pieces(after)
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    kept_old, kept_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(kept_old) * len(kept_new) <= _MOST_COMPARED:
        kept_old, kept_new = _different(kept_old, kept_new)
    ends = ([_GAP] if head else [], [_GAP] if tail else [])
    return _around(kept_old, *ends), _around(kept_new, *ends)


def _around(kept: list[str], head: list[str], tail: list[str]) -> str:
    return _PIECES.join([*head, *([_cut(kept, LONGEST)] if kept else []), *tail])


def _shared(one: list[str], other: list[str]) -> int:
    """With how many equal parts both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _different(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """The parts that differ, with a gap where both say the same."""
    kept_old: list[str] = []
    kept_new: list[str] = []
    # Without autojunk, which would take an amount that is there often for no match at all.
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        kept_old += [_GAP] if what == "equal" else old[a:b]
        kept_new += [_GAP] if what == "equal" else new[c:d]
    return kept_old, kept_new


def _pieces(text: str) -> list[str]:
    """The parts of a text; the dates of one amount stay with it."""
    pieces: list[str] = []
    for piece in text.split(_PIECES):
        if pieces and _DATES.fullmatch(piece):
            pieces[-1] += _PIECES + piece
        else:
            pieces.append(piece)
    return pieces


def _cut(pieces: list[str], longest: int) -> str:
    shown, length = 0, 0
    while shown < len(pieces) and (shown == 0 or length + len(pieces[shown]) <= longest):
        length += len(pieces[shown]) + len(_PIECES)
        shown += 1
    left = len(pieces) - shown
    return _PIECES.join([*pieces[:shown], *([f"{_GAP} {left} more"] if left else [])])
