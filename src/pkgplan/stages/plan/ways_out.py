"""What an author can write where the windows of an alias are refused: each is tried before it is said.

Comes in: the refusal, the declarations, and a way to try others. Goes out: the finding with a hint that holds.
Never here: guessing. A hint that leads to the next refusal is worse than none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, Protocol

from pkgplan.model.rules import ALIAS_IN_PAST
from pkgplan.model.timeline import BEGINNING, END, Window
from pkgplan.model.units import Instant, next_full_hour, on_the_hour, short_instant
from pkgplan.stages.plan.refusals import UNDO, Found, SetWindow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pkgplan.model.compiled import Content
    from pkgplan.model.diagnostics import Diagnostic
    from pkgplan.stages.plan.declared import Declaration, Recorded

# An alias may have thousands of windows; who is refused wants an answer, and the nearest instants are the likely ones.
_MOST_TRIED: Final = 60
# So many declarations are moved together, and so many instants tried for each but the last.
_MOST_EDITED: Final = 3
_MOST_STARTS: Final = 4


class Tried(Protocol):
    """An alias on which declarations can be tried."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def recorded(self) -> Recorded:
        """What is recorded of it."""

    @property
    def as_of(self) -> Instant:
        """The instant that counts as now."""

    def refusal(self, entries: Sequence[Declaration]) -> Diagnostic | None:
        """Why these declarations cannot be had."""

    def can_have(self, entries: Sequence[Declaration], shown: Content) -> bool:
        """Whether these declarations can be had, and this content is behind the alias at some time to come."""


def way_out(
    refused: Diagnostic, entries: Sequence[Declaration], alias: Tried, *, most: int = _MOST_EDITED
) -> Found:
    """The first edit of one declaration that can be planned, nearest to the refused one.

    Where no single one helps, the refused declaration is moved ahead, and what is refused then is mended likewise; at
    last there is only to undo the change.
    """
    first = next((i for i, entry in enumerate(entries) if entry.at == refused.at), 0)
    own = entries[first].content.key
    if refused.rule is ALIAS_IN_PAST:
        later = _later(refused, first, entries, alias)
        if later is not None:
            return later
    for tried, (number, window) in enumerate(_edits(first, entries, alias)):
        if tried == _MOST_TRIED:
            break
        if _can_have(number, window, entries, alias):
            found = Found(refused, (_edit(number, window, entries, alias),), own=own)
            return replace(found, diagnostic=replace(refused, hint=found.narrow))
    both = _with_another(refused, first, entries, alias, most) if most > 1 else None
    return Found(replace(refused, hint=UNDO)) if both is None else both


def _with_another(
    refused: Diagnostic, number: int, entries: Sequence[Declaration], alias: Tried, most: int
) -> Found | None:
    """The refused declaration moved ahead, together with edits of others."""
    entry = entries[number]
    for example in islice(_ahead(alias.as_of), _MOST_STARTS):
        window = Window(example, entry.window.ending_before if entry.window.end > example else None)
        edited = _edited(number, window, entries)
        then = alias.refusal(edited) if _is_sound(edited) else None
        if then is None or then.at == refused.at:
            continue
        more = way_out(then, edited, alias, most=most - 1)
        if more.edits:
            found = Found(
                refused, (_edit(number, window, entries, alias), *more.edits), own=entry.content.key
            )
            return replace(found, diagnostic=replace(refused, hint=found.narrow))
    return None


def first_window(
    after: Window | None, entry: Declaration, alias: Tried, *, as_of: Instant
) -> SetWindow | None:
    """A window with an end for an alias that nobody declares any more: nearest to what it had, and it can be had."""
    soon = next_full_hour(as_of)
    start = None if after is None else after.starting_at
    for begins in (start, *(each for each in (soon, *_ahead(as_of)) if start is None or each > start)):
        for ends in _ahead(as_of):
            window = Window(begins, ends)
            if window.start < window.end and alias.can_have([replace(entry, window=window)], entry.content):
                return SetWindow(entry.content.key, alias.name, None, window)
    return None


