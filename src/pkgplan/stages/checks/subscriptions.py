"""Subscriptions: a price on the rate card, billing and seats that fit (PKG203, PKG204, PKG208, PKG211).

Comes in: the index. Goes out: findings inside `spec.subscriptions`. Never here: product types.
Source: field descriptions of POST /v1/packages/create; the vendor's guide "Provision subscriptions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.catalog.overrides import OverrideSpecifier
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.rating.choice import entitlement
from pkgplan.rating.lines import Overrides
from pkgplan.rating.moments import Between
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.catalog.rate_cards import RateCardDocument
    from pkgplan.model.catalog.subscriptions import Subscription, SubscriptionRate
    from pkgplan.model.diagnostics import Location
    from pkgplan.rating.lines import Line, Touch
    from pkgplan.stages.checks.index import Index


def check_prices(index: Index) -> Iterator[Diagnostic]:
    """PKG203 where no rate card of the package has the price; PKG204 where nothing entitles it at its start.

    An alias may name several cards over time, and a contract gets the one of its start. One price on one of
    them is enough, because the others may be from before the product. An override can entitle what the card
    does not, but gives no price to what has none.
    """
    for package in index.packages:
        cards = index.cards_of(package)
        if not cards:
            continue
        overrides = Overrides.of(package.document.spec)
        for key, subscription in package.document.spec.subscriptions.items():
            rate = subscription.subscription_rate
            if index.product_type(rate.product) != "subscription":
                continue
            pricing = [
                card for card in cards if any(index.rates_for(card, rate.product, rate.billing_frequency))
            ]
            if not pricing:
                yield _unpriced(index, package, key, rate, cards)
            for card in pricing:
                yield from _unentitled(index, package, key, card, overrides)


def _unpriced(
    index: Index,
    package: Declared[PackageDocument],
    key: str,
    rate: SubscriptionRate,
    cards: tuple[Declared[RateCardDocument], ...],
) -> Diagnostic:
    priced = {
        frequency
        for frequency in ("weekly", "monthly", "quarterly", "annual")
        for card in cards
        if any(index.rates_for(card, rate.product, frequency))
    }
    names = listed(card.key for card in cards)
    add = f"add the rate to rate card {names}"
    return Diagnostic(
        rules.UNPRICED_SUBSCRIPTION,
        f"product {quote(rate.product)} has no {quote(rate.billing_frequency)} rate on rate card {names}",
        package.at(
            "spec", "subscriptions", key, "subscription_rate", "billing_frequency" if priced else "product"
        ),
        f"use {listed(priced)}, or {add}" if priced else add,
        tuple(Related(card.at("spec"), f"rate card {quote(card.key)} is here") for card in cards),
    )


def _unentitled(
    index: Index,
    package: Declared[PackageDocument],
    key: str,
    card: Declared[RateCardDocument],
    overrides: Overrides,
) -> Iterator[Diagnostic]:
    """A fee that customers of the package are never entitled to, or only after the subscription has begun."""
    subscription = package.document.spec.subscriptions[key]
    rate = subscription.subscription_rate
    wanted = OverrideSpecifier(product=rate.product, billing_frequency=rate.billing_frequency)
    at = package.at("spec", "subscriptions", key, "subscription_rate")
    for line in index.lines(card).matching(wanted):
        touches = overrides.touching(line)
        what = (
            f"the {quote(line.billing_frequency)} rate of product {quote(line.product)} "
            f"on rate card {quote(card.key)}"
        )
        if entitlement(line, touches, overrides.life) == "never":
            yield _never(package, card, key, line, touches, what)
            continue
        window = Between.of(subscription.starting_at_offset, subscription.duration, within=overrides.life)
        grants = [touch for touch in touches if touch.override.entitled and touch.window.may_meet(window)]
        if line.entitled == "never" and grants and all(_is_late(touch, window) for touch in grants):
            first = grants[0]
            offset = first.override.starting_at_offset
            yield Diagnostic(
                rules.UNENTITLED_SUBSCRIPTION,
                f"{what} is not entitled before override {quote(first.key)} starts, after {quote(offset)}",
                at,
                f"start the override with {quote(key)}, otherwise nothing is billed until then",
                (
                    Related(
                        package.at("spec", "overrides", first.key, "starting_at_offset"), "it starts here"
                    ),
                ),
            )


def _is_late(touch: Touch, window: Between) -> bool:
    return window.start.surely_before(touch.window.start)


def _never(
    package: Declared[PackageDocument],
    card: Declared[RateCardDocument],
    key: str,
    line: Line,
    touches: Iterable[Touch],
    what: str,
) -> Diagnostic:
    at = package.at("spec", "subscriptions", key, "subscription_rate")
    if line.entitled != "never":
        denials = [touch.key for touch in touches if touch.override.entitled is False]
        return Diagnostic(
            rules.UNENTITLED_SUBSCRIPTION,
            f"{what} is entitled, but not in this package, because of override {listed(denials)}",
            at,
            f"remove the subscription, or let the override not match it; otherwise {quote(key)} is not billed",
            tuple(
                Related(package.at("spec", "overrides", each, "entitled"), "it is taken away here")
                for each in denials
            ),
        )
    return Diagnostic(
        rules.UNENTITLED_SUBSCRIPTION,
        f"{what} is not entitled",
        at,
        f'set "entitled: true" on the rate or in an override, otherwise {quote(key)} is not billed',
        tuple(
            Related(card.at("spec", "rates", position, "entitled"), "the rate is here")
            for position in line.positions
        ),
    )


def check_immediate_billing(index: Index) -> Iterator[Diagnostic]:
    """PKG211 for immediate billing of what is collected in arrears."""
    for package in index.packages:
        for key, subscription in package.document.spec.subscriptions.items():
            behavior, schedule = subscription.proration.invoice_behavior, subscription.collection_schedule
            if behavior == "bill_immediately" and schedule != "advance":
                route = ("spec", "subscriptions", key)
                yield Diagnostic(
                    rules.IMMEDIATE_NEEDS_ADVANCE,
                    f"subscription {quote(key)} has invoice_behavior {quote(behavior)}, "
                    f"but collection_schedule {quote(schedule)}",
                    package.at(*route, "proration", "invoice_behavior"),
                    'use "bill_on_next_collection_date", or "collection_schedule: advance"',
                    (Related(package.at(*route, "collection_schedule"), "the schedule is here"),),
                )


def check_seats(index: Index) -> Iterator[Diagnostic]:
    """PKG208 for seats without `seat_config`, a plain quantity without its number, and seats left over.

    `initial_quantity` next to seats is let through: the vendor does not forbid it.
    """
    for package in index.packages:
        for key, subscription in package.document.spec.subscriptions.items():
            yield from _seats(package, key, subscription)


def _seats(package: Declared[PackageDocument], key: str, subscription: Subscription) -> Iterator[Diagnostic]:
    route = ("spec", "subscriptions", key)
    mode = subscription.quantity_management_mode or "quantity_only"
    if mode == "seat_based":
        if subscription.seat_config is None:
            at = package.at(*route, "quantity_management_mode")
            yield _misfit(key, mode, 'has no "seat_config"', at, 'add "seat_config"')
        return
    if subscription.initial_quantity is None:
        at = package.at(*route).at_key()
        yield _misfit(
            key,
            mode,
            'has no "initial_quantity"',
            at,
            'add "initial_quantity" with how many each contract starts with',
        )
    if subscription.seat_config is not None:
        at = package.at(*route, "seat_config").at_key()
        hint = 'remove it, or add "quantity_management_mode: seat_based"'
        yield _misfit(key, mode, 'has a "seat_config"', at, hint)


def _misfit(key: str, mode: str, problem: str, at: Location, hint: str) -> Diagnostic:
    return Diagnostic(
        rules.SEAT_CONFIG, f"subscription {quote(key)} is {quote(mode)}, but {problem}", at, hint
    )
