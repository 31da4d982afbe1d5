"""Custom fields: keys that may be used, values that things have, and what is frozen with a package."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any, get_args

import metronome
import pytest
from metronome.types.v1 import CustomFieldListKeysResponse
from support.offline import CARD, FEE, METRIC, HandClock, a_package, a_subscription, an_engine
from support.provisioned import a_customer, provisioned, refusal, sizes, the_package
from support.sdk_client import in_process

from pkgplan.engine import Engine, EngineError
from pkgplan.engine.resources.custom_fields import values_of
from pkgplan.engine.schema import MIGRATIONS
from pkgplan.engine.store import APPLICATION_ID

if TYPE_CHECKING:
    from pathlib import Path

    from metronome import Metronome

    from pkgplan.model.canonical import JsonObject

UNKNOWN = "99999999-0000-4000-8000-000000000000"
ENTITIES = get_args(CustomFieldListKeysResponse.model_fields["entity"].annotation)
OURS = ("billable_metric", "contract_product", "customer", "rate_card", "contract", "subscription")


@pytest.fixture
def sdk(engine: Engine) -> Metronome:
    return in_process(engine)


@pytest.fixture
def customer_id(sdk: Metronome) -> str:
    for key, unique in (("crm", False), ("tax", False), ("vat", True)):
        sdk.v1.custom_fields.add_key(entity="customer", key=key, enforce_uniqueness=unique)
    return sdk.v1.customers.create(name="Ada", custom_fields={"crm": "1"}).data.id


def fields(engine: Engine, thing_id: str) -> dict[str, str]:
    """The custom fields of one thing."""
    with engine.reading() as store:
        return values_of(store, [thing_id]).get(thing_id, {})


def set_values(engine: Engine, entity: str, entity_id: str, **values: str) -> None:
    body: JsonObject = {"entity": entity, "entity_id": entity_id, "custom_fields": {**values}}
    engine.call("custom_fields.set_values", body)


def keys_listed(sdk: Metronome, **query: Any) -> list[tuple[str, str]]:
    return [(each.entity, each.key) for each in sdk.v1.custom_fields.list_keys(**query)]


def test_every_entity_of_the_sdk_can_have_keys(engine: Engine, sdk: Metronome) -> None:
    assert len(ENTITIES) == 22
    before = keys_listed(sdk)
    for entity in ENTITIES:
        answer = engine.call(
            "custom_fields.add_key", {"entity": entity, "key": "new", "enforce_uniqueness": entity == "alert"}
        )
        assert isinstance(answer["data"], dict)
        assert answer["data"]["id"]
    assert keys_listed(sdk) == [*before, *((entity, "new") for entity in ENTITIES)]
    assert keys_listed(sdk, entities=["plan", "alert"]) == [("alert", "new"), ("plan", "new")]
    unique = [each.entity for each in sdk.v1.custom_fields.list_keys() if each.enforce_uniqueness]
    assert unique == ["alert"]


def test_keys_are_listed_page_by_page_without_a_body() -> None:
    with an_engine() as engine:
        for number in range(250):
            key: JsonObject = {"entity": "customer", "key": f"k{number}", "enforce_uniqueness": False}
            engine.call("custom_fields.add_key", key)
        first = engine.call("custom_fields.list_keys")
        assert isinstance(first["data"], list)
        assert len(first["data"]) == 100
        listed = keys_listed(in_process(engine), entities=["customer"])
        assert listed == [("customer", f"k{number}") for number in range(250)]


def test_a_key_is_registered_once_and_removed_once(sdk: Metronome) -> None:
    sdk.v1.custom_fields.add_key(entity="customer", key="crm", enforce_uniqueness=False)
    sdk.v1.custom_fields.add_key(entity="contract", key="crm", enforce_uniqueness=False)
    with pytest.raises(metronome.BadRequestError) as twice:
        sdk.v1.custom_fields.add_key(entity="customer", key="crm", enforce_uniqueness=True)
    assert twice.value.body == {"message": "Duplicate custom field key"}
    sdk.v1.custom_fields.remove_key(entity="customer", key="crm")
    with pytest.raises(metronome.NotFoundError) as gone:
        sdk.v1.custom_fields.remove_key(entity="customer", key="crm")
    assert gone.value.body == {"message": "Custom field key not found"}
    assert keys_listed(sdk, entities=["customer", "contract"]) == [("contract", "crm")]


def test_values_are_added_and_replaced_and_deleted(sdk: Metronome, customer_id: str) -> None:
    def read() -> dict[str, str]:
        return sdk.v1.customers.retrieve(customer_id=customer_id).data.custom_fields

    sdk.v1.custom_fields.set_values(
        entity="customer", entity_id=customer_id, custom_fields={"crm": "2", "tax": "x" * 200}
    )
    assert read() == {"crm": "2", "tax": "x" * 200}
    sdk.v1.custom_fields.delete_values(entity="customer", entity_id=customer_id, keys=["crm", "vat"])
    assert read() == {"tax": "x" * 200}


@pytest.mark.parametrize(
    "values", [{"tax": "1", "nobody": "x"}, {"tax": "1", "crm": "x" * 201}, {"tax": 1}, {"tax": None}]
)
def test_all_values_are_set_or_none(engine: Engine, customer_id: str, values: JsonObject) -> None:
    body: JsonObject = {"entity": "customer", "entity_id": customer_id, "custom_fields": values}
    refusal(engine, "custom_fields.set_values", body)
    assert fields(engine, customer_id) == {"crm": "1"}


def test_the_values_of_a_removed_key_cannot_be_read(engine: Engine, sdk: Metronome, customer_id: str) -> None:
    sdk.v1.custom_fields.remove_key(entity="customer", key="crm")
    assert fields(engine, customer_id) == {}
    refusal(
        engine,
        "custom_fields.delete_values",
        {"entity": "customer", "entity_id": customer_id, "keys": ["crm"]},
    )
    sdk.v1.custom_fields.add_key(entity="customer", key="crm", enforce_uniqueness=False)
    assert fields(engine, customer_id) == {"crm": "1"}


def test_a_unique_value_is_used_up_even_by_an_archived_thing(
    engine: Engine, sdk: Metronome, customer_id: str
) -> None:
    set_values(engine, "customer", customer_id, vat="AT1")
    set_values(engine, "customer", customer_id, vat="AT1", crm="again")
    sdk.v1.customers.archive(id=customer_id)
    other = a_customer(engine, custom_fields={"crm": "again"})
    with pytest.raises(EngineError, match='"AT1"') as caught:
        set_values(engine, "customer", other, tax="1", vat="AT1")
    assert caught.value.status == 400
    assert fields(engine, other) == {"crm": "again"}
    refusal(engine, "customers.create", {"name": "Eve", "custom_fields": {"vat": "AT1"}})
    sdk.v1.custom_fields.delete_values(entity="customer", entity_id=customer_id, keys=["vat"])
    set_values(engine, "customer", other, vat="AT1")


def test_whatever_exists_can_have_values(engine: Engine, sdk: Metronome, customer_id: str) -> None:
    package_id = the_package(engine)
    contract = sdk.v1.contracts.create(
        customer_id=customer_id, starting_at="2025-10-01T00:00:00Z", package_id=package_id
    )
    contract_id = contract.data.id
    with engine.reading() as store:
        (subscription_id,) = store.execute(
            "SELECT id FROM contract_terms WHERE entity = 'subscription'"
        ).fetchone()
    things = dict(zip(OURS, (METRIC, FEE, customer_id, CARD, contract_id, subscription_id), strict=True))
    for entity, thing_id in things.items():
        body: JsonObject = {"entity": entity, "key": "own", "enforce_uniqueness": False}
        engine.call("custom_fields.add_key", body)
        set_values(engine, entity, thing_id, own=entity)
        assert fields(engine, thing_id)["own"] == entity
    commit: JsonObject = {"entity": "commit", "entity_id": subscription_id, "custom_fields": {}}
    refusal(engine, "custom_fields.set_values", commit, status=404)


@pytest.mark.parametrize("entity", [each for each in ENTITIES if not each.startswith("package_")])
def test_what_does_not_exist_has_no_values(engine: Engine, entity: str) -> None:
    engine.call("custom_fields.add_key", {"entity": entity, "key": "new", "enforce_uniqueness": False})
    for entity_id in (UNKNOWN, CARD if entity != "rate_card" else FEE):
        thing: JsonObject = {"entity": entity, "entity_id": entity_id}
        refusal(engine, "custom_fields.set_values", {**thing, "custom_fields": {"new": "x"}}, status=404)
        refusal(engine, "custom_fields.delete_values", {**thing, "keys": ["new"]}, status=404)


def test_a_contract_has_the_values_that_stay_frozen_on_its_package(engine: Engine, sdk: Metronome) -> None:
    sdk.v1.custom_fields.add_key(entity="subscription", key="tier", enforce_uniqueness=False)
    subscription = a_subscription(custom_fields={"tier": "gold"})
    contract = provisioned(engine, subscriptions=[subscription])
    package = sdk.v1.packages.retrieve(package_id=contract.package_id or "").data
    (template,) = package.subscriptions or []
    assert template.custom_fields == {"tier": "gold"}
    frozen: JsonObject = {"entity": "package_subscription", "entity_id": template.id}
    for operation, change in (
        ("custom_fields.set_values", {"custom_fields": {"tier": "tin"}}),
        ("custom_fields.delete_values", {"keys": ["tier"]}),
    ):
        assert "frozen" in refusal(engine, operation, {**frozen, **change}).message  # type: ignore[dict-item] # narrower
    with engine.reading() as store:
        (term_id,) = store.execute("SELECT id FROM contract_terms WHERE entity = 'subscription'").fetchone()
    assert fields(engine, term_id) == {"tier": "gold"}
    set_values(engine, "subscription", term_id, tier="tin")
    assert fields(engine, term_id) == {"tier": "tin"}
    assert sdk.v1.packages.retrieve(package_id=package.id).data == package


def test_unique_values_of_packages_are_used_up_as_well(engine: Engine, sdk: Metronome) -> None:
    sdk.v1.custom_fields.add_key(entity="package_subscription", key="sku", enforce_uniqueness=True)
    body = a_package(subscriptions=[a_subscription(custom_fields={"sku": "S1"})])
    package_id = sdk.v1.packages.create(**body).data.id  # type: ignore[arg-type] # JSON
    sdk.v1.packages.archive(package_id=package_id)
    before = sizes(engine)
    assert '"S1"' in refusal(engine, "packages.create", body).message
    assert sizes(engine) == before


def test_a_removed_key_hides_the_values_of_packages(engine: Engine, sdk: Metronome) -> None:
    package_id = the_package(engine, subscriptions=[a_subscription(custom_fields={"tier": "gold"})])
    sdk.v1.custom_fields.remove_key(entity="package_subscription", key="tier")
    read = sdk.v1.packages.retrieve(package_id=package_id).data
    (listed,) = sdk.v1.packages.list()
    for package in (read, listed):
        assert [each.custom_fields for each in package.subscriptions or []] == [{}]
    sdk.v1.custom_fields.add_key(entity="subscription", key="tier", enforce_uniqueness=False)
    customer_id = a_customer(engine)
    sdk.v1.contracts.create(
        customer_id=customer_id, starting_at="2025-10-01T00:00:00Z", package_id=package_id
    )
    with engine.reading() as store:
        (term_id,) = store.execute("SELECT id FROM contract_terms WHERE entity = 'subscription'").fetchone()
    assert fields(engine, term_id) == {}


def test_packages_of_an_older_file_have_their_values(tmp_path: Path) -> None:
    file = tmp_path / "engine.db"
    package = {
        "name": "Old",
        "commits": [{"id": "c1", "custom_fields": {"erp": "E1", "none": "x"}}, {"id": "c2"}],
        "subscriptions": [{"id": "s1", "custom_fields": {"tier": "gold"}}],
    }
    with contextlib.closing(sqlite3.connect(file)) as store:
        store.executescript(
            f"{MIGRATIONS[0]}; PRAGMA user_version = 1; PRAGMA application_id = {APPLICATION_ID}"
        )
        store.execute(
            "INSERT INTO packages (id, created_at, request, body) VALUES ('p', '', '{}', ?)",
            (json.dumps(package),),
        )
        store.execute("INSERT INTO custom_field_keys VALUES ('package_commit', 'erp')")
        store.execute("INSERT INTO custom_field_keys VALUES ('package_subscription', 'tier')")
        store.commit()
    with Engine(file, HandClock()) as engine, engine.reading() as store:
        assert values_of(store, ["c1", "c2", "s1"]) == {"c1": {"erp": "E1"}, "s1": {"tier": "gold"}}


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("add_key", {"entity": "package", "key": "k", "enforce_uniqueness": False}),
        ("add_key", {"entity": "customer", "key": "", "enforce_uniqueness": False}),
        ("add_key", {"entity": "customer", "key": "k"}),
        ("add_key", {"entity": "customer", "key": "k", "enforce_uniqueness": "yes"}),
        ("remove_key", {"entity": "customer"}),
        ("list_keys", {"entities": ["package"]}),
        ("list_keys", []),
        ("set_values", {"entity": "customer", "entity_id": "", "custom_fields": {}}),
        ("set_values", {"entity": "customer", "custom_fields": {}}),
        ("delete_values", {"entity": "customer", "entity_id": "x", "keys": "k"}),
    ],
)
def test_bad_bodies_are_refused(engine: Engine, operation: str, body: JsonObject) -> None:
    refusal(engine, f"custom_fields.{operation}", body)
