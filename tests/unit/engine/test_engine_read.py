"""What reads show: lossy bodies, filled-in defaults, pages, archiving."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.offline import (
    CREDIT,
    FEE,
    NOW,
    HandClock,
    a_credit,
    a_package,
    a_subscription,
    an_alias,
    an_engine,
    without,
)

from pkgplan.engine import Engine, EngineError
from pkgplan.model.canonical import JsonObject, as_list, as_object, canonical
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def engine(clock: HandClock) -> Iterator[Engine]:
    with an_engine(clock=clock) as engine:
        yield engine


def create(engine: Engine, body: JsonObject) -> str:
    return str(as_object(engine.call("packages.create", body)["data"])["id"])


def read(engine: Engine, body: JsonObject) -> JsonObject:
    return as_object(engine.call("packages.get", {"package_id": create(engine, body)})["data"])


def names(answer: JsonObject) -> list[object]:
    return [as_object(item)["name"] for item in as_list(answer["data"])]


def test_defaults_are_filled_in(engine: Engine) -> None:
    body = a_package(subscriptions=[without(a_subscription(), "proration") | {"proration": {}}])
    package = read(engine, body)
    assert package["multiplier_override_prioritization"] == "LOWEST_MULTIPLIER"
    assert package["usage_statement_schedule"] == {"frequency": "MONTHLY", "day": "FIRST_OF_MONTH"}
    assert package["created_at"] == "2025-09-01T09:30:15.123Z"
    assert package["created_by"] == "pkgplan"
    subscription = as_object(as_list(package["subscriptions"])[0])
    assert subscription["quantity_management_mode"] == "QUANTITY_ONLY"
    assert subscription["proration"] == {
        "is_prorated": False,
        "invoice_behavior": "BILL_ON_NEXT_COLLECTION_DATE",
    }
    credit = as_object(as_list(package["recurring_credits"])[0])
    assert credit["rate_type"] == "LIST_RATE"
    assert credit["proration"] == "FIRST_AND_LAST"
    assert credit["access_amount"] == {
        "unit_price": 1000,
        "quantity": 1,
        "credit_type_id": USD_CREDIT_TYPE_ID,
    }


def test_lists_of_terms_are_there_even_when_empty(engine: Engine) -> None:
    package = read(engine, {"name": "x"})
    for term in (
        "aliases",
        "commits",
        "credits",
        "overrides",
        "recurring_commits",
        "recurring_credits",
        "scheduled_charges",
        "subscriptions",
    ):
        assert package[term] == []
    assert "duration" not in package
    assert "archived_at" not in package
    assert "uniqueness_key" not in package


def test_what_was_given_is_not_overwritten_by_defaults(engine: Engine) -> None:
    package = read(
        engine,
        a_package(
            usage_statement_schedule={"frequency": "QUARTERLY", "day": "CONTRACT_START"},
            multiplier_override_prioritization="EXPLICIT",
            recurring_credits=[a_credit(rate_type="COMMIT_RATE", proration="NONE")],
        ),
    )
    assert package["usage_statement_schedule"] == {"frequency": "QUARTERLY", "day": "CONTRACT_START"}
    assert package["multiplier_override_prioritization"] == "EXPLICIT"
    credit = as_object(as_list(package["recurring_credits"])[0])
    assert (credit["rate_type"], credit["proration"]) == ("COMMIT_RATE", "NONE")


def test_products_come_back_with_their_names_and_terms_with_ids(engine: Engine) -> None:
    package = read(engine, a_package())
    credit = as_object(as_list(package["recurring_credits"])[0])
    subscription = as_object(as_list(package["subscriptions"])[0])
    assert credit["product"] == {"id": CREDIT, "name": "Sign-up credit"}
    assert subscription["subscription_rate"] == {
        "billing_frequency": "MONTHLY",
        "product": {"id": FEE, "name": "Platform fee"},
    }
    assert len({package["id"], credit["id"], subscription["id"]}) == 3


def test_a_link_to_a_subscription_comes_back_as_its_template_id(engine: Engine) -> None:
    link: JsonObject = {
        "subscription_id": "starter-fee",
        "apply_seat_increase_config": {"is_prorated": False},
    }
    credit = a_credit(access_amount={"unit_price": 5}, subscription_config=link)
    body = a_package(
        recurring_credits=[credit], subscriptions=[a_subscription(temporary_id="other"), a_subscription()]
    )
    package = read(engine, body)
    shown = as_object(as_list(package["recurring_credits"])[0])
    assert shown["subscription_config"] == {
        "allocation": "POOLED",
        "apply_seat_increase_config": {"is_prorated": False},
        "subscription_template_id": as_object(as_list(package["subscriptions"])[1])["id"],
    }


def test_quantity_access_shows_the_null_pricing_unit(engine: Engine) -> None:
    amount: JsonObject = {"unit_price": 5, "quantity": 1, "access_type": "QUANTITY"}
    package = read(engine, a_package(recurring_credits=[a_credit(access_amount=amount)]))
    shown = as_object(as_object(as_list(package["recurring_credits"])[0])["access_amount"])
    assert shown["credit_type_id"] == "00000000-0000-0000-0000-000000000000"


def test_what_the_api_does_not_give_back_is_not_given_back(engine: Engine) -> None:
    subscription = a_subscription(
        quantity_management_mode="SEAT_BASED",
        seat_config={"seat_group_key": "seat_id", "initial_unassigned_seats": 5},
    )
    schedule: JsonObject = {
        "frequency": "MONTHLY",
        "invoice_generation_starting_at_offset": {"value": 1, "unit": "MONTHS"},
    }
    text = canonical(read(engine, a_package(subscriptions=[subscription], usage_statement_schedule=schedule)))
    for lost in (
        b"temporary_id",
        b"signup-credit",
        b"rate_card_alias",
        b"initial_unassigned_seats",
        b"invoice_generation_starting_at_offset",
    ):
        assert lost not in text
    assert b'"seat_config":{"seat_group_key":"seat_id"}' in text


def test_get_finds_archived_packages_and_says_when(engine: Engine, clock: HandClock) -> None:
    package_id = create(engine, a_package())
    clock.instant = NOW + timedelta(days=1)
    assert engine.call("packages.archive", {"package_id": package_id}) == {"data": {"id": package_id}}
    package = as_object(engine.call("packages.get", {"package_id": package_id})["data"])
    assert package["archived_at"] == "2025-09-02T09:30:15.123Z"
    assert package["created_at"] == "2025-09-01T09:30:15.123Z"


def test_archiving_twice_is_422(engine: Engine) -> None:
    package_id = create(engine, a_package())
    engine.call("packages.archive", {"package_id": package_id})
    with pytest.raises(EngineError, match="already archived") as raised:
        engine.call("packages.archive", {"package_id": package_id})
    assert raised.value.status == 422


@pytest.mark.parametrize("call", ["packages.get", "packages.archive"])
@pytest.mark.parametrize(
    ("body", "status"), [({"package_id": "nope"}, 404), ({}, 400), ({"package_id": 1}, 400)]
)
def test_calls_on_one_package_need_its_id(engine: Engine, call: str, body: JsonObject, status: int) -> None:
    with pytest.raises(EngineError) as raised:
        engine.call(call, body)
    assert raised.value.status == status
    assert raised.value.to_json() == {"message": raised.value.message}


def test_archive_takes_no_other_key(engine: Engine) -> None:
    with pytest.raises(EngineError, match="additional property 'force'"):
        engine.call("packages.archive", {"package_id": create(engine, a_package()), "force": True})


def test_the_default_page_holds_ten_packages_that_are_not_archived(engine: Engine) -> None:
    ids = [create(engine, {"name": str(number)}) for number in range(12)]
    engine.call("packages.archive", {"package_id": ids[0]})
    first = engine.call("packages.list", {})
    assert names(first) == [str(number) for number in range(1, 11)]
    assert names(engine.call("packages.list", {}, query={"next_page": str(first["next_page"])})) == ["11"]


@pytest.mark.parametrize(
    ("archive_filter", "expected"),
    [
        ("ALL", ["a", "b", "c"]),
        ("all", ["a", "b", "c"]),
        ("ARCHIVED", ["b"]),
        ("archived", ["b"]),
        ("NOT_ARCHIVED", ["a", "c"]),
        ("not_archived", ["a", "c"]),
    ],
)
def test_archive_filter(engine: Engine, archive_filter: str, expected: list[str]) -> None:
    ids = {name: create(engine, {"name": name}) for name in "abc"}
    engine.call("packages.archive", {"package_id": ids["b"]})
    assert names(engine.call("packages.list", {"archive_filter": archive_filter})) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_join_to_the_whole_list(engine: Engine, size: int) -> None:
    for number in range(7):
        create(engine, {"name": str(number)})
    seen: list[object] = []
    query: JsonObject = {"limit": size}
    while True:
        answer = engine.call("packages.list", {}, query=query)
        assert len(as_list(answer["data"])) <= size
        seen += names(answer)
        if answer["next_page"] is None:
            break
        query["next_page"] = answer["next_page"]
    assert seen == [str(number) for number in range(7)]


def test_packages_made_and_archived_between_pages_shift_nothing(engine: Engine) -> None:
    ids = [create(engine, {"name": str(number)}) for number in range(4)]
    first = engine.call("packages.list", {}, query={"limit": 2})
    engine.call("packages.archive", {"package_id": ids[0]})
    create(engine, {"name": "late"})
    second = engine.call("packages.list", {}, query={"limit": 10, "next_page": str(first["next_page"])})
    assert names(first) + names(second) == ["0", "1", "2", "3", "late"]


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_page_size_out_of_range(engine: Engine, limit: int) -> None:
    with pytest.raises(EngineError, match="limit") as raised:
        engine.call("packages.list", {}, query={"limit": limit})
    assert raised.value.status == 400


CURSORS = [
    b"",
    b"{}",
    b"[]",
    b"x",
    b'{"after":-1}',
    b'{"after":true}',
    b'{"after":99999999999999999999}',
    b"[" * 9999,
]


@pytest.mark.parametrize("cursor", ["?", "é", "====", *(base64.b64encode(text).decode() for text in CURSORS)])
def test_a_cursor_that_is_none_of_ours(engine: Engine, cursor: str) -> None:
    with pytest.raises(EngineError, match="next_page") as raised:
        engine.call("packages.list", {}, query={"next_page": cursor})
    assert raised.value.status == 400


@pytest.mark.parametrize("body", [{"limit": 5}, {"archive_filter": "SOME"}, {"archive_filter": None}])
def test_list_takes_the_filter_and_nothing_else(engine: Engine, body: JsonObject) -> None:
    with pytest.raises(EngineError) as raised:
        engine.call("packages.list", body)
    assert raised.value.status == 400


def test_windows_are_listed_with_the_packages_that_have_them(engine: Engine) -> None:
    create(engine, a_package(aliases=[an_alias("A", "2025-10-01T00:00:00+02:00")]))
    create(engine, a_package(aliases=[an_alias("B")]))
    aliases = [as_object(item)["aliases"] for item in as_list(engine.call("packages.list", {})["data"])]
    assert aliases == [[{"name": "A", "starting_at": "2025-09-30T22:00:00.000Z"}], [{"name": "B"}]]
