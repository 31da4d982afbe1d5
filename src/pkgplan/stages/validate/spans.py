"""What is wrong with a span of time (PKG305, PKG306).

Comes in: the value of a field that holds a span, and what is written for it if that is no text. Goes out: a `Fault`, or
None if all is well. Never here: dates, or whether a term fits into its package.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.appearance import seen
from pkgplan.model.catalog.fields import CALENDAR_UNITS, MAX_SPAN
from pkgplan.model.readings import Reading, advice, numbers_in, plain
from pkgplan.model.units import SPAN_UNITS, RelativeDate
from pkgplan.stages.validate.fault import Fault
from pkgplan.stages.validate.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pkgplan.model.canonical import JsonValue

_PERIODS: Final = ("period",)
_IN_CALENDAR: Final = 'write it in days, weeks, months or years, as in "3 months"'
_IN_PERIODS: Final = 'write for how many periods of the recurrence it lasts, as in "1 period"'
_LOOSE: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)[ _-]?([a-z]+)\.?", re.IGNORECASE)
_ISO: Final = re.compile(r"P(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?")
_DAYS: Final = {"day": 1, "week": 7}
_AS_LONG: Final = {
    "day": (1, "day"), "week": (7, "day"), "month": (1, "month"), "quarter": (3, "month"), "year": (12, "month"),
}  # fmt: skip
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_WORDS: Final = {
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "week"),
    **dict.fromkeys(("m", "mo", "mos", "mon", "mth", "mths", "month", "months"), "month"),
    **dict.fromkeys(("q", "qtr", "qtrs", "quarter", "quarters"), "quarter"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "year"),
    **dict.fromkeys(("period", "periods"), "period"),
}


def span_fault(value: JsonValue, written: str | None = None) -> Fault | None:
    """What is wrong with an offset in calendar time."""
    return _fault(value, written, units=CALENDAR_UNITS, least=0)


def duration_fault(value: JsonValue, written: str | None = None) -> Fault | None:
    """What is wrong with a length of calendar time."""
    return _fault(value, written, units=CALENDAR_UNITS, least=1)


def periods_fault(value: JsonValue, written: str | None = None) -> Fault | None:
    """What is wrong with a number of billing periods."""
    return _fault(value, written, units=_PERIODS, least=1)


def _fault(value: JsonValue, written: str | None, *, units: tuple[str, ...], least: int) -> Fault | None:
    form = _IN_PERIODS if units == _PERIODS else _IN_CALENDAR
    span = _read(value)
    if span is None:
        given = value if isinstance(value, str) else ""
        meant = [each for each in _readings(value, units) if _fits(each, units, least)]
        hint = advice(given, [Reading(str(span)) for span in meant], form)
        return Fault(rules.MALFORMED_SPAN, f"is {show(value, written)}, not a span of time", hint)
    if span.unit not in units:
        wanted = ", ".join(f"{unit}s" for unit in units)
        return Fault(rules.MALFORMED_SPAN, f'is "{span}", but counts in {wanted}', form)
    most = MAX_SPAN[span.unit]
    if not least <= span.value <= most:
        bounds = f"write at least {least} and at most {most} {span.unit}s"
        return Fault(rules.SPAN_RANGE, f'is "{span}", out of range', bounds)
    return None


def _fits(span: RelativeDate, units: tuple[str, ...], least: int) -> bool:
    return span.unit in units and least <= span.value <= MAX_SPAN[span.unit]


def _read(value: JsonValue) -> RelativeDate | None:
    if isinstance(value, dict):
        return _read_api_span(value)
    if not isinstance(value, str):
        return None
    sign, text = (-1, value[1:]) if value.startswith("-") else (1, value)
    try:
        span = RelativeDate.parse(text)
    except ValueError:
        return None
    return RelativeDate(sign * span.value, span.unit)


def _read_api_span(value: dict[str, JsonValue]) -> RelativeDate | None:
    number, unit = value.get("value"), value.get("unit")
    if set(value) != {"value", "unit"} or isinstance(number, bool) or not isinstance(number, int):
        return None
    if unit not in {spelling for name in SPAN_UNITS for spelling in (f"{name}s", f"{name}s".upper())}:
        return None
    return RelativeDate.from_api(value)


def _readings(value: JsonValue, units: tuple[str, ...]) -> Iterator[RelativeDate]:
    """Every span that can have been meant."""
    match value:
        case bool():
            return
        case int() if value == 0 or units == _PERIODS:
            yield RelativeDate(value, "month" if "month" in units else units[0])
        case int():
            yield from (RelativeDate(value, unit) for unit in units)
        case {"value": int() | str() as number, "unit": str(unit), **others} if not others:
            yield from _in_words(f"{number} {unit}")
        case str():
            yield from _in_words(seen(value))


def _in_words(text: str) -> Iterator[RelativeDate]:
    """The span that a text says, in the largest unit that is exact."""
    if text.startswith("P") and (iso := _ISO.fullmatch(text)):
        years, months, weeks, days = (int(count or 0) for count in iso.groups())
        parts = [(12 * years + months, "month"), (weeks, "week"), (days, "day")]
        given = [part for part in parts if part[0]]
        if len(given) == 1:
            count, unit = (years, "year") if years and not months else given[0]
            yield RelativeDate(count, unit)
    elif loose := _LOOSE.fullmatch(text):
        number, unit = Decimal(loose[1]), _WORDS.get(loose[2].lower(), "")
        if len(numbers_in(loose[1])) > 1:
            return
        if unit == "quarter" or (unit == "year" and number % 1):
            number, unit = number * _MONTHS[unit], "month"
        if unit and not number % 1:
            yield RelativeDate(int(plain(number)), unit)


def days_in(text: str) -> int | None:
    """How many days a span of days or weeks has; None for months, which have no fixed number, and for all else."""
    counts = {span.value * _DAYS[span.unit] for span in _in_words(seen(text)) if span.unit in _DAYS}
    return counts.pop() if len(counts) == 1 else None


def one_of_these(text: str, allowed: Sequence[str]) -> str | None:
    """The unit that lasts as long as a span, such as a quarter for `3 months`; None unless that is certain."""
    for span in _in_words(seen(text)):
        for unit, (count, of) in _AS_LONG.items():
            if unit in allowed and (span.value, span.unit) in {(1, unit), (count, of)}:
                return unit
    return None
