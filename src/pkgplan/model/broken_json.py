"""Why a text is not JSON, in words for people who wrote it by hand.

Comes in: text. Goes out: a place, a problem and a hint; None for JSON. Never here: what the JSON means, or repeated
keys, which the grammar allows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD: Final = re.compile(r"[A-Za-z_$][\w$-]*")
_SHOWN: Final = 30
# What the parser says, up to where it quotes; each with what it means and what to do.
_SAID: Final = (
    ("Expecting ':' delimiter", 'a ":" is missing after the key', 'write `"key": value`'),
    ("Expecting ',' delimiter", 'a "," is missing', 'put "," between two entries, and close what was opened'),
    (
        "Extra data",
        "more follows after the end",
        "remove what follows, or put all of it into one pair of braces",
    ),
    ("Unterminated string", "a quote is not closed", "add the closing quote"),
    (
        "Invalid control character",
        "a line break or control character stands within quotes",
        "close the quote",
    ),
    ("Invalid \\", "a backslash begins an escape that JSON does not have", "write \\\\ for a backslash"),
    ("Expecting property name", "a key is missing or not in double quotes", 'write `"key": value`'),
    (
        "Expecting value",
        "a value is missing or not one of JSON",
        "write a value; text stands in double quotes",
    ),
)


@dataclass(frozen=True, slots=True)
class BrokenJson:
    """The first fault of a text that is not JSON; line and column from 1, in code points."""

    problem: str
    hint: str
    line: int = 1
    column: int = 1


def broken_json(text: str) -> BrokenJson | None:
    """What keeps a text from being JSON, or nothing."""
    if not text.strip():
        return BrokenJson("it is empty", "fill it in, or remove it")
    try:
        json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return next(
            BrokenJson(problem, hint, error.lineno, error.colno) for problem, hint in _explained(text, error)
        )
    except RecursionError:
        return BrokenJson("it is nested too deeply", "write it flatter")
    except ValueError as error:
        return BrokenJson(str(error), "write another value")
    return None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _explained(text: str, error: json.JSONDecodeError) -> Iterator[tuple[str, str]]:
    """What the place says comes first, then what the parser says about it."""
    rest, before = text[error.pos :], text[: error.pos].rstrip()
    if rest.startswith(("//", "/*", "#")):
        yield "a comment stands where JSON has none", "remove the comment"
    # Newer versions of the parser point at the comma, older ones at what comes behind it.
    closing = rest[1:].lstrip() if rest.startswith(",") else rest if before.endswith(",") else ""
    if closing.startswith(("}", "]")):
        yield f'a "," stands before the closing "{closing[0]}"', "remove the comma"
    if rest.startswith("'"):
        yield "single quotes stand where JSON wants double ones", "write double quotes"
    if not rest.strip():
        yield "the text ends too early", "close what was opened, or restore the end of the file"
    word = _WORD.match(rest)
    if word is not None and error.msg.startswith(("Expecting property name", "Expecting value")):
        yield f'"{word[0][:_SHOWN]}" is not in quotes', f'write "{word[0][:_SHOWN]}" in double quotes'
    for said, problem, hint in _SAID:
        if error.msg.startswith(said):
            yield problem, hint
    yield error.msg[:1].lower() + error.msg[1:], "mend the place that is named"
