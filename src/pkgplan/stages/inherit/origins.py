"""Findings about inherited parts are moved to the files that say them, each fault once.

Comes in: findings with routes in the packages that have a part, and the resolved documents. Goes out: the
findings where somebody can mend them, and for which packages they count. Never here: lines, or new findings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import Diagnostic, Location, Related
from pkgplan.model.source import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pkgplan.model.source import SourceFile


def at_origins(diagnostics: Iterable[Diagnostic], sources: Iterable[SourceFile]) -> tuple[Diagnostic, ...]:
    """Move every place to the file that says it; of equal faults of several packages the first one stays.

    Two faults are equal if they break one rule at one place in the same words, the name of the package aside.
    """
    by_path = {source.path: source for source in sources}
    if not any(source.origins for source in by_path.values()):
        return tuple(diagnostics)
    groups: dict[object, list[tuple[Diagnostic, SourceFile | None]]] = defaultdict(list)
    for diagnostic in diagnostics:
        moved = _moved(diagnostic, by_path)
        source = by_path.get(diagnostic.at.path)
        heir = source if moved.at.path != diagnostic.at.path else None
        groups[_fault(moved, source)].append((moved, heir))
    return tuple(_one_of(group) for group in groups.values())


def said_at(location: Location, sources: Mapping[str, SourceFile]) -> Location:
    """The same place in the file that says it."""
    source = sources.get(location.path)
    if source is None or location.text_range is not None:
        return location
    return replace(location, path=origin_of(location.route, source.origins, location.path))


def _moved(diagnostic: Diagnostic, sources: Mapping[str, SourceFile]) -> Diagnostic:
    related = tuple(replace(other, at=said_at(other.at, sources)) for other in diagnostic.related)
    return replace(diagnostic, at=said_at(diagnostic.at, sources), related=related)


def _fault(moved: Diagnostic, source: SourceFile | None) -> object:
    """What makes two findings one fault."""
    name = "" if source is None or source.key is None else f'"{source.key}"'
    return moved.rule.code, moved.at, moved.message.replace(name, '""') if name else moved.message


def _one_of(group: list[tuple[Diagnostic, SourceFile | None]]) -> Diagnostic:
    """One finding for all: that of the file itself, or that of the first heir with the others counted."""
    for finding, heir in group:
        if heir is None:
            return finding
    heirs = {heir.path: (heir, finding) for finding, heir in reversed(group) if heir is not None}
    heir, finding = heirs[min(heirs)]
    others = {0: "", 1: " and another file"}.get(len(heirs) - 1, f" and {len(heirs) - 1} other files")
    at = Location(heir.path, ("spec", "from")).at_key()
    return replace(finding, related=(*finding.related, Related(at, f'taken over by "{heir.key}"{others}')))
