"""The body of a request, as far as every endpoint treats it alike: its type, its size, its JSON.

Comes in: a request. Goes out: the JSON value, None for an empty body, or EngineError 400, 413 or 415.
Never here: shapes. A body that is too large is refused by its length, or else once it is longer than allowed; the rest
of it is never kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import EngineError, refused
from pkgplan.model.canonical import parse_json

if TYPE_CHECKING:
    from starlette.requests import Request

    from pkgplan.model.canonical import JsonValue

MAX_BYTES: Final = 5_000_000
_TYPE: Final = "application/json"


async def json_body(request: Request) -> JsonValue:
    """The value that a request carries; raises EngineError."""
    content = await _content(request)
    if not content:
        return None
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    if kind.strip().lower() != _TYPE or charset not in {"", "utf-8", "utf8"}:
        raise EngineError(415, f"Content-Type must be {_TYPE} in UTF-8")
    try:
        return parse_json(content.decode())
    except UnicodeDecodeError:
        raise refused("body must be JSON in UTF-8") from None
    except ValueError as error:
        raise refused(f"body must be JSON: {error}") from None


async def _content(request: Request) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 18 or int(length) > MAX_BYTES):
        raise _too_large()
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            raise _too_large()
        parts.append(part)
    return b"".join(parts)


def _too_large() -> EngineError:
    return EngineError(413, f"body must not have more than {MAX_BYTES:,} bytes")
