"""Who is let in: as many connections as there is room for, and none whose client has fallen silent.

Comes in: a listening socket, limits. Goes out: connections, and a word now and then about those that must wait.
Never here: what a connection does. asyncio would let everybody in, and would complain hundreds of times a second
once this process may open no more files (CPython issue 151615). Here the others wait where the kernel keeps them.
"""

from __future__ import annotations

import asyncio
import resource
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Collection

    from pkgplan.engine.http.connections import Connection

_MOST: Final = 500
# How long nobody is let in after that has failed.
_PAUSE_SECONDS: Final = 1.0
# How often the same kind of trouble is told.
_TOLD_SECONDS: Final = 10.0


def _room() -> int:
    """For how many connections there is room; half of the files that this process may open are for all else."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if files == resource.RLIM_INFINITY else max(1, min(_MOST, files // 2))


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may take.

    Args:
        connections: how many there may be at once; None for what there is room for.
        patience: after how many seconds a client that does not do its part is sent away.
        pressed: the same while there is no room for others.
    """

    connections: int | None = None
    patience: float = 10.0
    pressed: float = 2.0


class Sparing:
    """Says something once in so many seconds at most, and drops the rest."""

    def __init__(self, say: Callable[[str], None], seconds: float) -> None:
        self._say = say
        self._seconds = seconds
        self._next = float("-inf")

    def __call__(self, text: str) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self._seconds
            self._say(text)


class Made(Protocol):
    """Makes a connection; `gone` is to be called when that has ended."""

    def __call__(self, gone: Callable[[], None]) -> Connection: ...


class Door:
    """Lets clients in until it is closed.

    Args:
        listener: closed with the door.
        limits: of what clients may take.
        complain: takes what somebody should look at.
    """

    def __init__(self, listener: socket.socket, limits: Limits, complain: Callable[[str], None]) -> None:
        self._listener = listener
        self._limits = limits
        self._complain = Sparing(complain, _TOLD_SECONDS)
        self._most = limits.connections or _room()
        self._room = asyncio.Semaphore(self._most)
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    def open(self, made: Made, connections: Collection[Connection]) -> None:
        """Begin to let clients in; `connections` are those that there are at any time."""
        loop = asyncio.get_running_loop()
        self._tasks = (loop.create_task(self._let_in(made)), loop.create_task(self._watch(connections)))
        for task in self._tasks:
            task.add_done_callback(_tell_failure)

    async def close(self) -> None:
        """Let nobody in any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._listener.close()

    async def _let_in(self, made: Made) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if self._room.locked():
                self._complain(f"{self._most} connections are open; others wait until one of them ends")
            await self._room.acquire()
            try:
                client, _ = await loop.sock_accept(self._listener)
            except OSError as error:
                self._room.release()
                self._complain(f"no connection can be accepted: {(error.strerror or str(error)).lower()}")
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            try:
                await loop.connect_accepted_socket(lambda: made(self._room.release), client)
            except OSError:  # its client has gone already
                client.close()
                self._room.release()

    async def _watch(self, connections: Collection[Connection]) -> None:
        limits, loop = self._limits, asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(limits.pressed / 2, _PAUSE_SECONDS))
            patience = limits.patience if len(connections) < self._most else limits.pressed
            for each in connections:
                loop.call_soon(each.tick, loop.time(), patience)


def _tell_failure(task: asyncio.Task[None]) -> None:
    """Else nobody would hear of it, and nobody would be let in any more."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        task.get_loop().call_exception_handler({"message": "the door is stuck", "exception": error})
