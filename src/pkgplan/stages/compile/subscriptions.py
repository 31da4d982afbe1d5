"""`subscriptions` of a package, as the API takes them.

Comes in: the mapping of terms. Goes out: the list, ordered by term key; the key is the `temporary_id`.
Never here: prices; a subscription is priced by the rate card or an override.
Source: SDK `package_create_params.Subscription`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.stages.compile.values import by_name, capitals, number, present, rounding, span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.catalog.subscriptions import (
        BillingCycleConfig,
        SeatConfig,
        Subscription,
        SubscriptionProration,
    )
    from pkgplan.stages.compile.references import Ids


def subscriptions(terms: Mapping[str, Subscription], ids: Ids) -> list[JsonValue]:
    """The payload list."""
    return [_subscription(key, terms[key], ids) for key in sorted(terms)]


def _subscription(key: str, term: Subscription, ids: Ids) -> JsonObject:
    sent = present(
        temporary_id=key,
        subscription_rate={
            "product_id": ids.product(term.subscription_rate.product),
            "billing_frequency": term.subscription_rate.billing_frequency.upper(),
        },
        name=term.name,
        description=term.description,
        collection_schedule=capitals(term.collection_schedule),
        initial_quantity=number(term.initial_quantity),
        quantity_management_mode=capitals(term.quantity_management_mode),
        seat_config=_seat_config(term.seat_config),
        starting_at_offset=span(term.starting_at_offset),
        duration=span(term.duration),
        billing_cycle_config=_billing_cycle_config(term.billing_cycle_config),
        custom_fields=by_name(term.custom_fields),
    )
    # The API requires the object even when the author says nothing in it.
    sent["proration"] = _proration(term.proration)
    return sent


def _proration(value: SubscriptionProration) -> JsonObject:
    return present(
        is_prorated=value.is_prorated,
        invoice_behavior=capitals(value.invoice_behavior),
        rounding=rounding(value.rounding),
    )


def _seat_config(value: SeatConfig | None) -> JsonObject | None:
    if value is None:
        return None
    return present(
        seat_group_key=value.seat_group_key,
        initial_unassigned_seats=number(value.initial_unassigned_seats),
    )


def _billing_cycle_config(value: BillingCycleConfig | None) -> JsonObject | None:
    return None if value is None else present(invoice_placement=capitals(value.invoice_placement))
