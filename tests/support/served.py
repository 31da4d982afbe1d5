"""A served engine for tests: in a thread of this process, quick and over an engine at hand, or as `pkgplan serve`.

Clients: `support.sdk_client.over_http(url)`, or `called` for requests that the SDK would never send.
"""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import httpx

from pkgplan.engine.http import Server, Settings, facade, listening, parse_fault, url_of
from support.command import process_environment
from support.sdk_client import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pkgplan.engine import Engine
    from pkgplan.engine.http.settings import SettableClock

PATIENCE = 30.0
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
    engine: Engine, *faults: str, token: str | None = TOKEN, clock: SettableClock | None = None
) -> Iterator[Served]:
    """An engine of this process, served by a thread of it on a free port."""
    listener = listening("127.0.0.1", 0)
    it = Served(url_of(listener))
    settings = Settings(
        token, tuple(map(parse_fault, faults)), clock, tell=it.told.append, complain=it.complaints.append
    )
    ready = Event()
    server = Server(facade(engine, settings), listener, ready.set)
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

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it as a service manager does; gives its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def served_process(folder: Path, *arguments: str | Path, token: str = TOKEN) -> Iterator[ServedProcess]:
    """A `pkgplan serve` of its own on a free port, with `folder/serve.err` for what it says; killed at the end."""
    stderr = folder / "serve.err"
    with stderr.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "pkgplan", "serve", "--port", "0", *map(str, arguments)],
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
