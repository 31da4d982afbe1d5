"""The state after the last action against what the plan said it would be.

Comes in: a plan, the fold of the log at its base, the fold after its last action was recorded. Goes out: discrepancies;
none means that what the plan said is what happened. Never here: the environment; apply has read it back into the log.

Everything is compared: what the plan creates, moves, archives and records, and that nothing else is different.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pkgplan.checker.discrepancy import Discrepancy, Kind, about, told, told_window
from pkgplan.checker.plans import rule_of
from pkgplan.checker.replay import replay_at
from pkgplan.model.canonical import digest_of
from pkgplan.model.compiled import terms_to_json
from pkgplan.model.names import PackageRef, holder_order
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import BEGINNING, SAFEST, AliasWindow, TakeoverRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.names import Holder
    from pkgplan.model.plan import Action, Plan
    from pkgplan.model.record import ForeignPackage, RecordedVersion, State
    from pkgplan.model.units import Instant

# How far the environment's clock may be from ours, where a window begins or ends at the instant of a call.
_CLOCKS: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Dateless:
    """The creates of a plan that send an alias without a start.

    Where such a window begins, and where it cuts another, may be the instant of the call. That is known only roughly,
    and whether the window is shown with it or without a start is not documented, so either will do.
    """

    made_at: Instant
    recorded_at: dict[Holder, Instant]
    calls: frozenset[Instant]
    aliases: frozenset[tuple[Holder, str]]

    def fits(self, ref: Holder, expected: AliasWindow, seen: AliasWindow) -> bool:
        """Whether a window is the one expected."""
        starts = [expected.window.start]
        if (ref, expected.alias) in self.aliases:
            starts = [BEGINNING, self.recorded_at[ref]]
        return (
            expected.alias == seen.alias
            and any(self._is_about(start, seen.window.start) for start in starts)
            and self._is_about(expected.window.end, seen.window.end)
        )

    def may_be_over(self, ref: Holder, expected: AliasWindow) -> bool:
        """Whether a window has ended before the call, so that one which begins with the call is empty."""
        dateless = (ref, expected.alias) in self.aliases
        return dateless and expected.window.end <= self.recorded_at[ref] + _CLOCKS

    def _is_about(self, expected: Instant, seen: Instant) -> bool:
        if expected not in self.calls:
            return expected == seen
        return self.made_at - _CLOCKS <= seen <= expected + _CLOCKS


def check_outcome(plan: Plan, before: State, after: State) -> tuple[Discrepancy, ...]:
    """Compare what is recorded after the last action with what the plan said."""
    return tuple(_check(plan, before, after))


def _check(plan: Plan, before: State, after: State) -> Iterator[Discrepancy]:
    yield from _log(plan, before, after)
    yield from _metadata(plan, before, after)
    creates = {action.ref: action for action in plan.actions if action.operation is Operation.CREATE}
    archives = {action.ref: action for action in plan.actions if action.operation is Operation.ARCHIVE}
    for ref, action in creates.items():
        yield from _created(action, after.versions.get(ref))
    renewed = {action.ref.key for action in plan.actions if action.metadata is not None}
    for ref, version in before.versions.items():
        yield from _kept(version, after.versions.get(ref), archives.get(ref), renewed)
    for ref in sorted(after.versions.keys() - before.versions.keys() - creates.keys()):
        yield Discrepancy(Kind.OUTCOME_VERSION, None, f"{ref} is recorded, and the plan does not create it")
    yield from _foreign(before, after)
    yield from _windows(plan, before, after)


def _foreign(before: State, after: State) -> Iterator[Discrepancy]:
    """Packages that pkgplan did not make: a plan takes windows from them, and neither makes nor forgets one."""
    for package_id in sorted(before.foreign.keys() - after.foreign.keys()):
        yield Discrepancy(Kind.OUTCOME_VERSION, None, f"package {package_id} is not recorded any more")
    for package_id in sorted(after.foreign.keys() - before.foreign.keys()):
        yield Discrepancy(
            Kind.OUTCOME_VERSION, None, f"package {package_id} is recorded, which was not before the plan"
        )


def _log(plan: Plan, before: State, after: State) -> Iterator[Discrepancy]:
    expected = (before.lineage or after.lineage, plan.namespace, plan.environment)
    found = (after.lineage, after.namespace, after.environment)
    if plan.actions and found != expected:
        yield Discrepancy(
            Kind.OUTCOME_LOG,
            None,
            f"the log is that of {told([*found])}, the plan is for {told([*expected])}",
        )
    if after.unfinished is not None and after.unfinished.plan_digest != plan.digest:
        yield Discrepancy(
            Kind.OUTCOME_LOG,
            None,
            f"plan {after.unfinished.plan_digest} is under way, the plan is {plan.digest}",
        )
    reserved = dict(before.reserved)
    for action in plan.actions:
        if action.operation is Operation.CREATE:
            reserved[action.ref.key] = max(action.ref.version, reserved.get(action.ref.key, 0))
    for key in sorted(reserved.keys() | after.reserved.keys()):
        if reserved.get(key) != after.reserved.get(key):
            yield Discrepancy(
                Kind.OUTCOME_VERSION,
                None,
                f'the highest number of "{key}" is {told(after.reserved.get(key))}, by the plan it is '
                f"{told(reserved.get(key))}",
            )


def _metadata(plan: Plan, before: State, after: State) -> Iterator[Discrepancy]:
    expected: dict[str, tuple[JsonObject, str | None]] = {
        key: (metadata, None) for key, metadata in before.metadata.items()
    }
    for action in plan.actions:
        if action.metadata is not None:
            expected[action.ref.key] = (action.metadata, action.id)
    for key in sorted(expected.keys() | after.metadata.keys()):
        said, cause = expected.get(key, (None, None))
        found = after.metadata.get(key)
        if digest_of(said) != digest_of(found):
            yield Discrepancy(
                Kind.OUTCOME_METADATA,
                cause,
                f'{cause or "the state"}: the metadata of "{key}" are {told(found)}, by the plan they are '
                f"{told(said)}",
            )


def _created(action: Action, version: RecordedVersion | None) -> Iterator[Discrepancy]:
    if version is None:
        yield about(Kind.OUTCOME_VERSION, action.id, f"{action.ref} is not recorded")
        return
    recorded: JsonObject = {
        "uniqueness_key": version.uniqueness_key,
        "digest": version.digest,
        "payload": version.payload,
        "references": dict(version.references),
        "terms": terms_to_json(version.terms),
        "windows": [window.to_json() for window in version.sent],
        "carried": version.carried,
    }
    said = action.to_json()
    said.setdefault("terms", {})
    for name, value in recorded.items():
        if digest_of(value) != digest_of(said[name]):
            yield about(
                Kind.OUTCOME_VERSION,
                action.id,
                f'"{name}" is recorded as {told(value)}, the action says {told(said[name])}',
            )
    if version.archived_at is not None:
        yield about(Kind.OUTCOME_ARCHIVED, action.id, f"{action.ref} is archived")


def _kept(
    was: RecordedVersion, is_: RecordedVersion | None, archive: Action | None, renewed: set[str]
) -> Iterator[Discrepancy]:
    if is_ is None:
        yield Discrepancy(Kind.OUTCOME_VERSION, None, f"{was.ref} is not recorded any more")
        return
    if (is_.archived_at is not None) != (was.archived_at is not None or archive is not None):
        state = "archived" if is_.archived_at is not None else "not archived"
        said = "leaves it as it was" if archive is None else "archives it"
        yield Discrepancy(
            Kind.OUTCOME_ARCHIVED,
            None if archive is None else archive.id,
            f"{was.ref if archive is None else archive.id}: {was.ref} is {state}, the plan {said}",
        )
    # What is declared of the newest version goes with the metadata.
    declared = is_.declared if was.ref.key in renewed else was.declared
    expected = replace(was, declared=declared)
    if replace(is_, windows=was.windows, archived_at=was.archived_at) != expected:
        yield Discrepancy(Kind.OUTCOME_VERSION, None, f"{was.ref} is not recorded as it was before the plan")


def _windows(plan: Plan, before: State, after: State) -> Iterator[Discrepancy]:
    rule = rule_of(plan) or SAFEST
    expected, causes = _expected(plan, before, after, rule)
    dateless = _dateless(plan, after)
    for each in (*_in_order(after.versions.values()), *_in_order(after.foreign.values())):
        ref = each.ref
        # An archived package stands behind nothing; what is recorded of its windows is what was seen last.
        said = expected.get(ref)
        if said is None or each.archived_at is not None or _fit(ref, said, each.windows, dateless):
            continue
        cause = causes.get(ref)
        yield Discrepancy(
            Kind.OUTCOME_WINDOWS,
            cause,
            f"{cause or 'the state'}: {ref} has {_told(each.windows)}, by the plan it has {_told(said)}",
        )


def _in_order(packages: Iterable[RecordedVersion | ForeignPackage]) -> list[RecordedVersion | ForeignPackage]:
    return sorted(packages, key=lambda each: holder_order(each.ref))


def _expected(
    plan: Plan, before: State, after: State, rule: TakeoverRule
) -> tuple[dict[Holder, list[AliasWindow]], dict[Holder, str]]:
    """The windows of each package after the plan, and an action that moved one of them."""

    def called(ref: PackageRef) -> Instant:
        version = after.versions.get(ref)
        return plan.as_of if version is None else version.created_at

    packages: list[RecordedVersion | ForeignPackage] = [*before.versions.values(), *before.foreign.values()]
    windows: dict[Holder, set[AliasWindow]] = {each.ref: {*each.windows} for each in packages}
    windows |= {action.ref: set() for action in plan.actions if action.operation is Operation.CREATE}
    causes: dict[Holder, str] = {}
    for alias, story in replay_at(plan, before, rule, called).items():
        for moved in story.moved():
            ref = moved.holder.ref
            causes[ref] = moved.cause
            if moved.before is not None:
                windows[ref].discard(AliasWindow(alias, moved.before))
            if moved.after is not None:
                windows[ref].add(AliasWindow(alias, moved.after))
    return {ref: sorted(held, key=_place) for ref, held in windows.items()}, causes


def _dateless(plan: Plan, after: State) -> _Dateless:
    aliases: frozenset[tuple[Holder, str]] = frozenset(
        (action.ref, window.alias)
        for action in plan.actions
        for window in action.windows
        if window.window.starting_at is None and action.ref in after.versions
    )
    recorded_at: dict[Holder, Instant] = {
        ref: after.versions[ref].created_at for ref, _ in aliases if isinstance(ref, PackageRef)
    }
    return _Dateless(plan.as_of, recorded_at, frozenset(recorded_at.values()), aliases)


def _fit(ref: Holder, expected: list[AliasWindow], seen: Iterable[AliasWindow], dateless: _Dateless) -> bool:
    """Whether two lists of windows say the same; a window without an instant in it says nothing."""
    found = sorted(_real(seen), key=_place)
    shown = {window.alias for window in found}
    expected = [
        window for window in _real(expected) if window.alias in shown or not dateless.may_be_over(ref, window)
    ]
    return len(found) == len(expected) and all(
        dateless.fits(ref, one, other) for one, other in zip(expected, found, strict=True)
    )


def _real(windows: Iterable[AliasWindow]) -> list[AliasWindow]:
    return [window for window in windows if window.window.start < window.window.end]


def _place(window: AliasWindow) -> tuple[str, Instant, Instant]:
    return window.alias, window.window.start, window.window.end


def _told(windows: Iterable[AliasWindow]) -> str:
    shown = [f'"{window.alias}" {told_window(window.window)}' for window in sorted(windows, key=_place)]
    return ", ".join(shown) or "no alias"
