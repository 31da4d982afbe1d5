"""Catalog files in canonical order and spelling.

Comes in: a catalog folder. Goes out: `FormattedCatalog`: each wanted file as it is and as it should be.
Never here: writing files. What any file says, alone or through `from`, stays the same, or nothing comes out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan.errors import PkgplanError
from pkgplan.model.source import meaning_of
from pkgplan.pipeline.checking import declared_in, located, missing_bases
from pkgplan.stages.format import Unwritable, write_document
from pkgplan.stages.inherit import inherit
from pkgplan.stages.load import MAX_BYTES, load, read_comments, read_document, read_tree, written_in
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.diagnostics import Diagnostic
    from pkgplan.model.source import SourceFile


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file as it is and as it should be; with a `refusal` it stays as it is."""

    path: str
    before: str
    after: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class FormattedCatalog:
    """The files of a catalog that can be formatted, and what is wrong with the others."""

    sources: tuple[SourceFile, ...]
    files: tuple[Formatted, ...]
    faults: tuple[Diagnostic, ...]


def format_catalog(root: Path, is_wanted: Callable[[str], bool]) -> FormattedCatalog:
    """Bring the wanted files, by path, into canonical order and spelling; what any file says stays the same.

    Raises:
        PkgplanError: they would say something else. That is a bug, and nothing may be written.
    """
    sources, found = load(root)
    missing = missing_bases(declared_in(root, (finding.at.path for finding in found)))
    inherited = inherit(sources, missing)
    _, shapes = validate(inherited.sources, written_in({source.path: source.text for source in sources}))
    placed = located((*found, *inherited.diagnostics, *shapes), inherited.sources)
    faults = tuple(fault for fault in placed if is_wanted(fault.at.path))
    faulty = {fault.at.path for fault in faults}
    made = {
        source.path: _formatted(source)
        for source in sources
        if is_wanted(source.path) and source.path not in faulty
    }
    after = [
        replace(source, data=made[source.path][1]) if source.path in made else source for source in sources
    ]
    for one, other in zip(inherited.sources, inherit(after, missing).sources, strict=True):
        if meaning_of(one) != meaning_of(other):
            raise _other_meaning(one.path)
    return FormattedCatalog(sources, tuple(file for file, _ in made.values()), faults)


def _formatted(source: SourceFile) -> tuple[Formatted, JsonValue]:
    """A file in canonical form, and the data that is read from that."""
    as_it_is = Formatted(source.path, source.text, source.text)
    try:
        text = write_document(read_tree(source.text), source.kind or "")
    except Unwritable as reason:
        return replace(as_it_is, refusal=str(reason)), source.data
    if len(text.encode()) > MAX_BYTES:
        return replace(as_it_is, refusal="it would become too long to be read"), source.data
    again, _ = read_document(source.path, text.encode())
    if again is None or meaning_of(again) != meaning_of(source):
        raise _other_meaning(source.path)
    before, after = (Counter(comment.text for comment in read_comments(each)) for each in (source.text, text))
    if before != after:
        return replace(as_it_is, refusal="a comment would be lost"), source.data
    return replace(as_it_is, after=text), again.data


def _other_meaning(path: str) -> PkgplanError:
    message = f'the canonical form of "{path}" would say something else than the file'
    return PkgplanError(message, hint="nothing was written; report it with the file, it is a bug of pkgplan")
