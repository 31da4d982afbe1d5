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
from pkgplan.stages.validate.shape import shape_faults
from pkgplan.stages.validate.words import show, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.source import SourceFile


def validate(sources: Iterable[SourceFile]) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """Check every document against the schema of its kind.

    Returns:
        The documents without a fault, in the order given, and all faults of the others, each once.
    """
    clean: list[SourceFile] = []
    found: list[Diagnostic] = []
    for source in sources:
        faults = dict.fromkeys(_faults(source))
        found.extend(faults)
        if not faults:
            clean.append(source)
    return tuple(clean), tuple(found)


def _faults(source: SourceFile) -> Iterator[Diagnostic]:
    if not isinstance(source.data, dict):
        yield Diagnostic(
            rules.WRONG_TYPE,
            f"the document is {show(source.data)}, not a mapping",
            source.location,
            'start with "apiVersion: pkgplan/v1" and "kind:"',
        )
    elif source.kind in KINDS:
        yield from shape_faults(source, source.kind)
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
