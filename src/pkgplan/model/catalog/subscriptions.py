"""`subscriptions` of a package: a fee per period and quantity, priced by the rate card.

Comes in: one entry of the mapping. Goes out: `Subscription`. Never here: compilation or cross-field rules.
Source: POST /v1/packages/create, SDK type `Subscription` of `package_create_params`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pkgplan.model.catalog.applicability import Rounding
from pkgplan.model.catalog.fields import (
    BillingFrequency,
    CatalogModel,
    CustomFields,
    DurationField,
    Key,
    Name,
    Quantity,
    SpanField,
)


class SubscriptionRate(CatalogModel):
    """Which rate of the rate card is charged."""

    product: Key = Field(
        description="The key of a Product of type `subscription`.",
        examples=["starter-fee"],
    )
    billing_frequency: BillingFrequency = Field(
        description="How often the fee is charged. The rate card must have a rate for this product and this "
        "frequency.",
        examples=["monthly"],
    )


class SubscriptionProration(CatalogModel):
    """What a part of a period costs."""

    is_prorated: bool | None = Field(
        default=None,
        description="Whether a part of a period is charged by its share (`true`) or in full (`false`).",
        examples=[True],
    )
    invoice_behavior: Literal["bill_immediately", "bill_on_next_collection_date"] | None = Field(
        default=None,
        description="When an increase in the middle of a period is charged. `bill_immediately` only goes "
        "with `collection_schedule: advance`.",
        examples=["bill_immediately"],
    )
    rounding: Rounding | None = Field(
        default=None,
        description="How a prorated fee is rounded.",
        examples=[{"rounding_method": "half_up", "decimal_places": 0}],
    )


class SeatConfig(CatalogModel):
    """How the seats of a seat-based subscription are told apart."""

    seat_group_key: Name = Field(
        description="The property of usage events that names the seat. It must be a group key of the "
        "metrics and a pricing or presentation group key of the products.",
        examples=["user_id"],
    )
    initial_unassigned_seats: Quantity | None = Field(
        default=None,
        description="How many seats without a user a contract starts with. Metronome takes 0 if it is left "
        "out.",
        examples=[5],
    )


class BillingCycleConfig(CatalogModel):
    """On which invoice the fee appears."""

    invoice_placement: Literal["on_scheduled_invoice", "on_usage_invoice"] | None = Field(
        default=None,
        description="Whether the fee joins the usage invoice or gets an invoice of its own. Metronome takes "
        "`on_usage_invoice` if it is left out.",
        examples=["on_usage_invoice"],
    )


class Subscription(CatalogModel):
    """A fee for each period and unit of quantity; its price is on the rate card."""

    subscription_rate: SubscriptionRate = Field(
        description="The rate of the rate card that is charged.",
        examples=[{"product": "starter-fee", "billing_frequency": "monthly"}],
    )
    collection_schedule: Literal["advance", "arrears"] = Field(
        description="Whether a period is paid at its start (`advance`) or after its end (`arrears`).",
        examples=["advance"],
    )
    initial_quantity: Quantity | None = Field(
        default=None,
        description="How many units a contract starts with, 0 or more. Required unless the subscription is "
        "seat-based.",
        examples=[1],
    )
    proration: SubscriptionProration = Field(
        description="What a part of a period costs, and when an increase is charged.",
        examples=[{"is_prorated": True, "invoice_behavior": "bill_immediately"}],
    )
    name: Name | None = Field(
        default=None,
        description="The name of the fee on invoices. Left out: the name of the product.",
        examples=["Starter fee"],
    )
    description: str | None = Field(
        default=None,
        description="Text that goes with the fee.",
        examples=["The monthly fee of the Starter plan"],
    )
    starting_at_offset: SpanField | None = Field(
        default=None,
        description="How long after the start of the contract the subscription begins. Left out: with the "
        "contract.",
        examples=["0 months", "14 days"],
    )
    duration: DurationField | None = Field(
        default=None,
        description="How long the subscription lasts. Left out: until the contract ends.",
        examples=["12 months"],
    )
    quantity_management_mode: Literal["quantity_only", "seat_based"] | None = Field(
        default=None,
        description="Whether the quantity is a plain number (`quantity_only`) or a list of seats "
        "(`seat_based`). Metronome takes `quantity_only` if it is left out.",
        examples=["quantity_only"],
    )
    seat_config: SeatConfig | None = Field(
        default=None,
        description="How seats are told apart; required with `quantity_management_mode: seat_based`.",
        examples=[{"seat_group_key": "user_id"}],
    )
    custom_fields: CustomFields = Field(
        default_factory=dict,
        description="Values of custom fields, by their keys, at most 200 characters each. Each key needs a "
        "CustomFieldKey for the entity `package_subscription`.",
        examples=[{"erp_item": "4711"}],
    )
    billing_cycle_config: BillingCycleConfig | None = Field(
        default=None,
        description="On which invoice the fee appears.",
        examples=[{"invoice_placement": "on_usage_invoice"}],
    )
