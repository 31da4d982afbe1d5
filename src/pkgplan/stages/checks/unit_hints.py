"""What to write instead of a unit that does not exist.

Comes in: the index, the unit and the amount that is in it, if there is one. Goes out: a hint.
Never here: findings, or a currency that nobody named.
Source: vendor guide "Currencies and custom pricing units", which lists the currencies that it bills in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pkgplan.model.money_readings import money_in
from pkgplan.model.names import WHERE_IDS_BELONG, looks_like_id
from pkgplan.model.readings import advice
from pkgplan.model.units import CURRENCIES, USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from pkgplan.model.units import Money
    from pkgplan.stages.checks.index import Index

_CODE: Final = re.compile(r"[A-Z]{3}")
NO_UNIT: Final = "neither a currency that Metronome documents nor a declared PricingUnit"
_DOCUMENTED: Final = ", ".join(CURRENCIES)
THE_CURRENCIES: Final = (
    f"use a currency that Metronome documents: {_DOCUMENTED}; any other one needs Metronome's word first"
)
_LOWER: Final = {code.lower(): code for code in CURRENCIES}
_ANY_UNIT: Final = "use a currency such as USD, or declare a PricingUnit under references/"


def amount_hint(index: Index, money: Money) -> str:
    """What an amount in a unit that does not exist can have meant."""
    given = f"{money.amount:f} {money.unit}"  # with the zeros that tell whether a point groups thousands
    known = [each for each in money_in(given) if each.text.rpartition(" ")[2] in CURRENCIES]
    return advice(given, known, unit_hint(index, money.unit))


def unit_hint(index: Index, unit: str) -> str:
    """What a unit that does not exist can have meant, where a pricing unit would do as well."""
    if looks_like_id(unit) or _CODE.fullmatch(unit) or unit.lower() in _LOWER:
        return currency_hint(unit)
    near = index.hint("unit", unit, index.catalog.pricing_units)
    return near if "?" in near else "; ".join(filter(None, [near, _ANY_UNIT]))


def currency_hint(unit: str) -> str:
    """What a currency that Metronome does not bill in can have meant."""
    if unit == USD_CREDIT_TYPE_ID:
        return 'write "USD", which is what this id stands for'
    if looks_like_id(unit):
        return f"write a currency, or the key of the PricingUnit that has this id: {WHERE_IDS_BELONG}"
    code = _LOWER.get(unit.lower())
    return f'write "{code}"' if code else THE_CURRENCIES
