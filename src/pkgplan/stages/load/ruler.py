"""Marks of the parser become ranges of the text.

Comes in: marks, which count lines and code points from 0 and may lie behind the last line.
Goes out: `TextRange`, which counts from 1 and always lies on a line that exists.
Never here: routes.
"""

from __future__ import annotations

from typing import Protocol

from pkgplan.model.diagnostics import TextRange


class Mark(Protocol):
    """A place as the parser sees it; line and column from 0, in code points."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def index(self) -> int: ...


class Ruler:
    """The lines of one text. Only made when there is something to show."""

    def __init__(self, text: str) -> None:
        # The decoder has refused every other character that str.splitlines takes for a line break.
        self._lines = text.splitlines() or [""]

    def between(self, start: Mark, end: Mark) -> TextRange:
        """From a mark to another."""
        return TextRange(*self._inside(start.line, start.column), *self._inside(end.line, end.column))

    def from_mark(self, start: Mark, length: int) -> TextRange:
        """Some characters of one line."""
        return TextRange(
            *self._inside(start.line, start.column), *self._inside(start.line, start.column + length)
        )

    def rest_of_line(self, start: Mark) -> TextRange:
        """From a mark to the end of what is written on its line."""
        return self.from_mark(start, len(self.line(start)[start.column :].rstrip()))

    def word(self, start: Mark) -> TextRange:
        """From a mark to the next space."""
        rest = self.line(start)[start.column :].split(maxsplit=1)
        return self.from_mark(start, len(rest[0]) if rest else 0)

    def line(self, at: Mark) -> str:
        """The source line of a mark, empty behind the last one."""
        return self._lines[at.line] if at.line < len(self._lines) else ""

    def _inside(self, line: int, column: int) -> tuple[int, int]:
        if line >= len(self._lines):
            return len(self._lines), len(self._lines[-1]) + 1
        return line + 1, min(column, len(self._lines[line])) + 1
