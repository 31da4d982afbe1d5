"""One apply, from the first append to the last.

Comes in: a plan and the world. Goes out: an outcome; raises Stale or StateCorrupt if nothing could be begun.
Never here: printing, or any choice that the plan has made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan import __version__
from pkgplan.apply import entries
from pkgplan.apply.calls import create_once, look_up
from pkgplan.apply.fit import check_clock, check_fits, check_time, has_passed
from pkgplan.apply.journal import Journal
from pkgplan.apply.look import drifted, is_explained, look, under_way, with_drift
from pkgplan.apply.refresh import record_drift
from pkgplan.apply.windows import Foreseen, differences
from pkgplan.apply.world import ApplyOutcome, Step
from pkgplan.checker import Kind, check_outcome
from pkgplan.errors import ApiRejected, ApplyStopped, PkgplanError, Stale, StalePlan, StateCorrupt
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Action, Operation, Plan, plan_from_json
from pkgplan.model.timeline import TakeoverRule
from pkgplan.pipeline.holding import refuse_altered, told
from pkgplan.stages.drift import Drift

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.apply.world import World
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.names import Holder
    from pkgplan.model.record import State
    from pkgplan.ports import RemotePackage


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the user has agreed to: recording a drift, and a clock that is behind the log."""

    drift: bool = False
    clock: bool = False


NOTHING_ACCEPTED = Accepted()


def apply(plan: Plan, world: World, consent: Accepted = NOTHING_ACCEPTED) -> ApplyOutcome:
    """Do what a plan says; a plan that was begun before is resumed.

    Raises:
        Stale: the plan does not fit the state or the environment, or another writer was first; nothing was called.
        StateCorrupt: the log is damaged, or is not that of this environment; nothing was called.
        EnvironmentFault: the clock of this machine is behind the log; nothing was called.
    """
    journal = Journal(world.log, world.clock, world.actor)
    now = world.clock.now()
    check_clock(journal.last, now, trusted=consent.clock)
    check_time(plan, now)
    check_fits(plan, journal.state)
    run = _Run(plan, world, journal)
    drift = run.look(consent)
    run.refuse_altered(drift)
    if plan.actions:
        return run.execute(drift)
    if drift.differences:
        record_drift(journal, drift, world.run)
        return ApplyOutcome(plan.digest, "refreshed", (), journal.head.serial)
    return ApplyOutcome(plan.digest, "nothing", (), journal.head.serial)


def stored_plan(state: State) -> Plan | None:
    """The plan of the run that is under way, if there is one."""
    return None if state.unfinished is None else plan_from_json(state.unfinished.plan, stored=True)


def abandon(world: World, consent: Accepted = NOTHING_ACCEPTED) -> frozenset[PackageRef]:
    """Put an end to a run that is under way: stop its writer, record what it did, close it.

    The first append makes the old writer fail at its next one. Then every create that it may have made is
    looked up under its uniqueness key, so that nothing it did is forgotten.

    Returns:
        The versions that a call of the old run may still archive: no such call can be made harmless.

    Raises:
        StateCorrupt: the log and the environment do not fit; nothing was written.
    """
    journal = Journal(world.log, world.clock, world.actor)
    check_clock(journal.last, world.clock.now(), trusted=consent.clock)
    unfinished = journal.state.unfinished
    if unfinished is None:
        return frozenset()
    plan = plan_from_json(unfinished.plan, stored=True)
    run = _Run(plan, world, journal)
    # What differs otherwise is looked at when the new plan is made.
    look(journal.state, world.api, world.ours, now=world.clock.now(), expected=under_way(plan, journal.state))
    journal.append("taken_over", {"run": unfinished.run, "by": world.run})
    return run.settle()


