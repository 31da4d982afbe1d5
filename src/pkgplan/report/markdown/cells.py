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
# GitHub makes links of these, tells the people, or shows a picture. A space without width breaks each of them, and the
# text still reads the same. `starter@2` means nothing to GitHub.
_LINKED: Final = re.compile(
    r"""
      @(?=\w)(?!(?<=\w@)[0-9]{1,6}(?!\w|\.\w))  # @somebody, me@example.com
    | \#(?=\w)                                   # #12, owner/repository#12
    | \bgh(?=-[0-9])                             # GH-12
    | :(?=//)                                    # https://example.com
    | www(?=\.)                                  # www.example.com
    | :(?=(?![0-9]{1,2}:)[a-z0-9_+-]+:)          # :tada:
    """,
    re.IGNORECASE | re.VERBOSE,
)
_UNSAFE_IN_CODE: Final = re.compile(r"[\\`|]")


def plain(text: str) -> str:
    """Text without any meaning to Markdown, HTML or GitHub; what cannot be seen is shown as an escape."""
    escaped = _MARKUP.sub(r"\\\1", visible(text).translate(_ENTITIES))
    return _LINKED.sub(r"\g<0>&#8203;", escaped)


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
