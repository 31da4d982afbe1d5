"""The shapes of request bodies: which fields exist, of which type, in which spelling.

Comes in: a JSON body. Goes out: a frozen model with enums in the API's upper-case spelling and numbers as int
or Decimal, or a 400 that names the fields. Never here: rules that need two fields, or what is in the store.
Unknown fields are ignored, as the API does; null is refused, because the API has no nullable input.
Source: POST /v1/packages/create, SDK 4.12 `package_create_params`, OpenAPI description for the spellings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import Field, StrictBool, StrictStr, StringConstraints, ValidationError, model_validator

from pkgplan.engine.faults import refused
from pkgplan.engine.fields import (
    AnyCase,
    Body,
    DecimalPlaces,
    EntityId,
    Fraction,
    Frequency,
    HourInstant,
    InvoiceBehavior,
    NonEmpty,
    NotNegative,
    Number,
    Recurrence,
    Whole,
    WholeNotNegative,
)

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject

_MAX_REPORTED: Final = 5


class Offset(Body):
    """`RelativeDate` counted from the start of a contract."""

    value: WholeNotNegative
    unit: Literal["DAYS", "WEEKS", "MONTHS", "YEARS"]


class Span(Body):
    """`RelativeDate` as a length."""

    value: Whole
    unit: Literal["DAYS", "WEEKS", "MONTHS", "YEARS"]

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.value <= 0:
            raise ValueError("property 'value' must be > 0")
        return self


class Rounding(Body):
    """`ProrationRoundingConfig`. Units: decimal places of the stored unit, so -2 on USD is whole dollars."""

    rounding_method: Annotated[Literal["HALF_UP", "FLOOR", "CEILING"], AnyCase]
    decimal_places: DecimalPlaces


class PackageAlias(Body):
    """An alias and its window, half-open, UTC."""

    name: NonEmpty
    starting_at: HourInstant | None = None
    ending_before: HourInstant | None = None


class UsageStatementSchedule(Body):
    """When usage invoices are cut."""

    frequency: Frequency
    day: Annotated[Literal["FIRST_OF_MONTH", "CONTRACT_START", "CUSTOM_DATE"], AnyCase] | None = None
    invoice_generation_starting_at_offset: Offset | None = None


class AccessAmount(Body):
    """What one period grants: unit_price x quantity. Units: cents for USD, whole units for all else."""

    unit_price: Number
    quantity: Number | None = None
    credit_type_id: EntityId | None = None
    access_type: Annotated[Literal["SPEND", "QUANTITY"], AnyCase] | None = None


class CommitDuration(Body):
    """How many recurrence periods a grant lives."""

    value: Number
    unit: Annotated[Literal["PERIODS"], AnyCase] = "PERIODS"


class Specifier(Body):
    """`CommitSpecifierInput`: which usage draws down; the fields AND, the items of the list OR."""

    product_id: EntityId | None = None
    product_tags: list[StrictStr] | None = None
    pricing_group_values: dict[StrictStr, StrictStr] | None = None
    presentation_group_values: dict[StrictStr, StrictStr] | None = None


class SeatIncrease(Body):
    """What a seat added inside a period is granted."""

    is_prorated: StrictBool


class SubscriptionConfig(Body):
    """Ties a recurring credit to a subscription of the same payload."""

    subscription_id: StrictStr
    apply_seat_increase_config: SeatIncrease
    allocation: Literal["INDIVIDUAL", "POOLED"] | None = None


class RecurringRounding(Body):
    """Rounding of prorated grants."""

    access: Rounding | None = None


class RecurringCredit(Body):
    """`RecurringCreditTemplateInput`."""

    product_id: EntityId
    access_amount: AccessAmount
    priority: Number
    commit_duration: CommitDuration
    starting_at_offset: Offset
    duration: Span | None = None
    recurrence_frequency: Recurrence | None = None
    proration: Annotated[Literal["NONE", "FIRST", "LAST", "FIRST_AND_LAST"], AnyCase] | None = None
    proration_rounding: RecurringRounding | None = None
    name: NonEmpty | None = None
    description: StrictStr | None = None
    rollover_fraction: Fraction | None = None
    rate_type: Annotated[Literal["COMMIT_RATE", "LIST_RATE"], AnyCase] | None = None
    applicable_product_ids: list[EntityId] | None = None
    applicable_product_tags: list[StrictStr] | None = None
    specifiers: list[Specifier] | None = None
    subscription_config: SubscriptionConfig | None = None
    temporary_id: StrictStr | None = None


class SubscriptionRate(Body):
    """Product and frequency, which together name a rate of the rate card."""

    product_id: EntityId
    billing_frequency: Frequency


class SubscriptionProration(Body):
    """How quantity changes inside a period are billed."""

    is_prorated: StrictBool | None = None
    invoice_behavior: InvoiceBehavior | None = None
    rounding: Rounding | None = None


class BillingCycleConfig(Body):
    """On which invoice the subscription is placed."""

    invoice_placement: Annotated[Literal["ON_USAGE_INVOICE", "ON_SCHEDULED_INVOICE"], AnyCase] | None = None


class SeatConfig(Body):
    """What identifies a seat, and how many unassigned seats there are at the start."""

    seat_group_key: StrictStr
    initial_unassigned_seats: NotNegative | None = None


class Subscription(Body):
    """`SubscriptionTemplateInput`."""

    subscription_rate: SubscriptionRate
    collection_schedule: Annotated[Literal["ADVANCE", "ARREARS"], AnyCase]
    proration: SubscriptionProration
    name: StrictStr | None = None
    description: StrictStr | None = None
    initial_quantity: NotNegative | None = None
    starting_at_offset: Offset | None = None
    duration: Span | None = None
    quantity_management_mode: Annotated[Literal["QUANTITY_ONLY", "SEAT_BASED"], AnyCase] | None = None
    seat_config: SeatConfig | None = None
    billing_cycle_config: BillingCycleConfig | None = None
    custom_fields: dict[StrictStr, Annotated[StrictStr, StringConstraints(max_length=200)]] | None = None
    temporary_id: StrictStr | None = None


class PackageCreate(Body):
    """The body of POST /v1/packages/create, as far as this engine knows terms."""

    name: StrictStr
    uniqueness_key: Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)] | None = None
    contract_name: StrictStr | None = None
    aliases: list[PackageAlias] = Field(default_factory=list)
    duration: Span | None = None
    net_payment_terms_days: Number | None = None
    rate_card_id: EntityId | None = None
    rate_card_alias: NonEmpty | None = None
    billing_provider: (
        Literal["aws_marketplace", "azure_marketplace", "gcp_marketplace", "stripe", "netsuite"] | None
    ) = None
    delivery_method: Literal["direct_to_billing_provider", "aws_sqs", "tackle", "aws_sns"] | None = None
    multiplier_override_prioritization: (
        Annotated[Literal["LOWEST_MULTIPLIER", "EXPLICIT"], AnyCase] | None
    ) = None
    scheduled_charges_on_usage_invoices: Literal["ALL"] | None = None
    usage_statement_schedule: UsageStatementSchedule | None = None
    recurring_credits: list[RecurringCredit] = Field(default_factory=list)
    subscriptions: list[Subscription] = Field(default_factory=list)


def parse_create(body: JsonObject) -> PackageCreate:
    """The body of a create call; raises EngineError 400 that names up to five fields."""
    try:
        return PackageCreate.model_validate(body)
    except ValidationError as error:
        findings = error.errors(include_url=False, include_context=True)
        lines = [
            _sentence(finding["loc"], finding["type"], finding["msg"]) for finding in findings[:_MAX_REPORTED]
        ]
        raise refused("; ".join(lines)) from None


def _sentence(route: tuple[int | str, ...], kind: str, message: str) -> str:
    """One finding the way the API's schema checker words it: `body/name must be string`."""
    if kind == "missing":
        return f"{_pointer(route[:-1])} must have required property '{route[-1]}'"
    text = message.removeprefix("Value error, ")
    for wording in ("Input should", "String should"):
        text = text.replace(wording, "must", 1)
    text = _WORDS.get(kind, text)
    return f"{_pointer(route)} {text}"


def _pointer(route: tuple[int | str, ...]) -> str:
    return "/".join(["body", *(str(step) for step in route)])


_WORDS = {
    "string_type": "must be string",
    "bool_type": "must be boolean",
    "list_type": "must be array",
    "dict_type": "must be object",
    "model_type": "must be object",
    "model_attributes_type": "must be object",
}
