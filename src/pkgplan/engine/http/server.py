"""A listening socket and the server behind it, stopped when we say so.

Comes in: host and port; an application. Goes out: the address, answered requests.
Never here: uvicorn's own logs, signals or lifespan; whoever starts the server decides what ends it.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn

from pkgplan.engine.http.connections import HEAD_BYTES, Connection
from pkgplan.engine.http.door import Door, Limits, Sparing
from pkgplan.errors import EnvironmentFault
from pkgplan.model.escapes import visible_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

# How long a stop waits for requests under way; one that takes longer is waiting for a client that is gone.
GRACE_SECONDS: Final = 10
_BACKLOG: Final = 512


def _nobody(_: str) -> None:
    """Nobody is told."""


class _Uvicorn(uvicorn.Server):
    """uvicorn without signals and without a socket of its own, telling once it answers."""

    def __init__(
        self, config: uvicorn.Config, door: Door, ready: Callable[[], None], complain: Callable[[str], None]
    ) -> None:
        super().__init__(config)
        self._door = door
        self._ready = ready
        self._complain = Sparing(complain, 1)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # asyncio would write it, unescaped and as often as it happens, to stderr.
        asyncio.get_running_loop().set_exception_handler(lambda _, what: self._complain(_told(what)))
        self._door.open(self._made, cast("set[Connection]", self.server_state.connections))
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._door.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def _made(self, gone: Callable[[], None]) -> Connection:
        state = {"server_state": self.server_state, "app_state": self.lifespan.state}
        return Connection(gone, config=self.config, **state)


def _told(what: dict[str, Any]) -> str:
    error = what.get("exception")
    return visible_lines(f"{what['message']}: {error!r}" if error is not None else str(what["message"]))


class Server:
    """Serves an application on a socket that listens already.

    Args:
        app: the application.
        listener: from `listening`; closed when the server ends.
        ready: called once requests are answered.
        complain: takes what somebody should look at.
        limits: of what clients may take.
    """

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        ready: Callable[[], None],
        *,
        complain: Callable[[str], None] = _nobody,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self._listener = listener
        config = uvicorn.Config(
            app,
            http=Connection,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=ceil(2 * limits.patience)
            + 5,  # so that the door is quicker, which asks for more
            timeout_graceful_shutdown=GRACE_SECONDS,
            h11_max_incomplete_event_size=HEAD_BYTES,
        )
        self._uvicorn = _Uvicorn(config, Door(listener, limits, complain), ready, complain)

    def run(self) -> None:
        """Answer requests until `stop`; what is under way then is finished."""
        with self._listener:
            # None for uvicorn to listen on: clients come in by the door.
            asyncio.run(self._uvicorn.serve(sockets=[]))

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
