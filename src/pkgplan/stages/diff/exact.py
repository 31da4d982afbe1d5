"""What of two payloads differs in meaning: the newer one in the words of the older, and every place that is left.

Comes in: payloads as sent, the names of their ids, the keys of their terms. Goes out: parts (a field of the package, or
one term) that say something else, and the places in them as the API has them.
Never here: words for people. What this finds decides which lines a difference has; `readable.py` words them, and where
two values read alike that are not the same, the place is told as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pkgplan.model.canonical import compact
from pkgplan.model.catalog.package import TERMS
from pkgplan.model.compiled import AsSent, content_of
from pkgplan.model.meaning import in_words_of, same_value, with_ids
from pkgplan.model.plan import Change, ChangeKind
from pkgplan.model.spellings import SPANS
from pkgplan.stages.diff.readable import UNITS, catalog_field, keyed_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject, JsonValue


class Part(NamedTuple):
    """A field of a package, or one of its terms, as both sides have it; None where a side does not."""

    field: str
    key: str | None
    old: JsonValue
    new: JsonValue

    @property
    def path(self) -> str:
        """`duration`, `recurring_credits.signup-credit`."""
        name = catalog_field(self.field)
        return name if self.key is None else f"{name}.{self.key}"

    @property
    def is_same(self) -> bool:
        """Whether both sides say the same here; leaving out what Metronome takes anyway does."""
        old, new = ({} if side is None else {self.field: side} for side in (self.old, self.new))
        return same_value("", {**old}, {**new})


def with_ids_of(old: AsSent, new: AsSent) -> AsSent:
    """The older one with the ids that its names stand for in the newer one, and the names that these have there."""
    now = {id_: new.references[name] for name, id_ in old.references.items() if name in new.references}
    known = {now.get(id_, id_) for id_ in old.references.values()}
    named = {name: id_ for name, id_ in new.references.items() if id_ in known}
    gone = {name: id_ for name, id_ in old.references.items() if id_ in known - {*named.values()}}
    return AsSent(with_ids(content_of(old.payload), now), {**gone, **named}, old.terms)


def in_words_of_old(old: AsSent, new: AsSent) -> AsSent:
    """The newer one, spelled as the older one wherever both say the same. The older one has the ids of the newer."""
    before, after = old.payload, content_of(new.payload)
    plain = [{name: item for name, item in side.items() if name not in TERMS} for side in (before, after)]
    words = in_words_of("", *plain)
    payload: JsonObject = {**words} if isinstance(words, dict) else {}
    for field in TERMS:
        if field in after:
            payload[field] = _terms_in_words_of_old(field, old, after[field], new)
    return AsSent(payload, new.references, new.terms)


def parts(old: AsSent, new: AsSent) -> Iterator[Part]:
    """Every field and term of either side; a list of terms that is none is a field."""
    for field in sorted({*old.payload, *new.payload}):
        before, after = old.payload.get(field), new.payload.get(field)
        if field not in TERMS or not (_are_terms(before) and _are_terms(after)):
            yield Part(field, None, before, after)
            continue
        was, becomes = (
            dict(keyed_terms(field, terms, side.terms)) for terms, side in ((before, old), (after, new))
        )
        for key in sorted({*was, *becomes}):
            yield Part(field, key, was.get(key), becomes.get(key))


def places(part: Part) -> Iterator[Change]:
    """Every place of a part that differs, named as in the catalog, with the values as JSON."""
    return _places(part.path, part.field, part.old, part.new)


def covers(change: Change, place: Change) -> bool:
    """Whether a line is about a place, about what it is in, or about what is in it."""
    one, other = f"{change.path}.", f"{place.path}."
    return one.startswith(other) or other.startswith(one)


def _places(path: str, field: str, old: JsonValue, new: JsonValue) -> Iterator[Change]:
    if same_value(field, old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and field not in SPANS:
        for name in sorted({*old, *new}):
            # An amount tells its unit.
            inner = path if name in UNITS else f"{path}.{catalog_field(name)}"
            yield from _places(inner, name, old.get(name), new.get(name))
        return
    before, after = (None if value is None else compact(value) for value in (old, new))
    kind = ChangeKind.CHANGED if before and after else ChangeKind.REMOVED if before else ChangeKind.ADDED
    yield Change(kind, path, before, after)


def _are_terms(value: JsonValue) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(term, dict) for term in value))


def _terms_in_words_of_old(field: str, old: AsSent, terms: JsonValue, new: AsSent) -> JsonValue:
    if not _are_terms(terms):
        return terms
    was = dict(keyed_terms(field, old.payload.get(field), old.terms))
    return [
        in_words_of(field, was[key], term) if key in was else term
        for key, term in keyed_terms(field, terms, new.terms)
    ]
