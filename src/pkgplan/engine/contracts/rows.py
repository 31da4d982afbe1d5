"""Contracts as rows, and what is stored of one.

Comes in: contracts to store, questions by customer or package. Goes out: rows in the order of creation.
Never here: rules of provisioning, shapes of answers.

`body` of a row is a JSON object with what provisioning decided once and for all:

    name?, rate_card_id?, net_payment_terms_days?, multiplier_override_prioritization, created_by,
    scheduled_charges_on_usage_invoices?, billing_configuration_id?, spend_threshold_configuration?,
    prepaid_balance_threshold_configuration?, spend_trackers?,
    usage_statement_schedule: {frequency, day, billing_anchor_date, invoice_generation_starting_at?}
    commits, credits, recurring_commits, recurring_credits, subscriptions, overrides, scheduled_charges: [term]

Each term has the fields that `ContractV2` of the SDK gives it, with ids of its own, instants instead of offsets,
and `ending_before` left out where the contract has no end. Left out of a term, and added by each read:
`custom_fields` (they are in their own table), `contract`, `created_at`, balances, ledgers, the children of what
recurs, what rolled over from a renewed contract, billing periods. A recurring term has `starting_at`,
`ending_before?` and `anchor_date`; a subscription `quantity_schedule` and `billing_cycle_config`. A commit or credit
is there even if none of its segments lies inside the contract.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pkgplan.engine.instants import end_from_text, end_to_text, from_text, to_api_text, to_text
from pkgplan.model.canonical import JsonObject, as_object, canonical, parse_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from pkgplan.model.units import Instant

TERMS: Final = (
    "commits",
    "credits",
    "recurring_commits",
    "recurring_credits",
    "subscriptions",
    "overrides",
    "scheduled_charges",
)


@dataclass(frozen=True, slots=True)
class NewContract:
    """A contract to be stored; `custom_field_targets` maps the id of each term that can have fields to its entity."""

    contract_id: str
    customer_id: str
    package_seq: int | None
    uniqueness_key: str | None
    created_at: Instant
    starting_at: Instant
    ending_before: Instant | None
    body: JsonObject = field(repr=False)
    custom_field_targets: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class StoredContract:
    """One row. `created_at` and `archived_at` are in the API's style."""

    seq: int
    contract_id: str
    customer_id: str
    package_id: str | None
    uniqueness_key: str | None
    created_at: str
    starting_at: Instant
    ending_before: Instant | None
    archived_at: str | None
    body: JsonObject = field(repr=False)


def insert(connection: sqlite3.Connection, new: NewContract) -> int:
    """Store a contract; gives its number in the order of creation."""
    cursor = connection.execute(
        "INSERT INTO contracts (id, customer_id, package_seq, uniqueness_key, created_at, starting_at,"
        " ending_before, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.contract_id,
            new.customer_id,
            new.package_seq,
            new.uniqueness_key,
            to_api_text(new.created_at),
            to_text(new.starting_at),
            end_to_text(new.ending_before),
            canonical(new.body).decode(),
        ),
    )
    seq = cursor.lastrowid or 0
    connection.executemany(
        "INSERT INTO contract_terms (id, contract_seq, entity) VALUES (?, ?, ?)",
        [(term_id, seq, entity) for term_id, entity in new.custom_field_targets.items()],
    )
    return seq


def is_key_used(connection: sqlite3.Connection, key: str) -> bool:
    """Whether a contract, archived or not, was created under this uniqueness key."""
    row = connection.execute("SELECT 1 FROM contracts WHERE uniqueness_key = ?", (key,)).fetchone()
    return row is not None


def find(connection: sqlite3.Connection, customer_id: str, contract_id: str) -> StoredContract | None:
    """The contract of a customer, archived or not."""
    row = connection.execute(
        f"{_SELECT} WHERE c.id = ? AND c.customer_id = ?", (contract_id, customer_id)
    ).fetchone()
    return None if row is None else _stored(row)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which contracts a list call asks for; at most one of the two instants is given."""

    covering_date: Instant | None = None
    starting_at: Instant | None = None
    include_archived: bool = False


def of_customer(
    connection: sqlite3.Connection, customer_id: str, wanted: Filter, *, after: int, limit: int
) -> list[StoredContract]:
    """At most `limit` contracts of a customer, from the one after number `after`."""
    return _page(connection, "c.customer_id = ?", customer_id, wanted, after, limit)


def of_package(
    connection: sqlite3.Connection, package_seq: int, wanted: Filter, *, after: int, limit: int
) -> list[StoredContract]:
    """At most `limit` contracts that were provisioned from a package, from the one after number `after`."""
    return _page(connection, "c.package_seq = ?", package_seq, wanted, after, limit)


def set_end(connection: sqlite3.Connection, seq: int, ending_before: Instant | None) -> None:
    """Give a contract another end, or none."""
    connection.execute(
        "UPDATE contracts SET ending_before = ? WHERE seq = ?", (end_to_text(ending_before), seq)
    )


def mark_archived(connection: sqlite3.Connection, seq: int, at: Instant) -> None:
    """Record the instant of archiving."""
    connection.execute("UPDATE contracts SET archived_at = ? WHERE seq = ?", (to_api_text(at), seq))


def link(connection: sqlite3.Connection, from_contract_id: str, to_contract_id: str, kind: str) -> None:
    """Record that one contract took another one's place."""
    connection.execute(
        "INSERT INTO transitions (from_contract_id, to_contract_id, type) VALUES (?, ?, ?)",
        (from_contract_id, to_contract_id, kind),
    )


def successor_of(connection: sqlite3.Connection, contract_id: str) -> str | None:
    """The id of the contract that took this one's place."""
    query = "SELECT to_contract_id FROM transitions WHERE from_contract_id = ?"
    row = connection.execute(query, (contract_id,)).fetchone()
    return None if row is None else str(row[0])


def _page(
    connection: sqlite3.Connection, condition: str, value: object, wanted: Filter, after: int, limit: int
) -> list[StoredContract]:
    conditions, values = [condition, "c.seq > ?"], [value, after]
    if wanted.covering_date is not None:
        conditions += ["c.starting_at <= ?", "c.ending_before > ?"]
        values += [to_text(wanted.covering_date)] * 2
    if wanted.starting_at is not None:
        conditions.append("c.starting_at >= ?")
        values.append(to_text(wanted.starting_at))
    if not wanted.include_archived:
        conditions.append("c.archived_at IS NULL")
    query = f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY c.seq LIMIT ?"
    return [_stored(row) for row in connection.execute(query, (*values, limit))]


def _stored(row: Iterable[object]) -> StoredContract:
    seq, contract_id, customer_id, package_id, key, created_at, start, end, archived_at, body = row
    return StoredContract(
        seq=int(str(seq)),
        contract_id=str(contract_id),
        customer_id=str(customer_id),
        package_id=None if package_id is None else str(package_id),
        uniqueness_key=None if key is None else str(key),
        created_at=str(created_at),
        starting_at=from_text(str(start)),
        ending_before=end_from_text(str(end)),
        archived_at=None if archived_at is None else str(archived_at),
        body=as_object(parse_json(str(body))),
    )


_SELECT: Final = (
    "SELECT c.seq, c.id, c.customer_id, p.id, c.uniqueness_key, c.created_at, c.starting_at, c.ending_before,"
    " c.archived_at, c.body FROM contracts c LEFT JOIN packages p ON p.seq = c.package_seq"
)
