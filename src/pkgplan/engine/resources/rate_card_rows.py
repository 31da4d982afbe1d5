"""Rate cards as rows: find one by its id or alias, page through them.

Comes in: ids, aliases, instants. Goes out: `Card` values.
Never here: writing, answers, rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from pkgplan.engine.aliases import RATE_CARDS, owner_behind
from pkgplan.engine.faults import not_found, refused
from pkgplan.model.canonical import JsonObject, as_list, as_object, parse_own

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class Card:
    """One row: `body` is what a read shows apart from windows, custom fields and archiving."""

    seq: int
    id: str
    created_at: str
    archived_at: str | None
    body: JsonObject

    @property
    def units(self) -> dict[str, str]:
        """The pricing units in which its rates can be, as names by id: the fiat, then what converts into it."""
        conversions = [as_object(each) for each in as_list(self.body.get("credit_type_conversions", []))]
        units = [self.body["fiat_credit_type"], *(each["custom_credit_type"] for each in conversions)]
        return {cast("str", each["id"]): cast("str", each["name"]) for each in map(as_object, units)}


def find(connection: sqlite3.Connection, rate_card_id: str) -> Card | None:
    """The rate card with this id, archived or not."""
    row = connection.execute(f"{_SELECT} WHERE id = ?", (rate_card_id,)).fetchone()
    return None if row is None else _card(row)


def found(connection: sqlite3.Connection, rate_card_id: str) -> Card:
    """The rate card with this id, archived or not; raises EngineError 404."""
    card = find(connection, rate_card_id)
    if card is None:
        raise not_found(f'rate card "{rate_card_id}" not found')
    return card


def open_card(connection: sqlite3.Connection, rate_card_id: str) -> Card:
    """The rate card with this id, to be changed; raises EngineError 404, or 400 if it is archived."""
    card = found(connection, rate_card_id)
    if card.archived_at is not None:
        raise refused(f'rate card "{rate_card_id}" is archived')
    return card


def listed(connection: sqlite3.Connection, *, after: int, limit: int) -> Iterator[Card]:
    """At most `limit` cards that are not archived, in the order of creation, from the one after number `after`."""
    query = f"{_SELECT} WHERE archived_at IS NULL AND seq > ? ORDER BY seq LIMIT ?"
    return (_card(row) for row in connection.execute(query, (after, limit)))


def card_behind(connection: sqlite3.Connection, alias: str, at: Instant) -> str | None:
    """The id of the rate card behind an alias at an instant; None if nobody is there."""
    return owner_behind(connection, RATE_CARDS, alias, at)


def _card(row: tuple[Any, ...]) -> Card:
    seq, rate_card_id, created_at, archived_at, body = row
    return Card(seq, rate_card_id, created_at, archived_at, as_object(parse_own(body)))


_SELECT: Final = "SELECT seq, id, created_at, archived_at, body FROM rate_cards"
