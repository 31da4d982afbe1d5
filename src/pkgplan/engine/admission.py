"""Rules that a create body must keep against what is there: ids, product types, rates, custom field keys.

Comes in: a parsed body that kept the rules inside it. Goes out: the names of what it refers to, or EngineError
(404 for an id that stands for nothing, 400 for one that may not be used like this).
Never here: writing. Whether create or only provisioning checks these is undocumented; we check at create.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pkgplan.engine import prerequisites
from pkgplan.engine.faults import not_found, refused
from pkgplan.engine.payloads.shared import DrawnDown, InUnit, Specifier
from pkgplan.engine.resources import custom_fields, pricing_units, products
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from pkgplan.engine.operation import Transaction
    from pkgplan.engine.payloads import PackageCreate
    from pkgplan.engine.payloads.overrides import Override, OverrideSpecifier
    from pkgplan.engine.payloads.thresholds import PrepaidBalanceThreshold
    from pkgplan.engine.prerequisites import RateCard
    from pkgplan.engine.resources.products import Product

_LEAST_THRESHOLD: Final = 500  # cents
_LEAST_RECHARGE: Final = 1000  # cents above the threshold


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of a body are called: products and pricing units by id."""

    products: dict[str, str] = field(default_factory=dict)
    credit_types: dict[str, str] = field(default_factory=dict)


def admit(tx: Transaction, payload: PackageCreate) -> Names:
    """Names by id, for what the body refers to.

    Raises: EngineError 404 or 400 for the first reference that does not fit.
    """
    return _Admission(tx, payload).run()


class _Admission:
    """One body against one environment; each product is looked up once."""

    def __init__(self, tx: Transaction, payload: PackageCreate) -> None:
        self._connection = tx.connection
        self._now = tx.now
        self._payload = payload
        self._products: dict[str, Product] = {}
        self._names = Names()

    def run(self) -> Names:
        cards = _rate_cards(self._connection, self._payload)
        for product_id, wanted, user in _sold(self._payload):
            found = self._product(product_id).type
            if found != wanted:
                raise refused(f'product "{product_id}" has type {found}, {user} needs {wanted}')
        self._check_parts()
        self._check_rates([card.id for card in cards])
        self._check_custom_fields()
        threshold = self._payload.prepaid_balance_threshold_configuration
        if threshold is not None:
            _check_amounts(threshold, cards)
        return self._names

    def _product(self, product_id: str) -> Product:
        if product_id not in self._products:
            product = products.current(self._connection, product_id, self._now)
            if product is None:
                raise not_found(f'product "{product_id}" not found')
            self._products[product_id] = product
            self._names.products[product_id] = product.name
        return self._products[product_id]

    def _check_parts(self) -> None:
        """Whatever refers to a pricing unit or to products that something applies to, wherever it is."""
        for part in self._payload.parts():
            if isinstance(part, InUnit) and part.credit_type_id is not None:
                self._credit_type(part.credit_type_id)
            elif isinstance(part, DrawnDown):
                for product_id in part.applicable_product_ids or ():
                    self._product(product_id)
            elif isinstance(part, Specifier) and part.product_id is not None:
                self._product(part.product_id)
        threshold = self._payload.prepaid_balance_threshold_configuration
        if threshold is not None and threshold.custom_credit_type_id is not None:
            self._credit_type(threshold.custom_credit_type_id)

    def _credit_type(self, credit_type_id: str) -> None:
        names = pricing_units.names_of(self._connection, [credit_type_id])
        if not names:
            raise not_found(f'credit type "{credit_type_id}" not found')
        self._names.credit_types.update(names)

    def _check_rates(self, rate_card_ids: list[str]) -> None:
        """What is priced by a rate has one; overrides name the price that they change."""
        for terms in ("subscriptions", "overrides"):
            if getattr(self._payload, terms) and not rate_card_ids:
                raise refused(f"must specify rate_card_id or rate_card_alias if there are {terms}")
        for subscription in self._payload.subscriptions:
            rate = subscription.subscription_rate
            found = prerequisites.priced_frequencies(self._connection, rate_card_ids, rate.product_id)
            if rate.billing_frequency not in found:
                raise refused(
                    f'No such product in rate card: "{rate.product_id}" has no rate for '
                    f"billing_frequency {rate.billing_frequency}"
                )
        for override in self._payload.overrides:
            for specifier in override.override_specifiers:
                if specifier.product_id is not None:
                    product = self._product(specifier.product_id)
                    if not prerequisites.priced_frequencies(self._connection, rate_card_ids, product.id):
                        raise refused(f'No such product in rate card: "{product.id}"')  # observed
                    _check_price(product, override, specifier)

    def _check_custom_fields(self) -> None:
        for entity, fields in _custom_fields(self._payload):
            custom_fields.check_keys(self._connection, entity, fields)


