"""Customers of the engine: made, found, renamed, archived, and known under ingest aliases that nobody else has."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import metronome
import pytest
from support.offline import NOW, HandClock, an_engine
from support.provisioned import provisioned, stored
from support.sdk_client import in_process

from pkgplan.engine import EngineError
from pkgplan.engine.operation import Origin

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject

UNKNOWN = "99999999-0000-4000-8000-000000000000"


def test_a_customer_is_read_as_it_was_created(engine: Engine) -> None:
    sdk = in_process(engine)
    sdk.v1.custom_fields.add_key(entity="customer", key="crm", enforce_uniqueness=False)
    made = sdk.v1.customers.create(
        name="Ada Ltd",
        ingest_aliases=["ada@example.com", "ada"],
        custom_fields={"crm": "42"},
        customer_billing_provider_configurations=[
            {"billing_provider": "stripe", "delivery_method": "direct_to_billing_provider"}
        ],
    ).data
    assert (made.name, made.ingest_aliases, made.external_id) == (
        "Ada Ltd",
        ["ada@example.com", "ada"],
        "ada@example.com",
    )
    assert made.custom_fields == {"crm": "42"}
    read = sdk.v1.customers.retrieve(customer_id=made.id).data
    assert {**read.to_dict(), **made.to_dict()} == read.to_dict()
    assert read.created_at == read.updated_at
    assert abs(read.created_at - NOW) < timedelta(milliseconds=1)
    assert read.archived_at is None
    configurations = sdk.v1.customers.retrieve_billing_configurations(customer_id=made.id).data
    assert [each.billing_provider for each in configurations] == ["stripe"]


def test_a_customer_without_aliases_is_known_by_its_id(engine: Engine) -> None:
    made = in_process(engine).v1.customers.create(name="Ada").data
    assert made.external_id == made.id


def test_the_deprecated_external_id_is_the_first_alias(engine: Engine) -> None:
    made = in_process(engine).v1.customers.create(name="Ada", external_id="old", ingest_aliases=["new"]).data
    assert (made.external_id, made.ingest_aliases) == ("old", ["old", "new"])


def test_a_long_name_is_cut(engine: Engine) -> None:
    sdk = in_process(engine)
    made = sdk.v1.customers.create(name="x" * 161).data
    assert made.name == "x" * 160
    assert sdk.v1.customers.set_name(customer_id=made.id, name="y" * 161).data.name == "y" * 160


def test_an_alias_belongs_to_one_customer_even_an_archived_one(engine: Engine) -> None:
    sdk = in_process(engine)
    first = sdk.v1.customers.create(name="Ada", ingest_aliases=["ada"]).data
    sdk.v1.customers.archive(id=first.id)
    with pytest.raises(metronome.ConflictError) as caught:
        sdk.v1.customers.create(name="Bob", ingest_aliases=["bob", "ada"])
    assert caught.value.body == {
        "message": 'another customer has the ingest alias "ada"',
        "conflicting_id": first.id,
        "conflicting_value": "ada",
    }
    assert [each.name for each in sdk.v1.customers.list()] == []
    sdk.v1.customers.create(name="Bob", ingest_aliases=["bob"])


def test_a_stored_refusal_repeats_its_details(engine: Engine) -> None:
    body: JsonObject = {"name": "Ada", "ingest_aliases": ["ada"]}
    engine.call("customers.create", body)
    answers = []
    for _ in range(2):
        with pytest.raises(EngineError) as caught:
            engine.call("customers.create", body, origin=Origin(idempotency_key="k"))
        answers.append(caught.value.to_json())
    assert answers[0] == answers[1]
    assert answers[0]["conflicting_value"] == "ada"


def test_setting_aliases_replaces_them_and_lets_go_of_the_others(engine: Engine) -> None:
    sdk = in_process(engine)
    ada = sdk.v1.customers.create(name="Ada", ingest_aliases=["a", "b"]).data
    bob = sdk.v1.customers.create(name="Bob").data
    sdk.v1.customers.set_ingest_aliases(customer_id=ada.id, ingest_aliases=["c", "b", "c"])
    sdk.v1.customers.set_ingest_aliases(customer_id=bob.id, ingest_aliases=["a"])
    assert sdk.v1.customers.retrieve(customer_id=ada.id).data.ingest_aliases == ["c", "b"]
    with pytest.raises(metronome.ConflictError):
        sdk.v1.customers.set_ingest_aliases(customer_id=bob.id, ingest_aliases=["z", "b"])
    assert sdk.v1.customers.retrieve(customer_id=bob.id).data.ingest_aliases == ["a"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "name"),
        ({"name": None}, "name"),
        ({"name": "x", "ingest_aliases": ["a" * 129]}, "ingest_aliases/0"),
        ({"name": "x", "ingest_aliases": [""]}, "ingest_aliases/0"),
        ({"name": "x", "ingest_aliases": [str(n) for n in range(2001)]}, "ingest_aliases"),
        ({"name": "x", "external_id": ""}, "external_id"),
        ({"name": "x", "custom_fields": {"nobody": "x"}}, '"nobody" is not registered'),
        ({"name": "x", "customer_billing_provider_configurations": [{"billing_provider": "me"}]}, "billing_provider"),
        ({"name": "x", "customer_billing_provider_configurations": [{"billing_provider": "stripe"}]}, "delivery"),
    ],
)  # fmt: skip
def test_a_bad_customer_leaves_nothing(engine: Engine, body: JsonObject, named: str) -> None:
    with pytest.raises(EngineError, match=named) as caught:
        engine.call("customers.create", body)
    assert caught.value.status == 400
    assert engine.call("customers.list")["data"] == []


def test_two_thousand_aliases_are_as_many_as_there_can_be(engine: Engine) -> None:
    made = in_process(engine).v1.customers.create(name="x", ingest_aliases=[str(n) for n in range(2000)])
    assert len(made.data.ingest_aliases) == 2000


def test_lists_are_filtered_and_leave_out_the_archived(engine: Engine) -> None:
    sdk = in_process(engine)
    ada, bob, eve = (sdk.v1.customers.create(name=name, ingest_aliases=[name]).data.id for name in "abe")
    sdk.v1.customers.archive(id=eve)

    def ids(**query: object) -> list[str]:
        return [each.id for each in sdk.v1.customers.list(**query)]  # type: ignore[arg-type] # typed by key

    assert ids() == [ada, bob]
    assert ids(only_archived=True) == [eve]
    assert ids(customer_ids=[bob, eve, UNKNOWN]) == [bob]
    assert ids(customer_ids=[]) == []
    assert ids(ingest_alias="a") == [ada]
    assert ids(ingest_alias="e") == []
    assert ids(ingest_alias="e", only_archived=True) == [eve]
    assert ids(ingest_alias="a", customer_ids=[bob]) == []
    assert ids(salesforce_account_ids=["s"]) == []


def test_pages_show_each_customer_once_with_its_own_fields(engine: Engine) -> None:
    sdk = in_process(engine)
    sdk.v1.custom_fields.add_key(entity="customer", key="n", enforce_uniqueness=True)
    for number in range(25):
        text = str(number)
        sdk.v1.customers.create(name=text, ingest_aliases=[text], custom_fields={"n": text})
    listed = list(sdk.v1.customers.list(limit=4))
    assert [each.name for each in listed] == [str(number) for number in range(25)]
    assert all(each.ingest_aliases == [each.name] for each in listed)
    assert all(each.custom_fields == {"n": each.name} for each in listed)


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"next_page": "x"}, {"customer_ids": ["x"] * 101}]
)
def test_a_bad_query_is_refused(engine: Engine, query: JsonObject) -> None:
    with pytest.raises(EngineError, match="querystring") as caught:
        engine.call("customers.list", query=query)
    assert caught.value.status == 400


def test_what_changes_a_customer_says_when() -> None:
    clock = HandClock()
    with an_engine(clock=clock) as engine:
        sdk = in_process(engine)
        customer_id = sdk.v1.customers.create(name="Ada").data.id
        clock.instant += timedelta(hours=1)
        sdk.v1.customers.set_ingest_aliases(customer_id=customer_id, ingest_aliases=["ada"])
        read = sdk.v1.customers.retrieve(customer_id=customer_id).data
        assert read.updated_at - read.created_at == timedelta(hours=1)
        clock.instant += timedelta(hours=1)
        assert sdk.v1.customers.archive(id=customer_id).data.id == customer_id
        read = sdk.v1.customers.retrieve(customer_id=customer_id).data
        assert read.archived_at == read.updated_at == read.created_at + timedelta(hours=2)


def test_contracts_are_archived_with_their_customer_and_no_others(engine: Engine) -> None:
    ended, other = provisioned(engine), provisioned(engine)
    engine.call("customers.archive", {"id": ended.customer_id})
    assert stored(engine, ended.customer_id, ended.contract_id).archived_at == "2025-09-01T09:30:15.123Z"
    assert stored(engine, other.customer_id, other.contract_id).archived_at is None


def test_archiving_twice_is_refused(engine: Engine) -> None:
    sdk = in_process(engine)
    customer_id = sdk.v1.customers.create(name="Ada").data.id
    sdk.v1.customers.archive(id=customer_id)
    with pytest.raises(metronome.BadRequestError, match="already archived"):
        sdk.v1.customers.archive(id=customer_id)


def test_unknown_customers_are_not_found(engine: Engine) -> None:
    sdk = in_process(engine)
    calls = (
        lambda: sdk.v1.customers.retrieve(customer_id=UNKNOWN),
        lambda: sdk.v1.customers.archive(id=UNKNOWN),
        lambda: sdk.v1.customers.set_name(customer_id=UNKNOWN, name="x"),
        lambda: sdk.v1.customers.set_ingest_aliases(customer_id=UNKNOWN, ingest_aliases=[]),
    )
    for call in calls:
        with pytest.raises(metronome.NotFoundError, match=UNKNOWN):
            call()
