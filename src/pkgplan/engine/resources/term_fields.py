"""Custom fields of a package's terms: written once with the package, frozen from then on.

Comes in: rendered packages. Goes out: their values in the table of all values, and packages as reads show them.
Never here: changing them; that is refused (`custom_fields.py`). The package's body keeps what was given; the table
says which of it can still be seen, and which values of unique keys are used up.
Source: guide "Packages" (frozen), POST /v1/customFields/removeKey (values of a removed key are not accessible).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pkgplan.engine.resources import custom_fields
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from pkgplan.engine.operation import Transaction

_ENTITIES: Final = {
    "commits": "package_commit",
    "credits": "package_credit",
    "scheduled_charges": "package_scheduled_charge",
    "subscriptions": "package_subscription",
}


def write(tx: Transaction, package: JsonObject) -> None:
    """Store the values of a new package; EngineError 400 for one that must be unique and is not."""
    for kind, entity in _ENTITIES.items():
        for term in map(as_object, as_list(package.get(kind, []))):
            fields = cast("dict[str, str]", term.get("custom_fields", {}))
            custom_fields.set_values(tx, entity, str(term["id"]), fields)


def visible(connection: sqlite3.Connection, packages: Sequence[JsonObject]) -> list[JsonObject]:
    """The packages without values of keys that were removed since; one query for all of them."""
    with_fields = [str(term["id"]) for package in packages for term in _with_fields(package)]
    if not with_fields:
        return [*packages]
    values = custom_fields.values_of(connection, with_fields)
    return [package | _shown(package, values) for package in packages]


def _with_fields(package: JsonObject) -> Iterator[JsonObject]:
    for kind in _ENTITIES:
        for term in as_list(package.get(kind, [])):
            if "custom_fields" in as_object(term):
                yield as_object(term)


def _shown(package: JsonObject, values: dict[str, dict[str, str]]) -> JsonObject:
    """The terms of a package that can have custom fields."""
    return {
        kind: [_term(as_object(term), values) for term in as_list(package[kind])]
        for kind in _ENTITIES
        if kind in package
    }


def _term(term: JsonObject, values: dict[str, dict[str, str]]) -> JsonValue:
    if "custom_fields" not in term:
        return term
    return term | {"custom_fields": {**values.get(str(term["id"]), {})}}
