"""Customers, their billing providers, custom fields, events and the audit log, as the SDK sees them.

Facts: vendor reference of each endpoint; "Custom fields"; guide "Packages" for the fields that a contract inherits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import CREDIT, NOW, a_subscription
from support.offline_metronome import FLAVOURS, UNKNOWN, Offline, exercises, offline_metronome
from support.provisioned import sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metronome.types.v1 import AuditLogListResponse

STRIPE: dict[str, Any] = {
    "billing_provider": "stripe",
    "delivery_method": "direct_to_billing_provider",
    "configuration": {"stripe_customer_id": "cus_1", "stripe_collection_method": "charge_automatically"},
}


@pytest.fixture(scope="module", params=FLAVOURS)
def offline(request: pytest.FixtureRequest) -> Iterator[Offline]:
    with offline_metronome(request.param) as it:
        yield it


@exercises(
    "customers.create customers.get customers.set_name customers.set_ingest_aliases",
    refuses="customers.create customers.set_ingest_aliases",
)
def test_a_customer_is_read_back_and_renamed(offline: Offline) -> None:
    customers = offline.v1.customers
    created = customers.create(name="Acme", ingest_aliases=["acme", "acme-eu"]).data
    customer = customers.retrieve(customer_id=created.id).data
    assert (customer.id, customer.name) == (created.id, "Acme")
    assert sorted(customer.ingest_aliases) == ["acme", "acme-eu"]
    assert (customer.custom_fields, customer.archived_at) == ({}, None)
    assert abs(customer.created_at - NOW) < timedelta(seconds=1)

    assert customers.set_name(customer_id=created.id, name="Acme Corporation").data.name == "Acme Corporation"
    customers.set_ingest_aliases(customer_id=created.id, ingest_aliases=["acme", "acme-us"])
    changed = customers.retrieve(customer_id=created.id).data
    assert changed.name == "Acme Corporation"
    assert sorted(changed.ingest_aliases) == ["acme", "acme-us"], "the list replaces the other"

    body = offline.refusal(409, lambda: customers.create(name="Thief", ingest_aliases=["acme"]))
    assert body["conflicting_id"] == created.id
    assert body["conflicting_value"] == "acme"
    other = customers.create(name="Free", ingest_aliases=["acme-eu"]).data.id
    offline.refusal(409, lambda: customers.set_ingest_aliases(customer_id=other, ingest_aliases=["acme-us"]))
    assert customers.retrieve(customer_id=other).data.ingest_aliases == ["acme-eu"]


@exercises("customers.list customers.archive", refuses="customers.archive customers.create")
def test_customers_are_filtered_paged_and_archived(offline: Offline) -> None:
    customers = offline.v1.customers
    alias = offline.name("alias")
    made = [customers.create(name=f"Customer {each}").data.id for each in range(12)]
    made.append(customers.create(name="Found", ingest_aliases=[alias]).data.id)
    listed = [each.id for each in customers.list(limit=4)]
    assert len(listed) == len(set(listed))
    assert set(made) <= set(listed)
    assert [each.id for each in customers.list(ingest_alias=alias)] == [made[-1]]
    assert {each.id for each in customers.list(customer_ids=made[:3])} == set(made[:3])
    assert list(customers.list(ingest_alias="nobody's")) == []

    assert customers.archive(id=made[-1]).data.id == made[-1]
    assert made[-1] not in {each.id for each in customers.list()}
    assert [each.id for each in customers.list(only_archived=True)] == [made[-1]]
    assert customers.retrieve(customer_id=made[-1]).data.archived_at is not None
    offline.refusal(400, lambda: customers.archive(id=made[-1]))
    offline.refusal(409, lambda: customers.create(name="x", ingest_aliases=[alias]))


@exercises("customers.create customers.get")
def test_a_long_name_is_cut_as_the_vendor_cuts_it(offline: Offline) -> None:
    customer = offline.customer(name="n" * 200)
    assert offline.v1.customers.retrieve(customer_id=customer).data.name == "n" * 160


@exercises(
    "billing_configurations.set billing_configurations.get billing_configurations.archive",
    refuses="billing_configurations.set billing_configurations.archive",
)
def test_billing_configurations_are_set_read_and_archived(offline: Offline) -> None:
    customers, customer = offline.v1.customers, offline.customer()
    (made,) = customers.set_billing_configurations(data=[{"customer_id": customer, **STRIPE}]).data  # type: ignore[typeddict-item]
    assert (made.customer_id, made.billing_provider) == (customer, "stripe")
    assert made.id is not None
    (read,) = customers.retrieve_billing_configurations(customer_id=customer).data
    assert (read.id, read.customer_id, read.archived_at) == (made.id, customer, None)
    assert (read.billing_provider, read.delivery_method) == ("stripe", "direct_to_billing_provider")
    assert read.configuration["stripe_customer_id"] == "cus_1"

    archived = customers.archive_billing_configurations(
        customer_id=customer, customer_billing_provider_configuration_ids=[made.id]
    ).data
    assert archived.customer_billing_provider_configuration_ids == [made.id]
    assert customers.retrieve_billing_configurations(customer_id=customer).data == []
    (kept,) = customers.retrieve_billing_configurations(customer_id=customer, include_archived=True).data
    assert kept.id == made.id
    assert kept.archived_at is not None

    stranger = offline.customer()
    (others,) = customers.set_billing_configurations(data=[{"customer_id": stranger, **STRIPE}]).data  # type: ignore[typeddict-item]
    assert others.id is not None
    others_id = others.id
    offline.refusal(
        400,
        lambda: customers.archive_billing_configurations(
            customer_id=customer, customer_billing_provider_configuration_ids=[others_id]
        ),
    )
    (untouched,) = customers.retrieve_billing_configurations(customer_id=stranger).data
    assert untouched.archived_at is None
    offline.refusal(
        400,
        lambda: customers.set_billing_configurations(
            data=[{"customer_id": customer, **STRIPE, "billing_provider": "paper"}]  # type: ignore[typeddict-item]
        ),
    )


@exercises("customers.create billing_configurations.get")
def test_a_customer_comes_with_its_configurations(offline: Offline) -> None:
    customer = offline.customer(customer_billing_provider_configurations=[STRIPE])
    (read,) = offline.v1.customers.retrieve_billing_configurations(customer_id=customer).data
    assert read.billing_provider == "stripe"


@exercises(
    "custom_fields.add_key custom_fields.list_keys custom_fields.remove_key",
    refuses="custom_fields.add_key custom_fields.remove_key",
)
def test_custom_field_keys_are_an_allow_list(offline: Offline) -> None:
    fields = offline.v1.custom_fields
    fields.add_key(entity="invoice", key="cost-centre", enforce_uniqueness=False)
    fields.add_key(entity="charge", key="cost-centre", enforce_uniqueness=True)
    keys = {(each.entity, each.key, each.enforce_uniqueness) for each in fields.list_keys()}
    assert keys >= {("invoice", "cost-centre", False), ("charge", "cost-centre", True)}
    assert [each.key for each in fields.list_keys(entities=["invoice"])] == ["cost-centre"]
    assert {each.entity for each in fields.list_keys(entities=["invoice", "charge"])} == {"invoice", "charge"}

    again = offline.refusal(
        400, lambda: fields.add_key(entity="invoice", key="cost-centre", enforce_uniqueness=False)
    )
    assert "Duplicate custom field key" in again["message"]
    fields.remove_key(entity="invoice", key="cost-centre")
    assert list(fields.list_keys(entities=["invoice"])) == []
    gone = offline.refusal(404, lambda: fields.remove_key(entity="invoice", key="cost-centre"))
    assert "Custom field key not found" in gone["message"]


@exercises("custom_fields.add_key custom_fields.list_keys")
def test_custom_field_keys_are_paged_without_a_limit(offline: Offline) -> None:
    wanted = {f"many-{each}" for each in range(60)}
    for key in wanted:
        offline.v1.custom_fields.add_key(entity="alert", key=key, enforce_uniqueness=False)
    listed = [each.key for each in offline.v1.custom_fields.list_keys(entities=["alert"])]
    assert sorted(listed) == sorted(wanted)


@exercises(
    "custom_fields.set_values custom_fields.delete_values",
    refuses="custom_fields.set_values custom_fields.delete_values",
)
def test_values_are_merged_and_deleted(offline: Offline) -> None:
    fields, key, other = offline.v1.custom_fields, offline.name("key"), offline.name("key")
    for name in (key, other):
        fields.add_key(entity="customer", key=name, enforce_uniqueness=False)
    customer = offline.customer(custom_fields={key: "1"})

    def read() -> dict[str, str]:
        return offline.v1.customers.retrieve(customer_id=customer).data.custom_fields

    assert read() == {key: "1"}
    fields.set_values(entity="customer", entity_id=customer, custom_fields={other: "2"})
    assert read() == {key: "1", other: "2"}
    fields.set_values(entity="customer", entity_id=customer, custom_fields={key: "3"})
    assert read() == {key: "3", other: "2"}
    for values in ({key: "4", "unregistered": "5"}, {key: "v" * 201}):
        offline.refusal(
            400,
            fields.set_values,
            entity="customer",
            entity_id=customer,
            custom_fields=values,
        )
    assert read() == {key: "3", other: "2"}, "all values or none"
    fields.delete_values(entity="customer", entity_id=customer, keys=[key])
    assert read() == {other: "2"}
    offline.refusal(
        404, lambda: fields.set_values(entity="customer", entity_id=UNKNOWN, custom_fields={key: "1"})
    )
    offline.refusal(404, lambda: fields.delete_values(entity="customer", entity_id=UNKNOWN, keys=[key]))
    fields.remove_key(entity="customer", key=other)
    assert read() == {}, "values of a removed key are out of reach"


@exercises("custom_fields.set_values", refuses="custom_fields.set_values customers.create")
def test_a_unique_value_is_unique_even_against_the_archived(offline: Offline) -> None:
    fields, key = offline.v1.custom_fields, offline.name("unique")
    fields.add_key(entity="customer", key=key, enforce_uniqueness=True)
    first, second = offline.customer(custom_fields={key: "1"}), offline.customer()
    offline.v1.customers.archive(id=first)
    offline.refusal(
        400, lambda: fields.set_values(entity="customer", entity_id=second, custom_fields={key: "1"})
    )
    offline.refusal(400, lambda: offline.customer(custom_fields={key: "1"}))
    fields.set_values(entity="customer", entity_id=second, custom_fields={key: "2"})


@exercises("custom_fields.set_values", refuses="custom_fields.set_values")
def test_values_of_a_package_are_frozen_and_those_of_its_contracts_are_not(offline: Offline) -> None:
    fields = offline.v1.custom_fields
    fields.add_key(entity="subscription", key="tier", enforce_uniqueness=False)
    package = offline.package(subscriptions=[a_subscription(custom_fields={"tier": "gold"})])
    customer = offline.customer()
    contract = offline.contract(customer, package)

    def subscription() -> Any:
        read = offline.v2.contracts.retrieve(customer_id=customer, contract_id=contract).data
        (only,) = read.subscriptions or []
        return only

    def template() -> Any:
        (only,) = offline.v1.packages.retrieve(package_id=package).data.subscriptions or []
        return only

    assert subscription().custom_fields == {"tier": "gold"}
    fields.set_values(entity="subscription", entity_id=subscription().id, custom_fields={"tier": "platinum"})
    assert (subscription().custom_fields, template().custom_fields) == (
        {"tier": "platinum"},
        {"tier": "gold"},
    )
    template_id = template().id
    offline.refusal(
        400,
        lambda: fields.set_values(
            entity="package_subscription", entity_id=template_id, custom_fields={"tier": "platinum"}
        ),
    )
    assert template().custom_fields == {"tier": "gold"}


def an_event(transaction: str, **changes: Any) -> Any:
    return {
        "transaction_id": transaction,
        "customer_id": "acme",
        "event_type": "llm_request",
        "timestamp": "2025-08-31T12:00:00Z",
        "properties": {"input_tokens": "10"},
        **changes,
    }


@exercises("usage.ingest", refuses="usage.ingest")
def test_events_are_taken_once_by_their_transaction(offline: Offline) -> None:
    before = sizes(offline.engine)["events"]
    ingest = offline.v1.usage.ingest
    assert ingest(usage=[an_event("t1"), an_event("t2"), an_event("t1")]) is None
    assert sizes(offline.engine)["events"] == before + 2
    ingest(usage=[an_event("t2", event_type="other"), an_event("t3")])
    assert sizes(offline.engine)["events"] == before + 3
    offline.refusal(400, lambda: ingest(usage=[an_event(f"m{each}") for each in range(101)]))
    offline.refusal(400, lambda: ingest(usage=[an_event("t4"), {"transaction_id": "t5"}]))  # type: ignore[typeddict-item]
    offline.refusal(400, lambda: ingest(usage=[an_event("t6", timestamp="2025-07-01T00:00:00Z")]))
    offline.refusal(400, lambda: ingest(usage=[an_event("t7", timestamp="2025-10-01T00:00:00Z")]))


def audited(offline: Offline, **query: Any) -> list[AuditLogListResponse]:
    """All entries there are; there is always a cursor to ask again with, so an empty page is the end."""
    entries: list[AuditLogListResponse] = []
    page = offline.v1.audit_logs.list(**query)
    while page.data:
        entries += page.data
        page = page.get_next_page()
    assert page.next_page is not None
    return entries


@exercises("audit.list", refuses="audit.list")
def test_the_audit_log_tells_what_was_done_to_what(offline: Offline) -> None:
    product = offline.v1.contracts.products.create(name="Audited", type="FIXED").data.id
    offline.v1.contracts.products.archive(product_id=product)
    entries = [each for each in audited(offline) if each.resource_id == product]
    assert len(entries) == 2
    (kind,) = {str(each.resource_type) for each in entries}
    assert {each.status for each in entries} <= {"success", None}
    assert all(abs(each.timestamp - NOW) < timedelta(seconds=1) for each in entries)
    assert audited(offline, resource_type=kind, resource_id=product, limit=1) == entries
    assert audited(offline, resource_type=kind, resource_id=UNKNOWN) == []
    for alone in ({"resource_id": product}, {"resource_type": kind}, {"sort": "random"}):
        offline.refusal(400, offline.v1.audit_logs.list, **alone)


@exercises("audit.list", refuses="audit.list")
def test_the_audit_log_is_read_in_both_directions_and_goes_on(offline: Offline) -> None:
    logs = offline.v1.audit_logs
    upwards = [each.id for each in audited(offline, sort="date_asc", limit=7)]
    downwards = [each.id for each in audited(offline, sort="date_desc", limit=8)]
    assert upwards == downwards[::-1]
    assert len(upwards) == len(set(upwards)) > 8
    assert logs.list(starting_on="2025-09-02T00:00:00Z").data == []
    assert logs.list(ending_before="2025-09-01T00:00:00Z").data == []
    days = {"starting_on": "2025-09-01T00:00:00Z", "ending_before": "2025-09-02T00:00:00Z"}
    assert [each.id for each in logs.list(**days, limit=100).data] == upwards[:100]  # type: ignore[arg-type]

    page = logs.list(limit=100)
    while page.data:
        page = page.get_next_page()
    offline.customer()
    assert len(page.get_next_page().data) == 1, "the last cursor gives what was written since"
    offline.refusal(400, lambda: logs.list(next_page=str(page.next_page), starting_on=days["starting_on"]))


@exercises("products.create products.list")
def test_products_are_paged_once_each(offline: Offline) -> None:
    made = {
        offline.v1.contracts.products.create(name=offline.name("p"), type="FIXED").data.id for _ in range(15)
    }
    listed = [each.id for each in offline.v1.contracts.products.list(limit=4)]
    assert len(listed) == len(set(listed))
    assert made | {CREDIT} <= set(listed)
