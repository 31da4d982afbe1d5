"""One apply, from the first append to the last.

Comes in: a plan and the world. Goes out: an outcome; raises Stale or StateCorrupt if nothing could be begun.
Never here: printing, or any choice that the plan has made.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan import __version__
from pkgplan.apply import entries
from pkgplan.apply.calls import create_once, look_up
from pkgplan.apply.fit import check_fits, has_passed
from pkgplan.apply.journal import Journal
from pkgplan.apply.same_story import refuse_other_story
from pkgplan.apply.windows import differences, expected_windows
from pkgplan.apply.world import ApplyOutcome, Step
from pkgplan.errors import ApiRejected, ApplyStopped, PkgplanError, Stale, StalePlan, StateCorrupt
from pkgplan.model.plan import Action, Operation, Plan, plan_from_json
from pkgplan.model.timeline import TakeoverRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.apply.world import World
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.names import PackageRef
    from pkgplan.model.record import State
    from pkgplan.ports import RemotePackage


def apply(plan: Plan, world: World) -> ApplyOutcome:
    """Do what a plan says; a plan that was begun before is resumed.

    Raises:
        Stale: the plan does not fit the state, or another writer was first; nothing was called.
        StateCorrupt: the log is damaged, or does not fit the environment's packages; nothing was called.
    """
    journal = Journal(world.log, world.clock, world.actor)
    check_fits(plan, journal.state)
    run = _Run(plan, world, journal)
    if plan.actions:
        return run.execute()
    run.refuse_other_story()
    return ApplyOutcome(plan.digest, "nothing", (), journal.head.serial)


def stored_plan(state: State) -> Plan | None:
    """The plan of the run that is under way, if there is one."""
    return None if state.unfinished is None else plan_from_json(state.unfinished.plan)


def abandon(world: World) -> None:
    """Put an end to a run that is under way: stop its writer, record what it did, close it.

    The first append makes the old writer fail at its next one. Then every create that it may have made is
    looked up under its uniqueness key, so that nothing it did is forgotten.

    Raises:
        StateCorrupt: the log and the environment do not fit; nothing was written.
    """
    journal = Journal(world.log, world.clock, world.actor)
    unfinished = journal.state.unfinished
    if unfinished is None:
        return
    run = _Run(plan_from_json(unfinished.plan), world, journal)
    run.refuse_other_story()
    journal.append("taken_over", {"run": unfinished.run, "by": world.run})
    run.settle()


class _Run:
    """One run of one plan; lives no longer than the call."""

    def __init__(self, plan: Plan, world: World, journal: Journal) -> None:
        self._plan = plan
        self._world = world
        self._journal = journal
        self._rule = TakeoverRule.of(plan.assumptions)
        self._created = {a.ref for a in plan.actions if a.operation is Operation.CREATE}
        self._operations: list[JsonObject] = []
        unfinished = journal.state.unfinished
        self._name = world.run if unfinished is None else unfinished.run

    def execute(self) -> ApplyOutcome:
        self._begin()
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
        return self._outcome("applied", None)

    def settle(self) -> None:
        """Record what an abandoned run did without having said so, and close it."""
        unfinished = self._journal.state.unfinished
        if unfinished is None:
            return
        for action in self._plan.actions:
            if action.id not in unfinished.intents:
                continue
            done = action.id in unfinished.done
            if action.operation is Operation.CREATE and not done:
                self._settle_create(action)
            elif action.operation is Operation.CREATE and self._is_spent(action):
                # A take-over before this one died between the two calls that use up a key.
                self._put_away(action, self._journal.now.versions[action.ref].package_id)
            elif not done and self._is_archived(_target(action)):
                self._journal.append("archived", entries.archived(self._name, action, _target(action)))
        for action in self._plan.actions:
            if self._journal.now.is_unobserved(action.ref):
                self._observe(action, stop_if_different=False)
        self._finish("abandoned")

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

    def _begin(self) -> None:
        state = self._journal.state
        resumed = state.unfinished is not None
        self.refuse_other_story()
        if not resumed:
            self._refuse_passed_starts(self._plan.actions)
        if state.head.serial == 0:
            self._journal.append(
                "genesis",
                {
                    "lineage": self._world.lineage,
                    "environment": self._plan.environment,
                    "namespace": self._plan.namespace,
                },
            )
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
        before = {window.alias: self._journal.now.rows(window.alias) for window in action.windows}
        expected = expected_windows(before, action, at=now, rule=self._rule)
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

    def _read(self, ref: PackageRef) -> RemotePackage:
        return self._world.api.get(self._journal.now.versions[ref].package_id)

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

    def refuse_other_story(self) -> None:
        """Raise StateCorrupt if log and environment do not fit, StateMoved if that is because of a new entry."""
        try:
            refuse_other_story(self._plan, self._journal.state, self._world.api)
        except StateCorrupt:
            # Another apply may have created packages between our reading of the log and of the environment.
            self._journal.refuse_moved()
            raise

    def _refuse_passed_starts(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if self._has_passed(action):
                raise StalePlan(
                    f"the plan would move an alias to {action.ref} at an instant that has passed since",
                    hint="make the plan again; a run that has begun is put aside with `--take-over`",
                )

    def _has_passed(self, action: Action) -> bool:
        now = self._world.clock.now()
        return has_passed(self._plan, action, self._journal.now, now=now, created=self._created)

    def _intend(self, action: Action) -> None:
        if not self._journal.now.is_intended(action.id):
            self._journal.append("intent", entries.intent(self._name, action))

    def _finish(self, outcome: str, *, rejected: PackageRef | None = None) -> None:
        refused = None if rejected is None else str(rejected)
        self._journal.append("run_finished", {"run": self._name, "outcome": outcome, "rejected": refused})

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
