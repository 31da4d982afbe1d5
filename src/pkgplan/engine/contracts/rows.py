"""Contracts as rows, and what is stored of one.

Comes in: contracts to store, questions by customer or package. Goes out: rows; those of a package in the order of
creation, those of a customer by their starts ("in chronological order", POST /v2/contracts/list).
Never here: rules of provisioning, shapes of answers.

`body` of a row is a JSON object with what provisioning decided once and for all:

    ending_before? (the first one), truncated_at? (the earliest end that it was given later),
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
from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.engine.instants import end_from_text, end_to_text, from_text, to_api_text, to_text
from pkgplan.model.canonical import JsonObject, as_object, canonical, compact, parse_own

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

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

    @property
    def truncated_at(self) -> Instant | None:
        """The earliest end that the contract ever had, if it was given another one."""
        text = self.body.get("truncated_at")
        return None if text is None else from_text(str(text))


class CohortRow(NamedTuple):
    """What a cohort shows of a contract. All instants are text of rows but for `archived_at`, which is the API's."""

    seq: int
    contract_id: str
    customer_id: str
    starting_at: str
    ending_before: str
    archived_at: str | None


def insert(connection: sqlite3.Connection, new: NewContract) -> int:
    """Store a contract; gives its number in the order of creation."""
    first = {} if new.ending_before is None else {"ending_before": to_api_text(new.ending_before)}
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
            canonical({**new.body, **first}).decode(),
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


def with_ids(connection: sqlite3.Connection, contract_ids: Iterable[str]) -> dict[str, StoredContract]:
    """Contracts by id, archived or not."""
    found = map(_stored, connection.execute(_WITH_IDS, (compact([*contract_ids]),)))
    return {each.contract_id: each for each in found}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which contracts a list call asks for; at most one of the two instants is given."""

    covering_date: Instant | None = None
    starting_at: Instant | None = None
    include_archived: bool = False


def of_customer(
    connection: sqlite3.Connection, customer_id: str, wanted: Filter, *, after: int, limit: int
) -> Iterator[StoredContract]:
    """At most `limit` contracts of a customer by their starts, from the one after number `after`."""
    conditions, values = _conditions(wanted)
    if after:
        conditions.append("(c.starting_at, c.seq) > (SELECT starting_at, seq FROM contracts WHERE seq = ?)")
        values.append(after)
    query = f"{_SELECT} WHERE {' AND '.join(['c.customer_id = ?', *conditions])} ORDER BY c.starting_at, c.seq LIMIT ?"
    return (_stored(row) for row in connection.execute(query, (customer_id, *values, limit)))


def of_package(
    connection: sqlite3.Connection, package_seq: int, wanted: Filter, *, after: int, limit: int
) -> list[CohortRow]:
    """At most `limit` contracts that were provisioned from a package, from the one after number `after`.

    All that filters ask for is in the index; of contracts that they leave out nothing else is read.
    """
    conditions, values = _conditions(wanted)
    query = f"{_COHORT} WHERE {' AND '.join(['c.package_seq = ?', 'c.seq > ?', *conditions])} ORDER BY c.seq LIMIT ?"
    return [CohortRow(*row) for row in connection.execute(query, (package_seq, after, *values, limit))]


def set_end(connection: sqlite3.Connection, stored: StoredContract, end: Instant | None) -> None:
    """Give a contract another end, or none; the earliest one is remembered."""
    body, truncated = stored.body, stored.truncated_at
    if end is not None and (truncated is None or end < truncated):
        body = {**body, "truncated_at": to_api_text(end)}
    connection.execute(
        "UPDATE contracts SET ending_before = ?, body = ? WHERE seq = ?",
        (end_to_text(end), canonical(body).decode(), stored.seq),
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


def _conditions(wanted: Filter) -> tuple[list[str], list[object]]:
    conditions: list[str] = []
    values: list[object] = []
    if wanted.covering_date is not None:
        conditions += ["c.starting_at <= ?", "c.ending_before > ?"]
        values += [to_text(wanted.covering_date)] * 2
    if wanted.starting_at is not None:
        conditions.append("c.starting_at >= ?")
        values.append(to_text(wanted.starting_at))
    if not wanted.include_archived:
        conditions.append("c.archived_at IS NULL")
    return conditions, values


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
        body=as_object(parse_own(str(body))),
    )


_SELECT: Final = (
    "SELECT c.seq, c.id, c.customer_id, p.id, c.uniqueness_key, c.created_at, c.starting_at, c.ending_before,"
    " c.archived_at, c.body FROM contracts c LEFT JOIN packages p ON p.seq = c.package_seq"
)
_WITH_IDS: Final = _SELECT + " WHERE c.id IN (SELECT value FROM json_each(?))"  # noqa: S608 - two constants
_COHORT: Final = (
    "SELECT c.seq, c.id, c.customer_id, c.starting_at, c.ending_before, c.archived_at FROM contracts c"
)
