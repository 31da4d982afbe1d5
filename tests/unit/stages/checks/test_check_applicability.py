from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.example_catalog import Example, checked, example, expect, segment

from pkgplan.model import rules
from pkgplan.model.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

THRESHOLD = "prepaid_balance_threshold_configuration.commit"


def add_threshold(catalog: Example) -> dict[str, Any]:
    """A balance threshold; its commit is what pays."""
    commit: dict[str, Any] = {"product": "signup-credit"}
    catalog.spec["prepaid_balance_threshold_configuration"] = {
        "is_enabled": True,
        "threshold_amount": "5.00 USD",
        "recharge_to_amount": "20.00 USD",
        "commit": commit,
        "payment_gate_config": {"payment_gate_type": "none"},
    }
    return commit


def the_credit(catalog: Example) -> dict[str, Any]:
    """The recurring credit of the example, without what it applies to."""
    del catalog.credit["applicable_products"]
    return catalog.credit


def add_monthly(catalog: Example) -> dict[str, Any]:
    """A recurring commit that pays for everything."""
    commit = catalog.add_monthly_commit()
    del commit["applicable_products"]
    return commit


BALANCES: dict[str, Callable[[Example], dict[str, Any]]] = {
    "commits.main": Example.add_commit,
    "credits.trial": Example.add_credit,
    "recurring_commits.monthly": add_monthly,
    "recurring_credits.signup-credit": the_credit,
    THRESHOLD: add_threshold,
}
every_balance = pytest.mark.parametrize("name", BALANCES)


@every_balance
@pytest.mark.parametrize(
    "field", [{"applicable_products": ["input-tokens"]}, {"applicable_product_tags": ["tokens"]}]
)
def test_specifiers_next_to_products_or_tags(name: str, field: dict[str, list[str]]) -> None:
    catalog = example()
    balance = BALANCES[name](catalog)
    balance["specifiers"] = [{"product": "input-tokens"}]
    assert checked(catalog) == ()
    balance.update(field)
    at = f"{name}.specifiers"
    expect(catalog, rules.APPLICABILITY_CHOICE, at, '"specifiers"', f'"{next(iter(field))}"')


def test_products_next_to_tags_are_let_through() -> None:
    catalog = example()
    catalog.credit["applicable_product_tags"] = ["tokens"]
    assert checked(catalog) == ()


@every_balance
def test_no_balance_pays_for_a_fixed_product(name: str) -> None:
    catalog = example()
    balance = BALANCES[name](catalog)
    balance["applicable_products"] = ["input-tokens", "signup-credit"]
    words = ('"signup-credit"', '"fixed"')
    expect(catalog, rules.WRONG_PRODUCT_TYPE, f"{name}.applicable_products.1", *words)
    del balance["applicable_products"]
    balance["specifiers"] = [{"product": "signup-credit"}]
    expect(catalog, rules.WRONG_PRODUCT_TYPE, f"{name}.specifiers.0.product", *words)


def test_a_credit_may_pay_for_a_subscription() -> None:
    catalog = example()
    catalog.credit["applicable_products"] = ["starter-fee"]
    assert checked(catalog) == ()


def in_units(catalog: Example, kind: str) -> tuple[dict[str, Any], str]:
    """A balance of 500 units of usage, and the route to where it says so."""
    if kind == "recurring":
        credit = the_credit(catalog)
        credit["access_amount"] |= {"access_type": "quantity", "unit_price": 500}
        return credit, "recurring_credits.signup-credit.access_amount.access_type"
    schedule = {"access_type": "quantity", "schedule_items": [segment(500)]}
    return catalog.add_credit(access_schedule=schedule), "credits.trial.access_schedule.access_type"


@pytest.mark.parametrize("kind", ["recurring", "once"])
def test_units_of_usage_are_units_of_something(kind: str) -> None:
    catalog = example()
    balance, at = in_units(catalog, kind)
    found = expect(catalog, rules.QUANTITY_ACCESS, at, "all products")
    assert found.severity is Severity.WARNING
    balance["applicable_product_tags"] = ["tokens"]
    assert checked(catalog) == ()


def test_a_subscription_has_no_units_of_usage() -> None:
    catalog = example()
    balance, _ = in_units(catalog, "once")
    balance["applicable_products"] = ["input-tokens", "starter-fee"]
    expect(catalog, rules.QUANTITY_ACCESS, "credits.trial.applicable_products.1", '"starter-fee"')
    del balance["applicable_products"]
    balance["specifiers"] = [{"product": "starter-fee"}, {"product": "input-tokens"}]
    expect(catalog, rules.QUANTITY_ACCESS, "credits.trial.specifiers.0.product", '"subscription"')
    del balance["specifiers"][0]
    assert checked(catalog) == ()
