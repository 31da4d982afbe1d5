"""The small pieces that Markdown reports are made of: harmless text, code, tables.

Comes in: text that anybody may have written. Goes out: Markdown that shows exactly this text, on one line.
Never here: whole reports.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pkgplan.report.text.words import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MARKUP: Final = re.compile(r"([\\`*_\[\]|~$])")
# GitHub turns `@somebody` and `#12` into links, and tells somebody; a space without width keeps them text.
_MENTION: Final = re.compile(r"(?<!\w)([@#])(?=\w)")
_UNSAFE_IN_CODE: Final = re.compile(r"[\\`|]")


def plain(text: str) -> str:
    """Text without any meaning to Markdown, HTML or GitHub; what cannot be seen is shown as an escape."""
    escaped = _MARKUP.sub(r"\\\1", visible(text).translate(_ENTITIES))
    return _MENTION.sub(r"\1&#8203;", escaped)


def code(text: str) -> str:
    """Text in the font of code, or as `plain` where a table would misread it."""
    shown = visible(text)
    return plain(text) if not shown.strip() or _UNSAFE_IN_CODE.search(shown) else f"`{shown}`"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [_line(headers), _line(["---"] * len(headers)), *(_line(row) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
