"""Who did what: one entry for each thing that a call made, changed or archived.

Comes in: a transaction and what happened. Goes out: entries in the API's shape.
Never here: bodies of requests, tokens, or calls that were refused.
Source: GET /v1/auditLogs, SDK type `AuditLogListResponse`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.instants import to_text
from pkgplan.model.canonical import compact

if TYPE_CHECKING:
    from pkgplan.engine.operation import Operation, Transaction
    from pkgplan.model.canonical import JsonObject


def record(tx: Transaction, action: str, resource_type: str, resource_id: str, description: str = "") -> None:
    """Write down that something was done, in the transaction in which it was done.

    Args:
        tx: of the call.
        action: `create`, `archive`, `update`, ...
        resource_type: the kind of thing in the API's words, `package`, `contract`, `rate_card`, ...
        resource_id: of the thing.
        description: for people; nothing secret.
    """
    request: JsonObject = {"id": tx.origin.request_id or tx.new_id()}
    if tx.origin.ip is not None:
        request["ip"] = tx.origin.ip
    if tx.origin.user_agent is not None:
        request["user_agent"] = tx.origin.user_agent
    tx.connection.execute(
        "INSERT INTO audit_log (id, timestamp, action, resource_type, resource_id, description, request)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (tx.new_id(), to_text(tx.now), action, resource_type, resource_id, description, compact(request)),
    )


OPERATIONS: Final[tuple[Operation, ...]] = ()
