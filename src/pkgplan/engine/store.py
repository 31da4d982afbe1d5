"""The SQLite file behind the engine: opening it safely, its schema, and one transaction for each call.

Comes in: a path or ":memory:". Goes out: connections inside a transaction.
Never here: what the rows mean. A commit that returned survives SIGKILL and power loss (synchronous=FULL).
Processes on one file wait for each other (IMMEDIATE transactions, busy timeout). A file that is not ours is
recognised before anything is written to it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import EngineError
from pkgplan.engine.schema import MIGRATIONS
from pkgplan.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEMORY: Final = ":memory:"

# "pkgp" in ASCII: how a file says that it belongs to this engine.
APPLICATION_ID: Final = 0x706B6770

_RETRY_SECONDS: Final = 0.02
_ANOTHER_FILE: Final = "move the file away or name another one"
_NOT_WRITABLE: Final = "the file and its folder must be writable, also for who only reads"
_UNWRITABLE: Final = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_SIDES: Final = ("-journal", "-wal")
_NOT_A_DATABASE: Final = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
# What no file and no other process can be blamed for.
_OUR_BUGS: Final = (
    sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
)  # fmt: skip


class _Lane:
    """One connection, and the lock of the threads that share it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.connection: sqlite3.Connection | None = None


class Store:
    """One SQLite database, opened at the first call, shared by the threads of this process.

    A file has one connection for writers and one for readers, so that in this process, too, nobody who reads waits
    for a disk or for another process that has the write lock. What is in memory has one connection for both.
    """

    def __init__(self, path: Path | str, *, busy_seconds: float) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._writers = _Lane()
        self._readers = self._writers if path == MEMORY else _Lane()
        self._known: tuple[int, int] | None = None
        """The file that is open, by device and number."""

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that has the write lock from its first moment; commits, or leaves nothing."""
        with self._transaction(self._writers, "BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one snapshot and never waits for writers."""
        with self._transaction(self._readers, "BEGIN") as connection:
            yield connection

    def close(self) -> None:
        """Close the file; a later call opens it again (and an in-memory store empty)."""
        for lane in (self._readers, self._writers):
            with lane.lock:
                if lane.connection is not None:
                    lane.connection.close()
                    lane.connection = None
                self._known = None

    @contextmanager
    def _transaction(self, lane: _Lane, begin: str) -> Iterator[sqlite3.Connection]:
        with lane.lock:
            if self._known not in {None, self._file()}:
                # What is written to a file without a name is acknowledged, and lost with the last connection.
                raise self._fault(
                    "was moved or deleted while it was open", hint="put it back, then start again"
                )
            if lane.connection is None:
                lane.connection = self._opened()
                self._known = self._file()
            with self._explained(), _within(lane.connection, begin):
                yield lane.connection

    def _file(self) -> tuple[int, int] | None:
        """Which file the path stands for; None if for none, or for memory."""
        try:
            found = None if self._path == MEMORY else os.stat(self._path)  # noqa: PTH116 - ten times as quick
        except OSError:
            return None
        return None if found is None else (found.st_dev, found.st_ino)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = _primary_code(error)
            if code is None or code in _OUR_BUGS:
                raise
            if code in _NOT_A_DATABASE:
                raise self._fault(f"is damaged: {error}", hint=_ANOTHER_FILE) from error
            raise EngineError(503, f'the engine database "{self._path}" did not answer: {error}') from error

    def _opened(self) -> sqlite3.Connection:
        try:
            if self._path != MEMORY:
                self._refuse_what_sqlite_would_destroy(Path(self._path))
                Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            # Transactions are ours alone (isolation_level=None), and so is the lock between threads.
            connection = sqlite3.connect(
                self._path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            reason = (isinstance(error, OSError) and error.strerror) or str(error)
            raise self._fault(f"cannot be opened: {reason.lower()}", hint=_NOT_WRITABLE) from error
        try:
            self._patiently(lambda: self._prepare(connection))
        except sqlite3.Error as error:
            connection.close()
            code = _primary_code(error)
            problem = "is damaged" if code == sqlite3.SQLITE_CORRUPT else "cannot be used"
            hint = _NOT_WRITABLE if code in _UNWRITABLE else _ANOTHER_FILE if code in _NOT_A_DATABASE else ""
            raise self._fault(f"{problem}: {error}", hint=hint) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _refuse_what_sqlite_would_destroy(self, path: Path) -> None:
        """SQLite takes a file of one byte for an empty one, and removes a log that lies beside no file.

        The file is not opened: closing it again would drop the locks that this process has on it.

        Raises:
            EnvironmentFault: what is there is not that of a database, or of one that is to be begun.
        """
        # In this order: whoever begins a database makes its file before its log.
        beside = [name for side in _SIDES if os.path.lexists(name := f"{path}{side}")]
        if not path.exists() and beside:
            raise self._fault(
                f'is not there, but "{beside[0]}" is', hint="move that away, or put the file back"
            )
        if path.is_file() and path.stat().st_size == 1:
            raise self._fault("cannot be used: file is not a database", hint=_ANOTHER_FILE)

    def _patiently(self, step: Callable[[], None]) -> None:
        """Switching to WAL answers "locked" at once, without the busy timeout, when two processes do it."""
        give_up = time.monotonic() + self._busy_seconds
        while True:
            try:
                return step()
            except sqlite3.OperationalError as error:
                if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up:
                    raise
            time.sleep(_RETRY_SECONDS)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # One snapshot for all that is asked: between two questions another process may set the file up.
        with _within(connection, "BEGIN"):
            version = self._recognised_version(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        if _pragma(connection, "journal_mode") != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        if version < len(MIGRATIONS):
            self._migrate(connection)

    def _recognised_version(self, connection: sqlite3.Connection) -> int:
        """The schema version of a file of ours, 0 for an empty one; EnvironmentFault for all else."""
        version = int(_pragma(connection, "user_version"))
        owner = int(_pragma(connection, "application_id"))
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if owner != APPLICATION_ID and (tables or version or owner):
            raise self._fault("belongs to another program", hint=_ANOTHER_FILE)
        if version > len(MIGRATIONS):
            raise self._fault(
                f"has schema version {version}, newer than this pkgplan's {len(MIGRATIONS)}",
                hint="use the newer pkgplan that wrote it",
            )
        return version

    def _migrate(self, connection: sqlite3.Connection) -> None:
        with _within(connection, "BEGIN IMMEDIATE"):
            # Again, now under the lock: another process may have been quicker.
            for script in MIGRATIONS[self._recognised_version(connection) :]:
                for statement in script.split(";"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _fault(self, problem: str, *, hint: str = "") -> EnvironmentFault:
        return EnvironmentFault(f'the engine database "{self._path}" {problem}', hint=hint)


@contextmanager
def _within(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Commit what is done inside, or roll all of it back; a failed COMMIT counts as not done."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _primary_code(error: sqlite3.Error) -> int | None:
    """The result code of SQLite without its extension; None if Python raised the error."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _pragma(connection: sqlite3.Connection, name: str) -> str:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return str(value)
