r"""Foreign text made visible: what a terminal obeys, and what nobody can see, is written as an escape.

Comes in: text that anybody may have written. Goes out: text that shows it: `\x1b[31m`, and `\u001b` in JSON, which
stays the same value. Never here: markup other than that of a terminal; Markdown has `markdown/cells.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_UNUSUAL = re.compile(r"[^ -~]+")
# Line breaks of a report stay; a colour is only looked for where there may be one.
_UNUSUAL_IN_LINES = re.compile(r"[^\n -~]+")
_COLOUR_OR_UNUSUAL = re.compile(r"\x1b(?:\[[0-9;]*m)?|[^\n\x1b -~]+")
_BEYOND_16_BITS = 0x10000


def visible(text: str) -> str:
    """One piece of a line, in which even a line break is visible."""
    return text if text.isprintable() else _UNUSUAL.sub(_escaped_run, readable(text))


def visible_lines(text: str, colours: frozenset[str] = frozenset()) -> str:
    """Lines of a report; `colours` are the only escape sequences that stay what they are."""
    if not colours:
        return _UNUSUAL_IN_LINES.sub(_escaped_run, readable(text))

    def escaped(found: re.Match[str]) -> str:
        return found[0] if found[0] in colours else _escaped_run(found)

    return _COLOUR_OR_UNUSUAL.sub(escaped, readable(text))


def visible_json(text: str, is_writable: Callable[[str], bool] = lambda _: True) -> str:
    r"""The text of JSON with such characters as `\uXXXX`; outside of its strings there are none.

    Args:
        text: JSON, indented or not.
        is_writable: whether the encoding that the text will have knows a character.
    """

    def escaped(found: re.Match[str]) -> str:
        return "".join(
            each if each.isprintable() and is_writable(each) else _unit_escapes(each) for each in found[0]
        )

    return _UNUSUAL_IN_LINES.sub(escaped, readable(text))


def readable(text: str) -> str:
    """The text with bytes that the locale did not understand read as UTF-8, which they mostly are."""
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # half of a pair, from JSON
            return text
    return text


def _escaped_run(found: re.Match[str]) -> str:
    run = found[0]
    return run if run.isprintable() else "".join(map(_escaped, run))


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _unit_escapes(character: str) -> str:
    number = ord(character)
    if number < _BEYOND_16_BITS:
        return f"\\u{number:04x}"
    units = character.encode("utf-16-be")
    return f"\\u{units[:2].hex()}\\u{units[2:].hex()}"
