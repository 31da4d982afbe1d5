"""The difference between two versions of a package, by term, in the words of the catalog.

Comes in: the payload of the older version (or none) and that of the newer, with the names of their ids.
Goes out: `Change` values for people. Never here: deciding whether there is a difference; digests do that.

A term that came or went is one line; inside a term that changed, deepdiff finds the fields. This module is
deepdiff's one home, and it is imported only when a term really changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pkgplan.model.catalog.package import TERMS, PackageSpec
from pkgplan.model.comparison import Row
from pkgplan.model.plan import Change, ChangeKind
from pkgplan.stages.diff.readable import readable
from pkgplan.stages.diff.shorten import shortened, shortened_pair
from pkgplan.stages.diff.summaries import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pkgplan.model.compiled import AsSent
    from pkgplan.stages.diff.lists import Readable


def diff(old: AsSent, new: AsSent) -> tuple[Change, ...]:
    """What changed from `old` to `new`, in a stable order; empty if they say the same."""
    before = readable(old.payload, old.references, old.terms)
    after = readable(new.payload, new.references, new.terms)
    changes = [
        change
        for field in sorted({*before, *after})
        for change in _field(field, before.get(field), after.get(field))
    ]
    changes += _repinned(old.references, new.references)
    return tuple(sorted(changes, key=lambda change: (change.path, str(change.kind))))


def side_by_side(old: AsSent, new: AsSent) -> tuple[Row, ...]:
    """All that both say, in the order of a catalog file: the fields of the package, then each kind of term."""
    before = readable(old.payload, old.references, old.terms)
    after = readable(new.payload, new.references, new.terms)
    plain = [field for field in PackageSpec.model_fields if field not in TERMS]
    # Versions of long ago may have fields that the catalog has no more.
    others = sorted({*before, *after} - {*plain, *TERMS})
    rows = [_row(field, None, before.get(field), after.get(field)) for field in (*plain, *others)]
    for field in TERMS:
        ours, theirs = _terms(before.get(field)), _terms(after.get(field))
        rows += [_row(field, key, ours.get(key), theirs.get(key)) for key in sorted({*ours, *theirs})]
    rows += [
        Row("references", change.path.partition(".")[2], change.kind, change.before, change.after)
        for change in _repinned(old.references, new.references)
    ]
    return tuple(row for row in rows if row.before is not None or row.after is not None)


def _row(field: str, key: str | None, before: Readable | str | None, after: Readable | str | None) -> Row:
    says = [None if side is None else summary(field, side) for side in (before, after)]
    if before == after:
        return Row(field, key, None, says[0], says[1])
    if before is None or after is None:
        return Row(field, key, ChangeKind.ADDED if before is None else ChangeKind.REMOVED, says[0], says[1])
    path = field if key is None else f"{field}.{key}"
    inside = _inside(path, before, after) if isinstance(before, dict) and isinstance(after, dict) else ()
    changes = sorted(inside, key=lambda change: change.path)
    return Row(field, key, ChangeKind.CHANGED, says[0], says[1], tuple(changes))


def _terms(value: Readable | str | None) -> Readable:
    return value if isinstance(value, dict) else {}


def _repinned(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    """Names that stand for another id now; the words of the catalog do not show it."""
    for name, id_ in old.items():
        if new.get(name, id_) != id_:
            yield Change(ChangeKind.CHANGED, f"references.{name}", id_, new[name])


def _field(field: str, before: Readable | str | None, after: Readable | str | None) -> Iterator[Change]:
    if before == after:
        return
    if field in TERMS:
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
    if isinstance(before, dict) and isinstance(after, dict):
        inside = tuple(_inside(path, before, after))
        yield from inside or [_change(path, summary(kind, before), summary(kind, after))]
    else:
        yield _change(
            path,
            None if before is None else summary(kind, before),
            None if after is None else summary(kind, after),
        )


def _change(path: str, before: str | None, after: str | None) -> Change:
    if before is not None and after is not None:
        return Change(ChangeKind.CHANGED, path, *shortened_pair(before, after))
    if before is not None:
        return Change(ChangeKind.REMOVED, path, shortened(before), None)
    return Change(ChangeKind.ADDED, path, None, None if after is None else shortened(after))


def _inside(path: str, before: Readable, after: Readable) -> Iterator[Change]:
    from deepdiff import DeepDiff

    found: Any = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0)
    for report, has_old, has_new in (
        ("dictionary_item_added", False, True),
        ("dictionary_item_removed", True, False),
        ("values_changed", True, True),
        ("type_changes", True, True),
    ):
        for level in found.get(report, ()):
            steps = [str(step) for step in level.path(output_format="list")]
            yield _change(
                ".".join([path, *steps]),
                summary(steps[-1], level.t1) if has_old else None,
                summary(steps[-1], level.t2) if has_new else None,
            )
