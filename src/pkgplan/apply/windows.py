"""Which alias windows each create of a run should leave behind, and whether they are there.

Comes in: recorded rows, actions one after the other, packages as read back. Goes out: expected windows, differences.
Never here: reading or writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pkgplan.model.names import Holder, holder_order
from pkgplan.model.timeline import AliasRow, AliasWindow, TakeoverRule, Timeline, Window
from pkgplan.model.units import Instant, short_instant

if TYPE_CHECKING:
    from collections.abc import Container

    from pkgplan.model.plan import Action

WindowsByRef = Mapping[Holder, tuple[AliasWindow, ...]]


class Foreseen:
    """The rows of the aliases of a plan while its run goes on; a create costs what it meets."""

    def __init__(self, rows: Mapping[str, Iterable[AliasRow]], rule: TakeoverRule) -> None:
        self._rule = rule
        self._timelines = {alias: Timeline(each) for alias, each in rows.items()}
        self._windows: dict[str, dict[Holder, list[Window]]] = {}
        for alias, timeline in self._timelines.items():
            for row in timeline:
                self._windows.setdefault(alias, {}).setdefault(row.ref, []).append(row.window)

    def create(self, action: Action, *, at: Instant) -> dict[Holder, tuple[AliasWindow, ...]]:
        """Play a create; gives the windows, on its aliases, of every package that it could touch under any reading.

        Windows that end before the new one starts are left out, unless their package has later ones: no reading
        touches them, and an alias may have hundreds.
        """
        touched: dict[Holder, None] = {action.ref: None}
        for window in action.windows:
            timeline = self._timelines.setdefault(window.alias, Timeline())
            new = AliasRow(action.ref, window.window)
            touched |= dict.fromkeys(row.ref for row in timeline.near(new))
            turn = timeline.create(new, at=at, rule=self._rule)
            held = self._windows.setdefault(window.alias, {})
            for row in turn.removed:
                held[row.ref].remove(row.window)
                touched[row.ref] = None
            for row in turn.added:
                held.setdefault(row.ref, []).append(row.window)
        return {
            ref: tuple(
                AliasWindow(window.alias, each)
                for window in action.windows
                for each in self._windows[window.alias].get(ref, ())
            )
            for ref in touched
        }

    def takes_from_others(self, alias: str, start: Instant, created: Container[Holder]) -> bool:
        """Whether somebody has the alias at or after an instant whom this plan did not put there."""
        return any(row.ref not in created for row in self._timelines.get(alias, Timeline()).after(start))


def differences(
    expected: WindowsByRef, observed: WindowsByRef, aliases: Iterable[str], *, now: Instant
) -> list[str]:
    """What differs, in words; empty if every window is where it was foreseen."""
    found = []
    for alias in aliases:
        for ref in sorted(expected, key=holder_order):
            wanted = _on(alias, expected[ref])
            seen = _on(alias, observed.get(ref, ()))
            if len(wanted) != len(seen) or not all(map(_same, wanted, seen, [now] * len(seen))):
                found.append(f'{ref} on alias "{alias}" has {_words(seen)} instead of {_words(wanted)}')
    return found


def _on(alias: str, windows: Iterable[AliasWindow]) -> list[Window]:
    shown = [item.window for item in windows if item.alias == alias and item.window.start < item.window.end]
    return sorted(shown, key=lambda window: (window.start, window.end))


def _same(wanted: Window, seen: Window, now: Instant) -> bool:
    """Equal, or one of them shows no start and the other one that has passed: undated windows are read both ways."""
    undated = (wanted.starting_at is None or seen.starting_at is None) and max(
        wanted.start, seen.start
    ) <= now
    return wanted.end == seen.end and (undated or wanted.start == seen.start)


def _words(windows: Iterable[Window]) -> str:
    shown = [
        f"{'always' if window.starting_at is None else short_instant(window.starting_at)} .. "
        f"{'' if window.ending_before is None else short_instant(window.ending_before)}".rstrip()
        for window in windows
    ]
    return ", ".join(shown) or "no window"
