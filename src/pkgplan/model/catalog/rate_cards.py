"""`kind: RateCard`: the prices that packages and contracts share.

Comes in: references/*.yaml. Goes out: `RateCardDocument`. Never here: ids, cents, or which rate wins.
Source: the SDK's `rate_card_create_params` and `rate_add_params`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from pkgplan.model.catalog.conditions import priced_by_rate_type
from pkgplan.model.catalog.document import Document
from pkgplan.model.catalog.fields import (
    BillingFrequency,
    CatalogModel,
    GroupValues,
    InstantField,
    Key,
    MoneyField,
    MoneyOrNumber,
    Name,
    Several,
)
from pkgplan.model.catalog.package import Alias
from pkgplan.model.catalog.prices import RateType, Tier


class CreditTypeConversion(CatalogModel):
    """What one unit of a custom pricing unit is worth."""

    custom_credit_type: Key = Field(
        description="The key of the PricingUnit.",
        examples=["ai-credits"],
    )
    fiat_per_custom_credit: MoneyField = Field(
        description="The worth of one unit, in the currency of the rate card.",
        examples=["0.01 USD"],
    )


class CommitRate(CatalogModel):
    """The price of usage that a credit or commit pays for."""

    model_config = ConfigDict(json_schema_extra=priced_by_rate_type())

    rate_type: RateType = Field(description="How the price is given.", examples=["flat"])
    price: MoneyOrNumber | None = Field(
        default=None,
        description="The price of one unit, in the same pricing unit as the list price.",
        examples=["0.80 USD"],
    )
    tiers: Several[Tier] = Field(
        default=(),
        description="The steps of a tiered price.",
        examples=[[{"size": 1000, "price": "0.80 USD"}, {"price": "0.60 USD"}]],
    )


class Rate(CatalogModel):
    """The price of one product on a rate card, from an instant on."""

    model_config = ConfigDict(json_schema_extra=priced_by_rate_type())

    product: Key = Field(description="The key of the Product that is priced.", examples=["input-tokens"])
    starting_at: InstantField = Field(
        description="From when the price holds: a date (midnight UTC) or an RFC 3339 instant on a full hour.",
        examples=["2025-01-01"],
    )
    ending_before: InstantField | None = Field(
        default=None,
        description="Until when the price holds, the instant itself not included. Left out: for good.",
        examples=["2027-01-01"],
    )
    entitled: bool = Field(
        description="Whether every customer on the card may use the product. A product that nobody entitles "
        "is not billed.",
        examples=[True],
    )
    rate_type: RateType = Field(
        description="`flat` is one price per unit, `tiered` has steps, `percentage` and `tiered_percentage` "
        "are shares of what other products cost, `custom` is agreed with Metronome.",
        examples=["flat"],
    )
    price: MoneyOrNumber | None = Field(
        default=None,
        description="The price of one unit with its pricing unit, or of one period for a subscription. For "
        "`rate_type: percentage` a share from 0 to 1. Required for `flat` and `percentage`.",
        examples=["10.00 USD"],
    )
    tiers: Several[Tier] = Field(
        default=(),
        description="The steps of a tiered price, in order. Required for `tiered` and `tiered_percentage`.",
        examples=[[{"size": 1000, "price": "0.50 USD"}, {"price": "0.40 USD"}]],
    )
    billing_frequency: BillingFrequency | None = Field(
        default=None,
        description="The period that the price is for. Required for products of type `subscription`.",
        examples=["monthly"],
    )
    pricing_group_values: GroupValues = Field(
        default_factory=dict,
        description="The values of the product's pricing group keys that the price is for, by key.",
        examples=[{"model": "gnome-large"}],
    )
    commit_rate: CommitRate | None = Field(
        default=None,
        description="Another price for usage that a credit or commit pays for. For products of type `usage`.",
        examples=[{"rate_type": "flat", "price": "0.80 USD"}],
    )


class RateCardSpec(CatalogModel):
    """A list of prices that packages and contracts share."""

    name: Name = Field(
        description="The name of the rate card in Metronome; pkgplan finds it by this name.",
        examples=["Tokens rate card"],
    )
    description: str | None = Field(
        default=None,
        description="What the rate card is for, as Metronome shows it.",
        examples=["List prices of Gnome AI tokens"],
    )
    aliases: Several[Alias] = Field(
        default=(),
        description="Names that stand for this rate card, each for a window of time.",
        examples=[[{"name": "Tokens rate card"}]],
    )
    fiat_credit_type: Name | None = Field(
        default=None,
        description="The currency of the card, as an ISO code. Metronome takes USD if it is left out.",
        examples=["USD"],
    )
    credit_type_conversions: Several[CreditTypeConversion] = Field(
        default=(),
        description="What custom pricing units are worth; needed for each unit that a rate uses.",
        examples=[[{"custom_credit_type": "ai-credits", "fiat_per_custom_credit": "0.01 USD"}]],
    )
    rates: Several[Rate] = Field(
        default=(),
        description="The prices.",
        examples=[
            [
                {
                    "product": "starter-fee",
                    "starting_at": "2025-01-01",
                    "entitled": True,
                    "rate_type": "flat",
                    "price": "10.00 USD",
                    "billing_frequency": "monthly",
                },
            ],
        ],
    )


class RateCardDocument(Document[RateCardSpec]):
    """A rate card: the prices that packages and contracts share."""

    kind: Literal["RateCard"] = Field(description="This file declares a rate card.", examples=["RateCard"])
    spec: RateCardSpec = Field(
        description="The prices and the currency of the card.",
        examples=[{"name": "Tokens rate card", "aliases": [{"name": "Tokens rate card"}]}],
    )
