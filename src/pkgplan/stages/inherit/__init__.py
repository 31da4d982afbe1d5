"""Between reading and validating: what a spec starts from (`from`) is merged into it.

Comes in: readable documents of any shape. Goes out: the same documents, those with `from` written out, each part
with the file that says it; and findings about `from` itself.
Never here: the shape of a spec, which `validate` judges afterwards. A file without `from` passes through as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.catalog.fragment import FRAGMENT, NEVER_TAKEN_OVER
from pkgplan.model.diagnostics import Diagnostic, Route
from pkgplan.model.names import did_you_mean
from pkgplan.stages.inherit.bases import FAMILY, Family, family_of, says_from, spec_of
from pkgplan.stages.inherit.origins import at_origins, said_at
from pkgplan.stages.inherit.parts import NOTHING, Idle, Part, laid_over, merged, written_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pkgplan.model.source import Origins, SourceFile

_SPEC: Final[Route] = ("spec",)
_FROM: Final = "from"


@dataclass(frozen=True, slots=True)
class Inherited:
    """The documents with `from` written out, in the order given; and what is wrong with `from`."""

    sources: tuple[SourceFile, ...]
    diagnostics: tuple[Diagnostic, ...]
    unused: tuple[Diagnostic, ...]
    """Fragments that no package starts from: only worth saying once every file is understood."""


def inherit(sources: Iterable[SourceFile], unread: Collection[str | None] = ()) -> Inherited:
    """Write out every spec that starts from others.

    Args:
        sources: all documents that could be read, of any kind and shape.
        unread: keys of packages or fragments in files that could not be read, which are not called missing;
            None stands for any key.
    """
    given = tuple(sources)
    family, found = family_of(given, unread)
    resolved: dict[str, Part] = {}
    written: dict[str, SourceFile] = {}
    for path in _needed(family):
        source = family.members[path]
        if family.incomplete.intersection(family.bases[path]):
            family.incomplete.add(path)
        idle: list[Idle] = []
        resolved[path] = _resolved(source, family, resolved, idle)
        if not says_from(source):
            continue
        is_complete = path not in family.incomplete
        written[path] = _written_out(source, resolved[path], is_complete=is_complete)
        if is_complete:
            found.extend(_removes_nothing(source, null) for null in idle)
    return Inherited(
        tuple(written.get(source.path, source) for source in given), tuple(found), tuple(_unused(family))
    )


def _needed(family: Family) -> Iterator[str]:
    """The files with `from` and their bases, bases first."""
    bases = {base for each in family.bases.values() for base in each}
    return (path for path in family.order if path in bases or says_from(family.members[path]))


def _resolved(source: SourceFile, family: Family, resolved: dict[str, Part], idle: list[Idle]) -> Part:
    """The whole spec of a file whose bases are resolved; a base that closes a circle says nothing."""
    bases = (_heritable(resolved[base]) for base in family.bases[source.path] if base in resolved)
    said = {key: value for key, value in spec_of(source).items() if key != _FROM}
    return laid_over(reduce(merged, bases, NOTHING), said, source.path, _SPEC, idle)


def _heritable(spec: Part) -> Part:
    entries = spec.entries or {}
    return Part(spec.path, {key: part for key, part in entries.items() if key not in NEVER_TAKEN_OVER})


def _written_out(source: SourceFile, spec: Part, *, is_complete: bool) -> SourceFile:
    origins: Origins = {}
    data = written_out(spec, _SPEC, origins, source.path)
    document = source.data if isinstance(source.data, dict) else {}
    said = {_FROM: spec_of(source)[_FROM], **(data if isinstance(data, dict) else {})}
    return replace(source, data={**document, "spec": said}, origins=origins, is_complete=is_complete)


def _removes_nothing(source: SourceFile, null: Idle) -> Diagnostic:
    *around, key = null.route
    message = f'"{key}" is null, but what "from" names has no "{key}" in "{around[-1]}"'
    hint = did_you_mean(str(key), set(null.there) - NEVER_TAKEN_OVER)
    if not hint.startswith("did you mean"):
        hint = "; or ".join(filter(None, [hint, "remove the line"]))
    if len(around) == 1 and key in NEVER_TAKEN_OVER:
        hint = f'remove the line: "{key}" is never taken over'
    return Diagnostic(rules.REMOVES_NOTHING, message, source.location.child(*null.route).at_key(), hint)


def _unused(family: Family) -> Iterator[Diagnostic]:
    used: set[str] = set()
    ahead = [path for path, source in family.members.items() if source.kind != FRAGMENT]
    while ahead:
        path = ahead.pop()
        if path not in used:
            used.add(path)
            ahead.extend(family.bases[path])
    for key, path in family.by_key.items():
        if path not in used:
            message = f'no package starts from fragment "{key}"'
            at = family.members[path].location.child("metadata", "key")
            hint = 'name it in the "from" of a package, or remove the file'
            yield Diagnostic(rules.UNUSED_FRAGMENT, message, at, hint)


__all__ = ["FAMILY", "Inherited", "at_origins", "inherit", "said_at"]
