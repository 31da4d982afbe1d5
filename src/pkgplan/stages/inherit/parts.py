"""Specs whose every part knows which file says it, and how one is laid over another.

Comes in: raw data of any shape. Goes out: `Part` trees, and from those plain data with origins.
Never here: findings, or the graph of bases. Parts are never changed, so that many specs can share them; a merge
copies only the mappings that it touches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model.units import SPAN_UNITS, RelativeDate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.diagnostics import Route
    from pkgplan.model.source import Origins


@dataclass(frozen=True, slots=True)
class Part:
    """A mapping of parts, or a value that is taken whole; `path` is the last file that says it."""

    path: str
    entries: Mapping[str, Part] | None
    value: JsonValue = None


class Idle(NamedTuple):
    """A `null` that takes nothing out, and what it could have taken out."""

    route: Route
    there: tuple[str, ...]


NOTHING: Final = Part("", {})


def merged(under: Part, over: Part) -> Part:
    """Two resolved specs, of which the second counts where both say something; mappings merge."""
    if under.entries is None or over.entries is None:
        return over
    entries = dict(under.entries)
    for key, part in over.entries.items():
        entries[key] = merged(entries[key], part) if key in entries else part
    return Part(over.path, entries)


def laid_over(under: Part, raw: JsonValue, path: str, route: Route, idle: list[Idle]) -> Part:
    """What a file says, over what it starts from; `null` takes an entry out.

    Args:
        under: what the file starts from.
        raw: what it says itself.
        path: the file.
        route: where in the file `raw` is.
        idle: gets each `null` that takes nothing out.
    """
    if not isinstance(raw, dict) or _is_span(raw):
        return Part(path, None, raw)
    there = under.entries or {}
    entries = dict(there)
    for key, value in raw.items():
        if value is not None:
            entries[key] = laid_over(there.get(key, NOTHING), value, path, (*route, key), idle)
        elif entries.pop(key, None) is None:
            idle.append(Idle((*route, key), tuple(there)))
    return Part(path, entries)


def _is_span(raw: dict[str, JsonValue]) -> bool:
    """Whether a mapping is a span as the API writes it: one value, as `3 months` is."""
    span = RelativeDate.from_api(raw)
    return span is not None and span.unit in SPAN_UNITS


def written_out(part: Part, route: Route, origins: Origins, around: str) -> JsonValue:
    """The plain data of a part; `origins` gets the routes at which another file begins to speak.

    `around` is the file that says the mapping which the part is in.
    """
    if part.path != around:
        origins[route] = part.path
    if part.entries is None:
        return part.value
    return {key: written_out(inner, (*route, key), origins, part.path) for key, inner in part.entries.items()}
