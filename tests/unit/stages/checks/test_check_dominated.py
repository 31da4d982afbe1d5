from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from support.example_catalog import Example, checked, example

from pkgplan.stages.checks.dominated import MOST_ALIKE

PRO = "packages/package-pro.yaml"
INPUT = [{"product": "input-tokens"}]


def two(**more: Any) -> tuple[Example, dict[str, Any]]:
    """The example with a package `pro` of the same terms under a name of its own."""
    catalog = only_starter()
    spec = deepcopy(catalog.spec)
    spec |= {"name": "Pro", "aliases": [{"name": "Pro Plan", "starting_at": "2025-10-01"}], **more}
    catalog.add("Package", "pro", spec)
    return catalog, catalog.spec_of(PRO)


def only_starter() -> Example:
    catalog = example()
    for path in [
        path for path in catalog if path.startswith("packages/") and path != "packages/starter.yaml"
    ]:
        del catalog[path]
    return catalog


def dominated(catalog: Example) -> list[str]:
    found = [each for each in checked(catalog) if each.rule.code == "PKG244"]
    assert all(each.at.route == ("metadata", "key") for each in found)
    return [each.message.split('"')[1] for each in found]


def override(price: str, **more: Any) -> dict[str, Any]:
    return {
        "override_specifiers": INPUT,
        "starting_at_offset": "0 months",
        "type": "overwrite",
        "overwrite_rate": {"rate_type": "flat", "price": price},
        **more,
    }


def test_two_packages_of_the_same_terms_are_both_worth_buying() -> None:
    catalog, _ = two()
    assert dominated(catalog) == []


def test_a_package_with_one_higher_price_is_dominated() -> None:
    catalog, pro = two(overrides={"price": override("0.90 USD")})
    (found,) = (each for each in checked(catalog) if each.rule.code == "PKG244")
    assert '"starter"' in found.message
    assert '"input-tokens" at "0.90 USD" instead of "1.00 USD"' in found.message
    assert found.hint == "compare them with `pkgplan diff starter pro`"
    pro["overrides"]["price"] = override("1.10 USD")
    assert dominated(catalog) == ["pro"]


def test_a_price_for_a_price_is_a_choice() -> None:
    catalog, pro = two(overrides={"price": override("0.90 USD")})
    pro["overrides"]["other"] = override("3.10 USD", override_specifiers=[{"product": "output-tokens"}])
    assert dominated(catalog) == []


def test_prices_are_compared_over_all_of_the_time() -> None:
    catalog, pro = two(overrides={"price": override("0.90 USD", duration="3 months")})
    assert dominated(catalog) == ["starter"]
    pro["overrides"]["later"] = override("1.10 USD", starting_at_offset="11 months")
    assert dominated(catalog) == []


def test_prices_are_compared_with_every_rate_of_the_card() -> None:
    catalog, _ = two(overrides={"price": override("0.90 USD")})
    cheap = {**catalog.card["rates"][0], "starting_at": "2027-01-01", "price": "0.80 USD"}
    catalog.card["rates"].append(cheap)
    assert dominated(catalog) == []


@pytest.mark.parametrize(
    ("change", "worse"),
    [
        ({"unit_price": "11.00 USD"}, ["starter"]),
        ({"unit_price": "5.00 USD", "quantity": 3}, ["starter"]),
        ({"unit_price": "5.00 USD", "quantity": 2}, []),
        ({"unit_price": "9.00 USD"}, ["pro"]),
    ],
)
def test_what_is_granted_counts(change: dict[str, Any], worse: list[str]) -> None:
    catalog, pro = two()
    pro["recurring_credits"]["signup-credit"]["access_amount"] |= change
    assert dominated(catalog) == worse


def test_a_credit_that_differs_in_anything_else_is_another_one() -> None:
    catalog, pro = two()
    credit = pro["recurring_credits"]["signup-credit"]
    credit["access_amount"]["unit_price"] = "11.00 USD"
    credit["duration"] = "2 months"
    assert dominated(catalog) == []


