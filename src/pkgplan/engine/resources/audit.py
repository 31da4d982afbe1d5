"""Who did what: one entry for each thing that a call made, changed or archived.

Comes in: a transaction and what happened. Goes out: entries in the API's shape.
Never here: bodies of requests, tokens, or calls that were refused.
Source: GET /v1/auditLogs, SDK type `AuditLogListResponse`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from pydantic import StrictStr, model_validator

from pkgplan.engine.fields import AnyInstant
from pkgplan.engine.instants import from_text, to_api_text, to_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import decoded, encoded, no_cursor, page_of
from pkgplan.engine.payloads.query import PageQuery
from pkgplan.model.canonical import as_list, compact, parse_json
from pkgplan.model.timeline import END

if TYPE_CHECKING:
    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.canonical import JsonObject, JsonValue


def record(tx: Transaction, action: str, resource_type: str, resource_id: str, description: str = "") -> None:
    """Write down that something was done, in the transaction in which it was done.

    Args:
        tx: of the call.
        action: `create`, `archive`, `update`, ...
        resource_type: the kind of thing in the API's words, `package`, `contract`, `rate_card`, ...
        resource_id: of the thing.
        description: for people; nothing secret.
    """
    request: JsonObject = {"id": tx.origin.request_id or _fresh()}
    if tx.origin.ip is not None:
        request["ip"] = tx.origin.ip
    if tx.origin.user_agent is not None:
        request["user_agent"] = tx.origin.user_agent
    tx.connection.execute(
        "INSERT INTO audit_log (id, timestamp, action, resource_type, resource_id, description, request)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (_fresh(), to_text(tx.now), action, resource_type, resource_id, description, compact(request)),
    )


def _fresh() -> str:
    """Ids of entries are no ids of things: whoever makes those predictable does not want gaps in them."""
    return str(uuid.uuid4())


class AuditQuery(PageQuery):
    """Which entries to list."""

    starting_on: AnyInstant | None = None
    ending_before: AnyInstant | None = None
    sort: Literal["date_asc", "date_desc"] = "date_asc"
    resource_id: StrictStr | None = None
    resource_type: StrictStr | None = None

    @model_validator(mode="after")
    def _go_together(self) -> AuditQuery:
        if (self.resource_id is None) != (self.resource_type is None):
            raise ValueError("must have both of resource_type and resource_id, or neither")
        if self.next_page is not None and (self.starting_on or self.ending_before):
            raise ValueError("must not have starting_on or ending_before next to next_page")
        return self


class _Position(NamedTuple):
    """A place between entries: they are in the order of time, and of their numbers within one instant."""

    timestamp: str
    seq: int

    @classmethod
    def of(cls, value: JsonValue) -> _Position:
        """The place that a cursor names; raises TypeError or ValueError for anything else."""
        timestamp, seq = as_list(value)
        if not isinstance(timestamp, str) or isinstance(seq, bool) or not isinstance(seq, int):
            raise TypeError("not a place between entries")
        if not -1 <= seq < 2**63:
            raise ValueError("not the number of an entry")
        return cls(timestamp, seq)


@dataclass(frozen=True, slots=True)
class _Range:
    """The entries between two places. Its cursor is what a reader has not seen yet of what was asked for first, so
    that a reader who comes back later gets what was written meanwhile.
    """

    above: _Position
    below: _Position

    @classmethod
    def of(cls, query: AuditQuery) -> _Range:
        if query.next_page is None:
            start = "" if query.starting_on is None else to_text(query.starting_on)
            end = to_text(END if query.ending_before is None else query.ending_before)
            return cls(_Position(start, -1), _Position(end, -1))
        try:
            above, below = as_list(decoded(query.next_page))
            return cls(_Position.of(above), _Position.of(below))
        except (TypeError, ValueError):
            raise no_cursor("querystring/next_page") from None

    def cursor(self) -> str:
        return encoded([[*self.above], [*self.below]])

    def without(self, last: _Position, sort: str) -> _Range:
        """What is left when everything up to the last one shown was seen."""
        return replace(self, above=last) if sort == "date_asc" else replace(self, below=last)


def _list(tx: Transaction, request: Request) -> JsonObject:
    query: AuditQuery = request.query
    limit = page_of(query.limit, None).limit
    asked = _Range.of(query)
    rows = tx.connection.execute(
        f"{_SELECT[query.resource_id is not None]} {_ORDER[query.sort]} LIMIT :limit",
        {
            "type": query.resource_type,
            "id": query.resource_id,
            "above": asked.above.timestamp,
            "above_seq": asked.above.seq,
            "below": asked.below.timestamp,
            "below_seq": asked.below.seq,
            "limit": limit,
        },
    ).fetchall()
    rest = asked.without(_Position(*rows[-1][:2]), query.sort) if rows else asked
    # Documented: the cursor is always there, so that a reader can ask again later.
    return {"data": [_shown(row) for row in rows], "next_page": rest.cursor()}


def _shown(row: tuple[Any, ...]) -> JsonObject:
    timestamp, _, entry_id, action, resource_type, resource_id, description, request = row
    described = {"description": description} if description else {}
    return {
        "id": entry_id,
        "timestamp": to_api_text(from_text(timestamp)),
        "action": action,
        "resource_type": resource_type,
        "resource_id": resource_id,
        **described,
        "request": parse_json(request),
        "status": "success",
    }


_COLUMNS: Final = (
    "SELECT timestamp, seq, id, action, resource_type, resource_id, description, request FROM audit_log"
    " WHERE (timestamp, seq) > (:above, :above_seq) AND (timestamp, seq) < (:below, :below_seq)"
)
_SELECT: Final = {
    False: _COLUMNS,
    True: f"{_COLUMNS} AND resource_type = :type AND resource_id = :id",
}
_ORDER: Final = {
    "date_asc": "ORDER BY timestamp, seq",
    "date_desc": "ORDER BY timestamp DESC, seq DESC",
}

OPERATIONS: Final = (
    Operation("audit.list", "GET", "/v1/auditLogs", "Get audit logs", _list, query=AuditQuery),
)
