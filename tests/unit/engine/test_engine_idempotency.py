"""One `Idempotency-Key`, one piece of work: all POSTs, for a day, and in no other sense than the same call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import NOW, HandClock, a_package, an_engine

from pkgplan.engine import EngineError
from pkgplan.engine.operation import Origin
from pkgplan.engine.registry import OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue

DAY = timedelta(hours=24)
TICK = timedelta(milliseconds=1)


def call(engine: Engine, name: str, body: JsonValue, key: str = "k", **asked: Any) -> JsonObject:
    return engine.call(name, body, origin=Origin(idempotency_key=key), **asked)


def customers(engine: Engine) -> list[Any]:
    data = engine.call("customers.list")["data"]
    assert isinstance(data, list)
    return data


def kept(engine: Engine) -> list[str]:
    with engine.reading() as store:
        return [key for (key,) in store.execute("SELECT key FROM idempotency_keys ORDER BY created_at")]


def test_the_same_call_is_answered_alike_and_done_once(engine: Engine) -> None:
    assert call(engine, "customers.create", {"name": "A"}) == call(engine, "customers.create", {"name": "A"})
    assert len(customers(engine)) == 1


@pytest.mark.parametrize(
    ("name", "body", "asked"),
    [
        ("customers.create", {"name": "B"}, {}),
        ("packages.list", {}, {}),
        ("customers.set_name", {"name": "A"}, {"path": {"customer_id": "x"}}),
    ],
)
def test_another_call_under_the_key_is_a_conflict(
    engine: Engine, name: str, body: JsonObject, asked: Any
) -> None:
    call(engine, "customers.create", {"name": "A"})
    with pytest.raises(EngineError, match="other parameters") as caught:
        call(engine, name, body, **asked)
    assert caught.value.status == 409


def test_a_post_that_only_reads_is_answered_alike_too(engine: Engine) -> None:
    before = call(engine, "packages.list", {})
    engine.call("packages.create", a_package())
    assert call(engine, "packages.list", {}) == before
    assert call(engine, "packages.list", {}, "another") != before
    with pytest.raises(EngineError, match="other parameters"):
        call(engine, "packages.list", {}, query={"limit": 1})


@pytest.mark.parametrize("name", ["customers.list", "metrics.update"])
def test_a_key_means_nothing_to_other_methods(engine: Engine, name: str) -> None:
    assert OPERATIONS[name].method != "POST"
    made: Any = engine.call("metrics.create", {"name": "m", "aggregation_type": "COUNT"})
    for number in range(2):
        body: JsonObject = {"name": f"m{number}"}
        call(engine, name, body, path={"billable_metric_id": made["data"]["id"]})
    assert kept(engine) == []


def test_a_refusal_is_kept_without_what_was_done_before_it(engine: Engine) -> None:
    engine.call("customers.create", {"name": "A", "ingest_aliases": ["a"]})
    messages = set()
    for _ in range(2):
        with pytest.raises(EngineError) as caught:
            call(engine, "customers.create", {"name": "B", "ingest_aliases": ["b", "a"]})
        messages.add((caught.value.status, caught.value.message))
    assert messages == {(409, 'another customer has the ingest alias "a"')}
    assert [each["name"] for each in customers(engine)] == ["A"]
    assert engine.call("customers.create", {"name": "C", "ingest_aliases": ["b"]})


def test_what_was_refused_for_its_shape_leaves_the_key_free(engine: Engine) -> None:
    with pytest.raises(EngineError):
        call(engine, "customers.create", {})
    assert call(engine, "customers.create", {"name": "A"})


def test_what_broke_leaves_the_key_free(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("pkgplan.engine.resources.customers.create", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            call(engine, "customers.create", {"name": "A"})
    assert call(engine, "customers.create", {"name": "A"})


def test_a_key_is_kept_for_a_day_and_then_deleted() -> None:
    clock = HandClock()
    with an_engine(clock=clock) as engine:
        first = call(engine, "customers.create", {"name": "A"})
        clock.instant = NOW + DAY - TICK
        assert call(engine, "customers.create", {"name": "A"}) == first
        call(engine, "customers.create", {"name": "B"}, "other")
        clock.instant = NOW + DAY
        assert call(engine, "customers.create", {"name": "C"}) != first
        assert kept(engine) == ["other", "k"]
        clock.instant += DAY
        call(engine, "customers.create", {"name": "D"}, "last")
        assert kept(engine) == ["last"]


def test_two_servers_on_one_file_do_the_work_once(tmp_path: Path) -> None:
    file = tmp_path / "engine.db"
    with an_engine(file) as one, an_engine(file) as other, ThreadPoolExecutor(2) as pool:
        answers = [
            pool.submit(call, engine, "customers.create", {"name": "A"}, f"key-{number}")
            for number in range(10)
            for engine in (one, other)
        ]
        ids = [str(answer.result()["data"]) for answer in answers]
        assert ids[::2] == ids[1::2]
        assert len({*ids}) == len(customers(one)) == 10


def test_old_keys_are_found_by_an_index(engine: Engine) -> None:
    with engine.reading() as store:
        (plan,) = store.execute("EXPLAIN QUERY PLAN DELETE FROM idempotency_keys WHERE created_at <= 'x'")
    assert "USING INDEX idempotency_keys_by_age" in plan[-1] or "COVERING INDEX" in plan[-1]
