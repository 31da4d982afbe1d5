"""The small pieces that every text report is made of: safe text, paths, words of commands, windows, counts, columns.

Comes in: values. Goes out: pieces of lines. Never here: whole reports, or colour.
"""

from __future__ import annotations

import shlex
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from pkgplan.model.escapes import visible as visible  # noqa: PLC0414 - a piece like those below
from pkgplan.model.units import short_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.timeline import Window


def width(text: str) -> int:
    """How many cells of a terminal a visible text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def shown_path(catalog: str, path: str) -> str:
    """A path of the catalog as the reader can open it: joined to the folder as it was named."""
    return visible(str(Path(catalog) / path))


def shell_word(text: str) -> str:
    r"""One word of a command that can be pasted; bash, zsh and others read `$'\xff'` as what cannot be seen."""
    if text.isprintable():
        return shlex.quote(text)
    try:
        named = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair, which is in no name of a file
        named = text.encode("utf-8", "surrogatepass")
    quoted = (f"\\x{byte:02x}" if byte in b"'\\" or not 0x20 <= byte < 0x7F else chr(byte) for byte in named)
    return f"$'{''.join(quoted)}'"


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


def one_line(text: str) -> str:
    """A line of a report, whatever was put into it: a plan file or a log that somebody made can hold any text."""
    return text.replace("\r", r"\r").replace("\n", r"\n")


def padded(text: str, size: int) -> str:
    """The text filled up with spaces to a number of cells."""
    return text + " " * (size - width(text))


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
