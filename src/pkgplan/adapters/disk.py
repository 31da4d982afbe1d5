"""What the file adapters share: bounded reads, whole-file replacement, and OSErrors as one-line faults.

Comes in: paths and bytes. Goes out: bytes, or EnvironmentFault with the path and the system's own words.
Never here: file formats. A reader sees the old file or the new one, never half of one.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from pkgplan.errors import EnvironmentFault

MEBIBYTE = 1024 * 1024
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


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

    A symbolic link to a file is followed, as an editor would; one that leads nowhere is not, since whoever made it
    chose the place and not the user. A file that was there keeps its mode, and the folder is made if need be.

    Raises:
        EnvironmentFault: it cannot be written, or is there and no regular file; nothing has changed then. Or it was
            written, and may be gone if the machine fails now; the message says so.
    """
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".pkgplan-{secrets.token_hex(8)}.tmp")
    try:
        refuse_dangling(path)
        if target.exists() and not target.is_file():
            raise EnvironmentFault(f'"{path}" is not a regular file')
        _make_folder(path.parent)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            if target.exists():
                os.fchmod(descriptor, stat.S_IMODE(target.stat().st_mode))
            write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(target)
    except OSError as error:
        raise disk_fault(path, "cannot be written", error) from None
    finally:
        with suppress(OSError):
            draft.unlink()
    try:
        sync_folder(target.parent)
    except OSError as error:
        raise disk_fault(path, "was written, but may be lost if the machine fails now", error) from None


def is_file(path: str | Path) -> bool:
    """Whether there is a file, links followed; what cannot be looked at is none, a name that is too long included."""
    return os.path.isfile(path)  # noqa: PTH113 - Path's raises


def is_folder(path: str | Path) -> bool:
    """The same of a folder."""
    return os.path.isdir(path)  # noqa: PTH112 - as above


def refuse_dangling(path: Path) -> None:
    """Raise EnvironmentFault for a symbolic link that leads nowhere: nothing is made where it points to."""
    if os.path.islink(path) and not os.path.exists(path):  # noqa: PTH110, PTH114 - those of Path raise
        raise EnvironmentFault(f'"{path}" is a symbolic link that leads nowhere')


def create_file(path: Path, content: bytes) -> None:
    """Write a file that nobody wrote yet; what is there already stays, a link that leads nowhere included.

    Raises:
        OSError: it cannot be written.
    """
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        pass


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it; raises OSError or EnvironmentFault."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        refuse_dangling(folder)
        raise EnvironmentFault(f'"{folder}" is no folder') from None


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte; raises OSError when the disk takes no more."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; a file system that cannot do this for folders does it by itself, or never."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    finally:
        os.close(descriptor)
