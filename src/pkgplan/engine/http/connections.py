"""One connection, and how long its client may keep us waiting.

Comes in: bytes, ticks of a clock. Goes out: requests for the application; the end of the connection if its client
does not do its part. Never here: letting clients in (`server.py`), what a request asks for.
uvicorn ends connections that idle between two requests, and no others (its issue 157): a client that never finishes
a request, or never takes an answer, would stay for ever.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from pkgplan.model.canonical import compact

if TYPE_CHECKING:
    from collections.abc import Callable

# How much is read at once. Whatever is made of it (a request in chunks of one byte each is the worst) is made in one
# turn of the event loop, and all other clients wait for that.
READ_BYTES: Final = 4_096
# How long a head can be, apart from what is read with its end.
HEAD_BYTES: Final = 16_384
# How much of an answer a client has to take at least, each time that it is waited for.
_TAKEN_BYTES: Final = 65_536
_NOT_WHOLE: Final = "the request did not become whole in time"
_REFUSAL: Final = (
    b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
)


class Connection(H11Protocol, asyncio.BufferedProtocol):
    """A connection that a handler can cut (`request.state.hang_up()`) and that ends if its client does nothing.

    Args:
        gone: called once when the connection is no more.
        uvicorns: what uvicorn gives each of its connections.
    """

    def __init__(self, gone: Callable[[], None], **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self._gone = gone
        self._buffer = bytearray(READ_BYTES)
        self._owed: object = None
        self._since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.app_state = {**self.app_state, "hang_up": transport.abort}

    def connection_lost(self, exc: Exception | None) -> None:
        try:
            super().connection_lost(exc)
        finally:
            self._gone()

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio asks for far more
        """Where the next bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """There are that many bytes."""
        self.data_received(bytes(memoryview(self._buffer)[:nbytes]))

    def send_400_response(self, msg: str) -> None:
        """What is not even HTTP is refused in the same shape as everything else."""
        self._refuse(b"400 Bad Request", msg)

    def tick(self, now: float, patience: float) -> None:
        """End the connection if its client has kept us waiting for the same thing for too long.

        Args:
            now: seconds of a clock that never goes back.
            patience: how many of them are too long.
        """
        owed = self._waiting_for()
        if owed is None or owed != self._owed:
            self._owed, self._since = owed, now
        elif now - self._since >= patience:
            self._give_up()

    def _waiting_for(self) -> tuple[object, ...] | None:
        """What the client has to do, another value once it has done it; None as long as it is our turn.

        Sending a little more of a request is not doing it, the whole of it is owed; nor is taking a few more bytes.
        """
        if unsent := self.transport.get_write_buffer_size():
            return "take the answer", unsent // _TAKEN_BYTES
        if self.flow.read_paused:
            return None
        if self.conn.their_state is h11.SEND_BODY:
            return "send the body", self.cycle
        if self.conn.their_state is h11.IDLE:
            return "send the head" if self.conn.trailing_data[0] else "ask", self.cycle
        return None

    def _give_up(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # to close it would be to wait until the answer is taken
        elif self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]:
            self._refuse(b"408 Request Timeout", _NOT_WHOLE)
        else:
            self.transport.close()

    def _refuse(self, status: bytes, message: str) -> None:
        """Answer past h11, unless an answer has begun, and end the connection."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = compact({"message": message}).encode()
            self.transport.write(_REFUSAL % (status, len(body), body))
        self.transport.close()
