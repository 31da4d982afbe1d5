"""How subscriptions are shown.

Comes in: terms of an admitted body. Goes out: their templates. Never here: temporary ids, unassigned seats.
Source: SDK 4.12 `package_retrieve_response.DataSubscription`: proration always has both of its settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.templates.scope import copied

if TYPE_CHECKING:
    from pkgplan.engine.payloads.subscriptions import Subscription
    from pkgplan.engine.templates.scope import Scope
    from pkgplan.model.canonical import JsonObject

_COPIED: Final = (
    "billing_cycle_config",
    "collection_schedule",
    "custom_fields",
    "description",
    "duration",
    "initial_quantity",
    "name",
    "starting_at_offset",
)


def shown_subscription(subscription: Subscription, scope: Scope) -> JsonObject:
    """`SubscriptionTemplate`."""
    rate, proration = subscription.subscription_rate, subscription.proration
    body: JsonObject = {
        "id": scope.template_id(subscription.temporary_id),
        "subscription_rate": {
            "billing_frequency": rate.billing_frequency,
            "product": scope.product(rate.product_id),
        },
        "proration": {
            "is_prorated": proration.is_prorated or False,  # (assumed)
            "invoice_behavior": proration.invoice_behavior or "BILL_ON_NEXT_COLLECTION_DATE",  # (assumed)
            **copied(proration.to_json(), ("rounding",)),
        },
        "quantity_management_mode": subscription.quantity_management_mode or "QUANTITY_ONLY",
        **copied(subscription.to_json(), _COPIED),
    }
    if subscription.seat_config is not None:
        body["seat_config"] = {"seat_group_key": subscription.seat_config.seat_group_key}
    return body
