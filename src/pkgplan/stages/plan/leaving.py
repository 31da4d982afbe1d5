"""Packages and aliases that leave: retirement, removed files, dropped aliases, things to forget.

Comes in: what the catalog still declares and what is still recorded. Goes out: archive actions and findings.
Never here: creates. The API can neither edit nor remove an alias window, so leaving is refused unless the
catalog says how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import Diagnostic
from pkgplan.model.plan import Action, Operation, Reason
from pkgplan.model.rules import ALIAS_ORPHAN, FORGOTTEN, PACKAGE_VANISHED, RETIREMENT_WAITS
from pkgplan.model.timeline import END, AliasRow, TakeoverRule
from pkgplan.model.units import Instant, short_instant
from pkgplan.stages.plan.effects import foresee

if TYPE_CHECKING:
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.record import RecordedVersion, State
    from pkgplan.stages.plan import Forget
    from pkgplan.stages.plan.desired import Declaration

Timelines = Mapping[str, tuple[AliasRow, ...]]


def left_behind(
    packages: Sequence[CompiledPackage],
    declared: Mapping[str, Sequence[Declaration]],
    state: State,
    timelines: Timelines,
    *,
    as_of: Instant,
    forget: Forget,
) -> Iterator[Diagnostic]:
    """A finding for each window that nobody accounts for.

    An alias that nobody declares must be held by nobody, now or later. An alias that somebody declares may not be
    held now by a package without a file; one that is only scheduled is cancelled by what is declared instead.
    """
    by_key = {package.key: package for package in packages}
    tomorrow = as_of.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for alias, rows in timelines.items():
        for row in rows:
            package = by_key.get(row.ref.key)
            if row.window.end <= as_of or (alias in declared and (package or not row.window.covers(as_of))):
                continue
            if alias in forget.aliases or row.ref.key in forget.packages:
                yield Diagnostic(
                    FORGOTTEN,
                    f'alias "{alias}" is forgotten and stays with {row.ref} '
                    f"({state.versions[row.ref].package_id})",
                    forget.at,
                )
            elif package is None:
                yield Diagnostic(
                    PACKAGE_VANISHED,
                    f'package "{row.ref.key}" has no file any more, but {row.ref} still has alias "{alias}"',
                    forget.at,
                    f"put the file back and add `retire: {{at: {short_instant(tomorrow)}}}`, or add "
                    f'"{row.ref.key}" to `forget.packages`',
                )
            else:
                yield Diagnostic(
                    ALIAS_ORPHAN,
                    f'alias "{alias}" is declared nowhere any more, but {row.ref} still has it',
                    package.at.child("spec", "aliases")
                    if package.aliases
                    else package.at.child("spec").at_key(),
                    f'put the alias back with an ending_before, or add "{alias}" to `forget.aliases`',
                )


def archives(
    packages: Sequence[CompiledPackage],
    state: State,
    creates: Sequence[Action],
    timelines: Timelines,
    *,
    as_of: Instant,
    rule: TakeoverRule,
) -> tuple[tuple[Action, ...], tuple[Diagnostic, ...]]:
    """Archive actions for packages whose retirement has come.

    A version waits while a window of it still has an end to come: until then it is what the alias sells. It
    also waits if this very plan moves an alias of its package. A window without an end goes with the archive,
    as the retirement asks.
    """
    retiring = sorted(
        (p for p in packages if p.retire_at is not None and p.retire_at <= as_of), key=lambda p: p.key
    )
    if not retiring:
        return (), ()
    recorded = state.versions_by_key()
    foreseen = foresee(timelines, creates, at=as_of, rule=rule)
    moved = {effect.ref.key for effect in foreseen.effects}
    ends = {
        row.ref: row.window.end
        for rows in foreseen.timelines.values()
        for row in rows
        if as_of < row.window.end < END
    }
    actions: list[Action] = []
    waiting: list[Diagnostic] = []
    for package in retiring:
        for version in recorded.get(package.key, ()):
            if version.archived_at is not None:
                continue
            if version.ref in ends:
                until = short_instant(ends[version.ref])
                waiting.append(
                    _waits(package, f"{version.ref} has an alias until {until}", f"on or after {until}")
                )
            elif package.key in moved:
                waiting.append(
                    _waits(package, "this plan moves one of its aliases", "once this plan is applied")
                )
            else:
                actions.append(_archive(version, package))
    return tuple(actions), tuple(dict.fromkeys(waiting))


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
        previous=version.ref,
        source=package.at.path,
    )
