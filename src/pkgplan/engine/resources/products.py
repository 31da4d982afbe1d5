"""Products: create, get, list, dated updates, archive; what a product is at an instant.

Comes in: bodies, ids. Goes out: the API's products, and `Product` for whoever prices or shows one.
Never here: prices; those are rates. Updates are kept in the order of their creation, each with the whole state that
it leads to: the current one is the last created among those that have started.
Source: POST /v1/contract-pricing/products/*; the order of updates and the text about full hours were observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from pkgplan.engine.faults import not_found, refused
from pkgplan.engine.fields import Body, EntityId
from pkgplan.engine.instants import from_text, to_api_text, to_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import page_of
from pkgplan.engine.payloads.product import ProductCreate, ProductUpdate, check_state
from pkgplan.engine.payloads.query import PageQuery
from pkgplan.engine.resources import audit, custom_fields, metrics
from pkgplan.engine.templates import CREATED_BY
from pkgplan.model.canonical import JsonObject, as_object, canonical, compact, parse_own
from pkgplan.model.units import on_the_hour

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.units import Instant

ENTITY: Final = "contract_product"
_GROUPED: Final = ("billable_metric_id", "pricing_group_key", "presentation_group_key")
_NOT_STATE: Final = frozenset({"type", "custom_fields", "product_id", "starting_at"})
# In no shape of a read.
_NOT_SHOWN: Final = "sql_breakdown_granularity"
# Spelled out so that each filter uses its own partial index.
_WHERE: Final = {
    "NOT_ARCHIVED": "archived_at IS NULL AND",
    "ARCHIVED": "archived_at IS NOT NULL AND",
    "ALL": "",
}


class ProductGet(Body):
    """The product to read."""

    id: EntityId


class ProductArchive(Body):
    """The product to archive."""

    product_id: EntityId


class ProductList(Body):
    """Which products to list; unlike that of packages, the filter has capitals only."""

    archive_filter: Literal["ARCHIVED", "NOT_ARCHIVED", "ALL"] = "NOT_ARCHIVED"


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it is at one instant; the type is in capitals, `PRO_SERVICE` for both of its names."""

    id: str
    name: str
    type: str
    tags: tuple[str, ...] = ()
    pricing_group_key: tuple[str, ...] = ()
    presentation_group_key: tuple[str, ...] = ()
    billable_metric_id: str | None = None
    composite_product_ids: tuple[str, ...] = ()
    composite_tags: tuple[str, ...] = ()
    quantity_conversion: JsonObject | None = None
    quantity_rounding: JsonObject | None = None
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class _Stored:
    """One row; `body` is the state in which the product was created."""

    seq: int
    id: str
    type: str
    created_at: str
    archived_at: str | None
    body: str


@dataclass(frozen=True, slots=True)
class _Change:
    """One dated update: the fields that it named, and the state that it leads to."""

    starting_at: Instant
    created_at: str
    changed: JsonObject
    state: JsonObject


def insert(tx: Transaction, product_id: str, create: ProductCreate) -> None:
    """Store a product, or put this in the place of the one with its id and of that one's updates.

    Raises:
        EngineError: 400 for custom fields whose keys are not registered. Rules of a create are not asked.
    """
    product_type = "PRO_SERVICE" if create.type == "PROFESSIONAL_SERVICE" else create.type
    tx.connection.execute(
        "INSERT INTO products (id, type, created_at, body) VALUES (?, ?, ?, ?) ON CONFLICT (id)"
        " DO UPDATE SET type = excluded.type, archived_at = NULL, body = excluded.body",
        (product_id, product_type, to_api_text(tx.now), canonical(_state({}, _given(create))).decode()),
    )
    tx.connection.execute("DELETE FROM product_updates WHERE product_id = ?", (product_id,))
    if create.custom_fields:
        custom_fields.set_values(tx, ENTITY, product_id, create.custom_fields)


def current(connection: sqlite3.Connection, product_id: str, at: Instant) -> Product | None:
    """What a product is at an instant, archived or not; None if there is none with this id."""
    return currents(connection, (product_id,), at).get(product_id)


