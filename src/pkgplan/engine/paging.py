"""The question of a list call: filter, page size, cursor.

Comes in: a body and query parameters. Goes out: a `PageRequest`, or EngineError 400.
Never here: rows. The cursor names the last package seen, so packages created meanwhile shift nothing.
Source: POST /v1/packages/list: `archive_filter` and no other key; `limit` 1 to 100, or 10; `next_page`.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import refused
from pkgplan.engine.packages import ARCHIVE_FILTERS
from pkgplan.model.canonical import compact, parse_json

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject

DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 100
_MAX_SEQ: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page to be answered: packages of the filter that come after number `after`."""

    archive_filter: str
    limit: int
    after: int


def parse_list(body: JsonObject, limit: int | None, next_page: str | None) -> PageRequest:
    """Check the question of a list call."""
    refuse_unknown(body, ("archive_filter",))
    archive_filter = body.get("archive_filter", "NOT_ARCHIVED")
    if isinstance(archive_filter, str) and archive_filter.islower():
        archive_filter = archive_filter.upper()
    if not isinstance(archive_filter, str) or archive_filter not in ARCHIVE_FILTERS:
        raise refused(f"body/archive_filter must be one of {', '.join(ARCHIVE_FILTERS)}")
    size = DEFAULT_LIMIT if limit is None else limit
    if not 1 <= size <= MAX_LIMIT:
        raise refused(f"querystring/limit must be an integer from 1 to {MAX_LIMIT}")
    return PageRequest(archive_filter, size, 0 if next_page is None else _position(next_page))


def cursor_after(seq: int) -> str:
    """The cursor of the page that starts behind a package."""
    return base64.urlsafe_b64encode(compact({"after": seq}).encode()).decode()


def refuse_unknown(body: JsonObject, known: tuple[str, ...]) -> None:
    """400 for a key that the call does not take."""
    for name in body:
        if name not in known:
            raise refused(f"body must NOT have additional property '{name}'")


def _position(cursor: str) -> int:
    try:
        value = parse_json(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        value = None
    after = value.get("after") if isinstance(value, dict) and len(value) == 1 else None
    if isinstance(after, bool) or not isinstance(after, int) or not 0 <= after <= _MAX_SEQ:
        raise refused("querystring/next_page is not a cursor of this list")
    return after
