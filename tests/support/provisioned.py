"""Customers on packages for tests: provisioning in one line, what is stored, and refusals that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pkgplan.engine import Assumptions, Engine, EngineError
from pkgplan.engine.contracts import rows
from support.offline import REFERENCES, HandClock, a_package

if TYPE_CHECKING:
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.model.canonical import JsonObject, JsonValue

START = "2025-10-01T00:00:00Z"
NOBODY = "99999999-0000-4000-8000-000000000009"


def an_engine_that_reads(clock: HandClock | None = None, /, **readings: str) -> Engine:
    """A seeded engine in memory with other readings of what is not documented."""
    engine = Engine(":memory:", clock or HandClock(), Assumptions.of(readings))
    engine.seed(REFERENCES)
    return engine


def a_customer(engine: Engine, **changes: JsonValue) -> str:
    """A new customer."""
    return _id_of(engine.call("customers.create", {"name": "Acme", **changes}))


def the_package(engine: Engine, **changes: Any) -> str:
    """The Starter plan with changes, created."""
    return _id_of(engine.call("packages.create", a_package(**changes)))


def provision(engine: Engine, **body: Any) -> StoredContract:
    """A contract of a new customer from October 2025 on, if the body does not say otherwise."""
    customer_id = str(body.pop("customer_id", None) or a_customer(engine))
    created = engine.call("contracts.create", {"customer_id": customer_id, "starting_at": START, **body})
    return stored(engine, customer_id, _id_of(created))


def provisioned(engine: Engine, starting_at: JsonValue = START, **package: Any) -> StoredContract:
    """A contract of a new customer on the Starter plan with changes."""
    return provision(engine, package_id=the_package(engine, **package), starting_at=starting_at)


def stored(engine: Engine, customer_id: str, contract_id: str) -> StoredContract:
    """The row of a contract."""
    with engine.reading() as connection:
        found = rows.find(connection, customer_id, contract_id)
    assert found is not None
    return found


def sizes(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with engine.reading() as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # noqa: S608


def refusal(engine: Engine, operation: str, body: JsonObject, *, status: int = 400) -> EngineError:
    """What the engine says when it refuses a call; it has to have this status, and to have stored nothing."""
    before = sizes(engine)
    with pytest.raises(EngineError) as raised:
        engine.call(operation, body)
    assert (raised.value.status, sizes(engine)) == (status, before), raised.value.message
    return raised.value


def _id_of(answer: JsonObject) -> str:
    data = answer["data"]
    assert isinstance(data, dict)
    return str(data["id"])
