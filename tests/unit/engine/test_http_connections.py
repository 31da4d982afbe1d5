"""Clients that keep the server waiting, and more of them than there is room for.

No test says how long anything takes: limits are short where an end is waited for, and endless where none may come.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from support.sdk_client import TOKEN
from support.served import Served, called, connected, heard, served
from support.work import PATIENCE

from pkgplan.engine.http import Limits, Server, Settings, facade, listening
from pkgplan.engine.http.door import Door, Sparing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine import Engine

FOREVER = 1e6
IMPATIENT = Limits(patience=0.3, pressed=0.3)
LIST = f"POST /v1/packages/list HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
JSON = LIST + b"Content-Type: application/json\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def impatient(engine: Engine) -> Iterator[Served]:
    with served(engine, limits=IMPATIENT) as server:
        yield server
        assert server.complaints == []


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n", b"408"),
        (b"G", b"408"),
        (LIST, b"408"),
        (JSON + b"Content-Length: 3\r\n\r\n{", b"408"),
        (JSON + b"Content-Length: 3\r\n\r\n", b"408"),
        (JSON + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"408"),
        (JSON + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", b"100"),
        # What is refused without its body is answered; the body is owed all the same.
        (b"POST /v1/packages/list HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n{", b"401"),
        (b"POST /v1/packages/list HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 3\r\n\r\n", b"421"),
        (LIST + b"Content-Length: 5000001\r\n\r\n", b"413"),
        (HEALTH, b"200"),
        (HEALTH + b"GET", b"200"),
    ],
)
def test_a_client_that_sends_no_whole_request_is_cut_off(
    impatient: Served, said: bytes, status: bytes
) -> None:
    with connected(impatient) as client:
        client.sendall(said)
        got = heard(client)
    assert got[9:12] == status
    if status == b"408":
        assert json.loads(got.partition(b"\r\n\r\n")[2]) == {
            "message": "the request did not become whole in time"
        }
    assert called(impatient, "GET", "/health").status_code == 200


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nX: ", JSON + b"Content-Length: 1000000\r\n\r\n"])
def test_a_byte_now_and_then_is_not_the_whole_request(impatient: Served, start: bytes) -> None:
    done = Event()

    def trickle(client: socket.socket) -> None:
        try:
            while not done.wait(0.05):
                client.sendall(b" ")
        except OSError:
            pass  # that is what is waited for

    with connected(impatient) as client, ThreadPoolExecutor(1) as pool:
        client.sendall(start)
        trickling = pool.submit(trickle, client)
        heard(client)
        done.set()
        trickling.result()


@pytest.mark.parametrize("bytes_", [0, 2048])
def test_a_client_that_takes_no_answers_or_a_little_now_and_then_is_cut_off(
    engine: Engine, bytes_: int
) -> None:
    done = Event()

    def nibble(client: socket.socket) -> None:
        with suppress(OSError):
            while not done.wait(0.1) and bytes_:
                client.recv(bytes_)

    head = f"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    # There is room for one connection only.
    with (
        served(engine, limits=Limits(1, patience=0.5, pressed=0.5)) as server,
        closing(socket.socket()) as client,
    ):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", int(server.url.rpartition(":")[2])))
        client.sendall(head.encode() * 100)
        with ThreadPoolExecutor(1) as pool:
            nibbling = pool.submit(nibble, client)
            assert called(server, "GET", "/health").status_code == 200
            done.set()
            nibbling.result()


def test_it_waits_as_long_as_it_works_itself(engine: Engine) -> None:
    with served(engine, "* *: delay 1500 ms", limits=IMPATIENT) as server:
        assert called(server, "POST", "/v1/packages/list", json={}).status_code == 200


def test_what_it_has_not_read_is_owed_by_nobody(engine: Engine) -> None:
    with served(engine, "* *: delay 1500 ms", limits=IMPATIENT) as server:
        assert called(server, "GET", "/v1/customers", content=b"x" * 1_000_000).status_code == 200


def test_a_client_that_is_slow_within_its_time_is_served(engine: Engine) -> None:
    with served(engine, limits=Limits(patience=FOREVER)) as server, connected(server) as client:
        for part in (HEALTH[:5], HEALTH[5:-1], HEALTH[-1:]):
            client.sendall(part)
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_whoever_comes_when_it_is_full_waits_until_one_ends(engine: Engine) -> None:
    endless = Limits(2, patience=FOREVER, pressed=FOREVER)
    with served(engine, limits=endless) as server, ExitStack() as open_:
        first, second, third = (open_.enter_context(connected(server)) for _ in range(3))
        for client in (first, second):
            client.sendall(HEALTH)
            assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        third.sendall(HEALTH)
        third.settimeout(0.2)
        with pytest.raises(TimeoutError):
            third.recv(1000)
        second.close()
        third.settimeout(PATIENCE)
        assert third.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert set(server.complaints) == {"2 connections are open; others wait until one of them ends"}


def test_when_it_is_full_those_that_say_nothing_must_go(engine: Engine) -> None:
    with served(engine, limits=Limits(20, patience=FOREVER, pressed=0.2)) as server, ExitStack() as open_:
        for number in range(60):
            client = open_.enter_context(connected(server))
            client.sendall(b"" if number % 2 else b"GET / HTTP/1.1\r\n")
        assert called(server, "GET", "/health").status_code == 200
    # Seldom, however often it was full again.
    assert 1 <= len(server.complaints) < 10


def test_it_stops_while_clients_keep_it_waiting(engine: Engine) -> None:
    with served(engine, limits=Limits(2, patience=FOREVER, pressed=FOREVER)) as server, ExitStack() as open_:
        for _ in range(4):
            open_.enter_context(connected(server)).sendall(b"GET / HTTP/1.1\r\n")


def test_a_head_without_an_end_is_refused(engine: Engine) -> None:
    with served(engine, limits=Limits(patience=FOREVER)) as server, connected(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000)
        assert client.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_a_body_of_single_bytes_is_read_in_small_parts(engine: Engine) -> None:
    content = b"".join(b"1\r\n%c\r\n" % byte for byte in b'{"archive_filter": "ALL"}'.ljust(50_000))
    with served(engine) as server, connected(server) as client:
        client.sendall(JSON + b"Transfer-Encoding: chunked\r\n\r\n" + content + b"0\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_files_that_cannot_be_opened_are_told_once_and_tried_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    tries = []

    async def fails(*_: Any) -> Any:
        tries.append(1)
        if len(tries) == 5:
            raise asyncio.CancelledError
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    async def live() -> None:
        door = Door(listening("127.0.0.1", 0), Limits(), told.append)
        monkeypatch.setattr(asyncio.get_running_loop(), "sock_accept", fails)
        with pytest.raises(asyncio.CancelledError):
            await door._let_in(lambda _: pytest.fail("nobody came"))
        await door.close()

    monkeypatch.setattr("pkgplan.engine.http.door._PAUSE_SECONDS", 0)
    monkeypatch.setattr("pkgplan.engine.http.door._TOLD_SECONDS", FOREVER)
    asyncio.run(live())
    assert told == ["no connection can be accepted: too many open files"]
    assert len(tries) == 5


def test_a_door_that_is_stuck_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: Any) -> Any:
        raise RuntimeError("stuck")

    monkeypatch.setattr(Door, "_watch", fails)
    with served(engine) as server:
        assert called(server, "GET", "/health").status_code == 200
    assert server.complaints == ["the door is stuck: RuntimeError('stuck')"]


def test_the_same_trouble_is_told_once_in_a_while() -> None:
    told: list[str] = []
    often, seldom = Sparing(told.append, 0), Sparing(told.append, FOREVER)
    for number in range(3):
        often(f"often {number}")
        seldom(f"seldom {number}")
    assert told == ["often 0", "seldom 0", "often 1", "often 2"]


def test_what_goes_wrong_in_the_loop_is_told_in_a_line(engine: Engine) -> None:
    told: list[str] = []

    def ready() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(go_wrong)
        loop.call_soon(server.stop)

    def go_wrong() -> None:
        raise RuntimeError("\x9b2J\n")

    server = Server(facade(engine, Settings()), listening("127.0.0.1", 0), ready, complain=told.append)
    server.run()
    (line,) = told
    assert "RuntimeError('\\x9b2J\\n')" in line
    assert line.isprintable()
