"""What must exist before a package can: products, rate cards with rates, pricing units, custom field keys.

Comes in: `SeededReference` values, upserted without ever deleting a neighbour. Goes out: lookups by id.
Never here: an API to create them one by one, prices, or usage; the engine only asks whether they are there.
Source: V20, V25, V26 of the field descriptions of POST /v1/packages/create (type, rate, key must match).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object, canonical, parse_json
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


class ReferenceKind(StrEnum):
    """The kinds of things that a package may refer to."""

    BILLABLE_METRIC = "billable_metric"
    PRODUCT = "product"
    RATE_CARD = "rate_card"
    CREDIT_TYPE = "credit_type"
    CUSTOM_FIELD_KEY = "custom_field_key"


@dataclass(frozen=True, slots=True)
class SeededReference:
    """One prerequisite. What `body` must hold depends on the kind; further fields are kept.

    product: `{type}`, one of USAGE, SUBSCRIPTION, COMPOSITE, FIXED in any case.
    rate_card: `{aliases?: [{name, ...}], rates?: [{product_id, billing_frequency?, entitled}]}`.
    custom_field_key: `{entity, key}`; the others need nothing.
    """

    kind: str
    id: str
    name: str
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Product:
    """A product as far as packages care."""

    id: str
    name: str
    type: str


def seed(connection: sqlite3.Connection, references: Iterable[SeededReference]) -> None:
    """Make the store hold these references as given; what is there already and equal is not written again.

    Raises: ValueError for an unknown kind, TypeError or KeyError for a body that lacks what its kind needs.
    """
    for reference in references:
        kind = ReferenceKind(reference.kind)
        body = canonical(reference.body).decode()
        row = (reference.name, body)
        if row == _stored(connection, kind, reference.id):
            continue
        connection.execute(
            "INSERT INTO prerequisites (kind, id, name, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET name = excluded.name, body = excluded.body",
            (kind.value, reference.id, *row),
        )
        if kind is ReferenceKind.RATE_CARD:
            _seed_rate_card(connection, reference)
        elif kind is ReferenceKind.CUSTOM_FIELD_KEY:
            connection.execute(
                "INSERT OR IGNORE INTO custom_field_keys (entity, key) VALUES (?, ?)",
                (_text(reference.body, "entity"), _text(reference.body, "key")),
            )
        elif kind is ReferenceKind.PRODUCT:
            _text(reference.body, "type")


def find_product(connection: sqlite3.Connection, product_id: str) -> Product | None:
    """The product with this id, its type in upper case."""
    row = _stored(connection, ReferenceKind.PRODUCT, product_id)
    if row is None:
        return None
    name, body = row
    return Product(product_id, name, _text(as_object(parse_json(body)), "type").upper())


def has_rate_card(connection: sqlite3.Connection, rate_card_id: str) -> bool:
    """Whether there is a rate card with this id."""
    return _stored(connection, ReferenceKind.RATE_CARD, rate_card_id) is not None


def has_credit_type(connection: sqlite3.Connection, credit_type_id: str) -> bool:
    """Whether there is a pricing unit with this id; USD is in every environment."""
    if credit_type_id == USD_CREDIT_TYPE_ID:
        return True
    return _stored(connection, ReferenceKind.CREDIT_TYPE, credit_type_id) is not None


def has_custom_field_key(connection: sqlite3.Connection, entity: str, key: str) -> bool:
    """Whether the key is registered for the entity."""
    query = "SELECT 1 FROM custom_field_keys WHERE entity = ? AND key = ?"
    return connection.execute(query, (entity, key)).fetchone() is not None


def rate_cards_behind(connection: sqlite3.Connection, alias: str) -> tuple[str, ...]:
    """Every rate card that ever has this alias; which one a contract gets depends on the contract's start."""
    query = "SELECT rate_card_id FROM rate_card_aliases WHERE alias = ? ORDER BY rate_card_id"
    return tuple(rate_card_id for (rate_card_id,) in connection.execute(query, (alias,)))


def has_rate(connection: sqlite3.Connection, rate_card_id: str, product_id: str, frequency: str) -> bool:
    """Whether the rate card prices the product at this billing frequency."""
    query = "SELECT 1 FROM rates WHERE rate_card_id = ? AND product_id = ? AND billing_frequency = ?"
    return connection.execute(query, (rate_card_id, product_id, frequency)).fetchone() is not None


def _stored(connection: sqlite3.Connection, kind: ReferenceKind, reference_id: str) -> tuple[str, str] | None:
    query = "SELECT name, body FROM prerequisites WHERE kind = ? AND id = ?"
    row: tuple[str, str] | None = connection.execute(query, (kind.value, reference_id)).fetchone()
    return row


def _seed_rate_card(connection: sqlite3.Connection, card: SeededReference) -> None:
    connection.execute("DELETE FROM rate_card_aliases WHERE rate_card_id = ?", (card.id,))
    connection.execute("DELETE FROM rates WHERE rate_card_id = ?", (card.id,))
    connection.executemany(
        "INSERT OR IGNORE INTO rate_card_aliases (alias, rate_card_id) VALUES (?, ?)",
        [(_text(alias, "name"), card.id) for alias in _objects(card.body, "aliases")],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO rates (rate_card_id, product_id, billing_frequency, entitled)"
        " VALUES (?, ?, ?, ?)",
        [
            (card.id, _text(rate, "product_id"), _frequency(rate), int(rate.get("entitled") is True))
            for rate in _objects(card.body, "rates")
        ],
    )


def _frequency(rate: JsonObject) -> str:
    """The frequency of a subscription's rate; usage rates have none."""
    value = rate.get("billing_frequency")
    return "" if value is None else _as_text(value).upper()


def _objects(body: JsonObject, name: str) -> list[JsonObject]:
    return [as_object(item) for item in as_list(body.get(name, []))]


def _text(body: JsonObject, name: str) -> str:
    return _as_text(body[name])


def _as_text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
