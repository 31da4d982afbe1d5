"""What one alias should resolve to, at every instant, as the catalog and the record together say.

Comes in: the declared windows of one alias, its recorded rows, and `as_of`. Goes out: segments of time.
Never here: how to get there.

The past belongs to the record: nothing is asked for before `as_of` except what a declaration claims there,
so that a claim which contradicts the record can be refused. From `as_of` on, declared windows count. Before the
first of them the present holder goes on (an open window ends where the next begins), and so does a package that
has the alias and declares a later window: that is an edit in place. Between two bounded windows there is nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pkgplan.model.timeline import BEGINNING, END, AliasRow, DatelessStart, TakeoverRule, Window
from pkgplan.model.units import Instant, next_full_hour

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkgplan.model.compiled import CompiledPackage, Content
    from pkgplan.model.diagnostics import Location
    from pkgplan.model.names import PackageRef
    from pkgplan.model.record import State


class Nothing(Enum):
    """What can be asked of an instant other than a package."""

    NOBODY = "nobody may be behind the alias"
    ANYBODY = "whoever is behind the alias may stay"
    RETIRED = "the package may stay until it is archived"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of time, what is wanted in it, and the declaration that wants it.

    `dateless` says that a create at its start is sent without one.
    """

    start: Instant
    end: Instant
    wanted: Content | Nothing
    at: Location | None = None
    dateless: bool = False


@dataclass(frozen=True, slots=True)
class Declaration:
    """One package's window on one alias. `over` says that the package is retired and claims nothing."""

    content: Content
    window: Window
    retire_at: Instant | None
    over: bool
    at: Location


@dataclass(frozen=True, slots=True)
class Recorded:
    """What state says about one alias: its rows, what each version is, and the ends that were asked for."""

    rows: tuple[AliasRow, ...]
    contents: Mapping[PackageRef, Content]
    sent_ends: Mapping[PackageRef, Instant]

    @classmethod
    def of(cls, alias: str, state: State, rows: tuple[AliasRow, ...]) -> Recorded:
        """The record of one alias."""
        versions = [state.versions[row.ref] for row in rows]
        return cls(
            rows,
            {version.ref: version.content for version in versions},
            {
                version.ref: window.window.end
                for version in versions
                for window in version.sent
                if window.alias == alias
            },
        )


def declarations(packages: Sequence[CompiledPackage], as_of: Instant) -> dict[str, list[Declaration]]:
    """The declared windows of each alias in order of start, those without a start first."""
    declared: dict[str, list[Declaration]] = {}
    for package in packages:
        over = package.retire_at is not None and package.retire_at <= as_of
        for alias in package.aliases:
            window = alias.window.window
            at = alias.at if window.starting_at is None else alias.at.child("starting_at")
            entry = Declaration(package.content, window, package.retire_at, over, at)
            declared.setdefault(alias.window.alias, []).append(entry)
    for entries in declared.values():
        entries.sort(key=lambda entry: (entry.window.start, entry.content.key))
    return {alias: declared[alias] for alias in sorted(declared)}


def desired(
    declared: Sequence[Declaration], recorded: Recorded, *, as_of: Instant, rule: TakeoverRule
) -> tuple[Segment, ...]:
    """Segments that cover all time, in order, for an alias with at least one declaration."""
    holder = next((row for row in recorded.rows if row.window.covers(as_of)), None)
    held_since = _held_since(declared, recorded, holder, as_of)
    claims = _claims(declared, recorded, holder, held_since, as_of=as_of, rule=rule)
    following = min((claim.start for claim in claims if claim.start > as_of), default=END)
    if claims and all(claim.start > as_of or claim.end <= (held_since or BEGINNING) for claim in claims):
        claims = [
            *(claim for claim in claims if claim.start <= as_of),
            *_carried(holder, recorded, held_since or BEGINNING, as_of, following),
            *(claim for claim in claims if claim.start > as_of),
        ]
    segments = _Segments()
    for claim in claims:
        if claim.start > segments.reached:
            segments.extend_to(min(claim.start, as_of), Nothing.ANYBODY)
            segments.extend_to(claim.start, Nothing.NOBODY)
        segments.extend_to(claim.end, claim.wanted, claim.at, dateless=claim.dateless)
    segments.extend_to(as_of, Nothing.ANYBODY)
    ends = any(not entry.over for entry in declared)
    segments.extend_to(END, Nothing.NOBODY if ends else Nothing.ANYBODY)
    return tuple(segments.pieces)


def _held_since(
    declared: Sequence[Declaration], recorded: Recorded, holder: AliasRow | None, as_of: Instant
) -> Instant | None:
    """Since when the present holder's package has the alias, if it is declared to have it again later.

    That is an edit in place: the window that the file declared before is no longer in it, but it stands.
    """
    if holder is None or not any(
        entry.content.key == holder.ref.key and entry.window.start > as_of and not entry.over
        for entry in declared
    ):
        return None
    since = holder.window.start
    for row in sorted(recorded.rows, key=lambda row: row.window.start, reverse=True):
        if row.window.end == since and row.ref.key == holder.ref.key:
            since = row.window.start
    return since


def _carried(
    holder: AliasRow | None, recorded: Recorded, since: Instant, as_of: Instant, following: Instant
) -> list[Segment]:
    """The present holder goes on until the next window begins, unless it was given an end before that."""
    carried = [Segment(since, as_of, Nothing.ANYBODY)]
    if holder is not None:
        until = min(following, recorded.sent_ends.get(holder.ref, END))
        carried.append(Segment(as_of, until, recorded.contents[holder.ref]))
    return carried


class _Segments:
    """Contiguous segments under construction."""

    def __init__(self) -> None:
        self.pieces: list[Segment] = []
        self.reached = BEGINNING

    def extend_to(
        self, end: Instant, wanted: Content | Nothing, at: Location | None = None, *, dateless: bool = False
    ) -> None:
        if end > self.reached:
            self.pieces.append(Segment(self.reached, end, wanted, at, dateless))
            self.reached = end


def _claims(
    declared: Sequence[Declaration],
    recorded: Recorded,
    holder: AliasRow | None,
    held_since: Instant | None,
    *,
    as_of: Instant,
    rule: TakeoverRule,
) -> list[Segment]:
    """What each declaration asks for; windows before the present holder's end where it began."""
    claims: list[Segment] = []
    had_it = {row.ref.key for row in recorded.rows if row.window.start <= as_of}
    for index, entry in enumerate(declared):
        following = declared[index + 1].window.start if index + 1 < len(declared) else END
        start, end = entry.window.start, min(entry.window.end, following)
        undated = entry.window.starting_at is None and not entry.over
        if held_since is not None and undated and entry.content.key in had_it:
            # Its time was before the present holder's; only a package that never had the alias still waits for it.
            continue
        if held_since is not None and start < held_since and not undated:
            end = min(end, held_since)
        if undated and recorded.rows:
            # "As soon as applied", unless the alias is there already.
            present = holder is not None and recorded.contents[holder.ref] == entry.content
            start = as_of if present else next_full_hour(as_of)
        elif undated and rule.dateless_start is DatelessStart.CREATED_AT:
            start = as_of
        retired = start if entry.over else max(start, min(end, entry.retire_at or END))
        dateless = entry.window.starting_at is None and not recorded.rows
        claims.append(Segment(start, retired, entry.content, entry.at, dateless))
        claims.append(Segment(retired, end, Nothing.RETIRED, entry.at))
    return [claim for claim in claims if claim.start < claim.end]
