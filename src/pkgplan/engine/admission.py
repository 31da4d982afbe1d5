"""Rules that a create body must keep against what is there: ids, product types, rates, custom field keys.

Comes in: a parsed body that kept the rules inside it. Goes out: the names of the products that it uses, or
EngineError (404 for an id that stands for nothing, 400 for one that may not be used like this).
Never here: writing. Whether create or only provisioning checks these is undocumented; we check at create.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import not_found, refused
from pkgplan.engine.prerequisites import (
    find_product,
    has_credit_type,
    has_custom_field_key,
    has_rate,
    has_rate_card,
    rate_cards_behind,
)

if TYPE_CHECKING:
    import sqlite3

    from pkgplan.engine.payloads import PackageCreate, RecurringCredit, Subscription
    from pkgplan.engine.prerequisites import Product

FIXED: Final = "FIXED"
SUBSCRIPTION: Final = "SUBSCRIPTION"
SUBSCRIPTION_ENTITY: Final = "package_subscription"


def admit(connection: sqlite3.Connection, payload: PackageCreate) -> dict[str, str]:
    """Product names by id, for what the body refers to.

    Raises: EngineError 404 or 400 for the first reference that does not fit.
    """
    names: dict[str, str] = {}
    rate_cards = _rate_cards(connection, payload)
    for credit in payload.recurring_credits:
        product = _product(connection, credit.product_id, FIXED, "a recurring credit")
        names[product.id] = product.name
        _check_draws_down(connection, credit)
    for subscription in payload.subscriptions:
        product = _product(
            connection, subscription.subscription_rate.product_id, SUBSCRIPTION, "a subscription"
        )
        names[product.id] = product.name
        _check_rate(connection, subscription, rate_cards)
        for key in subscription.custom_fields or {}:
            if not has_custom_field_key(connection, SUBSCRIPTION_ENTITY, key):
                raise refused(f'custom field key "{key}" is not registered for {SUBSCRIPTION_ENTITY}')
    return names


def _rate_cards(connection: sqlite3.Connection, payload: PackageCreate) -> tuple[str, ...]:
    """The rate cards that contracts of this package may get; an alias may name several over time."""
    if payload.rate_card_id is not None:
        if not has_rate_card(connection, payload.rate_card_id):
            raise not_found(f'rate card "{payload.rate_card_id}" not found')
        return (payload.rate_card_id,)
    if payload.rate_card_alias is not None:
        cards = rate_cards_behind(connection, payload.rate_card_alias)
        if not cards:
            raise not_found(f'rate card alias "{payload.rate_card_alias}" not found')
        return cards
    return ()


def _product(connection: sqlite3.Connection, product_id: str, wanted: str, user: str) -> Product:
    product = find_product(connection, product_id)
    if product is None:
        raise not_found(f'product "{product_id}" not found')
    if product.type != wanted:
        raise refused(f'product "{product_id}" has type {product.type}, {user} needs {wanted}')
    return product


def _check_draws_down(connection: sqlite3.Connection, credit: RecurringCredit) -> None:
    credit_type_id = credit.access_amount.credit_type_id
    if credit_type_id is not None and not has_credit_type(connection, credit_type_id):
        raise not_found(f'credit type "{credit_type_id}" not found')
    specified = [each.product_id for each in credit.specifiers or [] if each.product_id is not None]
    for product_id in [*(credit.applicable_product_ids or []), *specified]:
        if find_product(connection, product_id) is None:
            raise not_found(f'product "{product_id}" not found')


def _check_rate(
    connection: sqlite3.Connection, subscription: Subscription, rate_cards: tuple[str, ...]
) -> None:
    rate = subscription.subscription_rate
    if not rate_cards:
        raise refused("must specify rate_card_id or rate_card_alias if there are subscriptions")
    if not any(has_rate(connection, card, rate.product_id, rate.billing_frequency) for card in rate_cards):
        raise refused(
            f'No such product in rate card: "{rate.product_id}" has no rate for '
            f"billing_frequency {rate.billing_frequency}"
        )
