"""What a plain (unquoted) YAML scalar stands for: the YAML 1.2 core schema, with exact decimals.

Comes in: the text of the scalar. Goes out: None, bool, int, Decimal or the text itself.
Never here: YAML 1.1. `yes`, `1_000`, `0b11`, `12:30:45` and dates are text, and `010` is ten.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

MAX_DIGITS: Final = 40

Scalar = str | int | Decimal | bool | None

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_STARTS: Final = frozenset("~nNtTfF+-.0123456789")  # of words and of numbers
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(\.[0-9]*)?|(\.[0-9]+))(?:[eE]([-+]?[0-9]+))?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class UnsupportedNumberError(ValueError):
    """A number that cannot be sent to the API; the text of the exception completes `number "..." `."""


def resolve(text: str) -> Scalar:
    """The value of a plain scalar; raises UnsupportedNumberError."""
    if text and text[0] not in _STARTS:  # nearly every scalar
        return text
    if text in _WORDS:
        return _WORDS[text]
    if match := _DECIMAL.fullmatch(text):
        fraction, bare_fraction, exponent = match.groups()
        if fraction is None and bare_fraction is None and exponent is None:
            return _integer(text, 10)
        return _fraction(text, exponent)
    if _BASED.fullmatch(text):
        return _integer(text, 8 if text[1] == "o" else 16)
    if _NOT_FINITE.fullmatch(text):
        raise UnsupportedNumberError("is not finite")
    return text


def kind_of(text: str) -> str:
    """The word for what a plain scalar stands for, for a message."""
    try:
        value = resolve(text)
    except UnsupportedNumberError:
        return "a number"
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | Decimal():
            return "a number"
        case str():
            return "text"


def _integer(text: str, base: int) -> int:
    if len(text) > MAX_DIGITS + 2:  # before int(), which refuses thousands of digits with an error of its own
        raise _too_long()
    value = int(text, base)
    if abs(value) >= 10**MAX_DIGITS:
        raise _too_long()
    return value


def _fraction(text: str, exponent: str | None) -> Decimal:
    if len(text) > 2 * MAX_DIGITS or len(exponent or "") > 4:
        raise _too_long()
    value = Decimal(text)
    _, digits, shift = value.as_tuple()
    # What counts is the number written out, as canonical JSON will write it: 1e30 has 31 digits.
    if not isinstance(shift, int) or max(len(digits) + max(shift, 0), -shift) > MAX_DIGITS:
        raise _too_long()
    return value


def _too_long() -> UnsupportedNumberError:
    return UnsupportedNumberError(f"has more than {MAX_DIGITS} digits when it is written out")
