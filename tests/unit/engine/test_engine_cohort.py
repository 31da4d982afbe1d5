"""Which contracts were provisioned from a package."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import metronome
import pytest
from support.offline import an_alias
from support.provisioned import NOBODY, a_customer, provision, refusal, the_package
from support.sdk_client import in_process

from pkgplan.engine import EngineError

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.model.canonical import JsonObject

STARTS = ("2025-01-01T00:00:00Z", "2025-10-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z")


def cohort(engine: Engine, package_id: str) -> list[StoredContract]:
    """Contracts of a year each; the third one is archived."""
    contracts = [provision(engine, package_id=package_id, starting_at=start) for start in STARTS]
    third = contracts[2]
    ids: JsonObject = {"customer_id": third.customer_id, "contract_id": third.contract_id}
    engine.call("contracts.archive", {**ids, "void_invoices": True})
    return contracts


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [0, 1, 3]),
        ({"include_archived": True}, [0, 1, 2, 3]),
        ({"covering_date": "2025-12-31T23:59:59.999Z"}, [0, 1]),
        ({"covering_date": "2026-01-01T00:00:00Z"}, [1]),
        ({"covering_date": "2026-01-01T00:00:00Z", "include_archived": True}, [1, 2]),
        ({"covering_date": "2027-06-01T00:00:00Z"}, []),
        ({"starting_at": "2025-10-01T00:00:00Z"}, [1, 3]),
        ({"starting_at": "2025-10-01T00:00:00.001Z", "include_archived": True}, [2, 3]),
    ],
)
def test_the_cohort_of_a_package(engine: Engine, wanted: dict[str, Any], found: list[int]) -> None:
    package_id = the_package(engine)
    contracts = cohort(engine, package_id)
    provision(engine, package_id=the_package(engine))
    listed = in_process(engine).v1.packages.list_contracts_on_package(package_id=package_id, **wanted)
    assert [each.contract_id for each in listed.data] == [contracts[number].contract_id for number in found]


def test_a_contract_is_listed_with_its_dates(engine: Engine) -> None:
    package_id = the_package(engine)
    contracts = cohort(engine, package_id)
    listed = in_process(engine).v1.packages.list_contracts_on_package(
        package_id=package_id, include_archived=True
    )
    first, _, third, _ = listed.data
    assert (first.customer_id, first.archived_at) == (contracts[0].customer_id, None)
    assert first.starting_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert first.ending_before == datetime(2026, 1, 1, tzinfo=UTC)
    assert third.archived_at == datetime(2025, 9, 1, 9, 30, 15, 123000, tzinfo=UTC)


def test_each_version_behind_an_alias_has_its_own_cohort(engine: Engine) -> None:
    packages = [the_package(engine, aliases=[an_alias("Plan", start)]) for start in STARTS[:2]]
    contracts = [provision(engine, package_alias="Plan", starting_at=start) for start in STARTS]
    client = in_process(engine)
    listed = [
        [each.contract_id for each in client.v1.packages.list_contracts_on_package(package_id=package_id)]
        for package_id in packages
    ]
    assert listed == [[contracts[0].contract_id], [each.contract_id for each in contracts[1:]]]


def test_pages_show_each_contract_once(engine: Engine) -> None:
    package_id, customer_id = the_package(engine), a_customer(engine)
    made = [provision(engine, package_id=package_id, customer_id=customer_id).contract_id for _ in range(11)]
    client = in_process(engine)
    for limit in (1, 5, 11, 100):
        listed = client.v1.packages.list_contracts_on_package(package_id=package_id, limit=limit)
        assert [each.contract_id for each in listed] == made


def test_contracts_that_a_filter_leaves_out_are_not_looked_at(engine: Engine) -> None:
    package_id, asked = the_package(engine), list[str]()
    with engine.reading() as connection:
        connection.set_trace_callback(asked.append)
    engine.call(
        "packages.list_contracts", {"package_id": package_id, "covering_date": "2026-01-01T00:00:00Z"}
    )
    connection.set_trace_callback(None)
    (query,) = (each for each in asked if "FROM contracts" in each)
    with engine.reading() as connection:
        (plan,) = connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
        columns = {name for _, _, name in connection.execute("PRAGMA index_info (contracts_by_package)")}
    assert "USING INDEX contracts_by_package" in plan[3]
    assert {"starting_at", "ending_before", "archived_at"} <= columns


def test_an_unknown_package_has_a_code_of_its_own(engine: Engine) -> None:
    error = refusal(engine, "packages.list_contracts", {"package_id": NOBODY})
    assert error.code == "PackageNotFound"
    with pytest.raises(metronome.BadRequestError):
        in_process(engine).v1.packages.list_contracts_on_package(package_id=NOBODY)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "body must have required property 'package_id'"),
        (
            {"covering_date": "2026-01-01T00:00:00Z", "starting_at": "2026-01-01T00:00:00Z"},
            "covering_date and starting_at are mutually exclusive",
        ),
        ({"include_archived": "yes"}, "body/include_archived must be boolean"),
        ({"covering_date": "tomorrow"}, None),
    ],
)
def test_a_malformed_filter_is_refused(engine: Engine, body: JsonObject, message: str | None) -> None:
    given: JsonObject = {"package_id": the_package(engine), **body} if body else body
    error = refusal(engine, "packages.list_contracts", given)
    assert message is None or error.message == message


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"next_page": "no"}])
def test_a_malformed_page_is_refused(engine: Engine, query: JsonObject) -> None:
    package_id = the_package(engine)
    with pytest.raises(EngineError) as raised:
        engine.call("packages.list_contracts", {"package_id": package_id}, query=query)
    assert raised.value.status == 400
