"""A listening socket and the server behind it, stopped when we say so.

Comes in: host and port; an application. Goes out: the address, answered requests.
Never here: uvicorn's own logs, signals or lifespan; whoever starts the server decides what ends it.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pkgplan.errors import EnvironmentFault
from pkgplan.model.canonical import compact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

# How long a stop waits for requests under way; one that takes longer is waiting for a client that is gone.
GRACE_SECONDS: Final = 10
_BACKLOG: Final = 512
_NOT_HTTP: Final = (
    b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\n\r\n%b"
)


class _Connection(H11Protocol):
    """A connection that a handler can cut: `request.state.hang_up()`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.app_state = {**self.app_state, "hang_up": transport.abort}

    def send_400_response(self, msg: str) -> None:
        """What is not even HTTP is refused in the same shape as everything else."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = compact({"message": msg}).encode()
            self.transport.write(_NOT_HTTP % (len(body), body))
        self.transport.close()


class _Uvicorn(uvicorn.Server):
    """uvicorn without signals, telling once it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Server:
    """Serves an application on a socket that listens already.

    Args:
        app: the application.
        listener: from `listening`; closed when the server ends.
        ready: called once requests are answered.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, ready: Callable[[], None]) -> None:
        self._listener = listener
        config = uvicorn.Config(
            app,
            http=_Connection,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            backlog=_BACKLOG,
        )
        self._uvicorn = _Uvicorn(config, ready)

    def run(self) -> None:
        """Answer requests until `stop`; what is under way then is finished."""
        with self._listener:
            asyncio.run(self._uvicorn.serve(sockets=[self._listener]))

    def stop(self) -> None:
        """Take no more connections and end; may be called from a signal handler or another thread.

        Asked twice, it no longer waits for requests under way.
        """
        self._uvicorn.force_exit = self._uvicorn.should_exit
        self._uvicorn.should_exit = True


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises EnvironmentFault."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return _bound(socket.socket(family, kind, protocol), address)
    except UnicodeError:
        raise EnvironmentFault(f'cannot listen on "{host}": it is no name of a host') from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "name another port, or 0 for any that is free" if error.errno in _TAKEN else ""
        raise EnvironmentFault(f'cannot listen on "{host}" port {port}: {reason}', hint=hint) from None


_TAKEN: Final = {errno.EADDRINUSE, errno.EACCES}


def _bound(listener: socket.socket, address: Any) -> socket.socket:
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    """Where clients find a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
