"""`subscriptions`: fees per period, for a quantity or for seats.

Comes in and goes out: see the package. Never here: rules that need two fields.
Source: SDK 4.12 `package_create_params.Subscription`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StrictBool, StrictStr

from pkgplan.engine.fields import (
    AnyCase,
    Body,
    CustomFields,
    EntityId,
    Frequency,
    InvoiceBehavior,
    NotNegative,
)
from pkgplan.engine.payloads.shared import Offset, Rounding, Span


class SubscriptionRate(Body):
    """Product and frequency, which together name a rate of the rate card."""

    product_id: EntityId
    billing_frequency: Frequency


class SubscriptionProration(Body):
    """How quantity changes inside a period are billed."""

    is_prorated: StrictBool | None = None
    invoice_behavior: InvoiceBehavior | None = None
    rounding: Rounding | None = None


class BillingCycleConfig(Body):
    """On which invoice the subscription is placed."""

    invoice_placement: Annotated[Literal["ON_USAGE_INVOICE", "ON_SCHEDULED_INVOICE"], AnyCase] | None = None


class SeatConfig(Body):
    """What identifies a seat, and how many unassigned seats there are at the start."""

    seat_group_key: StrictStr
    initial_unassigned_seats: NotNegative | None = None


class Subscription(Body):
    """`SubscriptionTemplateInput`."""

    subscription_rate: SubscriptionRate
    collection_schedule: Annotated[Literal["ADVANCE", "ARREARS"], AnyCase]
    proration: SubscriptionProration
    name: StrictStr | None = None
    description: StrictStr | None = None
    initial_quantity: NotNegative | None = None
    starting_at_offset: Offset | None = None
    duration: Span | None = None
    quantity_management_mode: Annotated[Literal["QUANTITY_ONLY", "SEAT_BASED"], AnyCase] | None = None
    seat_config: SeatConfig | None = None
    billing_cycle_config: BillingCycleConfig | None = None
    custom_fields: CustomFields | None = None
    temporary_id: StrictStr | None = None

    @property
    def is_seat_based(self) -> bool:
        """Whether seats, not a number, say how much of the subscription there is."""
        return self.quantity_management_mode == "SEAT_BASED"
