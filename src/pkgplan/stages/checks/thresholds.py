"""Threshold billing: amounts that Metronome takes, in units that fit, and caps that count (PKG206, 219, 229, 302, 304).

Comes in: the index. Goes out: findings inside the two thresholds and `spend_trackers` of a package.
Never here: payment gates and filters of balances (`gates.py`), or the product of the commit.
Source: vendor guides "Set customer spend controls", "Prepaid balance thresholds" (at least 5 dollars, recharged at
least 10 dollars beyond, after conversion for pricing units; nothing is said of other currencies) and "Spend trackers".
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.appearance import taken_for, told_apart
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.units import CURRENCIES, USD, Money
from pkgplan.stages.checks.unit_hints import NO_UNIT, unit_hint
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.catalog.rate_cards import RateCardDocument
    from pkgplan.model.catalog.thresholds import PrepaidBalanceThreshold
    from pkgplan.model.diagnostics import Location
    from pkgplan.stages.checks.index import Index

    Cards = tuple[Declared[RateCardDocument], ...]

PREPAID: Final = "prepaid_balance_threshold_configuration"
SPEND: Final = "spend_threshold_configuration"

_LEAST: Final = Money(Decimal(5), USD)
_LEAST_ABOVE: Final = Money(Decimal(10), USD)


def check_threshold_amounts(index: Index) -> Iterator[Diagnostic]:
    """PKG229 for a balance threshold that is too low, and for a recharge that does not go far enough beyond it."""
    for package in index.packages:
        config = package.document.spec.prepaid_balance_threshold_configuration
        if config is not None and config.threshold_amount.unit == config.recharge_to_amount.unit:
            yield from _amounts(
                package, config, _worth(config.threshold_amount.unit, index.cards_of(package))
            )


def _worth(unit: str, cards: Cards) -> Money | None:
    """What one of a unit is worth in USD, at most, on the cards of a package; None if nothing says so."""
    if unit == USD:
        return Money(Decimal(1), USD)
    worths = [
        each.fiat_per_custom_credit.amount
        for card in cards
        for each in card.document.spec.credit_type_conversions
        if each.custom_credit_type == unit and each.fiat_per_custom_credit.unit == USD
    ]
    return Money(max(worths), USD) if worths and all(worths) else None


def _amounts(
    package: Declared[PackageDocument], config: PrepaidBalanceThreshold, worth: Money | None
) -> Iterator[Diagnostic]:
    threshold, recharge = config.threshold_amount, config.recharge_to_amount
    low_at, high_at = (
        package.at("spec", PREPAID, name) for name in ("threshold_amount", "recharge_to_amount")
    )
    if worth is not None and threshold.amount * worth.amount < _LEAST.amount:
        yield Diagnostic(
            rules.THRESHOLD_AMOUNTS,
            f"the threshold {quote(threshold)}{_converted(threshold, worth)} is below {quote(_LEAST)}",
            low_at,
            f"use at least {_at_least(_LEAST, worth, threshold.unit)}",
        )
    beyond = recharge.amount - threshold.amount
    related = (Related(low_at, "the threshold is here"),)
    if beyond <= 0:
        message = f"the balance is recharged to {quote(recharge)}, not above its threshold {quote(threshold)}"
        yield Diagnostic(rules.THRESHOLD_AMOUNTS, message, high_at, "recharge to more than that", related)
    elif worth is not None and beyond * worth.amount < _LEAST_ABOVE.amount:
        short = Money(beyond, threshold.unit)
        yield Diagnostic(
            rules.THRESHOLD_AMOUNTS,
            f"the balance is recharged to {quote(recharge)}, only {quote(short)}{_converted(short, worth)} "
            f"above its threshold {quote(threshold)}",
            high_at,
            f"recharge to at least {_at_least(_LEAST_ABOVE, worth, threshold.unit)} more than the threshold",
            related,
        )


def _converted(amount: Money, worth: Money) -> str:
    return "" if amount.unit == USD else f", worth {quote(Money(amount.amount * worth.amount, USD))},"


def _at_least(least: Money, worth: Money, unit: str) -> str:
    if unit == USD:
        return str(least)
    return str(Money((least.amount / worth.amount).to_integral_value(ROUND_CEILING), unit))


def check_threshold_units(index: Index) -> Iterator[Diagnostic]:
    """PKG302 for an amount in a unit that the rate card, or the amount next to it, does not have."""
    for package in index.packages:
        spec = package.document.spec
        prepaid, spend = spec.prepaid_balance_threshold_configuration, spec.spend_threshold_configuration
        cards = index.cards_of(package)
        fiat = {card.document.spec.fiat_credit_type or USD for card in cards}
        custom = _convertible(cards)
        if spec.rate_card is None and spec.rate_card_alias is None:
            # A currency is not sent, and what is sent without one is in USD.
            fiat, custom = {USD}, {*index.catalog.pricing_units}
        if prepaid is not None:
            threshold, recharge = prepaid.threshold_amount, prepaid.recharge_to_amount
            at = package.at("spec", PREPAID, "threshold_amount")
            yield from _foreign(index, package, threshold, at, fiat | custom if fiat else fiat)
            if recharge.unit != threshold.unit:
                yield Diagnostic(
                    rules.MIXED_UNITS,
                    f"{quote(recharge)} is not in {quote(threshold.unit)}, the unit of the threshold",
                    package.at("spec", PREPAID, "recharge_to_amount"),
                    f"write both amounts in {threshold.unit}",
                    (Related(at, "the threshold is here"),),
                )
        if spend is not None:
            at = package.at("spec", SPEND, "threshold_amount")
            yield from _foreign(index, package, spend.threshold_amount, at, fiat)
        for name, config in ((PREPAID, prepaid), (SPEND, spend)):
            tax = None if config is None else config.payment_gate_config.precalculated_tax_config
            if tax is not None:
                at = package.at("spec", name, "payment_gate_config", "precalculated_tax_config", "tax_amount")
                yield from _foreign(index, package, tax.tax_amount, at, fiat)


def _convertible(cards: Cards) -> set[str]:
    return {each.custom_credit_type for card in cards for each in card.document.spec.credit_type_conversions}


def _foreign(
    index: Index, package: Declared[PackageDocument], amount: Money, at: Location, known: set[str]
) -> Iterator[Diagnostic]:
    """A unit that some card of the package lacks; silent about cards and units that do not exist."""
    cards = index.cards_of(package)
    exists = amount.unit in CURRENCIES or amount.unit in index.catalog.pricing_units
    fiat = known.intersection(CURRENCIES)
    if amount.unit in fiat and len(fiat) > 1:
        yield Diagnostic(
            rules.MIXED_UNITS,
            f"{quote(amount)} is sent without its unit, and the rate cards "
            f"{listed(card.key for card in cards)} are in {listed(fiat)}",
            at,
            "name one rate card, or let all cards behind the alias be in one currency",
            tuple(Related(card.at("spec"), f"rate card {quote(card.key)} is here") for card in cards),
        )
    if not known or amount.unit in known or not exists:
        return
    names = f"rate card {listed(card.key for card in cards)}" if cards else "a package without a rate card"
    yield Diagnostic(
        rules.MIXED_UNITS,
        f"{quote(amount)} is not in a unit that fits here; {names} has {listed(known)}",
        at,
        f"write the amount in {_choice(known)}",
        tuple(Related(card.at("spec"), f"rate card {quote(card.key)} is here") for card in cards),
    )


def _choice(units: Iterable[str]) -> str:
    return " or ".join(sorted(units))


def check_spend_trackers(index: Index) -> Iterator[Diagnostic]:
    """PKG304 for a tracker of a unit that does not exist; PKG219 for two trackers of one alias."""
    units = index.catalog.pricing_units
    for package in index.packages:
        first: dict[str, str] = {}
        trackers = package.document.spec.spend_trackers
        for key, tracker in trackers.items():
            route = ("spec", "spend_trackers", key)
            unit = tracker.credit_type
            if unit not in CURRENCIES and unit not in units:
                yield Diagnostic(
                    rules.UNKNOWN_UNIT,
                    f"spend tracker {quote(key)} counts {quote(unit)}, {NO_UNIT}",
                    package.at(*route, "credit_type"),
                    unit_hint(index, unit),
                )
            alias = tracker.alias or key
            other = first.setdefault(taken_for(alias), key)
            if other != key:
                is_called, also = told_apart(alias, trackers[other].alias or other)
                like = f"both called {is_called}" if is_called == also else f"called {also} and {is_called}"
                at = package.at(*route, "alias") if tracker.alias else package.at(*route).at_key()
                yield Diagnostic(
                    rules.DUPLICATE_TERM,
                    f"spend trackers {quote(other)} and {quote(key)} are {like} in Metronome",
                    at,
                    "give one of them another alias, which looks like no other",
                    (Related(package.at("spec", "spend_trackers", other).at_key(), "the other one is here"),),
                )


def check_discount_caps(index: Index) -> Iterator[Diagnostic]:
    """PKG206 for a cap on no spend tracker; PKG302 for one in another unit than its tracker counts."""
    for package in index.packages:
        spec = package.document.spec
        for name in (PREPAID, SPEND):
            config = getattr(spec, name)
            cap = (
                None
                if config is None
                else config.discount_configuration and config.discount_configuration.cap
            )
            if cap is None:
                continue
            at = package.at("spec", name, "discount_configuration", "cap")
            tracker = spec.spend_trackers.get(cap.spend_tracker)
            if tracker is None:
                hint = index.hint(f"spend tracker of {package.key}", cap.spend_tracker, spec.spend_trackers)
                yield Diagnostic(
                    rules.UNKNOWN_TERM,
                    f"package {quote(package.key)} has no spend tracker {quote(cap.spend_tracker)}",
                    at.child("spend_tracker"),
                    hint or 'add it under "spend_trackers"',
                )
            elif cap.amount.unit != tracker.credit_type:
                counted = package.at("spec", "spend_trackers", cap.spend_tracker, "credit_type")
                yield Diagnostic(
                    rules.MIXED_UNITS,
                    f"the cap {quote(cap.amount)} is not in {quote(tracker.credit_type)}, "
                    f"which spend tracker {quote(cap.spend_tracker)} counts",
                    at.child("amount"),
                    f"write the cap in {tracker.credit_type}",
                    (Related(counted, "the tracker is here"),),
                )
