from __future__ import annotations

from copy import deepcopy

import pytest
from support.example_catalog import checked, example, expect

from pkgplan.model import rules
from pkgplan.model.diagnostics import Severity

CREDIT = "recurring_credits.signup-credit"
SEATS = "recurring_credits.seat-credit"


def test_neither_a_quantity_nor_seats() -> None:
    catalog = example()
    del catalog.credit["access_amount"]["quantity"]
    expect(catalog, rules.QUANTITY_OR_SEATS, f"{CREDIT}.access_amount", '"quantity"', '"subscription_config"')


def test_both_a_quantity_and_seats() -> None:
    catalog = example()
    catalog.add_seats()
    credit = catalog.add_seat_credit()
    assert checked(catalog) == ()
    credit["access_amount"]["quantity"] = 3
    expect(catalog, rules.QUANTITY_OR_SEATS, f"{SEATS}.access_amount.quantity", '"3"', '"seats"')


def test_a_link_to_no_subscription() -> None:
    catalog = example()
    catalog.add_seat_credit()
    found = expect(
        catalog, rules.UNKNOWN_TERM, f"{SEATS}.subscription_config.subscription", '"starter"', '"seats"'
    )
    assert found.hint == "known: starter-fee"


def test_individual_allocation_needs_seats() -> None:
    catalog = example()
    credit = catalog.add_seat_credit()
    credit["subscription_config"] |= {"subscription": "starter-fee", "allocation": "individual"}
    expect(
        catalog,
        rules.INDIVIDUAL_NEEDS_SEATS,
        f"{SEATS}.subscription_config.allocation",
        '"starter-fee"',
        '"quantity_only"',
    )
    credit["subscription_config"]["allocation"] = "pooled"
    assert checked(catalog) == ()
    catalog.add_seats()
    credit["subscription_config"] |= {"subscription": "seats", "allocation": "individual"}
    assert checked(catalog) == ()


def test_one_daily_credit_a_package() -> None:
    catalog = example()
    catalog.credit["recurrence_frequency"] = "daily"
    assert checked(catalog) == ()
    catalog.spec["recurring_credits"]["second"] = deepcopy(catalog.credit)
    at = "recurring_credits.second.recurrence_frequency"
    expect(catalog, rules.DAILY_RECURRENCE, at, '"second"', '"signup-credit"')
    catalog.spec["recurring_credits"]["second"]["recurrence_frequency"] = "weekly"
    assert checked(catalog) == ()


def test_no_daily_credit_on_seats() -> None:
    catalog = example()
    seats = catalog.add_seats()
    credit = catalog.add_seat_credit(recurrence_frequency="daily")
    expect(catalog, rules.DAILY_RECURRENCE, f"{SEATS}.recurrence_frequency", '"seat-credit"', '"seats"')
    del seats["quantity_management_mode"], seats["seat_config"]
    seats["initial_quantity"] = 1
    assert credit["recurrence_frequency"] == "daily"
    assert checked(catalog) == ()


@pytest.mark.parametrize(
    ("frequency", "duration", "short"),
    [
        ("annual", "1 day", True),
        ("annual", "11 months", True),
        ("annual", "1 year", False),
        ("quarterly", "2 months", True),
        ("quarterly", "3 months", False),
        ("monthly", "30 days", True),
        ("monthly", "31 days", False),
        ("weekly", "6 days", True),
        ("weekly", "1 week", False),
        ("daily", "1 day", False),
        (None, "3 weeks", True),
        (None, "1 month", False),
    ],
)
def test_a_credit_that_ends_within_its_first_period(
    frequency: str | None, duration: str, *, short: bool
) -> None:
    catalog = example()
    catalog.credit["duration"] = duration
    if frequency:
        catalog.credit["recurrence_frequency"] = frequency
    if short:
        found = expect(
            catalog,
            rules.SHORT_RECURRENCE,
            f"{CREDIT}.duration",
            f'"{duration}"',
            f'"{frequency or "monthly"}"',
        )
        assert found.severity is Severity.WARNING
        catalog.credit["proration"] = "none"
    assert checked(catalog) == ()


def test_a_credit_without_a_frequency_follows_the_usage_invoices() -> None:
    catalog = example()
    catalog.spec["usage_statement_schedule"] = {"frequency": "annual"}
    expect(catalog, rules.SHORT_RECURRENCE, f"{CREDIT}.duration", '"3 months"', '"annual"')
    catalog.credit["recurrence_frequency"] = "monthly"
    assert checked(catalog) == ()


@pytest.mark.parametrize(("priority", "found"), [(4, True), (5, False), (6, False)])
def test_a_shared_credit_that_outranks_seats(priority: int, *, found: bool) -> None:
    catalog = example()
    catalog.add_seats()
    catalog.add_seat_credit(priority=5)
    catalog.credit["priority"] = priority
    if found:
        finding = expect(catalog, rules.SEAT_PRIORITY, f"{CREDIT}.priority", '"4"', '"seat-credit"', '"5"')
        assert finding.severity is Severity.WARNING
    else:
        assert checked(catalog) == ()


@pytest.mark.parametrize(
    "field", [{"applicable_products": ["input-tokens"]}, {"applicable_product_tags": ["tokens"]}]
)
def test_specifiers_next_to_products_or_tags(field: dict[str, list[str]]) -> None:
    catalog = example()
    del catalog.credit["applicable_products"]
    catalog.credit["specifiers"] = [{"product": "input-tokens"}]
    assert checked(catalog) == ()
    catalog.credit.update(field)
    at = f"{CREDIT}.specifiers"
    expect(catalog, rules.APPLICABILITY_CHOICE, at, '"specifiers"', f'"{next(iter(field))}"')


def test_products_next_to_tags_are_let_through() -> None:
    catalog = example()
    catalog.credit["applicable_product_tags"] = ["tokens"]
    assert checked(catalog) == ()
