"""`scheduled_charges` of a package: fees on given dates, apart from usage and subscriptions.

Comes in: one entry of the mapping. Goes out: `ScheduledCharge`. Never here: compilation or cross-field rules.
Source: POST /v1/packages/create, SDK type `ScheduledCharge` of `package_create_params`.
"""

from __future__ import annotations

from pydantic import Field

from pkgplan.model.catalog.fields import CatalogModel, CustomFields, Key, Name
from pkgplan.model.catalog.schedules import ChargeSchedule


class ScheduledCharge(CatalogModel):
    """A fee on one or several dates."""

    product: Key = Field(
        description="The key of a Product of type `fixed` under which the fee shows on invoices.",
        examples=["support"],
    )
    schedule: ChargeSchedule = Field(
        description="When how much is charged.",
        examples=[
            {
                "schedule_items": [
                    {
                        "unit_price": "500.00 USD",
                        "quantity": 1,
                        "date_offset": "0 months",
                        "every": "month",
                        "for": "12 months",
                    },
                ],
            },
        ],
    )
    name: Name | None = Field(
        default=None,
        description="The name on invoices. Left out: the name of the product.",
        examples=["Premium support"],
    )
    custom_fields: CustomFields = Field(
        default_factory=dict,
        description="Values of custom fields, by their keys, at most 200 characters each. Each key needs a "
        "CustomFieldKey for the entity `package_scheduled_charge`.",
        examples=[{"erp_item": "4711"}],
    )
