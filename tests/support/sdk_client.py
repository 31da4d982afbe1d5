"""The official SDK as a client of the engine: in this process without sockets, or of a served one over HTTP.

Both clients validate every answer strictly against the SDK's own types, and never retry, so that a test sees
each answer as it was given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
from metronome import Metronome

from pkgplan.engine import EngineError
from pkgplan.engine.operation import Origin
from pkgplan.engine.registry import OPERATIONS
from pkgplan.model.canonical import compact, parse_json

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.engine.operation import Operation

TOKEN = "test-token"  # noqa: S105 - of a server that tests start

_ROUTES = {
    (each.method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", each.path))): each
    for each in OPERATIONS.values()
}


class InProcess(httpx.BaseTransport):
    """Requests become calls of the engine; there is no facade in between."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        operation, path = routed(request)
        content = request.read()
        try:
            answer = self._engine.call(
                operation.name,
                parse_json(content) if content else None,
                query=dict(request.url.params),
                path=path,
                origin=Origin(idempotency_key=request.headers.get("idempotency-key")),
            )
        except EngineError as error:
            return _response(error.status, compact(error.to_json()))
        return _response(200, compact(answer))


def in_process(engine: Engine) -> Metronome:
    """The SDK on an engine of this process."""
    client = httpx.Client(transport=InProcess(engine), base_url="http://engine.invalid")
    return _strict("http://engine.invalid", client)


def over_http(base_url: str, *, token: str = TOKEN) -> Metronome:
    """The SDK on a served engine."""
    return _strict(base_url, None, token=token)


def _strict(base_url: str, client: httpx.Client | None, *, token: str = TOKEN) -> Metronome:
    return Metronome(
        bearer_token=token,
        base_url=base_url,
        http_client=client,
        max_retries=0,
        _strict_response_validation=True,
    )


def routed(request: httpx.Request) -> tuple[Operation, dict[str, str]]:
    """The operation that a request is for, and its path parameters."""
    for (method, pattern), operation in _ROUTES.items():
        match = pattern.fullmatch(request.url.path)
        if method == request.method and match is not None:
            return operation, match.groupdict()
    raise AssertionError(f"there is no operation {request.method} {request.url.path}")


def _response(status: int, body: str) -> httpx.Response:
    return httpx.Response(status, content=body.encode(), headers={"content-type": "application/json"})
