"""The bodies of calls about the rates of a rate card.

Comes in and goes out: see the package. Never here: rules that need two fields or the store, matching selectors.
Source: SDK types `rate_add_params`, `rate_add_many_params`, `rate_list_params`,
`rate_card_retrieve_rate_schedule_params`; `minimum_config` is only in the vendor's OpenAPI description.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from pkgplan.engine.fields import (
    AnyCase,
    AnyInstant,
    AnyOfThreeCases,
    Body,
    EntityId,
    Frequency,
    HourInstant,
    Number,
    TextMap,
    Texts,
)
from pkgplan.engine.payloads.overrides import MinimumConfig, OverwriteRate, PriceTier


class CommitRate(Body):
    """`CommitRate`: the price while a commit or credit pays, in the unit of the rate that it belongs to."""

    rate_type: Annotated[
        Literal["FLAT", "PERCENTAGE", "SUBSCRIPTION", "TIERED", "TIERED_PERCENTAGE", "CUSTOM"], AnyCase
    ]
    price: Number | None = None
    tiers: list[PriceTier] | None = None
    minimum_config: MinimumConfig | None = None


class NewRate(OverwriteRate):
    """`RatePayload`."""

    product_id: EntityId
    starting_at: HourInstant
    ending_before: HourInstant | None = None
    entitled: StrictBool
    billing_frequency: Frequency | None = None
    pricing_group_values: TextMap = Field(default_factory=dict)
    commit_rate: CommitRate | None = None


class AddRate(NewRate):
    """`AddRatePayload`."""

    rate_card_id: EntityId


class AddRates(Body):
    """The body of addRates."""

    rate_card_id: EntityId
    rates: list[NewRate]


class RateSelector(Body):
    """`RateSelector`: of a rate schedule."""

    product_id: EntityId | None = None
    billing_frequency: Annotated[Frequency, AnyOfThreeCases] | None = None
    pricing_group_values: TextMap | None = None
    partial_pricing_group_values: TextMap | None = None


class TaggedRateSelector(RateSelector):
    """`RateSelectorWithProductTags`: of rates at an instant."""

    product_tags: Texts | None = None


class GetRates(Body):
    """`GetRatesPayload`."""

    rate_card_id: EntityId
    at: AnyInstant
    selectors: list[TaggedRateSelector] = Field(default_factory=list)


class GetRateSchedule(Body):
    """`GetRateSchedulePayload`."""

    rate_card_id: EntityId
    starting_at: AnyInstant
    ending_before: AnyInstant | None = None
    selectors: list[RateSelector] = Field(default_factory=list)
