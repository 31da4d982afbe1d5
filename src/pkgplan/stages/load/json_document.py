"""A JSON file that somebody wrote by hand becomes a document or its diagnostics.

Comes in: bytes. Goes out: a `SourceFile`, or at least one diagnostic with its place; no exception, whatever the bytes.
Never here: opening files. JSON is YAML, so the YAML loader places routes, and knows where a key is given twice.
"""

from __future__ import annotations

from pkgplan.model.broken_json import BrokenJson, broken_json
from pkgplan.model.canonical import parse_json
from pkgplan.model.diagnostics import START_OF_FILE, Diagnostic, Location, TextRange, in_order
from pkgplan.model.rules import DUPLICATE_KEY, LOCK_SYNTAX
from pkgplan.model.source import SourceFile
from pkgplan.stages.load.builder import build_with_places
from pkgplan.stages.load.decode import decode
from pkgplan.stages.load.document import left_by_git


def read_json_document(path: str, content: bytes) -> tuple[SourceFile | None, tuple[Diagnostic, ...]]:
    """Read one lock file; `path` is what its diagnostics will name."""
    left = left_by_git(path, content)
    if left is not None:
        return None, (left,)
    text = decode(path, content)
    if isinstance(text, Diagnostic):
        return None, (text,)
    broken = broken_json(text)
    if broken is not None:
        return None, (_broken(path, text, broken),)
    try:
        return SourceFile(path, text, parse_json(text)), ()
    except ValueError as error:
        return None, _twice(path, text) or (_broken(path, text, BrokenJson(str(error), "mend it")),)


def _broken(path: str, text: str, broken: BrokenJson) -> Diagnostic:
    lines = text.splitlines() or [""]
    line = min(broken.line, len(lines))
    column = min(broken.column, len(lines[line - 1]) + 1)
    end = min(column + 1, len(lines[line - 1]) + 1)
    at = START_OF_FILE if text == "" else TextRange(line, column, line, end)
    message = f"the lock file is not JSON: {broken.problem}"
    return Diagnostic(LOCK_SYNTAX, message, Location(path, text_range=at), broken.hint)


def _twice(path: str, text: str) -> tuple[Diagnostic, ...]:
    """The keys that are given twice, each with both places."""
    found = build_with_places(path, text).findings
    return in_order(finding for finding in found if finding.rule is DUPLICATE_KEY)
