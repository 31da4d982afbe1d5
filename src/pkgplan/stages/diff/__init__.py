"""The difference between two versions of a package, by term, in the words of the catalog.

Comes in: the payload of the older version (or none) and that of the newer, with the names of their ids.
Goes out: `Change` values for people. Never here: deciding whether there is a difference; digests and canonical forms
do that, and `exact.py` finds the parts that a difference is in. What only is spelled otherwise is no line.

A term that came or went is one line; inside a term that changed, deepdiff finds the fields. This module is
deepdiff's one home, and it is imported only when a term really changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pkgplan.model.appearance import apart
from pkgplan.model.catalog.package import TERMS, PackageSpec
from pkgplan.model.comparison import Row
from pkgplan.model.compiled import content_of
from pkgplan.model.meaning import says_the_same
from pkgplan.model.plan import Change, ChangeKind
from pkgplan.stages.diff.exact import Part, covers, in_words_of_old, parts, places, with_ids_of
from pkgplan.stages.diff.readable import catalog_field, keyed_terms, readable
from pkgplan.stages.diff.shorten import shortened, shortened_pair
from pkgplan.stages.diff.summaries import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pkgplan.model.compiled import AsSent
    from pkgplan.stages.diff.lists import Readable


def diff(old: AsSent, new: AsSent) -> tuple[Change, ...]:
    """What changed from `old` to `new`, in a stable order; empty if and only if they say the same."""
    changes = [*_repinned(old.references, new.references)]
    old = with_ids_of(old, new)
    if not says_the_same(old.payload, new.payload):
        words = _Words(old, in_words_of_old(old, new))
        found = [change for part in parts(words.old, words.new) for change in words.changes(part)]
        # Without any, each term says what it said, and they are in another order.
        changes += found or words.reordered()
    return tuple(sorted(changes, key=lambda change: (change.path, str(change.kind))))


def side_by_side(old: AsSent, new: AsSent) -> tuple[Row, ...]:
    """All that both say, in the order of a catalog file: the fields of the package, then each kind of term.

    Either side is told as it is spelled; changes inside a term are those of `diff`.
    """
    repinned = [*_repinned(old.references, new.references)]
    old, new = with_ids_of(old, new), replace(new, payload=content_of(new.payload))
    words, own = _Words(old, in_words_of_old(old, new)), _Words(old, new)
    plain = [field for field in PackageSpec.model_fields if field not in TERMS]
    # Versions of long ago may have fields that the catalog has no more, and the order of those is that of their names.
    order = {field: number for number, field in enumerate((*plain, "", *TERMS))}
    found = sorted(
        parts(old, new), key=lambda part: (order.get(catalog_field(part.field), order[""]), part.path)
    )
    changed = {part.path: [*words.changes(part)] for part in parts(words.old, words.new)}
    rows = [own.row(part, changed.get(part.path, [])) for part in found]
    rows += [
        Row("references", change.path.partition(".")[2], change.kind, change.before, change.after)
        for change in repinned
    ]
    return tuple(rows)


class _Words:
    """Two payloads, part by part in the words of the catalog."""

    def __init__(self, old: AsSent, new: AsSent) -> None:
        self.old, self.new = old, new
        self._before, self._after = (
            readable(side.payload, side.references, side.terms) for side in (old, new)
        )

    def reordered(self) -> list[Change]:
        """The orders of terms that differ, where each term says what it said."""
        return [
            _change(field, *orders)
            for field in TERMS
            if len({*(orders := [_order(field, side) for side in (self.old, self.new)])}) > 1
        ]

    def changes(self, part: Part) -> Iterator[Change]:
        """What changed in a part: in words, and as JSON where the words would be the same."""
        if part.is_same:
            return
        told = [*_value(catalog_field(part.field), part.path, *self._of(part))]
        yield from told
        yield from (place for place in places(part) if not any(covers(change, place) for change in told))

    def row(self, part: Part, changes: Sequence[Change]) -> Row:
        """A part on both sides, with what changed inside it."""
        field = catalog_field(part.field)
        before, after = self._of(part)
        old, new = (None if side is None else summary(field, side) for side in (before, after))
        if part.is_same:
            return Row(field, part.key, None, old, new)
        if part.old is None or part.new is None:
            return Row(
                field, part.key, ChangeKind.ADDED if part.old is None else ChangeKind.REMOVED, old, new
            )
        if isinstance(before, dict) and isinstance(after, dict):
            inside = tuple(sorted(changes, key=lambda change: change.path))
            return Row(field, part.key, ChangeKind.CHANGED, *_apart(old, new), inside)
        if old == new:
            old, new = changes[0].before, changes[0].after
        return Row(field, part.key, ChangeKind.CHANGED, *_apart(old, new))

    def _of(self, part: Part) -> tuple[Readable | str | None, Readable | str | None]:
        field = catalog_field(part.field)
        before, after = self._before.get(field), self._after.get(field)
        return (before, after) if part.key is None else (_term(before, part.key), _term(after, part.key))


def _apart(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    return (old, new) if old is None or new is None else apart(old, new)


def _term(terms: Readable | str | None, key: str) -> Readable | str | None:
    return terms.get(key) if isinstance(terms, dict) else None


def _order(field: str, side: AsSent) -> str:
    return ", ".join(key for key, _ in keyed_terms(field, side.payload.get(field), side.terms))


def _repinned(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    """Names that stand for another id now; the words of the catalog do not show it."""
    for name, id_ in old.items():
        if new.get(name, id_) != id_:
            yield Change(ChangeKind.CHANGED, f"references.{name}", id_, new[name])


def _value(
    kind: str, path: str, before: Readable | str | None, after: Readable | str | None
) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _inside(path, before, after)
    else:
        yield _change(
            path,
            None if before is None else summary(kind, before),
            None if after is None else summary(kind, after),
        )


def _change(path: str, before: str | None, after: str | None) -> Change:
    if before is not None and after is not None:
        return Change(ChangeKind.CHANGED, path, *apart(*shortened_pair(before, after)))
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
