"""`recurring_credits` of a package: a credit granted anew in every period.

Comes in: one entry of the mapping. Goes out: `RecurringCredit`. Never here: compilation or cross-field rules.
Source: POST /v1/packages/create, SDK type `RecurringCredit` of `package_create_params`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from pkgplan.model.catalog.applicability import RateChoice, Rounding, Specifier
from pkgplan.model.catalog.conditions import money_unless
from pkgplan.model.catalog.fields import (
    CatalogModel,
    DurationField,
    Fraction,
    Key,
    MoneyOrNumber,
    Name,
    Number,
    PeriodsField,
    Quantity,
    Several,
    SpanField,
)

AccessType = Literal["spend", "quantity"]
RecurrenceFrequency = Literal["daily", "weekly", "monthly", "quarterly", "annual"]
Proration = Literal["none", "first", "last", "first_and_last"]


class AccessAmount(CatalogModel):
    """How much is granted per period: unit price times quantity, or times the seats of a subscription."""

    model_config = ConfigDict(json_schema_extra=money_unless("access_type", ("quantity",), "unit_price"))

    unit_price: MoneyOrNumber = Field(
        description="The amount granted for each unit of `quantity` (or each seat): money with its unit, "
        "such as `10.00 USD`; with `access_type: quantity` a plain number of product units.",
        examples=["10.00 USD", "500 ai-credits"],
    )
    quantity: Quantity | None = Field(
        default=None,
        description="How many times `unit_price` is granted per period. Required unless "
        "`subscription_config` links the grant to a subscription, whose seats then count; must "
        "be left out there.",
        examples=[1],
    )
    access_type: AccessType | None = Field(
        default=None,
        description="`spend` draws down money, `quantity` draws down units of usage. Metronome takes "
        "`spend` if it is left out.",
        examples=["spend"],
    )


class ProrationRounding(CatalogModel):
    """Rounding of prorated grants."""

    access: Rounding | None = Field(
        default=None,
        description="How the granted amount of a shortened period is rounded.",
        examples=[{"rounding_method": "half_up", "decimal_places": 0}],
    )


class SeatIncrease(CatalogModel):
    """What happens when seats are added in the middle of a period."""

    is_prorated: bool = Field(
        description="Whether seats added in the middle of a period are granted a share for the rest of it "
        "(`true`) or the full amount (`false`).",
        examples=[True],
    )


class SubscriptionLink(CatalogModel):
    """A subscription whose quantity multiplies the grant."""

    subscription: Key = Field(
        description="The term key of a subscription of this package.",
        examples=["team-seats"],
    )
    apply_seat_increase_config: SeatIncrease = Field(
        description="What seats that are added in the middle of a period are granted.",
        examples=[{"is_prorated": True}],
    )
    allocation: Literal["individual", "pooled"] | None = Field(
        default=None,
        description="`pooled` shares one balance between all seats; `individual` gives each seat its own, "
        "and needs a subscription with `quantity_management_mode: seat_based`.",
        examples=["pooled"],
    )


class RecurringCredit(CatalogModel):
    """A credit that is granted anew in every period; the customer does not pay for it."""

    product: Key = Field(
        description="The key of a Product of type `fixed` under which the credit shows on invoices.",
        examples=["signup-credit"],
    )
    access_amount: AccessAmount = Field(
        description="How much is granted per period.",
        examples=[{"unit_price": "10.00 USD", "quantity": 1}],
    )
    priority: Number = Field(
        description="The order in which a customer's credits are used up: the lowest number first. No unit.",
        examples=[1],
    )
    commit_duration: PeriodsField = Field(
        description="How long each grant can be used, in periods of the recurrence: `1 period` expires with "
        "its own period.",
        examples=["1 period", "2 periods"],
    )
    starting_at_offset: SpanField = Field(
        description="How long after the start of the contract the first grant is made.",
        examples=["0 months", "7 days"],
    )
    duration: DurationField | None = Field(
        default=None,
        description="For how long grants are made, counted from the first one. Left out: until the contract "
        "ends.",
        examples=["3 months"],
    )
    recurrence_frequency: RecurrenceFrequency | None = Field(
        default=None,
        description="How often a grant is made, counted from the first one. Left out: with each usage "
        "invoice period.",
        examples=["monthly"],
    )
    proration: Proration | None = Field(
        default=None,
        description="Which grants shrink when their period is shorter than a full one. Metronome takes "
        "`first_and_last` if it is left out.",
        examples=["none"],
    )
    proration_rounding: ProrationRounding | None = Field(
        default=None,
        description="How amounts that were shrunk are rounded.",
        examples=[{"access": {"rounding_method": "half_up", "decimal_places": 0}}],
    )
    name: Name | None = Field(
        default=None,
        description="The name of the credit on invoices. Left out: the name of the product.",
        examples=["Sign-up credit"],
    )
    description: str | None = Field(
        default=None,
        description="Text that each grant carries.",
        examples=["10 dollars of tokens in each of the first three months"],
    )
    rollover_fraction: Fraction | None = Field(
        default=None,
        description="The share of an unused grant that a contract which replaces this one takes over, from "
        "0 to 1. It does not carry over from period to period.",
        examples=[0.5],
    )
    applicable_products: Several[Key] = Field(
        default=(),
        description="Keys of the Products whose charges the credit pays for. Without this, tags or "
        "specifiers: all products.",
        examples=[["input-tokens", "output-tokens"]],
    )
    applicable_product_tags: Several[Name] = Field(
        default=(),
        description="Tags; the credit pays for charges of products that carry one of them.",
        examples=[["tokens"]],
    )
    specifiers: Several[Specifier] = Field(
        default=(),
        description="Filters of the usage that the credit pays for; usage that matches one of them counts. "
        "Not together with `applicable_products` or `applicable_product_tags`.",
        examples=[[{"product": "input-tokens", "pricing_group_values": {"model": "gnome-large"}}]],
    )
    rate_type: RateChoice | None = Field(
        default=None,
        description="Whether usage that the credit pays for is priced at the rate card's `commit_rate` or "
        "its `list_rate`.",
        examples=["list_rate"],
    )
    subscription_config: SubscriptionLink | None = Field(
        default=None,
        description="Multiplies the grant by the quantity of a subscription instead of "
        "`access_amount.quantity`.",
        examples=[{"subscription": "team-seats", "apply_seat_increase_config": {"is_prorated": True}}],
    )
