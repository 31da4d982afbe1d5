"""What is wrong with an instant (PKG307).

Comes in: the value of a field that holds an instant, and what is written for it if that is no text. Goes out: a
`Fault`, or None if all is well. Never here: the present, or what an instant is for.
"""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.appearance import seen
from pkgplan.model.readings import Reading, advice
from pkgplan.model.units import FIRST_YEAR, LAST_YEAR, parse_instant
from pkgplan.stages.validate.fault import Fault
from pkgplan.stages.validate.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonValue

_FORM: Final = (
    'write year, month and day as in "2026-02-01", or a time with its offset as in "2026-02-01T00:00:00Z"'
)
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-/. ]?)([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})")
_NAMED: Final = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th|\.)?[ -]([a-z]{3,9})\.?,?[ -]([0-9]{4})", re.IGNORECASE
)
_NAME_FIRST: Final = re.compile(r"([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})", re.IGNORECASE)
_NO_SUCH_DAY: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])-[0-9]{2}.*")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def instant_fault(value: JsonValue, written: str | None = None) -> Fault | None:
    """What is wrong with an instant."""
    if not isinstance(value, str):
        hint = advice("", [*_readings(written or str(value))] if isinstance(value, int) else (), _FORM)
        return Fault(rules.MALFORMED_INSTANT, f"is {show(value, written)}, not an instant", hint)
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
    if "calendar" in why:
        month = _NO_SUCH_DAY.fullmatch(value)
        last = calendar.monthrange(int(month[1]), int(month[2]))[1] if month and int(month[1]) else 0
        hint = f"write a day that there is: {value[:7]} has {last} days" if last else _FORM
        return f"{shown} a day of the calendar", hint
    return f"{shown} an instant", advice(value, [*_readings(seen(value))], _FORM)


def _readings(text: str) -> Iterator[Reading]:
    """Every instant that can have been meant, each once."""
    found = [reading for reading in _dates(text) if _is_instant(reading.text)]
    days = {reading.text for reading in found}
    if found:
        yield from found if len(days) > 1 else (Reading(days.pop()),)
        return
    local = next(
        (each for each in (text.replace(" ", "T", 1), text.replace(" ", "")) if _is_instant(f"{each}Z")), None
    )
    if local is not None:
        yield Reading(f"{local}Z", "if UTC is meant, or with the offset that is")


def _dates(text: str) -> Iterator[Reading]:
    if _is_instant(text):
        yield Reading(text)
    if match := _YEAR_FIRST.fullmatch(text):
        if match[2] or len(text) == len("20260201"):
            yield Reading(_day(match[1], match[3], match[4]))
    elif match := _YEAR_LAST.fullmatch(text):
        yield Reading(_day(match[4], match[3], match[1]), "if the day comes first")
        yield Reading(_day(match[4], match[1], match[3]), "if the month comes first")
    elif match := _NAMED.fullmatch(text):
        yield from _named(match[3], match[2], match[1])
    elif match := _NAME_FIRST.fullmatch(text):
        yield from _named(match[3], match[1], match[2])


def _named(year: str, name: str, day: str) -> Iterator[Reading]:
    for number, month in enumerate(_MONTHS, start=1):
        if name.lower() in {month, month[:3], "sept" if month == "september" else month}:
            yield Reading(_day(year, str(number), day))


def _day(year: str, month: str, day: str) -> str:
    return f"{year}-{int(month):02}-{int(day):02}"


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    return True
