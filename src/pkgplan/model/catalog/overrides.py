"""`overrides` of a package: other prices and entitlements than the rate card's, for a while or for good.

Comes in: one entry of the mapping. Goes out: `Override`. Never here: which override wins, or which fields go
together; those are checks. Source: POST /v1/packages/create, SDK type `Override` of `package_create_params`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from pkgplan.model.catalog.applicability import RateChoice
from pkgplan.model.catalog.conditions import priced_by_rate_type
from pkgplan.model.catalog.fields import (
    BillingFrequency,
    CatalogModel,
    DurationField,
    FreeObject,
    GroupValues,
    Key,
    MoneyOrNumber,
    Name,
    Positive,
    Quantity,
    Several,
    SpanField,
)
from pkgplan.model.catalog.prices import Tier
from pkgplan.model.catalog.schedules import AtLeastOne

OverwriteRateType = Literal["flat", "percentage", "tiered", "tiered_percentage", "subscription", "custom"]


class OverrideSpecifier(CatalogModel):
    """One filter of what is overridden; all of its fields must match."""

    product: Key | None = Field(
        default=None,
        description="The key of the one Product that is overridden.",
        examples=["input-tokens"],
    )
    product_tags: Several[Name] = Field(
        default=(),
        description="Tags; products that carry all of them are overridden.",
        examples=[["premium"]],
    )
    pricing_group_values: GroupValues = Field(
        default_factory=dict,
        description="Values of the product's pricing group keys that are overridden, by key. To overwrite a "
        "price, all keys of the product.",
        examples=[{"model": "gnome-large"}],
    )
    presentation_group_values: GroupValues = Field(
        default_factory=dict,
        description="Values of the product's presentation group keys that are overridden, by key.",
        examples=[{"project": "research"}],
    )
    billing_frequency: BillingFrequency | None = Field(
        default=None,
        description="The frequency whose fee is overridden. Needed for products of type `subscription`.",
        examples=["monthly"],
    )
    commits: Several[Key] = Field(
        default=(),
        description="Term keys of `commits` of this package: the override only applies to usage that one of "
        "them pays for. Only with `is_commit_specific: true`, next to a product, tags or group values.",
        examples=[["main"]],
    )
    recurring_commits: Several[Key] = Field(
        default=(),
        description="Term keys of `recurring_commits` of this package: the override only applies to usage "
        "that one of them pays for. Only with `is_commit_specific: true`.",
        examples=[["monthly-commit"]],
    )
    any_commits_or_credits: Several[Key] = Field(
        default=(),
        description="Term keys of `commits`, `recurring_commits` or `recurring_credits` of this package. "
        "Takes the place of `commits` and `recurring_commits`. Only with `is_commit_specific: true`.",
        examples=[["main", "signup-credit"]],
    )


class OverwriteRate(CatalogModel):
    """The price that takes the place of the rate card's."""

    model_config = ConfigDict(json_schema_extra=priced_by_rate_type())

    rate_type: OverwriteRateType = Field(
        description="`flat` is one price per unit (or per period, for a subscription), `tiered` has steps, "
        "`percentage` and `tiered_percentage` are shares of what other products cost, `custom` is agreed "
        "with Metronome. `subscription` is an old spelling for fees that few accounts know.",
        examples=["flat"],
    )
    price: MoneyOrNumber | None = Field(
        default=None,
        description="The price of one unit with its pricing unit, or of one period for a subscription. For "
        "`rate_type: percentage` a share from 0 to 1.",
        examples=["8.00 USD"],
    )
    tiers: Several[Tier] = Field(
        default=(),
        description="The steps of a tiered price, in order.",
        examples=[[{"size": 1000, "price": "0.50 USD"}, {"price": "0.40 USD"}]],
    )
    quantity: Quantity | None = Field(
        default=None,
        description="The default quantity, for `rate_type: subscription` only.",
        examples=[1],
    )
    is_prorated: bool | None = Field(
        default=None,
        description="For `rate_type: subscription` only, where it must be `true`.",
        examples=[True],
    )
    custom_rate: FreeObject = Field(
        default_factory=dict,
        description="What was agreed with Metronome for `rate_type: custom`; sent as it is.",
        examples=[{"processor": "gnome"}],
    )


class MultiplierTier(CatalogModel):
    """One step of an override of type `tiered`."""

    size: Quantity | None = Field(
        default=None,
        description="How many units the step holds. Left out in the last step, which holds the rest.",
        examples=[1000],
    )
    multiplier: Quantity = Field(
        description="What the list price is multiplied by within the step: 0.8 is 20 percent off.",
        examples=[0.8],
    )


class Override(CatalogModel):
    """Another price or entitlement than the rate card's."""

    override_specifiers: AtLeastOne[OverrideSpecifier] = Field(
        description="What is overridden; what matches one of the filters is.",
        examples=[[{"product": "input-tokens"}]],
    )
    starting_at_offset: SpanField = Field(
        description="How long after the start of the contract the override begins.",
        examples=["0 months"],
    )
    duration: DurationField | None = Field(
        default=None,
        description="How long it lasts. Left out: until the contract ends.",
        examples=["3 months"],
    )
    entitled: bool | None = Field(
        default=None,
        description="Whether customers of this package may use the product, whatever the rate card says. "
        "May stand alone, without `type`.",
        examples=[True],
    )
    type: Literal["overwrite", "multiplier", "tiered"] | None = Field(
        default=None,
        description="`overwrite` gives another price, `multiplier` scales the list price, `tiered` scales it "
        "by steps.",
        examples=["multiplier"],
    )
    multiplier: Quantity | None = Field(
        default=None,
        description="What the list price is multiplied by: 0.8 is 20 percent off, 0 is free. For `type: "
        "multiplier`.",
        examples=[0.8],
    )
    overwrite_rate: OverwriteRate | None = Field(
        default=None,
        description="The new price. For `type: overwrite`.",
        examples=[{"rate_type": "flat", "price": "8.00 USD"}],
    )
    tiers: Several[MultiplierTier] = Field(
        default=(),
        description="The steps, in order. For `type: tiered`.",
        examples=[[{"size": 1000, "multiplier": 1}, {"multiplier": 0.8}]],
    )
    priority: Positive | None = Field(
        default=None,
        description="With `multiplier_override_prioritization: explicit`: of several multipliers, the one "
        "with the lowest number counts.",
        examples=[1],
    )
    is_commit_specific: bool | None = Field(
        default=None,
        description="`true` applies the override only to usage that a commit or credit pays for.",
        examples=[True],
    )
    target: RateChoice | None = Field(
        default=None,
        description="Which rate of the card is overridden. Only with `is_commit_specific: true`. Metronome "
        "takes `list_rate` if it is left out.",
        examples=["list_rate"],
    )
