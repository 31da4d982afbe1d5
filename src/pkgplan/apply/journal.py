"""The log while it is being written: appends, and the state that follows from them.

Comes in: a `StateLog` and who writes. Goes out: state after each append.
Never here: calls to the environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.errors import StateMoved
from pkgplan.model.log import Head, LogEntry
from pkgplan.model.record import Folding, fold

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.record import State
    from pkgplan.ports import Clock, StateLog


class Journal:
    """One writer's view of the log; fails with StateMoved as soon as somebody else has written."""

    def __init__(self, log: StateLog, clock: Clock, actor: str) -> None:
        self._log = log
        self._clock = clock
        self._actor = actor
        self._folding = Folding()
        self._last: LogEntry | None = None
        for entry in log.read():
            self._take(entry)

    @property
    def now(self) -> Folding:
        """What the log says as of the last append, for single questions."""
        return self._folding

    @property
    def state(self) -> State:
        """All of it, as a value; costs as much as there are versions."""
        return self._folding.state()

    def copied(self) -> Folding:
        """The log folded once more, for what would be if another entry came; reads it again."""
        folding = Folding()
        for entry in self._log.read():
            folding.take(entry)
        return folding

    @property
    def head(self) -> Head:
        """The last entry."""
        return self._folding.head

    @property
    def last(self) -> LogEntry | None:
        """The last entry itself; None for a log that has none."""
        return self._last

    def refuse_moved(self) -> None:
        """Raise StateMoved if somebody has written since the log was read."""
        entries = self._log.read()
        head = entries[-1].head if entries else Head()
        if head != self._folding.head:
            raise StateMoved(
                f"the state log is now at entry {head.serial}; it was read at entry {self._folding.head.serial}",
                hint="make a new plan on the state as it is now",
            )

    def before_run(self) -> State:
        """The state on which the last run began, whoever has resumed it since; reads the log once more."""
        entries = self._log.read()
        starts = (entry for entry in entries if entry.kind == "run_started" and not entry.body.get("resumed"))
        begun = max((entry.serial for entry in starts), default=0)
        return fold(entry for entry in entries if entry.serial < begun)

    def open(self, lineage: str, environment: str, namespace: str) -> None:
        """Begin a log that has no entry yet."""
        self.append("genesis", {"lineage": lineage, "environment": environment, "namespace": namespace})

    def append(self, kind: str, body: JsonObject) -> None:
        """Make an entry durable, then fold it in."""
        entry = LogEntry.following(
            self._folding.head, kind=kind, body=body, at=self._clock.now(), actor=self._actor
        )
        self._log.append(entry)
        self._take(entry)

    def _take(self, entry: LogEntry) -> None:
        self._folding.take(entry)
        self._last = entry
