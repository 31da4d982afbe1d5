"""What the file adapters share: bounded reads, whole-file replacement, and OSErrors as one-line faults.

Comes in: paths and bytes. Goes out: bytes, or EnvironmentFault with the path and the system's own words.
Never here: file formats. A reader sees the old file or the new one, never half of one.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from pkgplan.errors import EnvironmentFault

MEBIBYTE = 1024 * 1024


def disk_fault(path: Path, problem: str, error: OSError) -> EnvironmentFault:
    """The fault that an OSError is: `"<path>" <problem>: <reason>`."""
    reason = (error.strerror or str(error)).lower()
    return EnvironmentFault(f'"{path}" {problem}: {reason}')


def open_regular(path: Path, flags: int) -> int:
    """Open a file, but not a directory, pipe or device in its place; raises OSError or EnvironmentFault."""
    # Without O_NONBLOCK, opening a pipe would wait for somebody at its other end.
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise EnvironmentFault(f'"{path}" is not a regular file')
    return descriptor


def read_descriptor(descriptor: int, path: Path, *, limit: int) -> bytes:
    """The whole content of an open file. Units: `limit` in bytes; raises EnvironmentFault beyond it."""
    size = os.fstat(descriptor).st_size
    if size <= limit:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(size + 1)
        if len(content) <= limit:
            return content
    raise EnvironmentFault(f'"{path}" is larger than {limit // MEBIBYTE} MiB')


def read_file(path: Path, *, limit: int) -> bytes | None:
    """The content of a file, None if there is none. Units: `limit` in bytes.

    Raises:
        EnvironmentFault: it cannot be read, is no regular file, or is larger than `limit`.
    """
    try:
        descriptor = open_regular(path, os.O_RDONLY)
        try:
            return read_descriptor(descriptor, path, limit=limit)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_fault(path, "cannot be read", error) from None


def replace_file(path: Path, content: bytes) -> None:
    """Write a file as a whole and durably: after a crash there is the old content or the new.

    A symbolic link is followed, a file that was there keeps its mode, and the folder is made if need be.

    Raises:
        EnvironmentFault: it cannot be written, or is there and no regular file; nothing has changed then.
    """
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".pkgplan-{secrets.token_hex(8)}.tmp")
    try:
        if target.exists() and not target.is_file():
            raise EnvironmentFault(f'"{path}" is not a regular file')
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            if target.exists():
                os.fchmod(descriptor, stat.S_IMODE(target.stat().st_mode))
            write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise disk_fault(path, "cannot be written", error) from None
    finally:
        with suppress(OSError):
            draft.unlink()


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte; raises OSError when the disk takes no more."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
