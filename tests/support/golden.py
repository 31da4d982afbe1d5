"""Golden catalogs: folders of catalog files laid over a base catalog, planned and applied step by step.

Comes in: a case folder and an empty one to work in. Goes out: what the last step says, plans and does.
Never here: what is expected; that is in the case folder, and the tests compare.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pkgplan.apply import Accepted, ApplyOutcome, World, apply, look, with_drift
from pkgplan.engine import EmbeddedPackages, Engine
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object, parse_json, pretty
from pkgplan.model.diagnostics import in_order
from pkgplan.model.outlook import Compared
from pkgplan.model.record import Folding, State, fold
from pkgplan.model.units import Instant, parse_instant
from pkgplan.pipeline import Basis, CheckedCatalog, Planned, check_catalog, make_plan, with_diagnostics
from pkgplan.report.views import FindingView
from pkgplan.wiring import Deployment, open_deployment, prerequisites, with_beginning, with_surroundings
from support.offline import HandClock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.diagnostics import Diagnostic
    from pkgplan.model.plan import Plan
    from pkgplan.model.timeline import AliasWindow

GOLDEN: Final = Path(__file__).parents[1] / "golden"
BASE: Final = GOLDEN / "base"
RULES: Final = GOLDEN / "rules"
PLANS: Final = GOLDEN / "plans"

DEFAULT_AS_OF: Final = "2025-09-15T12:00:00Z"
TOOL_VERSION: Final = "0.0.0"
_NOT_CATALOG: Final = frozenset({"as_of", "by_hand.json", "WHY", "expected", "expected.json"})
_REMOVED: Final = ".removed"


@dataclass(frozen=True, slots=True)
class Case:
    """A folder whose files differ from the base catalog, or a folder of such folders named 1, 2, 3."""

    folder: Path

    @property
    def steps(self) -> tuple[Path, ...]:
        """The overlays, in the order in which they are planned and applied."""
        numbered = [each for each in self.folder.iterdir() if each.is_dir() and each.name.isdecimal()]
        return tuple(sorted(numbered, key=lambda each: int(each.name))) or (self.folder,)

    @property
    def why(self) -> str:
        """One line that says what the case shows."""
        return (self.folder / "WHY").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the last step came to: its plan, or the findings that stand in its way."""

    checked: CheckedCatalog
    planned: Planned | None
    as_of: Instant
    before: State

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that `validate` or `plan` has to say."""
        return self.checked.diagnostics if self.planned is None else self.planned.diagnostics

    @property
    def plan(self) -> Plan:
        """The plan as it is shown and saved."""
        assert self.planned is not None, findings_json(self.diagnostics)
        assert self.planned.plan is not None, findings_json(self.diagnostics)
        return with_diagnostics(self.planned.plan, [view.to_json() for view in _views(self.diagnostics)])


@dataclass
class Workshop:
    """A catalog folder and an environment in which nothing is random: ids, names and time are given."""

    root: Path
    clock: HandClock = field(default_factory=HandClock)
    runs: int = 0

    def __post_init__(self) -> None:
        numbers = count(1)
        self.catalog = self.root / "catalog"
        self.engine = Engine(
            ":memory:",
            self.clock,
            new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012d}",
        )
        self.api = EmbeddedPackages(self.engine)
        shutil.copytree(BASE, self.catalog)

    def close(self) -> None:
        self.engine.close()

    def run(self, case: Case) -> Outcome:
        """Plan and apply every step but the last; plan the last."""
        *earlier, last = case.steps
        for step in earlier:
            outcome = self.look(step)
            done = self.apply(outcome)
            assert done.outcome == "applied", f"{step}: {done.outcome} {done.fault}"
        return self.look(last)

    def look(self, step: Path) -> Outcome:
        """Lay a step over the catalog, then check and plan."""
        overlay(step, self.catalog)
        self.clock.instant = as_of(step)
        for body in made_by_hand(step):
            self.api.create(body)
        return self.again()

    def again(self) -> Outcome:
        """Check and plan the catalog as it is: first as `validate` does, then as `plan` does for its environment."""
        alone = check_catalog(self.catalog)
        checked = with_surroundings(self.catalog, alone)
        if not checked.is_sound:
            return Outcome(checked, None, self.clock.instant, fold(()))
        deployment = self.deployment(checked)
        own = with_surroundings(self.catalog, alone, deployment.name)
        own = with_beginning(self.catalog, own, deployment.name)
        checked = replace(checked, diagnostics=in_order((*checked.diagnostics, *own.diagnostics)))
        if not checked.is_sound:
            return Outcome(checked, None, self.clock.instant, fold(()))
        state = deployment.state()
        basis = self.basis(deployment, checked)
        made = make_plan(checked, deployment.target(checked.catalog), basis, self.clock.instant)
        return Outcome(checked, made, self.clock.instant, state)

    def basis(self, deployment: Deployment, checked: CheckedCatalog) -> Basis:
        """The record, with what differs in the environment taken over; the command cannot look at this one."""
        folding = Folding()
        for entry in deployment.entries():
            folding.take(entry)
        state, now = folding.state(), self.clock.instant
        drift, _ = look(state, self.api, deployment.ours(checked.catalog), now=now)
        if not drift.differences:
            return Basis(state)
        return Basis(with_drift(folding, drift, now), Compared.ENVIRONMENT, drift.differences)

    def apply(self, outcome: Outcome) -> ApplyOutcome:
        """Apply what was planned."""
        deployment = self.deployment(outcome.checked)
        catalog = outcome.checked.catalog
        self.engine.seed(prerequisites(catalog, deployment.ids(catalog)))
        self.runs += 1
        world = World(
            log=deployment.log,
            api=self.api,
            clock=self.clock,
            ours=deployment.ours(catalog),
            actor="golden",
            run=f"run-{self.runs}",
            lineage="lineage",
        )
        return apply(outcome.plan, world, Accepted(drift=True))

    def deployment(self, checked: CheckedCatalog) -> Deployment:
        project = checked.catalog.project
        assert project is not None
        return open_deployment(
            self.catalog, project.document.spec, environment=None, as_of=self.clock.instant
        )

    def live_windows(self) -> dict[str, tuple[AliasWindow, ...]]:
        """The windows that the environment shows, by package id; archived packages left out."""
        return {
            package.package_id: package.windows for package in self.api.list() if package.archived_at is None
        }


def as_of(step: Path) -> Instant:
    """The instant at which a step is planned and applied."""
    file = step / "as_of"
    return parse_instant(file.read_text(encoding="utf-8").strip() if file.exists() else DEFAULT_AS_OF)


def made_by_hand(step: Path) -> list[JsonObject]:
    """The packages that somebody creates in the environment before the step is planned, as bodies of creates."""
    file = step / "by_hand.json"
    return [as_object(body) for body in as_list(read_json(file))] if file.exists() else []


def overlay(step: Path, catalog: Path) -> None:
    """Lay the files of a step over a catalog: the same path replaces, `x.yaml.removed` removes `x.yaml`."""
    for source in sorted(_files(step)):
        path = source.relative_to(step)
        target = catalog / path
        if path.name.endswith(_REMOVED):
            target.with_name(path.name.removesuffix(_REMOVED)).unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target, follow_symlinks=False)


def findings_json(diagnostics: Iterable[Diagnostic]) -> str:
    """Findings as the JSON formats print them, the promised keys only."""
    return pretty([view.to_json() for view in _views(diagnostics)])


def read_json(path: Path) -> JsonValue:
    return parse_json(path.read_text(encoding="utf-8"))


def compare(path: Path, actual: str, *, update: bool) -> None:
    """Assert that a golden file holds this text, or write it there."""
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8")
        return
    assert path.exists(), f"{path} is missing; write it with `pytest --update-golden` and review it"
    assert actual == path.read_text(encoding="utf-8"), f"{path} differs; see tests/golden/README.md"


def _views(diagnostics: Iterable[Diagnostic]) -> list[FindingView]:
    return [FindingView.of(diagnostic) for diagnostic in diagnostics]


def _files(step: Path) -> Iterable[Path]:
    for folder, _, names in os.walk(step):
        for name in names:
            path = Path(folder) / name
            if path.relative_to(step).parts[0] not in _NOT_CATALOG:
                yield path
