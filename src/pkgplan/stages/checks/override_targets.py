"""What an override names is something that can be overridden (PKG202, PKG226, PKG227, PKG228).

Comes in: the index. Goes out: findings inside the specifiers of an override, mostly.
Never here: the fields of an override among themselves (`overrides.py`), or overrides that match nothing.
A rate card alias may stand for several cards over time; a product that one of them prices is priced.
Source: field descriptions of POST /v1/packages/create; the vendor's guide "Edit or override a contract".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.stages.checks.products import wrong_type
from pkgplan.stages.checks.rate_cards import RATE_TYPES
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.overrides import Override, OverrideSpecifier
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.catalog.references import ProductDocument
    from pkgplan.model.diagnostics import Location
    from pkgplan.stages.checks.index import Index, Term

_FREQUENCIES: Final = (None, "weekly", "monthly", "quarterly", "annual")


class _Item(NamedTuple):
    """One specifier of an override, with its product if that is declared."""

    term: Term
    override: Override
    specifier: OverrideSpecifier
    product: Declared[ProductDocument] | None
    at: Location


def _items(index: Index) -> Iterator[_Item]:
    for term in index.terms("overrides"):
        for position, specifier in enumerate(term.value.override_specifiers):
            product = index.catalog.products.get(specifier.product or "")
            at = term.at.child("override_specifiers", position)
            yield _Item(term, term.value, specifier, product, at)


def check_override_products(index: Index) -> Iterator[Diagnostic]:
    """PKG202 for an override that a product of its type cannot have."""
    for item in _items(index):
        if item.product is None:
            continue
        product, kind = item.product, item.product.document.spec.type
        if kind == "fixed":
            needs = "only usage, subscriptions and composites have a price on a rate card to override"
            yield wrong_type(product, item.at.child("product"), needs, "name a product that is charged for")
            continue
        if kind != "subscription" and item.specifier.billing_frequency is not None:
            at = item.at.child("billing_frequency")
            yield wrong_type(product, at, "only subscriptions have a billing frequency", "remove it")
        yield from _rate_type(item, product)


def _rate_type(item: _Item, product: Declared[ProductDocument]) -> Iterator[Diagnostic]:
    rate = item.override.overwrite_rate
    kind = product.document.spec.type
    allowed = (*RATE_TYPES[kind], "subscription") if kind == "subscription" else RATE_TYPES[kind]
    if rate is not None and rate.rate_type not in allowed:
        at = item.term.at.child("overwrite_rate", "rate_type")
        problem = f"{item.term} gives it a rate of type {quote(rate.rate_type)}"
        yield wrong_type(product, at, problem, f"use one of {', '.join(allowed)}")


def check_overwrite_targets(index: Index) -> Iterator[Diagnostic]:
    """PKG226 for an overwrite that could stand for several prices, or for a part of one.

    Presentation group values are let through: the vendor says what they do and forbids them nowhere.
    """
    for item in _items(index):
        if item.override.type != "overwrite":
            continue
        specifier, overwrites = item.specifier, f"{item.term} overwrites the price"
        if specifier.product_tags:
            hint = 'remove "product_tags", or use "type: multiplier"'
            at = item.at.child("product_tags")
            yield Diagnostic(rules.OVERWRITE_TARGET, f"{overwrites} of tags", at, hint)
        if specifier.product is None and not specifier.product_tags:
            hint = 'add "product", or use "type: multiplier"'
            yield Diagnostic(rules.OVERWRITE_TARGET, f"{overwrites} of no product", item.at, hint)
        if item.product is not None:
            yield from _missing_values(item, item.product, overwrites)


def _missing_values(item: _Item, product: Declared[ProductDocument], overwrites: str) -> Iterator[Diagnostic]:
    given = item.specifier.pricing_group_values
    missing = [key for key in product.document.spec.pricing_group_key if key not in given]
    if missing:
        yield Diagnostic(
            rules.OVERWRITE_TARGET,
            f"{overwrites} of product {quote(product.key)} without a value for {listed(missing)}",
            item.at.child("pricing_group_values" if given else "product"),
            f'give each of them in "pricing_group_values": {", ".join(sorted(missing))}',
            (Related(product.at("spec", "pricing_group_key"), "the product is priced by these"),),
        )


def check_subscription_overrides(index: Index) -> Iterator[Diagnostic]:
    """PKG227 for another fee of a subscription without both its product and its billing frequency.

    An entitlement alone is let through: Metronome was seen to take it for all frequencies at once.
    """
    for item in _items(index):
        if item.override.type is None:
            continue
        frequency = item.specifier.billing_frequency
        if (
            item.product is not None
            and item.product.document.spec.type == "subscription"
            and frequency is None
        ):
            yield Diagnostic(
                rules.SUBSCRIPTION_OVERRIDE,
                f'{item.term} changes the fee of subscription {quote(item.product.key)} without "billing_frequency"',
                item.at.child("product"),
                'add "billing_frequency" with the period of the fee that is meant',
                (Related(item.product.at("spec", "type"), "the type of the product is given here"),),
            )
        if item.specifier.product is None and frequency is not None:
            yield Diagnostic(
                rules.SUBSCRIPTION_OVERRIDE,
                f"{item.term} changes the {quote(frequency)} fee of no product",
                item.at.child("billing_frequency"),
                'add the "product" whose fee is meant, in one specifier for each',
            )


def check_override_rates(index: Index) -> Iterator[Diagnostic]:
    """PKG228 for an override of a product, or of a frequency of it, that no rate card of the package prices.

    A subscription that has no price either is reported itself.
    """
    for item in _items(index):
        cards = index.cards_of(item.term.package)
        if not cards or item.product is None or item.product.document.spec.type == "fixed":
            continue
        specifier, product = item.specifier, item.product.key
        wanted = specifier.billing_frequency
        if item.product.document.spec.type != "subscription":
            wanted = None
        priced = {
            frequency
            for frequency in _FREQUENCIES
            for card in cards
            if any(index.rates_for(card, product, frequency))
        }
        if (wanted in priced if wanted else priced) or _is_sold(item.term.package, product, wanted):
            continue
        names = listed(card.key for card in cards)
        rate = f"{quote(wanted)} rate" if wanted and priced else "rate"
        others = listed(frequency for frequency in priced if frequency)
        yield Diagnostic(
            rules.OVERRIDE_UNPRICED,
            f"{item.term} is for product {quote(product)}, which has no {rate} on rate card {names}",
            item.at.child("billing_frequency" if wanted and priced else "product"),
            f"use {others}, or add the rate to the rate card"
            if others
            else f"add a rate to rate card {names}",
            tuple(Related(card.at("spec"), f"rate card {quote(card.key)} is here") for card in cards),
        )


def _is_sold(package: Declared[PackageDocument], product: str, frequency: str | None) -> bool:
    rates = (each.subscription_rate for each in package.document.spec.subscriptions.values())
    return any(rate.product == product and frequency in {None, rate.billing_frequency} for rate in rates)
