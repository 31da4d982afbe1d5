"""The small pieces that every text report is made of: safe text, paths, windows, counts, columns.

Comes in: values. Goes out: pieces of lines. Never here: whole reports, or colour.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from pkgplan.model.units import short_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.timeline import Window


def visible(text: str) -> str:
    """The text with everything that a terminal obeys, or that cannot be seen, written as an escape."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def width(text: str) -> int:
    """How many cells of a terminal a visible text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def shown_path(catalog: str, path: str) -> str:
    """A path of the catalog as the reader can open it: joined to the folder as it was named."""
    return visible(str(Path(catalog) / path))


def window(shown: Window) -> str:
    """`2025-10-01 .. 2026-02-01`, with nothing on a side that is open."""
    start = "" if shown.starting_at is None else short_instant(shown.starting_at)
    end = "" if shown.ending_before is None else short_instant(shown.ending_before)
    if not start and not end:
        return "always"
    return f"{start} .. {end}".strip()


def counted(number: int, one: str, many: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns under headers, each as wide as it must be; the last one is not padded."""
    cells = [list(headers), *([visible(cell) for cell in row] for row in rows)]
    widths = [max(width(row[column]) for row in cells) for column in range(len(headers))]
    lines = (
        "  ".join(padded(cell, size) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
    return "".join(f"{line}\n" for line in lines)


def padded(text: str, size: int) -> str:
    """The text filled up with spaces to a number of cells."""
    return text + " " * (size - width(text))


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
