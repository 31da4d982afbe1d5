"""The field types of the catalog language: text as people write it, values as the model holds them.

Comes in: JSON values of one field. Goes out: `Money`, `RelativeDate`, aware UTC datetimes, exact numbers.
Never here: meaning that needs two fields. The `x-pkgplan` keyword says in the JSON Schema which type a field
has, so that `stages/validate/` can word an error without quoting a pattern.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, Strict, WithJsonSchema

from pkgplan.model.appearance import is_tidy
from pkgplan.model.catalog.conditions import MONEY_SCHEMA
from pkgplan.model.names import KEY_PATTERN, MAX_ENVIRONMENT, MAX_KEY, MAX_NAMESPACE
from pkgplan.model.units import (
    INSTANT_PATTERN,
    Instant,
    Money,
    RelativeDate,
    parse_instant,
)

T = TypeVar("T")

CALENDAR_UNITS: Final = ("day", "week", "month", "year")
# Nothing lasts more than a century; a day more is a slip of the finger.
MAX_SPAN: Final = {"day": 36525, "week": 5217, "month": 1200, "year": 100, "period": 36525}
MAX_CUSTOM_FIELD: Final = 200
MAX_PACKAGE_ID: Final = 128
RULE_CODE_PATTERN: Final = r"^PKG[0-9]{3}$(?!\n)"
# What a pattern can say of a name: words with one blank between them. Forms and what is not drawn it cannot.
NAME_PATTERN: Final = r"^\S+( \S+)*$(?!\n)"
NAME_OR_NOTHING_PATTERN: Final = r"^(\S+( \S+)*)?$(?!\n)"


class CatalogModel(BaseModel):
    """A mapping of the catalog language: immutable, no unknown keys, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _money(value: object) -> Money:
    if isinstance(value, Money):
        return value
    if not isinstance(value, str):
        raise ValueError(f'{value!r} is not an amount like "10.00 USD"')  # noqa: TRY004 - pydantic wants ValueError
    money = Money.parse(value)
    if money.amount < 0:
        raise ValueError(f'"{value}" is less than nothing')
    return money


def _price(value: object) -> Money | int | Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _finite(value)
    return _money(value)


def _span(value: object) -> RelativeDate:
    if isinstance(value, RelativeDate):
        return value
    if isinstance(value, str):
        return RelativeDate.parse(value)
    span = RelativeDate.from_api(value) if isinstance(value, dict) else None
    if span is None:
        raise ValueError(f'{value!r} is not a span like "3 months"')
    return span


def _calendar_span(value: object) -> RelativeDate:
    span = _span(value)
    if span.unit not in CALENDAR_UNITS:
        raise ValueError(f'"{span}" is not a span of days, weeks, months or years')
    return _at_most_a_century(span)


def _duration(value: object) -> RelativeDate:
    return _not_empty(_calendar_span(value))


def _periods(value: object) -> RelativeDate:
    span = _span(value)
    if span.unit != "period":
        raise ValueError(f'"{span}" is not a number of periods like "1 period"')
    return _not_empty(_at_most_a_century(span))


def _not_empty(span: RelativeDate) -> RelativeDate:
    if span.value < 1:
        raise ValueError(f'"{span}" is no time at all')
    return span


def _at_most_a_century(span: RelativeDate) -> RelativeDate:
    if not 0 <= span.value <= MAX_SPAN[span.unit]:
        raise ValueError(f'"{span}" is not between 0 and {MAX_SPAN[span.unit]} {span.unit}s')
    return span


def _instant(value: object) -> Instant:
    if isinstance(value, Instant):
        return value
    if not isinstance(value, str):
        raise ValueError(f'{value!r} is not an instant like "2026-02-01"')  # noqa: TRY004 - pydantic wants ValueError
    return parse_instant(value)


def _finite(value: int | Decimal) -> int | Decimal:
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} is not a finite number")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("the text is blank")
    return value


def _tidy(value: str) -> str:
    if not is_tidy(_not_blank(value)):
        raise ValueError("the name is not typed as it looks")
    return value


def _tidy_or_empty(value: str) -> str:
    return _tidy(value) if value else value


def _span_schema(kind: str, *, least: int, units: tuple[str, ...]) -> WithJsonSchema:
    plural = [f"{unit}s" for unit in units]
    words = " or ".join(filter(None, [", ".join(plural[:-1]), plural[-1]]))
    as_object = {
        "type": "object",
        "description": "The span as the API has it.",
        "properties": {
            "value": {
                "type": "integer",
                "minimum": least,
                "description": f"How many {words}.",
                "examples": [1],
            },
            "unit": {
                "enum": plural + [unit.upper() for unit in plural],
                "description": f"The unit: {words}.",
                "examples": [plural[-1]],
            },
        },
        "required": ["value", "unit"],
        "additionalProperties": False,
    }
    as_text = {"type": "string", "pattern": rf"^[0-9]{{1,6}} ({'|'.join(units)})s?$(?!\n)"}
    return WithJsonSchema({"anyOf": [as_text, as_object], "x-pkgplan": kind})


