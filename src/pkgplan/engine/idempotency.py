"""Calls that are sent twice under one `Idempotency-Key`: done once, answered alike.

Comes in: the key and the content of a call. Goes out: what the first one was answered, or that it is the first.
Never here: `uniqueness_key`, which belongs to single kinds of things and never expires.
Source: vendor reference "Idempotency": all POSTs, also those that only read; same key and parameters give the stored
result, other parameters or a call that is still under way 409; kept for at least 24 hours. A result is stored in the
transaction of its work, so a crash loses both or neither. What was refused for its shape is not stored, nor is a
failure of ours (the vendor stores its 500s): nothing was done then, and the same key may be tried again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import EngineError, refused
from pkgplan.engine.instants import to_text
from pkgplan.model.canonical import JsonObject, JsonValue, as_object, compact, digest_of, parse_json

if TYPE_CHECKING:
    import sqlite3

    from pkgplan.model.units import Instant

KEPT: Final = timedelta(hours=24)
MAX_KEY: Final = 255
OTHER_PARAMETERS: Final = "This idempotency key was used with other parameters."


class UnderWay(EngineError):
    """409 for now: asked again when the first call is done, it will be answered."""

    def __init__(self) -> None:
        super().__init__(409, "A request with this idempotency key is still under way.")


def check_key(key: str) -> None:
    """EngineError 400 for a text that is no key."""
    if not 1 <= len(key) <= MAX_KEY:
        raise refused(f"Idempotency-Key must have 1 to {MAX_KEY} characters")


def content_of(name: str, body: JsonValue, query: JsonValue, path: JsonValue) -> str:
    """The digest of everything that makes two calls the same call."""
    return digest_of([name, body, query, path])


def stored(connection: sqlite3.Connection, key: str, content: str, now: Instant) -> JsonObject | EngineError:
    """The result of an earlier call; LookupError if there was none.

    Raises:
        EngineError: 409, the key belongs to a call with other parameters.
    """
    row = connection.execute(
        "SELECT content, status, body FROM idempotency_keys WHERE key = ? AND created_at > ?",
        (key, to_text(now - KEPT)),
    ).fetchone()
    if row is None:
        raise LookupError(key)
    earlier, status, body = row
    if earlier != content:
        raise EngineError(409, OTHER_PARAMETERS)
    value = as_object(parse_json(body))
    return value if status == 200 else EngineError.from_json(status, value)


def store(
    connection: sqlite3.Connection, key: str, content: str, now: Instant, result: JsonObject | EngineError
) -> None:
    """Remember how a call was answered, and forget the calls that nobody needs to remember any more."""
    connection.execute("DELETE FROM idempotency_keys WHERE created_at <= ?", (to_text(now - KEPT),))
    status, body = (result.status, result.to_json()) if isinstance(result, EngineError) else (200, result)
    connection.execute(
        "INSERT INTO idempotency_keys (key, content, created_at, status, body) VALUES (?, ?, ?, ?, ?)",
        (key, content, to_text(now), status, compact(body)),
    )
