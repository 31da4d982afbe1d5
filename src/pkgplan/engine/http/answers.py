"""Answers: bodies in JSON, refusals as `{message, code?}`, and the headers that go with a status.

Comes in: bodies, statuses, exceptions. Goes out: responses. Never here: sending them.
Source: vendor reference "Status codes", "Rate limits"; SDK 4.12 `_should_retry`: it repeats a 409 unless told not to,
which only helps while a request under the same idempotency key is still under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from pkgplan.engine.faults import EngineError
from pkgplan.engine.idempotency import UnderWay
from pkgplan.errors import EnvironmentFault
from pkgplan.model.canonical import compact
from pkgplan.model.escapes import visible_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonObject

UNAVAILABLE: Final = "the store of this server did not answer; try again later"
BROKEN: Final = "this is a bug of pkgplan; its log says more under the request id"

_FINAL: Final = {409, 422}
_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"www-authenticate": 'Bearer, Basic realm="pkgplan, any user with the token as password"'},
    429: {"x-metronome-rate-limit-type": "client", "retry-after": "1"},
}


def json_answer(body: JsonObject, status: int = 200, **headers: str) -> Response:
    """A body in JSON. Programs read it, and people in a terminal: what cannot be seen is an escape to both."""
    content = visible_json(compact(body)).encode()
    return Response(content, status, {**_HEADERS.get(status, {}), **headers}, "application/json")


def refusal(status: int, message: str, **headers: str) -> Response:
    """A status with its `{message}`."""
    return json_answer({"message": message}, status, **headers)


def answer_to(error: Exception) -> Response:
    """What a client learns of an exception: all of a refusal, and of anything else nothing of its inside."""
    if isinstance(error, EngineError) and error.status < 500:
        is_final = error.status in _FINAL and not isinstance(error, UnderWay)
        headers = {"x-should-retry": "false"} if is_final else {}
        return json_answer(error.to_json(), error.status, **headers)
    if isinstance(error, EngineError | EnvironmentFault):
        return refusal(503, UNAVAILABLE)
    return refusal(500, BROKEN)
