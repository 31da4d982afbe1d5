"""What catalog and record say about one alias: the declared windows and the recorded rows.

Comes in: compiled packages and recorded versions. Goes out: declarations of each alias in order of time, and until when
the catalog gave an alias to its present holder.
Never here: which of the two counts at which instant; that is `desired.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.model.names import PackageRef
from pkgplan.model.record import declared_version
from pkgplan.model.timeline import BEGINNING, END, DatelessStart, TakeoverRule, Timeline, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pkgplan.model.compiled import CompiledPackage, Content
    from pkgplan.model.diagnostics import Location
    from pkgplan.model.names import Holder
    from pkgplan.model.record import RecordedVersion
    from pkgplan.model.timeline import AliasRow
    from pkgplan.model.units import Instant
    from pkgplan.stages.plan.given import Given


@dataclass(frozen=True, slots=True)
class Declaration:
    """One package's window on one alias.

    `before` is the window that the same terms had when the catalog was last applied, if they had one; `as_before`, that
    it was written like this one as far as its start goes. `over` says that the package is retired and has nothing to do
    with the alias any more: it is archived, or its time was before.
    """

    content: Content
    window: Window
    retire_at: Instant | None
    over: bool
    before: Window | None
    at: Location
    as_before: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What state says about one alias.

    `contents` says what each package is, `ends` until when the catalog gave the alias to its present holder, `keys`
    which packages have files, `left_alone` who is not taken away where nobody is wanted. `gone` are the rows of
    archived packages, until they were archived: these are behind nothing any more, and yet the past was theirs.
    """

    timeline: Timeline
    contents: Mapping[Holder, Content]
    ends: Mapping[Holder, Instant]
    keys: AbstractSet[str]
    left_alone: AbstractSet[Holder]
    gone: tuple[AliasRow, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether nobody ever had the alias."""
        return not len(self.timeline) and not self.gone

    def cuts_off(self, content: Content, holder: Holder, as_of: Instant) -> bool:
        """Whether a content has the alias, now or later, from before the end that the catalog gave to its holder."""
        return any(
            self.contents[row.ref] == content and row.window.start < self.ends[holder]
            for row in self.timeline.after(as_of)
        )


def declarations(
    packages: Sequence[CompiledPackage],
    versions: Mapping[str, Sequence[RecordedVersion]],
    *,
    as_of: Instant,
    rule: TakeoverRule,
) -> dict[str, list[Declaration]]:
    """The declared windows of each alias in order of start, those without a start first.

    Args:
        packages: of the catalog, compiled.
        versions: what is recorded, by key, oldest first.
        as_of: the instant that counts as now.
        rule: how windows without a start are taken.
    """
    declared: dict[str, list[Declaration]] = {}
    for package in packages:
        recorded = versions.get(package.key, ())
        retired = package.retire_at is not None and package.retire_at <= as_of
        for alias in package.aliases:
            window = alias.window.window
            written = _written_before(package, alias.window.alias, recorded)
            entry = Declaration(
                content=package.content,
                window=window,
                as_before=written is not None and written.starting_at == window.starting_at,
                retire_at=package.retire_at,
                over=retired and not _sells(recorded, alias.window.alias, as_of),
                before=_declared_before(package, alias.window.alias, recorded, rule),
                at=alias.at if window.starting_at is None else alias.at.child("starting_at"),
            )
            declared.setdefault(alias.window.alias, []).append(entry)
    for entries in declared.values():
        entries.sort(key=lambda entry: (entry.window.start, entry.content.key))
    return {alias: declared[alias] for alias in sorted(declared)}


def _sells(versions: Iterable[RecordedVersion], alias: str, as_of: Instant) -> bool:
    """Whether a version that is not archived has an alias now or later."""
    return any(
        window.alias == alias and window.window.end > as_of
        for version in versions
        if version.archived_at is None
        for window in version.windows
    )


def _written_before(
    package: CompiledPackage, alias: str, versions: Sequence[RecordedVersion]
) -> Window | None:
    """What the file said of the same terms when it was last applied."""
    newest = declared_version(versions)
    return None if newest is None or newest.digest != package.digest else newest.declared_on(alias)


def _declared_before(
    package: CompiledPackage, alias: str, versions: Sequence[RecordedVersion], rule: TakeoverRule
) -> Window | None:
    """The window that the catalog gave the same terms when it was last applied; None if it had others, or none.

    One without a start counted from when it was created.
    """
    window = _written_before(package, alias, versions)
    if window is None or window.starting_at is not None:
        return window
    starts = [
        version.created_at
        if sent.window.starting_at is None and rule.dateless_start is DatelessStart.CREATED_AT
        else sent.window.start
        for version in versions
        if version.digest == package.digest
        for sent in version.sent
        if sent.alias == alias
    ]
    return Window.between(min(starts, default=END), window.end)


def end_as_declared(alias: str, holder: AliasRow, recorded: Timeline, given: Given) -> Instant:
    """Until when the catalog gave the alias to its present holder, whatever end was sent to it.

    Its time goes on with every row of the same terms that follows without a break. Where nobody follows, that is the
    end. Where another package follows, it may only have been cut; so the window counts that was declared for it.
    """
    row = holder
    while isinstance(row.ref, PackageRef):
        following = recorded.row(recorded.first_after(row.window.end))
        if following is None or following.window.start != row.window.end:
            return row.window.end
        content = given.state.versions[row.ref].content
        if (
            not isinstance(following.ref, PackageRef)
            or given.state.versions[following.ref].content != content
        ):
            return max(row.window.end, _last_declared_end(alias, row.ref, given))
        row = following
    return END


def _last_declared_end(alias: str, ref: PackageRef, given: Given) -> Instant:
    """The end that the catalog gave last to terms that have begun: the newest version with them knows it."""
    content = given.state.versions[ref].content
    for version in reversed(given.versions[ref.key]):
        window = version.declared_on(alias)
        has_begun = window is not None and (window.start <= given.as_of or version.ref == ref)
        if window is not None and has_begun and version.content == content:
            return window.end
    return BEGINNING
