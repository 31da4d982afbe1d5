from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.example_catalog import Example, checked, dated, example, expect, segment

from pkgplan.model import rules
from pkgplan.model.diagnostics import Anchor, Severity


def postpaid(catalog: Example, *invoiced: dict[str, Any]) -> dict[str, Any]:
    """A minimum of 1000 dollars, whose rest is invoiced at the end of the year."""
    items = list(invoiced) or [dated(date="12 months")]
    return catalog.add_commit(type="postpaid", invoice_schedule={"schedule_items": items})


def test_a_postpaid_commit_is_invoiced_when_all_is_over() -> None:
    catalog = example()
    postpaid(catalog)
    assert checked(catalog) == ()


def test_a_postpaid_commit_has_an_invoice() -> None:
    catalog = example()
    del postpaid(catalog)["invoice_schedule"]
    expect(catalog, rules.POSTPAID_SCHEDULE, "commits.main.type", '"main"', '"invoice_schedule"')


def test_a_postpaid_commit_has_one_segment() -> None:
    catalog = example()
    commit = postpaid(catalog)
    commit["access_schedule"]["schedule_items"] = [
        segment("500.00 USD", "0 months", "6 months"),
        segment("500.00 USD", "6 months", "6 months"),
    ]
    at = "commits.main.access_schedule.schedule_items"
    expect(catalog, rules.POSTPAID_SCHEDULE, at, '"2" segments')


@pytest.mark.parametrize(
    "items",
    [
        [dated("500.00 USD"), dated("500.00 USD", "12 months")],
        [dated("500.00 USD", every="month", **{"for": "2 months"})],
    ],
)
def test_a_postpaid_commit_is_invoiced_once(items: list[dict[str, Any]]) -> None:
    catalog = example()
    postpaid(catalog, *items)
    at = "commits.main.invoice_schedule.schedule_items"
    expect(catalog, rules.POSTPAID_SCHEDULE, at, 'invoiced "2" times')


@pytest.mark.parametrize(
    ("unit_price", "quantity"),
    [
        ("1000.00 USD", 1),
        ("500.00 USD", 2),
        ("1 USD", 1000),
        ("0.1 USD", 10000),
        ("2000 USD", Decimal("0.5")),
    ],
)
def test_a_postpaid_commit_invoices_its_amount(unit_price: str, quantity: int | Decimal) -> None:
    catalog = example()
    item = dated(unit_price, "12 months") | {"quantity": quantity}
    postpaid(catalog, item)
    assert checked(catalog) == ()
    item["quantity"] += Decimal("0.000001")
    at = "commits.main.invoice_schedule.schedule_items.0.unit_price"
    found = expect(catalog, rules.POSTPAID_SCHEDULE, at, '"1000.00 USD"')
    assert '"unit_price: 1000.00 USD"' in found.hint


def test_a_postpaid_commit_is_granted_and_invoiced_in_one_unit() -> None:
    catalog = example()
    commit = postpaid(catalog)
    commit["access_schedule"] |= {"access_type": "quantity", "schedule_items": [segment(1000)]}
    commit["applicable_products"] = ["input-tokens"]
    at = "commits.main.invoice_schedule.schedule_items.0.unit_price"
    found = expect(catalog, rules.POSTPAID_SCHEDULE, at, '"1000"', '"1000.00 USD"')
    assert found.hint == "write both in one currency"


def test_a_prepaid_commit_that_nobody_pays_for_says_so() -> None:
    catalog = example()
    commit = catalog.add_commit()
    assert checked(catalog) == ()
    del commit["invoice_schedule"]
    found = expect(catalog, rules.FREE_COMMIT, "commits.main", '"main"', "free")
    assert found.severity is Severity.WARNING
    assert found.at.anchor is Anchor.KEY
    commit["complimentary"] = False
    expect(catalog, rules.FREE_COMMIT, "commits.main")
    commit["complimentary"] = True
    assert checked(catalog) == ()


def test_a_complimentary_commit_has_no_invoice() -> None:
    catalog = example()
    catalog.add_commit(complimentary=True)
    expect(catalog, rules.COMPLIMENTARY_CHOICE, "commits.main.complimentary", '"invoice_schedule"')


def test_a_postpaid_commit_is_not_complimentary() -> None:
    catalog = example()
    postpaid(catalog)["complimentary"] = True
    expect(catalog, rules.COMPLIMENTARY_CHOICE, "commits.main.complimentary", '"postpaid"')
