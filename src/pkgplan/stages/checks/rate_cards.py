"""Rates fit the type of their product and the units of their card (PKG102, PKG107, PKG202, PKG302, PKG304).

Comes in: the index. Goes out: findings inside rate cards.
Never here: which rate a contract gets. `rate_type: custom` is agreed with the vendor and left alone.
Source: POST /v1/contract-pricing/rate-cards/addRate; vendor guide "Create a rate card".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.units import CURRENCIES, USD, Money
from pkgplan.stages.checks.unit_hints import currency_hint
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.overrides import OverwriteRate
    from pkgplan.model.catalog.rate_cards import CommitRate, Rate, RateCardDocument
    from pkgplan.model.diagnostics import Location, Route
    from pkgplan.stages.checks.index import Index

# The types of rate that a product of a type can have.
RATE_TYPES: Final = {
    "fixed": (),
    "usage": ("flat", "tiered", "custom"),
    "subscription": ("flat", "custom"),
    "composite": ("percentage", "tiered_percentage", "custom"),
}


def check_rate_kinds(index: Index) -> Iterator[Diagnostic]:
    """PKG202 and PKG102 for a rate that a product of its type cannot have."""
    for card in index.catalog.rate_cards.values():
        for position, rate in enumerate(card.document.spec.rates):
            kind = index.product_type(rate.product)
            if kind is not None:
                yield from _rate_kind(index, card, position, rate, kind)


def _rate_kind(
    index: Index, card: Declared[RateCardDocument], position: int, rate: Rate, kind: str
) -> Iterator[Diagnostic]:
    route: Route = ("spec", "rates", position)
    product = f"product {quote(rate.product)} of type {quote(kind)}"
    related = (Related(index.catalog.products[rate.product].at("spec", "type"), "the type is given here"),)
    allowed = RATE_TYPES[kind]
    if not allowed:
        message = f"{product} has a rate on rate card {quote(card.key)}"
        hint = "remove the rate; the price of a fixed product is part of the term that uses it"
        yield Diagnostic(rules.WRONG_PRODUCT_TYPE, message, card.at(*route, "product"), hint, related)
        return
    if rate.rate_type not in allowed:
        message = f"{product} has a rate of type {quote(rate.rate_type)}"
        hint = f"use one of {', '.join(allowed)}"
        yield Diagnostic(rules.WRONG_PRODUCT_TYPE, message, card.at(*route, "rate_type"), hint, related)
    if kind == "subscription" and rate.billing_frequency is None:
        message = f'the rate of {product} has no "billing_frequency"'
        hint = 'add "billing_frequency" with the period that the price is for: weekly, monthly, quarterly or annual'
        yield Diagnostic(rules.MISSING_KEY, message, card.at(*route), hint, related)
    if kind != "subscription" and rate.billing_frequency is not None:
        message = f"the rate of {product} has the billing frequency {quote(rate.billing_frequency)}"
        at = card.at(*route, "billing_frequency")
        yield Diagnostic(rules.WRONG_PRODUCT_TYPE, message, at, "remove it", related)
    if kind != "usage" and rate.commit_rate is not None:
        message = f"the rate of {product} has a commit rate, which only usage has"
        at = card.at(*route, "commit_rate")
        yield Diagnostic(rules.WRONG_PRODUCT_TYPE, message, at, "remove it", related)
    elif rate.commit_rate is not None and rate.commit_rate.rate_type not in allowed:
        message = f"{product} has a commit rate of type {quote(rate.commit_rate.rate_type)}"
        at = card.at(*route, "commit_rate", "rate_type")
        hint = f"use one of {', '.join(allowed)}"
        yield Diagnostic(rules.WRONG_PRODUCT_TYPE, message, at, hint, related)


def check_rate_units(index: Index) -> Iterator[Diagnostic]:
    """PKG302 for a price in a unit that the card has no use for; PKG304 for a card in no known currency."""
    for card in index.catalog.rate_cards.values():
        spec = card.document.spec
        currency = spec.fiat_credit_type or USD
        if currency not in CURRENCIES:
            message = (
                f"rate card {quote(card.key)} is in {quote(currency)}, not a currency Metronome bills in"
            )
            at = card.at("spec", "fiat_credit_type")
            yield Diagnostic(rules.UNKNOWN_UNIT, message, at, currency_hint(currency))
            continue
        yield from _conversions(index, card, currency)
        convertible = {conversion.custom_credit_type for conversion in spec.credit_type_conversions}
        for position, rate in enumerate(spec.rates):
            yield from _rate_units(index, card, ("spec", "rates", position), rate, {currency} | convertible)


def _conversions(index: Index, card: Declared[RateCardDocument], currency: str) -> Iterator[Diagnostic]:
    """What a unit is worth is said once, in the currency of the card, and it is more than nothing."""
    first: dict[str, Location] = {}
    for position, conversion in enumerate(card.document.spec.credit_type_conversions):
        route: Route = ("spec", "credit_type_conversions", position)
        unit, worth = conversion.custom_credit_type, conversion.fiat_per_custom_credit
        before = first.setdefault(unit, card.at(*route))
        if before != card.at(*route):
            message = f"rate card {quote(card.key)} says twice what {quote(unit)} is worth"
            related = (Related(before, "the first worth is here"),)
            yield Diagnostic(rules.MIXED_UNITS, message, card.at(*route), "keep one of the two", related)
        at = card.at(*route, "fiat_per_custom_credit")
        if _is_unit(index, worth.unit) and worth.unit != currency:
            message = (
                f"{quote(worth)} is not in {quote(currency)}, the currency of rate card {quote(card.key)}"
            )
            yield Diagnostic(rules.MIXED_UNITS, message, at, f"write the worth in {currency}")
        if not worth.amount:
            message = f"{quote(unit)} is worth {quote(worth)} on rate card {quote(card.key)}"
            hint = f'write a worth of more than nothing, such as "0.01 {currency}"'
            yield Diagnostic(rules.OUT_OF_RANGE, message, at, hint)


def _rate_units(
    index: Index, card: Declared[RateCardDocument], route: Route, rate: Rate, known: set[str]
) -> Iterator[Diagnostic]:
    prices = [*prices_of(route, rate)]
    if rate.commit_rate is not None:
        prices += prices_of((*route, "commit_rate"), rate.commit_rate)
    existing = [each for each in prices if _is_unit(index, each[1].unit)]
    if not existing:
        return
    first_route, first = existing[0]
    if first.unit not in known:
        message = f"price {quote(first)} is not in a unit of rate card {quote(card.key)}: {listed(known)}"
        hint = f'write the price in {listed(known)}, or add "{first.unit}" to credit_type_conversions'
        if first.unit in CURRENCIES:
            hint = f"write the price in {listed(known)}"
        yield Diagnostic(rules.MIXED_UNITS, message, card.at(*first_route), hint)
    for price_route, price in existing[1:]:
        if price.unit != first.unit:
            message = f"price {quote(price)} is in another unit than {quote(first)} of the same rate"
            related = (Related(card.at(*first_route), "the first price of the rate is here"),)
            hint = f"write all prices of the rate in {first.unit}"
            yield Diagnostic(rules.MIXED_UNITS, message, card.at(*price_route), hint, related)


def _is_unit(index: Index, unit: str) -> bool:
    return unit in CURRENCIES or unit in index.catalog.pricing_units


def prices_of(route: Route, rate: Rate | CommitRate | OverwriteRate) -> Iterator[tuple[Route, Money]]:
    """Every amount of a rate, with its place."""
    if isinstance(rate.price, Money):
        yield (*route, "price"), rate.price
    for position, tier in enumerate(rate.tiers):
        if isinstance(tier.price, Money):
            yield (*route, "tiers", position, "price"), tier.price
