"""Which alias windows a create should leave behind, and whether they are there.

Comes in: recorded timelines, an action, the packages as read back. Goes out: expected windows, differences.
Never here: reading or writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import AliasRow, AliasWindow, TakeoverRule, Window, take_over
from pkgplan.model.units import Instant, short_instant

if TYPE_CHECKING:
    from pkgplan.model.plan import Action

WindowsByRef = Mapping[PackageRef, tuple[AliasWindow, ...]]


def expected_windows(
    timelines: Mapping[str, tuple[AliasRow, ...]], action: Action, *, at: Instant, rule: TakeoverRule
) -> dict[PackageRef, tuple[AliasWindow, ...]]:
    """The windows, on the aliases of a create, of every package that it could touch under any reading.

    Windows that end before the new one starts are left out: no reading touches them, and an alias may have
    hundreds.
    """
    before = {
        window.alias: [row for row in timelines.get(window.alias, ()) if row.ref != action.ref]
        for window in action.windows
    }
    expected: dict[PackageRef, list[AliasWindow]] = {action.ref: []}
    for window in action.windows:
        for row in before[window.alias]:
            if row.window.end > window.window.start:
                expected.setdefault(row.ref, [])
    for window in action.windows:
        new = AliasRow(action.ref, window.window)
        for row in take_over(before[window.alias], new, at=at, rule=rule):
            if row.ref in expected:
                expected[row.ref].append(AliasWindow(window.alias, row.window))
    return {ref: tuple(windows) for ref, windows in expected.items()}


def differences(
    expected: WindowsByRef, observed: WindowsByRef, aliases: Iterable[str], *, now: Instant
) -> list[str]:
    """What differs, in words; empty if every window is where it was foreseen."""
    found = []
    for alias in aliases:
        for ref in sorted(expected):
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
