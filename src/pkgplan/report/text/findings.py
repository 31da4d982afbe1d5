"""Findings for people: place, rule, message, the source line with a caret, hint, related places.

Comes in: views, the catalog folder as it was named, and a way to get a line of a file.
Goes out: text like a compiler's, so that editors and CI can jump to the place. Never here: reading files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import Severity
from pkgplan.report.text.palette import PLAIN, Palette, Style
from pkgplan.report.text.words import counted, shown_path, visible, width
from pkgplan.report.views import FindingView, PlaceView, Tally

if TYPE_CHECKING:
    from pkgplan.model.diagnostics import TextRange

LineOf = Callable[[str, int], str | None]

# Units: code points. Of a longer line only the part around the finding is shown.
_LONGEST = 160
_BEFORE = 60
_STYLES = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING, Severity.NOTE: Style.NOTE}


def no_lines(path: str, line: int) -> str | None:  # noqa: ARG001 - a LineOf for when the files are not at hand
    """No source lines."""
    return None


def findings(
    found: Iterable[FindingView], *, catalog: str, line_of: LineOf = no_lines, palette: Palette = PLAIN
) -> str:
    """Each finding in a few lines."""
    return "".join(_finding(finding, catalog, line_of, palette) for finding in found)


def summary(found: Sequence[FindingView], *, files: int, packages: int) -> str:
    """The one line below the findings of `validate`."""
    tally = Tally.of(found)
    read = f"{counted(files, 'file')}, {counted(packages, 'package')}"
    if not found:
        return f"The catalog is sound: {read}.\n"
    return f"{read}: {counts(tally)}\n"


def counts(tally: Tally) -> str:
    """`1 error, 2 warnings`; severities without findings are left out."""
    named = ((tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note"))
    return ", ".join(counted(number, name) for number, name in named if number) or "no findings"


def _finding(finding: FindingView, catalog: str, line_of: LineOf, palette: Palette) -> str:
    severity = palette.paint(_STYLES[finding.severity], f"{finding.severity} {finding.code}")
    lines = [f"{_place(catalog, finding.place)}: {severity} {visible(finding.message)}"]
    source = line_of(finding.place.path, finding.place.text_range.line)
    if source is not None:
        lines += _excerpt(source, finding.place.text_range, palette)
    lines += [
        f"  also: {_place(catalog, other.place)}: {visible(other.message)}" for other in finding.related
    ]
    if finding.hint:
        lines.append(f"  hint: {visible(finding.hint)}")
    return "".join(f"{line}\n" for line in lines)


def _place(catalog: str, place: PlaceView) -> str:
    return f"{shown_path(catalog, place.path)}:{place.text_range.line}:{place.text_range.column}"


def _excerpt(source: str, at: TextRange, palette: Palette) -> list[str]:
    start = at.column - 1
    end = at.end_column - 1 if at.end_line == at.line else len(source)
    first = max(0, start - _BEFORE) if len(source) > _LONGEST else 0
    shown = source[first : first + _LONGEST]
    start, end = start - first, min(max(end - first, start - first + 1), max(len(shown), start - first + 1))
    before, marked = visible(_spaced(shown[:start])), visible(_spaced(shown[start:end]))
    gutter = f"{at.line:>6} | "
    text = (before + marked + visible(_spaced(shown[end:]))).rstrip()
    if not text:
        return []
    caret = " " * width(before) + "^" * max(1, width(marked.rstrip()))
    blank = " " * (len(gutter) - 2) + "| "
    return [gutter + text, blank + palette.paint(Style.ERROR, caret)]


def _spaced(text: str) -> str:
    """A tab takes one cell, so that the caret stands under what it means."""
    return text.replace("\t", " ")
