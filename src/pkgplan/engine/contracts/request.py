"""The body of a contract's creation.

Comes in and goes out: see `payloads`. Never here: rules that need the store.
Source: POST /v1/contracts/create; SDK `contract_create_params.ContractCreateParams`. Unknown fields are kept, since
with a package each one is refused by its name.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    StrictStr,
    StringConstraints,
    model_validator,
)

from pkgplan.engine.faults import refused
from pkgplan.engine.fields import (
    AnyCase,
    AnyInstant,
    BillingProvider,
    Body,
    CustomFields,
    DeliveryMethod,
    EntityId,
    Frequency,
    NonEmpty,
    Number,
)
from pkgplan.model.units import Instant, on_the_hour

_BESIDE_A_PACKAGE: Final = frozenset(
    {
        "customer_id",
        "starting_at",
        "package_id",
        "package_alias",
        "uniqueness_key",
        "transition",
        "custom_fields",
    }
)
# What a contract can have in the API and gets here from a package only, or not at all.
_FROM_PACKAGES_ONLY: Final = (
    "commits",
    "credits",
    "discounts",
    "hierarchy_configuration",
    "overrides",
    "prepaid_balance_threshold_configuration",
    "professional_services",
    "recurring_commits",
    "recurring_credits",
    "reseller_royalties",
    "revenue_system_configuration",
    "scheduled_charges",
    "spend_threshold_configuration",
    "spend_trackers",
    "subscriptions",
    "usage_filter",
)
_MAX_REPORTED: Final = 5


def _on_a_boundary(instant: Instant) -> Instant:
    if not on_the_hour(instant):
        raise ValueError("is required to be on an hour boundary")
    return instant


# An instant at which a contract may begin or end. The wording follows the API's for dates of products.
Boundary = Annotated[AnyInstant, AfterValidator(_on_a_boundary)]
UniquenessKey = Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)]


class StatementSchedule(Body):
    """When usage invoices are cut."""

    frequency: Frequency
    day: Annotated[Literal["FIRST_OF_MONTH", "CONTRACT_START", "CUSTOM_DATE"], AnyCase] = "FIRST_OF_MONTH"
    billing_anchor_date: Boundary | None = None
    invoice_generation_starting_at: AnyInstant | None = None

    @model_validator(mode="after")
    def _anchored(self) -> StatementSchedule:
        if self.day == "CUSTOM_DATE" and self.billing_anchor_date is None:
            raise ValueError("must have required property 'billing_anchor_date' with day CUSTOM_DATE")
        return self


class BillingProviderConfiguration(Body):
    """Either an id, or provider and delivery method."""

    billing_provider_configuration_id: EntityId | None = None
    billing_provider: BillingProvider | None = None
    delivery_method: DeliveryMethod | None = None


class FutureInvoiceBehavior(Body):
    """What becomes of invoices that the old contract would still have got."""

    trueup: Annotated[Literal["REMOVE", "AS_IS"], AnyCase] | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_nulls(cls, value: object) -> object:
        """`trueup` is the one field that may be null."""
        return value


class Transition(Body):
    """Which contract this one renews."""

    type: Annotated[Literal["RENEWAL"], AnyCase]
    from_contract_id: EntityId
    future_invoice_behavior: FutureInvoiceBehavior | None = None


class ContractBlock(Body):
    """A contract without its customer: what creating a customer and a contract in one call takes."""

    model_config = ConfigDict(frozen=True, extra="allow")

    starting_at: Boundary
    ending_before: Boundary | None = None
    package_id: EntityId | None = None
    package_alias: NonEmpty | None = None
    name: StrictStr | None = None
    rate_card_id: EntityId | None = None
    rate_card_alias: NonEmpty | None = None
    net_payment_terms_days: Number | None = None
    multiplier_override_prioritization: (
        Annotated[Literal["LOWEST_MULTIPLIER", "EXPLICIT"], AnyCase] | None
    ) = None
    scheduled_charges_on_usage_invoices: Literal["ALL"] | None = None
    usage_statement_schedule: StatementSchedule | None = None
    billing_provider_configuration: BillingProviderConfiguration | None = None
    uniqueness_key: UniquenessKey | None = None
    custom_fields: CustomFields | None = None
    transition: Transition | None = None

    @property
    def is_from_package(self) -> bool:
        """Whether a package says what the contract is."""
        return self.package_id is not None or self.package_alias is not None


class ContractCreate(ContractBlock):
    """`CreateContractPayload`."""

    customer_id: EntityId


def check(body: ContractBlock) -> None:
    """What fields may stand together; raises EngineError 400 that names the ones that may not."""
    given = {**dict.fromkeys(body.model_fields_set), **(body.model_extra or {})}
    if body.is_from_package:
        _check_beside_package(body, sorted(given.keys() - _BESIDE_A_PACKAGE))
        return
    inline = [name for name in _FROM_PACKAGES_ONLY if name in given]
    if inline:
        raise refused(
            f"{', '.join(inline)}: the offline engine takes the terms of a contract from a package only; "
            "create a package with these terms and provision it with package_id or package_alias"
        )
    if body.rate_card_id is not None and body.rate_card_alias is not None:
        raise refused("must not specify both rate_card_id and rate_card_alias")
    if body.ending_before is not None and body.ending_before <= body.starting_at:
        raise refused("ending_before must be after starting_at")
    _check_provider(body.billing_provider_configuration)


def _check_beside_package(body: ContractBlock, others: list[str]) -> None:
    if body.package_id is not None and body.package_alias is not None:
        raise refused("package_id and package_alias are mutually exclusive")
    if others:
        raise refused(
            f"{', '.join(others[:_MAX_REPORTED])} cannot be specified together with package_id or package_alias; only "
            "customer_id, starting_at, package_id, package_alias, uniqueness_key, transition and custom_fields are"
            " allowed"
        )


def _check_provider(provider: BillingProviderConfiguration | None) -> None:
    if provider is None:
        return
    by_name = (provider.billing_provider, provider.delivery_method)
    by_id = provider.billing_provider_configuration_id is not None
    if by_id == any(by_name) or (not by_id and not all(by_name)):
        raise refused(
            "billing_provider_configuration must specify either billing_provider_configuration_id, or "
            "billing_provider and delivery_method"
        )
