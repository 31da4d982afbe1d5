"""Threshold billing of a package and its spend trackers, as the API takes them.

Comes in: the two configurations and the mapping of trackers. Goes out: objects, and the list of trackers ordered by
term key. Never here: minimums of thresholds; those are checks.
Source: SDK `shared_params.SpendThresholdConfiguration`, `PrepaidBalanceThresholdConfiguration`,
`package_create_params.SpendTracker`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.model.catalog.thresholds import PrepaidBalanceThreshold, TopUpCommit
from pkgplan.model.units import CURRENCIES
from pkgplan.stages.compile.values import applicability, by_name, capitals, number, present, span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.catalog.thresholds import (
        BalanceSpecifier,
        CustomFieldFilter,
        Discount,
        PaymentGate,
        SpendThreshold,
        SpendTracker,
        ThresholdCommit,
    )
    from pkgplan.model.units import Money
    from pkgplan.stages.compile.references import Ids

# The one enum that the API writes in camel case.
_ENTITIES: Final = {
    "commit": "Commit",
    "contract_credit": "ContractCredit",
    "contract_credit_or_commit": "ContractCreditOrCommit",
}


def threshold(
    config: SpendThreshold | PrepaidBalanceThreshold | None, trackers: Mapping[str, SpendTracker], ids: Ids
) -> JsonObject | None:
    """Either configuration. Units: amounts in cents for USD, whole units for all else."""
    if config is None:
        return None
    # A currency is that of the rate card and not sent; the names keep it, for people who read the payload.
    ids.mention_unit(config.threshold_amount.unit)
    sent = present(
        is_enabled=config.is_enabled,
        threshold_amount=config.threshold_amount.to_api(),
        commit=_commit(config.commit, ids),
        payment_gate_config=_payment_gate(config.payment_gate_config, ids),
        discount_configuration=_discount(config.discount_configuration, trackers),
    )
    return {**sent, **_prepaid(config, ids)} if isinstance(config, PrepaidBalanceThreshold) else sent


def spend_trackers(terms: Mapping[str, SpendTracker], ids: Ids) -> list[JsonValue]:
    """The payload list; a tracker without an alias has its term key for one."""
    return [
        present(
            alias=_alias(key, term),
            credit_type_id=ids.credit_type(term.credit_type),
            reset_frequency=capitals(term.reset_frequency),
            applicable_spend_specifiers=[
                present(
                    spend_type=capitals(item.spend_type),
                    sources=[source.upper() for source in sorted(set(item.sources))],
                    discounted=capitals(item.discounted),
                )
                for item in term.applicable_spend_specifiers
            ],
        )
        for key, term in sorted(terms.items())
    ]


def _alias(key: str, tracker: SpendTracker) -> str:
    return key if tracker.alias is None else tracker.alias


def _prepaid(config: PrepaidBalanceThreshold, ids: Ids) -> JsonObject:
    return present(
        recharge_to_amount=config.recharge_to_amount.to_api(),
        custom_credit_type_id=_custom_credit_type(config.threshold_amount, ids),
        threshold_balance_specifiers=[_excluded(item) for item in config.threshold_balance_specifiers],
    )


def _custom_credit_type(amount: Money, ids: Ids) -> str | None:
    """The id of a custom pricing unit; the API takes none for the currency of the rate card."""
    return None if amount.unit in CURRENCIES else ids.credit_type(amount.unit)


def _commit(commit: ThresholdCommit, ids: Ids) -> JsonObject:
    sent = present(
        product_id=ids.product(commit.product),
        name=commit.name,
        description=commit.description,
        priority=number(commit.priority),
    )
    if not isinstance(commit, TopUpCommit):
        return sent
    more = present(duration=span(commit.duration), rollover_fraction=number(commit.rollover_fraction))
    return {**sent, **more, **applicability(commit, ids)}


def _payment_gate(gate: PaymentGate, ids: Ids) -> JsonObject:
    stripe, tax = gate.stripe_config, gate.precalculated_tax_config
    if tax is not None:
        ids.mention_unit(tax.tax_amount.unit)
    return present(
        payment_gate_type=capitals(gate.payment_gate_type),
        tax_type=capitals(gate.tax_type),
        stripe_config=None
        if stripe is None
        else present(
            payment_type=capitals(stripe.payment_type), invoice_metadata=by_name(stripe.invoice_metadata)
        ),
        precalculated_tax_config=None
        if tax is None
        else present(tax_amount=tax.tax_amount.to_api(), tax_name=tax.tax_name),
    )


def _discount(discount: Discount | None, trackers: Mapping[str, SpendTracker]) -> JsonObject | None:
    if discount is None:
        return None
    cap = discount.cap
    return present(
        payment_fraction=number(discount.payment_fraction),
        cap=None
        if cap is None
        else {
            "spend_tracker_alias": _alias(cap.spend_tracker, trackers[cap.spend_tracker]),
            "amount": cap.amount.to_api(),
        },
    )


def _excluded(item: BalanceSpecifier) -> JsonObject:
    return {
        "exclude": [
            {"custom_field_filters": [_filter(each) for each in exclusion.custom_field_filters]}
            for exclusion in item.exclude
        ]
    }


def _filter(item: CustomFieldFilter) -> JsonObject:
    return {"entity": _ENTITIES[item.entity], "key": item.key, "value": item.value}
