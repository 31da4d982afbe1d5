"""The objects that several kinds of terms are made of: spans, rounding, pricing units, what a balance pays for.

Comes in and goes out: see the package. Never here: objects of one kind of term.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pkgplan.engine.fields import (
    AnyCase,
    Body,
    DecimalPlaces,
    EntityId,
    RateChoice,
    TextMap,
    Texts,
    WholeNotNegative,
    WholePositive,
)


class Offset(Body):
    """`RelativeDate` counted from the start of a contract."""

    value: WholeNotNegative
    unit: Literal["DAYS", "WEEKS", "MONTHS", "YEARS"]


class Span(Body):
    """`RelativeDate` as a length."""

    value: WholePositive
    unit: Literal["DAYS", "WEEKS", "MONTHS", "YEARS"]


class Rounding(Body):
    """`ProrationRoundingConfig`. Units: decimal places of the stored unit, so -2 on USD is whole dollars."""

    rounding_method: Annotated[Literal["HALF_UP", "FLOOR", "CEILING"], AnyCase]
    decimal_places: DecimalPlaces


class InUnit(Body):
    """Whatever holds amounts. Units: cents if the pricing unit is USD, which it is if left out; else whole units."""

    credit_type_id: EntityId | None = None


class Excluded(Body):
    """`ExcludeSpecifier`: tags that keep a product out. In the vendor's description, not in the SDK."""

    product_tags: Texts | None = None


class Specifier(Body):
    """`CommitSpecifierInput`: which usage is meant; the fields AND, the items of the list OR."""

    product_id: EntityId | None = None
    product_tags: Texts | None = None
    pricing_group_values: TextMap | None = None
    presentation_group_values: TextMap | None = None
    exclude: list[Excluded] | None = None


class DrawnDown(Body):
    """What a balance pays for, and at which rate; the fields that all commits and credits have in common."""

    applicable_product_ids: list[EntityId] | None = None
    applicable_product_tags: Texts | None = None
    specifiers: list[Specifier] | None = None
    rate_type: RateChoice | None = None
