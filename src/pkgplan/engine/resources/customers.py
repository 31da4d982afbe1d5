"""Customers: create, get, list, archive, rename, and the aliases under which their usage arrives.

Comes in: bodies, ids, filters. Goes out: the API's `Customer` and `CustomerDetail`.
Never here: contracts of customers, apart from archiving them together with their customer; usage.
Source: /v1/customers and below; SDK types `customer`, `customer_detail`. An archived customer keeps its aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, StrictStr, StringConstraints

from pkgplan.engine.faults import EngineError, not_found, refused
from pkgplan.engine.fields import BillingProvider, Body, CustomFields, EntityId
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import page_of
from pkgplan.engine.payloads.query import PageQuery, QueryFlag, QueryList
from pkgplan.engine.resources import audit, billing_configurations, custom_fields
from pkgplan.engine.resources.billing_configurations import ConfigurationInput
from pkgplan.model.canonical import compact

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.canonical import JsonObject

_NAME_LENGTH: Final = 160
_MAX_ALIASES: Final = 2000
_MAX_IDS: Final = 100

IngestAlias = Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)]
IngestAliases = Annotated[list[IngestAlias], Field(max_length=_MAX_ALIASES)]


class NewCustomerConfiguration(ConfigurationInput):
    """A configuration that comes along with a new customer; the call that sets them knows more providers."""

    billing_provider: BillingProvider


class CustomerCreate(Body):
    """A new customer; `billing_config` (of plans) and `customer_revenue_system_configurations` are ignored."""

    name: StrictStr
    external_id: IngestAlias | None = None
    ingest_aliases: IngestAliases = Field(default_factory=list)
    custom_fields: CustomFields = Field(default_factory=dict)
    customer_billing_provider_configurations: list[NewCustomerConfiguration] = Field(default_factory=list)


class CustomerArchive(Body):
    """The customer to archive."""

    id: EntityId


class CustomerName(Body):
    """The new name of a customer."""

    name: StrictStr


class CustomerAliases(Body):
    """All ingest aliases that a customer has from now on."""

    ingest_aliases: IngestAliases


class CustomerQuery(PageQuery):
    """Which customers to list; the filters narrow each other."""

    ingest_alias: StrictStr | None = None
    customer_ids: Annotated[QueryList, Field(max_length=_MAX_IDS)] | None = None
    salesforce_account_ids: Annotated[QueryList, Field(max_length=_MAX_IDS)] | None = None
    only_archived: QueryFlag = False


@dataclass(frozen=True, slots=True)
class StoredCustomer:
    """One row; the instants in the API's style."""

    seq: int
    id: str
    created_at: str
    updated_at: str
    archived_at: str | None
    name: str


def found(tx: Transaction, customer_id: str) -> StoredCustomer:
    """The customer with this id, archived or not; raises EngineError 404."""
    row = tx.connection.execute(f"{_SELECT} WHERE c.id = ?", (customer_id,)).fetchone()
    if row is None:
        raise not_found(f'customer "{customer_id}" not found')
    return StoredCustomer(*row)


def create(tx: Transaction, body: CustomerCreate) -> str:
    """Store a customer with all that came along; gives its id.

    Raises:
        EngineError: 409 for an ingest alias of another customer, 400 for custom fields that cannot be set.
    """
    customer_id, now = tx.new_id(), to_api_text(tx.now)
    tx.connection.execute(
        "INSERT INTO customers (id, created_at, updated_at, name) VALUES (?, ?, ?, ?)",
        (customer_id, now, now, body.name[:_NAME_LENGTH]),
    )
    first = () if body.external_id is None else (body.external_id,)
    _set_aliases(tx.connection, customer_id, (*first, *body.ingest_aliases))
    custom_fields.set_values(tx, "customer", customer_id, body.custom_fields)
    for configuration in body.customer_billing_provider_configurations:
        billing_configurations.add(tx, customer_id, configuration)
    audit.record(tx, "create", "customer", customer_id)
    return customer_id


def _shown(tx: Transaction, customers: Sequence[StoredCustomer]) -> dict[str, JsonObject]:
    """The API's `CustomerDetail` objects by id; two queries for any number of them."""
    ids = [customer.id for customer in customers]
    fields = custom_fields.values_of(tx.connection, ids)
    aliases = _aliases_of(tx.connection, ids)
    return {
        customer.id: {
            "id": customer.id,
            "external_id": next(iter(aliases[customer.id]), customer.id),
            "ingest_aliases": [*aliases[customer.id]],
            "name": customer.name,
            "custom_fields": {**fields.get(customer.id, {})},
            "customer_config": {"salesforce_account_id": None},
            "created_at": customer.created_at,
            "updated_at": customer.updated_at,
            "archived_at": customer.archived_at,
        }
        for customer in customers
    }


def _shown_briefly(tx: Transaction, customer_id: str) -> JsonObject:
    """The API's `Customer`, the answer to what made or changed it."""
    detail = _shown(tx, [found(tx, customer_id)])[customer_id]
    return {name: detail[name] for name in ("id", "external_id", "ingest_aliases", "name", "custom_fields")}


def _aliases_of(connection: sqlite3.Connection, customer_ids: Sequence[str]) -> dict[str, list[str]]:
    """The ingest aliases of each customer in the order in which they were given."""
    aliases: dict[str, list[str]] = {customer_id: [] for customer_id in customer_ids}
    rows = connection.execute(
        "SELECT customer_id, alias FROM ingest_aliases"
        " WHERE customer_id IN (SELECT value FROM json_each(?)) ORDER BY rowid",
        (compact([*customer_ids]),),
    )
    for customer_id, alias in rows:
        aliases[customer_id].append(alias)
    return aliases


