"""Builders of log entries: a genesis, and any number of entries behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pkgplan.model.log import Head, LogEntry

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def an_entry(
    head: Head | None = None,
    *,
    kind: str = "recorded",
    body: JsonObject | None = None,
    actor: str = "alice",
    at: datetime = NOON,
) -> LogEntry:
    """The entry behind `head`; without a body, one that records the metadata of a package."""
    if body is None:
        body = {"run": "r1", "action": "a1", "key": "starter", "metadata": {"owner": "größe \u2028 growth"}}
    return LogEntry.following(head or Head(), kind=kind, body=body, at=at, actor=actor)


def a_genesis(environment: str = "embedded") -> LogEntry:
    return an_entry(
        kind="genesis", body={"lineage": "l-1", "environment": environment, "namespace": "gnome-ai"}
    )


def a_chain(length: int, *, actor: str = "alice") -> tuple[LogEntry, ...]:
    """A log of that length: a genesis and records."""
    entries = [a_genesis()]
    while len(entries) < length:
        body: JsonObject = {
            "run": "r1",
            "action": f"a{len(entries)}",
            "key": "starter",
            "metadata": {"step": len(entries)},
        }
        entries.append(an_entry(entries[-1].head, body=body, actor=actor))
    return tuple(entries[:length])