def _sold(payload: PackageCreate) -> Iterator[tuple[str, str, str]]:
    """The product of each term, the type that it must have, and the term's kind.

    Source: guides "Create products" and "Create a prepaid commit": commits, credits and charges are FIXED.
    """
    fixed = (
        ("a commit", payload.commits),
        ("a credit", payload.credits),
        ("a recurring commit", payload.recurring_commits),
        ("a recurring credit", payload.recurring_credits),
        ("a scheduled charge", payload.scheduled_charges),
    )
    for user, terms in fixed:
        for term in terms:
            yield term.product_id, "FIXED", user
    for threshold in (payload.spend_threshold_configuration, payload.prepaid_balance_threshold_configuration):
        if threshold is not None:
            yield threshold.commit.product_id, "FIXED", "a threshold commit"
    for subscription in payload.subscriptions:
        yield subscription.subscription_rate.product_id, "SUBSCRIPTION", "a subscription"


def _custom_fields(payload: PackageCreate) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The custom fields of each term, and the entity for which their keys must be registered."""
    entities = (
        ("package_commit", payload.commits),
        ("package_credit", payload.credits),
        ("package_subscription", payload.subscriptions),
        ("package_scheduled_charge", payload.scheduled_charges),
    )
    for entity, terms in entities:
        for term in terms:
            yield entity, term.custom_fields or {}


def _rate_cards(connection: sqlite3.Connection, payload: PackageCreate) -> list[RateCard]:
    """The rate cards that contracts of this package may get; an alias may name several over time."""
    found: list[RateCard | None] = []
    if payload.rate_card_id is not None:
        found = [prerequisites.find_rate_card(connection, payload.rate_card_id)]
        if None in found:
            raise not_found(f'rate card "{payload.rate_card_id}" not found')
    elif payload.rate_card_alias is not None:
        ids = prerequisites.rate_cards_behind(connection, payload.rate_card_alias)
        found = [prerequisites.find_rate_card(connection, each) for each in ids]
        if not found:
            raise not_found(f'rate card alias "{payload.rate_card_alias}" not found')
    return [card for card in found if card is not None]


def _check_price(product: Product, override: Override, specifier: OverrideSpecifier) -> None:
    """An override of a price names one rate: the frequency of a fee, an overwrite all group values of usage.

    Source: guide "Edit or override a contract"; that a fee without frequency is refused was observed. An
    override that only entitles may name the product alone.
    """
    if override.type is None:
        return
    if product.type == "SUBSCRIPTION" and specifier.billing_frequency is None:
        raise refused(f'must specify billing_frequency to override the price of subscription "{product.id}"')
    if override.type == "OVERWRITE":
        missing = [
            key for key in product.pricing_group_key if key not in (specifier.pricing_group_values or {})
        ]
        if missing:
            raise refused(
                f'must specify pricing_group_values for all of the pricing group key of "{product.id}", '
                f"{', '.join(missing)} missing"
            )


def _check_amounts(threshold: PrepaidBalanceThreshold, cards: list[RateCard]) -> None:
    """At least 5 dollars, recharged at least 10 dollars above; pricing units after conversion.

    Source: guide "Prepaid balance thresholds". It says nothing of other currencies, so nothing is asked there.
    """
    worths = _worths(threshold.custom_credit_type_id, cards)
    if not worths:
        return
    cents = max(worths)
    if threshold.threshold_amount * cents < _LEAST_THRESHOLD:
        raise refused(f"threshold_amount must be worth at least {_LEAST_THRESHOLD} cents")
    if (threshold.recharge_to_amount - threshold.threshold_amount) * cents < _LEAST_RECHARGE:
        raise refused(
            f"recharge_to_amount must be worth at least {_LEAST_RECHARGE} cents more than threshold_amount"
        )


def _worths(unit: str | None, cards: list[RateCard]) -> list[int | Decimal]:
    """What one of the unit is worth in cents on each card that can tell; empty if none can."""
    dollars = [card for card in cards if card.fiat_credit_type_id == USD_CREDIT_TYPE_ID]
    if unit is None:
        return [1] if dollars == cards else []
    return [card.conversions[unit] for card in dollars if card.conversions.get(unit)]
