"""Usage events: taken in, counted once, kept under the name that they came with.

Comes in: batches of events. Goes out: nothing to clients; a customer's events to code of this process.
Never here: billable metrics, or what usage costs. An event belongs to whoever has its `customer_id` as id or ingest
alias when it is read, because "switching an ingest alias will associate all corresponding usage".
Source: POST /v1/ingest, SDK type `usage_ingest_params`; the windows of 34 days are documented there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, RootModel, StrictStr, StringConstraints

from pkgplan.engine.faults import refused
from pkgplan.engine.fields import AnyInstant, Body, FreeObject, NonEmpty
from pkgplan.engine.instants import from_text, to_text
from pkgplan.engine.operation import Operation
from pkgplan.model.canonical import JsonObject, as_object, compact, parse_json
from pkgplan.model.timeline import END

if TYPE_CHECKING:
    import sqlite3

    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.units import Instant

WINDOW: Final = timedelta(days=34)
MAX_BATCH: Final = 100
# The clock of a transaction is cut to this; an event of the same moment is not in the future.
_TICK: Final = timedelta(milliseconds=1)


class Event(Body):
    """One event; its customer may be unknown."""

    transaction_id: Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)]
    customer_id: NonEmpty
    event_type: NonEmpty
    timestamp: AnyInstant
    properties: FreeObject | None = None


class Events(RootModel[Annotated[list[Event], Field(min_length=1, max_length=MAX_BATCH)]]):
    """The bare array that the call takes."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event; `customer_id` is the id or the alias that it came with."""

    transaction_id: str
    customer_id: str
    event_type: str
    timestamp: Instant
    properties: JsonObject = field(repr=False)


def of_customer(
    connection: sqlite3.Connection,
    customer_id: str,
    *,
    event_type: str | None = None,
    starting_on: Instant | None = None,
    ending_before: Instant | None = None,
) -> list[StoredEvent]:
    """A customer's events in the order of time, those that came under an ingest alias among them.

    Args:
        connection: the store.
        customer_id: whose.
        event_type: only events of this type.
        starting_on: the earliest instant.
        ending_before: the instant before which they happened.
    """
    rows = connection.execute(
        "SELECT transaction_id, customer_id, event_type, timestamp, properties FROM events WHERE customer_id IN"
        " (SELECT :customer UNION ALL SELECT alias FROM ingest_aliases WHERE customer_id = :customer)"
        " AND (:type IS NULL OR event_type = :type) AND timestamp >= :start AND timestamp < :end"
        " ORDER BY timestamp, seq",
        {
            "customer": customer_id,
            "type": event_type,
            "start": "" if starting_on is None else to_text(starting_on),
            "end": to_text(END if ending_before is None else ending_before),
        },
    )
    return [
        StoredEvent(transaction_id, name, kind, from_text(timestamp), as_object(parse_json(properties)))
        for transaction_id, name, kind, timestamp, properties in rows
    ]


def _check_times(tx: Transaction, events: list[Event]) -> None:
    """400 for the whole batch (assumed) if one event is older than the window or in the future."""
    for number, event in enumerate(events):
        if event.timestamp < tx.now - WINDOW:
            raise refused(f"body/{number}/timestamp must not be more than {WINDOW.days} days ago")
        if event.timestamp >= tx.now + _TICK:
            raise refused(f"body/{number}/timestamp must not be in the future")


def _ingest(tx: Transaction, request: Request) -> JsonObject:
    batch: Events = request.body
    _check_times(tx, batch.root)
    for event in batch.root:
        # Whoever comes second under one transaction id is ignored, within a batch, too.
        tx.connection.execute(
            "INSERT INTO events (transaction_id, customer_id, event_type, timestamp, received_at, properties)"
            " SELECT :id, :customer, :type, :timestamp, :now, :properties WHERE NOT EXISTS"
            " (SELECT 1 FROM events WHERE transaction_id = :id AND received_at >= :window)",
            {
                "id": event.transaction_id,
                "customer": event.customer_id,
                "type": event.event_type,
                "timestamp": to_text(event.timestamp),
                "now": to_text(tx.now),
                "window": to_text(tx.now - WINDOW),
                "properties": compact(event.properties or {}),
            },
        )
    return {}


OPERATIONS: Final = (
    Operation("usage.ingest", "POST", "/v1/ingest", "Ingest events", _ingest, body=Events, writes=True),
)
