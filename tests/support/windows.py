"""Random catalogs of windows, and the oracle that says what each alias should resolve to."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise, product
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from pkgplan.model.names import PackageRef, holder_order
from pkgplan.model.record import declared_version
from pkgplan.model.timeline import (
    END,
    AfterBoundedEnd,
    DatelessStart,
    DatelessTakeover,
    LaterWindows,
    TakeoverRule,
    resolve,
)
from pkgplan.model.units import Instant, next_full_hour
from support.worlds import a_package, day

if TYPE_CHECKING:
    from pkgplan.model.compiled import CompiledPackage, Content
    from pkgplan.model.names import Holder
    from pkgplan.model.record import RecordedVersion, State

RULES = [
    TakeoverRule(*readings)
    for readings in product(LaterWindows, AfterBoundedEnd, DatelessTakeover, DatelessStart)
]
ALIASES = ("X", "Y")
KEYS = ("a", "b")
DAYS = 7
# A window of another file may begin at the very instant of the plan.
_TICK = timedelta(microseconds=1)

Declared = list[tuple[str, str, tuple[tuple[str, int | None, int | None], ...]]]


@st.composite
def catalogs(draw: st.DrawFn, aliases: tuple[str, ...] = ALIASES, days: int = DAYS) -> Declared:
    """Packages with windows on whole days; no overlaps, no equal starts, no backwards windows."""
    declared: Declared = []
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True)):
        windows = []
        for alias in draw(st.lists(st.sampled_from(aliases), max_size=len(aliases), unique=True)):
            start = draw(st.one_of(st.none(), st.integers(0, days - 1)))
            end = draw(st.one_of(st.none(), st.none(), st.integers(0 if start is None else start + 1, days)))
            windows.append((alias, start, end))
        declared.append((key, draw(st.sampled_from("12")), tuple(windows)))
    return declared


def well_formed(declared: Declared) -> bool:
    """What the catalog checks demand of alias windows before anything is planned."""
    by_alias: dict[str, list[tuple[int, int | None]]] = {}
    for _, _, windows in declared:
        for alias, start, end in windows:
            by_alias.setdefault(alias, []).append((-1 if start is None else start, end))
    for windows_of in by_alias.values():
        windows_of.sort(key=lambda window: window[0])
        for (start, end), (following, _) in pairwise(windows_of):
            if start == following or (end is not None and end > following):
                return False
    return True


def compiled(declared: Declared) -> list[CompiledPackage]:
    return [
        a_package(
            key,
            content,
            *(
                (alias, None if start is None else day(start), None if end is None else day(end))
                for alias, start, end in windows
            ),
        )
        for key, content, windows in declared
    ]


def asked_for(  # noqa: PLR0911 - each rule answers
    alias: str,
    packages: list[CompiledPackage],
    state: State,
    rule: TakeoverRule,
    *,
    as_of: Instant,
    at: Instant,
) -> Content | None:
    """The oracle: who should be behind an alias at an instant, given the state before.

    Before `as_of` that is who was there; where nobody was, it is what a dated window claims.
    """
    rows = state.timelines().get(alias, ())
    present = resolve(rows, as_of)
    was = resolve(rows, at)
    if at < as_of and was is not None:
        return _content(state, was)
    windows = []
    for package in packages:
        for declared in package.aliases:
            if declared.window.alias == alias:
                windows.append((declared.window.window, package.content))
    windows.sort(key=lambda entry: entry[0].start)
    starts = [window.start for window, _ in windows]
    if present is not None and at >= as_of:
        key = present.key if isinstance(present, PackageRef) else None
        edited = any(content.key == key and window.start > as_of for window, content in windows)
        soon = next_full_hour(as_of)
        ahead = [w.start for w, content in windows if w.start > as_of - (content.key != key) * _TICK]
        ahead += [
            soon
            for w, content in windows
            if w.starting_at is None and not _had_its_time(state, content, alias, as_of)
        ]
        following = min(ahead, default=END)
        if edited and at < min(following, _until(state, present, alias, as_of)):
            # An edit in place: the file that has the alias now declares a later window, and keeps it until then.
            return _content(state, present)
    first: Instant | None = None
    for index, (window, content) in enumerate(windows):
        start = window.start
        end = min(window.end, starts[index + 1] if index + 1 < len(starts) else END)
        if window.starting_at is None and rows:
            start = as_of if _content(state, present) == content else next_full_hour(as_of)
        elif window.starting_at is None and rule.dateless_start is DatelessStart.CREATED_AT:
            start = as_of
        if start >= end:
            continue
        first = start if first is None else first
        if start <= at < end:
            if at < as_of and _is_known(state, content, alias, at, rule):
                # What was declared before claims nothing anew; if it has the present, and nobody is there, it is given
                # back from when on nobody was.
                lost = max((row.window.end for row in rows if row.window.start <= as_of), default=start)
                is_lost = present is None and at >= max(start, lost)
                is_now = as_of < end and _is_known(state, content, alias, as_of, rule)
                return content if is_lost and is_now else None
            return content
    if at < as_of:
        return None
    own = [w for w, content in windows if isinstance(present, PackageRef) and content.key == present.key]
    is_over = bool(own) and all(window.end <= as_of for window in own)
    if first is not None and at < first and present is not None and not is_over:
        return _content(state, present) if at < _until(state, present, alias, as_of) else None
    return None


def _is_known(state: State, content: Content, alias: str, at: Instant, rule: TakeoverRule) -> bool:
    """Whether a file gave an instant to the same terms when it was last applied."""
    same = [version for version in state.versions.values() if version.content == content]
    newest = declared_version(v for v in state.versions.values() if v.ref.key == content.key)
    known = newest.declared_on(alias) if newest is not None and newest in same else None
    if known is None or known.starting_at is not None:
        return known is not None and known.covers(at)
    # Without a start, it began where a create was sent for it; one without a start with its call, or with time.
    by_call = rule.dateless_start is DatelessStart.CREATED_AT
    begun = [
        version.created_at if each.window.starting_at is None and by_call else each.window.start
        for version in same
        for each in version.sent
        if each.alias == alias
    ]
    return min(begun, default=END) <= at < known.end


def _was_dateless(version: RecordedVersion, alias: str) -> bool:
    window = version.declared_on(alias)
    return window is not None and window.starting_at is None


def _had_its_time(state: State, content: Content, alias: str, as_of: Instant) -> bool:
    """Whether a file without a start says what it said before, and has the alias no more."""
    rows = state.timelines().get(alias, ())
    newest = declared_version(v for v in state.versions.values() if v.ref.key == content.key)
    ahead = any(_content(state, row.ref) == content and row.window.end > as_of for row in rows)
    is_known = newest is not None and newest.digest == content.digest and _was_dateless(newest, alias)
    return is_known and not ahead


def instants(as_of: Instant) -> list[Instant]:
    points = [day(number, hour) for number in range(-1, DAYS + 2) for hour in (0, 1)]
    return sorted({*points, as_of, next_full_hour(as_of)})


def rule_name(rule: TakeoverRule) -> str:
    """A test id."""
    return "+".join(rule.readings().values())


def _until(state: State, present: Holder, alias: str, as_of: Instant) -> Instant:
    """The end that the catalog gave the present holder.

    Its terms go on with every row of theirs that follows without a break. Whoever follows may have cut the last one, so
    the end counts that was declared for the newest version with these terms that had begun.
    """
    rows = state.timelines()[alias]
    content = _content(state, present)
    row = next(row for row in rows if row.ref == present and row.window.covers(as_of))
    while (after := next((each for each in rows if each.window.start == row.window.end), None)) is not None:
        if _content(state, after.ref) != content:
            break
        row = after
    if after is None:
        return row.window.end
    ends = {row.ref: row.window.end}
    for ref, version in state.versions.items():
        window = (version.declared or {}).get(alias)
        if window is not None and version.content == content and (window.start <= as_of or ref == row.ref):
            ends[ref] = max(row.window.end, window.end)
    return ends[max(ends, key=holder_order)]


def _content(state: State, ref: Holder | None) -> Content | None:
    return state.versions[ref].content if isinstance(ref, PackageRef) else None
