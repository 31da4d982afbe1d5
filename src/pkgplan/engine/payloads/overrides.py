"""`overrides`: other prices and entitlements than the rate card's.

Comes in and goes out: see the package. Never here: rules that need two fields, or which override wins.
Source: SDK 4.12 `package_create_params.Override`; `minimum_config` and `exclude` are only in the vendor's
OpenAPI description.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from pkgplan.engine.fields import (
    AnyCase,
    Body,
    FreeObject,
    Frequency,
    NotNegative,
    Number,
    Positive,
    RateChoice,
    Texts,
)
from pkgplan.engine.payloads.shared import InUnit, Offset, Span, Specifier


class PriceTier(Body):
    """One step of a graduated price."""

    price: Number
    size: Number | None = None


class MultiplierTier(Body):
    """One step of a graduated multiplier."""

    multiplier: Number
    size: Number | None = None


class MinimumConfig(Body):
    """The least that a percentage comes to."""

    minimum: Number


class OverwriteRate(InUnit):
    """`OverwriteRateInput`."""

    rate_type: Annotated[
        Literal["FLAT", "PERCENTAGE", "SUBSCRIPTION", "TIERED", "TIERED_PERCENTAGE", "CUSTOM"], AnyCase
    ]
    price: Number | None = None
    tiers: list[PriceTier] | None = None
    quantity: Number | None = None
    is_prorated: StrictBool | None = None
    custom_rate: FreeObject | None = None
    minimum_config: MinimumConfig | None = None


class OverrideSpecifier(Specifier):
    """`OverrideSpecifierInput`; the three lists hold temporary ids of this payload."""

    billing_frequency: Frequency | None = None
    commit_ids: Texts | None = None
    recurring_commit_ids: Texts | None = None
    any_commit_or_credit_ids: Texts | None = None


class Override(Body):
    """`OverrideTemplateInput`."""

    override_specifiers: list[OverrideSpecifier]
    starting_at_offset: Offset
    duration: Span | None = None
    entitled: StrictBool | None = None
    type: Annotated[Literal["OVERWRITE", "MULTIPLIER", "TIERED"], AnyCase] | None = None
    multiplier: NotNegative | None = None
    overwrite_rate: OverwriteRate | None = None
    tiers: list[MultiplierTier] | None = Field(default=None, min_length=1)
    priority: Positive | None = None
    is_commit_specific: StrictBool | None = None
    target: RateChoice | None = None
