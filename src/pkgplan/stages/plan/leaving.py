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
from pkgplan.model.timeline import AliasRow, TakeoverRule
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
    """A finding for each alias that nobody declares and somebody still holds, now or later."""
    by_key = {package.key: package for package in packages}
    tomorrow = as_of.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for alias, rows in timelines.items():
        if alias in declared:
            continue
        for row in rows:
            if row.window.end <= as_of:
                continue
            package = by_key.get(row.ref.key)
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
    """Archive actions for packages whose retirement has come, unless this plan moves an alias of theirs."""
    retiring = sorted(
        (p for p in packages if p.retire_at is not None and p.retire_at <= as_of), key=lambda p: p.key
    )
    if not retiring:
        return (), ()
    recorded = state.versions_by_key()
    moved = {effect.ref.key for effect in foresee(timelines, creates, at=as_of, rule=rule).effects}
    actions: list[Action] = []
    waiting: list[Diagnostic] = []
    for package in retiring:
        live = [version for version in recorded.get(package.key, ()) if version.archived_at is None]
        if live and package.key in moved:
            waiting.append(
                Diagnostic(
                    RETIREMENT_WAITS,
                    f'package "{package.key}" is retired, but this plan moves one of its aliases',
                    package.at.child("spec", "retire"),
                    "plan and apply once more after this apply",
                )
            )
        else:
            actions += [_archive(version, package) for version in live]
    return tuple(actions), tuple(waiting)


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
