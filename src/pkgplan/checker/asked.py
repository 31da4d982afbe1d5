"""Whether a plan does what the catalog asks for: all of it, and nothing else.

Comes in: the plan, the state, what the replay moved, and the packages of the catalog. Goes out: discrepancies.
Never here: whether the actions fit each other (`creates.py`, `closings.py`), or who has an alias (`wanted.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan.checker.closings import Moves
from pkgplan.checker.discrepancy import Discrepancy, Kind, about, told
from pkgplan.model.canonical import digest_of
from pkgplan.model.compiled import content_of, terms_to_json
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import END
from pkgplan.model.units import next_full_hour

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pkgplan.checker.replay import Replay
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.plan import Action, Plan
    from pkgplan.model.record import RecordedVersion, State


@dataclass(frozen=True, slots=True)
class Asked:
    """What the catalog asks for: its packages, compiled, and what is left alone.

    `packages` are all of them, also those that are forgotten. Of the foreign packages, those in `takes_over` may be
    pushed off an alias; all of them, if it is None.
    """

    packages: Sequence[CompiledPackage]
    forgotten_packages: frozenset[str] = frozenset()
    forgotten_aliases: frozenset[str] = frozenset()
    takes_over: frozenset[str] | None = frozenset()

    @property
    def heeded(self) -> dict[str, CompiledPackage]:
        """The packages that are not forgotten, by key, each with the windows that are not."""
        return {
            package.key: replace(
                package,
                aliases=tuple(
                    each for each in package.aliases if each.window.alias not in self.forgotten_aliases
                ),
            )
            for package in self.packages
            if package.key not in self.forgotten_packages
        }


def check_asked(plan: Plan, state: State, asked: Asked, replayed: Replay) -> Iterator[Discrepancy]:
    """Compare each action with the file that it comes from, and each file with what there is after the plan."""
    heeded = asked.heeded
    for action in plan.actions:
        package = heeded.get(action.ref.key)
        if action.ref.key in asked.forgotten_packages or (package is None and not action.carried):
            yield about(Kind.ASKED, action.id, f'the catalog has no package "{action.ref.key}" to act for')
        elif package is not None:
            yield from _as_in_the_file(action, package, plan)
    versions: dict[str, list[RecordedVersion]] = state.versions_by_key()
    created = {action.ref: action for action in plan.actions if action.operation is Operation.CREATE}
    metadata = dict(state.metadata) | {a.ref.key: a.metadata for a in plan.actions if a.metadata is not None}
    moves = Moves.of(state, replayed)
    archived = {action.ref for action in plan.actions if action.operation is Operation.ARCHIVE}
    for package in heeded.values():
        recorded = versions.get(package.key, [])
        declared = [
            action for ref, action in created.items() if ref.key == package.key and not action.carried
        ]
        yield from _newest(package, recorded, declared, plan)
        yield from _described(package, recorded, declared, metadata)
        if package.retire_at is None or package.retire_at > plan.as_of:
            continue
        live = [version for version in recorded if version.archived_at is None]
        is_kept = any(_is_kept(version, plan, moves, asked.forgotten_aliases) for version in live)
        for version in live:
            if is_kept is (version.ref in archived):
                does = "archives" if is_kept else "leaves"
                yield Discrepancy(
                    Kind.ASKED, None, f"the plan {does} {version.ref}, whose package is retired"
                )


def _as_in_the_file(action: Action, package: CompiledPackage, plan: Plan) -> Iterator[Discrepancy]:
    said: dict[str, tuple[JsonObject, JsonObject]] = {}
    if not action.carried:
        said["metadata"] = (action.metadata or {}, package.record)
    if action.operation is Operation.CREATE and not action.carried:
        said["payload"] = (content_of(action.payload), package.payload)
        said["references"] = ({**action.references}, {**package.references})
        said["terms"] = (terms_to_json(action.terms or {}), terms_to_json(package.terms))
    for name, (found, expected) in said.items():
        if digest_of(found) != digest_of(expected):
            yield about(
                Kind.ASKED, action.id, f'"{name}" is {told(found)}, the file comes to {told(expected)}'
            )
    due = package.retire_at is not None and package.retire_at <= plan.as_of
    if action.operation is Operation.ARCHIVE and not due:
        yield about(Kind.ASKED, action.id, f'the file does not retire "{package.key}" now')


def _newest(
    package: CompiledPackage, recorded: list[RecordedVersion], declared: list[Action], plan: Plan
) -> Iterator[Discrepancy]:
    """The terms of the file are those of a version, the newest one that stands for what the catalog said."""
    if package.retire_at is not None and package.retire_at <= plan.as_of:
        return
    live = [version for version in recorded if not version.carried and version.archived_at is None]
    digests = [*(version.digest for version in live), *(action.digest for action in declared)]
    if digests and digests[-1] == package.digest:
        return
    has_time = not package.aliases or any(each.window.window.end > plan.as_of for each in package.aliases)
    newest = max((version for version in recorded if not version.carried), key=_number, default=None)
    if has_time or newest is None or newest.digest != package.digest:
        yield Discrepancy(
            Kind.ASKED,
            None,
            f'the terms of "{package.key}" are not those of its newest version after the plan',
        )


def _number(version: RecordedVersion) -> int:
    return version.ref.version


def _described(
    package: CompiledPackage,
    recorded: list[RecordedVersion],
    declared: list[Action],
    metadata: dict[str, JsonObject],
) -> Iterator[Discrepancy]:
    live = bool(declared) or any(not each.carried and each.archived_at is None for each in recorded)
    found = metadata.get(package.key)
    # An older log does not say which windows were declared.
    if live and (found is None or "windows" in found) and digest_of(found) != digest_of(package.record):
        yield Discrepancy(
            Kind.ASKED,
            None,
            f'of "{package.key}" {told(found)} is recorded after the plan, the file says {told(package.record)}',
        )


def _is_kept(version: RecordedVersion, plan: Plan, moves: Moves, forgotten: frozenset[str]) -> bool:
    """Whether an alias keeps a version: it moves now, or moved within the hour, ends some day, or is forgotten."""
    key = version.ref.key
    return (
        key in moves.by
        or any(
            each.window.end > plan.as_of
            and (
                each.alias in forgotten
                or (each.window.end < END and (key, each.alias, each.window.end) not in moves.starts)
            )
            for each in version.windows
        )
        or next_full_hour(moves.last(version)) > plan.as_of
    )
