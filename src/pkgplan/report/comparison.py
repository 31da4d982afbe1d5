"""Two packages side by side, in words and as JSON: where each comes from, its aliases, and what differs.

Comes in: a comparison. Goes out: pieces of text for every form of the report, and JSON.
Never here: columns (`text/comparison.py`) and tables (`markdown/comparison.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pkgplan.model.plan import FORMAT_VERSION, ChangeKind
from pkgplan.model.units import format_instant, short_instant
from pkgplan.report.text.words import counted, shown_path, window
from pkgplan.report.views import in_time_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.comparison import Comparison, Row, Side

EQUAL = "="
_DIGEST_CHARACTERS = len("sha256:") + 12
_ALWAYS = "always"


class Heading(NamedTuple):
    """A line about the packages themselves: what it is about, and what it says of either."""

    label: str
    before: str
    after: str


def headings(compared: Comparison, *, catalog: str, verbose: bool = False) -> Iterator[Heading]:
    """Where each package comes from, and its aliases with their windows."""
    sides = (compared.before, compared.after)
    yield Heading("", *(_origin(side, compared.environment, catalog) for side in sides))
    for alias in sorted({held.alias for side in sides for held in side.windows}):
        yield Heading(f'alias "{alias}"', *(_windows(side, alias) for side in sides))
    if verbose:
        yield Heading("digest", *(_digest(side) for side in sides))


def shown_rows(compared: Comparison, *, equal: bool) -> tuple[Row, ...]:
    """The rows to show: those that differ, or all."""
    return tuple(row for row in compared.rows if equal or row.kind is not None)


def conclusion(compared: Comparison, *, equal: bool) -> str:
    """One line that says whether there is a difference, and how much of one.

    Args:
        compared: what was compared.
        equal: whether equal rows are shown, so that nothing need be said of them.
    """
    before, after = compared.before, compared.after
    if compared.is_same:
        digests = [*dict.fromkeys(side.known_digest for side in (before, after))]
        if None in digests:
            return "No difference: same terms"
        if len(digests) > 1:
            return f"No difference: same terms, spelled in two ways: digests {digests[0]} and {digests[1]}"
        return f"No difference: same terms, digest {digests[0]}"
    counts = (
        (ChangeKind.CHANGED, "different"),
        (ChangeKind.REMOVED, f"only in {before.name}"),
        (ChangeKind.ADDED, f"only in {after.name}"),
    )
    parts = [f"{number} {what}" for kind, what in counts if (number := compared.count(kind))]
    if not parts:
        return f"The terms read the same, but what is sent differs: {before.digest} and {after.digest}"
    same = compared.count(None)
    left_out = "" if equal or not same else f"; {counted(same, 'equal one')} not shown (--all shows all)"
    return ", ".join(parts) + left_out


def _origin(side: Side, environment: str, catalog: str) -> str:
    if side.path is not None:
        return shown_path(catalog, side.path)
    gone = "" if side.archived_at is None else f", archived {short_instant(side.archived_at)}"
    return f'recorded in "{environment}"{gone}'


def _windows(side: Side, alias: str) -> str:
    held = [window(each.window) for each in in_time_order(side.windows) if each.alias == alias]
    # What is declared without dates is not for always if there are versions already.
    declared = ["no dates" if each == _ALWAYS and side.version is None else each for each in held]
    return ", ".join(declared)


def _digest(side: Side) -> str:
    digest = side.known_digest
    return "not all ids are pinned" if digest is None else digest[:_DIGEST_CHARACTERS]


def to_json(compared: Comparison, *, equal: bool) -> JsonObject:
    """`{format_version, environment, same_terms, before, after, terms, summary}`."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": compared.environment,
        "same_terms": compared.is_same,
        "before": _side(compared.before),
        "after": _side(compared.after),
        "terms": [_row(row) for row in shown_rows(compared, equal=equal)],
        "summary": {
            "added": compared.count(ChangeKind.ADDED),
            "removed": compared.count(ChangeKind.REMOVED),
            "changed": compared.count(ChangeKind.CHANGED),
            "equal": compared.count(None),
        },
    }


def _side(side: Side) -> JsonObject:
    return {
        "name": side.name,
        "key": side.key,
        "version": side.version,
        "source": side.path,
        "digest": side.known_digest,
        "windows": [held.to_json() for held in in_time_order(side.windows)],
        "archived_at": None if side.archived_at is None else format_instant(side.archived_at),
    }


def _row(row: Row) -> JsonObject:
    return {
        "change": EQUAL if row.kind is None else str(row.kind),
        "path": row.path,
        "before": row.before,
        "after": row.after,
        "changes": [change.to_json() for change in row.changes],
    }