class _Run:
    """One run of one plan; lives no longer than the call."""

    def __init__(self, plan: Plan, world: World, journal: Journal) -> None:
        self._plan = plan
        self._world = world
        self._journal = journal
        self._created = frozenset(a.ref for a in plan.actions if a.operation is Operation.CREATE)
        self._operations: list[JsonObject] = []
        unfinished = journal.state.unfinished
        self._name = world.run if unfinished is None else unfinished.run
        self._foreseen = self._recorded()
        # Of a run that is resumed, the log knows.
        self._before: State | None = None

    def look(self, consent: Accepted) -> Drift:
        """Compare record and environment once more; gives what is to be recorded before anything else.

        Raises:
            Drifted: something differs that the plan did not show, or that nobody has agreed to record.
        """
        state, world = self._journal.state, self._world
        expected = under_way(self._plan, state)
        try:
            drift, seen = look(state, world.api, world.ours, now=world.clock.now(), expected=expected)
        except StateCorrupt:
            # Another apply may have created packages between our reading of the log and of the environment.
            self._journal.refuse_moved()
            raise
        shown = () if self._plan.outlook is None else self._plan.outlook.drift
        as_shown = state.unfinished is not None or drift.differences == shown
        if drift.differences and as_shown and consent.drift:
            return drift
        if drift.differences and not is_explained(
            drift, self._plan, state, seen, world.ours, now=world.clock.now()
        ):
            self._journal.refuse_moved()
            raise drifted(drift.differences, world.ours)
        if shown and state.unfinished is None:
            raise StalePlan(
                "the plan was made on an environment that differed from the record, which it does no more",
                hint="make the plan again",
            )
        return Drift(())

    def refuse_altered(self, drift: Drift) -> None:
        """Raise StalePlan unless the plan holds on the record, with what is to be recorded first taken over.

        One that was begun was looked at then; its base has moved since.
        """
        if self._journal.state.unfinished is not None:
            return
        state = self._journal.state
        if drift.differences:
            state = with_drift(self._journal.copied(), drift, self._world.clock.now())
        refuse_altered(self._plan, state)

    def execute(self, drift: Drift) -> ApplyOutcome:
        self._begin(drift)
        try:
            for number, action in enumerate(self._plan.actions, start=1):
                self._act(number, action)
            self._finish("applied")
        except Stale as fault:
            return self._outcome("stopped", fault)
        except PkgplanError as fault:
            stopped = (
                fault if isinstance(fault, ApplyStopped) else ApplyStopped(fault.message, hint=fault.hint)
            )
            return self._outcome("stopped", stopped)
        return self._outcome("applied", self._unforeseen())

    def _unforeseen(self) -> PkgplanError | None:
        """What is recorded now and was not said by the plan, as a fault."""
        if self._plan.outlook is None:  # of an older log, whose versions did not say all that is compared
            return None
        found = check_outcome(self._plan, self._before or self._journal.before_run(), self._journal.state)
        seen = [each for each in found if each.kind in {Kind.OUTCOME_WINDOWS, Kind.OUTCOME_ARCHIVED}]
        if found and len(seen) == len(found):
            return ApplyStopped(
                f"all was done, and the environment is not as the plan said: {told(seen)}",
                hint="somebody else may have changed it; plan again to see what is left to do",
            )
        if found:
            return PkgplanError(
                f"this is a bug of pkgplan: all was done, and the record is not what the plan said: {told(found)}",
                hint="report it, with the plan and the state log",
            )
        return None

    def settle(self) -> frozenset[PackageRef]:
        """Record what an abandoned run did without having said so, and close it; gives what it may still archive."""
        unfinished = self._journal.state.unfinished
        if unfinished is None:
            return frozenset()
        unsettled: list[PackageRef] = []
        for action in self._plan.actions:
            if action.id not in unfinished.intents:
                continue
            done = action.id in unfinished.done
            if action.operation is Operation.CREATE and not done:
                self._settle_create(action)
            elif action.operation is Operation.CREATE and self._is_spent(action):
                # A take-over before this one died between the two calls that use up a key.
                self._put_away(action, self._journal.now.versions[action.ref].package_id)
            elif action.operation is Operation.ARCHIVE and not done:
                if self._is_archived(_target(action)):
                    self._journal.append("archived", entries.archived(self._name, action, _target(action)))
                else:
                    unsettled.append(action.ref)
        for action in self._plan.actions:
            if self._journal.now.is_unobserved(action.ref):
                self._observe(action, stop_if_different=False)
        self._finish("abandoned", unsettled=unsettled)
        return frozenset(unsettled)

    def _settle_create(self, action: Action) -> None:
        """Record the package of an intent; where there is none, make sure that none comes any more.

        The call may still be on its way, from a process that was only slow. So its uniqueness key is used up: by a
        package of the same content on no alias, archived at once. The late call is then refused.
        """
        unaliased = replace(
            action,
            windows=(),
            payload={k: v for k, v in action.payload.items() if k != "aliases"},
            metadata=None,
        )
        found = look_up(action, self._world, patient=True)
        if found is not None and action.windows and not found.windows:
            self._journal.append("adopted", entries.created(self._name, unaliased, found.package_id))
            self._put_away(action, found.package_id)
            return
        if found is None:
            try:
                made = create_once(unaliased, self._world, tried=True)
            except ApiRejected:
                # The late call would be refused for the same reason.
                return
            if isinstance(made, str):
                self._journal.append("created", entries.created(self._name, unaliased, made))
                self._put_away(action, made)
                return
            found = made
        self._journal.append("adopted", entries.created(self._name, action, found.package_id))

    def _is_spent(self, action: Action) -> bool:
        """Whether a package was recorded only to use up its key, and is still there."""
        version = self._journal.now.versions[action.ref]
        return version.archived_at is None and version.sent != action.windows

    def _begin(self, drift: Drift) -> None:
        resumed = self._journal.state.unfinished is not None
        if not resumed:
            self._refuse_passed_starts(self._plan.actions)
        if self._journal.head.serial == 0:
            self._journal.open(self._world.lineage, self._plan.environment, self._plan.namespace)
        if drift.differences:
            record_drift(self._journal, drift, self._name)
            self._foreseen = self._recorded()
        if not resumed:
            self._before = self._journal.state
        self._journal.append(
            "run_started",
            {
                "run": self._name,
                "plan": self._plan.to_json(),
                "plan_digest": self._plan.digest,
                "commit": self._world.commit,
                "tool_version": __version__,
                "resumed": resumed,
            },
        )

    def _act(self, number: int, action: Action) -> None:
        now = self._journal.now
        done = now.is_done(action.id)
        match action.operation:
            case Operation.CREATE:
                if not done:
                    self._tell(number, action, "creating")
                    self._create(action)
                if now.is_unobserved(action.ref):
                    self._tell(number, action, "comparing windows")
                    self._observe(action, stop_if_different=True)
            case Operation.ARCHIVE if not done:
                self._tell(number, action, "archiving")
                self._archive(action)
            case Operation.RECORD if not done:
                self._tell(number, action, "recording")
                self._journal.append("recorded", entries.recorded(self._name, action))
        self._operations.append(self._operation(action, already=done))

    def _create(self, action: Action) -> None:
        tried = self._journal.now.is_intended(action.id)
        if tried and self._has_passed(action):
            # The call may have been made in time; if it was not, it must not be made now.
            found = look_up(action, self._world)
            if found is not None:
                self._adopt(action, found)
                return
        self._refuse_passed_starts([action])
        self._intend(action)
        try:
            made = create_once(action, self._world, tried=tried)
        except ApiRejected as fault:
            self._finish("stopped", rejected=action.ref)
            raise ApplyStopped(
                f"{action.ref} was refused by the environment: {fault.message}",
                hint=fault.hint or "change the package and plan again; nothing was created for it",
            ) from fault
        if isinstance(made, str):
            self._journal.append("created", entries.created(self._name, action, made))
        else:
            self._adopt(action, made)

    def _adopt(self, action: Action, found: RemotePackage) -> None:
        """Record a package that an earlier call created; what has become of it since is read back next."""
        self._journal.append("adopted", entries.created(self._name, action, found.package_id))

    def _observe(self, action: Action, *, stop_if_different: bool) -> None:
        """Read the affected packages, until their windows are as foreseen or every pause is over; record them.

        One entry says what was seen and that it ends the run, so that no kill can separate the two.
        """
        now = self._world.clock.now()
        expected = self._foreseen.create(action, at=now)
        different: list[str] = []
        for pause in (*self._world.pauses, 0):
            try:
                seen = {ref: self._read(ref) for ref in expected}
            except ApiRejected:
                # A package that was just created may not be shown yet; without a pause left, it is a fault.
                if pause == 0:
                    raise
                self._world.sleep(pause)
                continue
            windows = {ref: package.windows for ref, package in seen.items()}
            different = differences(expected, windows, [window.alias for window in action.windows], now=now)
            if not different or not stop_if_different:
                break
            self._world.sleep(pause)
        if seen[action.ref].archived_at is not None:
            different = [f"{action.ref} is archived: somebody did that since an earlier call created it"]
            if self._journal.now.versions[action.ref].archived_at is None:
                package_id = seen[action.ref].package_id
                self._journal.append("archived", entries.archived(self._name, action, package_id))
        stopping = different if stop_if_different else []
        self._journal.append("windows_observed", entries.observed(self._name, seen, stopping))
        if stopping:
            raise ApplyStopped(
                f"after creating {action.ref}, {'; '.join(stopping)}",
                hint="the windows were recorded as they are; plan again to see what is left to do",
            )

    def _read(self, holder: Holder) -> RemotePackage:
        if isinstance(holder, PackageRef):
            return self._world.api.get(self._journal.now.versions[holder].package_id)
        return self._world.api.get(holder.package_id)

    def _recorded(self) -> Foreseen:
        """The aliases of the plan as they are recorded, but for what was created and not looked at yet."""
        journal, unobserved = self._journal.now, self._journal.now.is_unobserved
        aliases = {window.alias for action in self._plan.actions for window in action.windows}
        rows = {alias: [row for row in journal.rows(alias) if not unobserved(row.ref)] for alias in aliases}
        return Foreseen(rows, TakeoverRule.of(self._plan.assumptions))

    def _archive(self, action: Action) -> None:
        self._intend(action)
        self._put_away(action, _target(action))

    def _put_away(self, action: Action, package_id: str) -> None:
        """Archive a package and record it; one that is archived already is as good."""
        try:
            self._world.api.archive(package_id)
        except ApiRejected:
            if not self._is_archived(package_id):
                raise
        self._journal.append("archived", entries.archived(self._name, action, package_id))

    def _is_archived(self, package_id: str) -> bool:
        return self._world.api.get(package_id).archived_at is not None

    def _refuse_passed_starts(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if self._has_passed(action):
                raise StalePlan(
                    f"the plan would move an alias to {action.ref} at an instant that has passed since",
                    hint="make the plan again; a run that has begun is put aside with `--take-over`",
                )

    def _has_passed(self, action: Action) -> bool:
        now = self._world.clock.now()
        return has_passed(self._plan, action, self._foreseen, now=now, created=self._created)

    def _intend(self, action: Action) -> None:
        if not self._journal.now.is_intended(action.id):
            self._journal.append("intent", entries.intent(self._name, action))

    def _finish(
        self, outcome: str, *, rejected: PackageRef | None = None, unsettled: Iterable[PackageRef] = ()
    ) -> None:
        refused = None if rejected is None else str(rejected)
        body: JsonObject = {"run": self._name, "outcome": outcome, "rejected": refused}
        late: list[JsonValue] = [str(ref) for ref in unsettled]
        self._journal.append("run_finished", {**body, "unsettled": late} if late else body)

    def _tell(self, number: int, action: Action, doing: str) -> None:
        self._world.tell(Step(number, len(self._plan.actions), action, doing))

    def _operation(self, action: Action, *, already: bool) -> JsonObject:
        version = self._journal.now.versions.get(action.ref)
        return {
            "id": action.id,
            "action": str(action.operation),
            "ref": str(action.ref),
            "package_id": None if version is None else version.package_id,
            "outcome": "already done" if already else "done",
        }

    def _outcome(self, outcome: str, fault: PkgplanError | None) -> ApplyOutcome:
        return ApplyOutcome(
            self._plan.digest, outcome, tuple(self._operations), self._journal.head.serial, fault
        )


def _target(action: Action) -> str:
    """The package that an archive is about."""
    return str(action.payload["package_id"])
