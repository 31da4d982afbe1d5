from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.example_catalog import STARTER, Example, checked, example

FREE = {"type": "multiplier", "multiplier": 0}


def pinned(*products: str, **more: Any) -> Example:
    """The example with the label, and an overwrite for each product."""
    catalog = example()
    catalog[STARTER]["metadata"]["labels"] = {"price": "pinned"}
    catalog.spec["overrides"] = {
        product: {
            "override_specifiers": [
                {"product": product, **({"billing_frequency": "monthly"} if product == "starter-fee" else {})}
            ],
            "starting_at_offset": "0 months",
            "type": "overwrite",
            "overwrite_rate": {"rate_type": "flat", "price": "1.00 USD"},
            **more,
        }
        for product in products
    }
    return catalog


def loose(catalog: Example) -> list[str]:
    found = [each for each in checked(catalog) if each.rule.code == "PKG243"]
    assert all(each.at.route == ("metadata", "labels", "price") for each in found)
    return [each.message for each in found]


def test_prices_that_follow_the_rate_card_are_named_once() -> None:
    (message,) = loose(pinned("input-tokens"))
    assert '"output-tokens", "starter-fee monthly" follow the rate card behind' in message


def test_overwritten_prices_are_pinned() -> None:
    assert loose(pinned("input-tokens", "output-tokens", "starter-fee")) == []


def test_an_overwrite_has_to_last() -> None:
    assert len(loose(pinned("input-tokens", "output-tokens", "starter-fee", duration="11 months"))) == 1


def test_a_scaled_price_changes_with_the_card_and_a_free_one_does_not() -> None:
    catalog = pinned("input-tokens", "output-tokens", "starter-fee")
    override = catalog.spec["overrides"]["input-tokens"]
    del override["overwrite_rate"]
    override |= {"type": "multiplier", "multiplier": Decimal("0.5")}
    (message,) = loose(catalog)
    assert '"input-tokens" follows' in message
    override |= FREE
    assert loose(catalog) == []


def test_a_credit_that_draws_at_the_commit_rate_needs_that_fixed_too() -> None:
    catalog = pinned("input-tokens", "output-tokens", "starter-fee")
    catalog.card["rates"][0]["commit_rate"] = {"rate_type": "flat", "price": "0.80 USD"}
    assert loose(catalog) == []
    catalog.spec["recurring_credits"]["signup-credit"]["rate_type"] = "commit_rate"
    (message,) = loose(catalog)
    assert '"input-tokens" follows' in message
    fixed = catalog.spec["overrides"]["input-tokens"] | {"is_commit_specific": True, "target": "commit_rate"}
    catalog.spec["overrides"]["drawn"] = fixed
    assert loose(catalog) == []


def test_so_does_a_top_up_that_draws_at_the_commit_rate() -> None:
    catalog = pinned("input-tokens", "output-tokens", "starter-fee")
    catalog.card["rates"][0]["commit_rate"] = {"rate_type": "flat", "price": "0.80 USD"}
    commit = {"product": "signup-credit"}
    catalog.spec["prepaid_balance_threshold_configuration"] = {
        "is_enabled": True,
        "threshold_amount": "5.00 USD",
        "recharge_to_amount": "20.00 USD",
        "commit": commit,
        "payment_gate_config": {"payment_gate_type": "none"},
    }
    assert loose(catalog) == []
    commit["rate_type"] = "commit_rate"
    (message,) = loose(catalog)
    assert '"input-tokens" follows' in message


def test_what_is_not_sold_needs_no_price() -> None:
    catalog = pinned("input-tokens")
    del catalog.spec["subscriptions"]
    del catalog.spec["recurring_credits"]
    catalog.card["rates"][1]["entitled"] = False
    assert loose(catalog) == []


def test_other_values_of_the_label_mean_nothing() -> None:
    catalog = pinned()
    catalog[STARTER]["metadata"]["labels"] = {"price": "listed", "pinned": "price"}
    assert loose(catalog) == []


@pytest.mark.parametrize("label", ["Pinned", "pined", "PINNED "])
def test_a_label_that_is_almost_right_is_no_free_text(label: str) -> None:
    catalog = pinned()
    catalog[STARTER]["metadata"]["labels"] = {"price": label}
    (found,) = [each for each in checked(catalog) if each.rule.code == "PKG104"]
    assert found.at.route == ("metadata", "labels", "price")
    assert found.hint == 'write "pinned"'


def test_many_names_are_cut() -> None:
    catalog = pinned()
    for number in range(9):
        catalog.add("Product", f"tokens-{number}", catalog.spec_of("references/product-input-tokens.yaml"))
        catalog.card["rates"].append({**catalog.card["rates"][0], "product": f"tokens-{number}"})
    (message,) = loose(catalog)
    assert '"starter-fee monthly" and 9 more follow' in message
