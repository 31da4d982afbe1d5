"""Which thresholds and spend trackers the engine takes and refuses; cases begin with the rule they are about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from support.offline import COINS, CREDIT, EURO_CARD, TOKENS, without
from support.offline_terms import (
    STRIPE,
    YEAR,
    a_spend_threshold,
    a_tracker,
    refusal,
    topped_up,
    with_terms,
)

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue


def gate(**changes: JsonValue) -> JsonObject:
    return with_terms(spend_threshold_configuration=a_spend_threshold(payment_gate_config=changes))


def capped(*trackers: JsonValue) -> JsonObject:
    cap: JsonObject = {"spend_tracker_alias": "promo-cap", "amount": 20000}
    discount: JsonObject = {"payment_fraction": Decimal("0.9"), "cap": cap}
    return with_terms(
        spend_threshold_configuration=a_spend_threshold(discount_configuration=discount),
        spend_trackers=list(trackers),
    )


def excluding(*keys: str) -> JsonObject:
    filters: JsonValue = [{"entity": "ContractCredit", "key": key, "value": "trial"} for key in keys]
    return topped_up(threshold_balance_specifiers=[{"exclude": [{"custom_field_filters": filters}]}])


TAKEN: dict[str, JsonObject] = {
    "V23 least amounts": topped_up(threshold_amount=500, recharge_to_amount=1500),
    "V23 least amounts after conversion": topped_up(
        custom_credit_type_id=COINS, threshold_amount=50, recharge_to_amount=150
    ),
    "V23 other currencies have no least amounts": {
        **topped_up(threshold_amount=1, recharge_to_amount=2),
        "rate_card_id": EURO_CARD,
    },
    "V23 worth in another currency": {
        **topped_up(custom_credit_type_id=COINS, threshold_amount=1, recharge_to_amount=2),
        "rate_card_id": EURO_CARD,
    },
    "V23 cap": capped(a_tracker()),
    "V23 two trackers": with_terms(spend_trackers=[a_tracker(), a_tracker(alias="other")]),
    "V23 filters": excluding("kind", "tier"),
    "V24 stripe": gate(**STRIPE),
    "V24 stripe invoice": gate(
        payment_gate_type="STRIPE",
        tax_type="STRIPE",
        stripe_config={"payment_type": "INVOICE", "invoice_metadata": {"order": "1"}},
    ),
    "V24 stripe alone": gate(payment_gate_type="STRIPE"),
    "V24 precalculated": gate(
        payment_gate_type="EXTERNAL",
        tax_type="PRECALCULATED",
        precalculated_tax_config={"tax_amount": 190, "tax_name": "VAT"},
    ),
    "top-up with everything": topped_up(
        commit={
            "product_id": CREDIT,
            "name": "Top-up",
            "priority": 1,
            "duration": YEAR,
            "rollover_fraction": 1,
            "rate_type": "commit_rate",
            "specifiers": [{"product_id": TOKENS, "exclude": [{"product_tags": ["x"]}]}],
        }
    ),
}

REFUSED: dict[str, tuple[JsonObject, str]] = {
    "V06 specifiers of a top-up with tags": (
        topped_up(commit={"product_id": CREDIT, "specifiers": [{}], "applicable_product_tags": ["t"]}),
        "must not specify specifiers together with",
    ),
    "V07 rollover of a top-up": (
        topped_up(commit={"product_id": CREDIT, "rollover_fraction": 2}),
        "body/prepaid_balance_threshold_configuration/commit/rollover_fraction must be between 0 and 1",
    ),
    "V23 low threshold": (topped_up(threshold_amount=499), "threshold_amount must be worth at least 500"),
    "V23 little recharge": (
        topped_up(recharge_to_amount=1499),
        "recharge_to_amount must be worth at least 1000 cents more",
    ),
    "V23 low threshold after conversion": (
        topped_up(custom_credit_type_id=COINS, threshold_amount=49, recharge_to_amount=500),
        "threshold_amount must be worth",
    ),
    "V23 little recharge after conversion": (
        topped_up(custom_credit_type_id=COINS, threshold_amount=50, recharge_to_amount=149),
        "recharge_to_amount must be worth",
    ),
    "V23 low threshold without a rate card": (
        without(topped_up(threshold_amount=499), "rate_card_id"),
        "threshold_amount must be worth",
    ),
    "V23 cap on no tracker": (
        capped(a_tracker(alias="other")),
        'spend_tracker_alias "promo-cap" is not the alias of a spend tracker',
    ),
    "V23 one alias twice": (
        with_terms(spend_trackers=[a_tracker(), a_tracker()]),
        'spend tracker alias "promo-cap" is used 2 times',
    ),
    "V23 one filter twice": (excluding("kind", "kind"), 'custom field filter key "kind" is used 2 times'),
    "V24 stripe settings elsewhere": (
        gate(payment_gate_type="EXTERNAL", stripe_config={"payment_type": "INVOICE"}),
        "stripe_config is only applicable with payment_gate_type STRIPE",
    ),
    "V24 tax settings elsewhere": (
        gate(payment_gate_type="NONE", precalculated_tax_config={"tax_amount": 1}),
        "precalculated_tax_config is only applicable with tax_type PRECALCULATED",
    ),
    "V24 stripe tax elsewhere": (
        gate(payment_gate_type="EXTERNAL", tax_type="STRIPE"),
        "tax_type STRIPE is only supported with payment_gate_type STRIPE",
    ),
    "V24 metadata without invoice": (
        topped_up(
            payment_gate_config={
                "payment_gate_type": "STRIPE",
                "stripe_config": {"payment_type": "PAYMENT_INTENT", "invoice_metadata": {"a": "b"}},
            }
        ),
        "invoice_metadata is only applicable with payment_type INVOICE",
    ),
    "upper case only: gate": (gate(payment_gate_type="stripe"), "payment_gate_type must be"),
    "upper case only: tax": (gate(payment_gate_type="NONE", tax_type="none"), "tax_type must be"),
    "upper case only: payment": (
        gate(payment_gate_type="STRIPE", stripe_config={"payment_type": "invoice"}),
        "payment_type must be",
    ),
    "upper case only: tracked spend": (
        with_terms(
            spend_trackers=[
                a_tracker(
                    applicable_spend_specifiers=[
                        {"spend_type": "COMMIT_PURCHASE", "sources": ["manual"], "discounted": "any"}
                    ]
                )
            ]
        ),
        "discounted must be",
    ),
    "upper case only: tracker": (
        with_terms(spend_trackers=[a_tracker(reset_frequency="billing_period")]),
        "reset_frequency must be",
    ),
    "entities as the SDK has them": (
        topped_up(
            threshold_balance_specifiers=[
                {"exclude": [{"custom_field_filters": [{"entity": "COMMIT", "key": "k", "value": "v"}]}]}
            ]
        ),
        "entity must be",
    ),
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_takes(engine: Engine, body: JsonObject) -> None:
    assert "data" in engine.call("packages.create", body)


@pytest.mark.parametrize(("body", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses_and_stores_nothing(engine: Engine, body: JsonObject, message: str) -> None:
    assert message in refusal(engine, body)
