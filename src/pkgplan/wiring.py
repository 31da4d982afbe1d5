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
from pkgplan.model.units import OTHER_CURRENCIES, USD, USD_CREDIT_TYPE_ID
from pkgplan.pipeline import CheckedCatalog, Target, embedded_ids, located
from pkgplan.stages.load import load, read_document, read_text
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pkgplan.apply import Step
    from pkgplan.engine import SeededReference
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.catalog.project import Environment, ProjectSpec
    from pkgplan.model.catalog.rate_cards import RateCardSpec
    from pkgplan.model.catalog.references import ProductSpec
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
        engine.seed(prerequisites(catalog, deployment.ids(catalog)))
        yield api


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

    named: list[tuple[str, str, str, dict[str, Any]]] = [
        ("billable_metric", ids[f"billable-metric/{key}"], metric.document.spec.name, {})
        for key, metric in catalog.metrics.items()
    ]
    named += [
        ("product", ids[f"product/{key}"], product.document.spec.name, _product_body(product.document.spec))
        for key, product in catalog.products.items()
    ]
    named += [
        ("credit_type", ids[f"pricing-unit/{key}"], unit.document.spec.name, {})
        for key, unit in catalog.pricing_units.items()
    ]
    named += [("credit_type", ids[f"pricing-unit/{code}"], code, {}) for code in OTHER_CURRENCIES]
    for field in catalog.custom_field_keys.values():
        spec = field.document.spec
        named.append(
            (
                "custom_field_key",
                f"{spec.entity}/{spec.key}",
                spec.key,
                {"entity": spec.entity, "key": spec.key},
            )
        )
    named += [
        ("rate_card", ids[f"rate-card/{key}"], card.document.spec.name, _card_body(card.document.spec, ids))
        for key, card in catalog.rate_cards.items()
    ]
    return [SeededReference(kind, id_, name, body) for kind, id_, name, body in named]


def _product_body(spec: ProductSpec) -> dict[str, Any]:
    return {
        "type": spec.type,
        "tags": list(spec.tags),
        "pricing_group_key": list(spec.pricing_group_key),
        "presentation_group_key": list(spec.presentation_group_key),
    }


def _card_body(spec: RateCardSpec, ids: Mapping[str, str]) -> dict[str, Any]:
    fiat = spec.fiat_credit_type or USD
    return {
        "aliases": [{"name": alias.name} for alias in spec.aliases],
        "fiat_credit_type_id": USD_CREDIT_TYPE_ID if fiat == USD else ids[f"pricing-unit/{fiat}"],
        "credit_type_conversions": [
            {
                "custom_credit_type_id": ids[f"pricing-unit/{each.custom_credit_type}"],
                "fiat_per_custom_credit": each.fiat_per_custom_credit.to_api(),
            }
            for each in spec.credit_type_conversions
        ],
        "rates": [
            {
                "product_id": ids[f"product/{rate.product}"],
                "billing_frequency": rate.billing_frequency,
                "entitled": rate.entitled,
                "rate_type": rate.rate_type,
                "pricing_group_values": dict(rate.pricing_group_values),
            }
            for rate in spec.rates
        ],
    }


@contextmanager
def _embedded(deployment: Deployment, path: Path | str) -> Iterator[tuple[Any, PackageApi]]:
    from pkgplan.engine import Assumptions, EmbeddedPackages, Engine

    takeover = deployment.environment.takeover
    assumptions = Assumptions(SAFEST if takeover is None else takeover.rule())
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
