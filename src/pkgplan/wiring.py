"""The composition root: from the settings of one command to the parts that it works with.

Comes in: the catalog folder and the name of an environment. Goes out: the environment's log, state, clock, ids
and packages, as values of the ports. Never here: parsing options, printing, deciding.

Reading never creates anything: the embedded engine's file appears with the first apply.
"""

from __future__ import annotations

import getpass
import os
import socket
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pkgplan.adapters.clocks import FixedClock, SystemClock
from pkgplan.adapters.disk import disk_fault
from pkgplan.adapters.pins_file import read_pins
from pkgplan.adapters.state_file import FileStateLog
from pkgplan.apply import World
from pkgplan.errors import EnvironmentFault, StateCorrupt, UsageFault
from pkgplan.model.names import did_you_mean
from pkgplan.model.record import State, fold
from pkgplan.model.timeline import SAFEST
from pkgplan.pipeline import CheckedCatalog, Target, embedded_ids, located
from pkgplan.ports import Remote
from pkgplan.stages.compile import compile_prerequisites
from pkgplan.stages.load import load, read_document, read_text
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pkgplan.apply import Step
    from pkgplan.engine import Assumptions, Engine, SeededReference
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.catalog.project import Environment, ProjectSpec
    from pkgplan.model.diagnostics import Diagnostic
    from pkgplan.model.log import LogEntry
    from pkgplan.model.source import SourceFile
    from pkgplan.model.units import Instant
    from pkgplan.ports import Clock, PackageApi

PROJECT_FILE = "pkgplan.yaml"
_BODY_OF_IGNORED = "*\n"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One environment of one catalog: where its records are and how it is read."""

    root: Path
    name: str
    namespace: str
    environment: Environment
    clock: Clock

    @property
    def is_embedded(self) -> bool:
        """Whether the offline engine stands in for Metronome."""
        return self.environment.engine == "embedded"

    @property
    def log(self) -> FileStateLog:
        """The state log; its file need not exist."""
        return FileStateLog(self.root / "state" / f"{self.name}.jsonl")

    @property
    def database(self) -> Path:
        """The file of the embedded engine."""
        return self.root / ".pkgplan" / f"{self.name}.db"

    def entries(self) -> tuple[LogEntry, ...]:
        """The whole log, verified; raises StateCorrupt also if it belongs to another environment."""
        entries = self.log.read()
        if entries:
            self._refuse_foreign(entries[0])
        return entries

    def state(self) -> State:
        """Recorded state; raises StateCorrupt."""
        return fold(self.entries())

    def target(self, catalog: Catalog) -> Target:
        """What a plan is for; raises EnvironmentFault if the lock file is damaged."""
        takeover = self.environment.takeover
        rule = SAFEST if takeover is None else takeover.rule()
        return Target(self.name, self.namespace, rule, self.ids(catalog))

    def ids(self, catalog: Catalog) -> dict[str, str]:
        """The ids that names stand for: pinned ones, and for the embedded engine those that follow from names."""
        pins = read_pins(self.root / "environments" / f"{self.name}.lock.json", self.name)
        if not self.is_embedded:
            return pins
        return {**embedded_ids(catalog, self.namespace, self.name), **pins}

    def _refuse_foreign(self, genesis: LogEntry) -> None:
        recorded = (genesis.body.get("environment"), genesis.body.get("namespace"))
        if recorded != (self.name, self.namespace):
            raise StateCorrupt(
                f'state log "{self.log.path}" is that of environment "{recorded[0]}" of namespace '
                f'"{recorded[1]}", not of "{self.name}" of "{self.namespace}"',
                hint="put the log of this environment there, or undo the change of the name or namespace",
            )


def read_project(root: Path) -> CheckedCatalog:
    """The Project of a catalog without the rest, for commands that only look at recorded state.

    Raises:
        UsageFault: the folder does not exist.
    """
    sources, found = _project_sources(root)
    sound, faults = validate(sources)
    catalog, clashes = parse(sound, complete=False)
    return CheckedCatalog(sources, catalog, located((*found, *faults, *clashes), sources))


def _project_sources(root: Path) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """The Project's file: the one with the usual name, or whichever declares it."""
    text = read_text(root, PROJECT_FILE)
    if text is not None and "\ufffd" not in text:
        source, found = read_document(PROJECT_FILE, text.encode())
        if source is not None and source.kind == "Project":
            return (source,), found
    sources, found = load(root)
    return tuple(source for source in sources if source.kind == "Project"), found


def open_deployment(
    root: Path, project: ProjectSpec, *, environment: str | None, as_of: Instant | None
) -> Deployment:
    """Choose an environment of a catalog; raises UsageFault if there is none of that name."""
    name = environment or project.default_environment_name
    known: Mapping[str, Environment] = project.environments
    if name not in known:
        raise UsageFault(
            f'environment "{name}" is not in the Project of the catalog', hint=did_you_mean(name, known)
        )
    clock = SystemClock() if as_of is None else FixedClock(as_of)
    return Deployment(root, name, project.namespace, known[name], clock)


@contextmanager
def packages_to_read(deployment: Deployment) -> Iterator[PackageApi]:
    """The packages of an environment; an embedded one that was never written is empty and stays unwritten."""
    refuse_unreachable(deployment)
    path: Path | str = deployment.database if deployment.database.exists() else ":memory:"
    with _embedded(deployment, path) as (_, api):
        yield api


