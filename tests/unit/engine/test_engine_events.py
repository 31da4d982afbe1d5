"""Events: counted once in 34 days, never from the future, and given to whoever has their alias."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.offline import NOW, HandClock, an_engine
from support.provisioned import a_customer, refusal
from support.sdk_client import in_process

from pkgplan.engine.resources.events import of_customer
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.engine.resources.events import StoredEvent
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.units import Instant


def an_event(
    number: object = 1, customer: str = "ada", at: Instant = NOW, **changes: JsonValue
) -> JsonObject:
    return {
        "transaction_id": f"t{number}",
        "customer_id": customer,
        "event_type": "llm_request",
        "timestamp": format_instant(at),
        "properties": {"n": str(number)},
        **changes,
    }


def seen(engine: Engine, customer_id: str, **asked: object) -> list[StoredEvent]:
    with engine.reading() as store:
        return of_customer(store, customer_id, **asked)  # type: ignore[arg-type] # typed by key


def numbers(events: list[StoredEvent]) -> list[JsonValue]:
    return [each.properties["n"] for each in events]


def test_events_are_taken_from_the_sdk_and_answered_with_nothing(engine: Engine) -> None:
    ada = a_customer(engine, ingest_aliases=["ada"])
    in_process(engine).v1.usage.ingest(usage=[an_event(), an_event(2, ada)])  # type: ignore[list-item] # JSON
    first, second = seen(engine, ada)
    assert (first.transaction_id, first.customer_id, first.timestamp) == ("t1", "ada", NOW)
    assert (second.customer_id, second.event_type, second.properties) == (ada, "llm_request", {"n": "2"})
    assert engine.call("usage.ingest", [an_event(3, properties={"price": 7})]) == {}


def test_a_transaction_counts_once(engine: Engine) -> None:
    ada = a_customer(engine, ingest_aliases=["ada"])
    engine.call("usage.ingest", [an_event(1), an_event(1, properties={"n": "other"})])
    engine.call("usage.ingest", [an_event(1, event_type="other"), an_event(2)])
    assert numbers(seen(engine, ada)) == ["1", "2"]


def test_a_transaction_is_forgotten_after_34_days() -> None:
    clock = HandClock()
    window, tick = timedelta(days=34), timedelta(milliseconds=1)
    with an_engine(clock=clock) as engine:
        for number, later in enumerate((timedelta(0), window - tick, window, window + tick)):
            clock.instant = NOW + later
            engine.call("usage.ingest", [an_event(1, at=clock.instant, properties={"n": number})])
        assert numbers(seen(engine, "ada")) == [0, 3]


def test_an_event_counts_once_for_as_long_as_it_is_taken() -> None:
    clock = HandClock(NOW.replace(microsecond=0))
    event = an_event(at=clock.instant)
    with an_engine(clock=clock) as engine:
        engine.call("usage.ingest", [event])
        clock.instant += timedelta(days=34)
        engine.call("usage.ingest", [event])
        assert len(seen(engine, "ada")) == 1
        clock.instant += timedelta(milliseconds=1)
        assert "34 days ago" in refusal(engine, "usage.ingest", [event]).message  # type: ignore[arg-type] # bare


@pytest.mark.parametrize(
    "late", [timedelta(milliseconds=1), timedelta(days=1), -timedelta(days=34, milliseconds=1)]
)
def test_an_event_out_of_the_window_keeps_the_whole_batch(engine: Engine, late: timedelta) -> None:
    bad = refusal(engine, "usage.ingest", [an_event(1), an_event(2, at=NOW + late)])  # type: ignore[arg-type] # bare
    assert "body/1/timestamp" in bad.message
    engine.call("usage.ingest", [an_event(1, at=NOW - timedelta(days=34)), an_event(2)])


def test_an_alias_takes_its_events_to_its_new_customer(engine: Engine) -> None:
    engine.call("usage.ingest", [an_event(1)])
    assert numbers(seen(engine, "ada")) == ["1"]
    ada, bob = a_customer(engine, ingest_aliases=["ada"]), a_customer(engine)
    assert (numbers(seen(engine, ada)), seen(engine, bob)) == (["1"], [])
    for customer_id, aliases in ((ada, []), (bob, ["ada"])):
        body: JsonObject = {"ingest_aliases": [*aliases]}
        engine.call("customers.set_ingest_aliases", body, path={"customer_id": customer_id})
    assert (seen(engine, ada), numbers(seen(engine, bob))) == ([], ["1"])


def test_events_are_chosen_by_time_and_type(engine: Engine) -> None:
    hour = timedelta(hours=1)
    batch: list[JsonValue] = [an_event(n, at=NOW - n * hour) for n in range(4)]
    engine.call("usage.ingest", [*batch, an_event("x", event_type="other", at=NOW - 5 * hour)])
    assert numbers(seen(engine, "ada")) == ["x", "3", "2", "1", "0"]
    assert numbers(seen(engine, "ada", event_type="llm_request")) == ["3", "2", "1", "0"]
    assert numbers(seen(engine, "ada", starting_on=NOW - 2 * hour, ending_before=NOW)) == ["2", "1"]


@pytest.mark.parametrize(
    "batch",
    [
        [],
        {},
        None,
        [an_event(n) for n in range(101)],
        [an_event(transaction_id="")],
        [an_event(transaction_id="x" * 129)],
        [an_event(customer="")],
        [an_event(event_type="")],
        [an_event(timestamp="yesterday")],
        [an_event(timestamp="2025-08-31")],
        [an_event(timestamp=1756719015)],
        [an_event(properties=[])],
        [{"transaction_id": "t"}],
    ],
)
def test_bad_batches_are_refused(engine: Engine, batch: JsonObject) -> None:
    assert refusal(engine, "usage.ingest", batch).message.startswith("body")


def test_a_hundred_events_are_as_many_as_there_can_be(engine: Engine) -> None:
    engine.call("usage.ingest", [an_event(n) for n in range(100)])
    assert len(seen(engine, "ada")) == 100
