"""Values of the catalog in the API's spelling.

Comes in: parsed field values. Goes out: JSON values. Never here: a field of a particular term.
Source: SDK `PackageCreateParams` (typed params take enums in capitals; billing provider and delivery method in
lower case), METRONOME guide on currencies for amounts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pkgplan.model.units import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.catalog.applicability import Applicability, Rounding, Specifier
    from pkgplan.model.units import RelativeDate
    from pkgplan.stages.compile.references import Ids


def present(**fields: JsonValue) -> JsonObject:
    """The fields that have a value; what the author left out is not sent. `False` and 0 are values."""
    return {name: value for name, value in fields.items() if value is not None and value not in ([], {})}


def capitals(choice: str | None) -> str | None:
    """An enum value in the API's spelling."""
    return None if choice is None else choice.upper()


def number(value: int | Decimal | None) -> int | Decimal | None:
    """A plain number; whole ones as integers, so that 1.0 and 1 are one thing."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def amount(value: Money | int | Decimal | None) -> int | Decimal | None:
    """Money as the API counts it (cents for USD, whole units for all else), or a plain number."""
    return value.to_api() if isinstance(value, Money) else number(value)


def credit_type(values: Iterable[Money | int | Decimal | None], ids: Ids) -> str | None:
    """The id of the unit that amounts are in; None where none of them is money. Checks see to it that it is one."""
    units = (value.unit for value in values if isinstance(value, Money))
    unit = next(units, None)
    return None if unit is None else ids.credit_type(unit)


def span(value: RelativeDate | None) -> JsonObject | None:
    """`{value, unit}`. Units: DAYS, WEEKS, MONTHS, YEARS or PERIODS."""
    return None if value is None else value.to_api()


def rounding(value: Rounding | None) -> JsonObject | None:
    """`{rounding_method, decimal_places}`; places count in the unit that is stored (cents for USD)."""
    if value is None:
        return None
    return present(rounding_method=capitals(value.rounding_method), decimal_places=value.decimal_places)


def tags(names: tuple[str, ...]) -> list[JsonValue]:
    """A set of tags or term keys, sorted so that the order written means nothing."""
    return [*sorted(set(names))]


def by_name(values: Mapping[str, str]) -> JsonObject:
    """Free text by name, such as custom fields, in the order of the names."""
    return dict(sorted(values.items()))


def applicability(term: Applicability, ids: Ids) -> JsonObject:
    """What a commit or credit pays for; products in the order of their keys."""
    return present(
        applicable_product_ids=[ids.product(key) for key in sorted(set(term.applicable_products))],
        applicable_product_tags=tags(term.applicable_product_tags),
        specifiers=[_specifier(item, ids) for item in term.specifiers],
        rate_type=capitals(term.rate_type),
    )


def _specifier(item: Specifier, ids: Ids) -> JsonObject:
    """One of several alternatives, which stay in the order written; its fields are a conjunction."""
    return present(
        product_id=None if item.product is None else ids.product(item.product),
        product_tags=tags(item.product_tags),
        pricing_group_values=by_name(item.pricing_group_values),
        presentation_group_values=by_name(item.presentation_group_values),
    )
