"""The published description: complete, sound, and as strict as the server itself."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from support.offline import a_credit, a_package
from support.served import called, served

from pkgplan.engine.http.description import description, statuses
from pkgplan.engine.registry import OPERATIONS
from pkgplan.model.canonical import compact, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine import Engine

DOCUMENT: Any = description(OPERATIONS.values(), with_token=True)


def schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and everything inside it."""
    yield schema
    inside = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), schema.get("items")]
    for each in (*inside, schema.get("additionalProperties")):
        if isinstance(each, dict):
            yield from schemas(each)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref":
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def findings(name: str, body: Any) -> list[str]:
    """What the published schema of a body has against one."""
    schema = {**DOCUMENT, "$ref": f"#/components/schemas/{name}"}
    # Decimal is our number; the validator knows it as one.
    return [error.message for error in Draft202012Validator(schema).iter_errors(parse_json(compact(body)))]


def test_every_operation_is_described_once() -> None:
    described = {
        entry["operationId"]: (method.upper(), path)
        for path, by_method in DOCUMENT["paths"].items()
        for method, entry in by_method.items()
    }
    assert described == {each.name: (each.method, each.path) for each in OPERATIONS.values()}


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        _, _, kind, name = reference.split("/")
        assert name in DOCUMENT["components"][kind]


def test_every_schema_is_sound_and_says_something() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        for part in schemas(schema):
            assert part.keys() & {"type", "$ref", "anyOf", "oneOf", "const", "enum"}, f"{name}: {part}"


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda each: each.name)
def test_every_status_is_described(operation: Any) -> None:
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]["responses"]
    assert sorted(map(int, described)) == [200, *statuses(operation)]
    assert {400, 401, *operation.refusals} <= set(statuses(operation))
    assert ({413, 415} <= set(statuses(operation))) is (operation.body is not None)


def test_what_the_server_takes_its_description_allows() -> None:
    assert findings("PackageCreate", a_package()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"net_payment_terms_days": "15"},
        {"duration": {"value": Decimal("1.5"), "unit": "MONTHS"}},
        {"duration": {"value": 1, "unit": "FORTNIGHTS"}},
        {"uniqueness_key": "x" * 129},
        {"recurring_credits": [a_credit(priority="first")]},
        {"recurring_credits": [a_credit(access_amount={"unit_price": "1", "quantity": 1})]},
    ],
    ids=str,
)
def test_what_the_server_refuses_for_its_shape_its_description_refuses(engine: Engine, changes: Any) -> None:
    body = a_package(**changes)
    with served(engine) as server:
        answer = called(
            server,
            "POST",
            "/v1/packages/create",
            content=compact(body),
            headers={"content-type": "application/json"},
        )
    assert answer.status_code == 400
    assert findings("PackageCreate", body) != []


def test_closed_objects_are_closed() -> None:
    assert findings("PackageArchive", {"package_id": "x"}) == []
    assert findings("PackageArchive", {"package_id": "x", "other": 1}) != []


def test_parameters_of_paths_and_queries() -> None:
    customer, *_ = DOCUMENT["paths"]["/v1/customers/{customer_id}"]["get"]["parameters"]
    assert (customer["name"], customer["in"], customer["required"]) == ("customer_id", "path", True)
    listed = DOCUMENT["paths"]["/v1/packages/list"]["post"]["parameters"]
    assert [(each["name"], each["in"], each["schema"]["type"]) for each in listed] == [
        ("limit", "query", "integer"),
        ("next_page", "query", "string"),
        ("Idempotency-Key", "header", "string"),
    ]


def test_the_server_publishes_it(engine: Engine) -> None:
    with served(engine) as server:
        assert called(server, "GET", "/openapi.json").json()["security"] == [{"bearer": []}]
    with served(engine, token=None) as server:
        answer = called(server, "GET", "/openapi.json", token=None)
    assert "security" not in answer.json()
    assert answer.json()["openapi"] == "3.1.0"
