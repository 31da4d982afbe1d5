"""What a package needs to know of what must exist before it: rate cards, which prices they have, units by id.

Comes in: ids, aliases. Goes out: lookups for admission. Never here: products and custom field keys, which their own
modules look up, and writing (`seeding.py`, `resources/`).
Source: the field descriptions of POST /v1/packages/create (rate, key must match) and of rate cards.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pkgplan.model.canonical import as_object, compact, parse_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

USD_NAME: Final = "USD (cents)"


@dataclass(frozen=True, slots=True)
class RateCard:
    """A rate card as far as packages care. Units: `conversions` in the stored unit of the fiat."""

    id: str
    fiat_credit_type_id: str
    conversions: Mapping[str, Decimal]


def find_rate_card(connection: sqlite3.Connection, rate_card_id: str) -> RateCard | None:
    """The rate card with this id, archived or not."""
    row = connection.execute("SELECT body FROM rate_cards WHERE id = ?", (rate_card_id,)).fetchone()
    if row is None:
        return None
    body: Any = as_object(parse_json(row[0]))
    return RateCard(
        rate_card_id,
        body["fiat_credit_type"]["id"],
        {
            each["custom_credit_type"]["id"]: Decimal(each["fiat_per_custom_credit"])
            for each in body["credit_type_conversions"]
        },
    )


def rate_cards_behind(connection: sqlite3.Connection, alias: str) -> tuple[str, ...]:
    """Every rate card that ever has this alias; which one a contract gets depends on the contract's start."""
    query = (
        "SELECT DISTINCT c.id FROM rate_card_windows w JOIN rate_cards c ON c.seq = w.rate_card_seq"
        " WHERE w.alias = ? AND w.live = 1 ORDER BY c.id"
    )
    return tuple(rate_card_id for (rate_card_id,) in connection.execute(query, (alias,)))


def priced_frequencies(
    connection: sqlite3.Connection, rate_card_ids: Iterable[str], product_id: str
) -> frozenset[str]:
    """The billing frequencies at which a product has a rate on any of these cards; "" for usage rates."""
    query = (
        "SELECT DISTINCT billing_frequency FROM rate_card_rates"
        " WHERE rate_card_id IN (SELECT value FROM json_each(?)) AND product_id = ?"
    )
    rows = connection.execute(query, (compact([*rate_card_ids]), product_id))
    return frozenset(frequency for (frequency,) in rows)
