"""Specs to payloads: spelling, units, ids, and what does not make a version."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from support.example_catalog import STARTER, Example, catalog_of, example

from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.model.units import CURRENCIES, USD_CREDIT_TYPE_ID
from pkgplan.stages.compile import UnpinnedReference, compile_packages, embedded_ids

if TYPE_CHECKING:
    from pkgplan.model.compiled import CompiledPackage


def compiled(edited: Example) -> CompiledPackage:
    catalog = catalog_of(edited)
    (package,) = compile_packages(catalog, embedded_ids(catalog, "gnome-ai", "local"))
    return package


def credit(package: CompiledPackage) -> JsonObject:
    return as_object(as_list(package.payload["recurring_credits"])[0])


def test_the_whole_payload() -> None:
    package = compiled(example())
    ids = package.references
    assert package.payload == {
        "name": "Starter Plan - October 2025",
        "rate_card_alias": "Tokens rate card",
        "duration": {"value": 12, "unit": "MONTHS"},
        "net_payment_terms_days": 15,
        "recurring_credits": [
            {
                "temporary_id": "signup-credit",
                "product_id": ids["product/signup-credit"],
                "access_amount": {"unit_price": 1000, "quantity": 1, "credit_type_id": USD_CREDIT_TYPE_ID},
                "priority": 1,
                "commit_duration": {"value": 1, "unit": "PERIODS"},
                "starting_at_offset": {"value": 0, "unit": "MONTHS"},
                "duration": {"value": 3, "unit": "MONTHS"},
                "applicable_product_ids": [ids["product/input-tokens"], ids["product/output-tokens"]],
            }
        ],
        "subscriptions": [
            {
                "temporary_id": "starter-fee",
                "subscription_rate": {
                    "product_id": ids["product/starter-fee"],
                    "billing_frequency": "MONTHLY",
                },
                "collection_schedule": "ADVANCE",
                "initial_quantity": 1,
                "proration": {"is_prorated": True, "invoice_behavior": "BILL_IMMEDIATELY"},
            }
        ],
    }
    assert set(ids) == {
        "pricing-unit/USD",
        "product/input-tokens",
        "product/output-tokens",
        "product/signup-credit",
        "product/starter-fee",
    }


@pytest.mark.parametrize("unit", CURRENCIES)
def test_dollars_are_sent_in_cents_and_all_else_in_whole_units(unit: str) -> None:
    catalog = example()
    catalog.credit["access_amount"]["unit_price"] = f"12.50 {unit}"
    amount = as_object(credit(compiled(catalog))["access_amount"])
    assert amount["unit_price"] == (1250 if unit == "USD" else Decimal("12.5"))


@pytest.mark.parametrize(("written", "same"), [("10.00 USD", True), ("10 USD", True), ("10.01 USD", False)])
def test_one_cent_makes_a_version_and_trailing_zeros_do_not(written: str, *, same: bool) -> None:
    catalog = example()
    catalog.credit["access_amount"]["unit_price"] = written
    assert (compiled(catalog).digest == compiled(example()).digest) is same


def test_metadata_windows_and_order_make_no_version() -> None:
    catalog = example()
    catalog[STARTER]["metadata"]["description"] = "other words"
    catalog.spec["aliases"] = [{"name": "Starter Plan", "starting_at": "2027-01-01"}]
    catalog.credit["applicable_products"] = ["output-tokens", "input-tokens"]
    catalog[STARTER]["spec"] = dict(reversed(catalog.spec.items()))
    assert compiled(catalog).digest == compiled(example()).digest


@pytest.mark.parametrize(
    "written", ["3 months", {"value": 3, "unit": "MONTHS"}, {"value": 3, "unit": "months"}]
)
def test_every_way_to_write_a_span_is_one_span(written: object) -> None:
    catalog = example()
    catalog.credit["duration"] = written
    assert compiled(catalog).digest == compiled(example()).digest


def test_a_name_without_an_id_is_said() -> None:
    catalog = catalog_of(example())
    with pytest.raises(UnpinnedReference, match="product/"):
        compile_packages(catalog, {})


def test_ids_of_an_embedded_environment_are_stable_and_its_own() -> None:
    catalog = catalog_of(example())
    one = embedded_ids(catalog, "gnome-ai", "local")
    assert one == embedded_ids(catalog, "gnome-ai", "local")
    assert not set(one.values()) & set(embedded_ids(catalog, "gnome-ai", "staging").values())
    assert len(set(one.values())) == len(one)
