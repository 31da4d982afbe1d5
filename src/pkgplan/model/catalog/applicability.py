"""What a commit or credit pays for, and how its amounts are rounded.

Comes in: the fields that recurring and one-off commits and credits share. Goes out: models for those terms.
Never here: a term of its own.
Source: SDK `shared_params.CommitSpecifierInput`, `package_create_params.*ProrationRounding*`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pkgplan.model.catalog.fields import CatalogModel, GroupValues, Key, Name, RoundingMethod, Several

RateChoice = Literal["commit_rate", "list_rate"]


class Specifier(CatalogModel):
    """One filter of usage; all of its fields must match."""

    product: Key | None = Field(
        default=None,
        description="The key of the one Product whose usage matches.",
        examples=["input-tokens"],
    )
    product_tags: Several[Name] = Field(
        default=(),
        description="Tags; products that carry all of them match.",
        examples=[["tokens"]],
    )
    pricing_group_values: GroupValues = Field(
        default_factory=dict,
        description="Values of the product's pricing group keys that the usage must have, by key.",
        examples=[{"model": "gnome-large"}],
    )
    presentation_group_values: GroupValues = Field(
        default_factory=dict,
        description="Values of the product's presentation group keys that the usage must have, by key.",
        examples=[{"project": "research"}],
    )


class Applicability(CatalogModel):
    """The charges that a commit or credit pays for, and at which rate."""

    applicable_products: Several[Key] = Field(
        default=(),
        description="Keys of the Products whose charges the commit or credit pays for. Without this, tags or "
        "specifiers: all products.",
        examples=[["input-tokens", "output-tokens"]],
    )
    applicable_product_tags: Several[Name] = Field(
        default=(),
        description="Tags; the commit or credit pays for charges of products that carry one of them.",
        examples=[["tokens"]],
    )
    specifiers: Several[Specifier] = Field(
        default=(),
        description="Filters of the usage that the commit or credit pays for; usage that matches one of them "
        "counts. Not together with `applicable_products` or `applicable_product_tags`.",
        examples=[[{"product": "input-tokens", "pricing_group_values": {"model": "gnome-large"}}]],
    )
    rate_type: RateChoice | None = Field(
        default=None,
        description="Whether usage that the commit or credit pays for is priced at the rate card's "
        "`commit_rate` or its `list_rate`. Metronome takes `list_rate` if it is left out.",
        examples=["list_rate"],
    )


class Rounding(CatalogModel):
    """How a prorated amount is rounded."""

    rounding_method: RoundingMethod = Field(
        description="The direction: `half_up`, `floor` (down) or `ceiling` (up).",
        examples=["half_up"],
    )
    decimal_places: int = Field(
        ge=-5,
        le=5,
        description="Digits kept after the point, in the unit that Metronome stores: cents for USD, whole "
        "units for all else. So 0 rounds USD to a cent and -2 to a dollar. From -5 to 5.",
        examples=[0],
    )
