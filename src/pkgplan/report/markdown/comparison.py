"""Two packages side by side as a table, for a comment on a pull request.

Comes in: a comparison. Goes out: Markdown. Never here: what is said of either side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.report.comparison import conclusion, headings, shown_rows
from pkgplan.report.markdown.cells import code, plain, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.comparison import Comparison, Row

_Cells = tuple[str, str, str, str]


def comparison_markdown(
    compared: Comparison, *, catalog: str, equal: bool = False, verbose: bool = False
) -> str:
    """A heading, one table, and what it comes to; with `equal`, also what is the same on both sides."""
    before, after = code(compared.before.name), code(compared.after.name)
    about = [
        ("", plain(heading.label), plain(heading.before), plain(heading.after))
        for heading in headings(compared, catalog=catalog, verbose=verbose)
    ]
    rows = [cells for row in shown_rows(compared, equal=equal) for cells in _row(row)]
    return (
        f"### {before} and {after}\n\n"
        + table(("", "", before, after), [*about, *rows])
        + f"\n{plain(conclusion(compared, equal=equal))}\n"
    )


def _row(row: Row) -> Iterator[_Cells]:
    yield _cells(row.kind or "", row.path, row.before, row.after)
    for change in row.changes:
        yield _cells(change.kind, change.path, change.before, change.after)


def _cells(mark: str, path: str, before: str | None, after: str | None) -> _Cells:
    return (code(mark), code(path), plain(before or ""), plain(after or ""))
