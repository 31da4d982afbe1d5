"""The body of a request, as far as every endpoint treats it alike: its type, its size, its JSON.

Comes in: a request. Goes out: the JSON value, None for an empty body, or EngineError 400, 413 or 415.
Never here: shapes. A body that is too large is refused by its length, or else once it is longer than allowed; the rest
of it is never kept. One that holds too many values is refused before any of them is made, since each takes a hundred
times the byte that it is written with. Whatever has to look at a whole body runs in a thread.
"""

from __future__ import annotations

import re
from asyncio import Semaphore
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import EngineError, refused
from pkgplan.engine.http.threads import in_thread
from pkgplan.model.canonical import parse_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from pkgplan.model.canonical import JsonValue

MAX_BYTES: Final = 5_000_000
MAX_VALUES: Final = 50_000

# From this size on, so many bodies are worked on at once; the others wait.
_LARGE: Final = 100_000
_LARGE_AT_ONCE: Final = 4
_TYPE: Final = "application/json"
# Behind texts, and whatever else no value follows, the sign that one does follow. Possessive, since what cannot be read
# must not be tried in every other way; in pieces, since no other thread can work before a match is found.
_NEXT: Final = re.compile(
    rb'(?:[^"\[{,]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"|\[\s*+\]|\{\s*+\}){0,9999}+([\[{,]?)', re.DOTALL
)


class Bodies:
    """Reads bodies, and keeps no more than a few large ones at once."""

    def __init__(self) -> None:
        self._large = Semaphore(_LARGE_AT_ONCE)

    @asynccontextmanager
    async def of(self, request: Request) -> AsyncIterator[JsonValue]:
        """The value that a request carries, until it is no longer needed; raises EngineError."""
        async with AsyncExitStack() as held:
            yield await self._value(request, held)

    async def _value(self, request: Request, held: AsyncExitStack) -> JsonValue:
        content = await self._content(request, held)
        if not content:
            return None
        _check_type(request)
        return await in_thread(_value_of, content)

    async def _content(self, request: Request, held: AsyncExitStack) -> bytes:
        length = request.headers.get("content-length", "")
        if length.isdecimal() and (len(length) > 18 or int(length) > MAX_BYTES):
            raise _too_large()
        content = bytearray()
        is_large = False
        async for part in request.stream():
            if len(content) + len(part) > MAX_BYTES:
                raise _too_large()
            content += part
            if len(content) > _LARGE and not is_large:
                is_large = True
                await held.enter_async_context(self._large)
        return bytes(content)


def _check_type(request: Request) -> None:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    if kind.strip().lower() != _TYPE or charset not in {"", "utf-8", "utf8"}:
        raise EngineError(415, f"Content-Type must be {_TYPE} in UTF-8")


def _value_of(content: bytes) -> JsonValue:
    if _holds_more_than(MAX_VALUES, content):
        raise refused(f"body must not hold more than {MAX_VALUES:,} values")
    try:
        return parse_json(content.decode())
    except UnicodeDecodeError:
        raise refused("body must be JSON in UTF-8") from None
    except ValueError as error:
        raise refused(f"body must be JSON: {error}") from None


def _holds_more_than(count: int, content: bytes) -> bool:
    """Whether JSON holds more values, without making any: each but the first follows a comma or an opening."""
    if sum(map(content.count, (b",", b"[", b"{"))) < count:
        return False  # even if all of these were outside of texts
    position, held = 0, 1
    while held <= count:
        found = _NEXT.match(content, position)
        if found is None or found.end() == position:
            return False
        position, held = found.end(), held + len(found[1])
    return True


def _too_large() -> EngineError:
    return EngineError(413, f"body must not have more than {MAX_BYTES:,} bytes")
