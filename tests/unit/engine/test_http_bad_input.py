"""What bad input gets over HTTP, where the HTTP layer is concerned: the API's status and `{message}`, and no write."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import a_credit, a_package, an_engine
from support.sdk_client import TOKEN
from support.served import Served, called, connected, served
from support.work import PATIENCE

from pkgplan.engine.registry import OPERATIONS
from pkgplan.model.canonical import compact

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from pkgplan.engine import Engine

CREATE = "/v1/packages/create"
JSON = {"content-type": "application/json"}


@pytest.fixture
def server(engine: Engine) -> Iterator[Served]:
    with served(engine) as server:
        yield server
        assert server.complaints == []


@pytest.fixture(scope="module")
def empty() -> Iterator[Engine]:
    """An engine in which nothing that is refused may leave a package."""
    with an_engine() as engine:
        yield engine
        assert packages(engine) == []


@pytest.fixture(scope="module")
def refusing(empty: Engine) -> Iterator[Served]:
    """A server that has nothing to do but refuse; to start one for each case would take longer than all cases."""
    with served(empty) as server:
        yield server
        assert server.complaints == []


def packages(engine: Engine) -> list[Any]:
    data = engine.call("packages.list", {}, query={"limit": 100})["data"]
    assert isinstance(data, list)
    return data


def message(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    body = answer.json()
    assert set(body) <= {"message", "code"}
    return str(body["message"])


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"name": "x",}',
        b"\x00",
        b'{"name": "a\x00b"}',
        b'{"name": "\xff"}',
        '{"name": "x"}'.encode("utf-16"),
        b'{"name": NaN}',
        b'{"name": "x", "name": "y"}',
        b'{"duration": 1e999999999}',
        b'{"duration": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"name": ' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"name": "\\ud800"}',
        b'{"\\ud800": 1}',
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"",
    ],
)
def test_what_is_no_body_of_the_endpoint_is_refused(refusing: Served, empty: Engine, content: bytes) -> None:
    answer = called(refusing, "POST", CREATE, content=content, headers=JSON)
    assert answer.status_code == 400
    assert message(answer).startswith("body")
    assert packages(empty) == []


@pytest.mark.parametrize("content", [b"", b"null", b"{}"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/customFields/listKeys", 200),
        ("/v1/contract-pricing/rate-cards/list", 200),
        ("/v1/contract-pricing/products/list", 400),
        ("/v1/packages/list", 400),
    ],
)
def test_few_bodies_can_be_left_out(server: Served, path: str, status: int, content: bytes) -> None:
    answer = called(server, "POST", path, content=content, headers=JSON)
    assert answer.status_code == (200 if content == b"{}" else status)


def test_a_refusal_can_repeat_what_no_text_can_hold(refusing: Served) -> None:
    body = compact(a_package(recurring_credits=[a_credit(custom_fields={"KEY": 5})]))
    answer = called(refusing, "POST", CREATE, content=body.replace("KEY", "\\ud800"), headers=JSON)
    assert answer.status_code == 400
    assert message(answer).startswith("body")


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "",
        "application",
    ],
)
def test_another_content_type_is_refused(refusing: Served, empty: Engine, kind: str) -> None:
    answer = called(refusing, "POST", CREATE, content=compact(a_package()), headers={"content-type": kind})
    assert answer.status_code == 415
    assert "application/json" in message(answer)
    assert packages(empty) == []


@pytest.mark.parametrize(
    "kind",
    [
        "application/json; charset=utf-8",
        "Application/JSON",
        'application/json;charset="UTF-8"',
        "application/json; charset=utf-8; x=y",
    ],
)
def test_spellings_of_the_right_content_type(server: Served, kind: str) -> None:
    answer = called(server, "POST", CREATE, content=compact(a_package()), headers={"content-type": kind})
    assert answer.status_code == 200


def test_fifty_megabytes_are_refused_by_their_length(refusing: Served, empty: Engine) -> None:
    answer = called(refusing, "POST", CREATE, content=b"x" * 50_000_000, headers=JSON)
    assert answer.status_code == 413
    assert "5,000,000" in message(answer)
    assert called(refusing, "GET", "/health").status_code == 200


def test_fifty_megabytes_are_refused_before_they_are_sent(refusing: Served) -> None:
    with connected(refusing) as client:
        client.sendall(head(length=50_000_000))
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_fifty_megabytes_in_chunks_are_refused_when_there_are_too_many(server: Served) -> None:
    def chunks() -> Iterator[bytes]:
        yield from [b" " * 1_000_000] * 50

    assert called(server, "POST", CREATE, content=chunks(), headers=JSON).status_code == 413


def test_a_large_body_within_the_limit_is_read(server: Served) -> None:
    content = compact(a_package(name="x")).encode().ljust(4_999_999)
    assert called(server, "POST", CREATE, content=content, headers=JSON).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *((f"limit={size}", 400) for size in ("0", "101", "ten", "1&limit=2", "")),
        *((f"next_page={cursor}", 400) for cursor in ("x", "%00", "%ff", "")),
        *((query, 200) for query in ("limit=100", "limit=1", "unknown=1")),
    ],
)
def test_pages_of_other_sizes_and_bad_cursors(refusing: Served, query: str, status: int) -> None:
    answer = called(refusing, "POST", f"/v1/packages/list?{query}", json={})
    assert answer.status_code == status
    if status == 400:
        assert message(answer).startswith("querystring/")


@pytest.mark.parametrize("path", ["/nope", "/v1/packages/create/", "/v1//packages/create", "/%00", "//"])
def test_an_unknown_path(refusing: Served, path: str) -> None:
    answer = called(refusing, "POST", path, json={})
    assert answer.status_code == 404
    assert "path" in message(answer)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_a_wrong_method_is_told_the_right_one(refusing: Served, method: str) -> None:
    answer = called(refusing, method, CREATE)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert method in message(answer)


def test_what_is_not_http_is_refused_in_the_same_shape(server: Served) -> None:
    with connected(server) as client:
        client.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        head_, _, body = client.recv(1000).partition(b"\r\n\r\n")
    assert head_.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["message"]


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", f"Token {TOKEN}", f"Bearer {TOKEN}x", "Basic !", "Bearer \xff"],
)
@pytest.mark.parametrize("path", [CREATE, "/", "/openapi.json", "/pkgplan/clock", "/nope"])
def test_nothing_is_told_without_the_token(
    refusing: Served, empty: Engine, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"authorization": authorization.encode("latin-1")}
    answer = called(refusing, "POST", path, token=None, json=a_package(), headers=headers)
    assert answer.status_code == 401
    assert message(answer) == "Unauthorized"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert packages(empty) == []


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_an_idempotency_key_of_the_wrong_length(refusing: Served, empty: Engine, key: str) -> None:
    answer = called(refusing, "POST", CREATE, json=a_package(), headers={"idempotency-key": key})
    assert answer.status_code == 400
    assert packages(empty) == []


def test_many_requests_at_once_with_one_key_do_the_work_once(server: Served, engine: Engine) -> None:
    def create(_: int) -> httpx.Response:
        return called(server, "POST", CREATE, json=a_package(), headers={"idempotency-key": "one"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(16)))
    (package,) = packages(engine)
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {answer.json()["data"]["id"] for answer in answers if answer.status_code == 200} == {package["id"]}
    refused = [answer for answer in answers if answer.status_code == 409]
    assert all("still under way" in message(answer) for answer in refused)


def test_a_key_that_is_under_way_may_be_tried_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = Event(), Event()

    def slow(*_: object) -> Any:
        begun.set()
        assert done.wait(PATIENCE)
        return {}

    listed = replace(OPERATIONS["packages.list"], run=slow)
    monkeypatch.setattr("pkgplan.engine.engine.OPERATIONS", {**OPERATIONS, "packages.list": listed})
    request: dict[str, Any] = {"json": {}, "headers": {"idempotency-key": "one"}}
    with served(engine) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(called, server, "POST", "/v1/packages/list", **request)
        assert begun.wait(PATIENCE)
        refused = called(server, "POST", "/v1/packages/list", **request)
        done.set()
        assert first.result().status_code == 200
        assert called(server, "POST", "/v1/packages/list", **request).json() == {}
    assert (refused.status_code, message(refused)[-10:]) == (409, "under way.")
    assert "x-should-retry" not in refused.headers


def test_a_connection_lives_on_after_a_body_that_was_too_large(server: Served) -> None:
    with connected(server) as client:
        client.sendall(head(length=6_000_000))
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")
        client.sendall(b"x" * 6_000_000 + head("/v1/packages/list", length=2) + b"{}")
        seen = client.recv(1000)
        while b'"data"' not in seen:
            seen += client.recv(1000)
    assert b"HTTP/1.1 200 " in seen


def test_a_key_gives_the_stored_answer_also_of_a_refusal(server: Served, engine: Engine) -> None:
    def create(name: str, card: str) -> httpx.Response:
        body = a_package(name=name, rate_card_alias=card)
        return called(server, "POST", CREATE, json=body, headers={"idempotency-key": name})

    first, again = create("a", "Tokens rate card"), create("a", "Tokens rate card")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.status_code == 200
    refused, still = create("b", "Nobody's"), create("b", "Nobody's")
    assert refused.status_code == still.status_code >= 400
    assert refused.json() == still.json()
    other = create("b", "Tokens rate card")
    assert other.status_code == 409
    assert other.headers["x-should-retry"] == "false"
    assert len(packages(engine)) == 1


def test_a_client_that_hangs_up_in_the_middle_of_its_body_changes_nothing(
    server: Served, engine: Engine
) -> None:
    body = compact(a_package()).encode()
    with connected(server) as client:
        client.sendall(head(length=len(body)) + body[:-1])
    assert called(server, "GET", "/health").status_code == 200
    assert packages(engine) == []


def test_a_client_that_hangs_up_before_the_answer_does_not_undo_the_work(engine: Engine) -> None:
    body = compact(a_package()).encode()
    with served(engine, "* *: delay 50 ms") as server, connected(server) as client:
        client.sendall(head(length=len(body)) + body)
        client.close()
        with served(engine) as other:
            assert called(other, "GET", "/health").status_code == 200
    assert server.complaints == []
    assert len(packages(engine)) == 1


def test_two_requests_in_one_go_are_answered_in_order(server: Served) -> None:
    with connected(server) as client:
        client.sendall(head("/nope", length=2) + b"{}" + head("/v1/packages/list", length=2) + b"{}")
        seen = b""
        while b'"data"' not in seen:
            seen += client.recv(1000)
    assert seen.index(b"404") < seen.index(b"200 OK")


def head(path: str = CREATE, *, length: int) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()
