"""`commits` and `credits` of a package: balances that a customer has once.

Comes in: one entry of a mapping. Goes out: `Commit`, `Credit`. Never here: compilation or cross-field rules.
Source: POST /v1/packages/create, SDK types `Commit` and `Credit` of `package_create_params`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pkgplan.model.catalog.applicability import Applicability
from pkgplan.model.catalog.fields import CatalogModel, CustomFields, Fraction, Key, Name, Number
from pkgplan.model.catalog.schedules import AccessSchedule, InvoiceSchedule


class _Paid(CatalogModel):
    """What comes first in a commit."""

    type: Literal["prepaid", "postpaid"] = Field(
        description="`prepaid` is paid by `invoice_schedule`, in any instalments. `postpaid` is a minimum: "
        "what was not used of it is invoiced on the one date of `invoice_schedule`.",
        examples=["prepaid"],
    )


class _Balance(CatalogModel):
    """What commits and credits have in common, up to what they pay for."""

    product: Key = Field(
        description="The key of a Product of type `fixed` under which the balance shows on invoices.",
        examples=["annual-commit"],
    )
    access_schedule: AccessSchedule = Field(
        description="When how much can be used.",
        examples=[
            {
                "schedule_items": [
                    {"amount": "1000.00 USD", "starting_at_offset": "0 months", "duration": "12 months"}
                ],
            },
        ],
    )
    name: Name | None = Field(
        default=None,
        description="The name on invoices. Left out: the name of the product.",
        examples=["Annual commitment"],
    )
    description: str | None = Field(
        default=None,
        description="Text for people; customers do not see it.",
        examples=["Paid upfront, used over a year"],
    )
    priority: Number | None = Field(
        default=None,
        description="The order in which a customer's commits and credits are used up: the lowest number "
        "first. No unit. Metronome takes 100 if it is left out.",
        examples=[100],
    )


class Commit(Applicability, _Balance, _Paid):
    """A balance that the customer pays for: before using it (prepaid), or what is missing of it afterwards."""

    invoice_schedule: InvoiceSchedule | None = Field(
        default=None,
        description="When how much is paid. Required for `postpaid`, with one item of the same amount as the "
        "one of `access_schedule`. A prepaid commit without it is free; say `complimentary: true`.",
        examples=[
            {"schedule_items": [{"unit_price": "1000.00 USD", "quantity": 1, "date_offset": "0 months"}]},
        ],
    )
    complimentary: bool | None = Field(
        default=None,
        description="`true` says that a prepaid commit without `invoice_schedule` is meant to be free. Not "
        "sent to Metronome.",
        examples=[True],
    )
    rollover_fraction: Fraction | None = Field(
        default=None,
        description="The share of the commit that a contract which replaces this one takes over at most, "
        "from 0 to 1.",
        examples=[0.25],
    )
    custom_fields: CustomFields = Field(
        default_factory=dict,
        description="Values of custom fields, by their keys, at most 200 characters each. Each key needs a "
        "CustomFieldKey for the entity `package_commit`.",
        examples=[{"erp_item": "4711"}],
    )


class Credit(Applicability, _Balance):
    """A balance that the customer gets for nothing."""

    custom_fields: CustomFields = Field(
        default_factory=dict,
        description="Values of custom fields, by their keys, at most 200 characters each. Each key needs a "
        "CustomFieldKey for the entity `package_credit`.",
        examples=[{"erp_item": "4711"}],
    )
