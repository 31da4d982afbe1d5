"""The rates of a card leave no doubt about a price: one at a time, for all group values, in one unit.

Comes in: the index. Goes out: findings inside rate cards (PKG235, PKG236, PKG260).
Never here: types of rates, and which units a card knows (`rate_cards.py`).
Source: POST /v1/contract-pricing/rate-cards/addRate ("must give every pricing_group_key"); adding a rate for the
same price and start replaces the first one. A rate without an end lasts until the next one begins. Guide
"Currencies and custom pricing units": the unit of a product on a rate card cannot change.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.units import on_the_hour, short_instant
from pkgplan.stages.checks.rate_cards import prices_of
from pkgplan.stages.checks.words import full_hours, listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.rate_cards import Rate, RateCardDocument
    from pkgplan.model.diagnostics import Route
    from pkgplan.model.units import Instant
    from pkgplan.stages.checks.index import Index

    Placed = tuple[int, Rate]


def check_rate_times(index: Index) -> Iterator[Diagnostic]:
    """PKG235 for two rates of one price at one time, a rate that ends before it starts, or off the full hour."""
    for card in index.catalog.rate_cards.values():
        prices: dict[object, list[Placed]] = {}
        for position, rate in enumerate(card.document.spec.rates):
            yield from _unaligned(card, position, rate)
            end = rate.ending_before
            if end is not None and end <= rate.starting_at:
                yield _backwards(card, position, rate, end)
                continue
            values = frozenset(rate.pricing_group_values.items())
            prices.setdefault((rate.product, rate.billing_frequency, values), []).append((position, rate))
        for rates in prices.values():
            rates.sort(key=lambda placed: placed[1].starting_at)
            for before, then in pairwise(rates):
                yield from _together(card, before, then)


def _unaligned(card: Declared[RateCardDocument], position: int, rate: Rate) -> Iterator[Diagnostic]:
    bounds = (("starting_at", rate.starting_at, "starts"), ("ending_before", rate.ending_before, "ends"))
    for bound, instant, verb in bounds:
        if instant is not None and not on_the_hour(instant):
            yield Diagnostic(
                rules.RATE_TIMES,
                f"a rate of product {quote(rate.product)} {verb} at {quote(short_instant(instant))}, "
                "not on a full hour of UTC",
                card.at("spec", "rates", position, bound),
                full_hours(instant),
            )


def _backwards(card: Declared[RateCardDocument], position: int, rate: Rate, end: Instant) -> Diagnostic:
    return Diagnostic(
        rules.RATE_TIMES,
        f"a rate of product {quote(rate.product)} ends at {quote(short_instant(end))}, "
        f"not after its start at {quote(short_instant(rate.starting_at))}",
        card.at("spec", "rates", position, "ending_before"),
        "write a later end, or leave it out",
    )


def _together(card: Declared[RateCardDocument], before: Placed, then: Placed) -> Iterator[Diagnostic]:
    (earlier, first), (later, second) = before, then
    start = short_instant(second.starting_at)
    if first.starting_at == second.starting_at:
        yield Diagnostic(
            rules.RATE_TIMES,
            f"product {quote(second.product)} has two rates from {quote(start)} on rate card {quote(card.key)}",
            card.at("spec", "rates", later, "starting_at"),
            "keep one of them, or move its start",
            (Related(card.at("spec", "rates", earlier), "the other rate is here"),),
        )
    elif first.ending_before is not None and first.ending_before > second.starting_at:
        yield Diagnostic(
            rules.RATE_TIMES,
            f"a rate of product {quote(first.product)} ends at {quote(short_instant(first.ending_before))}, "
            f"but the next one starts at {quote(start)}",
            card.at("spec", "rates", earlier, "ending_before"),
            f'end it at "{start}", or leave "ending_before" out',
            (Related(card.at("spec", "rates", later, "starting_at"), "the next rate starts here"),),
        )


def check_one_unit(index: Index) -> Iterator[Diagnostic]:
    """PKG260 for a rate in another unit than that in which its card prices the product already."""
    for card in index.catalog.rate_cards.values():
        first: dict[str, tuple[str, Route]] = {}
        for position, rate in enumerate(card.document.spec.rates):
            route, price = next(prices_of(("spec", "rates", position), rate), ((), None))
            if price is None:
                continue
            unit, place = first.setdefault(rate.product, (price.unit, route))
            if price.unit != unit:
                yield Diagnostic(
                    rules.TWO_UNITS_ON_A_CARD,
                    f"rate card {quote(card.key)} has prices of product {quote(rate.product)} "
                    f"in {quote(unit)} and in {quote(price.unit)}",
                    card.at(*route),
                    f"write the price in {unit}, or price it on another rate card or as another product",
                    (Related(card.at(*place), f"the first price in {quote(unit)} is here"),),
                )


def check_rate_group_values(index: Index) -> Iterator[Diagnostic]:
    """PKG236 for a rate that lacks a value for a pricing group key of its product, or has one for another key."""
    for card in index.catalog.rate_cards.values():
        for position, rate in enumerate(card.document.spec.rates):
            product = index.catalog.products.get(rate.product)
            if product is None:
                continue
            wanted, given = set(product.document.spec.pricing_group_key), set(rate.pricing_group_values)
            at = card.at("spec", "rates", position)
            related = (Related(product.at("spec"), f"product {quote(rate.product)} is here"),)
            if wanted - given:
                yield Diagnostic(
                    rules.RATE_GROUP_VALUES,
                    f"a rate of product {quote(rate.product)} has no value for the pricing group key "
                    f"{listed(wanted - given)}",
                    at.child("pricing_group_values") if given else at,
                    'add it under "pricing_group_values"; each value needs a rate of its own',
                    related,
                )
            if given - wanted:
                yield Diagnostic(
                    rules.RATE_GROUP_VALUES,
                    f"a rate of product {quote(rate.product)} has a value for {listed(given - wanted)}, "
                    "which is no pricing group key of the product",
                    at.child("pricing_group_values"),
                    _misspelt_key(index, product.key, given - wanted, wanted)
                    or 'remove it, or add the key to "pricing_group_key" of the product',
                    related,
                )


def _misspelt_key(index: Index, product: str, given: AbstractSet[str], wanted: AbstractSet[str]) -> str:
    hints = (index.hint(f"group key of {product}", name, wanted) for name in sorted(given))
    return next((hint for hint in hints if "?" in hint), "")
