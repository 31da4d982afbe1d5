"""Every request seen from outside: its id, its line in the access log, and what becomes of exceptions.

Comes in: requests. Goes out: their answers with `X-Request-Id`, and one line of JSON about each.
Never here, and never in the log: tokens, headers, values of queries, bodies. Of an idempotency key the log shows the
beginning of a hash, enough to see that two requests had the same one.
"""

from __future__ import annotations

import hashlib
import re
import time
import traceback
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect

from pkgplan.engine.faults import EngineError
from pkgplan.engine.http.answers import answer_to
from pkgplan.engine.instants import to_api_text
from pkgplan.model.canonical import compact
from pkgplan.model.escapes import visible_json, visible_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pkgplan.model.canonical import JsonObject

HEADER: Final = "x-request-id"
_SANE: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
_INTERNAL: Final = 500


class HangUp(Exception):
    """The connection was closed on purpose; there is nobody to answer."""


@dataclass(slots=True)
class _Answered:
    """What has been sent; the status is null in the log if the client got no answer."""

    status: int | None = None
    size: int = 0


class Observed:
    """Gives every request an id and an answer, and tells the access log."""

    def __init__(self, app: ASGIApp, tell: Callable[[str], None], complain: Callable[[str], None]) -> None:
        self._app = app
        self._tell = tell
        self._complain = complain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        answered = _Answered()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            answered.size += len(message.get("body", b""))
            await send(message)

        try:
            await self._answer(scope, receive, watched)
        finally:
            line = _line(scope, headers, request_id, answered, time.perf_counter() - started)
            self._tell(visible_json(compact(line)))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except (HangUp, ClientDisconnect):
            return
        except Exception as error:  # noqa: BLE001 - the boundary: a client must never see what is inside
            if not isinstance(error, EngineError) or error.status >= _INTERNAL:
                trace = "".join(traceback.format_exception(error))
                self._complain(visible_lines(f"request {scope['state']['request_id']}: {trace}"))
            await answer_to(error)(scope, receive, send)


def _request_id(headers: Headers) -> str:
    """The client's own id if it is one that a log can take."""
    given = headers.get(HEADER, "")
    return given if _SANE.fullmatch(given) else str(uuid.uuid4())


def _line(scope: Scope, headers: Headers, request_id: str, answered: _Answered, seconds: float) -> JsonObject:
    key = headers.get("idempotency-key")
    hashed = {} if key is None else {"idempotency_key": hashlib.sha256(key.encode()).hexdigest()[:12]}
    return {
        # When it happened to this machine, whatever the clock of the engine says.
        "time": to_api_text(datetime.now(UTC)),
        "request_id": request_id,
        "method": scope["method"],
        "path": scope["path"],
        "status": answered.status,
        "milliseconds": round(seconds * 1000),
        "bytes": answered.size,
        **hashed,
    }
