"""One identity for everything: canonical JSON and its sha256.

Comes in: JSON values, with amounts as int or Decimal. Goes out: bytes and hex digests.
Never here: floats. Keys are sorted, separators are tight, text is UTF-8, and numbers are written in the one
shortest plain form (1000, 0.5; never 1E+3 or 1000.0), which is how Python and JavaScript print a JSON number
that survives a round trip through a double.
"""

from __future__ import annotations

import hashlib
import json
import sys
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from typing import Final, cast

JsonValue = dict[str, "JsonValue"] | list["JsonValue"] | str | int | Decimal | bool | None
JsonObject = dict[str, JsonValue]

MAX_MAGNITUDE = 400
# Of those with all their digits: below the least, doubles lose digits until nothing is left of them.
_LEAST_DOUBLE: Final = Decimal(sys.float_info.min)
_LARGEST_DOUBLE: Final = Decimal(sys.float_info.max)

# What json.JSONEncoder(ensure_ascii=False) calls for every text; a catalog has hundreds of thousands of them.
_text = encode_basestring
_read_own = json.JSONDecoder(parse_float=Decimal).decode


def canonical(value: JsonValue) -> bytes:
    """The canonical bytes of a JSON value; equal values have equal bytes and no others do."""
    parts: list[str] = []
    _write(value, parts, sort=True)
    return "".join(parts).encode()


def digest_of(value: JsonValue) -> str:
    """sha256 of the canonical bytes, as `sha256:<64 hex digits>`."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def compact(value: JsonValue) -> str:
    """One line of JSON with keys in the order given and amounts in canonical form."""
    parts: list[str] = []
    _write(value, parts, sort=False)
    return "".join(parts)


def pretty(value: JsonValue) -> str:
    """Indented JSON with keys in the order given and amounts in canonical form, ending in a newline."""
    parts: list[str] = []
    _write_pretty(value, parts, "\n")
    return "".join(parts) + "\n"


def parse_json(text: str | bytes) -> JsonValue:
    """Read JSON keeping every digit of every number.

    Raises:
        ValueError: not JSON, NaN or infinity, a repeated key, nested too deeply, or a number out of any use.
    """
    try:
        value: JsonValue = json.loads(
            text, parse_float=_decimal, parse_constant=_no_constant, object_pairs_hook=_unique
        )
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    except ValueError as error:
        if "set_int_max_str_digits" in str(error):  # the advice in it is for programmers
            raise ValueError("a number has more digits than anybody needs") from None
        raise
    return value


def parse_own(text: str) -> JsonValue:
    """Read what `canonical` or `compact` wrote: nothing has to be looked for in it, which takes a third of the time."""
    return cast("JsonValue", _read_own(text))


def as_object(value: JsonValue) -> JsonObject:
    """The value as a mapping; raises TypeError if it is none."""
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not a mapping")
    return value


def as_list(value: JsonValue) -> list[JsonValue]:
    """The value as a list; raises TypeError if it is none."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def plain_number(number: int | Decimal) -> str:
    """The one canonical spelling of a finite number."""
    if isinstance(number, int):
        return str(number)
    if not number.is_finite():
        raise ValueError(f"{number} is not a JSON number")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def fits_double(number: int | Decimal) -> bool:
    """Whether a client that reads doubles sees neither infinity nor, unless the number is 0, less and less of it."""
    size = Decimal(number).copy_abs()
    return size == 0 or _LEAST_DOUBLE <= size <= _LARGEST_DOUBLE


def survives_double(number: int | Decimal) -> bool:
    """Whether a JSON number comes back unchanged from a client that reads doubles, as the vendor's do."""
    try:
        as_double = float(number)
    except OverflowError:
        return False
    return Decimal(repr(as_double)) == number if as_double not in {float("inf"), float("-inf")} else False


def _write(value: JsonValue, parts: list[str], *, sort: bool) -> None:
    # The most frequent first: documents consist of texts and objects.
    match value:
        case str():
            parts.append(_text(value))
        case dict():
            opening = "{"
            for key in sorted(value) if sort else value:
                parts.append(f"{opening}{_text(key)}:")
                _write(value[key], parts, sort=sort)
                opening = ","
            parts.append("}" if value else "{}")
        case list() | tuple():
            opening = "["
            for item in value:
                parts.append(opening)
                _write(item, parts, sort=sort)
                opening = ","
            parts.append("]" if value else "[]")
        case None:
            parts.append("null")
        case bool():
            parts.append("true" if value else "false")
        case int() | Decimal():
            parts.append(plain_number(value))
        case _:
            raise TypeError(f"{type(value).__name__} has no place in canonical JSON")


def _write_pretty(value: JsonValue, parts: list[str], newline: str) -> None:
    inner = newline + "  "
    match value:
        case dict() if value:
            opening = "{"
            for key, item in value.items():
                parts.append(f"{opening}{inner}{_text(key)}: ")
                _write_pretty(item, parts, inner)
                opening = ","
            parts.append(newline + "}")
        case list() | tuple() if value:
            opening = "["
            for item in value:
                parts.append(opening + inner)
                _write_pretty(item, parts, inner)
                opening = ","
            parts.append(newline + "]")
        case _:
            _write(value, parts, sort=False)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]} is out of range") from None
    # Written out in plain form, 1e999999999 would be a gigabyte of zeros.
    if abs(number.adjusted()) > MAX_MAGNITUDE:
        raise ValueError(f"{text[:40]} is out of range")
    return number


def _no_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is given twice")
    return value
