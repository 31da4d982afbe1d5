"""What an amount of each currency is sent as: USD in cents, all else as it is written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from support.example_catalog import Example, catalog_of, dated, example, segment

from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.model.units import OTHER_CURRENCIES, USD_CREDIT_TYPE_ID, Money
from pkgplan.stages.compile import compile_packages, embedded_ids


def payload_of(documents: Example) -> tuple[JsonObject, dict[str, str]]:
    catalog = catalog_of(documents)
    ids = embedded_ids(catalog, "gnome-ai", "local")
    (package,) = compile_packages(catalog, ids)
    return package.payload, dict(ids)


def everywhere(catalog: Example, amount: str) -> JsonObject:
    """The example catalog with one amount wherever a term of it takes money."""
    catalog.card["fiat_credit_type"] = "USD"
    catalog.credit["access_amount"]["unit_price"] = amount
    catalog.add_commit(
        access_schedule={"schedule_items": [segment(amount)]},
        invoice_schedule={"schedule_items": [dated(amount)]},
    )
    catalog.add_charge(dated(amount))
    payload, _ = payload_of(catalog)
    return payload


def sent(payload: JsonObject) -> list[tuple[object, object]]:
    """The number and the unit of each of those amounts."""
    commit = as_object(as_list(payload["commits"])[0])
    charge = as_object(as_list(payload["scheduled_charges"])[0])
    credit = as_object(as_list(payload["recurring_credits"])[0])
    schedules = [
        (as_object(commit["access_schedule"]), "amount"),
        (as_object(commit["invoice_schedule"]), "unit_price"),
        (as_object(charge["schedule"]), "unit_price"),
    ]
    found: list[tuple[object, object]] = [
        (as_object(as_list(schedule["schedule_items"])[0])[field], schedule["credit_type_id"])
        for schedule, field in schedules
    ]
    access = as_object(credit["access_amount"])
    return [*found, (access["unit_price"], access["credit_type_id"])]


@pytest.mark.parametrize(
    ("amount", "cents"), [("12.34 USD", 1234), ("1 USD", 100), ("0.005 USD", Decimal("0.5")), ("0 USD", 0)]
)
def test_dollars_are_sent_in_cents(amount: str, cents: int | Decimal) -> None:
    assert sent(everywhere(example(), amount)) == [(cents, USD_CREDIT_TYPE_ID)] * 4


@pytest.mark.parametrize("currency", OTHER_CURRENCIES)
@pytest.mark.parametrize("amount", ["12.34", "1", "0.005"])
def test_every_other_currency_is_sent_whole(currency: str, amount: str) -> None:
    found = sent(everywhere(example(), f"{amount} {currency}"))
    assert [number for number, _ in found] == [Decimal(amount)] * 4
    (unit,) = {unit for _, unit in found}
    assert unit != USD_CREDIT_TYPE_ID


def test_no_two_currencies_share_an_id() -> None:
    ids = {sent(everywhere(example(), f"1 {currency}"))[0][1] for currency in OTHER_CURRENCIES}
    assert len(ids) == len(OTHER_CURRENCIES)


def test_custom_pricing_units_are_sent_as_they_are() -> None:
    catalog = example()
    catalog.add("PricingUnit", "ai-credits", {"name": "AI credits"})
    catalog.credit["access_amount"]["unit_price"] = "12.34 ai-credits"
    payload, ids = payload_of(catalog)
    access = as_object(as_object(as_list(payload["recurring_credits"])[0])["access_amount"])
    assert access["unit_price"] == Decimal("12.34")
    assert access["credit_type_id"] == ids["pricing-unit/ai-credits"]


@pytest.mark.parametrize("currency", ["USD", *OTHER_CURRENCIES])
@pytest.mark.parametrize("amount", ["0.01", "1", "12.34", "90071992547409.92"])
def test_what_is_sent_reads_back_as_what_was_written(amount: str, currency: str) -> None:
    money = Money(Decimal(amount), currency)
    assert Money.from_api(money.to_api(), currency) == money
