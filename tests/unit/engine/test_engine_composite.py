"""A customer and a contract in one call: both, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.offline import CARD
from support.provisioned import START, refusal, stored, the_package
from support.sdk_client import in_process

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue

CALL = "composite.create_customer_with_contract"
CUSTOMER: JsonObject = {
    "name": "Ada",
    "ingest_aliases": ["ada"],
    "customer_billing_provider_configurations": [
        {"billing_provider": "stripe", "delivery_method": "direct_to_billing_provider"}
    ],
}


def a_contract(**changes: JsonValue) -> JsonObject:
    return {"starting_at": START, "rate_card_id": CARD, "name": "First", **changes}


def test_both_are_there(engine: Engine) -> None:
    answer = engine.call(CALL, {"customer": CUSTOMER, "contract": a_contract(net_payment_terms_days=15)})[
        "data"
    ]
    assert isinstance(answer, dict)
    customer_id, contract_id = str(answer["customer_id"]), str(answer["contract_id"])
    assert in_process(engine).v1.customers.retrieve(customer_id=customer_id).data.ingest_aliases == ["ada"]
    logged = in_process(engine).v1.audit_logs.list(sort="date_desc", limit=3).data
    assert [each.resource_id for each in logged[:2]] == [contract_id, customer_id]
    contract = stored(engine, customer_id, contract_id)
    assert (contract.package_id, contract.body["name"]) == (None, "First")
    assert (contract.body["rate_card_id"], contract.body["net_payment_terms_days"]) == (CARD, 15)


def test_the_contract_can_use_the_configuration_that_came_with_its_customer(engine: Engine) -> None:
    provider: JsonObject = {"billing_provider": "stripe", "delivery_method": "direct_to_billing_provider"}
    contract = a_contract(billing_provider_configuration=provider)
    engine.call(CALL, {"customer": CUSTOMER, "contract": contract})
    provider["billing_provider"] = "netsuite"
    refusal(engine, CALL, {"customer": {"name": "Bob"}, "contract": contract})


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"starting_at": "2025-10-01T00:30:00Z"}, 400),
        ({"ending_before": START}, 400),
        ({"rate_card_id": "99999999-0000-4000-8000-000000000000"}, 404),
        ({"custom_fields": {"nobody": "x"}}, 400),
        ({"package_alias": "Starter"}, 400),
        ({"package_id": ""}, 400),
    ],
)
def test_a_refused_contract_leaves_no_customer(engine: Engine, changes: JsonObject, status: int) -> None:
    refusal(engine, CALL, {"customer": CUSTOMER, "contract": a_contract(**changes)}, status=status)


def test_a_refused_customer_leaves_no_contract(engine: Engine) -> None:
    engine.call("customers.create", CUSTOMER)
    refusal(engine, CALL, {"customer": CUSTOMER, "contract": a_contract()}, status=409)


def test_there_are_no_packages_in_it(engine: Engine) -> None:
    package_id = the_package(engine)
    contract: JsonObject = {"starting_at": START, "package_id": package_id}
    said = refusal(engine, CALL, {"customer": CUSTOMER, "contract": contract}).message
    assert said == "body/contract must NOT have additional property 'package_id'"


def test_a_used_key_of_a_contract_is_a_conflict(engine: Engine) -> None:
    engine.call(CALL, {"customer": CUSTOMER, "contract": a_contract(uniqueness_key="k")})
    body: JsonObject = {"customer": {"name": "Bob"}, "contract": a_contract(uniqueness_key="k")}
    assert refusal(engine, CALL, body, status=409).message == "This uniqueness key has already been used."


@pytest.mark.parametrize(
    "body", [{}, {"customer": CUSTOMER}, {"contract": {}}, {"customer": [], "contract": []}]
)
def test_bad_bodies_are_refused(engine: Engine, body: JsonObject) -> None:
    assert refusal(engine, CALL, body).message.startswith("body")
