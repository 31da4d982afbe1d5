"""`kind: Package`: a reusable set of contract terms, relative to the start of a contract.

Comes in: packages/<key>.yaml. Goes out: `PackageDocument`. Never here: ids, cents, or the terms' own models.
Source: POST /v1/packages/create, SDK type `PackageCreateParams`.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from pkgplan.model.catalog.commits import Commit, Credit
from pkgplan.model.catalog.document import Document
from pkgplan.model.catalog.fields import (
    BillingFrequency,
    CatalogModel,
    DurationField,
    InstantField,
    Key,
    Name,
    Several,
    SpanField,
)
from pkgplan.model.catalog.overrides import Override
from pkgplan.model.catalog.recurring import RecurringCommit, RecurringCredit
from pkgplan.model.catalog.scheduled_charges import ScheduledCharge
from pkgplan.model.catalog.subscriptions import Subscription
from pkgplan.model.catalog.thresholds import PrepaidBalanceThreshold, SpendThreshold, SpendTracker

# The fields of a package that map term keys to terms, in the order in which a person reads them.
TERMS: Final = (
    "commits",
    "credits",
    "recurring_commits",
    "recurring_credits",
    "subscriptions",
    "scheduled_charges",
    "overrides",
    "spend_trackers",
)

BillingProvider = Literal["aws_marketplace", "azure_marketplace", "gcp_marketplace", "stripe", "netsuite"]
DeliveryMethod = Literal["direct_to_billing_provider", "aws_sqs", "tackle", "aws_sns"]


class Alias(CatalogModel):
    """A name that stands for one package, or one rate card, at each instant."""

    name: Name = Field(
        description="The name by which contracts are created. Customers never see it.",
        examples=["Starter Plan"],
    )
    starting_at: InstantField | None = Field(
        default=None,
        description="From when the name stands for this declaration: a date (midnight UTC) or an RFC 3339 "
        "instant on a full hour. Left out: always for a first version, and from the next full "
        "hour for a later one.",
        examples=["2025-10-01", "2026-02-01T00:00:00Z"],
    )
    ending_before: InstantField | None = Field(
        default=None,
        description="Until when, the instant itself not included. Left out: until the next window of the "
        "same name begins.",
        examples=["2026-02-01"],
    )


class UsageStatementSchedule(CatalogModel):
    """When usage is invoiced."""

    frequency: BillingFrequency = Field(
        description="How often usage is invoiced.",
        examples=["monthly"],
    )
    day: Literal["first_of_month", "contract_start", "custom_date"] | None = Field(
        default=None,
        description="The day on which an invoice period starts. Metronome takes `first_of_month` if it is "
        "left out.",
        examples=["first_of_month"],
    )
    invoice_generation_starting_at_offset: SpanField | None = Field(
        default=None,
        description="How long after the start of the contract usage invoices begin. Left out: with the "
        "contract. Of use when older invoices are imported.",
        examples=["1 month"],
    )


class Retire(CatalogModel):
    """When a package stops being sold."""

    at: InstantField = Field(
        description="Once this instant has passed, a plan archives the package: contracts live on, new ones "
        "can't be made.",
        examples=["2027-01-01"],
    )


class PackageSpec(CatalogModel):
    """The terms of a package. Saying something else makes a new version, except in aliases and retirement."""

    from_: Several[Key] = Field(
        default=(),
        alias="from",
        description="Keys of PackageFragments and Packages whose specs this one starts from, left to right; "
        "what this file says counts last. Mappings are merged, all else is replaced, and a field or term "
        "set to `null` is left out. `aliases` and `retire` are never taken over.",
        examples=[["team-seats"]],
    )
    name: Name = Field(
        description="The name of the package in Metronome.",
        examples=["Starter Plan - October 2025"],
    )
    contract_name: Name | None = Field(
        default=None,
        description="The name that contracts made from the package get.",
        examples=["Starter Plan"],
    )
    aliases: Several[Alias] = Field(
        default=(),
        description="The names that stand for this package, each for a window of time.",
        examples=[[{"name": "Starter Plan", "starting_at": "2025-10-01"}]],
    )
    rate_card: Key | None = Field(
        default=None,
        description="The key of the RateCard that prices usage and subscriptions. Give this or "
        "`rate_card_alias`, not both.",
        examples=["tokens"],
    )
    rate_card_alias: Name | None = Field(
        default=None,
        description="An alias of a rate card; each contract gets the card that the alias stands for when "
        "the contract starts.",
        examples=["Tokens rate card"],
    )
    duration: DurationField | None = Field(
        default=None,
        description="How long a contract lasts. Left out: until somebody ends it.",
        examples=["12 months"],
    )
    net_payment_terms_days: int | None = Field(
        default=None,
        ge=0,
        description="How many days after an invoice is issued it is due.",
        examples=[15],
    )
    billing_provider: BillingProvider | None = Field(
        default=None,
        description="Who collects the money. Goes with `delivery_method`: give both or neither.",
        examples=["stripe"],
    )
    delivery_method: DeliveryMethod | None = Field(
        default=None,
        description="How invoices reach the billing provider.",
        examples=["direct_to_billing_provider"],
    )
    usage_statement_schedule: UsageStatementSchedule | None = Field(
        default=None,
        description="When usage is invoiced. Left out: monthly, from the first of the month.",
        examples=[{"frequency": "monthly", "day": "first_of_month"}],
    )
    scheduled_charges_on_usage_invoices: Literal["all"] | None = Field(
        default=None,
        description="`all` puts scheduled charges and commit payments on the usage invoice of the same date. "
        "Left out: on invoices of their own.",
        examples=["all"],
    )
    multiplier_override_prioritization: Literal["lowest_multiplier", "explicit"] | None = Field(
        default=None,
        description="Which of several multipliers counts: the lowest one, or the one with the lowest "
        "`priority`. Overrides of type `tiered` need `explicit`. Metronome takes `lowest_multiplier` if it "
        "is left out.",
        examples=["explicit"],
    )
    commits: dict[Key, Commit] = Field(
        default_factory=dict,
        description="Balances that the customer pays for, by term key.",
        examples=[
            {
                "annual-commit": {
                    "type": "prepaid",
                    "product": "annual-commit",
                    "access_schedule": {
                        "schedule_items": [
                            {
                                "amount": "1000.00 USD",
                                "starting_at_offset": "0 months",
                                "duration": "12 months",
                            },
                        ],
                    },
                    "invoice_schedule": {
                        "schedule_items": [
                            {"unit_price": "900.00 USD", "quantity": 1, "date_offset": "0 months"},
                        ],
                    },
                },
            },
        ],
    )
    credits: dict[Key, Credit] = Field(
        default_factory=dict,
        description="Balances that the customer gets for nothing, by term key.",
        examples=[
            {
                "trial": {
                    "product": "trial-credit",
                    "access_schedule": {
                        "schedule_items": [
                            {"amount": "100.00 USD", "starting_at_offset": "0 days", "duration": "7 days"},
                        ],
                    },
                },
            },
        ],
    )
    recurring_commits: dict[Key, RecurringCommit] = Field(
        default_factory=dict,
        description="Commits that are granted, and usually paid for, anew in every period, by term key.",
        examples=[
            {
                "monthly-commit": {
                    "product": "monthly-commit",
                    "access_amount": {"unit_price": "100.00 USD", "quantity": 1},
                    "invoice_amount": {"unit_price": "75.00 USD", "quantity": 1},
                    "priority": 100,
                    "commit_duration": "1 period",
                    "starting_at_offset": "0 months",
                    "recurrence_frequency": "monthly",
                },
            },
        ],
    )
    recurring_credits: dict[Key, RecurringCredit] = Field(
        default_factory=dict,
        description="Credits that are granted anew in every period, by term key.",
        examples=[
            {
                "signup-credit": {
                    "product": "signup-credit",
                    "access_amount": {"unit_price": "10.00 USD", "quantity": 1},
                    "priority": 1,
                    "commit_duration": "1 period",
                    "starting_at_offset": "0 months",
                    "duration": "3 months",
                },
            },
        ],
    )
    subscriptions: dict[Key, Subscription] = Field(
        default_factory=dict,
        description="Fees for each period, priced by the rate card, by term key.",
        examples=[
            {
                "starter-fee": {
                    "subscription_rate": {"product": "starter-fee", "billing_frequency": "monthly"},
                    "collection_schedule": "advance",
                    "initial_quantity": 1,
                    "proration": {"is_prorated": True, "invoice_behavior": "bill_immediately"},
                },
            },
        ],
    )
    scheduled_charges: dict[Key, ScheduledCharge] = Field(
        default_factory=dict,
        description="Fees on given dates, by term key.",
        examples=[
            {
                "support": {
                    "product": "support",
                    "schedule": {
                        "schedule_items": [
                            {
                                "unit_price": "500.00 USD",
                                "quantity": 1,
                                "date_offset": "0 months",
                                "every": "month",
                                "for": "12 months",
                            },
                        ],
                    },
                },
            },
        ],
    )
    overrides: dict[Key, Override] = Field(
        default_factory=dict,
        description="Other prices and entitlements than the rate card's, by term key.",
        examples=[
            {
                "tokens-discount": {
                    "override_specifiers": [{"product_tags": ["tokens"]}],
                    "starting_at_offset": "0 months",
                    "type": "multiplier",
                    "multiplier": 0.9,
                },
            },
        ],
    )
    spend_threshold_configuration: SpendThreshold | None = Field(
        default=None,
        description="Invoices spend each time that it reaches a threshold.",
        examples=[
            {
                "is_enabled": True,
                "threshold_amount": "200.00 USD",
                "commit": {"product": "spend-invoice"},
                "payment_gate_config": {
                    "payment_gate_type": "stripe",
                    "stripe_config": {"payment_type": "invoice"},
                },
            },
        ],
    )
    prepaid_balance_threshold_configuration: PrepaidBalanceThreshold | None = Field(
        default=None,
        description="Fills the prepaid balance up each time that it falls to a threshold.",
        examples=[
            {
                "is_enabled": True,
                "threshold_amount": "5.00 USD",
                "recharge_to_amount": "20.00 USD",
                "commit": {"product": "top-up"},
                "payment_gate_config": {
                    "payment_gate_type": "stripe",
                    "stripe_config": {"payment_type": "payment_intent"},
                },
            },
        ],
    )
    spend_trackers: dict[Key, SpendTracker] = Field(
        default_factory=dict,
        description="Counters of spend, for caps of discounts, by term key.",
        examples=[
            {
                "promo-cap": {
                    "credit_type": "USD",
                    "reset_frequency": "billing_period",
                    "applicable_spend_specifiers": [
                        {"spend_type": "commit_purchase", "sources": ["threshold_recharge"]},
                    ],
                },
            },
        ],
    )
    retire: Retire | None = Field(
        default=None,
        description="When the package stops being sold for good. Keep the file; pkgplan archives the "
        "package.",
        examples=[{"at": "2027-01-01"}],
    )


class PackageDocument(Document[PackageSpec]):
    """A package: a reusable set of contract terms with a version history and aliases."""

    kind: Literal["Package"] = Field(description="This file declares a package.", examples=["Package"])
    spec: PackageSpec = Field(
        description="The terms of the package.",
        examples=[{"name": "Starter Plan - October 2025", "rate_card_alias": "Tokens rate card"}],
    )