def currents(connection: sqlite3.Connection, product_ids: Iterable[str], at: Instant) -> dict[str, Product]:
    """What several products are at an instant, by id, in one query; ids that stand for nothing are left out."""
    rows = connection.execute(
        "SELECT p.id, p.type, p.archived_at, p.body, u.body FROM json_each(?) wanted"
        " JOIN products p ON p.id = wanted.value LEFT JOIN product_updates u ON u.seq ="
        " (SELECT max(seq) FROM product_updates WHERE product_id = p.id AND starting_at <= ?)",
        (compact([*{*product_ids}]), to_text(at)),
    )
    return {
        product_id: _product(
            product_id,
            product_type,
            parse_own(initial) if update is None else as_object(parse_own(update))["state"],
            is_archived=archived_at is not None,
        )
        for product_id, product_type, archived_at, initial, update in rows
    }


def _product(product_id: str, product_type: str, state: Any, *, is_archived: bool) -> Product:
    return Product(
        product_id,
        state["name"],
        product_type,
        tags=tuple(state.get("tags", ())),
        pricing_group_key=tuple(state.get("pricing_group_key", ())),
        presentation_group_key=tuple(state.get("presentation_group_key", ())),
        billable_metric_id=state.get("billable_metric_id"),
        composite_product_ids=tuple(state.get("composite_product_ids", ())),
        composite_tags=tuple(state.get("composite_tags", ())),
        quantity_conversion=state.get("quantity_conversion"),
        quantity_rounding=state.get("quantity_rounding"),
        is_archived=is_archived,
    )


def _given(body: ProductCreate | ProductUpdate) -> JsonObject:
    """The fields of a body that are part of a state."""
    return {name: value for name, value in body.to_json().items() if name not in _NOT_STATE}


def _state(before: JsonObject, changed: JsonObject) -> JsonObject:
    """The state after a change; null takes a field away."""
    return {name: value for name, value in {**before, **changed}.items() if value is not None}


def _check(tx: Transaction, product_type: str, changed: JsonObject, state: JsonObject) -> None:
    """EngineError 400 unless a product may be like this; only what a change names is looked up."""
    check_state(product_type, state)
    if any(changed.get(name) for name in _GROUPED) and "billable_metric_id" in state:
        keys = {*cast("list[str]", state.get("pricing_group_key", []))}
        keys |= {*cast("list[str]", state.get("presentation_group_key", []))}
        metrics.check_groups(tx.connection, str(state["billable_metric_id"]), keys)
    parts = cast("list[str]", changed.get("composite_product_ids") or [])
    known = currents(tx.connection, parts, tx.now)
    for part in parts:
        if part not in known:
            raise refused(f'product "{part}" of composite_product_ids not found')


def _found(tx: Transaction, product_id: str) -> _Stored:
    row = tx.connection.execute(f"{_SELECT} WHERE id = ?", (product_id,)).fetchone()
    if row is None:
        raise not_found(f'product "{product_id}" not found')
    return _Stored(*row)


def _changes(connection: sqlite3.Connection, stored: Sequence[_Stored]) -> dict[str, list[_Change]]:
    """The updates of several products by product, in the order of their creation."""
    rows = connection.execute(
        "SELECT product_id, starting_at, created_at, body FROM product_updates WHERE product_id IN"
        " (SELECT value FROM json_each(?)) ORDER BY product_id, seq",
        (compact([each.id for each in stored]),),
    )
    changes: dict[str, list[_Change]] = {each.id: [] for each in stored}
    for product_id, starting_at, created_at, text in rows:
        body = as_object(parse_own(text))
        changes[product_id].append(
            _Change(from_text(starting_at), created_at, as_object(body["changed"]), as_object(body["state"]))
        )
    return changes


def _shown(tx: Transaction, stored: Sequence[_Stored]) -> dict[str, JsonObject]:
    """The API's products by id."""
    changes = _changes(tx.connection, stored)
    fields = custom_fields.values_of(tx.connection, changes)
    return {each.id: _one(each, changes[each.id], fields.get(each.id, {}), tx.now) for each in stored}


def _one(stored: _Stored, changes: list[_Change], fields: dict[str, str], now: Instant) -> JsonObject:
    initial = _moment(stored.created_at, None, as_object(parse_own(stored.body)))
    started = [each for each in changes if each.starting_at <= now]
    last = started[-1] if started else None
    body: JsonObject = {
        "id": stored.id,
        "type": stored.type,
        "initial": initial,
        "current": initial if last is None else _moment(last.created_at, last.starting_at, last.state),
        "updates": [_moment(each.created_at, each.starting_at, each.changed) for each in changes],
        "custom_fields": {**fields},
    }
    if stored.archived_at is not None:
        body["archived_at"] = stored.archived_at
    return body


