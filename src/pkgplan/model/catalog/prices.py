"""Prices as rate cards and overrides give them: the types of a rate, and the steps of a tiered one.

Comes in: the fields that rates and overwrites share. Goes out: models for those. Never here: which rate wins.
Source: SDK `rate_add_params`, `package_create_params.OverrideOverwriteRate`, `shared_params.Tier`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pkgplan.model.catalog.fields import CatalogModel, MoneyOrNumber, Quantity

RateType = Literal["flat", "percentage", "tiered", "tiered_percentage", "custom"]


class Tier(CatalogModel):
    """One step of a graduated price."""

    size: Quantity | None = Field(
        default=None,
        description="How many units the step holds. Left out in the last step, which holds the rest.",
        examples=[1000],
    )
    price: MoneyOrNumber = Field(
        description="The price of each unit within the step: money, or a share from 0 to 1 for "
        "`tiered_percentage`.",
        examples=["0.50 USD"],
    )
