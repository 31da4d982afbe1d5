"""Alias windows as rows, of packages and of rate cards: taking an alias over, and who is behind it.

Comes in: windows that a call asked for. Goes out: the windows of an owner, the owner behind an alias.
Never here: the takeover rule; that is `take_over` in the model, which the planner calls too. That rate cards take
over as packages do is assumed: the vendor describes both in the same words.
Rows of archived owners are not live: they stay as they are, take no part, and stand behind nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import refused
from pkgplan.engine.instants import from_text, row_to_api_text, to_text
from pkgplan.model.canonical import compact
from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import (
    BEGINNING,
    END,
    AliasRow,
    AliasWindow,
    LaterWindows,
    Window,
    take_over,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.names import Holder
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.model.units import Instant

_BEGINNING: Final = to_text(BEGINNING)
_END: Final = to_text(END)


@dataclass(frozen=True, slots=True)
class AliasTable:
    """Where the windows of one kind of owner are: each kind has names of its own."""

    windows: str
    owner: str
    owners: str

    def sql(self, statement: str) -> str:
        """A statement with the names of this table in it; they are constants of ours, never input."""
        return statement.format(windows=self.windows, owner=self.owner, owners=self.owners)


PACKAGES: Final = AliasTable("alias_windows", "package_seq", "packages")
RATE_CARDS: Final = AliasTable("rate_card_windows", "rate_card_seq", "rate_cards")


def take_alias(
    connection: sqlite3.Connection,
    table: AliasTable,
    seq: int,
    wanted: AliasWindow,
    *,
    now: Instant,
    rule: TakeoverRule,
) -> None:
    """Put owner number `seq` behind an alias; what it meets is cut as the rule says.

    Raises: EngineError 400 if nothing would be left of the window (it ends before the rule lets it start).
    """
    before = _rows_met(connection, table, wanted, rule)
    new = AliasRow(_ref(seq), wanted.window)
    after = take_over(before.values(), new, at=now, rule=rule)
    if after[-1].window.start >= after[-1].window.end:
        raise refused(
            f'alias "{wanted.alias}": ending_before must be after the instant at which the window starts'
        )
    kept = set(after)
    connection.executemany(
        table.sql("DELETE FROM {windows} WHERE rowid = ?"),
        [(rowid,) for rowid, row in before.items() if row not in kept],
    )
    there = set(before.values())
    connection.executemany(
        table.sql("INSERT INTO {windows} (alias, {owner}, starting_at, ending_before) VALUES (?, ?, ?, ?)"),
        [
            (wanted.alias, _seq(row.ref), to_text(row.window.start), to_text(row.window.end))
            for row in after
            if row not in there
        ],
    )


def give_up(connection: sqlite3.Connection, table: AliasTable, seq: int, dropped: AliasWindow) -> None:
    """Take an owner out of one of its live windows; nobody gets what becomes free."""
    # Live windows of an alias are disjoint, so the index over their ends finds one row. The plus keeps SQLite from the
    # index over owners, which finds all of one owner's.
    connection.execute(
        table.sql(
            "DELETE FROM {windows} WHERE alias = ? AND live = 1 AND ending_before = ? AND +{owner} = ?"
        ),
        (dropped.alias, to_text(dropped.window.end), seq),
    )


def let_go(connection: sqlite3.Connection, table: AliasTable, seq: int) -> None:
    """Take an archived owner out of every alias, leaving its windows to be read."""
    connection.execute(table.sql("UPDATE {windows} SET live = 0 WHERE {owner} = ?"), (seq,))


def owner_behind(connection: sqlite3.Connection, table: AliasTable, alias: str, at: Instant) -> str | None:
    """The id of the package or rate card behind an alias at an instant.

    Live windows of an alias are disjoint, so the first one that ends later decides.
    """
    row = connection.execute(
        table.sql(
            "SELECT o.id, w.starting_at FROM {windows} w JOIN {owners} o ON o.seq = w.{owner}"
            " WHERE w.alias = ? AND w.live = 1 AND w.ending_before > ? ORDER BY w.ending_before LIMIT 1"
        ),
        (alias, to_text(at)),
    ).fetchone()
    if row is None:
        return None
    owner_id, starting_at = row
    return str(owner_id) if starting_at <= to_text(at) else None


def windows_of(connection: sqlite3.Connection, table: AliasTable, seq: int) -> list[AliasWindow]:
    """The windows of one owner, by alias and start."""
    query = table.sql(
        "SELECT alias, starting_at, ending_before FROM {windows} WHERE {owner} = ? ORDER BY alias, starting_at"
    )
    return [
        AliasWindow(alias, _window(start, end)) for alias, start, end in connection.execute(query, (seq,))
    ]


def shown_windows(
    connection: sqlite3.Connection, table: AliasTable, seqs: Iterable[int]
) -> dict[int, list[JsonValue]]:
    """The windows of owners as answers show them, `{name, starting_at?, ending_before?}`, by number of the owner."""
    shown: dict[int, list[JsonValue]] = {seq: [] for seq in seqs}
    query = table.sql(
        "SELECT {owner}, alias, starting_at, ending_before FROM {windows}"
        " WHERE {owner} IN (SELECT value FROM json_each(?)) ORDER BY {owner}, alias, starting_at"
    )
    for seq, alias, start, end in connection.execute(query, (compact([*shown]),)):
        body: JsonObject = {"name": alias}
        if start != _BEGINNING:
            body["starting_at"] = row_to_api_text(start)
        if end != _END:
            body["ending_before"] = row_to_api_text(end)
        shown[seq].append(body)
    return shown


def _rows_met(
    connection: sqlite3.Connection, table: AliasTable, wanted: AliasWindow, rule: TakeoverRule
) -> dict[int, AliasRow]:
    """The live rows of the alias that a window can meet, in the order of time, by row id.

    No reading of the rule touches a window that ended before a dated start, so those are not even fetched:
    an alias with a long past costs no more than one with a short one. If later windows are kept, the first one that
    begins later is the only one of them that matters: the new window ends there.
    """
    is_dated = wanted.window.starting_at is not None
    query = table.sql(
        "SELECT rowid, {owner}, starting_at, ending_before FROM {windows}"
        " WHERE alias = ? AND live = 1 AND ending_before > ? ORDER BY ending_before LIMIT ?"
    )
    most = 2 if is_dated and rule.later_windows is LaterWindows.KEPT else -1
    rows = connection.execute(query, (wanted.alias, to_text(wanted.window.start), most))
    return {rowid: AliasRow(_ref(seq), _window(start, end)) for rowid, seq, start, end in rows}


def _ref(seq: int) -> PackageRef:
    """The model speaks of versions of keys; here every owner is a version of one nameless key."""
    return PackageRef("", seq)


def _seq(holder: Holder) -> int:
    if not isinstance(holder, PackageRef):
        raise TypeError(f"{holder} is not a row of the engine")
    return holder.version


def _window(start: str, end: str) -> Window:
    return Window.between(from_text(start), from_text(end))
