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
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pkgplan.adapters.clocks import FixedClock, SystemClock
from pkgplan.adapters.disk import create_file, disk_fault, refuse_dangling
from pkgplan.adapters.state_file import FileStateLog
from pkgplan.adapters.state_folder import FOLDER as STATE_FOLDER
from pkgplan.adapters.state_folder import SUFFIX as LOG_SUFFIX
from pkgplan.adapters.state_folder import kept_logs
from pkgplan.apply import World
from pkgplan.errors import EnvironmentFault, StateCorrupt, UsageFault
from pkgplan.model.diagnostics import START_OF_FILE, Severity, in_order
from pkgplan.model.names import did_you_mean
from pkgplan.model.record import State, fold
from pkgplan.model.system_text import as_shown
from pkgplan.model.timeline import SAFEST
from pkgplan.pipeline import (
    CheckedCatalog,
    Target,
    embedded_ids,
    located,
    lock_findings,
    new_beginning,
    orphan_logs,
    pinned,
)
from pkgplan.ports import Remote
from pkgplan.stages.compile import compile_packages, compile_prerequisites
from pkgplan.stages.drift import Ours
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
_BODY_OF_IGNORED = b"*\n"


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
        return FileStateLog(self.root / STATE_FOLDER / f"{self.name}{LOG_SUFFIX}")

    @property
    def is_here(self) -> bool:
        """Whether the environment can be looked at without being asked to: it is a file, and it is there."""
        return self.is_embedded and self.database.exists()

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
        """What a plan is for; raises EnvironmentFault if the lock file has errors."""
        takeover = self.environment.takeover
        rule = SAFEST if takeover is None else takeover.rule()
        return Target(self.name, self.namespace, rule, self.ids(catalog))

    def ours(self, catalog: Catalog) -> Ours:
        """What of the environment is the catalog's."""
        declared = {
            alias.name for package in catalog.packages.values() for alias in package.document.spec.aliases
        }
        return Ours(
            self.namespace,
            self.name,
            frozenset(declared),
            lambda: compile_packages(catalog, self.ids(catalog)),
        )

    def ids(self, catalog: Catalog) -> dict[str, str]:
        """The ids that names stand for: pinned ones, and for the embedded engine those that follow from names.

        Raises:
            EnvironmentFault: the lock file has errors; most commands have shown them as findings before they ask.
        """
        pins = pinned(self.root, self.name)
        for finding in pins.diagnostics:
            if finding.severity is Severity.ERROR:
                at = finding.at.text_range or START_OF_FILE
                place = f"{self.root / finding.at.path}:{at.line}:{at.column}"
                raise EnvironmentFault(f"{place}: {finding.message}", hint=finding.hint)
        if not self.is_embedded:
            return dict(pins.ids)
        return {**embedded_ids(catalog, self.namespace, self.name), **pins.ids}

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


def with_surroundings(root: Path, checked: CheckedCatalog, environment: str | None = None) -> CheckedCatalog:
    """A checked catalog with what is wrong around it: with its logs, and with one lock file or all of them."""
    found = lock_findings(root, checked, environment)
    project = checked.catalog.project
    if project is not None:
        found += tuple(orphan_logs(project, kept_logs(root)))
    return replace(checked, diagnostics=in_order((*checked.diagnostics, *checked.policy.judge(found))))


def with_beginning(root: Path, checked: CheckedCatalog, environment: str) -> CheckedCatalog:
    """The same with an error if a plan for this environment would make what has been made under another name."""
    project = checked.catalog.project
    finding = None if project is None else new_beginning(project, kept_logs(root), environment)
    if finding is None:
        return checked
    found = located((finding,), checked.sources)
    return replace(checked, diagnostics=in_order((*checked.diagnostics, *found)))


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


def _silent(_: Step) -> None:
    pass


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
    _hide(deployment.database)
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
        _hide(deployment.database)
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


def world(
    deployment: Deployment, catalog: Catalog, api: PackageApi, tell: Callable[[Step], None] = _silent
) -> World:
    """What an apply needs."""
    return World(
        log=deployment.log,
        api=api,
        clock=deployment.clock,
        ours=deployment.ours(catalog),
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
            return as_shown(environ[name])
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may run under a number that has no name
        user = str(os.getuid())
    return as_shown(f"{user}@{socket.gethostname()}")


def commit(environ: Mapping[str, str]) -> str | None:
    """The commit that a CI job works on, if this is one."""
    named = environ.get("GITHUB_SHA") or environ.get("CI_COMMIT_SHA")
    return as_shown(named) if named else None


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


def _hide(database: Path) -> None:
    """Keep the engine's files out of version control; what is a link that leads nowhere is not written through."""
    refuse_dangling(database)
    ignored = database.with_name(".gitignore")
    try:
        ignored.parent.mkdir(parents=True, exist_ok=True)
        create_file(ignored, _BODY_OF_IGNORED)
    except OSError as error:
        raise disk_fault(ignored, "cannot be written", error) from None
