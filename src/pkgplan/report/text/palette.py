"""Colour, in one place: the few styles that reports use.

Comes in: a style and text. Goes out: the same text, with escape codes only if colour was asked for.
Never here: finding out whether a terminal is there; the command line knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Style(Enum):
    """What a piece of text is; the value is its SGR code."""

    TITLE = "1"
    ADDED = "32"
    REMOVED = "31"
    CHANGED = "33"
    ERROR = "1;31"
    WARNING = "1;33"
    NOTE = "1;36"
    QUIET = "2"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colour or none."""

    colour: bool = False

    def paint(self, style: Style, text: str) -> str:
        """The text in a style."""
        return f"{_sequence(style.value)}{text}{_END}" if self.colour and text else text


def _sequence(code: str) -> str:
    return f"\x1b[{code}m"


PLAIN = Palette()
_END: Final = _sequence("0")
SEQUENCES: Final = frozenset({_END, *(_sequence(style.value) for style in Style)})
"""Every escape code that a report can have."""
