"""The state log as a file: one JSON object a line, appended durably, one writer at a time.

Comes in: a path, entries. Goes out: entries whose chain was verified, or StateCorrupt with file and line.
Never here: what entries mean; rewriting a line that was acknowledged; a lock held beyond one read or append.

What may follow the last whole line is the beginning of one that a killed process was writing. It is
recognised by how an entry with the next serial begins, ignored by `read`, and cut off by the next `append`;
any other unfinished line is somebody else's file, and left alone. A whole entry that lacks only its newline
counts, because an editor may have stripped it from an entry that was acknowledged.

What editors and git do to files without changing an entry is no damage: a byte order mark, CR LF, and white space
between the entries or behind the last one. The digests cover what the entries say, so the chain still proves them;
`append` drops the white space behind the last entry and touches nothing before it. White space alone proves nothing.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pkgplan.adapters.disk import (
    MEBIBYTE,
    disk_fault,
    open_regular,
    read_descriptor,
    sync_folder,
    write_all,
)
from pkgplan.adapters.state_damage import RESTORE, explained, parse_line
from pkgplan.errors import EnvironmentFault, StateCorrupt, StateMoved
from pkgplan.model.artefacts import MARK
from pkgplan.model.canonical import compact, parse_json
from pkgplan.model.log import Head, LogEntry, verify_chain
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LOG_BYTES: Final = 1024 * MEBIBYTE
MAX_TAIL_BYTES: Final = 128 * MEBIBYTE
TAIL_BLOCK_BYTES: Final = 64 * 1024
LOCK_POLL_SECONDS: Final = 0.02
REPLAN: Final = "make a new plan on the state as it is now"
EMPTIED: Final = "the file holds white space and no entry; no pkgplan leaves a log like that"
_BLANK: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class _Tail:
    """How a log ends: its last entry, and where what counts ends. Units: bytes."""

    last: LogEntry | None
    size: int
    has_newline: bool


@dataclass(frozen=True, slots=True)
class FileStateLog:
    """A `StateLog` in a file. Units: `lock_seconds`, how long a read or append waits for another one."""

    path: Path
    lock_seconds: float = 10

    def read(self) -> tuple[LogEntry, ...]:
        """Every entry, the chain verified; empty if there is no file.

        Raises:
            StateCorrupt: a line was damaged, edited, removed, added or swapped; names file and line.
            EnvironmentFault: the file cannot be read, or stays locked.
        """
        try:
            with self._locked(os.O_RDONLY, fcntl.LOCK_SH) as descriptor:
                content = read_descriptor(descriptor, self.path, limit=MAX_LOG_BYTES)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise disk_fault(self.path, "cannot be read", error) from None
        return self._entries(content)

    def append(self, entry: LogEntry) -> None:
        """Make an entry durable if its predecessor is still the head; reads only the end of the file.

        Raises:
            StateMoved: another entry was appended first, or the file was put back to an older one.
            StateCorrupt: the end of the file is not an entry.
            EnvironmentFault: no space, no permission, or locked for too long; nothing was recorded then.
        """
        try:
            existed = self.path.exists()
            self._target().parent.mkdir(parents=True, exist_ok=True)
            with self._locked(os.O_RDWR | os.O_CREAT | os.O_APPEND, fcntl.LOCK_EX) as descriptor:
                try:
                    self._append(descriptor, entry)
                finally:
                    # Still under the lock: whoever waits for it will see that the name is gone and open anew.
                    if not existed and os.fstat(descriptor).st_size == 0:
                        self._target().unlink(missing_ok=True)
        except OSError as error:
            raise disk_fault(self.path, "cannot be appended to, nothing was recorded", error) from None

    def _append(self, descriptor: int, entry: LogEntry) -> None:
        tail = self._tail(descriptor)
        head = Head() if tail.last is None else tail.last.head
        if head != Head(entry.serial - 1, entry.prev):
            raise _moved(self.path, tail.last, entry)
        os.ftruncate(descriptor, tail.size)
        line = ("" if tail.has_newline else "\n") + compact(entry.to_json()) + "\n"
        try:
            write_all(descriptor, line.encode())
            os.fsync(descriptor)
            if tail.size == 0:
                sync_folder(self._target().parent)
        except BaseException:
            self._take_back(descriptor, tail.size)
            raise

    def _take_back(self, descriptor: int, size: int) -> None:
        try:
            os.ftruncate(descriptor, size)
            os.fsync(descriptor)
        except OSError as error:
            problem = "failed in the middle of an append, and the entry may or may not be in it"
            raise disk_fault(self.path, problem, error) from None

    def _entries(self, content: bytes) -> tuple[LogEntry, ...]:
        entries: list[LogEntry] = []
        at = 1

        def parsed() -> Iterator[LogEntry]:
            nonlocal at
            for number, line in enumerate(BytesIO(content), start=1):
                if not line.removeprefix(MARK).strip(_BLANK):
                    continue
                if not line.endswith(b"\n") and _is_torn(line, serial=len(entries) + 1):
                    return
                at = number
                entry = parse_line(line)
                yield entry
                entries.append(entry)
            if content and not entries:
                raise StateCorrupt(EMPTIED)

        try:
            verify_chain(parsed())
        except StateCorrupt as fault:
            raise explained(self.path, content, at, fault) from None
        return tuple(entries)

    def _tail(self, descriptor: int) -> _Tail:
        """Find the last entry from the end of the file, without reading what is before it."""
        start = os.fstat(descriptor).st_size
        content = b""
        while start > 0 and not _holds_last_entry(content):
            block = min(start, max(TAIL_BLOCK_BYTES, len(content)))
            start -= block
            content = os.pread(descriptor, block, start) + content
            if len(content) > MAX_TAIL_BYTES:
                raise StateCorrupt(f'"{self.path}" ends in a line too long for a state log', hint=RESTORE)
        line, end, has_newline = _last_line(content)
        if not line:
            if content:
                raise StateCorrupt(f'"{self.path}": {EMPTIED}', hint=RESTORE)
            return _Tail(None, 0, has_newline=True)
        if has_newline:
            return _Tail(self._parse_last(line), start + end, has_newline=True)
        before, end_before, _ = _last_line(content[: end - len(line)])
        last = self._parse_last(before) if before else None
        if _is_torn(line, serial=1 if last is None else last.serial + 1):
            return _Tail(last, start + end_before, has_newline=True)
        return _Tail(self._parse_last(line), start + end, has_newline=False)

    def _parse_last(self, line: bytes) -> LogEntry:
        try:
            return parse_line(line)
        except StateCorrupt as error:
            message = f'the last line of "{self.path}" cannot be trusted: {error.message}'
            raise StateCorrupt(message, hint=RESTORE) from None

    def _target(self) -> Path:
        # A team may link the log to a shared place; what counts is the file behind the link.
        return Path(os.path.realpath(self.path))

    @contextmanager
    def _locked(self, flags: int, lock: int) -> Iterator[int]:
        """The file, open and locked; raises OSError, or EnvironmentFault when the wait is over."""
        deadline = time.monotonic() + self.lock_seconds
        while True:
            descriptor = open_regular(self._target(), flags)
            try:
                self._lock(descriptor, lock, deadline)
                # While we waited, git or an editor may have put another file under the name.
                if _is_named(self._target(), descriptor):
                    yield descriptor
                    return
            finally:
                os.close(descriptor)

    def _lock(self, descriptor: int, lock: int, deadline: float) -> None:
        while True:
            try:
                fcntl.flock(descriptor, lock | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise EnvironmentFault(
                        f'"{self.path}" has been locked by another process for {self.lock_seconds:g} seconds',
                        hint="wait for the other pkgplan to end, then run this again",
                    ) from None
                time.sleep(LOCK_POLL_SECONDS)
            else:
                return


def _last_line(content: bytes) -> tuple[bytes, int, bool]:
    """The last line that is not blank, where it ends, its newline included, and whether it has one."""
    stripped = content.removeprefix(MARK).rstrip(_BLANK)
    if not stripped:
        return b"", 0, True
    marked = len(content) - len(content.removeprefix(MARK))
    end = marked + len(stripped)
    newline = content.find(b"\n", end)
    line = stripped[stripped.rfind(b"\n") + 1 :]
    return (line, end, False) if newline < 0 else (line, newline + 1, True)


def _holds_last_entry(content: bytes) -> bool:
    """Whether the end of a file surely holds its last entry whole: of its first line the beginning may be missing."""
    lines = [line for line in content.split(b"\n") if line.strip(_BLANK)]
    return len(lines) > (1 if content.rstrip(b" \t\r").endswith(b"\n") else 2)


def _is_torn(line: bytes, *, serial: int) -> bool:
    """Whether an unfinished line is the beginning of the entry with this serial, and not all of it."""
    beginning = b'{"serial":%d,"prev":' % serial
    if line[: len(beginning)] != beginning[: len(line)]:
        return False
    try:
        parse_json(line.decode())
    except ValueError:
        return True
    return False


def _is_named(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _moved(path: Path, last: LogEntry | None, entry: LogEntry) -> StateMoved:
    expected = f"expected entry {entry.serial - 1} to be the last"
    if last is None:
        return StateMoved(f'state log "{path}" is empty; {expected}', hint=REPLAN)
    who = f'"{last.actor}" wrote entry {last.serial} ({last.kind}) at {format_instant(last.at)}'
    return StateMoved(f'state log "{path}" moved: {who}; {expected}', hint=REPLAN)
