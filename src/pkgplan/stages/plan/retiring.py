"""Packages whose retirement has come: archive them, or say what they wait for.

Comes in: what the catalog retires, what is recorded, what the creates of the plan do. Goes out: archive actions, notes.
Never here: creates, or who has an alias until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import Diagnostic
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Action, Operation, Reason
from pkgplan.model.rules import RETIREMENT_WAITS
from pkgplan.model.timeline import END
from pkgplan.model.units import next_full_hour, short_instant
from pkgplan.stages.plan.refusals import Found

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.names import Holder
    from pkgplan.model.record import RecordedVersion
    from pkgplan.model.timeline import AliasRow
    from pkgplan.model.units import Instant
    from pkgplan.stages.plan.effects import Foreseen
    from pkgplan.stages.plan.given import Given


def archives(
    packages: Sequence[CompiledPackage], foreseen: Foreseen, given: Given
) -> tuple[tuple[Action, ...], tuple[Found, ...]]:
    """Archive actions for packages whose retirement has come.

    A package waits, with all its versions, while a window of it still has an end to come: until then it is what the
    alias sells. It also waits for the full hour after an alias of it was moved, by this plan or by one that was applied
    just now: what moved an alias is never followed by an archive at the same instant. A window without an end goes with
    the archive, as the retirement asks; but not one on an alias that is forgotten. `foreseen` is what the creates of
    this plan do.
    """
    as_of = given.as_of
    retiring = sorted(
        (p for p in packages if p.retire_at is not None and p.retire_at <= as_of), key=lambda p: p.key
    )
    if not retiring:
        return (), ()
    waiting_for = _Waiting.of(foreseen, given)
    actions: list[Action] = []
    waiting: list[Found] = []
    for package in retiring:
        live = [v for v in given.versions.get(package.key, ()) if v.archived_at is None]
        reasons = [reason for version in live if (reason := waiting_for.reason(version)) is not None]
        if reasons:
            waiting.append(Found(_waits(package, *reasons[-1])))
        else:
            actions += [_archive(version, package) for version in live]
    return tuple(actions), tuple(waiting)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What versions have to wait for before they are archived.

    `ends` are the ends to come of windows, `moved` the keys whose windows this plan moves, `created` the latest create
    of each package and on each alias, `forgotten` the versions that stand behind a forgotten alias.
    """

    as_of: Instant
    ends: Mapping[Holder, Instant]
    moved: AbstractSet[str]
    created: Mapping[str, Instant]
    forgotten: Mapping[Holder, str]

    @classmethod
    def of(cls, foreseen: Foreseen, given: Given) -> _Waiting:
        as_of = given.as_of
        ends: dict[Holder, Instant] = {}
        forgotten: dict[Holder, str] = {}
        for alias, recorded in given.timelines.items():
            rows = sorted(foreseen.timelines.get(alias, recorded), key=lambda row: row.window.start)
            following = [*rows[1:], None]
            for row, after in zip(rows, following, strict=True):
                if row.window.end > as_of and alias in given.reach.aliases:
                    forgotten[row.ref] = alias
                if as_of < row.window.end < END and not _goes_on(row, after):
                    ends[row.ref] = max(row.window.end, ends.get(row.ref, row.window.end))
        created: dict[str, Instant] = {}
        for version in given.state.versions.values():
            for name in (f"package {version.ref.key}", *(f"alias {window.alias}" for window in version.sent)):
                created[name] = max(version.created_at, created.get(name, version.created_at))
        moved = {effect.ref.key for effect in foreseen.effects if isinstance(effect.ref, PackageRef)}
        return cls(as_of, ends, moved, created, forgotten)

    def reason(self, version: RecordedVersion) -> tuple[str, str] | None:
        """Why a version is not archived now, and when to plan again; None if nothing stands in the way."""
        if version.ref in self.forgotten:
            alias = self.forgotten[version.ref]
            return (
                f'{version.ref} has alias "{alias}", which is forgotten',
                f'once "{alias}" is taken out of `forget.aliases`',
            )
        if version.ref in self.ends:
            until = short_instant(self.ends[version.ref])
            return f"{version.ref} has an alias until {until}", f"on or after {until}"
        if version.ref.key in self.moved:
            return (
                "this plan moves one of its aliases",
                f"on or after {short_instant(next_full_hour(self.as_of))}",
            )
        aliases = {f"alias {window.alias}" for window in (*version.sent, *version.windows)}
        names = self.created.keys() & {f"package {version.ref.key}", *aliases}
        last = next_full_hour(max(self.created[name] for name in names))
        if last > self.as_of:
            return "it or one of its aliases was moved within the hour", f"on or after {short_instant(last)}"
        return None


def _goes_on(row: AliasRow, following: AliasRow | None) -> bool:
    """Whether the same package has the alias where a row of it ends."""
    return (
        following is not None
        and following.window.start == row.window.end
        and isinstance(row.ref, PackageRef)
        and isinstance(following.ref, PackageRef)
        and following.ref.key == row.ref.key
    )


def _waits(package: CompiledPackage, why: str, when: str) -> Diagnostic:
    return Diagnostic(
        RETIREMENT_WAITS,
        f'package "{package.key}" is retired, but {why}',
        package.at.child("spec", "retire"),
        f"plan and apply again {when}",
    )


def _archive(version: RecordedVersion, package: CompiledPackage) -> Action:
    return Action(
        id=f"archive:{version.ref}",
        operation=Operation.ARCHIVE,
        ref=version.ref,
        reason=Reason.RETIRED,
        uniqueness_key=None,
        payload={"package_id": version.package_id},
        windows=(),
        digest=version.digest,
        metadata=package.record,
        previous=version.ref,
        source=package.at.path,
    )
