"""The server around the endpoints: token, ids, time, health, and what a client learns when something breaks."""

from __future__ import annotations

import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import HandClock, a_package, an_engine
from support.sdk_client import TOKEN, over_http
from support.served import Served, called, served, under_way, until_it_takes_no_more

from pkgplan.adapters.clocks import HandSetClock, MillisecondClock
from pkgplan.engine import Engine
from pkgplan.engine.http import listening, url_of
from pkgplan.engine.operation import Operation, Transaction
from pkgplan.engine.registry import OPERATIONS
from pkgplan.errors import EnvironmentFault
from pkgplan.model.units import parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CREATE = "/v1/packages/create"


@pytest.fixture
def server(engine: Engine) -> Iterator[Served]:
    with served(engine) as server:
        yield server


def test_the_sdk_creates_and_reads_through_the_server(server: Served) -> None:
    client = over_http(server.url)
    body: dict[str, Any] = a_package()
    created = client.v1.packages.create(**body).data.id
    assert client.v1.packages.retrieve(package_id=created).data.name == "Starter Plan"
    assert [each.id for each in client.v1.packages.list()] == [created]


def test_every_operation_has_its_route(server: Served) -> None:
    for operation in OPERATIONS.values():
        answer = called(server, "DELETE", operation.path.replace("{", "").replace("}", ""))
        assert answer.status_code == 405, operation.name
        assert operation.method in answer.headers["allow"].split(", "), operation.name


def test_without_a_token_everybody_is_answered(engine: Engine) -> None:
    with served(engine, token=None) as server:
        assert called(server, "POST", "/v1/packages/list", token=None, json={}).status_code == 200


def test_a_browser_sends_the_token_as_a_password(server: Served) -> None:
    assert called(server, "GET", "/", token=None, auth=("anybody", TOKEN)).status_code == 200
    assert called(server, "GET", "/", token=None, auth=(TOKEN, "")).status_code == 401
    assert "Basic" in called(server, "GET", "/", token=None).headers["www-authenticate"]


def test_health_is_told_to_everybody(server: Served) -> None:
    answer = called(server, "GET", "/health", token=None)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_an_id_of_the_client_is_kept_and_another_replaced(server: Served) -> None:
    def id_of(given: str | None) -> str:
        headers = {} if given is None else {"x-request-id": given}
        return str(called(server, "GET", "/health", headers=headers).headers["x-request-id"])

    assert id_of("trace-1.a_B") == "trace-1.a_B"
    ids = {id_of(each) for each in (None, None, "", "with space", "{}", "x" * 101)}
    assert len(ids) == 6
    assert all(len(each) == 36 for each in ids)


