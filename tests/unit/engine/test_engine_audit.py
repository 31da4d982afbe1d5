"""The audit log: one entry for each thing that was done, read from either end, and again later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import metronome
import pytest
from support.offline import NOW, HandClock
from support.provisioned import refusal
from support.sdk_client import in_process

from pkgplan.engine import Engine, EngineError
from pkgplan.engine.operation import Origin
from pkgplan.engine.paging import encoded
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject, JsonValue

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def engine(clock: HandClock) -> Iterator[Engine]:
    """An engine in which nothing happened yet."""
    with Engine(":memory:", clock) as engine:
        yield engine


def seven_customers(engine: Engine, clock: HandClock) -> list[str]:
    """Created one an hour, but for two in one moment; their ids."""
    ids = []
    for number in range(7):
        clock.instant = NOW + (number if number != 4 else 3) * HOUR
        ids.append(in_process(engine).v1.customers.create(name=str(number)).data.id)
    return ids


def logged(engine: Engine, **query: Any) -> list[str | None]:
    """What the entries are about, page by page: iterating over the SDK's list would wait for new ones for ever."""
    times = {name: query.pop(name) for name in ("starting_on", "ending_before") if name in query}
    list_logs = in_process(engine).v1.audit_logs.list
    page = list_logs(**query, **times)
    found = [each.resource_id for each in page.data]
    while page.data:
        # As documented, a cursor stands alone: it remembers the times.
        page = list_logs(**query, next_page=page.next_page or "")
        found += [each.resource_id for each in page.data]
    return found


def test_an_entry_says_what_was_done_to_what_by_which_request(engine: Engine) -> None:
    origin = Origin(request_id="r1", ip="127.0.0.1", user_agent="curl")
    made = engine.call("customers.create", {"name": "Ada"}, origin=origin)["data"]
    assert isinstance(made, dict)
    (entry,) = in_process(engine).v1.audit_logs.list().data
    assert (entry.action, entry.resource_type, entry.resource_id) == ("create", "customer", made["id"])
    assert entry.request.to_dict() == {"id": "r1", "ip": "127.0.0.1", "user_agent": "curl"}
    assert entry.status == "success"
    assert NOW - entry.timestamp < timedelta(milliseconds=1)


def test_what_was_refused_is_not_in_it(engine: Engine) -> None:
    engine.call("customers.create", {"name": "Ada", "ingest_aliases": ["a"]})
    refusal(engine, "customers.create", {"name": "Bob", "ingest_aliases": ["a"]}, status=409)
    assert len(logged(engine)) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_from_either_end_show_each_entry_once(engine: Engine, clock: HandClock, limit: int) -> None:
    ids = seven_customers(engine, clock)
    assert logged(engine, limit=limit) == ids
    assert logged(engine, limit=limit, sort="date_desc") == ids[::-1]


def test_a_reader_who_comes_back_gets_what_was_done_meanwhile(engine: Engine, clock: HandClock) -> None:
    list_logs = in_process(engine).v1.audit_logs.list
    empty = list_logs()
    assert (empty.data, bool(empty.next_page)) == ([], True)
    ids = seven_customers(engine, clock)
    seen = list_logs(next_page=empty.next_page or "", limit=100)
    assert [each.resource_id for each in seen.data] == ids
    nothing = list_logs(next_page=seen.next_page or "")
    assert (nothing.data, nothing.next_page) == ([], seen.next_page)
    clock.instant += HOUR
    engine.call("customers.archive", {"id": ids[0]})
    (entry,) = list_logs(next_page=seen.next_page or "").data
    assert (entry.action, entry.resource_id) == ("archive", ids[0])


@pytest.mark.parametrize("sort", ["date_asc", "date_desc"])
def test_times_include_the_first_and_not_the_last(engine: Engine, clock: HandClock, sort: str) -> None:
    ids = seven_customers(engine, clock)
    start, end = (format_instant((NOW + n * HOUR).replace(microsecond=123000)) for n in (1, 5))
    found = logged(engine, starting_on=start, ending_before=end, sort=sort, limit=2)
    assert found == (ids[1:5] if sort == "date_asc" else ids[1:5][::-1])


def test_entries_of_one_thing(engine: Engine, clock: HandClock) -> None:
    ids = seven_customers(engine, clock)
    engine.call("customers.archive", {"id": ids[2]})
    made, archived = in_process(engine).v1.audit_logs.list(resource_type="customer", resource_id=ids[2]).data
    assert (made.action, archived.action) == ("create", "archive")
    assert logged(engine, limit=1, resource_type="customer", resource_id=ids[2]) == [ids[2]] * 2
    assert logged(engine, resource_type="contract", resource_id=ids[2]) == []


def a_cursor(*ends: JsonValue) -> str:
    return encoded([*ends])


@pytest.mark.parametrize(
    "query",
    [
        {"resource_type": "customer"},
        {"resource_id": "x"},
        {"sort": "newest"},
        {"limit": "0"},
        {"limit": "101"},
        {"starting_on": "soon"},
        {"starting_on": "2025-01-01"},
        {"starting_on": "2025-01-01T00:00:00Z", "next_page": a_cursor(["", -1], ["9", -1])},
        {"ending_before": "2025-01-01T00:00:00Z", "next_page": a_cursor(["", -1], ["9", -1])},
        {"next_page": ""},
        {"next_page": "x"},
        {"next_page": encoded({"after": 1})},
        {"next_page": a_cursor(["", -1])},
        {"next_page": a_cursor(["", -1], ["9"])},
        {"next_page": a_cursor(["", -1], ["9", 2**63])},
        {"next_page": a_cursor([1, -1], ["9", -1])},
        {"next_page": a_cursor(["", True], ["9", -1])},
    ],
)
def test_bad_queries_are_refused(engine: Engine, query: JsonObject) -> None:
    with pytest.raises(EngineError, match="querystring") as caught:
        engine.call("audit.list", query=query)
    assert caught.value.status == 400


def test_the_sdk_raises_what_was_refused(engine: Engine) -> None:
    with pytest.raises(metronome.BadRequestError, match="resource_id"):
        logged(engine, resource_type="customer")


def test_every_question_is_answered_from_an_index(engine: Engine, clock: HandClock) -> None:
    seven_customers(engine, clock)
    queries: list[JsonObject] = [{}, {"sort": "date_desc"}, {"resource_type": "customer", "resource_id": "x"}]
    for query in queries:
        asked: list[str] = []
        with engine.reading() as store:
            store.set_trace_callback(asked.append)
        engine.call("audit.list", query=query)
        with engine.reading() as store:
            store.set_trace_callback(None)
            (select,) = [each for each in asked if each.startswith("SELECT")]
            plan = " ".join(row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {select}"))
        assert plan.startswith("SEARCH audit_log USING INDEX")
        assert "TEMP B-TREE" not in plan