@contextmanager
def packages_to_write(deployment: Deployment, catalog: Catalog) -> Iterator[PackageApi]:
    """The packages of an environment, ready for creates; the embedded engine gets what the catalog refers to.

    Raises:
        EnvironmentFault: the environment cannot be reached, or its file cannot be written.
    """
    refuse_unreachable(deployment)
    _hide(deployment.database.parent)
    with _embedded(deployment, deployment.database) as (engine, api):
        _seed(engine, catalog, deployment.ids(catalog))
        yield api


@contextmanager
def remote(deployment: Deployment, *, begin: bool = False) -> Iterator[Remote]:
    """Everything of an environment that can be called, for commands that work on what was applied.

    Args:
        deployment: the environment.
        begin: make the file of an embedded one if it is not there yet; otherwise that is empty and stays unwritten.

    Raises:
        EnvironmentFault: the environment cannot be reached, or its file cannot be written.
    """
    from pkgplan.engine import EmbeddedContracts, EmbeddedCustomers, EmbeddedCustomFields

    refuse_unreachable(deployment)
    if begin:
        _hide(deployment.database.parent)
    path: Path | str = deployment.database if begin or deployment.database.exists() else ":memory:"
    with _embedded(deployment, path) as (engine, packages):
        contracts, fields = EmbeddedContracts(engine), EmbeddedCustomFields(engine)
        yield Remote(packages, contracts, fields, EmbeddedCustomers(engine))


def assumed(readings: Mapping[str, str], environment: Environment | None) -> Assumptions:
    """How the embedded engine reads what the vendor does not document.

    Args:
        readings: what was asked for by name; it counts more than the environment.
        environment: the one that the engine stands in for, if there is one.

    Raises:
        UsageFault: there is no such assumption, or it has no such reading.
    """
    from pkgplan.engine import Assumptions

    takeover = None if environment is None else environment.takeover
    try:
        return Assumptions.of({**({} if takeover is None else takeover.rule().readings()), **readings})
    except ValueError as error:
        raise UsageFault(str(error), hint="see `pkgplan serve --assumptions`") from None


@contextmanager
def served_engine(
    path: Path | str, clock: Clock, assumptions: Assumptions, seeds: tuple[Deployment, Catalog] | None
) -> Iterator[Engine]:
    """An engine to be served, opened already, so that a file that is no good is known at once.

    Args:
        path: its file, or ":memory:".
        clock: its time.
        assumptions: its readings.
        seeds: an environment and its catalog, whose references shall exist.

    Raises:
        EnvironmentFault: the file cannot be used.
    """
    from pkgplan.engine import Engine, EngineError

    with Engine(path, clock, assumptions) as engine:
        try:
            with engine.reading():
                pass
            if seeds is not None:
                deployment, catalog = seeds
                # An environment that is the real API has ids for what is pinned only; the rest gets ours.
                ours = embedded_ids(catalog, deployment.namespace, deployment.name)
                engine.seed(prerequisites(catalog, {**ours, **deployment.ids(catalog)}))
        except EngineError as error:
            raise EnvironmentFault(error.message) from error
        yield engine


def world(deployment: Deployment, api: PackageApi, tell: Callable[[Step], None]) -> World:
    """What an apply needs."""
    return World(
        log=deployment.log,
        api=api,
        clock=deployment.clock,
        actor=actor(os.environ),
        run=uuid.uuid4().hex,
        lineage=str(uuid.uuid4()),
        commit=commit(os.environ),
        sleep=time.sleep,
        tell=tell,
    )


def actor(environ: Mapping[str, str]) -> str:
    """Who acts: the account of a CI job, or user@host."""
    for name in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN"):
        if environ.get(name):
            return environ[name]
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may run under a number that has no name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def commit(environ: Mapping[str, str]) -> str | None:
    """The commit that a CI job works on, if this is one."""
    return environ.get("GITHUB_SHA") or environ.get("CI_COMMIT_SHA") or None


def prerequisites(catalog: Catalog, ids: Mapping[str, str]) -> list[SeededReference]:
    """What the catalog's references say must exist, for the embedded engine."""
    from pkgplan.engine import SeededReference

    return [SeededReference(*each) for each in compile_prerequisites(catalog, ids)]


def _seed(engine: Engine, catalog: Catalog, ids: Mapping[str, str]) -> None:
    """Make the references of a catalog exist; what the engine does not take is the environment's objection."""
    from pkgplan.engine import EngineError

    try:
        engine.seed(prerequisites(catalog, ids))
    except EngineError as error:
        raise EnvironmentFault(f"the references of the catalog cannot be made: {error.message}") from error


@contextmanager
def _embedded(deployment: Deployment, path: Path | str) -> Iterator[tuple[Any, PackageApi]]:
    from pkgplan.engine import EmbeddedPackages, Engine

    assumptions = assumed({}, deployment.environment)
    with Engine(path, deployment.clock, assumptions) as engine:
        yield engine, EmbeddedPackages(engine)


def refuse_unreachable(deployment: Deployment) -> None:
    """Raise EnvironmentFault unless there is a way to the environment."""
    if not deployment.is_embedded:
        raise EnvironmentFault(
            f'environment "{deployment.name}" is the real API, which this version of pkgplan cannot reach yet',
            hint="choose an environment with `engine: embedded`; validate, plan and show work for this one too",
        )


def _hide(folder: Path) -> None:
    """Keep the engine's files out of version control."""
    ignored = folder / ".gitignore"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not ignored.exists():
            ignored.write_text(_BODY_OF_IGNORED)
    except OSError as error:
        raise disk_fault(ignored, "cannot be written", error) from None
