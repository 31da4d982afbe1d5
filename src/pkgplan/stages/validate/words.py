"""How values, types and places are named in messages about the shape of a document.

Comes in: values of a document and routes. Goes out: short text. Never here: rules.
"""

from __future__ import annotations

import json
import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from pkgplan.model.appearance import seen
from pkgplan.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.diagnostics import Route

_LONGEST_SHOWN = 60
# Beyond this a name is no misspelling, and comparing it with the known ones takes long.
LONGEST_NAME = 100


def show(value: JsonValue, written: str | None = None) -> str:
    """A value as a message quotes it, cut short and on one line; what is no text, as it is written in its file."""
    match value:
        case None:
            return "empty"
        case bool():
            return written or ("true" if value else "false")
        case int() | Decimal():
            return _cut(written or digits(value))
        case str():
            return f'"{_cut(json.dumps(value, ensure_ascii=False)[1:-1])}"'
        case dict():
            return "a mapping"
        case _:
            return "a list"


def digits(number: int | Decimal) -> str:
    """A number with its digits, without an exponent."""
    return str(number) if isinstance(number, int) else format(number, "f")


def subject(route: Route) -> str:
    """The name of a place: its last key, with the index if it is an item of a list."""
    if not route:
        return "the document"
    keys = [part for part in route if isinstance(part, str)]
    indexes = "".join(f"[{part}]" for part in route[-1:] if isinstance(part, int))
    return f'"{_cut(keys[-1]) if keys else ""}{indexes}"'


def suggestion(name: str, known: Iterable[str]) -> str:
    """What was probably meant, and which character only looks like a letter."""
    near = did_you_mean(name, known) if len(name) <= LONGEST_NAME else ""
    return "; ".join(filter(None, [look_alike(name), near]))


def look_alike(name: str) -> str:
    """Which character of a name is not ASCII, if one is; some of them look exactly like a letter."""
    for character in name:
        if not character.isascii():
            return f'contains "{character}" {unicodedata.name(character, f"U+{ord(character):04X}")}'
    return ""


def as_key(text: str) -> str:
    """The key that a text could have had, or nothing."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", seen(text)) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
