"""Who may ask: everybody, or whoever sends the token of the server.

Comes in: requests. Goes out: the same, or a 401. Never here: scopes; one token may do everything.
`Authorization: Bearer TOKEN`, as the SDK sends it. A browser cannot send that, so the token is also taken as the
password of any user of basic authentication. `/health` is open to all: it tells nothing.
Source: vendor reference "Authentication".
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from pkgplan.engine.http.answers import refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_OPEN = "/health"


class Authorized:
    """Lets requests with the token through; every request if there is none."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = None if token is None else token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._token is None or scope["path"] == _OPEN or self._is_right(Headers(scope=scope)):
            await self._app(scope, receive, send)
        else:
            await refusal(401, "Unauthorized")(scope, receive, send)

    def _is_right(self, headers: Headers) -> bool:
        kind, _, credentials = headers.get("authorization", "").partition(" ")
        given = {"bearer": _bearer, "basic": _password}.get(kind.lower(), _nothing)(credentials.strip())
        return self._token is not None and secrets.compare_digest(given, self._token)


def _bearer(credentials: str) -> bytes:
    return credentials.encode("latin-1", errors="replace")


def _password(credentials: str) -> bytes:
    try:
        return base64.b64decode(credentials.encode(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def _nothing(_: str) -> bytes:
    return b""