MoneyField = Annotated[Money, PlainValidator(_money), WithJsonSchema(MONEY_SCHEMA)]
"""`10.00 USD`, `500 ai-credits`: a decimal number, a space, a currency or the key of a PricingUnit."""

MoneyOrNumber = Annotated[
    Money | int | Decimal,
    PlainValidator(_price),
    WithJsonSchema({"type": ["string", "number"], "x-pkgplan": "money-or-number"}),
]
"""Money, or a plain number where a sibling field says that the value counts something else."""

SpanField = Annotated[
    RelativeDate,
    PlainValidator(_calendar_span),
    _span_schema("span", least=0, units=CALENDAR_UNITS),
]
"""An offset in calendar time, 0 or more: `0 months`, `7 days`, or the API's `{value: 3, unit: MONTHS}`."""

DurationField = Annotated[
    RelativeDate,
    PlainValidator(_duration),
    _span_schema("duration", least=1, units=CALENDAR_UNITS),
]
"""A length of calendar time, 1 or more: `12 months`."""

PeriodsField = Annotated[
    RelativeDate,
    PlainValidator(_periods),
    _span_schema("periods", least=1, units=("period",)),
]
"""A number of billing periods, 1 or more: `1 period`."""

InstantField = Annotated[
    Instant,
    PlainValidator(_instant),
    WithJsonSchema({"type": "string", "pattern": INSTANT_PATTERN, "x-pkgplan": "instant"}),
]
"""A date (midnight UTC), or RFC 3339 with an offset."""

Number = Annotated[int | Decimal, AfterValidator(_finite), WithJsonSchema({"type": "number"})]
"""A finite number with every digit kept; never a bool."""

Quantity = Annotated[
    int | Decimal,
    AfterValidator(_finite),
    Field(ge=0),
    WithJsonSchema({"type": "number", "minimum": 0}),
]
"""A finite number, 0 or more."""

Positive = Annotated[
    int | Decimal,
    AfterValidator(_finite),
    Field(gt=0),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
"""A finite number above 0."""

Fraction = Annotated[
    int | Decimal,
    AfterValidator(_finite),
    Field(ge=0, le=1),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]
"""A share between 0 and 1."""

Name = Annotated[
    str,
    AfterValidator(_tidy),
    WithJsonSchema({"type": "string", "pattern": NAME_PATTERN, "x-pkgplan": "name"}),
]
"""Text by which something is found, told apart or matched, so that what it looks like is what it is.

In composed form (NFC), one blank between words and none around, and no character that nobody sees.
"""

Text = Annotated[
    str,
    AfterValidator(_not_blank),
    WithJsonSchema({"type": "string", "pattern": r"\S", "x-pkgplan": "text"}),
]
"""Text that says something, whatever it looks like: for what exists elsewhere and cannot be typed anew."""


def _key_schema(longest: int) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": KEY_PATTERN, "maxLength": longest, "x-pkgplan": "key"}
    )


# The pattern needs a look-ahead, which pydantic's regular expressions lack; so only the schema applies it.
Key = Annotated[str, Field(max_length=MAX_KEY), _key_schema(MAX_KEY)]
"""The name of a declaration or a term: lower-case letters, digits, single hyphens; at most 48 characters."""

Namespace = Annotated[str, Field(max_length=MAX_NAMESPACE), _key_schema(MAX_NAMESPACE)]
EnvironmentName = Annotated[str, Field(max_length=MAX_ENVIRONMENT), _key_schema(MAX_ENVIRONMENT)]

RuleCode = Annotated[str, WithJsonSchema({"type": "string", "pattern": RULE_CODE_PATTERN})]
"""The code of a rule, such as PKG214."""

PackageId = Annotated[
    str,
    Field(max_length=MAX_PACKAGE_ID),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9A-Za-z-]+$(?!\n)", "maxLength": MAX_PACKAGE_ID}),
]
"""The id of a package in an environment; the vendor's are UUIDs."""

CustomValue = Annotated[
    str,
    Field(max_length=MAX_CUSTOM_FIELD),
    AfterValidator(_tidy_or_empty),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": NAME_OR_NOTHING_PATTERN,
            "maxLength": MAX_CUSTOM_FIELD,
            "x-pkgplan": "value",
        }
    ),
]
"""The value of a custom field, by which other systems find the object: as a name, or empty."""

CustomFields = dict[Name, CustomValue]
"""Values of custom fields by their keys."""

GroupValues = dict[Name, str]
"""Values of group keys by key. The values are those of usage events, whose form is not ours."""

FreeObject = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": True})]
"""A mapping whose content nobody here knows; sent as it is."""

Several = Annotated[tuple[T, ...], Strict(False)]
"""A list; a tuple once parsed."""

BillingFrequency = Literal["weekly", "monthly", "quarterly", "annual"]
RoundingMethod = Literal["half_up", "floor", "ceiling"]
