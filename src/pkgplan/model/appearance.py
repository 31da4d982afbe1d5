"""What text looks like to people: names that cannot be told apart, and words for two values that look the same.

Comes in: text that somebody typed, or two values that stand side by side. Goes out: the text as it should be typed,
what it is taken for, and a pair in which the difference shows.
Never here: what a name stands for, or findings. Only what is certain counts: accents tell names apart, and a letter
is taken for another one only where nearly every font draws both alike.
Source: Unicode Standard Annex 15 (forms) and `Default_Ignorable_Code_Point` of DerivedCoreProperties (what is not
drawn); neither changes for characters that exist, so that every version of Python gives the same answer.
"""

from __future__ import annotations

import json
import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from pkgplan.model.canonical import JsonValue

_NOT_DRAWN: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# No blanks to Unicode, but drawn like one.
_EMPTY: Final = re.compile("[\u2800\u3164\uffa0]")
# Joiners and variants shape what stands before them in scripts that join letters, and in emoji; elsewhere nobody
# sees them.
_SHAPING: Final = frozenset({"\u200c", "\u200d", *map(chr, range(0xFE00, 0xFE10))})
_SHAPED: Final = frozenset({"Lo", "Mc", "So", "Sk"})

# Cyrillic and Greek letters that are drawn like a Latin one, by code point, since nobody could review them otherwise.
_LETTERS: Final = {
    "A": "\u0391\u0410", "B": "\u0392\u0412", "C": "\u0421", "E": "\u0395\u0415", "H": "\u0397\u041d",
    "I": "\u0399\u0406", "J": "\u0408", "K": "\u039a\u041a", "M": "\u039c\u041c", "N": "\u039d",
    "O": "\u039f\u041e", "P": "\u03a1\u0420", "S": "\u0405", "T": "\u03a4\u0422", "X": "\u03a7\u0425",
    "Y": "\u03a5", "Z": "\u0396", "a": "\u0430", "c": "\u0441", "d": "\u0501", "e": "\u0435", "h": "\u04bb",
    "i": "\u0456", "j": "\u0458", "o": "\u03bf\u043e", "p": "\u0440", "q": "\u051b", "s": "\u0455",
    "v": "\u03bd", "w": "\u051d", "x": "\u0445", "y": "\u0443",
}  # fmt: skip
_SIGNS: Final = {
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212",
    "'": "\u02b9\u02bc\u02c8\u2018\u2019\u201b\u2032",
    '"': "\u201c\u201d\u201f\u2033",
}
_FOREIGN: Final = frozenset("".join(_LETTERS.values()))
_TWINS: Final = {ord(twin): plain for plain, twins in (_LETTERS | _SIGNS).items() for twin in twins}
_WORD: Final = re.compile(r"[^\W\d_]+")
# Of a long text only the part around the first difference is shown.
_LONGEST_SHOWN: Final = 60
_CONTEXT: Final = 20


def tidied(text: str) -> str:
    """The text as a name should be typed: composed, one blank between words, nothing that is not seen."""
    kept = text if _is_plain(text) else _EMPTY.sub(" ", _without_unseen(text))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def is_tidy(text: str) -> bool:
    """Whether a name is typed as it should be; quickly told of nearly every one."""
    if _is_plain(text):
        return "  " not in text and text.strip(" ") == text
    return tidied(text) == text


def seen(text: str) -> str:
    """What a reader sees: equal for texts that look the same, or that nobody should have to tell apart."""
    if not _is_plain(text):
        drawn = _EMPTY.sub(" ", _NOT_DRAWN.sub("", unicodedata.normalize("NFKD", text)))
        text = unicodedata.normalize("NFC", drawn.translate(_TWINS))
    return " ".join(text.split())


def taken_for(name: str) -> str:
    """What a name is taken for, whatever its case: equal for names that people think of as one."""
    return seen(name).casefold()


def foreign_letters(text: str) -> tuple[str, ...]:
    """Letters that are drawn like a Latin one and share a word with real ones: nobody types such a word on purpose."""
    if text.isascii():
        return ()
    words = (word for word in _WORD.findall(text) if any(letter.isascii() for letter in word))
    return tuple(letter for word in words for letter in word if letter in _FOREIGN)


def apart(one: str, other: str) -> tuple[str, str]:
    """Two texts for two columns: as they are, or if they look the same, in quotes, with escapes where they differ."""
    if one == other or seen(one) != seen(other):
        return one, other
    start = max(0, _shared(one, other) - _CONTEXT)
    pair = _escaped(one, start, keep=set(other)), _escaped(other, start, keep=set(one))
    return pair if pair[0] != pair[1] else (_escaped(one, start), _escaped(other, start))


def told_apart(one: JsonValue, other: JsonValue) -> tuple[str, str]:
    """Two values for one sentence: text in quotes, and whatever else tells them apart if they look the same."""
    if isinstance(one, str) and isinstance(other, str):
        pair = apart(one, other)
        return pair if pair != (one, other) else (_quoted(one), _quoted(other))
    (kind, words), (other_kind, other_words) = _worded(one), _worded(other)
    if kind != other_kind and seen(words.strip('"')) == seen(other_words.strip('"')):
        return f"the {kind} {words}", f"the {other_kind} {other_words}"
    return words, other_words


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _without_unseen(text: str) -> str:
    kept: list[str] = []
    base = ""
    for character in text:
        if character in _SHAPING:
            if unicodedata.category(base or " ") in _SHAPED:
                kept.append(character)
        elif not _NOT_DRAWN.match(character):
            kept.append(character)
            # An accent belongs to the letter before it.
            base = base if unicodedata.combining(character) else character
    return "".join(kept)


def _shared(one: str, other: str) -> int:
    """With how many equal characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _escaped(text: str, start: int, *, keep: Collection[str] = ()) -> str:
    """The text in quotes, from some place on; what is neither plain nor to be kept is an escape, as YAML reads it."""
    shown = "..." if start else ""
    for place, character in enumerate(text[: start + _LONGEST_SHOWN]):
        if place < start:
            continue
        beside = (text[place - 1] if place else " ", text[place + 1 : place + 2] or " ")
        if character == " " and " " in beside:
            shown += "\\x20"
        elif _is_plain(character):
            shown += f"\\{character}" if character in '"\\' else character
        elif character in keep and character.isprintable():
            shown += character
        else:
            shown += _code_point(character)
    return f'"{shown}{"..." if len(text) > start + _LONGEST_SHOWN else ""}"'


def _code_point(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _worded(value: JsonValue) -> tuple[str, str]:
    """The kind of a value, and the value in a few words."""
    match value:
        case None:
            return "value", "null"
        case bool():
            return "value", "true" if value else "false"
        case int() | Decimal():
            return "number", format(value, "f") if isinstance(value, Decimal) else str(value)
        case str():
            return "text", _quoted(value)
        case dict():
            return "mapping", "a mapping"
        case _:
            return "list", "a list"
