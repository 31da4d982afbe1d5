"""The body of POST /v1/packages/create as a whole: its own fields and the lists of terms.

Comes in and goes out: see the package. Never here: the fields of a kind of term.
Source: SDK 4.12 `package_create_params.PackageCreateParams`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StrictStr, StringConstraints

from pkgplan.engine.fields import (
    AnyCase,
    BillingProvider,
    Body,
    DeliveryMethod,
    EntityId,
    Frequency,
    HourInstant,
    NonEmpty,
    Number,
)
from pkgplan.engine.payloads.balances import Commit, Credit, ScheduledCharge
from pkgplan.engine.payloads.overrides import Override
from pkgplan.engine.payloads.recurring import Recurring, RecurringCommit, RecurringCredit
from pkgplan.engine.payloads.shared import Offset, Span
from pkgplan.engine.payloads.subscriptions import Subscription
from pkgplan.engine.payloads.thresholds import (
    PrepaidBalanceThreshold,
    SpendThreshold,
    SpendTracker,
    Threshold,
)


class PackageAlias(Body):
    """An alias and its window, half-open, UTC."""

    name: NonEmpty
    starting_at: HourInstant | None = None
    ending_before: HourInstant | None = None


# Each of them is a take-over of its own, and shown in every list.
MAX_WINDOWS: Final = 1000
Windows = Annotated[list[PackageAlias], Field(max_length=MAX_WINDOWS)]


class UsageStatementSchedule(Body):
    """When usage invoices are cut."""

    frequency: Frequency
    day: Annotated[Literal["FIRST_OF_MONTH", "CONTRACT_START", "CUSTOM_DATE"], AnyCase] | None = None
    invoice_generation_starting_at_offset: Offset | None = None


class PackageCreate(Body):
    """`CreatePackagePayload`."""

    name: StrictStr
    uniqueness_key: Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)] | None = None
    contract_name: StrictStr | None = None
    aliases: Windows = Field(default_factory=list)
    duration: Span | None = None
    net_payment_terms_days: Number | None = None
    rate_card_id: EntityId | None = None
    rate_card_alias: NonEmpty | None = None
    billing_provider: BillingProvider | None = None
    delivery_method: DeliveryMethod | None = None
    multiplier_override_prioritization: (
        Annotated[Literal["LOWEST_MULTIPLIER", "EXPLICIT"], AnyCase] | None
    ) = None
    scheduled_charges_on_usage_invoices: Literal["ALL"] | None = None
    usage_statement_schedule: UsageStatementSchedule | None = None
    commits: list[Commit] = Field(default_factory=list)
    credits: list[Credit] = Field(default_factory=list)
    recurring_commits: list[RecurringCommit] = Field(default_factory=list)
    recurring_credits: list[RecurringCredit] = Field(default_factory=list)
    subscriptions: list[Subscription] = Field(default_factory=list)
    scheduled_charges: list[ScheduledCharge] = Field(default_factory=list)
    overrides: list[Override] = Field(default_factory=list)
    spend_threshold_configuration: SpendThreshold | None = None
    prepaid_balance_threshold_configuration: PrepaidBalanceThreshold | None = None
    spend_trackers: list[SpendTracker] = Field(default_factory=list)

    @property
    def recurring(self) -> list[Recurring]:
        """Recurring commits, then recurring credits."""
        return [*self.recurring_commits, *self.recurring_credits]

    @property
    def thresholds(self) -> list[Threshold]:
        """The threshold configurations that there are."""
        given = (self.spend_threshold_configuration, self.prepaid_balance_threshold_configuration)
        return [threshold for threshold in given if threshold is not None]
