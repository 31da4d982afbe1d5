"""What must exist before a package can: products, rate cards with rates, pricing units, custom field keys.

Comes in: `SeededReference` values, upserted without ever deleting a neighbour. Goes out: lookups by id.
Never here: an API to create them one by one, prices, or usage; the engine only asks whether they are there, and
for what decides whether a term may refer to them (types, group keys, currencies).
Source: the field descriptions of POST /v1/packages/create (type, rate, key must match), of products (group
keys) and of rate cards (currency, conversions).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object, canonical, parse_json
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from pkgplan.engine.operation import Transaction

USD_NAME: Final = "USD (cents)"


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

    product: `{type, tags?: [], pricing_group_key?: [], presentation_group_key?: []}`, the type one of USAGE,
    SUBSCRIPTION, COMPOSITE, FIXED in any case.
    rate_card: `{aliases?: [{name, ...}], fiat_credit_type_id?, credit_type_conversions?: [{custom_credit_type_id,
    fiat_per_custom_credit}], rates?: [{product_id, entitled, rate_type?, billing_frequency?,
    pricing_group_values?: {}}]}`; the fiat is USD if left out, amounts are in its stored unit (cents for USD).
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
    pricing_group_key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateCard:
    """A rate card as far as packages care. Units: `conversions` in the stored unit of the fiat."""

    id: str
    fiat_credit_type_id: str
    conversions: Mapping[str, int | Decimal]


def seed(tx: Transaction, references: Iterable[SeededReference]) -> None:
    """Make the store hold these references as given; what is there already and equal is not written again.

    Raises: ValueError for an unknown kind, TypeError or KeyError for a body that lacks what its kind needs.
    """
    connection = tx.connection
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
            _product(reference.id, reference.name, reference.body)


def find_product(connection: sqlite3.Connection, product_id: str) -> Product | None:
    """The product with this id, its type in upper case."""
    row = _stored(connection, ReferenceKind.PRODUCT, product_id)
    if row is None:
        return None
    name, body = row
    return _product(product_id, name, as_object(parse_json(body)))


def find_rate_card(connection: sqlite3.Connection, rate_card_id: str) -> RateCard | None:
    """The rate card with this id."""
    row = _stored(connection, ReferenceKind.RATE_CARD, rate_card_id)
    return None if row is None else _rate_card(rate_card_id, as_object(parse_json(row[1])))


def credit_type_name(connection: sqlite3.Connection, credit_type_id: str) -> str | None:
    """The name of the pricing unit with this id; USD is in every environment."""
    if credit_type_id == USD_CREDIT_TYPE_ID:
        return USD_NAME
    row = _stored(connection, ReferenceKind.CREDIT_TYPE, credit_type_id)
    return None if row is None else row[0]


def has_custom_field_key(connection: sqlite3.Connection, entity: str, key: str) -> bool:
    """Whether the key is registered for the entity."""
    query = "SELECT 1 FROM custom_field_keys WHERE entity = ? AND key = ?"
    return connection.execute(query, (entity, key)).fetchone() is not None


def rate_cards_behind(connection: sqlite3.Connection, alias: str) -> tuple[str, ...]:
    """Every rate card that ever has this alias; which one a contract gets depends on the contract's start."""
    query = "SELECT rate_card_id FROM rate_card_aliases WHERE alias = ? ORDER BY rate_card_id"
    return tuple(rate_card_id for (rate_card_id,) in connection.execute(query, (alias,)))


def priced_frequencies(
    connection: sqlite3.Connection, rate_card_ids: Iterable[str], product_id: str
) -> frozenset[str]:
    """The billing frequencies at which a product has a rate on any of these cards; "" for usage rates."""
    query = "SELECT billing_frequency FROM rates WHERE rate_card_id = ? AND product_id = ?"
    return frozenset(
        frequency
        for rate_card_id in rate_card_ids
        for (frequency,) in connection.execute(query, (rate_card_id, product_id))
    )


def _stored(connection: sqlite3.Connection, kind: ReferenceKind, reference_id: str) -> tuple[str, str] | None:
    query = "SELECT name, body FROM prerequisites WHERE kind = ? AND id = ?"
    row: tuple[str, str] | None = connection.execute(query, (kind.value, reference_id)).fetchone()
    return row


def _product(product_id: str, name: str, body: JsonObject) -> Product:
    keys = tuple(_as_text(key) for key in as_list(body.get("pricing_group_key", [])))
    return Product(product_id, name, _text(body, "type").upper(), keys)


def _rate_card(rate_card_id: str, body: JsonObject) -> RateCard:
    fiat = body.get("fiat_credit_type_id")
    return RateCard(
        rate_card_id,
        USD_CREDIT_TYPE_ID if fiat is None else _as_text(fiat),
        {
            _text(each, "custom_credit_type_id"): _as_number(each["fiat_per_custom_credit"])
            for each in _objects(body, "credit_type_conversions")
        },
    )


def _seed_rate_card(connection: sqlite3.Connection, card: SeededReference) -> None:
    _rate_card(card.id, card.body)
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


def _as_number(value: JsonValue) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{value!r} is not a number")
    return value
