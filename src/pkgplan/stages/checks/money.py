"""Every amount and number can be sent as it is written, in a unit that exists (PKG301, PKG304).

Comes in: the index. Goes out: findings at the amount.
Never here: a list of places; every value of every spec is looked at. Which unit belongs where is asked in
`term_units.py` and `rate_cards.py`; money without a unit is refused earlier.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.canonical import plain_number, survives_double
from pkgplan.model.diagnostics import Diagnostic
from pkgplan.model.units import CURRENCIES, Money
from pkgplan.stages.checks.unit_hints import NO_UNIT, amount_hint
from pkgplan.stages.checks.words import dotted, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.stages.checks.index import Index, Leaf

# Doubles hold every whole number up to here, so that the slow question need not be asked.
_EXACT_UP_TO: Final = 2**53


def check_exact(index: Index) -> Iterator[Diagnostic]:
    """PKG301 for each amount and number that a double does not hold; for USD it is the cents that count."""
    for leaf in index.leaves:
        value = leaf.value
        if isinstance(value, str):
            continue
        number = value.to_api() if isinstance(value, Money) else value
        if not _is_exact(number):
            yield _inexact(leaf, value, number)


def _inexact(leaf: Leaf, value: int | Decimal | Money, number: int | Decimal) -> Diagnostic:
    subject = f"{quote(dotted(leaf.route))} is {quote(_shown(value))}"
    try:
        received = Decimal(repr(float(number)))
    except OverflowError:
        message = f"{subject}, more than any JSON number holds"
        return Diagnostic(rules.INEXACT_AMOUNT, message, leaf.at, "use fewer digits")
    arrives = quote(_shown(Money.from_api(received, value.unit) if isinstance(value, Money) else received))
    return Diagnostic(
        rules.INEXACT_AMOUNT,
        f"{subject}, which would arrive as {arrives}",
        leaf.at,
        f"write {arrives} if that is meant, or use fewer digits",
    )


def _shown(value: int | Decimal | Money) -> str:
    return str(value) if isinstance(value, Money) else plain_number(value)


def _is_exact(number: int | Decimal) -> bool:
    if isinstance(number, int) and -_EXACT_UP_TO <= number <= _EXACT_UP_TO:
        return True
    return survives_double(number)


def check_units(index: Index) -> Iterator[Diagnostic]:
    """PKG304 for each amount in a unit that is neither a currency nor a declared PricingUnit."""
    units = index.catalog.pricing_units
    for leaf in index.leaves:
        money = leaf.value
        if not isinstance(money, Money) or money.unit in CURRENCIES or money.unit in units:
            continue
        if index.may_declare("PricingUnit", money.unit):
            continue
        yield Diagnostic(
            rules.UNKNOWN_UNIT,
            f"{quote(money)} is in {quote(money.unit)}, {NO_UNIT}",
            leaf.at,
            amount_hint(index, money),
        )
