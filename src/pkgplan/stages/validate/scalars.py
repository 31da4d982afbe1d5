"""What is wrong with one value of a field that has a type of ours: money, span, instant, key, name.

Comes in: the `x-pkgplan` word of a field's schema and the value. Goes out: a `Fault`, or None if all is well.
Never here: jsonschema, or places in a file. Each function accepts what the field's parser in
`model/catalog/fields.py` accepts, and says of the rest what to write instead.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pkgplan.model import rules
from pkgplan.model.catalog.fields import CALENDAR_UNITS, MAX_SPAN
from pkgplan.model.names import KEY_PATTERN
from pkgplan.model.units import FIRST_YEAR, LAST_YEAR, SPAN_UNITS, Money, RelativeDate, parse_instant
from pkgplan.stages.validate.words import as_key, look_alike, show, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.diagnostics import Rule

_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "₹": "INR"}
_PLAIN_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_LOOSE_MONEY = re.compile(r"([A-Za-z][A-Za-z0-9-]*)?\s*\+?([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z][A-Za-z0-9-]*)?")
_LOOSE_SPAN = re.compile(r"([0-9]{1,6})\s*(day|week|month|quarter|year|period)s?", re.IGNORECASE)
_ISO_SPAN = re.compile(r"P([0-9]{1,6})([DWMY])")
_ISO_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}


class Fault(NamedTuple):
    """A finding without its place: the message follows the name of the field."""

    rule: Rule
    problem: str
    hint: str = ""


def scalar_fault(kind: str, value: JsonValue, *, longest: int) -> Fault | None:
    """What is wrong with a value of this kind; `longest` is the limit of a key."""
    if value is None:
        return Fault(rules.WRONG_TYPE, "has no value", "write a value or remove the key")
    if kind == "key":
        return _key_fault(value, longest)
    return _FAULTS[kind](value)


def _money_fault(value: JsonValue) -> Fault | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return Fault(
            rules.WRONG_TYPE, f"is {show(value)}, not an amount of money", 'write it like "10.00 USD"'
        )
    text = value if isinstance(value, str) else written(value)
    if _PLAIN_NUMBER.fullmatch(text):
        return Fault(
            rules.MONEY_WITHOUT_UNIT, f"is {show(value)}, an amount without its unit", f'write "{text} USD"'
        )
    if isinstance(value, int | Decimal):
        return Fault(
            rules.OUT_OF_RANGE, f"is {show(value)}, less than nothing", 'write an amount like "10.00 USD"'
        )
    try:
        money = Money.parse(text)
    except ValueError:
        meant = _meant_money(text)
        hint = f'write "{meant}"' if meant else 'write it like "10.00 USD"'
        return Fault(rules.MALFORMED_MONEY, f"is {show(text)}, not an amount of money", hint)
    if money.amount < 0:
        return Fault(
            rules.OUT_OF_RANGE, f"is {show(text)}, less than nothing", "write an amount of 0 or more"
        )
    return None


def _money_or_number_fault(value: JsonValue) -> Fault | None:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return None
    return _money_fault(value)


def _meant_money(text: str) -> str:
    plain = text.strip().replace(",", "").replace("_", "")
    for symbol, code in _SYMBOLS.items():
        plain = plain.replace(symbol, f" {code} ").strip()
    match = _LOOSE_MONEY.fullmatch(plain)
    if match is None or (match[1] and match[3]):
        return ""
    meant = f"{match[2]} {match[1] or match[3] or 'USD'}"
    try:
        Money.parse(meant)
    except ValueError:
        return ""
    return meant


def _span_fault(value: JsonValue) -> Fault | None:
    return _any_span_fault(value, units=CALENDAR_UNITS, least=0)


def _duration_fault(value: JsonValue) -> Fault | None:
    return _any_span_fault(value, units=CALENDAR_UNITS, least=1)


def _periods_fault(value: JsonValue) -> Fault | None:
    return _any_span_fault(value, units=("period",), least=1)


def _any_span_fault(value: JsonValue, *, units: tuple[str, ...], least: int) -> Fault | None:
    example = "1 period" if units == ("period",) else "3 months"
    span = _read_span(value, units, least)
    if isinstance(span, str):
        hint = f'write "{span}"' if span else f'write it like "{example}"'
        return Fault(rules.MALFORMED_SPAN, f"is {show(value)}, not a span of time", hint)
    if span.unit not in units:
        wanted = ", ".join(f"{unit}s" for unit in units)
        return Fault(
            rules.MALFORMED_SPAN, f'is "{span}", but counts in {wanted}', f'write it like "{example}"'
        )
    most = MAX_SPAN[span.unit]
    if not least <= span.value <= most:
        bounds = f"write at least {least} and at most {most} {span.unit}s"
        return Fault(rules.SPAN_RANGE, f'is "{span}", out of range', bounds)
    return None


def _read_span(value: JsonValue, units: tuple[str, ...], least: int) -> RelativeDate | str:
    """The span, or what was probably meant by something that is none, in one of the units."""
    if isinstance(value, dict):
        return _read_api_span(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return str(RelativeDate(value, "month" if "month" in units else units[0]))
    if not isinstance(value, str):
        return ""
    sign, text = (-1, value[1:]) if value.startswith("-") else (1, value)
    try:
        span = RelativeDate.parse(text)
    except ValueError:
        meant = _meant_span(value)
        return str(meant) if meant is not None and meant.unit in units else ""
    return RelativeDate(sign * span.value, span.unit)


def _meant_span(text: str) -> RelativeDate | None:
    if iso := _ISO_SPAN.fullmatch(text):
        return RelativeDate(int(iso[1]), _ISO_UNITS[iso[2]])
    if loose := _LOOSE_SPAN.fullmatch(text.strip()):
        number, unit = int(loose[1]), loose[2].lower()
        return RelativeDate(3 * number, "month") if unit == "quarter" else RelativeDate(number, unit)
    return None


def _read_api_span(value: dict[str, JsonValue]) -> RelativeDate | str:
    number, unit = value.get("value"), value.get("unit")
    if set(value) != {"value", "unit"} or isinstance(number, bool) or not isinstance(number, int):
        return ""
    if unit not in {spelling for name in SPAN_UNITS for spelling in (f"{name}s", f"{name}s".upper())}:
        return ""
    return RelativeDate.from_api(value) or ""


def _instant_fault(value: JsonValue) -> Fault | None:
    if not isinstance(value, str):
        return Fault(
            rules.MALFORMED_INSTANT, f"is {show(value)}, not an instant", 'write it like "2026-02-01"'
        )
    try:
        parse_instant(value)
    except ValueError as error:
        return Fault(rules.MALFORMED_INSTANT, *_no_instant(value, str(error)))
    return None


def _no_instant(value: str, why: str) -> tuple[str, str]:
    shown = f"is {show(value)}, which is not"
    if "years" in why:
        return (
            f"{shown} in the years {FIRST_YEAR} to {LAST_YEAR}",
            "write the year in which it is meant to be",
        )
    real = "a day of the calendar" if "calendar" in why else "an instant"
    return f"{shown} {real}", _meant_instant(value)


def _meant_instant(text: str) -> str:
    for meant in (f"{text}Z", text.replace(" ", "") + "Z", f"{text.strip()}T00:00:00Z"):
        try:
            parse_instant(meant)
        except ValueError:
            continue
        return f'write "{meant}" if UTC is meant' if meant.endswith("Z") else f'write "{meant}"'
    return 'write it like "2026-02-01" or "2026-02-01T00:00:00Z"'


def _key_fault(value: JsonValue, longest: int) -> Fault | None:
    if not isinstance(value, str):
        return Fault(rules.WRONG_TYPE, f"is {show(value)}, not text", _quoted(value))
    if len(value) > longest:
        problem = f"is {show(value)}, {len(value)} characters long"
        return Fault(rules.MALFORMED_NAME, problem, f"use at most {longest} characters")
    if re.search(KEY_PATTERN, value):
        return None
    meant = as_key(value)
    hints = [
        look_alike(value),
        f'write "{meant}"' if meant else "use lower-case letters, digits and single hyphens",
    ]
    return Fault(rules.MALFORMED_NAME, f"is {show(value)}, not a key", "; ".join(filter(None, hints)))


def _name_fault(value: JsonValue) -> Fault | None:
    if not isinstance(value, str):
        return Fault(rules.WRONG_TYPE, f"is {show(value)}, not text", _quoted(value))
    if not value.strip():
        return Fault(rules.OUT_OF_RANGE, f"is {show(value)}, blank text", "write a name or remove the key")
    return None


def _quoted(value: JsonValue) -> str:
    scalar = isinstance(value, int | Decimal)
    return f"quote it: '{show(value)}'" if scalar else "write text"


_FAULTS: dict[str, Callable[[JsonValue], Fault | None]] = {
    "money": _money_fault,
    "money-or-number": _money_or_number_fault,
    "span": _span_fault,
    "duration": _duration_fault,
    "periods": _periods_fault,
    "instant": _instant_fault,
    "name": _name_fault,
}
