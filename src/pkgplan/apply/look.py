"""What the environment says of the packages of a catalog, held against the record, before anything is done.

Comes in: state, the environment's packages. Goes out: drift; or StateCorrupt for what cannot be recorded.
Never here: writing, and whose side is right.

A log that is older than the environment (restored from a backup, put back by git), one that came without it (a clone on
another machine), a package made or archived by hand: each would make an apply create packages twice, or cut windows
that nobody recorded. Costs one listing of the environment's packages.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan.errors import ApiRejected, Drifted, StateCorrupt
from pkgplan.model.drift import DriftKind
from pkgplan.model.log import LogEntry
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import TakeoverRule
from pkgplan.stages.drift import Expected, as_if_done, compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.drift import Difference
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import Folding, RecordedVersion, State
    from pkgplan.model.units import Instant
    from pkgplan.ports import PackageApi, RemotePackage
    from pkgplan.stages.drift import Drift, Ours

_SHOWN = 3
NOTHING_EXPECTED = Expected()


def look(
    state: State, api: PackageApi, ours: Ours, *, now: Instant, expected: Expected = NOTHING_EXPECTED
) -> tuple[Drift, tuple[RemotePackage, ...]]:
    """Read every package and compare; gives the drift, and what was seen.

    Raises:
        StateCorrupt: the log records packages that the environment does not hold, or is empty where that holds some.
        ApiError: the environment cannot be read.
    """
    seen = tuple(api.list())
    drift = compare(state, seen, ours, now=now, expected=expected)
    _refuse_lost_log(drift, state, ours)
    _refuse_missing(drift.missing, api)
    return drift, seen


def with_drift(folding: Folding, drift: Drift, now: Instant) -> State:
    """The record as it would be with the environment's side taken over, on the log as it is.

    The folding goes on from there and is of no more use for the log.
    """
    head = folding.head
    body: JsonObject = {"run": "", **drift.body}
    folding.take(LogEntry.following(head, kind="refreshed", body=body, at=now, actor=""))
    return replace(folding.state(), head=head)


def is_explained(
    drift: Drift, plan: Plan, state: State, seen: Sequence[RemotePackage], ours: Ours, *, now: Instant
) -> bool:
    """Whether all that differs is what the plan itself would do: the log lost its end, and the plan finds it again."""
    if not any(difference.kind is DriftKind.UNRECORDED for difference in drift.differences):
        return False
    done = as_if_done(state, plan.actions, seen, rule=TakeoverRule.of(plan.assumptions))
    return not compare(done, seen, ours, now=now).differences


def under_way(plan: Plan | None, state: State) -> Expected:
    """What a run of a plan that has not finished may have done: its creates, and what they do to their aliases."""
    unfinished = state.unfinished
    if plan is None or unfinished is None:
        return NOTHING_EXPECTED
    begun = [action for action in plan.actions if action.id in unfinished.intents]
    aliases = {window.alias for action in begun for window in action.windows}
    return Expected(
        keys=frozenset(a.uniqueness_key for a in plan.actions if a.uniqueness_key is not None),
        refs=frozenset(action.ref for action in plan.actions if action.operation is not Operation.RECORD),
        aliases=frozenset(aliases),
    )


def drifted(differences: Sequence[Difference], ours: Ours) -> Drifted:
    """The refusal of what differs and was not accepted."""
    return Drifted(
        f'environment "{ours.environment}" differs from the record: '
        f"{_named([words(each) for each in differences], separator='; ')}",
        hint="`pkgplan plan` shows all of it; to record what the environment says, run `pkgplan state refresh`, or "
        "give `--accept-drift` to apply",
    )


def words(difference: Difference) -> str:
    """One difference in words, the environment's side said first."""
    says = {
        DriftKind.ARCHIVED: "{ref} is archived there, and live in the record",
        DriftKind.LIVE: "{ref} is live there, and archived in the record",
        DriftKind.UNRECORDED: "{ref} is there, and not in the record",
        DriftKind.TWIN: 'package "{ref}" is another {name} than the recorded one',
        DriftKind.FOREIGN: 'package "{ref}", which is not of this catalog, {stands} alias "{alias}"',
        DriftKind.WINDOWS: '{ref} has other windows there on alias "{alias}"',
    }
    stands = "stands behind" if difference.live else "stands no more behind"
    return says[difference.kind].format(
        ref=difference.holder, name=difference.name, alias=difference.alias, stands=stands
    )


def _refuse_lost_log(drift: Drift, state: State, ours: Ours) -> None:
    count = sum(difference.kind is DriftKind.UNRECORDED for difference in drift.differences)
    if count and state.pristine:
        raise StateCorrupt(
            f'the state log is empty, but the environment holds {count} packages of namespace "{ours.namespace}"',
            hint="restore the state log, or rebuild it from the environment with `pkgplan state rebuild`",
        )


def _refuse_missing(missing: Iterable[RecordedVersion], api: PackageApi) -> None:
    gone = [
        f'{version.ref} "{version.package_id}"' for version in missing if not _exists(api, version.package_id)
    ]
    if gone:
        raise StateCorrupt(
            f"the state log records packages that the environment does not hold: {_named(gone)}",
            hint="use the log of this environment, or move this one away if its packages are gone for good",
        )


def _exists(api: PackageApi, package_id: str) -> bool:
    # A listing may lag behind a create; asking for the package itself is the better witness.
    try:
        api.get(package_id)
    except ApiRejected:
        return False
    return True


def _named(names: Sequence[str], separator: str = ", ") -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return separator.join(names[:_SHOWN]) + rest
