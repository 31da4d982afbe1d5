"""What a payload says, however it is spelled: one canonical form for all ways to write it.

Comes in: payloads as they are sent, by this version or an older one. Goes out: canonical forms, whether two say the
same, and one in the words of another. Never here: which spellings are one; `spellings.py` decides. Never sent: the
digest of a version is that of the very payload that went out, whose spelling is the author's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.canonical import JsonObject, JsonValue, canonical
from pkgplan.model.compiled import content_of
from pkgplan.model.spellings import DEFAULTS, FREE, IDS, LISTS, NO_TIME, SMALLEST_UNITS, SPANS
from pkgplan.model.units import RelativeDate

if TYPE_CHECKING:
    from collections.abc import Mapping


def canonical_form(payload: JsonObject) -> JsonObject:
    """The content of a payload without its spelling: equal for two payloads if and only if they say the same.

    Windows and uniqueness key are no content. Sets are sorted, spans are in days or months, and what Metronome takes
    anyway is left out.
    """
    return _mapping(content_of(payload), "")


def says_the_same(one: JsonObject, other: JsonObject) -> bool:
    """Whether two payloads mean one thing, windows aside."""
    return canonical(canonical_form(one)) == canonical(canonical_form(other))


def same_value(field: str, one: JsonValue, other: JsonValue) -> bool:
    """Whether two values of one field mean one thing."""
    return canonical(_value(one, field)) == canonical(_value(other, field))


def with_ids(payload: JsonObject, ids: Mapping[str, str]) -> JsonObject:
    """A payload with other ids of references in the places of some; two can change places."""
    return {name: _with_ids(item, name, ids) for name, item in payload.items()}


def in_words_of(field: str, old: JsonValue, new: JsonValue) -> JsonValue:
    """The new value of a field, each part that says what a part of the old one says in the old spelling.

    What is still different says something else. Items of a set stand where their twins stood.
    """
    if same_value(field, old, new):
        return old
    match old, new:
        case dict(), dict() if field not in FREE and field not in SPANS:
            return _mapping_in_words_of(field, old, new)
        case list(), list() if field in LISTS and LISTS[field].counts:
            return [in_words_of(field, *pair) for pair in zip(old, new, strict=False)] + new[len(old) :]
        case list(), list() if field in LISTS:
            return _set_in_words_of(field, old, new)
    return new


def _mapping(value: JsonObject, holder: str) -> JsonObject:
    said = {name: _value(item, name) for name, item in value.items()}
    return {name: item for name, item in said.items() if not _goes_without_saying(holder, name, item)}


def _value(value: JsonValue, field: str) -> JsonValue:
    match value:
        case dict() if field in FREE:
            return value
        case dict() if field in SPANS:
            return _span(value)
        case dict():
            return _mapping(value, field)
        case list():
            items = [_value(item, field) for item in value]
            return items if field not in LISTS or LISTS[field].counts else sorted(items, key=canonical)
    return value


def _span(value: JsonObject) -> JsonValue:
    span = RelativeDate.from_api(value)
    if span is None or span.unit not in SMALLEST_UNITS:
        return value
    if span.value == 0:
        return NO_TIME  # the anchor itself, whatever the unit
    unit, times = SMALLEST_UNITS[span.unit]
    return RelativeDate(span.value * times, unit).to_api()


def _goes_without_saying(holder: str, field: str, form: JsonValue) -> bool:
    """Whether leaving a field out says the same as this value, which is in canonical form."""
    if form is None or form in ({}, []):
        return True
    name = f"{holder}.{field}".lstrip(".")
    return name in DEFAULTS and canonical(form) == canonical(DEFAULTS[name])


def _mapping_in_words_of(holder: str, old: JsonObject, new: JsonObject) -> JsonObject:
    words = {
        name: in_words_of(name, old[name], item) if name in old else item
        for name, item in new.items()
        if name in old or not _goes_without_saying(holder, name, _value(item, name))
    }
    left_out = {name: item for name, item in old.items() if name not in new}
    return words | {
        name: item
        for name, item in left_out.items()
        if _goes_without_saying(holder, name, _value(item, name))
    }


def _set_in_words_of(field: str, old: list[JsonValue], new: list[JsonValue]) -> list[JsonValue]:
    """The items in the order of the old ones; one without a twin gets the place and the words of one that went."""
    places: dict[bytes, list[int]] = {}
    for place, item in enumerate(old):
        places.setdefault(canonical(_value(item, field)), []).append(place)
    placed: dict[int, JsonValue] = {}
    others: list[JsonValue] = []
    for item in new:
        same = places.get(canonical(_value(item, field)))
        if same:
            place = same.pop(0)
            placed[place] = old[place]
        else:
            others.append(item)
    left = sorted(place for free in places.values() for place in free)
    placed |= {place: in_words_of(field, old[place], item) for place, item in zip(left, others, strict=False)}
    return [placed[place] for place in sorted(placed)] + others[len(left) :]


def _with_ids(value: JsonValue, field: str, ids: Mapping[str, str]) -> JsonValue:
    match value:
        case dict() if field not in FREE:
            return with_ids(value, ids)
        case list():
            return [_with_ids(item, field, ids) for item in value]
        case str() if field in IDS:
            return ids.get(value, value)
    return value
