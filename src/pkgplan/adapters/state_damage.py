"""Why a state log cannot be trusted, and the way out: what git left in it, two logs in one, or a damaged line.

Comes in: the path, the bytes and the first fault that was found in them. Goes out: the StateCorrupt to raise.
Never here: mending anything, or trusting what is found; the words are for whoever has to choose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.errors import StateCorrupt
from pkgplan.model.artefacts import MARK, artefact_in, is_marker
from pkgplan.model.broken_json import broken_json
from pkgplan.model.canonical import parse_json
from pkgplan.model.diagnostics import Diagnostic
from pkgplan.model.forks import find_fork
from pkgplan.model.log import LogEntry
from pkgplan.stages.load.decode import decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pkgplan.model.artefacts import Artefact
    from pkgplan.model.forks import Fork

RESTORE: Final = "restore the file from version control or a backup; pkgplan never edits a written line"
# A version that both sides made, as different packages, is in one environment only if the two had one environment.
_THEN: Final = (
    "that of the environment which is in use; then merge the catalog, plan and apply, which adopts what the other "
    'side made there of the same content (README: "When two branches have applied")'
)


def parse_line(line: bytes) -> LogEntry:
    """The entry that a line holds; raises StateCorrupt."""
    if is_marker(line):
        raise StateCorrupt("the line is a conflict marker of git")
    try:
        return LogEntry.from_json(parse_json(line.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise StateCorrupt("the line is not UTF-8 text") from None
    except RecursionError:
        raise StateCorrupt("the line is nested too deeply") from None
    except (ValueError, TypeError) as error:
        broken = broken_json(line.decode("utf-8-sig"))
        reason = str(error) if broken is None else f"{broken.problem} (column {broken.column})"
        raise StateCorrupt(f"the line is not an entry of a state log: {reason}") from None


def explained(path: Path, content: bytes, line: int, fault: StateCorrupt) -> StateCorrupt:
    """The fault as whoever has to mend it should hear it.

    Args:
        path: of the log.
        content: all of it.
        line: at which reading stopped, from 1.
        fault: why.
    """
    artefact = artefact_in(content)
    if artefact is not None and not artefact.is_conflict:
        return StateCorrupt(f"{path}:1: {artefact.problem}", hint=artefact.hint)
    text = decode(str(path), content) if _is_foreign_encoding(content) else ""
    if isinstance(text, Diagnostic):
        again = "" if b"\0\0" in content[:4] else "convert it to UTF-8 again, or "
        return StateCorrupt(f"{path}:1: {text.message}", hint=f"{again}{RESTORE}")
    fork = find_fork(list(_entries(content)))
    if artefact is not None:
        return _conflict(path, artefact, fork)
    if fork is not None:
        return _merged(path, fork)
    return StateCorrupt(f"{path}:{line}: {fault.message}", hint=fault.hint or RESTORE)


def _conflict(path: Path, artefact: Artefact, fork: Fork | None) -> StateCorrupt:
    if fork is None:
        return StateCorrupt(
            f"{path}:{artefact.at.line}: {artefact.problem}", hint=f"keep the log of one side, whole, {_THEN}"
        )
    return StateCorrupt(
        f"{path}:{artefact.at.line}: conflict markers of git: {_told(fork)}",
        hint=f"keep one side, whole (`git checkout --ours -- {path}` or `--theirs` before the merge is committed, "
        f"`git checkout COMMIT -- {path}` after it): {_THEN}",
    )


def _merged(path: Path, fork: Fork) -> StateCorrupt:
    return StateCorrupt(
        f"{path}:{fork.line}: {_told(fork)}; a merge has put both into one file",
        hint=f"take the file as it was on one side before the merge (`git log -- {path}` names the commits, "
        f"`git checkout COMMIT -- {path}` takes it): {_THEN}; no log may be merged by lines (merge=union)",
    )


def _told(fork: Fork) -> str:
    clashes = f"; both made {', '.join(fork.clashes)}" if fork.clashes else ""
    return fork.words() + clashes


def _is_foreign_encoding(content: bytes) -> bool:
    """Whether the file as a whole is of another encoding; a single bad byte is told with its line."""
    return b"\0" in content[:4] or content.startswith((b"\xff\xfe", b"\xfe\xff"))


def _entries(content: bytes) -> Iterator[tuple[int, LogEntry]]:
    """Whole entries whose digests fit, wherever they stand."""
    for number, line in enumerate(content.removeprefix(MARK).split(b"\n"), start=1):
        try:
            yield number, parse_line(line)
        except StateCorrupt:
            continue
