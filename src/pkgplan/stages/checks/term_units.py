"""The amounts of a package's terms are in units that fit each other and its rate card (PKG241, PKG302).

Comes in: the index. Goes out: findings at the amount. Never here: thresholds and spend trackers
(`thresholds.py`), prices of overrides, or units that do not exist (`money.py`).
Source: vendor guide "Currencies and custom pricing units": invoices are in the currency of the rate card, and a
balance pays for lines that are priced in its unit, or in the currency once they are converted. That a balance
in another currency is refused is not documented, so a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model import rules
from pkgplan.model.canonical import plain_number
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.units import CURRENCIES, USD, Money
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.catalog.rate_cards import RateCardDocument
    from pkgplan.model.diagnostics import Location, Route
    from pkgplan.stages.checks.index import Index, Leaf

_ITEMS: Final = "schedule_items"
_GRANTED: Final = frozenset({"access_schedule", "access_amount"})
_ONE_AMOUNT: Final = frozenset({"access_amount", "invoice_amount"})


class _Amount(NamedTuple):
    """One amount of money of a term, and where it is."""

    money: Money
    leaf: Leaf


class _Units(NamedTuple):
    """The rate cards of a package and the currencies that they charge in; nothing where none is declared."""

    currencies: frozenset[str]
    cards: tuple[Declared[RateCardDocument], ...]


def check_quantities(index: Index) -> Iterator[Diagnostic]:
    """PKG302 for a grant of units of usage that is written as money.

    A grant of money that is written as a bare number is refused by the schema, which knows the sibling.
    """
    for term in index.terms("commits", "credits"):
        schedule = term.value.access_schedule
        for position, item in enumerate(
            schedule.schedule_items if schedule.access_type == "quantity" else ()
        ):
            if isinstance(item.amount, Money):
                at = term.at.child("access_schedule", _ITEMS, position, "amount")
                yield _no_money(str(term), "amount", item.amount, at)
    for term in index.terms("recurring_commits", "recurring_credits"):
        access = term.value.access_amount
        if access.access_type == "quantity" and isinstance(access.unit_price, Money):
            at = term.at.child("access_amount", "unit_price")
            yield _no_money(str(term), "unit price", access.unit_price, at)


def _no_money(subject: str, what: str, amount: Money, at: Location) -> Diagnostic:
    return Diagnostic(
        rules.MIXED_UNITS,
        f'{subject} has "access_type: quantity", but its {what} {quote(amount)} is money',
        at,
        f'write the plain number {plain_number(amount.amount)}, or "access_type: spend"',
    )


def check_term_units(index: Index) -> Iterator[Diagnostic]:
    """PKG302 and PKG241 for amounts in units that do not fit each other, or the rate card of the package.

    Of a schedule only the first amount is held against the rate card; the others are held against the first.
    """
    units: dict[str, _Units] = {}
    for schedule, (first, *others) in _schedules(index).items():
        package = first.leaf.declared
        if package.key not in units:
            units[package.key] = _units_of(index, package)
        check = _unusable if schedule[-1] in _GRANTED else _not_invoiced
        yield from check(first, units[package.key])
        for amount in others:
            if amount.money.unit != first.money.unit:
                yield Diagnostic(
                    rules.MIXED_UNITS,
                    f"{quote(amount.money)} is in another unit than {quote(first.money)} of the same schedule",
                    amount.leaf.at,
                    f"write all amounts of the schedule in {first.money.unit}",
                    (Related(first.leaf.at, "the first amount of the schedule is here"),),
                )


def _schedules(index: Index) -> dict[Route, list[_Amount]]:
    """The amounts of each schedule and recurring grant, in units that exist, by file and route."""
    found: dict[Route, list[_Amount]] = {}
    for leaf in index.leaves:
        money, route = leaf.value, leaf.route
        if not isinstance(money, Money) or not (
            money.unit in CURRENCIES or money.unit in index.catalog.pricing_units
        ):
            continue
        if route[-2] in _ONE_AMOUNT:
            found.setdefault((leaf.declared.path, *route[:-1]), []).append(_Amount(money, leaf))
        elif route[-3:-2] == (_ITEMS,):
            found.setdefault((leaf.declared.path, *route[:-3]), []).append(_Amount(money, leaf))
    return found


def _units_of(index: Index, package: Declared[PackageDocument]) -> _Units:
    """Nothing is said of cards in currencies that do not exist, or where an alias may have more than are known."""
    cards = index.cards_of(package)
    currencies = {card.document.spec.fiat_credit_type or USD for card in cards}
    by_alias = package.document.spec.rate_card is None
    if not currencies.issubset(CURRENCIES) or (by_alias and index.may_declare("RateCard")):
        return _Units(frozenset(), ())
    return _Units(frozenset(currencies), cards)


def _unusable(amount: _Amount, units: _Units) -> Iterator[Diagnostic]:
    """A pricing unit is asked about with the lines that it may pay for, in `dead_terms.py`."""
    money = amount.money
    if units.cards and money.unit in CURRENCIES and money.unit not in units.currencies:
        yield Diagnostic(
            rules.DEAD_GRANT,
            f"{quote(money)} can never be used; everything on rate card {_names(units)} is charged in "
            f"{listed(units.currencies)}",
            amount.leaf.at,
            f"write the amount in {_choice(units)}",
            _cards(units),
        )


def _not_invoiced(amount: _Amount, units: _Units) -> Iterator[Diagnostic]:
    money, hint = amount.money, f"write the amount in {_choice(units)}"
    if money.unit not in CURRENCIES:
        message = f"{quote(money)} is invoiced, but {quote(money.unit)} is a PricingUnit, not a currency"
        yield Diagnostic(rules.MIXED_UNITS, message, amount.leaf.at, hint)
    elif units.cards and money.unit not in units.currencies:
        yield Diagnostic(
            rules.MIXED_UNITS,
            f"{quote(money)} is not in {listed(units.currencies)}, the currency of rate card {_names(units)}",
            amount.leaf.at,
            hint,
            _cards(units),
        )


def _choice(units: _Units) -> str:
    return " or ".join(sorted(units.currencies)) or "a currency"


def _names(units: _Units) -> str:
    return listed(card.key for card in units.cards)


def _cards(units: _Units) -> tuple[Related, ...]:
    return tuple(Related(card.at("spec"), f"rate card {quote(card.key)} is here") for card in units.cards)
