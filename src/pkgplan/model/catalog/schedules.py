"""Dated amounts of a package: what can be used from when to when, and what is invoiced when.

Comes in: the schedules of commits, credits and scheduled charges. Goes out: models. Never here: the expansion
of `every` and `for` into dated items; the compiler does that.
Source: SDK `package_create_params.CommitAccessSchedule`, `CommitInvoiceSchedule`, `ScheduledChargeSchedule`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import ConfigDict, Field

from pkgplan.model.catalog.conditions import money_items_if
from pkgplan.model.catalog.fields import (
    CatalogModel,
    DurationField,
    MoneyField,
    MoneyOrNumber,
    Quantity,
    Several,
    SpanField,
)
from pkgplan.model.catalog.recurring import AccessType

T = TypeVar("T")
AtLeastOne = Annotated[Several[T], Field(min_length=1)]
Interval = Literal["day", "week", "month", "quarter", "year"]


class AccessItem(CatalogModel):
    """One segment of a balance: an amount that can be used for a while."""

    amount: MoneyOrNumber = Field(
        description="How much can be used: money with its unit; with `access_type: quantity` a plain number "
        "of product units.",
        examples=["1000.00 USD", "500 ai-credits"],
    )
    starting_at_offset: SpanField = Field(
        description="How long after the start of the contract it can be used.",
        examples=["0 months"],
    )
    duration: DurationField = Field(
        description="For how long it can be used, counted from then.",
        examples=["12 months"],
    )


class AccessSchedule(CatalogModel):
    """When how much of a commit or credit can be used."""

    model_config = ConfigDict(
        json_schema_extra=money_items_if("access_type", ("spend",), "schedule_items", "amount")
    )

    access_type: AccessType | None = Field(
        default=None,
        description="`spend` draws down money, `quantity` draws down units of usage. Metronome takes "
        "`spend` if it is left out.",
        examples=["spend"],
    )
    schedule_items: AtLeastOne[AccessItem] = Field(
        description="The segments, all in one unit. What is left of a segment expires with it.",
        examples=[[{"amount": "1000.00 USD", "starting_at_offset": "0 months", "duration": "12 months"}]],
    )


class DatedItem(CatalogModel):
    """An amount that is invoiced once, or again and again: unit price times quantity."""

    unit_price: MoneyField = Field(
        description="The price of one unit of `quantity`, in the currency of the rate card.",
        examples=["500.00 USD"],
    )
    quantity: Quantity = Field(
        description="How many times `unit_price` is invoiced.",
        examples=[1],
    )
    date_offset: SpanField = Field(
        description="How long after the start of the contract it is invoiced; with `every`, the first time.",
        examples=["0 months", "12 months"],
    )
    every: Interval | None = Field(
        default=None,
        description="Invoices the item again after each day, week, month, quarter or year, for as long as "
        "`for` says. pkgplan writes the single items out; the plan shows them.",
        examples=["month"],
    )
    for_: DurationField | None = Field(
        default=None,
        alias="for",
        description="For how long the item is repeated, counted from `date_offset`: `every: month` with "
        "`for: 12 months` makes 12 items. Goes with `every`.",
        examples=["12 months"],
    )


class ChargeSchedule(CatalogModel):
    """When how much is invoiced."""

    schedule_items: AtLeastOne[DatedItem] = Field(
        description="The dated amounts, all in one currency.",
        examples=[[{"unit_price": "500.00 USD", "quantity": 1, "date_offset": "0 months"}]],
    )


class InvoiceSchedule(ChargeSchedule):
    """When the customer pays how much for a commit."""

    do_not_invoice: bool | None = Field(
        default=None,
        description="`true` records what the commit costs without sending an invoice for it.",
        examples=[False],
    )
