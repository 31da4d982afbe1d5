"""What to write instead of something that is no number, or no share.

Comes in: the value and the field that holds it. Goes out: a hint. Never here: dropping what stands beside a number:
`1 month` is not 1 day, and 15 % of a price is not 15 % off.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pkgplan.model.readings import is_handy, numbers_in, plain
from pkgplan.stages.validate.spans import days_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonValue

PAID_SHARES: Final = frozenset({"multiplier", "payment_fraction"})
"""Fields with the share of a price that is paid; somebody who writes 15 % may mean that 15 % are taken off."""

_PERCENT: Final = re.compile(r"(.*[0-9.,-])\s*(?:%|percent|per cent|pct)", re.IGNORECASE)
_HUNDRED: Final = Decimal(100)
_DAYS: Final = "_days"


def number_hint(value: JsonValue, field: str, *, whole: bool, schema: dict[str, Any]) -> str:
    """What to write instead of something that is no number."""
    form = "write a plain number" if not whole else "write a whole number"
    if isinstance(value, Decimal):
        is_whole = value == value.to_integral_value() and is_handy(value)
        return f"write {plain(value)}" if is_whole else f"{form}, without a fraction"
    if not isinstance(value, str):
        return form
    if match := _PERCENT.fullmatch(value.strip()):
        return _in_percent(match[1], field, schema) or form
    numbers = [number for number, _ in numbers_in(value) if not whole or not number % 1]
    if len(numbers) == 1 == len(numbers_in(value)):
        return f"write {plain(numbers[0])}, without quotes"
    if field.endswith(_DAYS):
        return _in_days(value)
    return f"{form}, without quotes or a unit: what it counts is said by the field"


def share_hint(value: JsonValue, field: str, schema: dict[str, Any]) -> str:
    """What to write instead of a number that is too large for a share."""
    if not _is_share(field, schema) or not isinstance(value, int | Decimal) or value > _HUNDRED:
        return ""
    return _in_percent(str(value), field, schema)


def _is_share(field: str, schema: dict[str, Any]) -> bool:
    return field in PAID_SHARES or (schema.get("minimum"), schema.get("maximum")) == (0, 1)


def _in_percent(text: str, field: str, schema: dict[str, Any]) -> str:
    numbers = numbers_in(text)
    if not _is_share(field, schema) or len(numbers) != 1:
        return ""
    ((percent, _),) = numbers
    shown = plain(percent)
    choices = [
        f"{plain(share)} {condition}"
        for share, condition in _shares(percent / _HUNDRED, field)
        if 0 <= share <= schema.get("maximum", share)
    ]
    if not choices:
        return "write a share from 0 to 1"
    if len(choices) == 1:
        return f"write {choices[0]}".replace("PERCENT", f"{shown} percent")
    return f"write the one that is meant: {', or '.join(choices)}".replace("PERCENT", f"{shown} percent")


def _shares(share: Decimal, field: str) -> Iterator[tuple[Decimal, str]]:
    if field not in PAID_SHARES:
        yield share, "if PERCENT is meant"
        return
    yield share, "if PERCENT of the price is paid"
    yield 1 - share, "if PERCENT is taken off"


def _in_days(text: str) -> str:
    days = days_in(text)
    return f"write {days}" if days is not None else "write the number of days that is meant, as in 30"
