"""A whole apply in one process: planner, log in memory, embedded engine, and a place to kill it."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.apply import ApplyOutcome, World, apply, stored_plan
from pkgplan.engine import Assumptions, EmbeddedPackages, Engine
from pkgplan.model.diagnostics import has_errors
from pkgplan.model.plan import Base, Plan
from pkgplan.model.record import State, fold
from pkgplan.model.timeline import SAFEST, TakeoverRule
from pkgplan.pipeline.planning import explained
from pkgplan.stages.drift import Ours
from pkgplan.stages.plan import Emission, Reach, plan
from support.memory_log import MemoryStateLog
from support.offline import HandClock
from support.worlds import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.log import LogEntry
    from pkgplan.model.units import Instant
    from pkgplan.ports import PackageApi, RemotePackage, StateLog

NAMESPACE, ENVIRONMENT = "test", "local"


class Killed(BaseException):
    """The process is gone; nobody catches this."""


@dataclass
class Fuse:
    """Counts the points at which a process may die, and dies at one of them."""

    at: int | None = None
    burnt: int = 0

    def point(self) -> None:
        self.burnt += 1
        if self.at is not None and self.burnt == self.at:
            raise Killed


@dataclass
class KillableLog:
    """A log whose writer may die before or after an append."""

    log: StateLog
    fuse: Fuse

    def read(self) -> tuple[LogEntry, ...]:
        return self.log.read()

    def append(self, entry: LogEntry) -> None:
        self.fuse.point()
        self.log.append(entry)
        self.fuse.point()


@dataclass
class KillableApi:
    """Packages whose caller may die before a call, or after it was done and before the reply."""

    api: PackageApi
    fuse: Fuse
    creates: list[JsonObject] = field(default_factory=list)

    def create(self, payload: JsonObject) -> str:
        self.fuse.point()
        self.creates.append(payload)
        package_id = self.api.create(payload)
        self.fuse.point()
        return package_id

    def get(self, package_id: str) -> RemotePackage:
        self.fuse.point()
        package = self.api.get(package_id)
        self.fuse.point()
        return package

    def list(self) -> Iterator[RemotePackage]:
        self.fuse.point()
        yield from self.api.list()

    def archive(self, package_id: str) -> None:
        self.fuse.point()
        self.api.archive(package_id)
        self.fuse.point()


def planned(
    packages: Sequence[CompiledPackage],
    state: State,
    as_of: Instant,
    *,
    rule: TakeoverRule = SAFEST,
    reach: Reach = EVERYTHING,
) -> Plan | None:
    """A plan as the pipeline would bind it, or None if it is refused."""
    decided = plan(
        packages, state, as_of=as_of, rule=rule, reach=reach, emission=Emission(NAMESPACE, ENVIRONMENT)
    )
    if has_errors(decided.diagnostics):
        return None
    return Plan(
        tool_version="test",
        environment=ENVIRONMENT,
        namespace=NAMESPACE,
        as_of=as_of,
        catalog_digest="sha256:catalog",
        base=Base(state.lineage, state.head.serial, state.head.digest),
        assumptions=rule.readings(),
        actions=tuple(explained(action, state) for action in decided.actions),
        effects=decided.effects,
        outlook=decided.outlook,
    )


@dataclass
class Site:
    """One environment with its log, and processes that come and go."""

    rule: TakeoverRule = SAFEST
    clock: HandClock = field(default_factory=HandClock)
    log: MemoryStateLog = field(default_factory=MemoryStateLog)
    runs: int = 0

    def __post_init__(self) -> None:
        self.engine = Engine(":memory:", self.clock, Assumptions(self.rule))
        # A test makes hundreds of sites; since Python 3.13 a connection that is left to the collector is a warning.
        weakref.finalize(self, self.engine.close)
        self.api: PackageApi = EmbeddedPackages(self.engine)

    @property
    def state(self) -> State:
        return fold(self.log.read())

    def world(
        self, fuse: Fuse | None = None, wrap: Callable[[PackageApi], PackageApi] | None = None
    ) -> World:
        self.runs += 1
        api = self.api if wrap is None else wrap(self.api)
        fuse = fuse or Fuse()
        return World(
            log=KillableLog(self.log, fuse),
            api=KillableApi(api, fuse),
            clock=self.clock,
            ours=Ours(NAMESPACE, ENVIRONMENT),
            actor="tester",
            run=f"run-{self.runs}",
            lineage=f"lineage-{self.runs}",
        )

    def apply(
        self,
        packages: Sequence[CompiledPackage],
        as_of: Instant,
        *,
        fuse: Fuse | None = None,
        reach: Reach = EVERYTHING,
        wrap: Callable[[PackageApi], PackageApi] | None = None,
    ) -> ApplyOutcome | None:
        """What `pkgplan apply` does in a fresh process: resume what is under way, or plan and apply."""
        self.clock.instant = as_of
        state = self.state
        made = stored_plan(state) or planned(packages, state, as_of, rule=self.rule, reach=reach)
        return None if made is None else apply(made, self.world(fuse, wrap))

    def seen(self) -> tuple[object, ...]:
        """Everything that must be the same however often the apply was killed."""
        state = self.state
        ids = {package.package_id: str(package.uniqueness_key) for package in self.api.list()}
        packages = sorted(
            (ids[p.package_id], p.name, p.windows, p.archived_at is not None) for p in self.api.list()
        )
        versions = sorted(
            (str(v.ref), ids[v.package_id], v.digest, v.windows, v.carried, v.archived_at is not None)
            for v in state.versions.values()
        )
        return (
            tuple(map(repr, packages)),
            tuple(map(repr, versions)),
            repr(dict(state.metadata)),
            state.unfinished,
        )
