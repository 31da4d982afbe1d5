"""The difference between two versions of a package, by term, in the words of the catalog.

Comes in: the payload of the older version (or none) and that of the newer, with the names of their ids.
Goes out: `Change` values for people. Never here: deciding whether there is a difference; digests do that.

A term that came or went is one line; inside a term that changed, deepdiff finds the fields. This module is
deepdiff's one home, and it is imported only when a term really changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pkgplan.model.plan import Change, ChangeKind
from pkgplan.stages.diff.readable import Readable, readable, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pkgplan.model.canonical import JsonObject

# Fields whose value is a mapping of terms by key.
_TERMS = frozenset({
    "commits", "credits", "recurring_commits", "recurring_credits", "scheduled_charges", "subscriptions",
    "overrides", "spend_trackers",
})  # fmt: skip


def diff(
    old: JsonObject, old_references: Mapping[str, str], new: JsonObject, new_references: Mapping[str, str]
) -> tuple[Change, ...]:
    """What changed from `old` to `new`, in a stable order; empty if they say the same."""
    before, after = readable(old, old_references), readable(new, new_references)
    changes = [
        change
        for field in sorted({*before, *after})
        for change in _field(field, before.get(field), after.get(field))
    ]
    changes += _repinned(old_references, new_references)
    return tuple(sorted(changes, key=lambda change: (change.path, str(change.kind))))


def _repinned(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    """Names that stand for another id now; the words of the catalog do not show it."""
    for name, id_ in old.items():
        if new.get(name, id_) != id_:
            yield Change(ChangeKind.CHANGED, f"references.{name}", id_, new[name])


def _field(field: str, before: Readable | str | None, after: Readable | str | None) -> Iterator[Change]:
    if before == after:
        return
    if field in _TERMS:
        old = before if isinstance(before, dict) else {}
        new = after if isinstance(after, dict) else {}
        for key in sorted({*old, *new}):
            yield from _value(field, f"{field}.{key}", old.get(key), new.get(key))
    else:
        yield from _value(field, field, before, after)


def _value(
    kind: str, path: str, before: Readable | str | None, after: Readable | str | None
) -> Iterator[Change]:
    if before == after:
        return
    if before is None:
        yield Change(ChangeKind.ADDED, path, None, None if after is None else summary(kind, after))
    elif after is None:
        yield Change(ChangeKind.REMOVED, path, summary(kind, before), None)
    elif isinstance(before, dict) and isinstance(after, dict):
        inside = tuple(_inside(path, before, after))
        yield from inside or [Change(ChangeKind.CHANGED, path, summary(kind, before), summary(kind, after))]
    else:
        yield Change(ChangeKind.CHANGED, path, summary(kind, before), summary(kind, after))


def _inside(path: str, before: Readable, after: Readable) -> Iterator[Change]:
    from deepdiff import DeepDiff

    found: Any = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0)
    for kind, report in (
        (ChangeKind.ADDED, "dictionary_item_added"),
        (ChangeKind.REMOVED, "dictionary_item_removed"),
        (ChangeKind.CHANGED, "values_changed"),
        (ChangeKind.CHANGED, "type_changes"),
    ):
        for level in found.get(report, ()):
            where = ".".join([path, *(str(step) for step in level.path(output_format="list"))])
            old = None if kind is ChangeKind.ADDED else summary("", level.t1)
            new = None if kind is ChangeKind.REMOVED else summary("", level.t2)
            yield Change(kind, where, old, new)
