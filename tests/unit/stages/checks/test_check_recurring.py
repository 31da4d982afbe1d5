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
    catalog.split_up("presentation_group_key", "user_id")
    assert checked(catalog) == ()


def test_individual_credits_need_usage_that_names_its_seat() -> None:
    catalog = example()
    catalog.add_seats()
    credit = catalog.add_seat_credit()
    credit["subscription_config"]["allocation"] = "individual"
    at = "subscriptions.seats.seat_config.seat_group_key"
    assert expect(catalog, rules.SEAT_GROUP_KEY, at, '"user_id"').severity is Severity.WARNING
    catalog.split_up("presentation_group_key", "project")
    assert '"project"' in expect(catalog, rules.SEAT_GROUP_KEY, at).hint
    credit["subscription_config"]["allocation"] = "pooled"
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


def test_the_rules_hold_for_recurring_commits_too() -> None:
    catalog = example()
    commit = catalog.add_monthly_commit()
    assert checked(catalog) == ()
    del commit["access_amount"]["quantity"]
    expect(
        catalog,
        rules.QUANTITY_OR_SEATS,
        "recurring_commits.monthly.access_amount",
        'recurring commit "monthly"',
    )
    commit["subscription_config"] = {
        "subscription": "starter-fee",
        "apply_seat_increase_config": {"is_prorated": True},
        "allocation": "individual",
    }
    at = "recurring_commits.monthly.subscription_config.allocation"
    expect(catalog, rules.INDIVIDUAL_NEEDS_SEATS, at, '"starter-fee"')
    commit["subscription_config"] |= {"subscription": "seat", "allocation": "pooled"}
    expect(
        catalog, rules.UNKNOWN_TERM, "recurring_commits.monthly.subscription_config.subscription", '"seat"'
    )
    commit["subscription_config"]["subscription"] = "starter-fee"
    commit["duration"] = "1 week"
    expect(catalog, rules.SHORT_RECURRENCE, "recurring_commits.monthly.duration", '"1 week"')


def test_one_daily_grant_over_both_kinds() -> None:
    catalog = example()
    catalog.credit["recurrence_frequency"] = "daily"
    commit = catalog.add_monthly_commit(recurrence_frequency="daily")
    at = f"{CREDIT}.recurrence_frequency"
    expect(
        catalog, rules.DAILY_RECURRENCE, at, 'recurring credit "signup-credit"', 'recurring commit "monthly"'
    )
    commit["recurrence_frequency"] = "weekly"
    assert checked(catalog) == ()


@pytest.mark.parametrize(
    ("priority", "seats", "found"), [(None, 101, True), (None, 100, False), (1, 2, True), (2, 2, False)]
)
@pytest.mark.parametrize("kind", ["commits", "credits", "recurring_commits"])
def test_a_shared_balance_that_outranks_seats(
    kind: str, priority: int | None, seats: int, *, found: bool
) -> None:
    catalog = example()
    catalog.add_seats()
    catalog.add_seat_credit(priority=seats)
    catalog.credit["priority"] = seats
    add = {
        "commits": catalog.add_commit,
        "credits": catalog.add_credit,
        "recurring_commits": catalog.add_monthly_commit,
    }[kind]
    term = add("term", **({} if priority is None else {"priority": priority}))
    if priority is None and kind == "recurring_commits":
        term["priority"] = 100
    if found:
        at = f"{kind}.term.priority" if "priority" in term else f"{kind}.term"
        expect(catalog, rules.SEAT_PRIORITY, at, f'"{priority or 100}"', f'"{seats}"')
    else:
        assert checked(catalog) == ()


def test_a_seat_based_commit_is_outranked_like_a_credit() -> None:
    catalog = example()
    catalog.add_seats()
    credit = catalog.add_seat_credit()
    del catalog.spec["recurring_credits"]["seat-credit"]
    catalog.spec["recurring_commits"] = {"seat-commit": credit | {"priority": 5}}
    expect(catalog, rules.SEAT_PRIORITY, f"{CREDIT}.priority", '"1"', '"seat-commit"', '"5"')
