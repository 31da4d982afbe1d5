"""Whether an archive or a record is about what it says it is about.

Comes in: one action, recorded state, and what the creates move. Goes out: discrepancies.
Never here: whether a package should be retired or its description changed; the catalog says that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.checker.discrepancy import Discrepancy, Kind, about, told, told_instant, told_window
from pkgplan.model.canonical import digest_of
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Operation, Reason
from pkgplan.model.units import next_full_hour

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from pkgplan.checker.ledger import Ledger
    from pkgplan.checker.replay import Replay
    from pkgplan.model.plan import Action, Plan
    from pkgplan.model.record import RecordedVersion, State
    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class Moves:
    """What moved aliases, in the plan and before it.

    `by` gives, for each package key whose windows a create of the plan opens or takes something of, that create;
    `of_key` and `of_alias` when a package was last created of a key, and with a window on an alias; `starts` where a
    window of a key begins on an alias, so that another one which ends there does not end its time.
    """

    by: Mapping[str, str]
    of_key: Mapping[str, Instant]
    starts: AbstractSet[tuple[str, str, Instant]]
    of_alias: Mapping[str, Instant]

    @classmethod
    def of(cls, state: State, replayed: Replay) -> Moves:
        """Look through state and plan once, however many versions are archived."""
        of_key: dict[str, Instant] = {}
        of_alias: dict[str, Instant] = {}
        for version in state.versions.values():
            at = version.created_at
            of_key[version.ref.key] = max(at, of_key.get(version.ref.key, at))
            for window in version.sent:
                of_alias[window.alias] = max(at, of_alias.get(window.alias, at))
        starts = {
            (version.ref.key, window.alias, window.window.start)
            for version in state.versions.values()
            if version.archived_at is None
            for window in version.windows
        }
        return cls(_moved_by_creates(replayed), of_key, starts, of_alias)

    def last(self, version: RecordedVersion) -> Instant:
        """When a package was last created of the same key, or with a window on one of the aliases of a version."""
        aliases = {window.alias for window in (*version.sent, *version.windows)}
        on_aliases = [self.of_alias[alias] for alias in aliases if alias in self.of_alias]
        return max(self.of_key[version.ref.key], *on_aliases, version.created_at)


def check_archive(action: Action, plan: Plan, state: State, moves: Moves) -> Iterator[Discrepancy]:
    """An archive puts away the recorded package of its version, and not before its aliases have moved.

    What moved an alias before is not followed within the hour, so that an archive never takes away what a call just
    gave.
    """
    if action.reason is not Reason.RETIRED:
        yield about(
            Kind.REASON, action.id, f'the reason is "{Reason.RETIRED}", the action says "{action.reason}"'
        )
    version = state.versions.get(action.ref)
    if version is None:
        yield about(Kind.ARCHIVE_TARGET, action.id, f"{action.ref} is not recorded")
        return
    if version.archived_at is not None:
        yield about(Kind.ARCHIVE_TARGET, action.id, f"{action.ref} is archived already")
    if digest_of(action.payload) != digest_of({"package_id": version.package_id}):
        yield about(
            Kind.ARCHIVE_TARGET,
            action.id,
            f'{action.ref} is package "{version.package_id}", the payload is {told(action.payload)}',
        )
    yield from _content(action, version)
    for window in version.windows:
        end = window.window.ending_before
        if end is not None and end > plan.as_of and (action.ref.key, window.alias, end) not in moves.starts:
            yield about(
                Kind.ARCHIVE_TOO_EARLY,
                action.id,
                f'{action.ref} still has alias "{window.alias}" for {told_window(window.window)}',
            )
    if action.ref.key in moves.by:
        yield about(
            Kind.ARCHIVE_TOO_EARLY,
            action.id,
            f'{moves.by[action.ref.key]} moves an alias of "{action.ref.key}" in the same plan',
        )
    last = moves.last(version)
    if next_full_hour(last) > plan.as_of:
        yield about(
            Kind.ARCHIVE_TOO_EARLY,
            action.id,
            f'"{action.ref.key}" or an alias of {action.ref} was moved at {told_instant(last)}, within the hour',
        )


def check_record(action: Action, state: State, ledger: Ledger) -> Iterator[Discrepancy]:
    """A record writes down other metadata than those that are recorded, for the newest declared version."""
    if action.reason is not Reason.METADATA_CHANGED:
        yield about(
            Kind.REASON,
            action.id,
            f'the reason is "{Reason.METADATA_CHANGED}", the action says "{action.reason}"',
        )
    declared = ledger.declared(action.ref.key)
    if declared is None or declared.ref != action.ref:
        newest = "nothing" if declared is None else declared.ref
        yield about(
            Kind.RECORD_TARGET,
            action.id,
            f'{newest} is the newest declared version of "{action.ref.key}", the action says {action.ref}',
        )
    elif (version := state.versions.get(action.ref)) is None:
        yield about(Kind.RECORD_TARGET, action.id, f"{action.ref} is created by this plan with its metadata")
    else:
        yield from _content(action, version)
    if action.metadata is None or digest_of(action.metadata) != digest_of(action.payload):
        yield about(
            Kind.METADATA,
            action.id,
            f"the payload is {told(action.payload)}, the metadata are {told(action.metadata)}",
        )
    recorded = state.metadata.get(action.ref.key)
    if recorded is not None and digest_of(recorded) == digest_of(action.payload):
        yield about(Kind.METADATA, action.id, f"{told(action.payload)} is recorded already")


def _moved_by_creates(replayed: Replay) -> dict[str, str]:
    moved: dict[str, str] = {}
    for story in replayed.values():
        for step in story.steps:
            if step.action.operation is Operation.CREATE:
                for turn in step.turns:
                    for stay in {*turn.before} ^ {*turn.after}:
                        if isinstance(stay.ref, PackageRef):
                            moved.setdefault(stay.ref.key, step.action.id)
    return moved


def _content(action: Action, version: RecordedVersion) -> Iterator[Discrepancy]:
    if action.digest != version.digest:
        yield about(
            Kind.DIGEST,
            action.id,
            f'{action.ref} is recorded with digest "{version.digest}", the action says "{action.digest}"',
        )
    if action.previous != action.ref:
        yield about(
            Kind.PREVIOUS, action.id, f"the version before is {action.ref}, the action says {action.previous}"
        )