def test_one_more_credit_is_better_and_its_name_means_nothing() -> None:
    catalog, pro = two()
    grants = pro["recurring_credits"]
    grants["welcome"] = {**grants.pop("signup-credit"), "name": "Welcome"}
    assert dominated(catalog) == []
    grants["more"] = deepcopy(grants["welcome"])
    assert dominated(catalog) == ["starter"]


def test_a_commit_for_less_is_better_and_one_more_is_not() -> None:
    item = {"unit_price": "900.00 USD", "quantity": 1, "date_offset": "0 months"}
    commit = {
        "type": "prepaid",
        "product": "signup-credit",
        "access_schedule": {
            "schedule_items": [
                {"amount": "1000.00 USD", "starting_at_offset": "0 months", "duration": "12 months"}
            ]
        },
        "invoice_schedule": {"schedule_items": [item]},
    }
    catalog, pro = two(commits={"main": deepcopy(commit)})
    assert dominated(catalog) == []
    catalog.spec["commits"] = {"main": commit}
    assert dominated(catalog) == []
    item["unit_price"] = "950.00 USD"
    assert dominated(catalog) == ["starter"]
    assert [each.message for each in checked(catalog) if '"main" for less' in each.message] != []
    pro["commits"]["main"]["access_schedule"]["schedule_items"][0]["amount"] = "999.00 USD"
    assert dominated(catalog) == []


@pytest.mark.parametrize(
    "more",
    [
        {"duration": "24 months"},
        {"net_payment_terms_days": 30},
        {"subscriptions": {}},
        {"aliases": []},
        {"aliases": [{"name": "Pro Plan", "starting_at": "2025-01-01", "ending_before": "2025-10-01"}]},
        {"aliases": [{"name": "Starter Plan", "starting_at": "2026-10-01"}]},
        {"retire": {"at": "2027-01-01"}},
        {"rate_card_alias": None, "rate_card": "tokens"},
        {"overrides": {"price": override("0.90 USD"), "off": override("0.90 USD", entitled=False)}},
        {
            "overrides": {
                "price": override("0.90 USD"),
                "drawn": {
                    **override("0.90 USD"),
                    "type": "multiplier",
                    "multiplier": Decimal(2),
                    "is_commit_specific": True,
                },
            }
        },
        {
            "overrides": {
                "price": override("0.90 USD", duration="30 days"),
                "later": override("0.80 USD", starting_at_offset="1 month"),
            }
        },
    ],
)
def test_what_cannot_be_put_in_order_is_no_worse(more: dict[str, Any]) -> None:
    catalog, pro = two(overrides={"price": override("0.90 USD")})
    assert dominated(catalog) == ["starter"]
    pro.update(more)
    for nothing in [field for field, value in pro.items() if value is None]:
        del pro[nothing]
    for each in pro["overrides"].values():
        if each["type"] == "multiplier":
            each.pop("overwrite_rate", None)
    assert dominated(catalog) == []


def test_packages_with_other_labels_are_for_other_customers() -> None:
    catalog, _ = two(overrides={"price": override("0.90 USD")})
    catalog[PRO]["metadata"]["labels"] = {"segment": "education"}
    assert dominated(catalog) == []
    catalog["packages/starter.yaml"]["metadata"]["labels"] = {"segment": "education", "price": "listed"}
    assert dominated(catalog) == ["starter"]


def test_each_dominated_package_is_noted_once() -> None:
    catalog, pro = two(overrides={"price": override("0.90 USD")})
    third = {**deepcopy(pro), "aliases": [{"name": "Third Plan"}], "overrides": {"p": override("0.80 USD")}}
    catalog.add("Package", "third", third)
    assert dominated(catalog) == ["pro", "starter"]


def test_a_crowd_of_alike_packages_is_left_alone() -> None:
    catalog, pro = two(overrides={"price": override("0.90 USD")})
    for number in range(MOST_ALIKE - 2):
        catalog.add("Package", f"p{number}", {**deepcopy(pro), "aliases": [{"name": f"Plan {number}"}]})
    assert dominated(catalog) == ["starter"]
    catalog.add("Package", "last", {**deepcopy(pro), "aliases": [{"name": "Last Plan"}]})
    assert dominated(catalog) == []
