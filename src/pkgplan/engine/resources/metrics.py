"""Billable metrics: create, list, get, rename, archive.

Comes in: bodies, ids. Goes out: the API's metrics. Never here: counting events.
Source: /v1/billable-metrics, SDK `billable_metric_*`, guide "Create billable metrics"; only the name can change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, StrictBool, StrictStr

from pkgplan.engine.faults import not_found, refused
from pkgplan.engine.fields import AnyOfThreeCases, Body, CustomFields, EntityId, NonEmpty
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import page_of
from pkgplan.engine.payloads.query import PageQuery, QueryFlag
from pkgplan.engine.resources import audit, custom_fields
from pkgplan.model.canonical import JsonObject, as_object, canonical, parse_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Set as AbstractSet

    from pkgplan.engine.operation import Request, Transaction

ENTITY: Final = "billable_metric"
_INSTEAD_OF_SQL: Final = (
    "aggregation_type",
    "aggregation_key",
    "event_type_filter",
    "property_filters",
    "group_keys",
)


Values = Annotated[list[StrictStr], Field(min_length=1)]
Aggregation = Annotated[Literal["COUNT", "LATEST", "MAX", "SUM", "UNIQUE"], AnyOfThreeCases]


class EventTypeFilter(Body):
    """Which types of events count."""

    in_values: Values | None = None
    not_in_values: Values | None = None


class PropertyFilter(Body):
    """What a property of an event must look like."""

    # "If null or omitted, the existence of the property is optional."
    NULLABLE: ClassVar[frozenset[str]] = frozenset({"exists", "not_in_values"})

    name: NonEmpty
    exists: StrictBool | None = None
    in_values: Values | None = None
    not_in_values: Values | None = None


class MetricCreate(Body):
    """A new metric: an aggregation of events, or SQL."""

    name: NonEmpty
    aggregation_type: Aggregation | None = None
    aggregation_key: NonEmpty | None = None
    event_type_filter: EventTypeFilter | None = None
    property_filters: list[PropertyFilter] | None = None
    group_keys: list[list[NonEmpty]] | None = None
    sql: NonEmpty | None = None
    custom_fields: CustomFields | None = None


class MetricUpdate(Body):
    """The new name."""

    name: NonEmpty


class MetricArchive(Body):
    """The metric to archive."""

    id: EntityId


class MetricList(PageQuery):
    """Which metrics to list."""

    include_archived: QueryFlag = False


@dataclass(frozen=True, slots=True)
class _Stored:
    """One row; `body` is what a read shows, apart from archiving and custom fields."""

    seq: int
    id: str
    archived_at: str | None
    body: JsonObject

    @classmethod
    def of(cls, seq: int, metric_id: str, archived_at: str | None, text: str) -> _Stored:
        return cls(seq, metric_id, archived_at, as_object(parse_json(text)))


def insert(tx: Transaction, metric_id: str, create: MetricCreate) -> None:
    """Store a metric, or put this in the place of the one with its id.

    Raises:
        EngineError: 400 for custom fields whose keys are not registered. Rules of a create are not asked.
    """
    body = {name: value for name, value in create.to_json().items() if name != "custom_fields"}
    tx.connection.execute(
        "INSERT INTO billable_metrics (id, body) VALUES (?, ?) ON CONFLICT (id)"
        " DO UPDATE SET archived_at = NULL, body = excluded.body",
        (metric_id, canonical(body).decode()),
    )
    if create.custom_fields:
        custom_fields.set_values(tx, ENTITY, metric_id, create.custom_fields)


def check_groups(connection: sqlite3.Connection, metric_id: str, keys: AbstractSet[str]) -> None:
    """EngineError 400 unless a product can count by this metric, split up by these properties.

    Source: field description of `pricing_group_key`: it and the presentation group key must be set as one compound
    group key on the metric. What SQL groups by is not known here.
    """
    stored = _find(connection, metric_id)
    if stored is None:
        raise refused(f'billable metric "{metric_id}" not found')
    if stored.archived_at is not None:
        raise refused(f'billable metric "{metric_id}" is archived')  # (assumed)
    groups: Any = stored.body.get("group_keys", [])
    if keys and "sql" not in stored.body and keys not in [{*group} for group in groups]:
        raise refused(
            "pricing_group_key and presentation_group_key together must be one compound group key of the "
            f'billable metric, "{stored.body["name"]}" has none of {", ".join(sorted(keys))}'
        )


def _check(create: MetricCreate) -> None:
    """EngineError 400 for SQL next to anything else, and for properties that no filter asks for."""
    if create.sql is not None:
        for name in _INSTEAD_OF_SQL:
            if getattr(create, name) is not None:
                raise refused(f"sql and {name} are mutually exclusive")
        return
    if create.aggregation_type is None:
        raise refused("must specify aggregation_type or sql")
    needed = [name for group in create.group_keys or () for name in group]
    if create.aggregation_type != "COUNT":
        if create.aggregation_key is None:
            raise refused(f"must specify aggregation_key if aggregation_type is {create.aggregation_type}")
        needed.insert(0, create.aggregation_key)
    present = {each.name for each in create.property_filters or () if each.exists or each.in_values}
    for name in needed:
        if name not in present:
            raise refused(f'property "{name}" must have a property filter with exists: true')


def _find(connection: sqlite3.Connection, metric_id: str) -> _Stored | None:
    row = connection.execute(f"{_SELECT} WHERE id = ?", (metric_id,)).fetchone()
    return None if row is None else _Stored.of(*row)


def _found(tx: Transaction, metric_id: str) -> _Stored:
    stored = _find(tx.connection, metric_id)
    if stored is None:
        raise not_found(f'billable metric "{metric_id}" not found')
    return stored


def _shown(stored: _Stored, fields: dict[str, dict[str, str]]) -> JsonObject:
    body: JsonObject = {"id": stored.id, **stored.body, "custom_fields": {**fields.get(stored.id, {})}}
    if stored.archived_at is not None:
        body["archived_at"] = stored.archived_at
    return body


def _create(tx: Transaction, request: Request) -> JsonObject:
    create: MetricCreate = request.body
    _check(create)
    metric_id = tx.new_id()
    insert(tx, metric_id, create)
    audit.record(tx, "create", "billable_metric", metric_id, create.name)
    return {"data": {"id": metric_id}}


def _get(tx: Transaction, request: Request) -> JsonObject:
    stored = _found(tx, request.path["billable_metric_id"])
    return {"data": _shown(stored, custom_fields.values_of(tx.connection, [stored.id]))}


def _list(tx: Transaction, request: Request) -> JsonObject:
    asked: MetricList = request.query
    page = page_of(asked.limit, asked.next_page)
    live = "" if asked.include_archived else "archived_at IS NULL AND"
    query = f"{_SELECT} WHERE {live} seq > ? ORDER BY seq LIMIT ?"
    rows = [_Stored.of(*row) for row in tx.connection.execute(query, (page.after, page.fetched))]
    fields = custom_fields.values_of(tx.connection, [row.id for row in rows])
    return page.answer(rows, lambda stored: _shown(stored, fields))


def _update(tx: Transaction, request: Request) -> JsonObject:
    update: MetricUpdate = request.body
    stored = _found(tx, request.path["billable_metric_id"])
    if stored.archived_at is not None:
        raise refused(f'billable metric "{stored.id}" is archived')  # (assumed)
    tx.connection.execute(
        "UPDATE billable_metrics SET body = ? WHERE seq = ?",
        (canonical({**stored.body, "name": update.name}).decode(), stored.seq),
    )
    audit.record(tx, "update", "billable_metric", stored.id, update.name)
    return {"data": {"id": stored.id}}


def _archive(tx: Transaction, request: Request) -> JsonObject:
    body: MetricArchive = request.body
    stored = _found(tx, body.id)
    if stored.archived_at is not None:
        raise refused(f'billable metric "{body.id}" is already archived')  # (assumed)
    tx.connection.execute(
        "UPDATE billable_metrics SET archived_at = ? WHERE seq = ?", (to_api_text(tx.now), stored.seq)
    )
    audit.record(tx, "archive", "billable_metric", body.id)
    return {"data": {"id": body.id}}


_SELECT: Final = "SELECT seq, id, archived_at, body FROM billable_metrics"
_PATH: Final = "/v1/billable-metrics"
_ONE: Final = f"{_PATH}/{{billable_metric_id}}"

OPERATIONS: Final = (
    Operation(
        "metrics.create", "POST", f"{_PATH}/create", "Create a billable metric", _create,
        body=MetricCreate, writes=True,
    ),
    Operation("metrics.list", "GET", _PATH, "List billable metrics", _list, query=MetricList),
    Operation("metrics.get", "GET", _ONE, "Get a billable metric", _get, refusals=(404,)),
    Operation(
        "metrics.update", "PUT", _ONE, "Rename a billable metric", _update,
        body=MetricUpdate, writes=True, refusals=(404,),
    ),
    Operation(
        "metrics.archive", "POST", f"{_PATH}/archive", "Archive a billable metric", _archive,
        body=MetricArchive, writes=True, refusals=(404,),
    ),
)  # fmt: skip