def _later(refused: Diagnostic, number: int, entries: Sequence[Declaration], alias: Tried) -> Found | None:
    """For a start in the past: any start from the next full hour on, with an example, if that is so."""
    soon = next_full_hour(alias.as_of)
    entry = entries[number]
    for example in _ahead(alias.as_of):
        end = entry.window.ending_before if entry.window.end > example else None
        if not _can_have(number, Window(example, end), entries, alias):
            continue
        edit = _edit(number, Window(example, end), entries, alias)
        if end == entry.window.ending_before and _can_have(number, Window(soon, end), entries, alias):
            hint = (
                f"write a starting_at of {short_instant(soon)} or later, for example "
                f"`starting_at: {short_instant(example)}`"
            )
            other = replace(edit, window=Window(soon, end))
            return Found(replace(refused, hint=hint), (edit,), (other,), entry.content.key)
        return Found(replace(refused, hint=edit.words), (edit,), own=entry.content.key)
    return None


def _ahead(as_of: Instant) -> Iterator[Instant]:
    """Instants that people choose: the first of the next two months, the days to come, the hours to come."""
    midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    month = midnight.replace(day=1)
    for _ in range(2):
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
        yield month
    yield from (midnight + timedelta(days=days) for days in range(1, 9))
    yield from (next_full_hour(as_of) + timedelta(hours=hours) for hours in range(3))


def _edits(first: int, entries: Sequence[Declaration], alias: Tried) -> Iterator[tuple[int, Window]]:
    """Other windows for single declarations, the refused one first, then its neighbours; what differs least first."""
    instants = _instants(entries, alias)
    for number in sorted(range(len(entries)), key=lambda i: (abs(i - first), i)):
        window = entries[number].window
        starts = [at for at in _nearest(instants, window.starting_at) if at < window.end]
        ends = [at for at in _nearest(instants, window.ending_before) if at > window.start]
        if window.ending_before is None:
            yield from ((number, Window(at)) for at in starts)
            yield from ((number, Window(window.starting_at, at)) for at in ends)
        else:
            yield from ((number, Window(window.starting_at, at)) for at in ends)
            yield from ((number, Window(at, window.ending_before)) for at in starts)
            yield number, Window(window.starting_at)
            yield from ((number, Window(at)) for at in instants)


def _nearest(instants: Sequence[Instant], to: Instant | None) -> list[Instant]:
    """Other instants than this one, the nearest first."""
    if to is None:
        return list(instants)
    return sorted((at for at in instants if at != to), key=lambda at: abs(at - to))


def _instants(entries: Sequence[Declaration], alias: Tried) -> list[Instant]:
    """Where windows begin and end now or shall, and the next hours and days: candidates for a start or an end."""
    soon = next_full_hour(alias.as_of)
    midnight = alias.as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    edges = {edge for entry in entries for edge in (entry.window.start, entry.window.end)}
    for row in alias.recorded.timeline.after(alias.as_of):
        edges |= {row.window.start, row.window.end}
        if len(edges) > _MOST_TRIED:
            break
    edges -= {BEGINNING, END}
    near = {soon, soon + timedelta(hours=1), midnight + timedelta(days=1), midnight + timedelta(days=2)}
    return [*sorted(edge for edge in edges if edge >= soon and on_the_hour(edge)), *sorted(near - edges)]


def _edited(number: int, window: Window, entries: Sequence[Declaration]) -> list[Declaration]:
    edited = [replace(entry, window=window) if i == number else entry for i, entry in enumerate(entries)]
    return sorted(edited, key=lambda entry: (entry.window.start, entry.content.key))


def _can_have(number: int, window: Window, entries: Sequence[Declaration], alias: Tried) -> bool:
    edited = _edited(number, window, entries)
    return _is_sound(edited) and alias.can_have(edited, entries[number].content)


def _is_sound(entries: Sequence[Declaration]) -> bool:
    """What the checks of a catalog ask of the windows of one alias."""
    if any(entry.window.start >= entry.window.end for entry in entries):
        return False
    if any(entry.retire_at is not None and entry.window.start >= entry.retire_at for entry in entries):
        return False
    return all(
        one.window.start < other.window.start
        and (one.window.ending_before is None or one.window.end <= other.window.start)
        for one, other in pairwise(entries)
    )


def _edit(number: int, window: Window, entries: Sequence[Declaration], alias: Tried) -> SetWindow:
    entry = entries[number]
    return SetWindow(entry.content.key, alias.name, entry.window, window)
