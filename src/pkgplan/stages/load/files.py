"""A catalog folder becomes documents and diagnostics.

Comes in: the folder. Goes out: every sound catalog file, and a diagnostic for each one that is not, so that
no file leaves the plan without a word.
Never here: writing, waiting (pipes and devices are refused unopened), reading more than 1 MiB of a file, or
following a link out of the catalog: its lines would be shown in public diagnostics.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pkgplan.errors import NoCatalog, UsageFault
from pkgplan.model.catalog.lock_file import FOLDER, SUFFIX
from pkgplan.model.diagnostics import START_OF_FILE, Diagnostic, Location, Rule, in_order
from pkgplan.model.rules import TOO_LARGE, UNREADABLE_FILE
from pkgplan.model.system_text import as_path, as_text
from pkgplan.stages.load.decode import displayable
from pkgplan.stages.load.document import read_document
from pkgplan.stages.load.json_document import read_json_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.source import SourceFile

MAX_BYTES: Final = 1 << 20
# A lock file has a line for each name of the catalog.
MAX_LOCK_BYTES: Final = 16 << 20
_SUFFIXES: Final = (".yaml", ".yml")
NOT_CATALOG: Final = frozenset({FOLDER, "state"})


class _Refused(Exception):
    """A file that is not read, and why."""

    def __init__(self, rule: Rule, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def is_catalog_name(name: str) -> bool:
    """Whether a file of this name is read, unless it is hidden."""
    return name.lower().endswith(_SUFFIXES)


def load(root: Path) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """Read every catalog file (*.yaml, *.yml) below a folder, in the order of their paths.

    Skipped: names that begin with a dot, and the folders `state` and `environments` at the top.
    A linked file is read if it stays within the catalog; a linked folder is refused, as it could be a circle.
    Raises: UsageFault if the folder is none or cannot be listed.
    """
    _demand_folder(root)
    top = Path(os.path.realpath(root))
    sources: list[SourceFile] = []
    found: list[Diagnostic] = []
    for path, refused in sorted(_walk(top), key=lambda entry: entry[0]):
        if refused is not None:
            found.append(refused)
            continue
        try:
            content = _read(top, path)
        except _Refused as refusal:
            found.append(_diagnostic(refusal.rule, path, refusal.message))
            continue
        source, diagnostics = read_document(path, content)
        found += diagnostics
        if source is not None:
            sources.append(source)
    return tuple(sources), in_order(found)


def lock_files(root: Path) -> tuple[str, ...]:
    """The paths of all lock files of a catalog, by name, also of those that are no regular files."""
    try:
        names = os.listdir(root / FOLDER)  # noqa: PTH208 - names are all that is needed
    except OSError:
        return ()
    return tuple(sorted(f"{FOLDER}/{name}" for name in names if name.endswith(SUFFIX) and name.isprintable()))


def load_lock(root: Path, path: str) -> tuple[SourceFile | None, tuple[Diagnostic, ...]]:
    """Read one lock file; neither a document nor a diagnostic if there is none."""
    top = Path(os.path.realpath(root))
    if not os.path.lexists(top / path):
        return None, ()
    try:
        content = _read(top, path, limit=MAX_LOCK_BYTES)
    except _Refused as refusal:
        return None, (_diagnostic(refusal.rule, path, refusal.message),)
    return read_json_document(path, content)


def read_text(root: Path, path: str) -> str | None:
    """The text of a catalog file for showing its lines, also if it is broken; None if there is none.

    A file that is neither catalog nor lock file is never shown: what is in it is nobody's business.

    Bytes and characters that are not text become U+FFFD, one for each place, so that columns still fit and a
    terminal stays safe. At most the first 1 MiB.
    """
    top = Path(os.path.realpath(root))
    if Path(path).is_absolute() or ".." in Path(path).parts:
        return None
    if not path.lower().endswith((*_SUFFIXES, SUFFIX)):
        return None
    try:
        return displayable(_read(top, path, whole=False))
    except (_Refused, ValueError):  # ValueError: a NUL in the path
        return None


def _demand_folder(root: Path) -> None:
    hint = "name another with -C"
    try:
        mode = root.stat().st_mode
    except FileNotFoundError as fault:
        if root.is_symlink():
            raise UsageFault(
                f'the catalog folder "{root}" is a symbolic link that leads nowhere', hint=hint
            ) from fault
        raise NoCatalog(
            f'the catalog folder "{root}" does not exist',
            folder=str(root),
            hint=f"write one with `pkgplan init`, or {hint}",
        ) from fault
    except OSError as fault:
        raise UsageFault(f'the catalog folder "{root}" {_reason(fault)}', hint=hint) from fault
    if not stat.S_ISDIR(mode):
        raise UsageFault(f'the catalog folder "{root}" is no folder', hint=hint)


def _walk(top: Path) -> Iterator[tuple[str, Diagnostic | None]]:
    """Paths that look like catalog files, and with a diagnostic those that are known to be none."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(top / as_path(folder)) as scan:
                entries = list(scan)
        except OSError as fault:
            if not folder:
                raise UsageFault(
                    f'the catalog folder "{top}" {_reason(fault)}', hint="Make it readable"
                ) from fault
            yield _unreadable(folder.rstrip("/"), f"the folder {_reason(fault)}")
            continue
        for entry in entries:
            if entry.name.startswith(".") or (not folder and entry.name in NOT_CATALOG):
                continue
            yield from _sort_out(entry, folder + as_text(entry.name), folders)


