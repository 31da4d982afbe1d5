"""What reads show of each kind of term: names for ids, ids of templates, defaults filled in, inputs left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.offline import COINS, CREDIT, TOKENS, a_credit, a_subscription, without
from support.offline_terms import (
    START,
    YEAR,
    a_balance_threshold,
    a_charge,
    a_commit,
    a_flat_rate,
    a_multiplier,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    a_tracker,
    access,
    an_overwrite,
    dated,
    with_terms,
)

from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object, canonical
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from pkgplan.engine import Engine

USD: JsonObject = {"id": USD_CREDIT_TYPE_ID, "name": "USD (cents)"}
PRODUCT: JsonObject = {"id": CREDIT, "name": "Sign-up credit"}
LINK: JsonObject = {"subscription_id": "starter-fee", "apply_seat_increase_config": {"is_prorated": True}}


def read(engine: Engine, **terms: JsonValue) -> JsonObject:
    package_id = as_object(engine.call("packages.create", with_terms(**terms))["data"])["id"]
    return as_object(engine.call("packages.get", {"package_id": package_id})["data"])


def shown(engine: Engine, kind: str, *terms: JsonValue, **others: JsonValue) -> list[JsonObject]:
    """The terms of one kind, as they are read back."""
    return [as_object(item) for item in as_list(read(engine, **{kind: list(terms)}, **others)[kind])]


def test_a_commit_comes_back_with_names_and_ids(engine: Engine) -> None:
    (commit,) = shown(
        engine, "commits", a_commit(access_schedule=access(credit_type_id=COINS, access_type="spend"))
    )
    (segment,) = as_list(as_object(commit["access_schedule"])["schedule_items"])
    (payment,) = as_list(as_object(commit["invoice_schedule"])["schedule_items"])
    ids = {as_object(item)["id"] for item in (commit, segment, payment)}
    assert len(ids) == 3
    assert commit == {
        "id": commit["id"],
        "type": "PREPAID",
        "product": PRODUCT,
        "rate_type": "LIST_RATE",
        "access_schedule": {
            "access_type": "SPEND",
            "credit_type": {"id": COINS, "name": "Coins"},
            "schedule_items": [
                {
                    "id": as_object(segment)["id"],
                    "amount": 1000,
                    "starting_at_offset": START,
                    "duration": YEAR,
                }
            ],
        },
        "invoice_schedule": {
            "do_not_invoice": False,
            "credit_type": USD,
            "schedule_items": [
                {"id": as_object(payment)["id"], "unit_price": 1000, "quantity": 1, "date_offset": START}
            ],
        },
    }


def test_a_complimentary_commit_comes_back_without_a_schedule(engine: Engine) -> None:
    (commit,) = shown(engine, "commits", without(a_commit(), "invoice_schedule"))
    assert "invoice_schedule" not in commit


def test_do_not_invoice_comes_back_as_it_was_given(engine: Engine) -> None:
    (commit,) = shown(engine, "commits", a_commit(invoice_schedule=dated(1, do_not_invoice=True)))
    assert as_object(commit["invoice_schedule"])["do_not_invoice"] is True


def test_a_credit_has_no_type_and_units_of_usage_no_pricing_unit(engine: Engine) -> None:
    (credit,) = shown(engine, "credits", a_single_credit(access_schedule=access(access_type="QUANTITY")))
    assert "type" not in credit
    unit = as_object(as_object(credit["access_schedule"])["credit_type"])
    assert unit["id"] == "00000000-0000-0000-0000-000000000000"


def test_a_charge_comes_back_with_its_dates(engine: Engine) -> None:
    (charge,) = shown(engine, "scheduled_charges", a_charge(name="Onboarding", schedule=dated(1, 2)))
    assert (charge["product"], charge["name"]) == (PRODUCT, "Onboarding")
    schedule = as_object(charge["schedule"])
    assert schedule["credit_type"] == USD
    assert [as_object(item)["unit_price"] for item in as_list(schedule["schedule_items"])] == [1, 2]


def test_a_recurring_commit_comes_back_with_what_it_costs(engine: Engine) -> None:
    term = a_recurring_commit(access_amount={"unit_price": 5}, subscription_config=LINK)
    package = read(engine, recurring_commits=[term], subscriptions=[a_subscription()])
    (commit,) = (as_object(item) for item in as_list(package["recurring_commits"]))
    assert commit["invoice_amount"] == term["invoice_amount"]
    assert commit["access_amount"] == {"unit_price": 5, "credit_type_id": USD_CREDIT_TYPE_ID}
    assert commit["commit_duration"] == {"value": 1, "unit": "PERIODS"}
    assert (
        as_object(commit["subscription_config"])["subscription_template_id"]
        == (as_object(as_list(package["subscriptions"])[0])["id"])
    )


def test_overrides_name_the_templates_of_their_commits(engine: Engine) -> None:
    specifiers: list[JsonValue] = [
        {"product_id": TOKENS, "commit_ids": ["second", "main"], "recurring_commit_ids": ["monthly"]},
        {"product_id": TOKENS, "any_commit_or_credit_ids": ["signup-credit", "main", "monthly"]},
    ]
    package = read(
        engine,
        overrides=[a_multiplier(*specifiers, is_commit_specific=True)],
        commits=[a_commit(), a_commit(temporary_id="second"), without(a_commit(), "temporary_id")],
        recurring_commits=[a_recurring_commit()],
        recurring_credits=[a_credit()],
    )
    main, second, unnamed = (as_object(item)["id"] for item in as_list(package["commits"]))
    monthly = as_object(as_list(package["recurring_commits"])[0])["id"]
    credit = as_object(as_list(package["recurring_credits"])[0])["id"]
    assert len({main, second, unnamed, monthly, credit}) == 5
    assert as_object(as_list(package["overrides"])[0])["override_specifiers"] == [
        {
            "product_id": TOKENS,
            "commit_template_ids": [second, main],
            "recurring_commit_template_ids": [monthly],
        },
        {"product_id": TOKENS, "any_commit_or_credit_template_ids": [credit, main, monthly]},
    ]


def test_tiers_of_an_override_come_back_under_another_name(engine: Engine) -> None:
    tiers: JsonValue = [{"size": 10, "multiplier": 1}, {"multiplier": 0}]
    term = without(a_multiplier(), "multiplier") | {"type": "tiered", "tiers": tiers, "priority": 1}
    (override,) = shown(engine, "overrides", term, multiplier_override_prioritization="EXPLICIT")
    assert override["override_tiers"] == tiers
    assert "tiers" not in override
    assert override["type"] == "TIERED"


def test_an_overwrite_comes_back_with_its_unit_if_one_was_given(engine: Engine) -> None:
    in_coins, in_none = shown(
        engine,
        "overrides",
        an_overwrite(a_flat_rate(credit_type_id=COINS)),
        an_overwrite({"rate_type": "percentage", "price": 1, "minimum_config": {"minimum": 5}}),
    )
    assert in_coins["overwrite_rate"] == {
        "rate_type": "FLAT",
        "price": 5,
        "credit_type": {"id": COINS, "name": "Coins"},
    }
    assert in_none["overwrite_rate"] == {
        "rate_type": "PERCENTAGE",
        "price": 1,
        "minimum_config": {"minimum": 5},
    }


def test_an_entitlement_comes_back_as_nothing_else(engine: Engine) -> None:
    term = without(a_multiplier(), "type", "multiplier") | {"entitled": False}
    (override,) = shown(engine, "overrides", term)
    assert override == {"id": override["id"], **term}


def test_thresholds_and_trackers_come_back_as_they_were_given(engine: Engine) -> None:
    given: JsonObject = {
        "spend_threshold_configuration": a_spend_threshold(),
        "prepaid_balance_threshold_configuration": a_balance_threshold(
            commit={"product_id": CREDIT, "rate_type": "commit_rate", "duration": YEAR}
        ),
        "spend_trackers": [a_tracker()],
    }
    package = read(engine, **given)
    assert package["spend_threshold_configuration"] == given["spend_threshold_configuration"]
    assert package["spend_trackers"] == given["spend_trackers"]
    assert as_object(package["prepaid_balance_threshold_configuration"])["commit"] == {
        "product_id": CREDIT,
        "rate_type": "COMMIT_RATE",
        "duration": YEAR,
    }


def test_thresholds_that_were_not_given_are_not_there(engine: Engine) -> None:
    assert not {
        "spend_threshold_configuration",
        "prepaid_balance_threshold_configuration",
        "spend_trackers",
    } & set(read(engine))


def test_temporary_ids_and_unknown_fields_are_gone(engine: Engine) -> None:
    package = read(
        engine,
        commits=[a_commit(temporary_id="t-1", colour="red")],
        recurring_commits=[a_recurring_commit(temporary_id="t-2")],
        recurring_credits=[a_credit(temporary_id="t-3")],
        subscriptions=[a_subscription(temporary_id="t-4")],
        overrides=[
            a_multiplier({"product_id": TOKENS, "commit_ids": ["t-1"]}, is_commit_specific=True),
        ],
    )
    text = canonical(package)
    for lost in (b"temporary_id", b"t-1", b"t-2", b"t-3", b"t-4", b"colour"):
        assert lost not in text
