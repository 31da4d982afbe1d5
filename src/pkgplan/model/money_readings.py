"""What somebody can have meant by an amount that is not written as `10.00 USD`.

Comes in: text as it was written. Goes out: every amount that it can stand for; none if nobody can tell.
Never here: which units a catalog declares, or picking one of several amounts.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model.appearance import tidied
from pkgplan.model.names import KEY_PATTERN
from pkgplan.model.readings import Reading, is_handy, numbers_in, plain
from pkgplan.model.units import CURRENCIES, MONEY_PATTERN, USD, Money

if TYPE_CHECKING:
    from collections.abc import Iterator

_CENTS: Final = Decimal(100)
_AMOUNT: Final = re.compile(
    r"([^0-9.,+]*)(\+?[.,]?[0-9](?:[0-9.,'_ ]*[0-9])?(?:[eE][+-]?[0-9]+)?[.,]?-{0,2})(.*)"
)
# Shorter ones are thousands and millions: `2k`.
_SHORTEST_KEY: Final = 3
_QUOTES: Final = str.maketrans({"\u2019": "'", "\u02bc": "'"})


class _Unit(NamedTuple):
    """What a word or sign can stand for: a unit, how many of the word make one of it, and when."""

    unit: str
    parts: Decimal = Decimal(1)
    condition: str = ""


_IF_DOLLARS: Final = "if US dollars are meant"
_IF_CENTS: Final = "if US cents are meant"
# In lower case. What only one currency is called is certain; what several share is named with its condition.
_UNITS: Final[dict[str, tuple[_Unit, ...]]] = {
    **{code.lower(): (_Unit(code),) for code in CURRENCIES},
    **dict.fromkeys(("us$", "u$s", "us dollar", "us dollars", "us-dollar"), (_Unit(USD),)),
    **dict.fromkeys(("$", "dollar", "dollars", "bucks"), (_Unit(USD, condition=_IF_DOLLARS),)),
    **dict.fromkeys(("us cent", "us cents", "us\u00a2", "usd cents"), (_Unit(USD, _CENTS),)),
    **dict.fromkeys(("\u00a2", "c", "ct", "cts", "cent", "cents"), (_Unit(USD, _CENTS, _IF_CENTS),)),
    **dict.fromkeys(("\u20ac", "euro", "euros"), (_Unit("EUR"),)),
    **dict.fromkeys(("eurocent", "eurocents", "euro cent", "euro cents"), (_Unit("EUR", _CENTS),)),
    **dict.fromkeys(("\u00a3", "pound", "pounds"), (_Unit("GBP", condition="if pounds sterling are meant"),)),
    **dict.fromkeys(("\u20b9", "rupee", "rupees"), (_Unit("INR", condition="if Indian rupees are meant"),)),
    **dict.fromkeys(("\u00a5", "yuan", "rmb"), (_Unit("CNY", condition="if yuan are meant"),)),
    **dict.fromkeys(
        ("kr", "kr."), tuple(_Unit(code, condition=f"if {code} is meant") for code in ("DKK", "NOK", "SEK"))
    ),
    **dict.fromkeys(("a$", "au$"), (_Unit("AUD"),)),
    **dict.fromkeys(("c$", "ca$"), (_Unit("CAD"),)),
    "mx$": (_Unit("MXN"),),
    "nz$": (_Unit("NZD"),),
    "r$": (_Unit("BRL"),),
    "s$": (_Unit("SGD"),),
    **dict.fromkeys(("fr.", "sfr", "sfr."), (_Unit("CHF"),)),
    "k\u010d": (_Unit("CZK"),),
    "z\u0142": (_Unit("PLN"),),
    "\u20ba": (_Unit("TRY"),),
    "\u20a6": (_Unit("NGN"),),
}
_WITH_DOLLAR_SIGN: Final = frozenset({USD, "AUD", "CAD", "MXN", "NZD", "SGD"})


def money_in(text: str) -> tuple[Reading, ...]:
    """Every amount with a unit that a text can stand for, in the spelling of the catalog."""
    match = _AMOUNT.fullmatch(tidied(text).translate(_QUOTES))
    if match is None:
        return ()
    units = _units(match[1].strip(), match[3].strip())
    return tuple(
        Reading(amount, " and ".join(filter(None, [why, unit.condition])).replace("and if", "and"))
        for number, why in numbers_in(match[2])
        for unit in units
        if re.search(MONEY_PATTERN, amount := _spelled(number / unit.parts, unit.unit))
    )


def bare_amount(number: Decimal) -> str:
    """What to write for an amount without a unit: the API counts dollars in cents, and people do not."""
    if not is_handy(number):
        return 'write it with its unit, as in "10.00 USD"'
    if number == 0:
        return f'write "{Money(number, USD)}", or 0 in the unit that is meant'
    cents, dollars = (_spelled(each, USD) for each in (number / _CENTS, number))
    return (
        f'write the one that is meant: "{cents}" if it counts cents, as the API does, "{dollars}" if it counts '
        f"dollars, or {plain(number)} with another unit"
    )


def _units(before: str, after: str) -> tuple[_Unit, ...]:
    named = [word for word in (before, after) if word]
    found = [_UNITS.get(word.lower(), ()) for word in named]
    if len(named) == 1:
        return found[0] or tuple(_own(named[0]))
    if len(named) == 2 and all(found):
        return _agreed(found[0], found[1])
    return ()


def _own(word: str) -> Iterator[_Unit]:
    """A unit of the author's, for all that is known here."""
    if len(word) >= _SHORTEST_KEY and re.search(KEY_PATTERN, word):
        yield _Unit(word, condition="if that is the key of a PricingUnit")


def _agreed(one: tuple[_Unit, ...], other: tuple[_Unit, ...]) -> tuple[_Unit, ...]:
    """What a sign before and a word behind an amount mean together: `$49 CAD` is in CAD."""
    for sign, word in ((one, other), (other, one)):
        if len(word) == 1 and not word[0].condition and word[0].parts == 1:
            is_dollar = sign == _UNITS["$"] and word[0].unit in _WITH_DOLLAR_SIGN
            if is_dollar or any(each.unit == word[0].unit and each.parts == 1 for each in sign):
                return word
    return ()


def _spelled(number: Decimal, unit: str) -> str:
    return str(Money(Decimal(plain(number)), unit))
