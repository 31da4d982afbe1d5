"""What is wrong with an amount of money (PKG103, 107, 303, 308).

Comes in: the value of a field that holds money, and what is written for it if that is no text. Goes out: a `Fault`, or
None if all is well. Never here: whether the unit exists; that takes the whole catalog.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.money_readings import bare_amount, money_in
from pkgplan.model.readings import advice
from pkgplan.model.units import Money
from pkgplan.stages.validate.fault import Fault
from pkgplan.stages.validate.words import show

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue

_PLAIN_NUMBER: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
_FORM: Final = 'write it as in "10.00 USD": a plain number, one blank and a unit'


def money_fault(value: JsonValue, written: str | None = None) -> Fault | None:
    """What is wrong with money."""
    if isinstance(value, str):
        return _text_fault(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return Fault(rules.WRONG_TYPE, f"is {show(value, written)}, not an amount of money", _FORM)
    if value < 0:
        return _negative(show(value, written))
    return _without_unit(show(value, written), Decimal(value))


def money_or_number_fault(value: JsonValue, written: str | None = None) -> Fault | None:
    """What is wrong with money, or a plain number of what a sibling field says."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return None
    return money_fault(value, written)


def _text_fault(text: str) -> Fault | None:
    try:
        money = Money.parse(text)
    except ValueError:
        if _PLAIN_NUMBER.fullmatch(text):
            return _without_unit(show(text), Decimal(text))
        hint = advice(text, money_in(text), _FORM)
        return Fault(rules.MALFORMED_MONEY, f"is {show(text)}, not an amount of money", hint)
    return _negative(show(text)) if money.amount < 0 else None


def _without_unit(shown: str, number: Decimal) -> Fault:
    return Fault(rules.MONEY_WITHOUT_UNIT, f"is {shown}, an amount without its unit", bare_amount(number))


def _negative(shown: str) -> Fault:
    return Fault(rules.OUT_OF_RANGE, f"is {shown}, less than nothing", "write an amount of 0 or more")
