"""How much one body may hold, and that whoever sends a lot keeps nobody else waiting."""

from __future__ import annotations

import gc
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.offline import an_engine
from support.served import Served, called, connected, served
from support.work import PATIENCE

from pkgplan.engine.faults import EngineError
from pkgplan.engine.http import bodies
from pkgplan.engine.http.bodies import MAX_BYTES, MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine import Engine

JSON = {"content-type": "application/json"}
TOO_MANY = {"message": "body must not hold more than 50,000 values"}
# The values of {"name": "x", "unknown": [...]} apart from what is in the list.
AROUND = 3

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab,"[]{}:\\ \u00e9', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text('ab,"[{', max_size=4), inner, max_size=5)
    ),
    max_leaves=40,
)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with an_engine() as engine, served(engine) as server:
        yield server
        assert server.complaints == []


def values_in(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(values_in, value.values()))
    return 1 + sum(map(values_in, value)) if isinstance(value, list) else 1


@given(value=json_values, indent=st.sampled_from([None, 2]))
def test_values_are_counted_as_they_are(value: Any, indent: int | None) -> None:
    content = json.dumps(value, indent=indent, ensure_ascii=False).encode()
    count = values_in(value)
    assert not bodies._holds_more_than(count, content)
    assert bodies._holds_more_than(count - 1, content)


@pytest.mark.parametrize(
    "content",
    [
        b'"' * 9,
        b'["',
        b'[1,2,"',
        b'{"a":1,',
        b"\\" * 9,
        b'"\\',
        b"[,,",
        b"]]",
        b"[ [ ",
        b'"a\\"',
        b"\xff\x00,",
    ],
)
def test_what_is_no_json_is_counted_to_its_end_too(content: bytes) -> None:
    assert not bodies._holds_more_than(20, content)
    assert bodies._holds_more_than(1, b"[1,2," + content)


@pytest.mark.parametrize(
    ("one", "count"),
    [
        ("1", 1),
        ("{}", 1),
        ("[ ]", 1),
        ("[1]", 2),
        ('{"a":{"b":[]}}', 3),
        ('"a,b,[{\\",\\\\"', 1),
        ("1e5", 1),
        ("null", 1),
    ],
)
def test_a_body_may_hold_so_many_values_and_no_more(server: Served, one: str, count: int) -> None:
    most = (MAX_VALUES - AROUND) // count
    for number, status in ((most, 200), (most + 1, 400)):
        content = f'{{"name":"x","unknown":[{",".join([one] * number)}]}}'
        answer = called(server, "POST", "/v1/customers", content=content, headers=JSON)
        assert answer.status_code == status, answer.text[:200]
        assert status == 200 or answer.json() == TOO_MANY


