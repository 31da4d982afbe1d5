"""`recurring_credits` of a package, as the API takes them.

Comes in: the mapping of terms. Goes out: the list, ordered by term key; the key is the `temporary_id`.
Never here: checks; a term that arrives here is sound.
Source: SDK `package_create_params.RecurringCredit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.units import Money
from pkgplan.stages.compile.values import (
    capitals,
    number,
    present,
    product_ids,
    rounding,
    span,
    specifiers,
    tags,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.catalog.recurring_credits import (
        AccessAmount,
        ProrationRounding,
        RecurringCredit,
        SubscriptionLink,
    )
    from pkgplan.stages.compile.references import Ids


def recurring_credits(terms: Mapping[str, RecurringCredit], ids: Ids) -> list[JsonValue]:
    """The payload list. Units: amounts in cents for USD, whole units for all else."""
    return [_recurring_credit(key, terms[key], ids) for key in sorted(terms)]


def _recurring_credit(key: str, term: RecurringCredit, ids: Ids) -> JsonObject:
    return present(
        temporary_id=key,
        product_id=ids.product(term.product),
        name=term.name,
        description=term.description,
        access_amount=_access_amount(term.access_amount, ids),
        priority=number(term.priority),
        commit_duration=span(term.commit_duration),
        starting_at_offset=span(term.starting_at_offset),
        duration=span(term.duration),
        recurrence_frequency=capitals(term.recurrence_frequency),
        proration=capitals(term.proration),
        proration_rounding=_proration_rounding(term.proration_rounding),
        rollover_fraction=number(term.rollover_fraction),
        applicable_product_ids=product_ids(term.applicable_products, ids),
        applicable_product_tags=tags(term.applicable_product_tags),
        specifiers=specifiers(term.specifiers, ids),
        rate_type=capitals(term.rate_type),
        subscription_config=_subscription_config(term.subscription_config),
    )


def _access_amount(amount: AccessAmount, ids: Ids) -> JsonObject:
    """Money carries its credit type; a quantity grant counts units and has none."""
    price = amount.unit_price
    return present(
        unit_price=price.to_api() if isinstance(price, Money) else number(price),
        quantity=number(amount.quantity),
        credit_type_id=ids.credit_type(price.unit) if isinstance(price, Money) else None,
        access_type=capitals(amount.access_type),
    )


def _proration_rounding(value: ProrationRounding | None) -> JsonObject | None:
    return None if value is None else present(access=rounding(value.access))


def _subscription_config(link: SubscriptionLink | None) -> JsonObject | None:
    if link is None:
        return None
    return present(
        subscription_id=link.subscription,
        apply_seat_increase_config={"is_prorated": link.apply_seat_increase_config.is_prorated},
        allocation=capitals(link.allocation),
    )
