"""What usage a credit or commit pays for: specifiers, and how its amounts are rounded.

Comes in: the fields that recurring and one-off grants share. Goes out: models for those terms.
Never here: a term of its own.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pkgplan.model.catalog.fields import CatalogModel, Key, Name, RoundingMethod, Several

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
    pricing_group_values: dict[str, str] = Field(
        default_factory=dict,
        description="Values of the product's pricing group keys that the usage must have, by key.",
        examples=[{"model": "gnome-large"}],
    )
    presentation_group_values: dict[str, str] = Field(
        default_factory=dict,
        description="Values of the product's presentation group keys that the usage must have, by key.",
        examples=[{"project": "research"}],
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
