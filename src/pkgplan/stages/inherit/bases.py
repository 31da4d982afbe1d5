"""Which file starts from which: the names in `from`, what is wrong with them, and an order to resolve them in.

Comes in: raw documents. Goes out: `Family`, and findings about names that lead nowhere or in a circle.
Never here: what the specs say. A `from` of the wrong shape is left to `validate`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.catalog.fragment import FRAGMENT
from pkgplan.model.diagnostics import Diagnostic
from pkgplan.model.names import KEY_PATTERN, MAX_KEY, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.source import SourceFile

FAMILY = ("Package", FRAGMENT)
# Comparing names takes long; a catalog with more unknown bases than this has another problem.
_MOST_HINTS = 100


@dataclass(slots=True)
class Family:
    """The packages and fragments of a catalog by path, and the paths of the bases of each."""

    members: dict[str, SourceFile]
    by_key: dict[str, str]
    bases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    incomplete: set[str] = field(default_factory=set)
    """Paths of files of which a part is missing: because of a base, a circle, or their own shape."""


def family_of(
    sources: Iterable[SourceFile], unread: Collection[str | None]
) -> tuple[Family, list[Diagnostic]]:
    """Follow every `from`.

    Args:
        sources: all documents that could be read, of any kind and shape.
        unread: keys that files which could not be read may declare; None stands for any key.
    """
    everything = sorted(sources, key=lambda source: source.path)
    members = {source.path: source for source in everything if source.kind in FAMILY}
    by_key: dict[str, str] = {}
    for path, source in members.items():
        if (key := _sound_key(source)) is not None:
            by_key.setdefault(key, path)
    family = Family(members, by_key)
    found = _follow(family, {*unread, *_excused(everything)})
    family.order, circles = _order(family)
    return family, [*found, *(_circular(circle, family) for circle in circles)]


def _follow(family: Family, excused: Collection[str | None]) -> list[Diagnostic]:
    """Fill in the bases of every member."""
    found: list[Diagnostic] = []
    for path, source in family.members.items():
        names = _names_in_from(source)
        known = [name for name in names if isinstance(name, str) and name in family.by_key]
        family.bases[path] = tuple(family.by_key[name] for name in known)
        if len(known) < len(names) or not _is_sound(source):
            family.incomplete.add(path)
        for position, name in enumerate(names):
            if not isinstance(name, str) or name in family.by_key or not _is_key(name):
                continue
            if name not in excused and None not in excused:
                found.append(
                    _unknown(source, position, name, family.by_key if len(found) < _MOST_HINTS else ())
                )
    return found


def spec_of(source: SourceFile) -> dict[str, JsonValue]:
    """The raw spec of a document, empty if it has none of the right shape."""
    spec = source.data.get("spec") if isinstance(source.data, dict) else None
    return spec if isinstance(spec, dict) else {}


def says_from(source: SourceFile) -> bool:
    """Whether the spec starts from others."""
    return "from" in spec_of(source)


def _names_in_from(source: SourceFile) -> list[JsonValue]:
    """The entries of `from`, whatever they are."""
    names = spec_of(source).get("from")
    return names if isinstance(names, list) else []


def _is_sound(source: SourceFile) -> bool:
    """Whether the spec and its `from` have the shapes that a merge needs; `validate` reports the others."""
    data = source.data if isinstance(source.data, dict) else {}
    return isinstance(data.get("spec"), dict) and isinstance(spec_of(source).get("from", []), list)


def _sound_key(source: SourceFile) -> str | None:
    return source.key if _is_key(source.key) else None


def _is_key(name: object) -> bool:
    return isinstance(name, str) and len(name) <= MAX_KEY and re.search(KEY_PATTERN, name) is not None


def _excused(sources: Iterable[SourceFile]) -> Iterator[str | None]:
    """Keys that may be those of a base, in files with another fault that is reported anyway."""
    for source in sources:
        if source.kind not in KINDS or (source.kind in FAMILY and _sound_key(source) is None):
            yield _sound_key(source)


def _unknown(source: SourceFile, position: int, name: str, known: Collection[str]) -> Diagnostic:
    others = [key for key in known if key != source.key]
    hint = did_you_mean(name, others) or f"declare a {FRAGMENT} with this key"
    at = source.location.child("spec", "from", position)
    return Diagnostic(rules.UNKNOWN_REFERENCE, f'package or fragment "{name}" is not declared', at, hint)


def _order(family: Family) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Every path after those of its bases, and the circles that stand in the way of that.

    Walks without recursion, as a chain of bases may be as long as the catalog.
    """
    done: dict[str, None] = {}
    circles: dict[tuple[str, ...], None] = {}
    for start in family.members:
        trail: dict[str, Iterator[str]] = {} if start in done else {start: iter(family.bases[start])}
        while trail:
            here = next(reversed(trail))
            base = next(trail[here], None)
            if base is None:
                done[here] = None
                del trail[here]
            elif base in trail:
                walked = list(trail)
                circles[_from_the_first(walked[walked.index(base) :])] = None
            elif base not in done:
                trail[base] = iter(family.bases[base])
    family.incomplete.update(path for circle in circles for path in circle)
    return tuple(done), list(circles)


def _from_the_first(circle: list[str]) -> tuple[str, ...]:
    first = circle.index(min(circle))
    return (*circle[first:], *circle[:first])


def _circular(circle: tuple[str, ...], family: Family) -> Diagnostic:
    source, following = family.members[circle[0]], family.members[circle[1 % len(circle)]]
    chain = " -> ".join(f'"{family.members[path].key}"' for path in (*circle, circle[0]))
    position = next(at for at, name in enumerate(_names_in_from(source)) if name == following.key)
    message = f'"{source.key}" starts from itself: {chain}'
    hint = f'remove "{following.key}" from "from", or break the circle elsewhere'
    return Diagnostic(rules.CIRCULAR_FROM, message, source.location.child("spec", "from", position), hint)
