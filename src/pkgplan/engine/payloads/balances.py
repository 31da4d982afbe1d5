"""`commits` and `credits`: balances with a schedule; and `scheduled_charges`, which share its dated items.

Comes in and goes out: see the package. Never here: rules that need two fields.
Source: SDK 4.12 `package_create_params.Commit`, `Credit`, `ScheduledCharge`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StrictBool, StrictStr

from pkgplan.engine.fields import (
    AccessType,
    AnyCase,
    Body,
    CustomFields,
    EntityId,
    Fraction,
    NonEmpty,
    Number,
)
from pkgplan.engine.payloads.shared import DrawnDown, InUnit, Offset, Span


class Segment(Body):
    """An amount that can be used up for a while."""

    amount: Number
    starting_at_offset: Offset
    duration: Span


class AccessSchedule(InUnit):
    """`RelativeScheduleDurationInput`."""

    schedule_items: list[Segment]
    access_type: AccessType | None = None


class DatedItem(Body):
    """An amount that falls due: unit_price x quantity."""

    unit_price: Number
    quantity: Number
    date_offset: Offset


class DatedSchedule(InUnit):
    """`RelativeSchedulePointInTimeInput`."""

    schedule_items: list[DatedItem]


class InvoiceSchedule(DatedSchedule):
    """When a commit is paid for."""

    do_not_invoice: StrictBool | None = None


class Balance(DrawnDown):
    """What commits and credits have in common."""

    product_id: EntityId
    access_schedule: AccessSchedule
    name: NonEmpty | None = None
    description: StrictStr | None = None
    priority: Number | None = None
    custom_fields: CustomFields | None = None


class Credit(Balance):
    """`CreditTemplateInput`."""


class Commit(Balance):
    """`CommitTemplateInput`."""

    type: Annotated[Literal["PREPAID", "POSTPAID"], AnyCase]
    invoice_schedule: InvoiceSchedule | None = None
    rollover_fraction: Fraction | None = None
    temporary_id: StrictStr | None = None


class ScheduledCharge(Body):
    """`ScheduledChargeTemplateInput`."""

    product_id: EntityId
    schedule: DatedSchedule
    name: NonEmpty | None = None
    custom_fields: CustomFields | None = None
