"""`spend_threshold_configuration`, `prepaid_balance_threshold_configuration` and `spend_trackers`.

Comes in and goes out: see the package. Enums are taken in upper case only, `entity` as in the SDK.
Never here: rules that need two fields. Source: SDK 4.12 `shared_params.SpendThresholdConfiguration`,
`PrepaidBalanceThresholdConfiguration`, `PaymentGateConfig`, `package_create_params.SpendTracker`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import StrictBool, StrictStr

from pkgplan.engine.fields import Body, EntityId, Fraction, Number, TextMap
from pkgplan.engine.payloads.shared import DrawnDown, InUnit, Span


class StripeConfig(Body):
    """How Stripe collects."""

    payment_type: Literal["INVOICE", "PAYMENT_INTENT"]
    invoice_metadata: TextMap | None = None


class PrecalculatedTaxConfig(Body):
    """Tax that was computed elsewhere. Units: those of the invoice."""

    tax_amount: Number
    tax_name: StrictStr | None = None


class PaymentGateConfig(Body):
    """Who has to be paid before the commit can be used."""

    payment_gate_type: Literal["NONE", "STRIPE", "EXTERNAL"]
    tax_type: Literal["NONE", "STRIPE", "ANROK", "PRECALCULATED"] | None = None
    stripe_config: StripeConfig | None = None
    precalculated_tax_config: PrecalculatedTaxConfig | None = None


class DiscountCap(Body):
    """The spend, counted by a tracker, up to which there is a discount."""

    spend_tracker_alias: StrictStr
    amount: Number


class DiscountConfiguration(Body):
    """The share that the customer pays."""

    payment_fraction: Number
    cap: DiscountCap | None = None


class ThresholdCommit(Body):
    """`BaseThresholdCommit`."""

    product_id: EntityId
    name: StrictStr | None = None
    description: StrictStr | None = None
    priority: Number | None = None


class TopUpCommit(DrawnDown, ThresholdCommit):
    """`PrepaidBalanceThresholdCommit`."""

    duration: Span | None = None
    rollover_fraction: Fraction | None = None


class CustomFieldFilter(Body):
    """`BalanceCustomFieldFilterType`."""

    entity: Literal["Commit", "ContractCredit", "ContractCreditOrCommit"]
    key: StrictStr
    value: StrictStr


class ExcludedBalance(Body):
    """Balances that carry all of these custom fields do not count."""

    custom_field_filters: list[CustomFieldFilter]


class BalanceSpecifier(Body):
    """`ThresholdBalanceSpecifier`; any item excludes."""

    exclude: list[ExcludedBalance]


class Threshold(Body):
    """What both kinds of threshold billing have in common. Units: cents for USD, else whole units."""

    is_enabled: StrictBool
    threshold_amount: Number
    payment_gate_config: PaymentGateConfig
    discount_configuration: DiscountConfiguration | None = None


class SpendThreshold(Threshold):
    """`SpendThresholdConfiguration`."""

    commit: ThresholdCommit


class PrepaidBalanceThreshold(Threshold):
    """`PrepaidBalanceThresholdConfiguration`; amounts are in `custom_credit_type_id` if that is given."""

    commit: TopUpCommit
    recharge_to_amount: Number
    custom_credit_type_id: EntityId | None = None
    threshold_balance_specifiers: list[BalanceSpecifier] | None = None


class SpendSpecifier(Body):
    """`SpendTrackerApplicableSpendSpecifierInput`."""

    spend_type: Literal["COMMIT_PURCHASE"]
    sources: list[Literal["THRESHOLD_RECHARGE", "MANUAL"]]
    discounted: Literal["ANY", "DISCOUNTED_ONLY", "UNDISCOUNTED_ONLY"] | None = None


class SpendTracker(InUnit):
    """`SpendTrackerInput`."""

    alias: StrictStr
    credit_type_id: EntityId
    reset_frequency: Literal["BILLING_PERIOD"]
    applicable_spend_specifiers: list[SpendSpecifier]
