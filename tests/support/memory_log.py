"""A state log in memory, for tests that need the port and no disk.

Comes in and goes out: entries, kept as the lines that a file would hold, so that tests can tamper with them.
Never here: durability. Two logs over the same list are two writers of the same log.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pkgplan.errors import StateCorrupt, StateMoved
from pkgplan.model.canonical import compact, parse_json
from pkgplan.model.log import Head, LogEntry, verify_chain


@dataclass(frozen=True, slots=True)
class MemoryStateLog:
    """A `StateLog` over a list of lines."""

    lines: list[str] = field(default_factory=list)

    def read(self) -> tuple[LogEntry, ...]:
        try:
            entries = tuple(LogEntry.from_json(parse_json(line)) for line in self.lines)
        except ValueError as error:
            raise StateCorrupt(f"a line is not an entry: {error}") from None
        verify_chain(entries)
        return entries

    def append(self, entry: LogEntry) -> None:
        head = LogEntry.from_json(parse_json(self.lines[-1])).head if self.lines else Head()
        if head != Head(entry.serial - 1, entry.prev):
            raise StateMoved(f"the log is at entry {head.serial}; expected {entry.serial - 1}")
        self.lines.append(compact(entry.to_json()))
