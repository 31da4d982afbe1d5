"""Custom fields: which keys each kind of thing may have, and the values of single things.

Comes in: keys, values, ids. Goes out: keys page by page, values by id.
Never here: the values of a package's terms, which are part of the package and frozen with it.
Source: POST /v1/customFields/{addKey,listKeys,removeKey,setValues,deleteValues}, SDK types `custom_field_*`;
that the values of packages are frozen: guide "Packages". The words of "Duplicate" and "not found" were observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import StrictBool, StrictStr, StringConstraints

from pkgplan.engine.faults import not_found, refused
from pkgplan.engine.fields import Body, CustomFields, EntityId
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import MAX_LIMIT, page_of
from pkgplan.engine.payloads.query import NoQuery
from pkgplan.engine.resources import audit
from pkgplan.model.canonical import compact

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.canonical import JsonObject

Entity = Literal[
    "alert", "billable_metric", "charge", "commit", "contract_credit", "contract_product", "contract",
    "credit_grant", "customer_plan", "customer", "discount", "invoice", "plan", "professional_service", "product",
    "rate_card", "scheduled_charge", "subscription",
    "package_commit", "package_credit", "package_subscription", "package_scheduled_charge",
]  # fmt: skip

# Where the things of an entity are. This engine has none of the other entities: keys can be registered for them.
_THINGS: Final = {
    "billable_metric": "SELECT 1 FROM billable_metrics WHERE id = :id",
    "contract": "SELECT 1 FROM contracts WHERE id = :id",
    "contract_product": "SELECT 1 FROM products WHERE id = :id",
    "customer": "SELECT 1 FROM customers WHERE id = :id",
    "rate_card": "SELECT 1 FROM rate_cards WHERE id = :id",
    **dict.fromkeys(
        ("commit", "contract_credit", "scheduled_charge", "subscription"),
        "SELECT 1 FROM contract_terms WHERE id = :id AND entity = :entity",
    ),
}
# What the audit log calls a thing, where that is not the name of its entity.
_AUDITED: Final = {"contract_product": "product"}
_FROZEN: Final = "package_"


class KeyAdd(Body):
    """The key to allow."""

    entity: Entity
    key: Annotated[StrictStr, StringConstraints(min_length=1)]
    enforce_uniqueness: StrictBool


class KeyRemove(Body):
    """The key to allow no longer."""

    entity: Entity
    key: StrictStr


class KeyList(Body):
    """Of which entities to list keys."""

    MAY_BE_ABSENT: ClassVar[bool] = True

    entities: list[Entity] | None = None


class KeyQuery(NoQuery):
    """`next_page`; the size of a page cannot be chosen."""

    next_page: StrictStr | None = None


class ValuesSet(Body):
    """Values to add or to replace."""

    entity: Entity
    entity_id: EntityId
    custom_fields: CustomFields


class ValuesDelete(Body):
    """Keys whose values to delete."""

    entity: Entity
    entity_id: EntityId
    keys: list[StrictStr]


def check_keys(connection: sqlite3.Connection, entity: str, fields: Iterable[str]) -> None:
    """EngineError 400 unless every key is registered for the entity."""
    for key in fields:
        if not _has_key(connection, entity, key):
            raise refused(f'custom field key "{key}" is not registered for {entity}')


def set_values(tx: Transaction, entity: str, entity_id: str, fields: Mapping[str, str]) -> None:
    """Add or replace values of a thing that exists or is about to.

    Raises:
        EngineError: 400 for a key that is not registered, or a value that another thing has (or, archived, had)
            although it must be unique.
    """
    check_keys(tx.connection, entity, fields)
    for key, value in fields.items():
        if _is_taken(tx.connection, entity, entity_id, key, value):
            raise refused(f'another {entity} has the value "{value}" of the unique custom field "{key}"')
        tx.connection.execute(
            "INSERT OR REPLACE INTO custom_field_values (entity, entity_id, key, value) VALUES (?, ?, ?, ?)",
            (entity, entity_id, key, value),
        )


def values_of(connection: sqlite3.Connection, entity_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """The custom fields of several things by id; things without any are left out. Removed keys are not shown."""
    # A removed key hides its values; they are there again if it is registered again (assumed: the vendor calls
    # the operation `disableCustomFieldKey`).
    rows = connection.execute(
        "SELECT v.entity_id, v.key, v.value FROM custom_field_values v"
        " JOIN custom_field_keys k ON k.entity = v.entity AND k.key = v.key"
        " WHERE v.entity_id IN (SELECT value FROM json_each(?)) ORDER BY v.key",
        (compact([*entity_ids]),),
    )
    found: dict[str, dict[str, str]] = {}
    for entity_id, key, value in rows:
        found.setdefault(entity_id, {})[key] = value
    return found


@dataclass(frozen=True, slots=True)
class _Key:
    seq: int
    entity: str
    key: str
    enforce_uniqueness: int

    def shown(self) -> JsonObject:
        return {
            "entity": self.entity,
            "key": self.key,
            "enforce_uniqueness": bool(self.enforce_uniqueness),
        }


def _has_key(connection: sqlite3.Connection, entity: str, key: str) -> bool:
    query = "SELECT 1 FROM custom_field_keys WHERE entity = ? AND key = ?"
    return connection.execute(query, (entity, key)).fetchone() is not None


def _is_taken(connection: sqlite3.Connection, entity: str, entity_id: str, key: str, value: str) -> bool:
    """Whether the value must be unique and another thing has it; rows of archived things stay."""
    query = (
        "SELECT 1 FROM custom_field_values v JOIN custom_field_keys k ON k.entity = v.entity AND k.key = v.key"
        " WHERE k.enforce_uniqueness = 1 AND v.entity = ? AND v.key = ? AND v.value = ? AND v.entity_id != ?"
    )
    return connection.execute(query, (entity, key, value, entity_id)).fetchone() is not None


def _check_changeable(connection: sqlite3.Connection, entity: str, entity_id: str) -> None:
    """400 for anything of a package, 404 for what does not exist."""
    if entity.startswith(_FROZEN):
        raise refused("the custom fields of a package are frozen: they can be changed on its contracts only")
    query = _THINGS.get(entity)
    if query is None or connection.execute(query, {"id": entity_id, "entity": entity}).fetchone() is None:
        raise not_found(f'{entity} "{entity_id}" not found')


def _add_key(tx: Transaction, request: Request) -> JsonObject:
    body: KeyAdd = request.body
    if _has_key(tx.connection, body.entity, body.key):
        raise refused("Duplicate custom field key")
    tx.connection.execute(
        "INSERT INTO custom_field_keys (entity, key, enforce_uniqueness) VALUES (?, ?, ?)",
        (body.entity, body.key, int(body.enforce_uniqueness)),
    )
    audit.record(tx, "create", "custom_field_key", f"{body.entity}.{body.key}")
    # No call takes this id, so that nobody has to remember it.
    return {"data": {"id": tx.new_id()}}


_ALL_KEYS: Final = (
    "SELECT rowid, entity, key, enforce_uniqueness FROM custom_field_keys"
    " WHERE rowid > :after ORDER BY rowid LIMIT :limit"
)
# CROSS: entity by entity, or else all keys would be gone through for those of one entity.
_KEYS_OF_SOME: Final = (
    "SELECT k.rowid, k.entity, k.key, k.enforce_uniqueness FROM json_each(:entities) wanted"
    " CROSS JOIN custom_field_keys k ON k.entity = wanted.value"
    " WHERE k.rowid > :after ORDER BY k.rowid LIMIT :limit"
)


def _list_keys(tx: Transaction, request: Request) -> JsonObject:
    body: KeyList = request.body
    page = page_of(MAX_LIMIT, request.query.next_page)
    rows = tx.connection.execute(
        _KEYS_OF_SOME if body.entities else _ALL_KEYS,
        {"after": page.after, "limit": page.fetched, "entities": compact([*{*(body.entities or ())}])},
    )
    return page.answer([_Key(*row) for row in rows], _Key.shown)


def _remove_key(tx: Transaction, request: Request) -> JsonObject:
    body: KeyRemove = request.body
    removed = tx.connection.execute(
        "DELETE FROM custom_field_keys WHERE entity = ? AND key = ?", (body.entity, body.key)
    )
    if not removed.rowcount:
        raise not_found("Custom field key not found")
    audit.record(tx, "archive", "custom_field_key", f"{body.entity}.{body.key}")
    return {}


def _set_values(tx: Transaction, request: Request) -> JsonObject:
    body: ValuesSet = request.body
    _check_changeable(tx.connection, body.entity, body.entity_id)
    set_values(tx, body.entity, body.entity_id, body.custom_fields)
    _record(tx, body, "set", body.custom_fields)
    return {}


def _delete_values(tx: Transaction, request: Request) -> JsonObject:
    body: ValuesDelete = request.body
    _check_changeable(tx.connection, body.entity, body.entity_id)
    check_keys(tx.connection, body.entity, body.keys)
    # Deleting what is not set changes nothing (assumed).
    tx.connection.executemany(
        "DELETE FROM custom_field_values WHERE entity = ? AND entity_id = ? AND key = ?",
        [(body.entity, body.entity_id, key) for key in body.keys],
    )
    _record(tx, body, "deleted", body.keys)
    return {}


def _record(tx: Transaction, body: ValuesSet | ValuesDelete, verb: str, keys: Iterable[str]) -> None:
    """Names only: a value may be somebody's account number."""
    resource = _AUDITED.get(body.entity, body.entity)
    audit.record(tx, "update", resource, body.entity_id, f"custom fields {verb}: {', '.join(sorted(keys))}")


OPERATIONS: Final = (
    Operation(
        "custom_fields.add_key", "POST", "/v1/customFields/addKey", "Create a custom field key", _add_key,
        body=KeyAdd, writes=True,
    ),
    Operation(
        "custom_fields.list_keys", "POST", "/v1/customFields/listKeys", "List custom field keys", _list_keys,
        body=KeyList, query=KeyQuery,
    ),
    Operation(
        "custom_fields.remove_key", "POST", "/v1/customFields/removeKey", "Delete a custom field key", _remove_key,
        body=KeyRemove, writes=True, refusals=(404,),
    ),
    Operation(
        "custom_fields.set_values", "POST", "/v1/customFields/setValues", "Set custom field values", _set_values,
        body=ValuesSet, writes=True, refusals=(404,),
    ),
    Operation(
        "custom_fields.delete_values", "POST", "/v1/customFields/deleteValues", "Delete custom field values",
        _delete_values, body=ValuesDelete, writes=True, refusals=(404,),
    ),
)  # fmt: skip
