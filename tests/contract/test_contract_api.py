"""What every `Remote` must do for contracts, custom fields and customers, whatever it is (support/remotes.py)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.offline import a_credit, a_package, a_subscription, an_alias
from support.remotes import KEYS, REMOTES

from pkgplan.errors import ApiConflict, ApiRejected
from pkgplan.model.canonical import as_list, as_object
from pkgplan.ports import CohortContract, CustomerApi, RegisteredKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.ports import Remote

OCTOBER = datetime(2025, 10, 1, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
OCTOBER_NEXT = datetime(2026, 10, 1, tzinfo=UTC)
NOBODY = "00000000-0000-4000-8000-00000000dead"


@pytest.fixture(params=list(REMOTES.values()), ids=list(REMOTES))
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Remote]:
    with request.param(tmp_path) as remote:
        yield remote


def customers_of(remote: Remote) -> CustomerApi:
    assert remote.customers is not None
    return remote.customers


@pytest.fixture
def customer(remote: Remote) -> str:
    return customers_of(remote).create("Gnome GmbH", ["team@gnome.example"]).customer_id


def a_request(customer: str, package_id: str, **changes: JsonValue) -> JsonObject:
    starting_at = "2025-10-01T00:00:00Z"
    return {"customer_id": customer, "package_id": package_id, "starting_at": starting_at, **changes}


def test_a_contract_is_made_from_a_package_and_can_be_read(remote: Remote, customer: str) -> None:
    package_id = remote.packages.create(a_package())
    contract_id = remote.contracts.provision(a_request(customer, package_id))
    body = remote.contracts.get(customer, contract_id)
    assert (body["id"], body["customer_id"], body["package_id"]) == (contract_id, customer, package_id)
    (credit,) = as_list(body["recurring_credits"])
    assert as_object(as_object(credit)["access_amount"])["unit_price"] == 1000


def test_the_contracts_of_a_package_are_listed_with_their_windows(remote: Remote, customer: str) -> None:
    package_id = remote.packages.create(a_package())
    contract_id = remote.contracts.provision(a_request(customer, package_id))
    listed = list(remote.contracts.of_package(package_id))
    assert listed == [CohortContract(customer, contract_id, OCTOBER, OCTOBER_NEXT, None)]
    other = remote.packages.create(a_package())
    assert list(remote.contracts.of_package(other)) == []


def test_all_pages_of_a_cohort_are_listed(remote: Remote, customer: str) -> None:
    package_id = remote.packages.create({"name": "small", "rate_card_alias": "Tokens rate card"})
    made = [remote.contracts.provision(a_request(customer, package_id)) for _ in range(105)]
    listed = [each.contract_id for each in remote.contracts.of_package(package_id)]
    assert sorted(listed) == sorted(made)


def test_a_cohort_can_be_asked_for_at_an_instant(remote: Remote, customer: str) -> None:
    package_id = remote.packages.create(a_package())
    first = remote.contracts.provision(a_request(customer, package_id))
    second = remote.contracts.provision(a_request(customer, package_id, starting_at="2026-03-01T00:00:00Z"))

    def at(instant: datetime) -> list[str]:
        return [each.contract_id for each in remote.contracts.of_package(package_id, covering=instant)]

    assert at(FEBRUARY) == [first]
    assert sorted(at(datetime(2026, 9, 1, tzinfo=UTC))) == sorted([first, second])
    assert at(OCTOBER_NEXT) == [second]


def test_a_used_key_is_a_conflict(remote: Remote, customer: str) -> None:
    package_id = remote.packages.create(a_package())
    remote.contracts.provision(a_request(customer, package_id, uniqueness_key="order-17"))
    with pytest.raises(ApiConflict) as raised:
        remote.contracts.provision(a_request(customer, package_id, uniqueness_key="order-17"))
    assert raised.value.status == 409
    assert len(list(remote.contracts.of_package(package_id))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_id": NOBODY},
        {"package_id": NOBODY},
        {"starting_at": "2025-10-01T00:30:00Z"},
        {"name": "a term of its own"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_contract_that_cannot_be_is_rejected(remote: Remote, customer: str, changes: JsonObject) -> None:
    package_id = remote.packages.create(a_package())
    with pytest.raises(ApiRejected) as raised:
        remote.contracts.provision(a_request(customer, package_id) | changes)
    assert raised.value.status in {400, 404}
    assert list(remote.contracts.of_package(package_id)) == []


def test_what_is_not_there_is_rejected(remote: Remote, customer: str) -> None:
    for call in (
        lambda: remote.contracts.get(customer, NOBODY),
        lambda: remote.contracts.get(NOBODY, NOBODY),
        lambda: list(remote.contracts.of_package(NOBODY)),
        lambda: remote.custom_fields.set_values("contract", NOBODY, {"segment": "smb"}),
    ):
        with pytest.raises(ApiRejected) as raised:
            call()
        assert raised.value.status in {400, 404}


def test_keys_are_listed_whole_or_by_entity(remote: Remote) -> None:
    every = list(remote.custom_fields.keys())
    assert {(each.entity, each.key) for each in every} >= set(KEYS)
    assert list(remote.custom_fields.keys(["contract"])) == [RegisteredKey("contract", "segment", False)]


def test_custom_fields_of_a_term_are_set_beside_others(remote: Remote, customer: str) -> None:
    package_id = remote.packages.create(
        a_package(subscriptions=[a_subscription(custom_fields={"tier": "1"})])
    )
    contract_id = remote.contracts.provision(a_request(customer, package_id))
    (subscription,) = as_list(remote.contracts.get(customer, contract_id)["subscriptions"])
    remote.custom_fields.set_values("subscription", str(as_object(subscription)["id"]), {"tier": "2"})
    remote.custom_fields.set_values("contract", contract_id, {"segment": "smb"})
    body = remote.contracts.get(customer, contract_id)
    assert body["custom_fields"] == {"segment": "smb"}
    assert [as_object(each)["custom_fields"] for each in as_list(body["subscriptions"])] == [{"tier": "2"}]
    (template,) = as_list(remote.packages.get(package_id).body["subscriptions"])
    assert as_object(template)["custom_fields"] == {"tier": "1"}


@pytest.mark.parametrize("fields", [{"unknown": "x"}, {"segment": "x" * 201}], ids=["key", "value"])
def test_custom_fields_are_all_set_or_none(remote: Remote, customer: str, fields: dict[str, str]) -> None:
    package_id = remote.packages.create(a_package())
    contract_id = remote.contracts.provision(a_request(customer, package_id))
    with pytest.raises(ApiRejected):
        remote.custom_fields.set_values("contract", contract_id, {"segment": "smb", **fields})
    assert remote.contracts.get(customer, contract_id).get("custom_fields") in ({}, None)


def test_customers_are_made_and_listed(remote: Remote, customer: str) -> None:
    (listed,) = customers_of(remote).list()
    assert (listed.customer_id, listed.name) == (customer, "Gnome GmbH")
    assert listed.ingest_aliases == ("team@gnome.example",)
    for number in range(104):
        customers_of(remote).create(f"customer {number}")
    assert len(list(customers_of(remote).list())) == 105


def test_an_ingest_alias_is_one_customers(remote: Remote, customer: str) -> None:
    assert customer
    with pytest.raises((ApiRejected, ApiConflict)):
        customers_of(remote).create("another", ["team@gnome.example"])
    assert len(list(customers_of(remote).list())) == 1


def test_a_contract_starts_with_who_is_behind_an_alias_then(remote: Remote, customer: str) -> None:
    first = remote.packages.create(a_package(aliases=[an_alias("A", "2025-10-01T00:00:00Z")]))
    second = remote.packages.create(
        a_package(aliases=[an_alias("A", "2026-02-01T00:00:00Z")], recurring_credits=[a_credit(priority=2)])
    )
    for starting_at, package_id in (("2026-01-31T23:00:00Z", first), ("2026-02-01T00:00:00Z", second)):
        request: JsonObject = {"customer_id": customer, "package_alias": "A", "starting_at": starting_at}
        contract_id = remote.contracts.provision(request)
        assert remote.contracts.get(customer, contract_id)["package_id"] == package_id
