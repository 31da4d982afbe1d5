"""What is in the store, in short, for the page.

Comes in: a snapshot of the store. Goes out: frozen values. Never here: HTML, or anything that is not shown.
Lists are cut; the counts are of everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.engine.instants import end_from_text, from_text
from pkgplan.model.timeline import BEGINNING

if TYPE_CHECKING:
    import sqlite3

    from pkgplan.model.units import Instant

SHOWN: Final = 100
SHOWN_WINDOWS: Final = 500

# Of names and aliases, which may have millions; one more is read, which tells whether there are more.
SHOWN_CHARACTERS: Final = 200

_PACKAGES: Final = (
    "SELECT id, substr(json_extract(body, '$.name'), 1, 201), created_at, archived_at FROM packages"
    " ORDER BY seq DESC LIMIT ?"
)
_WINDOWS: Final = (
    "SELECT substr(w.alias, 1, 201), p.id, substr(json_extract(p.body, '$.name'), 1, 201), w.starting_at,"
    " w.ending_before FROM alias_windows w JOIN packages p ON p.seq = w.package_seq WHERE w.live = 1"
    # The order of their starts, too, since live windows of an alias are disjoint; for this one there is an index.
    " ORDER BY w.alias, w.ending_before LIMIT ?"
)
_CONTRACTS: Final = (
    "SELECT c.id, substr(json_extract(c.body, '$.name'), 1, 201), c.customer_id, u.name, p.id,"
    " substr(json_extract(p.body, '$.name'), 1, 201), c.starting_at, c.ending_before, c.archived_at"
    " FROM contracts c LEFT JOIN customers u ON u.id = c.customer_id LEFT JOIN packages p ON p.seq = c.package_seq"
    " ORDER BY c.seq DESC LIMIT ?"
)
_COUNTED: Final = ("packages", "customers", "contracts", "rate_cards", "products", "events")


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with an id and perhaps a name."""

    id: str
    name: str | None

    @classmethod
    def of(cls, id_: str, name: str | None) -> Named:
        """The same with as much of the name as is shown."""
        return cls(id_, None if name is None else _cut(name))


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A package; its instants are as the API writes them."""

    package: Named
    created_at: str
    archived_at: str | None


@dataclass(frozen=True, slots=True)
class WindowLine:
    """Who is behind an alias from when till when; None is unbounded."""

    alias: str
    package: Named
    starting_at: Instant | None
    ending_before: Instant | None


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract; `package` is None if it was made from a rate card alone."""

    contract: Named
    customer: Named
    package: Named | None
    starting_at: Instant
    ending_before: Instant | None
    is_archived: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows: newest first, aliases by name and time."""

    counts: dict[str, int]
    packages: tuple[PackageLine, ...]
    windows: tuple[WindowLine, ...]
    contracts: tuple[ContractLine, ...]


def overview(connection: sqlite3.Connection) -> Overview:
    """The newest of everything, and how much there is."""
    return Overview(
        counts={table: _count(connection, table) for table in _COUNTED},
        packages=tuple(
            PackageLine(Named.of(id_, name), created_at, archived_at)
            for id_, name, created_at, archived_at in connection.execute(_PACKAGES, (SHOWN,))
        ),
        windows=tuple(
            WindowLine(_cut(alias), Named.of(id_, name), _start(start), end_from_text(end))
            for alias, id_, name, start, end in connection.execute(_WINDOWS, (SHOWN_WINDOWS,))
        ),
        contracts=tuple(
            ContractLine(
                Named.of(id_, name),
                Named.of(customer_id, customer),
                None if package_id is None else Named.of(package_id, package),
                from_text(start),
                end_from_text(end),
                archived_at is not None,
            )
            for id_, name, customer_id, customer, package_id, package, start, end, archived_at in (
                connection.execute(_CONTRACTS, (SHOWN,))
            )
        ),
    )


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


def _count(connection: sqlite3.Connection, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a name from above
    return int(count)


def _start(text: str) -> Instant | None:
    instant = from_text(text)
    return None if instant == BEGINNING else instant
