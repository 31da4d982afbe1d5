"""Packages as rows: insert, find, page, archive.

Comes in: rendered bodies. Goes out: the API's `Package` objects, put together with the present alias windows.
Never here: validation, cutting aliases, or transactions (the caller is inside one).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pkgplan.engine.aliases import PACKAGES, shown_windows
from pkgplan.engine.instants import to_api_text
from pkgplan.model.canonical import JsonObject, as_object, canonical, parse_own

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from pkgplan.model.units import Instant

# Spelled out so that each filter uses its own partial index and a page never scans the other packages.
_WHERE: Final = {
    "NOT_ARCHIVED": "archived_at IS NULL AND",
    "ARCHIVED": "archived_at IS NOT NULL AND",
    "ALL": "",
}


@dataclass(frozen=True, slots=True)
class NewPackage:
    """A package to be stored: `request` as it was sent, `body` as reads will show it."""

    package_id: str
    uniqueness_key: str | None
    created_at: Instant
    request: JsonObject = field(repr=False)
    body: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredPackage:
    """One row: `seq` counts creates, `body` is what a read shows apart from windows and archiving."""

    seq: int
    package_id: str
    created_at: str
    archived_at: str | None
    body: str


def insert(connection: sqlite3.Connection, new: NewPackage) -> int:
    """Store a package; gives its number in the order of creation."""
    cursor = connection.execute(
        "INSERT INTO packages (id, uniqueness_key, created_at, request, body) VALUES (?, ?, ?, ?, ?)",
        (
            new.package_id,
            new.uniqueness_key,
            to_api_text(new.created_at),
            canonical(new.request).decode(),
            canonical(new.body).decode(),
        ),
    )
    return cursor.lastrowid or 0


def is_key_used(connection: sqlite3.Connection, key: str) -> bool:
    """Whether a package, archived or not, was created under this uniqueness key."""
    row = connection.execute("SELECT 1 FROM packages WHERE uniqueness_key = ?", (key,)).fetchone()
    return row is not None


def find(connection: sqlite3.Connection, package_id: str) -> StoredPackage | None:
    """The package with this id, archived or not."""
    row = connection.execute(f"{_SELECT} WHERE id = ?", (package_id,)).fetchone()
    return None if row is None else StoredPackage(*row)


def request_of(connection: sqlite3.Connection, seq: int) -> JsonObject:
    """The body that created a package, of which reads do not show everything."""
    (request,) = connection.execute("SELECT request FROM packages WHERE seq = ?", (seq,)).fetchone()
    return as_object(parse_own(request))


def page(
    connection: sqlite3.Connection, archive_filter: str, *, after: int, limit: int
) -> Iterator[StoredPackage]:
    """At most `limit` packages in the order of creation, from the one after number `after`, read one by one."""
    query = f"{_SELECT} WHERE {_WHERE[archive_filter]} seq > ? ORDER BY seq LIMIT ?"
    return (StoredPackage(*row) for row in connection.execute(query, (after, limit)))


def mark_archived(connection: sqlite3.Connection, seq: int, at: Instant) -> None:
    """Record the instant of archiving."""
    connection.execute("UPDATE packages SET archived_at = ? WHERE seq = ?", (to_api_text(at), seq))


def shown(connection: sqlite3.Connection, rows: Sequence[StoredPackage]) -> list[JsonObject]:
    """The API's `Package` objects, with one more query for all of them."""
    windows = shown_windows(connection, PACKAGES, [stored.seq for stored in rows])
    return [
        {
            "id": stored.package_id,
            "created_at": stored.created_at,
            **as_object(parse_own(stored.body)),
            "aliases": windows[stored.seq],
            **({} if stored.archived_at is None else {"archived_at": stored.archived_at}),
        }
        for stored in rows
    ]


_SELECT: Final = "SELECT seq, id, created_at, archived_at, body FROM packages"
