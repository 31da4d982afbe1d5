"""The embedded engine: finds the operation, checks its input, gives it one transaction.

Comes in: the name of an operation, bodies and queries as JSON values. Goes out: the body of the answer.
Never here: what an operation does, HTTP, SQL, or reading the real clock. A call that raised did nothing.
"""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final, Self

from pkgplan.engine import idempotency, seeding
from pkgplan.engine.aliases import PACKAGES, owner_behind
from pkgplan.engine.assumptions import DEFAULTS, Assumptions
from pkgplan.engine.faults import EngineError
from pkgplan.engine.operation import Operation, Origin, Request, Transaction
from pkgplan.engine.payloads import parse
from pkgplan.engine.registry import OPERATIONS
from pkgplan.engine.store import Store

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

    from pkgplan.engine.seeding import SeededReference
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.units import Instant
    from pkgplan.ports import Clock

BUSY_SECONDS: Final = 30.0


def random_id() -> str:
    """A fresh id, as the API makes them."""
    return str(uuid.uuid4())


class Engine:
    """An offline Metronome environment in one file, or in memory with ":memory:".

    Args:
        path: the SQLite file; its folder is created at the first call.
        clock: gives every call its one instant.
        assumptions: our readings of what the vendor does not document.
        new_id: makes ids; tests may make them predictable.
        busy_seconds: how long a call waits for another process before it answers 503.

    Every call raises EngineError, or EnvironmentFault if the file cannot be opened or is not ours.
    """

    def __init__(
        self,
        path: Path | str,
        clock: Clock,
        assumptions: Assumptions = DEFAULTS,
        *,
        new_id: Callable[[], str] = random_id,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self._store = Store(path, busy_seconds=busy_seconds)
        self._clock = clock
        self._assumptions = assumptions
        self._new_id = new_id
        self._under_way: set[str] = set()
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the next call opens it again. What is in memory is gone."""
        self._store.close()

    def seed(self, references: Iterable[SeededReference]) -> None:
        """Make prerequisites exist as given; repeating it changes nothing."""
        with self._store.writing() as connection:
            seeding.seed(self._transaction(connection, Origin()), references)

    def call(
        self,
        name: str,
        body: JsonValue = None,
        *,
        query: JsonObject | None = None,
        path: Mapping[str, str] | None = None,
        origin: Origin = Origin(),  # noqa: B008 - frozen
    ) -> JsonObject:
        """One call of the API: the body of its 200, or EngineError with the status and body of a refusal.

        Args:
            name: of the operation, `packages.create`.
            body: JSON as the client sent it.
            query: the query parameters by name.
            path: the values of the parameters in the path.
            origin: who asks; with an idempotency key the call is done once and answered alike.
        """
        operation = OPERATIONS[name]
        request = Request(
            None if operation.body is None else parse(operation.body, body),
            parse(operation.query, query or {}, place="querystring"),
            path or {},
        )
        if operation.takes_key and origin.idempotency_key is not None:
            content = idempotency.content_of(name, body, query or {}, {**(path or {})})
            with self._alone(origin.idempotency_key):
                return self._once(operation, request, content, origin)
        with self._store.writing() if operation.writes else self._store.reading() as connection:
            return operation.run(self._transaction(connection, origin), request)

    def resolve_alias(self, alias: str, at: Instant) -> str | None:
        """The id of the package that a contract starting at an instant would get; None if nobody is there."""
        with self._store.reading() as connection:
            return owner_behind(connection, PACKAGES, alias, at)

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A snapshot of the store, for what shows more than one call would."""
        return self._store.reading()

    def _once(self, operation: Operation, request: Request, content: str, origin: Origin) -> JsonObject:
        """Do the work, or give the result of the call that did it; a refusal is a result, too."""
        key = origin.idempotency_key or ""
        with self._store.writing() as connection:
            transaction = self._transaction(connection, origin)
            try:
                result = idempotency.stored(connection, key, content, transaction.now)
            except LookupError:
                connection.execute("SAVEPOINT work")
                try:
                    result = operation.run(transaction, request)
                except EngineError as error:
                    connection.execute("ROLLBACK TO work")
                    result = error
                idempotency.store(connection, key, content, transaction.now, result)
        if isinstance(result, EngineError):
            raise result
        return result

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """409 for a second call under a key while the first is still under way in this process.

        In another process it waits for the write lock, and gets what the first was answered.
        """
        idempotency.check_key(key)
        with self._lock:
            if key in self._under_way:
                raise idempotency.UnderWay
            self._under_way.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(key)

    def _transaction(self, connection: sqlite3.Connection, origin: Origin) -> Transaction:
        now = self._clock.now()
        rounded = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return Transaction(connection, rounded, self._new_id, self._assumptions, origin)