def _sort_out(
    entry: os.DirEntry[str], path: str, folders: list[str]
) -> Iterator[tuple[str, Diagnostic | None]]:
    is_catalog_file = is_catalog_name(entry.name)
    folder = is_folder(entry, follow_symlinks=False)
    if not (is_catalog_file or folder or entry.is_symlink()):
        return
    # A surrogate is a byte that is not UTF-8; neither that nor a control character can be shown or written.
    if not path.isprintable():
        shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in path)
        yield _unreadable(shown, "the name holds bytes that are not UTF-8, or control characters")
    elif folder and is_catalog_file:
        yield _unreadable(path, "a folder has the name of a catalog file")
    elif folder:
        folders.append(f"{path}/")
    elif is_catalog_file:
        yield path, None
    elif is_folder(entry, follow_symlinks=True):
        yield _unreadable(path, "a symbolic link leads to a folder, which is not followed")


def is_folder(entry: os.DirEntry[str], *, follow_symlinks: bool) -> bool:
    """Whether an entry of a listing is a folder; what cannot be looked at is none."""
    try:
        return entry.is_dir(follow_symlinks=follow_symlinks)
    except OSError:  # a link that leads to itself, for one, has no target to lose
        return False


def _read(top: Path, path: str, *, whole: bool = True, limit: int = MAX_BYTES) -> bytes:
    """The content of a regular file; raises _Refused. Without `whole`, a long file is cut instead."""
    try:
        target = _target(top, path)
        # Not blocking, should the file have become a pipe since it was looked at.
        descriptor = os.open(target, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        raise _Refused(UNREADABLE_FILE, f"the file {_reason(fault)}") from fault
    try:
        status = os.fstat(descriptor)
        _demand_regular(status.st_mode)
        if whole and status.st_size > limit:
            raise _Refused(TOO_LARGE, f"the file has {status.st_size} bytes, the limit is {limit}")
        return _read_at_most(descriptor, status.st_size, whole=whole, limit=limit)
    except OSError as fault:
        raise _Refused(UNREADABLE_FILE, f"the file {_reason(fault)}") from fault
    finally:
        os.close(descriptor)


def _read_at_most(descriptor: int, expected: int, *, whole: bool, limit: int) -> bytes:
    content = b""
    while len(content) <= limit and (piece := os.read(descriptor, min(expected, limit) + 1)):
        content += piece
    if whole and len(content) > limit:
        raise _Refused(TOO_LARGE, f"the file has more bytes than the limit, {limit}")
    return content[:limit]


def _target(top: Path, path: str) -> Path:
    """Where the content is, links followed; raises OSError and _Refused."""
    full = top / as_path(path)
    mode = full.lstat().st_mode
    if stat.S_ISLNK(mode):
        try:
            full = Path(os.path.realpath(full, strict=True))  # pathlib words a loop as RuntimeError
        except FileNotFoundError as fault:
            raise _Refused(UNREADABLE_FILE, "the symbolic link leads nowhere") from fault
        if not full.is_relative_to(top):
            raise _Refused(UNREADABLE_FILE, "the symbolic link leads out of the catalog")
        mode = full.stat().st_mode
    _demand_regular(mode)
    return full


def _demand_regular(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        kind = "a folder"
    elif stat.S_ISFIFO(mode):
        kind = "a pipe"
    else:
        kind = "a socket" if stat.S_ISSOCK(mode) else "a device"
    raise _Refused(UNREADABLE_FILE, f"the file is {kind}, not a regular file")


def _reason(fault: OSError) -> str:
    match fault.errno:
        case errno.ELOOP:
            return "is a symbolic link that leads to itself"
        case errno.EACCES | errno.EPERM:
            return "may not be read (permission denied)"
        case errno.ENOENT:
            return "vanished while the catalog was read"
        case _:
            return f"cannot be read ({os.strerror(fault.errno or 0)})"


def _unreadable(path: str, message: str) -> tuple[str, Diagnostic]:
    return path, _diagnostic(UNREADABLE_FILE, path, message)


def _diagnostic(rule: Rule, path: str, message: str) -> Diagnostic:
    return Diagnostic(rule, message, Location(path, text_range=START_OF_FILE), rule.fix.removesuffix("."))