def _set_aliases(connection: sqlite3.Connection, customer_id: str, aliases: Iterable[str]) -> None:
    """Replace a customer's aliases; one that is given twice counts once (assumed)."""
    connection.execute("DELETE FROM ingest_aliases WHERE customer_id = ?", (customer_id,))
    for alias in dict.fromkeys(aliases):
        row = connection.execute(
            "SELECT customer_id FROM ingest_aliases WHERE alias = ?", (alias,)
        ).fetchone()
        if row is not None:
            conflict = {"conflicting_id": row[0], "conflicting_value": alias}
            raise EngineError(409, f'another customer has the ingest alias "{alias}"', details=conflict)
        connection.execute(
            "INSERT INTO ingest_aliases (alias, customer_id) VALUES (?, ?)", (alias, customer_id)
        )


def _page(
    connection: sqlite3.Connection, query: CustomerQuery, after: int, limit: int
) -> list[StoredCustomer]:
    # Nobody can have a Salesforce account here: the call that connects one is not part of this engine.
    if query.salesforce_account_ids:
        return []
    conditions = [f"c.archived_at IS {'NOT ' if query.only_archived else ''}NULL", "c.seq > ?"]
    values: list[object] = [after]
    if query.ingest_alias is not None:
        conditions.append("c.id = (SELECT customer_id FROM ingest_aliases WHERE alias = ?)")
        values.append(query.ingest_alias)
    if query.customer_ids is not None:
        conditions.append("c.id IN (SELECT value FROM json_each(?))")
        values.append(compact([*query.customer_ids]))
    rows = connection.execute(
        f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY c.seq LIMIT ?", (*values, limit)
    )
    return [StoredCustomer(*row) for row in rows]


def _touch(tx: Transaction, customer_id: str, what: str) -> None:
    tx.connection.execute(
        "UPDATE customers SET updated_at = ? WHERE id = ?", (to_api_text(tx.now), customer_id)
    )
    audit.record(tx, "update", "customer", customer_id, what)


def _create(tx: Transaction, request: Request) -> JsonObject:
    return {"data": _shown_briefly(tx, create(tx, request.body))}


def _get(tx: Transaction, request: Request) -> JsonObject:
    customer = found(tx, request.path["customer_id"])
    return {"data": _shown(tx, [customer])[customer.id]}


def _list(tx: Transaction, request: Request) -> JsonObject:
    query: CustomerQuery = request.query
    page = page_of(query.limit, query.next_page)
    rows = _page(tx.connection, query, page.after, page.fetched)
    details = _shown(tx, rows)
    return page.answer(rows, lambda customer: details[customer.id])


def _archive(tx: Transaction, request: Request) -> JsonObject:
    customer = found(tx, request.body.id)
    if customer.archived_at is not None:
        raise refused(f'customer "{customer.id}" is already archived')  # 400 as the call lists it (assumed)
    now = to_api_text(tx.now)
    tx.connection.execute(
        "UPDATE customers SET archived_at = ?, updated_at = ? WHERE id = ?", (now, now, customer.id)
    )
    # Documented: "archiving a customer will automatically archive all contracts as of the current date".
    tx.connection.execute(
        "UPDATE contracts SET archived_at = ? WHERE customer_id = ? AND archived_at IS NULL",
        (now, customer.id),
    )
    audit.record(tx, "archive", "customer", customer.id)
    return {"data": {"id": customer.id}}


def _set_name(tx: Transaction, request: Request) -> JsonObject:
    customer = found(tx, request.path["customer_id"])
    tx.connection.execute(
        "UPDATE customers SET name = ? WHERE id = ?", (request.body.name[:_NAME_LENGTH], customer.id)
    )
    _touch(tx, customer.id, "renamed")
    return {"data": _shown_briefly(tx, customer.id)}


def _set_ingest_aliases(tx: Transaction, request: Request) -> JsonObject:
    customer = found(tx, request.path["customer_id"])
    _set_aliases(tx.connection, customer.id, request.body.ingest_aliases)
    _touch(tx, customer.id, "ingest aliases set")
    return {}


_SELECT: Final = "SELECT c.seq, c.id, c.created_at, c.updated_at, c.archived_at, c.name FROM customers c"

OPERATIONS: Final = (
    Operation(
        "customers.create", "POST", "/v1/customers", "Create a customer", _create,
        body=CustomerCreate, writes=True, refusals=(409,),
    ),
    Operation("customers.list", "GET", "/v1/customers", "List customers", _list, query=CustomerQuery),
    Operation(
        "customers.archive", "POST", "/v1/customers/archive", "Archive a customer", _archive,
        body=CustomerArchive, writes=True, refusals=(404,),
    ),
    Operation(
        "customers.get", "GET", "/v1/customers/{customer_id}", "Get a customer", _get, refusals=(404,)
    ),
    Operation(
        "customers.set_name", "POST", "/v1/customers/{customer_id}/setName", "Rename a customer", _set_name,
        body=CustomerName, writes=True, refusals=(404,),
    ),
    Operation(
        "customers.set_ingest_aliases", "POST", "/v1/customers/{customer_id}/setIngestAliases",
        "Replace a customer's ingest aliases", _set_ingest_aliases,
        body=CustomerAliases, writes=True, refusals=(404, 409),
    ),
)  # fmt: skip
