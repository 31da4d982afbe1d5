"""Sums and products of amounts in which no digit is lost.

Comes in and goes out: int and Decimal. Never here: rounding, units.
Decimals round to 28 digits unless told otherwise, and an amount of the API may have more.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    Number = int | Decimal

# Two numbers of a body have at most this many digits together: 309 before the point and 340 behind it, each.
_EVERY_DIGIT: Final = 1300


def product(*factors: Number) -> Decimal:
    """The factors multiplied; 1 for none."""
    result = Decimal(1)
    with localcontext(prec=_EVERY_DIGIT):
        for factor in factors:
            result *= factor
    return result


def difference(amount: Number, less: Number) -> Decimal:
    """One amount without the other."""
    with localcontext(prec=_EVERY_DIGIT):
        return Decimal(amount) - less


def total(amounts: Iterable[Number]) -> Decimal:
    """The amounts added; 0 for none."""
    result = Decimal(0)
    with localcontext(prec=_EVERY_DIGIT):
        for amount in amounts:
            result += amount
    return result
