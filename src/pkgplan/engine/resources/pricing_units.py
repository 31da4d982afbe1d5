"""Pricing units: USD, other currencies, and units of somebody's own making such as AI credits.

Comes in: bodies, ids. Goes out: the API's units (`credit_type` is their older name), names by id.
Never here: what a unit is worth; rate cards say that. USD is in every environment under the same id.
Source: GET /v1/credit-types/list, SDK `pricing_unit_*`; create and archive are in the SDK only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import not_found, refused
from pkgplan.engine.fields import Body, EntityId, Label
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import page_of
from pkgplan.engine.payloads.query import PageQuery
from pkgplan.engine.resources import audit
from pkgplan.model.canonical import JsonObject, compact

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from pkgplan.engine.operation import Request, Transaction


class UnitCreate(Body):
    """A new unit."""

    name: Label


class UnitArchive(Body):
    """The unit to archive."""

    id: EntityId


@dataclass(frozen=True, slots=True)
class _Stored:
    """One row."""

    seq: int
    id: str
    name: str
    is_currency: bool
    archived_at: str | None


def insert(tx: Transaction, unit_id: str, create: UnitCreate, *, is_currency: bool = False) -> None:
    """Store a unit, or put this in the place of the one with its id."""
    tx.connection.execute(
        "INSERT INTO credit_types (id, name, is_currency) VALUES (?, ?, ?) ON CONFLICT (id)"
        " DO UPDATE SET name = excluded.name, is_currency = excluded.is_currency, archived_at = NULL",
        (unit_id, create.name, int(is_currency)),
    )


def names_of(connection: sqlite3.Connection, unit_ids: Iterable[str]) -> dict[str, str]:
    """The names of pricing units by id, archived or not; ids that stand for nothing are left out."""
    rows = connection.execute(
        "SELECT id, name FROM credit_types WHERE id IN (SELECT value FROM json_each(?))",
        (compact([*unit_ids]),),
    )
    return dict(rows.fetchall())


def currencies_among(connection: sqlite3.Connection, unit_ids: Iterable[str]) -> set[str]:
    """Those of these units that are currencies, not custom units."""
    rows = connection.execute(
        "SELECT id FROM credit_types WHERE is_currency AND id IN (SELECT value FROM json_each(?))",
        (compact([*unit_ids]),),
    )
    return {unit_id for (unit_id,) in rows}


def _create(tx: Transaction, request: Request) -> JsonObject:
    create: UnitCreate = request.body
    unit_id = tx.new_id()
    insert(tx, unit_id, create)
    audit.record(tx, "create", "credit_type", unit_id, create.name)
    return {"data": {"id": unit_id}}


def _list(tx: Transaction, request: Request) -> JsonObject:
    page = page_of(request.query.limit, request.query.next_page)
    query = f"{_SELECT} WHERE archived_at IS NULL AND seq > ? ORDER BY seq LIMIT ?"
    rows = [_Stored(*row) for row in tx.connection.execute(query, (page.after, page.fetched))]
    return page.answer(
        rows, lambda unit: {"id": unit.id, "name": unit.name, "is_currency": bool(unit.is_currency)}
    )


def _archive(tx: Transaction, request: Request) -> JsonObject:
    """Packages and rate cards that use the unit go on doing so (assumed)."""
    body: UnitArchive = request.body
    row = tx.connection.execute(f"{_SELECT} WHERE id = ?", (body.id,)).fetchone()
    if row is None:
        raise not_found(f'credit type "{body.id}" not found')
    stored = _Stored(*row)
    if stored.is_currency or stored.archived_at is not None:  # (assumed)
        problem = "is a currency" if stored.is_currency else "is already archived"
        raise refused(f'credit type "{body.id}" {problem}')
    tx.connection.execute(
        "UPDATE credit_types SET archived_at = ? WHERE id = ?", (to_api_text(tx.now), body.id)
    )
    audit.record(tx, "archive", "credit_type", body.id)
    return {"data": {"id": body.id}}


_SELECT: Final = "SELECT seq, id, name, is_currency, archived_at FROM credit_types"
_PATH: Final = "/v1/credit-types"

OPERATIONS: Final = (
    Operation(
        "pricing_units.create", "POST", f"{_PATH}/create", "Create a custom pricing unit", _create,
        body=UnitCreate, writes=True,
    ),
    Operation(
        "pricing_units.list", "GET", f"{_PATH}/list", "List pricing units", _list, query=PageQuery
    ),
    Operation(
        "pricing_units.archive", "POST", f"{_PATH}/archive", "Archive a custom pricing unit", _archive,
        body=UnitArchive, writes=True, refusals=(404,),
    ),
)  # fmt: skip
