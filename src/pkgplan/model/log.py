"""The state log: an append-only sequence of hash-chained entries.

Comes in: entries as a `StateLog` keeps them. Goes out: the same, verified; the next one, with its digest.
Never here: files, clocks, or what the entries amount to (`record.py` folds them).

An entry is `{serial, prev, at, actor, kind, body, digest}`; `prev` is the digest of the entry before, so an
edited, missing or swapped line is found. Kinds and their bodies:

    genesis           lineage, environment, namespace
    run_started       run, plan (the whole plan), plan_digest, commit, tool_version, resumed
    intent            run, action, operation, ref, uniqueness_key, payload_digest
    created           run, action, ref, package_id, uniqueness_key, digest, carried, payload, references,
                      terms (none in older entries), windows, metadata (null for a carried version)
    adopted           the same as created: the package was already there under our uniqueness key
    windows_observed  run, windows: {ref: [{alias, starting_at, ending_before}]} as read back, different: what was
                      not as foreseen, in words; any such thing ends the run
    archived          run, action, ref, package_id, metadata (null where it says nothing new; not in older entries)
    recorded          run, action, key, metadata
    refreshed         run, windows: {ref: [...]} as in windows_observed, archived: {ref: instant or null (it is live)},
                      adopted: [as in created], foreign: [{package_id, name, windows}], all that stand on our aliases
    taken_over        run, by
    run_finished      run, outcome (applied, stopped, abandoned), rejected (the version that was refused, or null),
                      unsettled (of an abandoned run, the versions that a late call of it may still archive)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pkgplan.errors import StateCorrupt
from pkgplan.model.canonical import JsonObject, JsonValue, digest_of
from pkgplan.model.units import Instant, format_instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS: Final = (
    "genesis", "run_started", "intent", "created", "adopted", "windows_observed", "archived", "recorded",
    "refreshed", "taken_over", "run_finished",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a log: what the next one must follow. Serial 0 is the empty log."""

    serial: int = 0
    digest: str | None = None


EMPTY = Head()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the state log."""

    serial: int
    prev: str | None
    at: Instant
    actor: str
    kind: str
    body: JsonObject = field(repr=False)
    digest: str

    @classmethod
    def following(cls, head: Head, *, kind: str, body: JsonObject, at: Instant, actor: str) -> LogEntry:
        """The entry that comes after `head`, with its digest."""
        entry = cls(head.serial + 1, head.digest, at, actor, kind, body, digest="")
        return replace(entry, digest=digest_of(entry._unsealed()))

    @property
    def head(self) -> Head:
        """This entry as the head of the log."""
        return Head(self.serial, self.digest)

    def to_json(self) -> JsonObject:
        """The line, in its fixed order of keys."""
        return {**self._unsealed(), "digest": self.digest}

    @classmethod
    def from_json(cls, value: JsonValue) -> LogEntry:
        """Read a line; raises StateCorrupt unless it is whole and its digest fits."""
        match value:
            case dict() if len(value) != 7:
                raise StateCorrupt("a line has more or fewer keys than an entry of a state log")
            case {
                "serial": int(serial),
                "prev": str() | None as prev,
                "at": str(at),
                "actor": str(actor),
                "kind": str(kind),
                "body": dict(body),
                "digest": str(digest),
            } if kind in KINDS:
                try:
                    entry = cls(serial, prev, parse_instant(at), actor, kind, body, digest)
                except ValueError as error:
                    raise StateCorrupt(f"entry {serial}: {error}") from None
            case _:
                raise StateCorrupt("a line is not an entry of a state log")
        if digest_of(entry._unsealed()) != digest:
            raise StateCorrupt(f"entry {serial} was changed after it was written: its digest does not fit")
        return entry

    def _unsealed(self) -> JsonObject:
        return {
            "serial": self.serial,
            "prev": self.prev,
            "at": format_instant(self.at),
            "actor": self.actor,
            "kind": self.kind,
            "body": self.body,
        }


def verify_chain(entries: Iterable[LogEntry]) -> None:
    """Raise StateCorrupt unless each entry follows the one before it and the first is a genesis."""
    head = EMPTY
    for entry in entries:
        if entry.serial != head.serial + 1 or entry.prev != head.digest:
            raise StateCorrupt(
                f"entry {entry.serial} does not follow entry {head.serial}: "
                "a line was removed, added or swapped"
            )
        if (entry.kind == "genesis") != (entry.serial == 1):
            raise StateCorrupt(f"entry {entry.serial} is a {entry.kind}; a log has one genesis, and first")
        head = entry.head
