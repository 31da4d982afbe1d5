"""`recurring_commits` and `recurring_credits`: balances that are granted again each period.

Comes in and goes out: see the package. Never here: rules that need two fields.
Source: SDK 4.12 `package_create_params.RecurringCommit` and `RecurringCredit`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StrictBool, StrictStr

from pkgplan.engine.fields import (
    AccessType,
    AnyCase,
    Body,
    EntityId,
    Fraction,
    NonEmpty,
    Number,
    Recurrence,
    WholePositive,
)
from pkgplan.engine.payloads.shared import DrawnDown, InUnit, Offset, Rounding, Span


class AccessAmount(InUnit):
    """What one period grants: unit_price x quantity, or x seats."""

    unit_price: Number
    quantity: Number | None = None
    access_type: AccessType | None = None


class InvoiceAmount(InUnit):
    """What one period costs."""

    unit_price: Number
    quantity: Number
    credit_type_id: EntityId


class CommitDuration(Body):
    """How many recurrence periods a grant lives."""

    value: WholePositive
    unit: Annotated[Literal["PERIODS"], AnyCase] = "PERIODS"


class SeatIncrease(Body):
    """What a seat added inside a period is granted."""

    is_prorated: StrictBool


class SubscriptionConfig(Body):
    """Ties a recurring commit or credit to a subscription of the same payload."""

    subscription_id: StrictStr
    apply_seat_increase_config: SeatIncrease
    allocation: Literal["INDIVIDUAL", "POOLED"] | None = None


class AccessRounding(Body):
    """Rounding of prorated grants."""

    access: Rounding | None = None


class AccessAndInvoiceRounding(AccessRounding):
    """Rounding of prorated grants, and of what they cost."""

    invoice: Rounding | None = None


class Recurring(DrawnDown):
    """`RecurringCommitOrCreditTemplateInputBase`."""

    product_id: EntityId
    access_amount: AccessAmount
    priority: Number
    commit_duration: CommitDuration
    starting_at_offset: Offset
    duration: Span | None = None
    recurrence_frequency: Recurrence | None = None
    proration: Annotated[Literal["NONE", "FIRST", "LAST", "FIRST_AND_LAST"], AnyCase] | None = None
    name: NonEmpty | None = None
    description: StrictStr | None = None
    rollover_fraction: Fraction | None = None
    subscription_config: SubscriptionConfig | None = None
    temporary_id: StrictStr | None = None


class RecurringCredit(Recurring):
    """`RecurringCreditTemplateInput`."""

    proration_rounding: AccessRounding | None = None


class RecurringCommit(Recurring):
    """`RecurringCommitTemplateInput`; without `invoice_amount` it is free."""

    proration_rounding: AccessAndInvoiceRounding | None = None
    invoice_amount: InvoiceAmount | None = None