def test_head_is_get_without_the_body(server: Served) -> None:
    for path in ("/health", "/", "/v1/customers"):
        got, head = called(server, "GET", path), called(server, "HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]
    assert called(server, "HEAD", "/v1/customers", token=None).status_code == 401
    assert called(server, "HEAD", CREATE).headers["allow"] == "POST"


@pytest.mark.parametrize("status", [409, 422])
def test_a_refusal_for_good_is_not_tried_again(server: Served, status: int) -> None:
    body = a_package(uniqueness_key="one")
    created = called(server, "POST", CREATE, json=body).json()["data"]["id"]
    archive = {"package_id": created}
    assert called(server, "POST", "/v1/packages/archive", json=archive).status_code == 200
    path, sent = (CREATE, body) if status == 409 else ("/v1/packages/archive", archive)
    answer = called(server, "POST", path, json=sent)
    assert answer.status_code == status
    assert answer.headers["x-should-retry"] == "false"


def test_time_is_told_and_set() -> None:
    clock = HandSetClock(parse_instant("2026-01-31T10:00:00Z"))
    with Engine(":memory:", clock) as engine, served(engine, clock=clock) as server:
        assert called(server, "GET", "/pkgplan/clock").json() == {"now": "2026-01-31T10:00:00.000Z"}
        answer = called(server, "PUT", "/pkgplan/clock", json={"now": "2026-02-28T23:30:00.5+02:00"})
        assert answer.json() == {"now": "2026-02-28T21:30:00.500Z"}
        card = {"name": "Card", "aliases": [{"name": "Tokens rate card"}]}
        called(server, "POST", "/v1/contract-pricing/rate-cards/create", json=card)
        body = a_package(recurring_credits=[], subscriptions=[])
        created = called(server, "POST", CREATE, json=body).json()["data"]["id"]
        package = called(server, "POST", "/v1/packages/get", json={"package_id": created}).json()["data"]
        assert package["created_at"].startswith("2026-02-28T21:30:00.5")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": None},
        {"now": 5},
        {"now": "tomorrow"},
        {"now": "2026-01-01T00:00:00"},
        [],
        {"now": "x", "a": 1},
    ],
)
def test_what_is_no_time_changes_nothing(body: Any) -> None:
    clock = HandSetClock(parse_instant("2026-01-31"))
    with Engine(":memory:", clock) as engine, served(engine, clock=clock) as server:
        answer = called(server, "PUT", "/pkgplan/clock", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("body")
    assert clock.now() == parse_instant("2026-01-31")


def test_the_clock_of_the_system_cannot_be_set(server: Served) -> None:
    for method in ("GET", "PUT"):
        answer = called(server, method, "/pkgplan/clock", json={"now": "2026-01-01T00:00:00Z"})
        assert answer.status_code == 404
        assert "--clock" in answer.json()["message"]


def test_clocks_of_a_server_show_milliseconds() -> None:
    assert MillisecondClock().now().microsecond % 1000 == 0


def test_a_bug_is_told_to_the_log_and_not_to_the_client(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("the secret of the engine")

    replaced = {**OPERATIONS, "packages.get": changed(OPERATIONS["packages.get"], broken)}
    monkeypatch.setattr("pkgplan.engine.engine.OPERATIONS", replaced)
    answer = called(server, "POST", "/v1/packages/get", json={"package_id": "x"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    (complaint,) = server.complaints
    assert answer.headers["x-request-id"] in complaint
    assert 'RuntimeError("the secret of the engine")' in complaint
    assert called(server, "GET", "/health").status_code == 200


def changed(operation: Operation, run: Any) -> Operation:
    return Operation(operation.name, operation.method, operation.path, "", run, operation.body)


def test_a_store_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "engine.db"
    an_engine(file).close()
    blocker = sqlite3.connect(file, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with Engine(file, HandClock(), busy_seconds=0.05) as engine, served(engine) as server:
        answer = called(server, "POST", CREATE, json=a_package())
        assert answer.status_code == 503
        assert str(tmp_path) not in answer.text
        assert answer.json()["message"]
        blocker.execute("ROLLBACK")
        assert called(server, "POST", CREATE, json=a_package()).status_code == 200
    blocker.close()


def test_a_statement_that_sqlite_does_not_know_is_a_bug(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(transaction: Transaction, _: object) -> Any:
        return transaction.connection.execute("SELECT missing FROM packages")

    replaced = {**OPERATIONS, "packages.get": changed(OPERATIONS["packages.get"], broken)}
    monkeypatch.setattr("pkgplan.engine.engine.OPERATIONS", replaced)
    answer = called(server, "POST", "/v1/packages/get", json={"package_id": "x"})
    assert answer.status_code == 500
    assert "no such column" in server.complaints[0]


def test_a_file_that_is_another_programs_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "engine.db"
    file.write_text("not a database, but long enough to be taken for one" * 10)
    with Engine(file, HandClock()) as engine, served(engine) as server:
        answer = called(server, "POST", "/v1/packages/list", json={})
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
    assert "engine.db" in server.complaints[0]


def test_a_stop_finishes_the_requests_under_way(engine: Engine) -> None:
    def stopping(server: Served, finish: Callable[[], int]) -> int:
        until_it_takes_no_more(server)
        return finish()

    with ThreadPoolExecutor(1) as client, ExitStack() as request:
        with served(engine) as server:
            finish = request.enter_context(under_way(server, "/v1/customers", b'{"name": "Ada"}'))
            status = client.submit(stopping, server, finish)
        assert status.result() == 200


def test_a_port_that_is_taken_is_said() -> None:
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(EnvironmentFault, match=f"port {port}") as caught:
            listening("127.0.0.1", port)
    assert "another port" in caught.value.hint


def test_an_address_of_version_6_is_told_in_brackets() -> None:
    try:
        listener = listening("::1", 0)
    except EnvironmentFault:
        pytest.skip("this machine has no IPv6")
    with listener:
        assert url_of(listener).startswith("http://[::1]:")


def test_a_host_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, *_: object, **__: object) -> Any:
        host.encode("idna")  # as the real one begins
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(EnvironmentFault, match='"nowhere" port 0: name or service not known'):
        listening("nowhere", 0)
    for host in ("a..b", "x" * 64, "\udc80"):
        with pytest.raises(EnvironmentFault, match="no name of a host"):
            listening(host, 0)
