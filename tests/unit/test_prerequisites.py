"""What the references of a catalog become in the embedded engine."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

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
        "type": "usage",
        "tags": ["compute"],
        "pricing_group_key": ["region"],
        "presentation_group_key": ["project"],
    }


def test_rates_come_with_their_type_and_group_values() -> None:
    ids, seeded = bodies()
    assert seeded["rate_card", "Card"]["rates"] == [
        {
            "product_id": ids["product/gpu"],
            "billing_frequency": None,
            "entitled": True,
            "rate_type": "flat",
            "pricing_group_values": {"region": "eu"},
        }
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
