"""The fields of request bodies: numbers, enums, instants, and what JSON objects of the API have in common.

Comes in: values as `parse_json` gives them. Goes out: pydantic types for `payloads.py`.
Never here: floats, or which object has which field. Units: amounts are the API's, cents for USD.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    StrictStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from pkgplan.engine.findings import Findings
from pkgplan.model.canonical import fits_double
from pkgplan.model.units import Instant, format_instant, on_the_hour, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.functional_validators import ModelWrapValidatorHandler

    from pkgplan.model.canonical import JsonObject

# With more, a number that a double can hold has digits that no amount has, and each of them would be kept.
_MAX_DECIMAL_PLACES = 340


def _number(value: object) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be number")  # noqa: TRY004 - pydantic collects ValueError
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_MAX_DECIMAL_PLACES or not fits_double(number):
        raise ValueError("must be a number that a double can hold")
    return int(number) if number == number.to_integral_value() else number


def _whole(value: object) -> int:
    number = _number(value)
    if not isinstance(number, int):
        raise ValueError("must be integer")  # noqa: TRY004 - pydantic collects ValueError
    return number


def _not_negative(number: int | Decimal) -> int | Decimal:
    if number < 0:
        raise ValueError("must be >= 0")
    return number


def _fraction(number: int | Decimal) -> int | Decimal:
    if not 0 <= number <= 1:
        raise ValueError("must be between 0 and 1")
    return number


def _decimal_places(number: int) -> int:
    if not -5 <= number <= 5:
        raise ValueError("must be between -5 and 5")
    return number


def _positive(number: int | Decimal) -> int | Decimal:
    if number <= 0:
        raise ValueError("must be > 0")
    return number


def _json(value: object) -> object:
    """What is kept as it is still has to be JSON, and to survive the way back."""
    if isinstance(value, dict):
        return {str(name): _json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_json(inner) for inner in value]
    return value if value is None or isinstance(value, str | bool) else _number(value)


def _upper(value: object) -> object:
    """Most enums are taken in upper and in lower case, never in a mix."""
    return value.upper() if isinstance(value, str) and value.islower() else value


def _upper_of_three(value: object) -> object:
    """A few enums are taken as `Sum`, too."""
    return value.upper() if isinstance(value, str) and value == value.capitalize() else _upper(value)


def _instant(value: object) -> Instant:
    """Any instant; only starts and ends of windows have to be full hours. A date alone is none."""
    if not isinstance(value, str):
        raise ValueError("must be string")  # noqa: TRY004 - pydantic collects ValueError
    if "T" not in value.upper():
        raise ValueError('must match format "date-time"')
    return parse_instant(value)


def _instant_on_the_hour(value: object) -> Instant:
    instant = _instant(value)
    if not on_the_hour(instant):
        raise ValueError(f'must be a full hour, "{value}" is not')
    return instant


# What the published description says of a type, where pydantic cannot know it.
_A_NUMBER = WithJsonSchema({"type": "number"})
_AN_INTEGER = WithJsonSchema({"type": "integer"})
_AN_INSTANT = WithJsonSchema({"type": "string", "format": "date-time"})

Number = Annotated[int | Decimal, PlainValidator(_number), _A_NUMBER]
NotNegative = Annotated[
    Number, AfterValidator(_not_negative), WithJsonSchema({"type": "number", "minimum": 0})
]
Positive = Annotated[
    Number, AfterValidator(_positive), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
]
Fraction = Annotated[
    Number, AfterValidator(_fraction), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})
]
Whole = Annotated[int, PlainValidator(_whole), _AN_INTEGER]
WholeNotNegative = Annotated[
    Whole, AfterValidator(_not_negative), WithJsonSchema({"type": "integer", "minimum": 0})
]
WholePositive = Annotated[Whole, AfterValidator(_positive), WithJsonSchema({"type": "integer", "minimum": 1})]
DecimalPlaces = Annotated[
    Whole, AfterValidator(_decimal_places), WithJsonSchema({"type": "integer", "minimum": -5, "maximum": 5})
]
NonEmpty = Annotated[StrictStr, StringConstraints(min_length=1)]
# Of what other things are shown with: their answers repeat it, a thousand times over.
Label = Annotated[StrictStr, StringConstraints(min_length=1, max_length=500)]
EntityId = NonEmpty
HourInstant = Annotated[
    Instant, PlainValidator(_instant_on_the_hour), PlainSerializer(format_instant), _AN_INSTANT
]
AnyInstant = Annotated[Instant, PlainValidator(_instant), PlainSerializer(format_instant), _AN_INSTANT]
AnyCase = BeforeValidator(_upper)
AnyOfThreeCases = BeforeValidator(_upper_of_three)
FreeObject = Annotated[dict[StrictStr, Any], AfterValidator(_json)]
CustomFields = dict[StrictStr, Annotated[StrictStr, StringConstraints(max_length=200)]]
Texts = list[StrictStr]
TextMap = dict[StrictStr, StrictStr]

Frequency = Annotated[Literal["MONTHLY", "QUARTERLY", "ANNUAL", "WEEKLY"], AnyCase]
Recurrence = Annotated[Literal["MONTHLY", "QUARTERLY", "ANNUAL", "WEEKLY", "DAILY"], AnyCase]
RateChoice = Annotated[Literal["COMMIT_RATE", "LIST_RATE"], AnyCase]
AccessType = Annotated[Literal["SPEND", "QUANTITY"], AnyCase]
InvoiceBehavior = Annotated[Literal["BILL_IMMEDIATELY", "BILL_ON_NEXT_COLLECTION_DATE"], AnyCase]
# These two are in small letters only. Configurations can be set for more providers than contracts can name.
BillingProvider = Literal["aws_marketplace", "azure_marketplace", "gcp_marketplace", "stripe", "netsuite"]
DeliveryMethod = Literal["direct_to_billing_provider", "aws_sqs", "tackle", "aws_sns"]


class Body(BaseModel):
    """A JSON object of the API."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    # The few fields for which the vendor's description allows null.
    NULLABLE: ClassVar[frozenset[str]] = frozenset()
    # Whether the SDK leaves a body out that has nothing to say.
    MAY_BE_ABSENT: ClassVar[bool] = False

    @model_validator(mode="before")
    @classmethod
    def _no_nulls(cls, value: object) -> object:
        if value is None and cls.MAY_BE_ABSENT:
            return {}
        if isinstance(value, dict):
            for name in cls.model_fields:
                if name in value and value[name] is None and name not in cls.NULLABLE:
                    raise ValueError(f"property '{name}' must not be null")
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _counted(cls, value: object, check: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Leave out findings that nobody needs: others have been kept, for which the input is refused anyway."""
        findings = info.context
        if not isinstance(findings, Findings):
            return check(value)
        kept = findings.kept
        try:
            return check(value)
        except ValidationError as error:
            if not findings.drops(error, kept_before=kept):
                raise
        return cls.__new__(cls)  # which nobody looks at

    def parts(self) -> Iterator[Body]:
        """This object and every object inside it, in the order of their fields."""
        yield self
        for name in type(self).model_fields:
            value = getattr(self, name)
            for each in value if isinstance(value, list) else (value,):
                if isinstance(each, Body):
                    yield from each.parts()

    def to_json(self) -> JsonObject:
        """The fields that were given, in the API's spelling."""
        return cast("JsonObject", self.model_dump(exclude_unset=True))


class ClosedBody(Body):
    """A JSON object of the API that takes the fields listed and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid")
