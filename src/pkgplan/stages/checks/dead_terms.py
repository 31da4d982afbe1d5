"""Commits, credits and subscriptions of a package that nothing can come of (PKG241, PKG242).

Comes in: the index. Goes out: at most one finding for a term, and only for what is certain on every rate card that
a contract may get. Never here: overrides (`dead_overrides.py`), terms that start when the package is over (PKG306),
and subscriptions whose product is never entitled at all (PKG204).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.units import Money
from pkgplan.rating.grants import grants_of
from pkgplan.rating.moments import Between
from pkgplan.stages.checks.sales import sales
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.catalog.overrides import OverwriteRate
    from pkgplan.model.catalog.rate_cards import CommitRate, Rate
    from pkgplan.rating.grants import Grant
    from pkgplan.rating.lines import Line
    from pkgplan.stages.checks.index import Index
    from pkgplan.stages.checks.sales import PricedCard, Sale

_NOUNS = {
    "commits": "commit",
    "credits": "credit",
    "recurring_commits": "recurring commit",
    "recurring_credits": "recurring credit",
}


def check_dead_grants(index: Index) -> Iterator[Diagnostic]:
    """PKG241 for a commit or credit that can pay for nothing which the package sells while it lasts."""
    for sale in sales(index):
        for grant in grants_of(sale.spec):
            if _names_unknown_products(index, grant) or _starts_too_late(sale, grant.windows):
                continue
            why = _why_undrawn(index, sale, grant)
            if why is not None:
                kind, key = grant.term
                cards = [card.card for card in sale.cards]
                yield Diagnostic(
                    rules.DEAD_GRANT,
                    f"{_NOUNS[kind]} {quote(key)} {why}",
                    sale.package.at("spec", kind, key).at_key(),
                    "let it apply to something that is sold while it lasts, or remove it",
                    tuple(Related(card.at("spec"), f"rate card {quote(card.key)} is here") for card in cards),
                )


def _names_unknown_products(index: Index, grant: Grant) -> bool:
    """What it should pay for is reported elsewhere: not declared, or fixed."""
    named = [
        *grant.pays.applicable_products,
        *(each.product for each in grant.pays.specifiers if each.product),
    ]
    return any(index.product_type(product) in {None, "fixed"} for product in named)


def _starts_too_late(sale: Sale, windows: Iterable[Between]) -> bool:
    end = sale.life.end
    return end is not None and any(end.surely_by(window.start) for window in windows)


def _why_undrawn(index: Index, sale: Sale, grant: Grant) -> str | None:
    # A currency pays for pricing units after conversion; units that do not exist are reported elsewhere.
    unit = grant.unit if grant.unit in index.catalog.pricing_units else None
    paid: set[str] = set()
    is_entitled = False
    for card, line in sale.paid_by(grant.pays):
        paid.add(line.product)
        if any(sale.entitled(line, window) != "never" for window in grant.windows):
            is_entitled = True
            if unit is None or _may_be_priced_in(unit, sale, card, line):
                return None
    if not paid:
        return f"applies to nothing that rate card {listed(card.card.key for card in sale.cards)} has a price for"
    if not is_entitled:
        return f"applies to {listed(paid)}, which customers of the package are not entitled to while it lasts"
    return f"is in {quote(unit)}, and nothing that it applies to is priced in that unit"


def _may_be_priced_in(unit: str, sale: Sale, card: PricedCard, line: Line) -> bool:
    rates: list[Rate | CommitRate | OverwriteRate] = [*card.rates(line)]
    rates += [rate.commit_rate for rate in card.rates(line) if rate.commit_rate is not None]
    overwrites = (touch.override.overwrite_rate for touch in sale.touching(line))
    rates += [rate for rate in overwrites if rate is not None]
    return any(_is_in(unit, rate) for rate in rates)


def _is_in(unit: str, rate: Rate | CommitRate | OverwriteRate) -> bool:
    """Shares of other prices, and what is agreed with Metronome, may be in any unit."""
    if rate.rate_type in {"percentage", "tiered_percentage", "custom"}:
        return True
    prices = (rate.price, *(tier.price for tier in rate.tiers))
    return any(isinstance(price, Money) and price.unit == unit for price in prices)


def check_dead_subscriptions(index: Index) -> Iterator[Diagnostic]:
    """PKG242 for a subscription whose product is entitled in the package, but never while the subscription lasts."""
    for sale in sales(index):
        for key, subscription in sale.spec.subscriptions.items():
            rate = subscription.subscription_rate
            lines = [
                line
                for card in sale.cards
                for line in card.lines.named(product=rate.product)
                if line.billing_frequency == rate.billing_frequency
            ]
            window = Between.of(subscription.starting_at_offset, subscription.duration, within=sale.life)
            if not lines or _starts_too_late(sale, [window]):
                continue
            if all(sale.entitled(line, sale.life) == "never" for line in lines):
                continue
            if all(sale.entitled(line, window) == "never" for line in lines):
                entitling = {
                    touch.key for line in lines for touch in sale.touching(line) if touch.override.entitled
                }
                yield Diagnostic(
                    rules.DEAD_SUBSCRIPTION,
                    f"subscription {quote(key)} is never charged: the {quote(rate.billing_frequency)} rate of "
                    f"{quote(rate.product)} is not entitled while it lasts",
                    sale.package.at("spec", "subscriptions", key).at_key(),
                    f"entitle {quote(rate.product)} for that time, or move the subscription to when it is entitled",
                    tuple(
                        Related(sale.package.at("spec", "overrides", each).at_key(), "it is entitled here")
                        for each in sorted(entitling)
                    ),
                )
