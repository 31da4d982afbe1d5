"""One page of a list: how many, from where, and the cursor of the next one.

Comes in: what a call asked for, rows in the order of their number. Goes out: a `Page`, and answers with a cursor.
Never here: SQL. A cursor names the last row seen, so that what is made meanwhile shifts nothing.
Source: vendor reference "Pagination": `limit` 1 to 100, `next_page`; contracts: `limit` 1 to 20, `cursor`.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from pkgplan.engine.faults import refused
from pkgplan.engine.length import length
from pkgplan.model.canonical import compact, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pkgplan.engine.faults import EngineError
    from pkgplan.model.canonical import JsonObject, JsonValue

DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 100
LONGEST: Final = 5_000_000
"""Characters of a page with more than one row: it ends early, and the next one goes on (assumed to be allowed)."""
_MAX_SEQ: Final = 2**63 - 1


class Numbered(Protocol):
    """A row with its number."""

    @property
    def seq(self) -> int:
        """Rows are listed in this order."""


_Row = TypeVar("_Row", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be answered: at most `limit` rows that come after number `after`."""

    limit: int
    after: int

    @property
    def fetched(self) -> int:
        """How many rows to read: one more than is shown tells whether there is another page."""
        return self.limit + 1

    def answer(
        self, rows: Sequence[_Row], show: Callable[[_Row], JsonValue], *, cursor: str = "next_page"
    ) -> JsonObject:
        """`{data, next_page}` of the rows that were read; `cursor` is what the answer calls the cursor."""
        data: list[JsonValue] = []
        room = LONGEST
        for row in rows[: self.limit]:
            shown = show(row)
            room -= length(shown, LONGEST)
            if room < 0 and data:
                break
            data.append(shown)
        is_more = len(rows) > len(data)
        return {"data": data, cursor: cursor_after(rows[len(data) - 1].seq) if is_more else None}

    def filled(self, rows: Iterable[_Row], size: Callable[[_Row], int]) -> tuple[Page, list[_Row]]:
        """The page as far as there is room for its rows, and these with the one behind them; no more are read.

        Args:
            rows: no more than `fetched` of them.
            size: how many characters one has.
        """
        read: list[_Row] = []
        room = LONGEST
        for row in rows:
            read.append(row)
            room -= size(row)
            if room < 0 and len(read) > 1:
                return replace(self, limit=len(read) - 1), read
        return self, read


def page_of(
    limit: int | None,
    cursor: str | None,
    *,
    default: int = DEFAULT_LIMIT,
    largest: int = MAX_LIMIT,
    place: str = "querystring/next_page",
) -> Page:
    """The page that a call asks for.

    Args:
        limit: how many, if it said so.
        cursor: of the page before.
        default: how many else.
        largest: how many at most.
        place: where the cursor was, `querystring/next_page` or `body/cursor`.

    Raises:
        EngineError: 400 for a size out of range, or a text that is no cursor of ours. That of another list cannot be
            told apart, as it cannot with the vendor, whose cursors are offsets.
    """
    size = default if limit is None else limit
    if not 1 <= size <= largest:
        raise refused(f"{place.partition('/')[0]}/limit must be an integer from 1 to {largest}")
    return Page(size, 0 if cursor is None else _position(cursor, place))


def cursor_after(seq: int) -> str:
    """The cursor of the page that starts behind a row."""
    return encoded({"after": seq})


def encoded(position: JsonValue) -> str:
    """A cursor that holds a position; clients are not to look inside."""
    return base64.urlsafe_b64encode(compact(position).encode()).decode()


def decoded(cursor: str) -> JsonValue:
    """What a cursor holds, None if it is none of ours; what the list makes of it is to be checked."""
    try:
        return parse_json(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        return None


def no_cursor(place: str) -> EngineError:
    """400: a text that no page of this list gave."""
    return refused(f"{place} is not a cursor of this list")


def _position(cursor: str, place: str) -> int:
    value = decoded(cursor)
    after = value.get("after") if isinstance(value, dict) and len(value) == 1 else None
    if isinstance(after, bool) or not isinstance(after, int) or not 0 <= after <= _MAX_SEQ:
        raise no_cursor(place)
    return after
