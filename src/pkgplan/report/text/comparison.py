"""Two packages side by side, for people: one line or more for each field and term, in columns.

Comes in: a comparison, the width of the terminal. Goes out: text. Never here: what is said of either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.model.plan import ChangeKind
from pkgplan.report.comparison import conclusion, headings, shown_rows
from pkgplan.report.text.columns import shares, wrapped
from pkgplan.report.text.palette import PLAIN, Palette, Style
from pkgplan.report.text.words import padded, visible, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pkgplan.model.comparison import Comparison, Row

# Narrower than this nothing can be read; lines are then longer than the terminal.
_NARROWEST: Final = 40
_GAP: Final = "  "
_LABEL_SHARE: Final = 3
_STYLES: Final = {
    ChangeKind.ADDED: Style.ADDED,
    ChangeKind.REMOVED: Style.REMOVED,
    ChangeKind.CHANGED: Style.CHANGED,
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A mark, a label and both sides; with a `title`, only that, across all columns."""

    label: str = ""
    before: str = ""
    after: str = ""
    kind: ChangeKind | None = None
    depth: int = 0
    style: Style | None = None
    title: str | None = None

    @property
    def indent(self) -> str:
        """What stands before the label, the mark included."""
        mark = " " if self.kind is None else str(self.kind)
        return f"{'  ' * self.depth}{mark} "


def comparison_text(
    compared: Comparison,
    *,
    catalog: str,
    columns: int,
    equal: bool = False,
    verbose: bool = False,
    palette: Palette = PLAIN,
) -> str:
    """Both packages, term by term, and what it comes to in the last line.

    Args:
        compared: the two packages.
        catalog: the catalog folder as it was named.
        columns: cells of a line.
        equal: whether to show what is the same on both sides, too.
        verbose: whether to show digests.
        palette: colours, or none.
    """
    lines = [*_lines(compared, catalog=catalog, equal=equal, verbose=verbose)]
    sizes = _sizes(lines, max(columns, _NARROWEST))
    body = [text for line in lines for text in _drawn(line, sizes, palette)]
    last = visible(conclusion(compared, equal=equal))
    return "".join(f"{text}\n" for text in [*body, "", palette.paint(Style.TITLE, last)])


def _lines(compared: Comparison, *, catalog: str, equal: bool, verbose: bool) -> Iterator[_Line]:
    yield _Line("", compared.before.name, compared.after.name, style=Style.TITLE)
    for label, before, after in headings(compared, catalog=catalog, verbose=verbose):
        yield _Line(visible(label), visible(before), visible(after), style=Style.QUIET)
    group = None
    for row in shown_rows(compared, equal=equal):
        title = "" if row.key is None else row.field
        if title != group:
            yield _Line(title="")
            if title:
                yield _Line(title=visible(title))
        group = title
        yield from _row(row)


def _row(row: Row) -> Iterator[_Line]:
    label = visible(row.field if row.key is None else row.key)
    yield _Line(label, visible(row.before or ""), visible(row.after or ""), row.kind)
    for change in row.changes:
        inner = visible(change.path.removeprefix(f"{row.path}."))
        yield _Line(inner, visible(change.before or ""), visible(change.after or ""), change.kind, depth=1)


def _sizes(lines: Sequence[_Line], columns: int) -> tuple[int, int, int]:
    """How wide the label with its mark is, and either side."""
    labels, befores, afters = (
        max((width(text) for text in texts), default=0)
        for texts in (
            [line.indent + line.label for line in lines],
            [line.before for line in lines],
            [line.after for line in lines],
        )
    )
    label = min(labels, columns // _LABEL_SHARE)
    before, after = shares([befores, afters], columns - label - 2 * len(_GAP))
    return label, before, after


def _drawn(line: _Line, sizes: tuple[int, int, int], palette: Palette) -> Iterator[str]:
    if line.title is not None:
        yield palette.paint(Style.TITLE, line.title)
        return
    label, before, after = sizes
    indent = line.indent
    cells = (
        [f"{' ' * len(indent)}{text}" for text in wrapped(line.label, label - len(indent))],
        wrapped(line.before, before),
        wrapped(line.after, after),
    )
    for number in range(max(len(cell) for cell in cells)):
        first, second, third = (cell[number] if number < len(cell) else "" for cell in cells)
        text = f"{padded(first, label)}{_GAP}{padded(second, before)}{_GAP}{third}".rstrip()
        if line.style is not None:
            yield palette.paint(line.style, text)
        elif number == 0 and line.kind is not None:
            mark = palette.paint(_STYLES[line.kind], str(line.kind))
            yield indent.replace(str(line.kind), mark) + text[len(indent) :]
        else:
            yield text
