"""Subscriptions of a contract.

Comes in: templates of a stored package, and what was asked for and reads do not show. Goes out: terms with a window,
an anchor and a first quantity. Never here: billing periods; those depend on the present.
Source: SDK 4.12 `shared.ContractV2` (`Subscription`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.instants import to_api_text
from pkgplan.model.canonical import JsonObject, JsonValue, as_object
from pkgplan.rating.calendar import is_longer

if TYPE_CHECKING:
    from pkgplan.engine.contracts.expansion.frame import Frame


def subscription(template: JsonObject, asked: JsonObject, frame: Frame) -> JsonObject | None:
    """`Subscription`; None if it would begin after the contract.

    Args:
        template: as reads of the package show it.
        asked: the same subscription in the body that created the package; only there are the unassigned seats.
        frame: of the contract.
    """
    dates = frame.dates(template)
    if dates is None:
        return None
    placed = as_object(template.get("billing_cycle_config", {}))
    return {
        **frame.begun(template, "initial_quantity"),
        **dates,
        "quantity_schedule": [{"quantity": _quantity(template, asked), **dates}],
        "billing_cycle_config": {
            "anchor_date": dates["starting_at"]
            if _has_own_anchor(template, frame)
            else to_api_text(frame.usage_anchor),
            "invoice_placement": placed.get("invoice_placement", "ON_USAGE_INVOICE"),
        },
    }


def _has_own_anchor(template: JsonObject, frame: Frame) -> bool:
    """Whether its periods begin with it, not with usage statements."""
    frequency = str(as_object(template["subscription_rate"])["billing_frequency"])
    is_long = is_longer(frequency, frame.usage_frequency)
    return is_long and frame.readings.long_subscription_anchor == "own-start"


def _quantity(template: JsonObject, asked: JsonObject) -> JsonValue:
    if template["quantity_management_mode"] == "SEAT_BASED":
        return as_object(asked.get("seat_config", {})).get("initial_unassigned_seats", 0)
    return template["initial_quantity"]
