"""What the references of a catalog become in the embedded engine."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.offline import without

from pkgplan.model.source import SourceFile
from pkgplan.model.units import USD_CREDIT_TYPE_ID
from pkgplan.stages.compile import embedded_ids
from pkgplan.stages.parse import parse
from pkgplan.wiring import prerequisites

GPU: dict[str, Any] = {
    "name": "GPU hours",
    "type": "usage",
    "tags": ["compute"],
    "pricing_group_key": ["region"],
    "presentation_group_key": ["project"],
}
METRIC: dict[str, Any] = {
    "name": "GPU metric",
    "aggregation_type": "sum",
    "aggregation_key": "seconds",
    "event_type_filter": {"in_values": ["gpu"]},
    "property_filters": [{"name": "seconds", "exists": True}],
    "group_keys": [["region", "project"]],
}
METERED: dict[str, Any] = {
    "name": "Metered",
    "type": "usage",
    "billable_metric": "gpu-metric",
    "quantity_conversion": {"conversion_factor": 3600, "operation": "divide", "name": "hours"},
    "quantity_rounding": {"rounding_method": "round_up", "decimal_places": 0},
}
SUPPORT: dict[str, Any] = {
    "name": "Support",
    "type": "composite",
    "composite_products": ["gpu"],
    "composite_tags": ["compute"],
}
RATE: dict[str, Any] = {
    "product": "gpu",
    "starting_at": "2025-01-01",
    "entitled": True,
    "rate_type": "flat",
    "price": "1.00 USD",
    "pricing_group_values": {"region": "eu"},
}


def bodies(**card: Any) -> tuple[dict[str, str], dict[tuple[str, str], dict[str, Any]]]:
    """The ids of a catalog with one product and one rate card, and what is seeded, by kind and name."""
    specs = [
        ("Product", "gpu", GPU),
        ("BillableMetric", "gpu-metric", METRIC),
        ("Product", "metered", METERED),
        ("Product", "support", SUPPORT),
        ("CustomFieldKey", "tier", {"entity": "contract", "key": "tier", "enforce_uniqueness": True}),
        ("PricingUnit", "ai-credits", {"name": "AI credits"}),
        ("RateCard", "card", {"name": "Card", "rates": [RATE], **card}),
    ]
    sources = [
        SourceFile(
            f"references/{key}.yaml",
            "",
            {"apiVersion": "pkgplan/v1", "kind": kind, "metadata": {"key": key}, "spec": spec},
        )
        for kind, key, spec in specs
    ]
    catalog, faults = parse(sources)
    assert [fault.message for fault in faults if "Project" not in fault.message] == []
    ids = embedded_ids(catalog, "test", "local")
    return ids, {(each.kind, each.name): each.body for each in prerequisites(catalog, ids)}


def test_products_come_with_their_tags_and_group_keys() -> None:
    _, seeded = bodies()
    assert seeded["product", "GPU hours"] == {
        "type": "USAGE",
        "tags": ["compute"],
        "pricing_group_key": ["region"],
        "presentation_group_key": ["project"],
    }


def test_rates_come_with_their_type_and_group_values() -> None:
    ids, seeded = bodies()
    assert seeded["rate_card", "Card"]["rates"] == [
        {
            "product_id": ids["product/gpu"],
            "starting_at": "2025-01-01T00:00:00Z",
            "entitled": True,
            "rate_type": "FLAT",
            "price": 100,
            "credit_type_id": USD_CREDIT_TYPE_ID,
            "pricing_group_values": {"region": "eu"},
        }
    ]


def test_a_custom_rate_is_in_the_unit_in_which_its_product_is_priced() -> None:
    custom = {key: value for key, value in RATE.items() if key != "price"}
    custom |= {"rate_type": "custom", "starting_at": "2026-01-01"}
    conversion = {"custom_credit_type": "ai-credits", "fiat_per_custom_credit": "0.01 USD"}
    ids, seeded = bodies(
        rates=[custom, {**RATE, "price": "3 ai-credits"}, {**custom, "product": "metered"}],
        credit_type_conversions=[conversion],
    )
    coins = ids["pricing-unit/ai-credits"]
    units = [rate["credit_type_id"] for rate in seeded["rate_card", "Card"]["rates"]]
    assert units == [coins, coins, USD_CREDIT_TYPE_ID]


def test_tiers_and_what_commits_pay_come_with_a_rate() -> None:
    tiers = [{"size": 1000, "price": "0.50 ai-credits"}, {"price": "0.40 ai-credits"}]
    rate = {
        **without(RATE, "price"),
        "ending_before": "2026-01-01",
        "rate_type": "tiered",
        "tiers": tiers,
        "commit_rate": {"rate_type": "flat", "price": "0.30 ai-credits"},
    }
    ids, seeded = bodies(rates=[rate])
    (body,) = seeded["rate_card", "Card"]["rates"]
    assert body["ending_before"] == "2026-01-01T00:00:00Z"
    assert body["credit_type_id"] == ids["pricing-unit/ai-credits"]
    assert body["tiers"] == [{"size": 1000, "price": Decimal("0.5")}, {"price": Decimal("0.4")}]
    assert body["commit_rate"] == {"rate_type": "FLAT", "price": Decimal("0.3")}


def test_metrics_conversions_and_parts_come_complete() -> None:
    ids, seeded = bodies()
    assert seeded["billable_metric", "GPU metric"] == {
        "aggregation_type": "SUM",
        "aggregation_key": "seconds",
        "event_type_filter": {"in_values": ["gpu"]},
        "property_filters": [{"name": "seconds", "exists": True}],
        "group_keys": [["region", "project"]],
    }
    assert seeded["product", "Metered"] == {
        "type": "USAGE",
        "billable_metric_id": ids["billable-metric/gpu-metric"],
        "quantity_conversion": {"conversion_factor": 3600, "operation": "DIVIDE", "name": "hours"},
        "quantity_rounding": {"rounding_method": "ROUND_UP", "decimal_places": 0},
    }
    assert seeded["product", "Support"] == {
        "type": "COMPOSITE",
        "composite_product_ids": [ids["product/gpu"]],
        "composite_tags": ["compute"],
    }
    assert seeded["custom_field_key", "tier"] == {
        "entity": "contract",
        "key": "tier",
        "enforce_uniqueness": True,
    }


def test_aliases_come_with_their_dates() -> None:
    aliases = [{"name": "card", "starting_at": "2025-01-01", "ending_before": "2026-01-01"}, {"name": "c"}]
    _, seeded = bodies(aliases=aliases)
    assert seeded["rate_card", "Card"]["aliases"] == [
        {
            "name": "card",
            "starting_at": "2025-01-01T00:00:00Z",
            "ending_before": "2026-01-01T00:00:00Z",
        },
        {"name": "c"},
    ]


@pytest.mark.parametrize(
    ("currency", "worth", "stored"),
    [("USD", "0.10 USD", 10), ("EUR", "0.10 EUR", Decimal("0.1")), (None, "0.005 USD", Decimal("0.5"))],
)
def test_conversions_come_in_the_stored_unit_of_the_currency(
    currency: str | None, worth: str, stored: int | Decimal
) -> None:
    fiat = {} if currency is None else {"fiat_credit_type": currency}
    conversion = {"custom_credit_type": "ai-credits", "fiat_per_custom_credit": worth}
    ids, seeded = bodies(**fiat, credit_type_conversions=[conversion])
    card = seeded["rate_card", "Card"]
    assert card["fiat_credit_type_id"] == (
        ids["pricing-unit/EUR"] if currency == "EUR" else USD_CREDIT_TYPE_ID
    )
    assert card["credit_type_conversions"] == [
        {"custom_credit_type_id": ids["pricing-unit/ai-credits"], "fiat_per_custom_credit": stored}
    ]
