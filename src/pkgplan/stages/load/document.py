"""One file's content becomes a document or its diagnostics: the pure part of the loader.

Comes in: bytes. Goes out: a `SourceFile`, or at least one diagnostic; no exception, whatever the bytes are.
Never here: opening files.
"""

from __future__ import annotations

from pkgplan.model.artefacts import artefact_in
from pkgplan.model.diagnostics import START_OF_FILE, Diagnostic, Location, in_order
from pkgplan.model.rules import EMPTY_FILE, LEFT_BY_GIT
from pkgplan.model.source import SourceFile
from pkgplan.stages.load.builder import build
from pkgplan.stages.load.decode import decode


def read_document(path: str, content: bytes) -> tuple[SourceFile | None, tuple[Diagnostic, ...]]:
    """Read one catalog file; `path` is what its diagnostics will name."""
    left = left_by_git(path, content)
    if left is not None:
        return None, (left,)
    text = decode(path, content)
    if isinstance(text, Diagnostic):
        return None, (text,)
    built = build(path, text)
    if built.findings:
        return None, in_order(built.findings)
    if built.data is None:
        location = Location(path, text_range=START_OF_FILE)
        return None, (
            Diagnostic(EMPTY_FILE, "the file holds no document", location, EMPTY_FILE.fix.removesuffix(".")),
        )
    return SourceFile(path, text, built.data), ()


def left_by_git(path: str, content: bytes) -> Diagnostic | None:
    """What git left in a file; looked for first, as a marker within braces or quotes would be read as text."""
    artefact = artefact_in(content)
    if artefact is None:
        return None
    return Diagnostic(LEFT_BY_GIT, artefact.problem, Location(path, text_range=artefact.at), artefact.hint)
