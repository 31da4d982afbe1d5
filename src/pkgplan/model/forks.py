"""Two logs in one: what a merge makes of a state log when two people have applied.

Comes in: entries with the lines that they stand on, in any order. Goes out: a `Fork`, and the words for it.
Never here: whether a log is in order (`log.verify_chain` says), or which side is right: only the environment knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.log import LogEntry

_NUMBERS: Final = {2: "two", 3: "three", 4: "four"}
_DONE: Final = ("created", "adopted", "archived")
_SHOWN: Final = 3
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Side:
    """One of the logs: its entries behind the last common one, and the line that the first of them stands on."""

    line: int
    entries: tuple[LogEntry, ...]

    @property
    def made(self) -> dict[str, str]:
        """The versions that it says were made, each with the id of its package."""
        return {
            str(entry.body.get("ref")): str(entry.body.get("package_id"))
            for entry in self.entries
            if entry.kind in {"created", "adopted"}
        }

    def words(self) -> str:
        """`one of "anna" at 2026-01-02T00:00:00Z (created starter@2)`."""
        runs = sum(entry.kind == "run_started" and not entry.body.get("resumed") for entry in self.entries)
        names = [_cut(actor) for actor in dict.fromkeys(entry.actor for entry in self.entries)]
        actors = " and ".join(f'"{name}"' for name in names[:_SHOWN]) + (
            " and others" if names[_SHOWN:] else ""
        )
        number = "one" if runs < 2 else str(runs)
        return f"{number} of {actors} at {format_instant(self.entries[0].at)} ({self._did()})"

    def _did(self) -> str:
        done = [f"{e.kind} {_cut(str(e.body.get('ref')))}" for e in self.entries if e.kind in _DONE]
        if not done:
            return "nothing was made"
        more = f" and {len(done) - _SHOWN} more" if len(done) > _SHOWN else ""
        return ", ".join(done[:_SHOWN]) + more


@dataclass(frozen=True, slots=True)
class Fork:
    """An entry that more than one follows; serial 0 stands for the beginning of the log."""

    serial: int
    sides: tuple[Side, ...]

    @property
    def line(self) -> int:
        """Where the second log begins."""
        return sorted(side.line for side in self.sides)[1]

    @property
    def clashes(self) -> tuple[str, ...]:
        """Versions that more than one side made, as different packages."""
        ids: dict[str, set[str]] = {}
        for side in self.sides:
            for ref, package_id in side.made.items():
                ids.setdefault(ref, set()).add(package_id)
        return tuple(sorted(ref for ref, made in ids.items() if len(made) > 1))

    def words(self) -> str:
        """`two runs follow entry 6, one of ... and one of ...`."""
        number = _NUMBERS.get(len(self.sides), str(len(self.sides)))
        where = f"{number} runs follow entry {self.serial}" if self.serial else f"{number} logs begin"
        return f"{where}, {' and '.join(side.words() for side in self.sides)}"


def find_fork(entries: Sequence[tuple[int, LogEntry]]) -> Fork | None:
    """The first entry that more than one follows, if there is one.

    Args:
        entries: whole entries, whose digests fit, with their lines.
    """
    first_seen: dict[str, tuple[int, LogEntry]] = {}
    for line, entry in entries:
        first_seen.setdefault(entry.digest, (line, entry))
    following: dict[tuple[int, str | None], list[tuple[int, LogEntry]]] = {}
    for line, entry in first_seen.values():
        following.setdefault((entry.serial - 1, entry.prev), []).append((line, entry))
    forked = [(serial, prev) for (serial, prev), heads in following.items() if len(heads) > 1]
    if not forked:
        return None
    at = min(forked, key=lambda known: known[0])
    return Fork(at[0], tuple(Side(line, tuple(_line_of(entry, following))) for line, entry in following[at]))


def _line_of(
    head: LogEntry, following: dict[tuple[int, str | None], list[tuple[int, LogEntry]]]
) -> Iterable[LogEntry]:
    """An entry and what follows it, up to the next fork."""
    here: LogEntry | None = head
    while here is not None:
        yield here
        after = following.get((here.serial, here.digest), [])
        here = after[0][1] if len(after) == 1 else None


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
