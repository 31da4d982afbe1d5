"""Colour, in one place: the few styles that reports use.

Comes in: a style and text. Goes out: the same text, with escape codes only if colour was asked for.
Never here: finding out whether a terminal is there; the command line knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
        return f"\x1b[{style.value}m{text}\x1b[0m" if self.colour and text else text


PLAIN = Palette()
