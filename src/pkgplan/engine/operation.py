"""What an endpoint is: a value with its path, the shape of what it takes, and the function that does it.

Comes in: a parsed request and a transaction. Goes out: the body of the answer, or `EngineError`.
Never here: the endpoints themselves (`resources/`, `contracts/`), HTTP, opening transactions.
A function that raised leaves nothing behind: the transaction is rolled back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pkgplan.engine.payloads.query import NoQuery

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

    from pkgplan.engine.assumptions import Assumptions
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call came from; for the audit log and for calls that are sent twice."""

    request_id: str = ""
    idempotency_key: str | None = None
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one call may use: the store in a transaction, one instant, fresh ids, our readings.

    `now` is the present to the millisecond, which is what answers can show.
    """

    connection: sqlite3.Connection
    now: Instant
    new_id: Callable[[], str]
    assumptions: Assumptions
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Request:
    """One call's input after its shape was checked: `body` and `query` are of the operation's models."""

    body: Any = None
    query: Any = None
    path: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint.

    Args:
        name: how code and tests call it, `packages.create`; the operationId of the published description.
        method: GET, POST or PUT.
        path: with `{parameters}`.
        summary: one line for the published description.
        run: does the work inside the transaction.
        body: the model of the body; None if there is none.
        query: the model of the query; its fields are the parameters.
        writes: whether it needs the write lock. Whatever only reads sees one snapshot.
        refusals: the statuses besides 200 and 400 that the work itself may answer with.
    """

    name: str
    method: Literal["GET", "POST", "PUT"]
    path: str
    summary: str
    run: Callable[[Transaction, Request], JsonObject]
    body: type[BaseModel] | None = None
    query: type[BaseModel] = NoQuery
    writes: bool = False
    refusals: tuple[int, ...] = ()

    @property
    def takes_key(self) -> bool:
        """Whether an idempotency key makes it be done once: true of all POSTs, even of those that only read."""
        return self.method == "POST"
