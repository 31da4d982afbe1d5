"""Values of the catalog in the API's spelling.

Comes in: parsed field values. Goes out: JSON values. Never here: a field of a particular term.
Source: SDK `PackageCreateParams` (typed params take enums in capitals; billing provider and delivery method in
lower case), METRONOME guide on currencies for amounts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.catalog.applicability import Rounding, Specifier
    from pkgplan.model.units import RelativeDate
    from pkgplan.stages.compile.references import Ids


def present(**fields: JsonValue) -> JsonObject:
    """The fields that have a value; what the author left out is not sent."""
    return {name: value for name, value in fields.items() if value is not None and value not in ([], {})}


def capitals(choice: str | None) -> str | None:
    """An enum value in the API's spelling."""
    return None if choice is None else choice.upper()


def number(value: int | Decimal | None) -> int | Decimal | None:
    """A plain number; whole ones as integers, so that 1.0 and 1 are one thing."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def span(value: RelativeDate | None) -> JsonObject | None:
    """`{value, unit}`. Units: DAYS, WEEKS, MONTHS, YEARS or PERIODS."""
    return None if value is None else value.to_api()


def rounding(value: Rounding | None) -> JsonObject | None:
    """`{rounding_method, decimal_places}`; places count in the unit that is stored (cents for USD)."""
    if value is None:
        return None
    return present(rounding_method=capitals(value.rounding_method), decimal_places=value.decimal_places)


def product_ids(keys: tuple[str, ...], ids: Ids) -> list[JsonValue]:
    """Ids of a set of products, in the order of their keys so that the order written means nothing."""
    return [ids.product(key) for key in sorted(set(keys))]


def tags(names: tuple[str, ...]) -> list[JsonValue]:
    """A set of tags, sorted."""
    return [*sorted(set(names))]


def specifiers(items: tuple[Specifier, ...], ids: Ids) -> list[JsonValue]:
    """Commit specifiers: alternatives in the order written, each the conjunction of its fields."""
    return [
        present(
            product_id=None if item.product is None else ids.product(item.product),
            product_tags=tags(item.product_tags),
            pricing_group_values=dict(sorted(item.pricing_group_values.items())),
            presentation_group_values=dict(sorted(item.presentation_group_values.items())),
        )
        for item in items
    ]
