"""An offline environment for tests: prerequisites, a clock moved by hand, and create bodies that pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from pkgplan.engine import Assumptions, Engine, SeededReference
from pkgplan.model.timeline import SAFEST, TakeoverRule

if TYPE_CHECKING:
    from pathlib import Path

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.units import Instant

CREDIT = "11111111-0000-4000-8000-000000000001"
FEE = "11111111-0000-4000-8000-000000000002"
TOKENS = "11111111-0000-4000-8000-000000000003"
CLOUD = "11111111-0000-4000-8000-000000000004"
UNPRICED = "11111111-0000-4000-8000-000000000005"
CARD = "22222222-0000-4000-8000-000000000001"
EURO_CARD = "22222222-0000-4000-8000-000000000002"
COINS = "33333333-0000-4000-8000-000000000001"
EURO = "33333333-0000-4000-8000-000000000002"
NOW = datetime(2025, 9, 1, 9, 30, 15, 123456, tzinfo=UTC)

BEGAN = "2025-01-01T00:00:00Z"
METRIC = "44444444-0000-4000-8000-000000000001"
CLOUD_METRIC = "44444444-0000-4000-8000-000000000002"

REFERENCES = (
    SeededReference(
        "billable_metric",
        METRIC,
        "Input tokens",
        {
            "aggregation_type": "SUM",
            "aggregation_key": "input_tokens",
            "event_type_filter": {"in_values": ["llm_request"]},
            "property_filters": [{"name": "input_tokens", "exists": True}],
        },
    ),
    SeededReference(
        "billable_metric",
        CLOUD_METRIC,
        "Compute hours",
        {
            "aggregation_type": "SUM",
            "aggregation_key": "hours",
            "property_filters": [{"name": name, "exists": True} for name in ("hours", "region", "cloud")],
            "group_keys": [["region", "cloud"]],
        },
    ),
    SeededReference("product", CREDIT, "Sign-up credit", {"type": "FIXED"}),
    SeededReference("product", FEE, "Platform fee", {"type": "subscription"}),
    SeededReference("product", TOKENS, "Input tokens", {"type": "USAGE", "billable_metric_id": METRIC}),
    SeededReference(
        "product",
        CLOUD,
        "Compute",
        {
            "type": "usage",
            "billable_metric_id": CLOUD_METRIC,
            "tags": ["compute"],
            "pricing_group_key": ["region", "cloud"],
        },
    ),
    SeededReference("product", UNPRICED, "Images", {"type": "usage", "billable_metric_id": METRIC}),
    SeededReference("credit_type", COINS, "Coins", {}),
    SeededReference("credit_type", EURO, "EUR", {}),
    SeededReference("custom_field_key", "k1", "tier", {"entity": "package_subscription", "key": "tier"}),
    SeededReference("custom_field_key", "k2", "erp", {"entity": "package_commit", "key": "erp"}),
    SeededReference("custom_field_key", "k3", "kind", {"entity": "package_credit", "key": "kind"}),
    SeededReference("custom_field_key", "k4", "item", {"entity": "package_scheduled_charge", "key": "item"}),
    SeededReference(
        "rate_card",
        CARD,
        "Tokens",
        {
            "aliases": [{"name": "Tokens rate card"}],
            "rates": [
                {
                    "product_id": FEE,
                    "starting_at": BEGAN,
                    "entitled": True,
                    "rate_type": "FLAT",
                    "price": 1000,
                    "billing_frequency": "MONTHLY",
                },
                {
                    "product_id": TOKENS,
                    "starting_at": BEGAN,
                    "entitled": True,
                    "rate_type": "FLAT",
                    "price": Decimal("0.5"),
                },
                {
                    "product_id": CLOUD,
                    "starting_at": BEGAN,
                    "entitled": False,
                    "rate_type": "FLAT",
                    "price": 200,
                    "pricing_group_values": {"region": "eu", "cloud": "gnome"},
                },
            ],
            "credit_type_conversions": [{"custom_credit_type_id": COINS, "fiat_per_custom_credit": 10}],
        },
    ),
    SeededReference(
        "rate_card",
        EURO_CARD,
        "Tokens in euros",
        {
            "fiat_credit_type_id": EURO,
            "credit_type_conversions": [{"custom_credit_type_id": COINS, "fiat_per_custom_credit": 1}],
        },
    ),
)


@dataclass(slots=True)
class HandClock:
    """A clock that moves when a test says so."""

    instant: Instant = NOW

    def now(self) -> Instant:
        return self.instant


def an_engine(
    path: Path | str = ":memory:", *, clock: HandClock | None = None, rule: TakeoverRule = SAFEST
) -> Engine:
    """A seeded engine."""
    engine = Engine(path, clock or HandClock(), Assumptions(rule))
    engine.seed(REFERENCES)
    return engine


def a_credit(**changes: JsonValue) -> JsonObject:
    """A recurring credit that passes."""
    return {
        "temporary_id": "signup-credit",
        "product_id": CREDIT,
        "access_amount": {"unit_price": 1000, "quantity": 1},
        "priority": 1,
        "commit_duration": {"value": 1, "unit": "PERIODS"},
        "starting_at_offset": {"value": 0, "unit": "MONTHS"},
        "duration": {"value": 3, "unit": "MONTHS"},
        **changes,
    }


def a_subscription(**changes: JsonValue) -> JsonObject:
    """A subscription that passes."""
    return {
        "temporary_id": "starter-fee",
        "subscription_rate": {"product_id": FEE, "billing_frequency": "MONTHLY"},
        "collection_schedule": "ADVANCE",
        "initial_quantity": 1,
        "proration": {"is_prorated": True, "invoice_behavior": "BILL_IMMEDIATELY"},
        **changes,
    }


def a_package(**changes: JsonValue) -> JsonObject:
    """The Starter plan of the vendor's guide, October 2025."""
    return {
        "name": "Starter Plan",
        "rate_card_alias": "Tokens rate card",
        "net_payment_terms_days": 15,
        "duration": {"value": 12, "unit": "MONTHS"},
        "recurring_credits": [a_credit()],
        "subscriptions": [a_subscription()],
        **changes,
    }


def an_alias(name: str, starting_at: str | None = None, ending_before: str | None = None) -> JsonObject:
    """An alias as a create sends it."""
    dates: JsonObject = {"starting_at": starting_at, "ending_before": ending_before}
    return {"name": name, **{key: value for key, value in dates.items() if value is not None}}


def without(body: JsonObject, *names: str) -> JsonObject:
    """The body without some fields."""
    return {key: value for key, value in body.items() if key not in names}
