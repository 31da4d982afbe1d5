"""Stage 2: does each document have the shape of its kind?

Comes in: readable YAML documents. Goes out: those without a fault, and a diagnostic for every fault.
Never here: anything that needs two fields of different terms, two files, or the time; nor jsonschema's own
words, which quote patterns at people. This folder is jsonschema's one home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.diagnostics import Diagnostic
from pkgplan.stages.validate.shape import WrittenAt, shape_faults
from pkgplan.stages.validate.words import show, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pkgplan.model.diagnostics import Location, Route
    from pkgplan.model.source import SourceFile


def _nobody_knows(_at: Location) -> None:
    """For whoever has only the data."""


def validate(
    sources: Iterable[SourceFile], written_at: WrittenAt = _nobody_knows
) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """Check every document against the schema of its kind.

    Args:
        sources: readable documents, with `from` written out.
        written_at: how a value that is no text is written in its file; only asked once there is a fault to word.

    Returns:
        The documents without a fault, in the order given, and all faults of the others, each once. A document
        that lacks what it starts from is in neither: what is there has no fault, but it is not whole.
    """
    given = tuple(sources)
    found = {source.path: tuple(dict.fromkeys(_faults(source, written_at))) for source in given}
    misspelt = {
        (path, fault.at.route[:-1])
        for path, faults in found.items()
        for fault in faults
        if fault.rule is rules.UNKNOWN_KEY
    }
    clean = tuple(source for source in given if source.is_complete and not found[source.path])
    return clean, tuple(
        fault for source in given for fault in _unexplained(source, found[source.path], misspelt)
    )


def _unexplained(
    source: SourceFile, faults: Iterable[Diagnostic], misspelt: Collection[tuple[str, Route]]
) -> Iterator[Diagnostic]:
    """The faults of a document, without the keys that it only lacks because a file it starts from misspells them."""
    bases = set(source.origins.values())
    for fault in faults:
        is_missing = fault.rule is rules.MISSING_KEY
        if not (is_missing and any((base, fault.at.route) in misspelt for base in bases)):
            yield fault


def _faults(source: SourceFile, written_at: WrittenAt) -> Iterator[Diagnostic]:
    if not isinstance(source.data, dict):
        yield Diagnostic(
            rules.WRONG_TYPE,
            f"the document is {show(source.data)}, not a mapping",
            source.location,
            'start with "apiVersion: pkgplan/v1" and "kind:"',
        )
    elif source.kind in KINDS:
        yield from shape_faults(source, source.kind, written_at)
    else:
        yield _kind_fault(source)


def _kind_fault(source: SourceFile) -> Diagnostic:
    known = ", ".join(KINDS)
    if not isinstance(source.data, dict) or "kind" not in source.data:
        return Diagnostic(
            rules.UNKNOWN_KIND,
            'the document has no "kind"',
            source.location,
            f'add "kind:" with one of {known}',
        )
    kind = source.data["kind"]
    near = suggestion(kind, KINDS) if isinstance(kind, str) else ""
    at = source.location.child("kind")
    return Diagnostic(rules.UNKNOWN_KIND, f"there is no kind {show(kind)}", at, near or f"use one of {known}")
