"""The alias windows of packages as rows: taking an alias over, and who is behind it.

Comes in: windows that a create asked for. Goes out: the windows of a package, the package behind an alias.
Never here: the takeover rule; that is `take_over` in the model, which the planner calls too.
Rows of archived packages are not live: they stay as they are, take no part, and stand behind nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.faults import refused
from pkgplan.engine.instants import from_text, to_text
from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import AliasRow, Window, take_over

if TYPE_CHECKING:
    import sqlite3

    from pkgplan.model.timeline import AliasWindow, TakeoverRule
    from pkgplan.model.units import Instant


def take_alias(
    connection: sqlite3.Connection, seq: int, wanted: AliasWindow, *, now: Instant, rule: TakeoverRule
) -> None:
    """Put package number `seq` behind an alias; what it meets is cut as the rule says.

    Raises: EngineError 400 if nothing would be left of the window (it ends before the rule lets it start).
    """
    before = _rows_met(connection, wanted)
    new = AliasRow(_ref(seq), wanted.window)
    after = take_over(before.values(), new, at=now, rule=rule)
    if after[-1].window.start >= after[-1].window.end:
        raise refused(
            f'alias "{wanted.alias}": ending_before must be after the instant at which the window starts'
        )
    kept = set(after)
    connection.executemany(
        "DELETE FROM alias_windows WHERE rowid = ?",
        [(rowid,) for rowid, row in before.items() if row not in kept],
    )
    there = set(before.values())
    connection.executemany(
        "INSERT INTO alias_windows (alias, package_seq, starting_at, ending_before) VALUES (?, ?, ?, ?)",
        [
            (wanted.alias, row.ref.version, to_text(row.window.start), to_text(row.window.end))
            for row in after
            if row not in there
        ],
    )


def let_go(connection: sqlite3.Connection, seq: int) -> None:
    """Take an archived package out of every alias, leaving its windows to be read."""
    connection.execute("UPDATE alias_windows SET live = 0 WHERE package_seq = ?", (seq,))


def package_behind(connection: sqlite3.Connection, alias: str, at: Instant) -> str | None:
    """The id of the package behind an alias at an instant.

    Live windows of an alias are disjoint, so the first one that ends later decides.
    """
    row = connection.execute(
        "SELECT p.id, w.starting_at FROM alias_windows w JOIN packages p ON p.seq = w.package_seq"
        " WHERE w.alias = ? AND w.live = 1 AND w.ending_before > ? ORDER BY w.ending_before LIMIT 1",
        (alias, to_text(at)),
    ).fetchone()
    if row is None:
        return None
    package_id, starting_at = row
    return str(package_id) if starting_at <= to_text(at) else None


def windows_of(connection: sqlite3.Connection, seq: int) -> list[tuple[str, Window]]:
    """The windows of one package, by alias and start."""
    query = (
        "SELECT alias, starting_at, ending_before FROM alias_windows"
        " WHERE package_seq = ? ORDER BY alias, starting_at"
    )
    return [(alias, _window(start, end)) for alias, start, end in connection.execute(query, (seq,))]


def _rows_met(connection: sqlite3.Connection, wanted: AliasWindow) -> dict[int, AliasRow]:
    """The live rows of the alias in order of creation, by row id.

    No reading of the rule touches a window that ended before a dated start, so those are not even fetched:
    an alias with a long past costs no more than one with a short one.
    """
    query = (
        "SELECT rowid, package_seq, starting_at, ending_before FROM alias_windows"
        " WHERE alias = ? AND live = 1 AND ending_before > ? ORDER BY package_seq, starting_at"
    )
    rows = connection.execute(query, (wanted.alias, to_text(wanted.window.start)))
    return {rowid: AliasRow(_ref(seq), _window(start, end)) for rowid, seq, start, end in rows}


def _ref(seq: int) -> PackageRef:
    """The model speaks of versions of keys; here every package is a version of one nameless key."""
    return PackageRef("", seq)


def _window(start: str, end: str) -> Window:
    return Window.between(from_text(start), from_text(end))