def _moment(created_at: str, starting_at: Instant | None, state: JsonObject) -> JsonObject:
    """A state, or a change, as reads show it."""
    body: JsonObject = {"created_at": created_at, "created_by": CREATED_BY}
    if starting_at is not None:
        body["starting_at"] = to_api_text(starting_at)
    return body | {name: value for name, value in state.items() if name != _NOT_SHOWN}


def _create(tx: Transaction, request: Request) -> JsonObject:
    create: ProductCreate = request.body
    given = _given(create)
    _check(tx, create.type, given, given)
    product_id = tx.new_id()
    insert(tx, product_id, create)
    audit.record(tx, "create", "product", product_id, create.name)
    return {"data": {"id": product_id}}


def _get(tx: Transaction, request: Request) -> JsonObject:
    body: ProductGet = request.body
    return {"data": _shown(tx, [_found(tx, body.id)])[body.id]}


def _list(tx: Transaction, request: Request) -> JsonObject:
    body: ProductList = request.body
    page = page_of(request.query.limit, request.query.next_page)
    query = f"{_SELECT} WHERE {_WHERE[body.archive_filter]} seq > ? ORDER BY seq LIMIT ?"
    found = (_Stored(*row) for row in tx.connection.execute(query, (page.after, page.fetched)))
    page, rows = page.filled(found, lambda stored: len(stored.body))
    shown = _shown(tx, rows)
    return page.answer(rows, lambda stored: shown[stored.id])


def _update(tx: Transaction, request: Request) -> JsonObject:
    """Fields that are left out keep what they have now, also in an update that starts later."""
    update: ProductUpdate = request.body
    if not on_the_hour(update.starting_at):
        raise refused("Product update effective at is required to be on an hour boundary")  # observed
    stored = _found(tx, update.product_id)
    if stored.archived_at is not None:
        raise refused(f'product "{stored.id}" is archived')  # (assumed)
    started = [each for each in _changes(tx.connection, [stored])[stored.id] if each.starting_at <= tx.now]
    before = started[-1].state if started else as_object(parse_own(stored.body))
    changed = _given(update)
    state = _state(before, changed)
    _check(tx, stored.type, changed, state)
    tx.connection.execute(
        "INSERT INTO product_updates (product_id, starting_at, created_at, body) VALUES (?, ?, ?, ?)",
        (
            stored.id,
            to_text(update.starting_at),
            to_api_text(tx.now),
            canonical({"changed": changed, "state": state}).decode(),
        ),
    )
    audit.record(tx, "update", "product", stored.id)
    return {"data": {"id": stored.id}}


def _archive(tx: Transaction, request: Request) -> JsonObject:
    body: ProductArchive = request.body
    if _found(tx, body.product_id).archived_at is not None:
        raise refused(f'product "{body.product_id}" is already archived')  # (assumed)
    tx.connection.execute(
        "UPDATE products SET archived_at = ? WHERE id = ?", (to_api_text(tx.now), body.product_id)
    )
    audit.record(tx, "archive", "product", body.product_id)
    return {"data": {"id": body.product_id}}


_SELECT: Final = "SELECT seq, id, type, created_at, archived_at, body FROM products"
_PATH: Final = "/v1/contract-pricing/products"

OPERATIONS: Final = (
    Operation(
        "products.create", "POST", f"{_PATH}/create", "Create a product", _create,
        body=ProductCreate, writes=True,
    ),
    Operation(
        "products.get", "POST", f"{_PATH}/get", "Get a product", _get, body=ProductGet, refusals=(404,)
    ),
    Operation(
        "products.list", "POST", f"{_PATH}/list", "List products", _list, body=ProductList, query=PageQuery
    ),
    Operation(
        "products.update", "POST", f"{_PATH}/update", "Change a product from an instant on", _update,
        body=ProductUpdate, writes=True, refusals=(404,),
    ),
    Operation(
        "products.archive", "POST", f"{_PATH}/archive", "Archive a product", _archive,
        body=ProductArchive, writes=True, refusals=(404,),
    ),
)  # fmt: skip
