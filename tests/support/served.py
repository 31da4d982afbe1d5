"""A served engine for tests: in a thread of this process, quick and over an engine at hand, or as `pkgplan serve`.

Clients: `support.sdk_client.over_http(url)`, or `called` for requests that the SDK would never send.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from pkgplan.engine.http import Limits, Server, Settings, facade, listening, parse_fault, url_of
from support.command import process_environment
from support.sdk_client import TOKEN
from support.work import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pkgplan.engine import Engine
    from pkgplan.engine.http.settings import SettableClock

# Never used, but making one for each request takes longer than the request.
_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(slots=True)
class Served:
    """A served engine: where it is, and what it said about requests and about itself."""

    url: str
    told: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.url


@contextmanager
def served(
    engine: Engine,
    *faults: str,
    token: str | None = TOKEN,
    clock: SettableClock | None = None,
    host: str = "127.0.0.1",
    names: tuple[str, ...] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Iterator[Served]:
    """An engine of this process, served by a thread of it on a free port."""
    listener = listening(host, 0)
    it = Served(url_of(listener))
    settings = Settings(
        token,
        tuple(map(parse_fault, faults)),
        clock,
        names,
        tell=it.told.append,
        complain=it.complaints.append,
    )
    ready = Event()
    server = Server(
        facade(engine, settings), listener, ready.set, complain=it.complaints.append, limits=limits
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert ready.wait(PATIENCE), "the server does not start"
        yield it
    finally:
        server.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the server does not stop"


@dataclass(slots=True)
class ServedProcess:
    """A `pkgplan serve` with its address; stderr is in the file."""

    url: str
    process: subprocess.Popen[str]
    stderr: Path

    def kill(self) -> None:
        """kill -9: it cannot tidy up."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def peak(self) -> int:
        """The most memory that it ever had, in megabytes."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
        return int(kilobytes) // 1000

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it as a service manager does; gives its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def served_process(
    folder: Path, *arguments: str | Path, token: str = TOKEN, files: int | None = None
) -> Iterator[ServedProcess]:
    """A `pkgplan serve` of its own on a free port, with `folder/serve.err` for what it says; killed at the end.

    It may have no more than `files` open.
    """
    stderr = folder / "serve.err"
    limited = () if files is None else ("sh", "-c", f'ulimit -n {files} && exec "$0" "$@"')
    with stderr.open("a") as errors:
        process = subprocess.Popen(
            [*limited, sys.executable, "-m", "pkgplan", "serve", "--port", "0", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=process_environment(PKGPLAN_SERVE_TOKEN=token),
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, stderr.read_text()
        url = json.loads(line)["url"] if line.startswith("{") else line.removeprefix("Serving on ").strip()
        yield ServedProcess(url, process, stderr)
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        process.stdout.close()


def connected(server: Served | ServedProcess) -> socket.socket:
    """A connection on which anything can be said."""
    url = httpx.URL(server.url)
    assert url.port is not None
    return socket.create_connection((url.host, url.port), PATIENCE)


def heard(connection: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    got = b""
    with suppress(ConnectionError):
        while part := connection.recv(65536):
            got += part
    return got


@contextmanager
def under_way(server: Served | ServedProcess, path: str, body: bytes) -> Iterator[Callable[[], int]]:
    """A request that the application has begun to read; a call of what is given sends the rest, and gives the status.

    The client has asked to be told that somebody reads, so that nobody has to guess how long that takes.
    """
    at = urlsplit(server.url)
    assert at.hostname is not None
    head = f"POST {path} HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {TOKEN}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection((at.hostname, at.port or 0), timeout=PATIENCE) as client:
        client.sendall(head.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")

        def finish() -> int:
            client.sendall(body)
            answer = b""
            while part := client.recv(65536):
                answer += part
            return int(answer.split(b" ", 2)[1])

        yield finish


def until_it_takes_no_more(server: Served | ServedProcess) -> None:
    """Wait until a server that was told to stop has heard it."""
    at = urlsplit(server.url)
    while True:
        try:
            socket.create_connection((at.hostname or "", at.port or 0), timeout=PATIENCE).close()
        except ConnectionError:  # refused, or reset while nobody had accepted it
            return


def called(
    server: Served | ServedProcess, method: str, path: str, *, token: str | None = TOKEN, **request: Any
) -> httpx.Response:
    """One request as it is; the token goes along unless told otherwise."""
    headers = {
        **({} if token is None else {"authorization": f"Bearer {token}"}),
        **request.pop("headers", {}),
    }
    return httpx.request(
        method, server.url + path, headers=headers, timeout=PATIENCE, trust_env=False, verify=_TLS, **request
    )
