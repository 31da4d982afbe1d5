"""Ways in which a catalog file gets broken, each with the one line at which that has to show.

Comes in: the text of a sound file. Goes out: the broken text, the rule, and the line, or None where the file has
nothing that can be broken in this way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Damaged(NamedTuple):
    """A broken file, and what has to be found: once, there."""

    text: str
    code: str
    line: int


def _replaced(
    pattern: str, replacement: str, code: str, *, line_after: int = 0
) -> Callable[[str], Damaged | None]:
    def damage(text: str) -> Damaged | None:
        match = re.search(pattern, text, re.MULTILINE)
        if match is None:
            return None
        broken = text[: match.start()] + match.expand(replacement) + text[match.end() :]
        return Damaged(broken, code, text.count("\n", 0, match.start()) + 1 + line_after)

    return damage


def _unclosed(text: str) -> Damaged | None:
    """A second quote further down would close it, and be the one that stands out."""
    return None if '"' in text else _replaced(r"^  name: (.*)$", r'  name: "\1', "PKG001")(text)


DAMAGES: dict[str, Callable[[str], Damaged | None]] = {
    "a tab as indentation": _replaced(r"^  (name|product|type):", r"\t\1:", "PKG001"),
    "an unclosed quote": _unclosed,
    "a key twice": _replaced(r"^(  name: .*)$", r"\1\n\1", "PKG002", line_after=1),
    "an anchor": _replaced(r"^  name: (.*)$", r"  name: &plan \1", "PKG003"),
    "a misspelt field": _replaced(r"^  duration:", "  durration:", "PKG101"),
    "a misspelt field of a term": _replaced(r"^( {6})starting_at_offset:", r"\1starting_at_ofset:", "PKG101"),
    "a wrong frequency": _replaced(r"billing_frequency: \w+", "billing_frequency: fortnightly", "PKG104"),
    "a wrong type": _replaced(r"^( +)priority: \d+$", r"\1priority: first", "PKG103"),
    "a product that nobody declared": _replaced(r"^( +)product: (\S+)$", r"\1product: \2-plus", "PKG201"),
    "money without its unit": _replaced(r"(\d+\.\d\d) (USD|EUR)", r"\1", "PKG303"),
    "money in an unknown unit": _replaced(r"(\d+\.\d\d) (USD|EUR)", r"\1 XYZ", "PKG304"),
    "a span that is none": _replaced(r"duration: \d+ (month|year)s?", "duration: a while", "PKG305"),
    "an instant that is none": _replaced(r"starting_at: .*$", "starting_at: next month", "PKG307"),
    "another version of the language": _replaced(r"pkgplan/v1", "pkgplan/v9", "PKG106"),
    "a kind that is none": _replaced(r"^kind: (\w+)$", r"kind: \1s", "PKG105"),
}
