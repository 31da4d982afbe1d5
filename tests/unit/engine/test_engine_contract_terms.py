"""What the terms of a package become on a contract: instants for offsets, new ids, references, amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import (
    CARD,
    COINS,
    EURO,
    EURO_CARD,
    FEE,
    TOKENS,
    a_credit,
    a_package,
    a_subscription,
    without,
)
from support.offline_terms import (
    a_balance_threshold,
    a_charge,
    a_commit,
    a_fee,
    a_flat_rate,
    a_multiplier,
    a_postpaid_commit,
    a_recurring_commit,
    a_single_credit,
    a_spend_threshold,
    a_tracker,
    access,
    an_overwrite,
)
from support.provisioned import a_customer, an_engine_that_reads, provision, provisioned, refusal, the_package

from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue


def span(value: int, unit: str = "MONTHS") -> JsonObject:
    return {"value": value, "unit": unit}


def terms(engine: Engine, kind: str, starting_at: str = "2025-10-01T00:00:00Z", **package: Any) -> Any:
    return provisioned(engine, starting_at, **package).body[kind]


def segment(amount: JsonValue, offset: JsonObject, duration: JsonObject) -> JsonObject:
    return {"amount": amount, "starting_at_offset": offset, "duration": duration}


def without_terms(**changes: JsonValue) -> dict[str, Any]:
    return {"recurring_credits": [], "subscriptions": [], "duration": span(12), **changes}


def test_a_recurring_credit_of_three_months_ends_where_the_guide_says(engine: Engine) -> None:
    (credit,) = terms(engine, "recurring_credits")
    assert credit["starting_at"] == "2025-10-01T00:00:00.000Z"
    assert credit["ending_before"] == "2026-01-01T00:00:00.000Z"
    assert "starting_at_offset" not in credit
    assert "duration" not in credit


def test_months_are_counted_from_the_contract_and_clamped_and_durations_from_the_clamped_start(
    engine: Engine,
) -> None:
    items: JsonValue = [
        segment(1, span(1), span(1)),
        segment(2, span(2), span(1)),
        segment(3, span(1, "WEEKS"), span(36, "DAYS")),
        segment(4, span(1, "YEARS"), span(1, "MONTHS")),
    ]
    (commit,) = terms(
        engine,
        "commits",
        "2023-01-31T15:00:00Z",
        **without_terms(
            duration=span(3, "YEARS"), commits=[a_commit(access_schedule={"schedule_items": items})]
        ),
    )
    assert [
        (item["amount"], item["starting_at"], item["ending_before"])
        for item in commit["access_schedule"]["schedule_items"]
    ] == [
        (1, "2023-02-28T15:00:00.000Z", "2023-03-28T15:00:00.000Z"),
        (2, "2023-03-31T15:00:00.000Z", "2023-04-30T15:00:00.000Z"),
        (3, "2023-02-07T15:00:00.000Z", "2023-03-15T15:00:00.000Z"),
        (4, "2024-01-31T15:00:00.000Z", "2024-02-29T15:00:00.000Z"),
    ]


def test_what_is_due_is_unit_price_times_quantity_with_every_digit(engine: Engine) -> None:
    item: JsonObject = {
        "unit_price": Decimal("0.12345678901234567891"),
        "quantity": Decimal("98765432109876543.1"),
        "date_offset": span(2),
    }
    charge = a_charge(schedule={"schedule_items": [item]})
    (term,) = terms(engine, "scheduled_charges", **without_terms(scheduled_charges=[charge]))
    (due,) = term["schedule"]["schedule_items"]
    assert due["amount"] == Decimal("12193263113702179.509782045540853376021")
    assert (due["unit_price"], due["quantity"]) == (item["unit_price"], item["quantity"])
    assert due["timestamp"] == "2025-12-01T00:00:00.000Z"
    assert term["schedule"]["credit_type"]["name"] == "USD (cents)"


def test_a_term_has_ids_of_its_own_and_what_the_package_says_of_it(engine: Engine) -> None:
    commit = a_commit(
        name="Main", priority=7, rollover_fraction=Decimal("0.5"), applicable_product_tags=["compute"]
    )
    contract = provisioned(engine, **without_terms(commits=[commit]))
    package: Any = engine.call("packages.get", {"package_id": contract.package_id})["data"]
    body: Any = contract.body
    (template,), (term,) = package["commits"], body["commits"]
    assert {term["id"], *item_ids(term)}.isdisjoint({template["id"], *item_ids(template)})
    assert len({term["id"], *item_ids(term)}) == 3
    assert "temporary_id" not in term
    same = (
        "name",
        "priority",
        "rollover_fraction",
        "applicable_product_tags",
        "product",
        "type",
        "rate_type",
    )
    assert {name: term[name] for name in same} == {name: template[name] for name in same}
    assert term["invoice_schedule"]["do_not_invoice"] is False
    assert term["invoice_schedule"]["schedule_items"][0]["amount"] == 1000


def item_ids(term: Any) -> list[str]:
    schedules = (term["access_schedule"], term["invoice_schedule"])
    return [item["id"] for schedule in schedules for item in schedule["schedule_items"]]


def test_a_credit_says_that_it_is_one(engine: Engine) -> None:
    (credit,) = terms(engine, "credits", **without_terms(credits=[a_single_credit()]))
    assert credit["type"] == "CREDIT"
    assert credit["access_schedule"]["schedule_items"][0]["amount"] == 1000


def test_grants_follow_the_usage_statements_or_a_rhythm_of_their_own(engine: Engine) -> None:
    wanted: JsonValue = [
        a_credit(),
        a_credit(temporary_id="own", recurrence_frequency="MONTHLY", starting_at_offset=span(3, "DAYS")),
    ]
    aligned, own = terms(engine, "recurring_credits", "2025-10-15T07:00:00Z", recurring_credits=wanted)
    assert aligned["anchor_date"] == "2025-11-01T00:00:00.000Z"
    assert own["anchor_date"] == own["starting_at"] == "2025-10-18T07:00:00.000Z"


def test_a_recurring_term_is_linked_to_the_subscription_of_its_own_contract(engine: Engine) -> None:
    link: JsonObject = {"subscription_id": "starter-fee", "apply_seat_increase_config": {"is_prorated": True}}
    credit = a_credit(access_amount={"unit_price": 10}, subscription_config=link)
    package_id = the_package(engine, recurring_credits=[credit])
    for _ in range(2):
        body: Any = provision(engine, package_id=package_id).body
        assert body["recurring_credits"][0]["subscription_config"] == {
            "allocation": "POOLED",
            "apply_seat_increase_config": {"is_prorated": True},
            "subscription_id": body["subscriptions"][0]["id"],
        }


def test_a_subscription_begins_with_its_quantity(engine: Engine) -> None:
    wanted = a_subscription(initial_quantity=3, starting_at_offset=span(1), duration=span(2))
    (term,) = terms(engine, "subscriptions", recurring_credits=[], subscriptions=[wanted])
    dates = {"starting_at": "2025-11-01T00:00:00.000Z", "ending_before": "2026-01-01T00:00:00.000Z"}
    assert term["quantity_schedule"] == [{"quantity": 3, **dates}]
    assert {name: term[name] for name in dates} == dates
    assert "initial_quantity" not in term
    assert term["billing_cycle_config"] == {
        "anchor_date": "2025-10-01T00:00:00.000Z",
        "invoice_placement": "ON_USAGE_INVOICE",
    }


@pytest.mark.parametrize(("given", "seats"), [({"initial_unassigned_seats": 12}, 12), ({}, 0)])
def test_a_subscription_of_seats_begins_with_unassigned_ones(
    engine: Engine, given: JsonObject, seats: int
) -> None:
    wanted = a_subscription(
        quantity_management_mode="SEAT_BASED", seat_config={"seat_group_key": "user", **given}
    )
    del wanted["initial_quantity"]
    (term,) = terms(engine, "subscriptions", recurring_credits=[], subscriptions=[wanted])
    assert [item["quantity"] for item in term["quantity_schedule"]] == [seats]
    assert term["seat_config"] == {"seat_group_key": "user"}


def test_a_subscription_says_in_which_units_it_is_priced_and_billed(engine: Engine) -> None:
    add_rate: JsonObject = {
        "rate_card_id": EURO_CARD, "product_id": FEE, "starting_at": "2025-01-01T00:00:00Z", "entitled": True,
        "rate_type": "FLAT", "price": 5, "credit_type_id": COINS, "billing_frequency": "MONTHLY",
    }  # fmt: skip
    engine.call("rates.add", add_rate)
    in_coins: Any = {"name": "Coins", "rate_card_id": EURO_CARD, "subscriptions": [a_subscription()]}
    created: Any = engine.call("packages.create", in_coins)
    body: Any = provision(engine, package_id=created["data"]["id"]).body
    units = ("fiat_credit_type_id", "custom_credit_type_id")
    assert [body["subscriptions"][0].get(name) for name in units] == [EURO, COINS]
    (plain,) = terms(engine, "subscriptions")
    assert [plain.get(name) for name in units] == [USD_CREDIT_TYPE_ID, None]


def test_overrides_name_the_terms_of_their_own_contract(engine: Engine) -> None:
    body: Any = provisioned(
        engine,
        **without_terms(
            commits=[a_commit()],
            recurring_commits=[a_recurring_commit()],
            overrides=[
                a_multiplier({"product_id": TOKENS, "commit_ids": ["main"]}, is_commit_specific=True),
                a_multiplier(
                    {"product_id": TOKENS, "recurring_commit_ids": ["monthly"]}, is_commit_specific=True
                ),
                a_multiplier(
                    {"product_id": TOKENS, "any_commit_or_credit_ids": ["monthly", "main"]},
                    is_commit_specific=True,
                    target="LIST_RATE",
                ),
            ],
        ),
    ).body
    main, monthly = body["commits"][0]["id"], body["recurring_commits"][0]["id"]
    assert [override["override_specifiers"] for override in body["overrides"]] == [
        [{"product_id": TOKENS, "commit_ids": [main]}],
        [{"product_id": TOKENS, "recurring_commit_ids": [monthly]}],
        [{"product_id": TOKENS, "any_commit_or_credit_ids": [monthly, main]}],
    ]


def test_overrides_keep_their_prices_and_get_dates(engine: Engine) -> None:
    overwrite = an_overwrite(a_flat_rate(12), a_fee(), starting_at_offset=span(2), duration=span(3))
    tiers: JsonValue = [{"multiplier": Decimal("0.5"), "size": 10}, {"multiplier": 1}]
    tiered = a_multiplier(type="TIERED", tiers=tiers, priority=1)
    del tiered["multiplier"]
    overwritten, stepped = terms(
        engine,
        "overrides",
        **without_terms(overrides=[overwrite, tiered], multiplier_override_prioritization="EXPLICIT"),
    )
    assert overwritten["starting_at"] == "2025-12-01T00:00:00.000Z"
    assert overwritten["ending_before"] == "2026-03-01T00:00:00.000Z"
    assert overwritten["overwrite_rate"] == {"rate_type": "FLAT", "price": 12}
    assert overwritten["override_specifiers"] == [{"product_id": FEE, "billing_frequency": "MONTHLY"}]
    assert stepped["override_tiers"] == tiers
    assert stepped["ending_before"] == "2026-10-01T00:00:00.000Z", "as long as the contract"


def late(**lasts: JsonObject) -> dict[str, Any]:
    """A package of a year whose terms reach beyond it, or begin when it is over."""
    after: JsonObject = {"starting_at_offset": span(12), **lasts}
    return without_terms(
        commits=[
            a_commit(
                access_schedule={
                    "schedule_items": [segment(1, span(6), span(9)), segment(2, span(12), span(1))]
                }
            )
        ],
        recurring_commits=[
            a_recurring_commit(duration=span(3, "YEARS")),
            a_recurring_commit(temporary_id="late", **after),
        ],
        subscriptions=[a_subscription(duration=span(13)), a_subscription(temporary_id="late-fee", **after)],
        recurring_credits=[
            a_credit(
                access_amount={"unit_price": 10},
                subscription_config={
                    "subscription_id": "late-fee",
                    "apply_seat_increase_config": {"is_prorated": True},
                },
            )
        ],
        overrides=[
            a_multiplier(duration=span(2, "YEARS")),
            a_multiplier(**after),
            a_multiplier({"product_id": TOKENS, "recurring_commit_ids": ["late"]}, is_commit_specific=True),
            a_multiplier(
                {"product_id": TOKENS, "recurring_commit_ids": ["late", "monthly"]}, is_commit_specific=True
            ),
        ],
    )


def test_terms_end_with_their_contract(engine: Engine) -> None:
    body: Any = provisioned(engine, **late()).body
    end = "2026-10-01T00:00:00.000Z"
    (commit,) = body["commits"]
    assert [
        (each["amount"], each["ending_before"]) for each in commit["access_schedule"]["schedule_items"]
    ] == [(1, end)]
    kinds = ("recurring_commits", "subscriptions", "overrides")
    assert {kind: [term["ending_before"] for term in body[kind]] for kind in kinds} == {
        "recurring_commits": [end],
        "subscriptions": [end],
        "overrides": [end, end],
    }
    assert body["recurring_credits"] == [], "its subscription begins after the contract"
    assert body["overrides"][1]["override_specifiers"] == [
        {"product_id": TOKENS, "recurring_commit_ids": [body["recurring_commits"][0]["id"]]}
    ]


def test_terms_go_on_after_their_contract_under_the_other_reading() -> None:
    with an_engine_that_reads(term_after_contract_end="kept") as engine:
        body: Any = provisioned(engine, **late(duration=span(1))).body
    assert [item["ending_before"] for item in body["commits"][0]["access_schedule"]["schedule_items"]] == [
        "2027-01-01T00:00:00.000Z",
        "2026-11-01T00:00:00.000Z",
    ]
    counts = {
        kind: len(body[kind])
        for kind in ("recurring_commits", "subscriptions", "recurring_credits", "overrides")
    }
    assert counts == {"recurring_commits": 2, "subscriptions": 2, "recurring_credits": 1, "overrides": 4}


def test_what_would_last_no_time_is_left_out_under_either_reading() -> None:
    with an_engine_that_reads(term_after_contract_end="kept") as engine:
        body: Any = provisioned(engine, **late()).body
    kinds = ("recurring_commits", "subscriptions", "recurring_credits", "overrides")
    assert [len(body[kind]) for kind in kinds] == [1, 1, 0, 2]
    assert all(term["starting_at"] < term["ending_before"] for kind in kinds for term in body[kind]), (
        "neither empty nor inverted"
    )


def due(*offsets: JsonObject) -> JsonObject:
    items: JsonValue = [{"unit_price": 5, "quantity": 2, "date_offset": offset} for offset in offsets]
    return {"schedule_items": items}


def due_dates(schedule: Any) -> list[str]:
    return [item["timestamp"][:10] for item in schedule["schedule_items"]]


def test_nothing_falls_due_after_the_contract_but_a_true_up(engine: Engine) -> None:
    offsets = (span(11), span(12), span(366, "DAYS"))
    body: Any = provisioned(
        engine,
        **without_terms(
            scheduled_charges=[a_charge(schedule=due(*offsets))],
            commits=[
                a_commit(invoice_schedule=due(*offsets)),
                a_postpaid_commit(
                    temporary_id="later", access_schedule=access(10), invoice_schedule=due(span(13))
                ),
            ],
        ),
    ).body
    prepaid, postpaid = body["commits"]
    assert due_dates(body["scheduled_charges"][0]["schedule"]) == ["2026-09-01", "2026-10-01"]
    assert due_dates(prepaid["invoice_schedule"]) == ["2026-09-01", "2026-10-01"]
    assert due_dates(postpaid["invoice_schedule"]) == ["2026-11-01"]


def test_without_an_end_of_the_contract_terms_are_open(engine: Engine) -> None:
    created: Any = engine.call("packages.create", without(a_package(), "duration"))
    contract = provision(engine, package_id=created["data"]["id"])
    body: Any = contract.body
    (term,) = body["subscriptions"]
    assert contract.ending_before is None
    assert "ending_before" not in term
    assert "ending_before" not in term["quantity_schedule"][0]


@pytest.mark.parametrize(
    ("asked", "stored"),
    [
        (
            None,
            {
                "frequency": "MONTHLY",
                "day": "FIRST_OF_MONTH",
                "billing_anchor_date": "2025-11-01T00:00:00.000Z",
            },
        ),
        (
            {"frequency": "quarterly", "day": "CONTRACT_START"},
            {
                "frequency": "QUARTERLY",
                "day": "CONTRACT_START",
                "billing_anchor_date": "2025-10-15T07:00:00.000Z",
            },
        ),
        (
            {"frequency": "ANNUAL", "invoice_generation_starting_at_offset": {"value": 2, "unit": "MONTHS"}},
            {
                "frequency": "ANNUAL",
                "day": "FIRST_OF_MONTH",
                "billing_anchor_date": "2025-11-01T00:00:00.000Z",
                "invoice_generation_starting_at": "2025-12-15T07:00:00.000Z",
            },
        ),
    ],
)
def test_statements_are_anchored_to_a_date(
    engine: Engine, asked: JsonObject | None, stored: JsonObject
) -> None:
    given: JsonObject = {} if asked is None else {"usage_statement_schedule": asked}
    contract = provisioned(engine, "2025-10-15T07:00:00Z", **given)
    assert contract.body["usage_statement_schedule"] == stored


ANCHORS: list[tuple[dict[str, str], str, str]] = [
    ({}, "WEEKLY", "2025-11-15T07:00:00.000Z"),
    ({"weekly_anchor": "first-of-month"}, "WEEKLY", "2025-12-01T00:00:00.000Z"),
    ({}, "QUARTERLY", "2025-12-01T00:00:00.000Z"),
    ({}, "ANNUAL", "2025-12-01T00:00:00.000Z"),
    ({"quarter_anchor": "calendar"}, "QUARTERLY", "2026-01-01T00:00:00.000Z"),
    ({"quarter_anchor": "calendar"}, "ANNUAL", "2026-01-01T00:00:00.000Z"),
    ({"quarter_anchor": "calendar"}, "MONTHLY", "2025-12-01T00:00:00.000Z"),
]


@pytest.mark.parametrize(("readings", "frequency", "anchor"), ANCHORS)
def test_where_periods_begin_under_first_of_month_can_be_read_in_other_ways(
    readings: dict[str, str], frequency: str, anchor: str
) -> None:
    schedule: JsonObject = {"frequency": frequency, "day": "FIRST_OF_MONTH"}
    start = "2025-11-15T07:00:00Z"
    with an_engine_that_reads(**readings) as engine:
        contracts = (
            provisioned(engine, start, usage_statement_schedule=schedule),
            provision(engine, starting_at=start, rate_card_id=CARD, usage_statement_schedule=schedule),
        )
    found = [contract.body["usage_statement_schedule"] for contract in contracts]
    assert found == [{**schedule, "billing_anchor_date": anchor}] * 2


@pytest.mark.parametrize(
    ("readings", "frequency", "anchor"),
    [
        ({}, "ANNUAL", "2025-11-01T00:00:00.000Z"),
        ({"long_subscription_anchor": "own-start"}, "ANNUAL", "2025-11-18T07:00:00.000Z"),
        ({"long_subscription_anchor": "own-start"}, "MONTHLY", "2025-11-01T00:00:00.000Z"),
    ],
)
def test_a_subscription_longer_than_statements_begins_with_them_or_by_itself(
    readings: dict[str, str], frequency: str, anchor: str
) -> None:
    rate: JsonObject = {"product_id": FEE, "billing_frequency": frequency}
    fee = a_subscription(subscription_rate=rate, starting_at_offset=span(1))
    with an_engine_that_reads(**readings) as engine:
        priced: JsonObject = {
            **rate, "rate_card_id": CARD, "starting_at": "2025-01-01T00:00:00Z", "entitled": True,
            "rate_type": "FLAT", "price": 1,
        }  # fmt: skip
        engine.call("rates.add", priced)
        body: Any = provisioned(engine, "2025-10-18T07:00:00Z", subscriptions=[fee]).body
    assert body["subscriptions"][0]["billing_cycle_config"]["anchor_date"] == anchor


def test_what_belongs_to_the_whole_contract_is_copied(engine: Engine) -> None:
    copied: dict[str, Any] = {
        "net_payment_terms_days": 30,
        "scheduled_charges_on_usage_invoices": "ALL",
        "spend_threshold_configuration": a_spend_threshold(),
        "prepaid_balance_threshold_configuration": a_balance_threshold(),
        "spend_trackers": [a_tracker()],
        "multiplier_override_prioritization": "EXPLICIT",
    }
    body = provisioned(engine, contract_name="Starter, yearly", **copied).body
    assert {name: body[name] for name in copied} == copied
    assert (body["name"], body["rate_card_id"]) == ("Starter, yearly", CARD)


def test_a_contract_of_a_package_without_contract_name_has_no_name(engine: Engine) -> None:
    contract = provisioned(engine)
    assert "name" not in contract.body
    assert contract.body["multiplier_override_prioritization"] == "LOWEST_MULTIPLIER"


@pytest.mark.parametrize(
    "package",
    [
        {"duration": span(7000, "YEARS")},
        {"duration": span(10**30, "DAYS")},
        {"recurring_credits": [a_credit(starting_at_offset=span(10**6, "MONTHS"))]},
        {
            "usage_statement_schedule": {
                "frequency": "MONTHLY",
                "invoice_generation_starting_at_offset": span(9**9),
            }
        },
        {"scheduled_charges": [a_charge(schedule=due(span(9**9, "WEEKS")))]},
    ],
)
def test_dates_beyond_all_use_are_refused(engine: Engine, package: dict[str, Any]) -> None:
    package_id = the_package(engine, **package)
    body: JsonObject = {
        "customer_id": a_customer(engine),
        "package_id": package_id,
        "starting_at": "2025-10-01T00:00:00Z",
    }
    assert "cannot start at" in refusal(engine, "contracts.create", body).message


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ({"duration": span(10**9, "YEARS")}, "1000000000 years"),
        ({"duration": span(10**10, "DAYS")}, "10000000000 days"),
        ({"recurring_credits": [a_credit(starting_at_offset=span(9**9, "WEEKS"))]}, "387420489 weeks"),
    ],
)
def test_a_span_beyond_the_calendar_is_named_as_it_was_given(
    engine: Engine, package: dict[str, Any], said: str
) -> None:
    body: JsonObject = {
        "customer_id": a_customer(engine),
        "package_id": the_package(engine, **package),
        "starting_at": "2025-10-01T00:00:00Z",
    }
    assert refusal(engine, "contracts.create", body).message == (
        f"the contract cannot start at 2025-10-01T00:00:00.000Z: {said} later is after the year 9999"
    )
