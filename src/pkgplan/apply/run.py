"""One apply, from the first append to the last.

Comes in: a plan and the world. Goes out: an outcome; raises Stale if nothing could be begun.
Never here: printing, or any choice that the plan has made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan import __version__
from pkgplan.apply.journal import Journal
from pkgplan.apply.same_story import refuse_other_story
from pkgplan.apply.windows import WindowsByRef, differences, expected_windows, rule_of
from pkgplan.errors import (
    ApiConflict,
    ApiRejected,
    ApiUnavailable,
    ApplyStopped,
    PkgplanError,
    Stale,
    StalePlan,
    StateCorrupt,
    StateMoved,
)
from pkgplan.model.canonical import JsonObject, JsonValue, digest_of
from pkgplan.model.plan import Action, Operation, Plan, plan_from_json
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pkgplan.model.names import PackageRef
    from pkgplan.model.record import State
    from pkgplan.model.timeline import AliasRow
    from pkgplan.ports import Clock, PackageApi, RemotePackage, StateLog

# How long to wait, in seconds, before asking again: for an answer that did not come, and for a read that does
# not yet show a write. The vendor promises no read-after-write for packages.
PAUSES = (0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Step:
    """Progress: which action of how many is at what."""

    number: int
    total: int
    action: Action
    doing: str


def _silent(_: Step) -> None:
    pass


@dataclass(frozen=True, slots=True)
class World:
    """What an apply needs from outside: log, packages, time, who it is, and how to wait and to tell.

    `run` and `lineage` are fresh random names; `lineage` is used only if the log has to be opened.
    """

    log: StateLog
    api: PackageApi
    clock: Clock
    actor: str
    run: str
    lineage: str
    commit: str | None = None
    sleep: Callable[[float], None] = field(default=lambda _: None)
    tell: Callable[[Step], None] = field(default=_silent)
    pauses: Sequence[float] = PAUSES


@dataclass(frozen=True, slots=True)
class ApplyOutcome:
    """What an apply came to: "applied", "nothing" or "stopped", and the fault that stopped it."""

    plan_digest: str
    outcome: str
    operations: tuple[JsonObject, ...]
    serial: int
    fault: PkgplanError | None = None

    def to_json(self) -> JsonObject:
        """`{plan_digest, outcome, operations, serial}`."""
        return {
            "plan_digest": self.plan_digest,
            "outcome": self.outcome,
            "operations": list(self.operations),
            "serial": self.serial,
        }


def apply(plan: Plan, world: World) -> ApplyOutcome:
    """Do what a plan says; a plan that was begun before is resumed.

    Raises:
        Stale: the plan does not fit the state, or another writer was first; nothing was called.
        StateCorrupt: the log is damaged, or does not fit the environment's packages; nothing was called.
    """
    journal = Journal(world.log, world.clock, world.actor)
    check_fits(plan, journal.state)
    if not plan.actions:
        return ApplyOutcome(plan.digest, "nothing", (), journal.head.serial)
    return _Run(plan, world, journal).execute()


def check_fits(plan: Plan, state: State) -> None:
    """Raise StalePlan unless the plan was made on this state, or is the one that is under way."""
    if state.head.serial and (state.environment, state.namespace) != (plan.environment, plan.namespace):
        raise StalePlan(
            f'the plan is for environment "{plan.environment}" of "{plan.namespace}", the state log is that of '
            f'"{state.environment}" of "{state.namespace}"',
            hint="choose the environment with --env",
        )
    if state.unfinished is not None:
        if state.unfinished.plan_digest != plan.digest:
            raise StateMoved(
                f"a run of {state.unfinished.actor}, begun {format_instant(state.unfinished.started_at)}, "
                "has not finished and has another plan",
                hint="let it finish, resume it with `pkgplan apply` on its catalog, or give `--take-over`",
            )
        return
    base = plan.base
    if base.serial == 0 and state.pristine:
        return
    if (base.lineage, base.serial, base.head) != (state.lineage, state.head.serial, state.head.digest):
        raise StalePlan(
            f"the plan was made on entry {base.serial} of the state log, which is now at entry {state.head.serial}",
            hint="make the plan again",
        )


def stored_plan(state: State) -> Plan | None:
    """The plan of the run that is under way, if there is one."""
    return None if state.unfinished is None else plan_from_json(state.unfinished.plan)


def take_over(world: World) -> None:
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
    journal.append("run_finished", {"run": unfinished.run, "outcome": "abandoned", "rejected": None})


class _Run:
    """One run of one plan; lives no longer than the call."""

    def __init__(self, plan: Plan, world: World, journal: Journal) -> None:
        self._plan = plan
        self._world = world
        self._journal = journal
        self._rule = rule_of(plan)
        self._ours = {action.ref for action in plan.actions}
        self._names = {id_: name for name, id_ in plan.references.items()}
        self._operations: list[JsonObject] = []
        unfinished = journal.state.unfinished
        self._name = world.run if unfinished is None else unfinished.run

    def execute(self) -> ApplyOutcome:
        self._begin()
        try:
            for number, action in enumerate(self._plan.actions, start=1):
                self._act(number, action)
            self._journal.append("run_finished", {"run": self._name, "outcome": "applied", "rejected": None})
        except Stale as fault:
            return self._outcome("stopped", fault)
        except PkgplanError as fault:
            stopped = (
                fault if isinstance(fault, ApplyStopped) else ApplyStopped(fault.message, hint=fault.hint)
            )
            return self._outcome("stopped", stopped)
        return self._outcome("applied", None)

    def settle(self) -> None:
        """Record what an abandoned run did without having said so."""
        unfinished = self._journal.state.unfinished
        if unfinished is None:
            return
        for action in self._plan.actions:
            if action.id in unfinished.intents and action.id not in unfinished.done:
                if action.operation is Operation.CREATE:
                    found = self._look_up(action)
                    if found is not None:
                        self._record_created("adopted", action, found.package_id)
                elif self._is_archived(action):
                    self._record_archived(action)
        for ref in unfinished.unobserved:
            action = next(action for action in self._plan.actions if action.ref == ref)
            self._observe(action)

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
                    self._compare(action)
            case Operation.ARCHIVE if not done:
                self._tell(number, action, "archiving")
                self._archive(action)
            case Operation.RECORD if not done:
                self._tell(number, action, "recording")
                self._journal.append(
                    "recorded",
                    {
                        "run": self._name,
                        "action": action.id,
                        "key": action.ref.key,
                        "metadata": action.metadata,
                    },
                )
        self._operations.append(self._operation(action, already=done))

    # Creating

    def _create(self, action: Action) -> None:
        intended = self._intended(action)
        if intended and self._has_passed(action):
            found = self._look_up(action)
            if found is None:
                self._refuse_passed_starts([action])
            else:
                self._record_created("adopted", action, found.package_id)
            return
        if not intended:
            self._refuse_passed_starts([action])
            self._intend(action)
        try:
            package_id = self._call_create(action)
            kind = "created"
        except ApiConflict:
            package_id = self._adopt(action)
            kind = "adopted"
        except ApiRejected as fault:
            self._journal.append(
                "run_finished", {"run": self._name, "outcome": "stopped", "rejected": str(action.ref)}
            )
            raise ApplyStopped(
                f"{action.ref} was refused by the environment: {fault.message}",
                hint=fault.hint or "change the package and plan again; nothing was created for it",
            ) from fault
        self._record_created(kind, action, package_id)

    def _call_create(self, action: Action) -> str:
        """Call until there is an answer; the uniqueness key makes a second call harmless."""
        for pause in self._world.pauses:
            try:
                return self._world.api.create(action.payload)
            except ApiUnavailable:
                self._world.sleep(pause)
        return self._world.api.create(action.payload)

    def _adopt(self, action: Action) -> str:
        found = self._look_up(action)
        if found is None:
            raise ApplyStopped(
                f'the uniqueness key "{action.uniqueness_key}" is taken, but no package shows it',
                hint="run apply again; if it stays so, ask Metronome's support about the key",
            )
        if found.name != action.payload.get("name"):
            raise ApplyStopped(
                f'{action.ref} exists as "{found.name}" ({found.package_id}), not as '
                f'"{action.payload.get("name")}": the key was used for something else',
                hint="change the namespace of the Project if another catalog uses it",
            )
        return found.package_id

    def _look_up(self, action: Action) -> RemotePackage | None:
        for package in self._world.api.list():
            if (package.uniqueness_key or "").removeprefix("package:") == action.uniqueness_key:
                return package
        return None

    def _record_created(self, kind: str, action: Action, package_id: str) -> None:
        used = {id_ for id_ in _texts(action.payload) if id_ in self._names}
        references: JsonObject = dict(sorted((self._names[id_], id_) for id_ in used))
        self._journal.append(
            kind,
            {
                "run": self._name,
                "action": action.id,
                "ref": str(action.ref),
                "package_id": package_id,
                "uniqueness_key": action.uniqueness_key,
                "digest": action.digest,
                "carried": action.carried,
                "payload": action.payload,
                "references": references,
                "windows": [window.to_json() for window in action.windows],
                "metadata": action.metadata,
            },
        )

    # Reading back

    def _compare(self, action: Action) -> None:
        """Read the affected packages until their windows are as foreseen; stop if they do not become so."""
        now = self._world.clock.now()
        expected = expected_windows(self._before(action), action, at=now, rule=self._rule)
        aliases = [window.alias for window in action.windows]
        seen = {ref: self._read(ref) for ref in expected}
        for pause in self._world.pauses:
            if not differences(expected, _windows(seen), aliases, now=now):
                break
            self._world.sleep(pause)
            seen = {ref: self._read(ref) for ref in expected}
        different = differences(expected, _windows(seen), aliases, now=now)
        self._record_observed(seen)
        if different:
            self._journal.append("run_finished", {"run": self._name, "outcome": "stopped", "rejected": None})
            raise ApplyStopped(
                f"after creating {action.ref}, {'; '.join(different)}",
                hint="the windows were recorded as they are; plan again to see what is left to do",
            )

    def _observe(self, action: Action) -> None:
        expected = expected_windows(self._before(action), action, at=self._world.clock.now(), rule=self._rule)
        self._record_observed({ref: self._read(ref) for ref in expected})

    def _before(self, action: Action) -> dict[str, tuple[AliasRow, ...]]:
        return {window.alias: self._journal.now.rows(window.alias) for window in action.windows}

    def _read(self, ref: PackageRef) -> RemotePackage:
        return self._world.api.get(self._journal.now.versions[ref].package_id)

    def _record_observed(self, seen: dict[PackageRef, RemotePackage]) -> None:
        windows: JsonObject = {
            str(ref): [window.to_json() for window in package.windows]
            for ref, package in sorted(seen.items())
        }
        self._journal.append("windows_observed", {"run": self._name, "windows": windows})

    # Archiving

    def _archive(self, action: Action) -> None:
        if not self._intended(action):
            self._intend(action)
        try:
            self._world.api.archive(str(action.payload["package_id"]))
        except ApiRejected:
            if not self._is_archived(action):
                raise
        self._record_archived(action)

    def _is_archived(self, action: Action) -> bool:
        return self._world.api.get(str(action.payload["package_id"])).archived_at is not None

    def _record_archived(self, action: Action) -> None:
        self._journal.append(
            "archived",
            {
                "run": self._name,
                "action": action.id,
                "ref": str(action.ref),
                "package_id": action.payload["package_id"],
            },
        )

    # Guards

    def refuse_other_story(self) -> None:
        """Raise StateCorrupt if log and environment do not fit, StateMoved if that is because of a new entry."""
        try:
            refuse_other_story(self._plan, self._journal.state, self._world.api)
        except StateCorrupt:
            # Another apply may have created packages between our reading of the log and of the environment.
            self._journal.refuse_moved()
            raise

    def _refuse_passed_starts(self, actions: Sequence[Action]) -> None:
        for action in actions:
            if self._has_passed(action):
                raise StalePlan(
                    f"the plan would move an alias to {action.ref} at an instant that has passed since",
                    hint="make the plan again; a run that has begun is put aside with `--take-over`",
                )

    def _has_passed(self, action: Action) -> bool:
        """Whether a takeover that lay ahead when the plan was made now lies behind."""
        now = self._world.clock.now()
        return any(
            self._plan.as_of <= window.window.start < now
            and any(
                row.window.end > window.window.start and row.ref not in self._ours
                for row in self._journal.now.rows(window.alias)
            )
            for window in action.windows
        )

    # Telling

    def _intended(self, action: Action) -> bool:
        return self._journal.now.is_intended(action.id)

    def _intend(self, action: Action) -> None:
        self._journal.append(
            "intent",
            {
                "run": self._name,
                "action": action.id,
                "operation": str(action.operation),
                "ref": str(action.ref),
                "uniqueness_key": action.uniqueness_key,
                "payload_digest": digest_of(action.payload),
            },
        )

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


def _windows(seen: dict[PackageRef, RemotePackage]) -> WindowsByRef:
    return {ref: package.windows for ref, package in seen.items()}


def _texts(value: JsonValue) -> Iterator[str]:
    """Every text inside a payload; ids are among them."""
    match value:
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
        case str():
            yield value
