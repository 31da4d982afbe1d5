"""`recurring_commits` and `recurring_credits` of a package: money or quantity granted anew in every period.

Comes in: one entry of a mapping. Goes out: `RecurringCommit`, `RecurringCredit`. Never here: compilation or
cross-field rules. Source: POST /v1/packages/create, SDK types `RecurringCommit` and `RecurringCredit` of
`package_create_params`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from pkgplan.model.catalog.applicability import Applicability, Rounding
from pkgplan.model.catalog.conditions import money_if
from pkgplan.model.catalog.fields import (
    CatalogModel,
    DurationField,
    Fraction,
    Key,
    MoneyField,
    MoneyOrNumber,
    Name,
    Number,
    PeriodsField,
    Quantity,
    SpanField,
)

AccessType = Literal["spend", "quantity"]
RecurrenceFrequency = Literal["daily", "weekly", "monthly", "quarterly", "annual"]
Proration = Literal["none", "first", "last", "first_and_last"]


class AccessAmount(CatalogModel):
    """How much is granted per period: unit price times quantity, or times the seats of a subscription."""

    model_config = ConfigDict(json_schema_extra=money_if("access_type", ("spend",), "unit_price"))

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


class InvoiceAmount(CatalogModel):
    """What the customer pays per period for a recurring commit: unit price times quantity."""

    unit_price: MoneyField = Field(
        description="The price of one unit of `quantity`, in the currency of the rate card.",
        examples=["75.00 USD"],
    )
    quantity: Quantity = Field(
        description="How many times `unit_price` is invoiced per period; for a commit that is linked to a "
        "subscription, per seat.",
        examples=[1],
    )


class CreditRounding(CatalogModel):
    """Rounding of prorated grants."""

    access: Rounding | None = Field(
        default=None,
        description="How the granted amount of a shortened period is rounded.",
        examples=[{"rounding_method": "half_up", "decimal_places": 0}],
    )


class CommitRounding(CreditRounding):
    """Rounding of prorated grants and of what is invoiced for them."""

    invoice: Rounding | None = Field(
        default=None,
        description="How the invoiced amount of a shortened period is rounded.",
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


class _Grant(CatalogModel):
    """What recurring commits and credits have in common, up to what they pay for."""

    product: Key = Field(
        description="The key of a Product of type `fixed` under which the grant shows on invoices.",
        examples=["signup-credit"],
    )
    access_amount: AccessAmount = Field(
        description="How much is granted per period.",
        examples=[{"unit_price": "10.00 USD", "quantity": 1}],
    )
    priority: Number = Field(
        description="The order in which a customer's commits and credits are used up: the lowest number "
        "first. No unit.",
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
    name: Name | None = Field(
        default=None,
        description="The name on invoices. Left out: the name of the product.",
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
    subscription_config: SubscriptionLink | None = Field(
        default=None,
        description="Multiplies the grant by the quantity of a subscription instead of "
        "`access_amount.quantity`.",
        examples=[{"subscription": "team-seats", "apply_seat_increase_config": {"is_prorated": True}}],
    )


class RecurringGrant(Applicability, _Grant):
    """What recurring commits and credits have in common."""


class RecurringCredit(RecurringGrant):
    """A credit that is granted anew in every period; the customer does not pay for it."""

    proration_rounding: CreditRounding | None = Field(
        default=None,
        description="How amounts that were shrunk are rounded.",
        examples=[{"access": {"rounding_method": "half_up", "decimal_places": 0}}],
    )


class RecurringCommit(RecurringGrant):
    """A commit that is granted anew in every period, and usually paid for."""

    invoice_amount: InvoiceAmount | None = Field(
        default=None,
        description="What the customer pays for each grant. Left out: nothing.",
        examples=[{"unit_price": "75.00 USD", "quantity": 1}],
    )
    proration_rounding: CommitRounding | None = Field(
        default=None,
        description="How amounts that were shrunk are rounded.",
        examples=[{"access": {"rounding_method": "half_up", "decimal_places": 0}}],
    )
