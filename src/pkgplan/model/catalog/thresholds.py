"""Threshold billing of a package: top-ups of a prepaid balance, and invoices for spend in between.

Comes in: `spend_threshold_configuration`, `prepaid_balance_threshold_configuration` and `spend_trackers`.
Goes out: models. Never here: compilation or rules across fields.
Source: SDK `shared_params.SpendThresholdConfiguration`, `PrepaidBalanceThresholdConfiguration`,
`PaymentGateConfig`, `package_create_params.SpendTracker`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pkgplan.model.catalog.applicability import Applicability
from pkgplan.model.catalog.fields import (
    CatalogModel,
    CustomValue,
    DurationField,
    Fraction,
    Key,
    MoneyField,
    Name,
    Number,
    Several,
)
from pkgplan.model.catalog.schedules import AtLeastOne


class StripeConfig(CatalogModel):
    """How Stripe collects."""

    payment_type: Literal["invoice", "payment_intent"] = Field(
        description="Whether Stripe sends an invoice or charges the payment method at once.",
        examples=["payment_intent"],
    )
    invoice_metadata: dict[Name, str] = Field(
        default_factory=dict,
        description="Metadata of the invoice in Stripe, for `payment_type: invoice`.",
        examples=[{"order": "top-up"}],
    )


class PrecalculatedTax(CatalogModel):
    """Tax that was computed elsewhere."""

    tax_amount: MoneyField = Field(
        description="The tax, in the currency of the rate card.",
        examples=["1.90 USD"],
    )
    tax_name: Name | None = Field(
        default=None,
        description="The name of the tax on the invoice.",
        examples=["VAT"],
    )


class PaymentGate(CatalogModel):
    """Who has to be paid before the commit can be used."""

    payment_gate_type: Literal["none", "stripe", "external"] = Field(
        description="`stripe` waits for a payment through Stripe, `external` for your own word, `none` does "
        "not wait.",
        examples=["stripe"],
    )
    tax_type: Literal["none", "stripe", "anrok", "precalculated"] | None = Field(
        default=None,
        description="Who computes the tax. `stripe` only goes with `payment_gate_type: stripe`. Metronome "
        "takes `none` if it is left out.",
        examples=["none"],
    )
    stripe_config: StripeConfig | None = Field(
        default=None,
        description="How Stripe collects. For `payment_gate_type: stripe` only.",
        examples=[{"payment_type": "payment_intent"}],
    )
    precalculated_tax_config: PrecalculatedTax | None = Field(
        default=None,
        description="The tax. For `tax_type: precalculated` only.",
        examples=[{"tax_amount": "1.90 USD", "tax_name": "VAT"}],
    )


class DiscountCap(CatalogModel):
    """How much discount there is at most."""

    spend_tracker: Key = Field(
        description="The term key of one of `spend_trackers`, which counts what was bought.",
        examples=["promo-cap"],
    )
    amount: MoneyField = Field(
        description="The spend up to which there is a discount, in the unit of the spend tracker.",
        examples=["200.00 USD"],
    )


class Discount(CatalogModel):
    """What the customer pays of the amount that is added."""

    payment_fraction: Fraction = Field(
        description="The share that the customer pays, from 0 to 1: 0.85 is 15 percent off.",
        examples=[0.85],
    )
    cap: DiscountCap | None = Field(
        default=None,
        description="Up to where there is a discount. Left out: always.",
        examples=[{"spend_tracker": "promo-cap", "amount": "200.00 USD"}],
    )


class ThresholdCommit(CatalogModel):
    """The commit that is made each time the threshold is reached."""

    product: Key = Field(
        description="The key of a Product of type `fixed` under which the commit shows on invoices.",
        examples=["top-up"],
    )
    name: Name | None = Field(
        default=None,
        description="The name of the commit on invoices. Left out: the name of the product.",
        examples=["Credit top-up"],
    )
    description: str | None = Field(
        default=None,
        description="Text that each commit carries.",
        examples=["Bought automatically"],
    )
    priority: Number | None = Field(
        default=None,
        description="The order in which a customer's commits and credits are used up: the lowest number "
        "first. No unit. Metronome takes 100 if it is left out.",
        examples=[100],
    )


class TopUpCommit(Applicability, ThresholdCommit):
    """The commit that fills the balance up."""

    duration: DurationField | None = Field(
        default=None,
        description="How long each top-up can be used. Metronome takes one year if it is left out.",
        examples=["1 year"],
    )
    rollover_fraction: Fraction | None = Field(
        default=None,
        description="The share of an unused top-up that a contract which replaces this one takes over, from "
        "0 to 1.",
        examples=[1],
    )


class CustomFieldFilter(CatalogModel):
    """A custom field with a value."""

    entity: Literal["commit", "contract_credit", "contract_credit_or_commit"] = Field(
        description="What carries the custom field.",
        examples=["contract_credit"],
    )
    key: Name = Field(description="The name of the custom field.", examples=["credit_type"])
    value: CustomValue = Field(description="The value that it has.", examples=["trial"])


class Exclusion(CatalogModel):
    """Commits and credits that do not count, as all of the filters match."""

    custom_field_filters: AtLeastOne[CustomFieldFilter] = Field(
        description="What must match; each key once.",
        examples=[[{"entity": "contract_credit", "key": "credit_type", "value": "trial"}]],
    )


class BalanceSpecifier(CatalogModel):
    """Which commits and credits count towards the balance."""

    exclude: AtLeastOne[Exclusion] = Field(
        description="What does not count: whatever matches one of these.",
        examples=[
            [
                {
                    "custom_field_filters": [
                        {"entity": "contract_credit", "key": "credit_type", "value": "trial"},
                    ],
                },
            ],
        ],
    )


class SpendThreshold(CatalogModel):
    """An invoice each time that unbilled spend reaches a threshold."""

    is_enabled: bool = Field(description="Whether the threshold counts from the start.", examples=[True])
    threshold_amount: MoneyField = Field(
        description="The spend that is invoiced when it is reached, in the currency of the rate card.",
        examples=["200.00 USD"],
    )
    commit: ThresholdCommit = Field(
        description="The commit that is made of the spend.",
        examples=[{"product": "spend-invoice"}],
    )
    payment_gate_config: PaymentGate = Field(
        description="Who has to be paid first.",
        examples=[{"payment_gate_type": "stripe", "stripe_config": {"payment_type": "invoice"}}],
    )
    discount_configuration: Discount | None = Field(
        default=None,
        description="A discount on what is invoiced.",
        examples=[{"payment_fraction": 0.9}],
    )


class PrepaidBalanceThreshold(CatalogModel):
    """A top-up each time that the prepaid balance falls to a threshold."""

    is_enabled: bool = Field(description="Whether the threshold counts from the start.", examples=[True])
    threshold_amount: MoneyField = Field(
        description="The balance at which it is filled up: in the currency of the rate card, at least "
        "`5.00 USD`, or in a PricingUnit.",
        examples=["5.00 USD", "50 ai-credits"],
    )
    recharge_to_amount: MoneyField = Field(
        description="The balance that it is filled up to, in the unit of `threshold_amount` and at least "
        "`10.00 USD` above it.",
        examples=["20.00 USD", "500 ai-credits"],
    )
    commit: TopUpCommit = Field(
        description="The commit that fills the balance up.",
        examples=[{"product": "top-up", "name": "Credit top-up", "duration": "1 year"}],
    )
    payment_gate_config: PaymentGate = Field(
        description="Who has to be paid first.",
        examples=[{"payment_gate_type": "stripe", "stripe_config": {"payment_type": "payment_intent"}}],
    )
    discount_configuration: Discount | None = Field(
        default=None,
        description="A discount on what is bought.",
        examples=[{"payment_fraction": 0.9}],
    )
    threshold_balance_specifiers: Several[BalanceSpecifier] = Field(
        default=(),
        description="Commits and credits that do not count towards the balance.",
        examples=[
            [
                {
                    "exclude": [
                        {
                            "custom_field_filters": [
                                {"entity": "contract_credit", "key": "credit_type", "value": "trial"},
                            ],
                        },
                    ],
                },
            ],
        ],
    )


class SpendSpecifier(CatalogModel):
    """Spend that a tracker counts."""

    spend_type: Literal["commit_purchase"] = Field(
        description="What kind of spend counts.",
        examples=["commit_purchase"],
    )
    sources: AtLeastOne[Literal["threshold_recharge", "manual"]] = Field(
        description="How the commit came to be bought.",
        examples=[["threshold_recharge", "manual"]],
    )
    discounted: Literal["any", "discounted_only", "undiscounted_only"] | None = Field(
        default=None,
        description="Whether only discounted or only undiscounted purchases count. Metronome takes `any` if "
        "it is left out.",
        examples=["discounted_only"],
    )


class SpendTracker(CatalogModel):
    """A counter of what a customer spends in a billing period; for caps of discounts."""

    alias: Name | None = Field(
        default=None,
        description="The name of the tracker in Metronome. Left out: its term key.",
        examples=["promo-cap"],
    )
    credit_type: Name = Field(
        description="The unit that is counted: a currency or the key of a PricingUnit.",
        examples=["USD"],
    )
    reset_frequency: Literal["billing_period"] = Field(
        description="When the counter starts again at 0.",
        examples=["billing_period"],
    )
    applicable_spend_specifiers: AtLeastOne[SpendSpecifier] = Field(
        description="Which spend counts: whatever matches one of these.",
        examples=[[{"spend_type": "commit_purchase", "sources": ["threshold_recharge"]}]],
    )