@pytest.mark.parametrize(
    ("start", "part", "end"),
    [
        ('{"name":"x","aliases":[', '"wrong",', "1]}"),
        ('{"name":"x","aliases":[', "1,", "1]}"),
        ('{"name":"x","aliases":[', "{},", "1]}"),
        ('{"name":"x","credits":[', '{"specifiers":[{}]},', "1]}"),
        ("", "[", ""),
        ("", '{"a":', ""),
        ("[", "[[[]]],", "1]"),
        ("[", "1.5,", "1]"),
        ("[", '"",', "1]"),
        ('"', "a,", '"'),
        ("", '"', ""),
        ("", ",", ""),
        ("[", " ", "]"),
        ('{"name":"', "x", '"}'),
        ('{"name":"', "\\u0041", '"}'),
        ('{"duration":', "9", "}"),
        ('{"duration":1.', "1", "}"),
        ('{"name":"x",', '"name":"x",', '"a":1}'),
        ('{"name":"x","aliases":[', '{"name":"a"},', '{"name":"a"}]}'),
    ],
)
def test_whatever_five_megabytes_are_made_of_the_answer_is_short(
    server: Served, start: str, part: str, end: str
) -> None:
    content = (start + part * ((MAX_BYTES - len(start) - len(end)) // len(part)) + end).encode()
    answer = called(server, "POST", "/v1/packages/create", content=content, headers=JSON)
    assert answer.status_code in ({200} if part in {"x", "\\u0041"} else {400})
    assert len(answer.content) < 4_000


def test_the_description_says_how_much_a_body_may_hold(server: Served) -> None:
    published = called(server, "GET", "/openapi.json").json()
    described = published["paths"]["/v1/packages/create"]["post"]["requestBody"]["description"]
    assert f"{MAX_BYTES:,} bytes" in described
    assert f"{MAX_VALUES:,} values" in described


def test_others_are_answered_while_a_body_is_read(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = Event(), Event()

    def slow(text: str) -> Any:
        begun.set()
        assert done.wait(PATIENCE)
        return json.loads(text)

    monkeypatch.setattr("pkgplan.engine.http.bodies.parse_json", slow)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(called, server, "POST", "/v1/customers", json={"name": "Ada"})
        assert begun.wait(PATIENCE)
        assert called(server, "GET", "/health").status_code == 200
        done.set()
        assert reading.result().status_code == 200


def test_few_large_bodies_are_worked_on_at_once_and_small_ones_pass_them(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, full, done = Lock(), Event(), Event()
    at_once: list[int] = [0]

    def slow(text: str) -> Any:
        if len(text) > 1000:
            with lock:
                at_once.append(at_once[-1] + 1)
                if at_once[-1] == bodies._LARGE_AT_ONCE:
                    full.set()
            assert done.wait(PATIENCE)
            with lock:
                at_once.append(at_once[-1] - 1)
        return json.loads(text)

    monkeypatch.setattr("pkgplan.engine.http.bodies.parse_json", slow)
    large = {"name": "Ada", "unknown": "x" * 200_000}
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(called, server, "POST", "/v1/customers", json=large) for _ in range(8)]
        assert full.wait(PATIENCE)
        assert called(server, "POST", "/v1/customers", json={"name": "Bob"}).status_code == 200
        done.set()
        assert {each.result().status_code for each in answers} == {200}
    assert max(at_once) == bodies._LARGE_AT_ONCE


def test_whoever_leaves_in_the_middle_of_a_large_body_makes_room(server: Served) -> None:
    head = (
        "POST /v1/customers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-token\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
    )
    for _ in range(2 * bodies._LARGE_AT_ONCE):
        with connected(server) as client:
            client.sendall(head.encode() + b" " * 500_000)
    large = {"name": "Ada", "unknown": "x" * 200_000}
    assert called(server, "POST", "/v1/customers", json=large).status_code == 200


def test_nothing_of_a_refused_body_stays(server: Served) -> None:
    """Not even until the garbage is collected, which takes longer the larger the pieces are."""

    def refusals() -> set[int]:
        return {id(each) for each in gc.get_objects() if isinstance(each, EngineError | ValueError)}

    gc.collect()
    gc.disable()
    before = refusals()
    try:
        for content in ("{", '{"name":1}', "[", '{"name":"x","aliases":[1]}'):
            for path in ("/v1/packages/create", "/v1/packages/archive"):
                assert called(server, "POST", path, content=content, headers=JSON).status_code == 400
        after = refusals()
    finally:
        gc.enable()
    assert after <= before


def test_what_is_read_is_not_repeated_without_end(engine: Engine) -> None:
    """What a product is called stands in every answer about what is sold by it."""
    with served(engine) as server:
        for path in ("/v1/contract-pricing/products/create", "/v1/credit-types/create"):
            body = {"name": "x" * 501, "type": "FIXED"}
            assert called(server, "POST", path, json=body).status_code == 400
            assert called(server, "POST", path, json={**body, "name": "x" * 500}).status_code == 200


def test_an_answer_that_would_be_endless_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pkgplan.engine.http.app.LONGEST", 2_000)
    with served(engine) as server:
        for number in range(20):
            name = f"{number} {'x' * 150}"
            assert called(server, "POST", "/v1/customers", json={"name": name}).status_code == 200
        refused = called(server, "GET", "/v1/customers?limit=20")
        assert refused.status_code == 400
        assert "ask for less at once" in refused.json()["message"]
        assert called(server, "GET", "/v1/customers?limit=2").status_code == 200
