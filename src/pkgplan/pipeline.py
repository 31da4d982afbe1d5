"""The way from files to a plan, in the order in which it happens. Read this file second, after the README.

Comes in: a catalog folder, state and an instant. Goes out: a checked catalog, a plan, and every finding.
Never here: the work of a stage, calls to the environment, or the clock.

    load -> validate -> parse -> check -> compile -> plan -> diff
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan import __version__
from pkgplan.model.catalog.project import Forget as ForgetSpec
from pkgplan.model.diagnostics import Diagnostic, Location, has_errors, in_order
from pkgplan.model.plan import Action, Base, Operation, Plan
from pkgplan.model.source import SourceFile, catalog_digest
from pkgplan.stages.checks import Unsound, check
from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.stages.diff import diff
from pkgplan.stages.load import load, place, read_text
from pkgplan.stages.parse import parse
from pkgplan.stages.plan import Decided, Forget, plan
from pkgplan.stages.plan.number import Emission
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.record import State
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.model.units import Instant


# How a file says what it declares, for files that are not YAML enough to be read.
_KIND = re.compile(r"^kind:[ \t]*[\"']?([A-Za-z]+)", re.MULTILINE)
_KEY = re.compile(r"^[ \t]+key:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CheckedCatalog:
    """A catalog after every check that needs nothing but its files. Findings have their places."""

    sources: tuple[SourceFile, ...]
    catalog: Catalog
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_sound(self) -> bool:
        """Whether it may be planned."""
        return not has_errors(self.diagnostics)


@dataclass(frozen=True, slots=True)
class Target:
    """The environment that a plan is for: its names, how it moves aliases, and the ids it knows."""

    environment: str
    namespace: str
    rule: TakeoverRule
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, or the findings that stand in its way."""

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]


def check_catalog(root: Path) -> CheckedCatalog:
    """Read and check a catalog; every fault of every file is found in one go."""
    sources, found = load(root)
    sound, faults = validate(sources)
    unsound = _unsound(root, sources, sound, found)
    catalog, clashes = parse(sound, complete=not unsound)
    findings = [*found, *faults, *clashes, *check(catalog, unsound)]
    return CheckedCatalog(sources, catalog, located(findings, sources))


def make_plan(checked: CheckedCatalog, target: Target, state: State, as_of: Instant) -> Planned:
    """Plan a sound catalog; pure, so that the same inputs give the same bytes.

    Raises:
        UnpinnedReference: a name has no id in the environment.
    """
    packages = compile_packages(checked.catalog, target.ids)
    decided = plan(
        packages,
        state,
        as_of=as_of,
        rule=target.rule,
        forget=_forget(checked.catalog),
        emission=Emission(target.namespace, target.environment),
    )
    diagnostics = in_order((*checked.diagnostics, *located(decided.diagnostics, checked.sources)))
    if has_errors(diagnostics):
        return Planned(None, diagnostics)
    return Planned(_bind(decided, checked, target, state, as_of), diagnostics)


def with_diagnostics(made: Plan, diagnostics: Iterable[JsonObject]) -> Plan:
    """The plan carrying its findings as they are shown; they are no part of its digest."""
    return replace(made, diagnostics=tuple(diagnostics))


def located(diagnostics: Iterable[Diagnostic], sources: Iterable[SourceFile]) -> tuple[Diagnostic, ...]:
    """Findings with their lines; only files that have any are read again."""
    return place(tuple(diagnostics), {source.path: source.text for source in sources})


def _unsound(
    root: Path, sources: Iterable[SourceFile], sound: Iterable[SourceFile], found: Iterable[Diagnostic]
) -> set[Unsound]:
    """What the files with faults declare, as far as that can be told without understanding them."""
    passed = {source.path for source in sound}
    unsound = {Unsound(source.kind, source.key) for source in sources if source.path not in passed}
    for path in {finding.at.path for finding in found}:
        kind, key = (re.search(pattern, read_text(root, path) or "") for pattern in (_KIND, _KEY))
        unsound.add(Unsound(kind and kind[1], key and key[1]))
    return unsound


def _forget(catalog: Catalog) -> Forget:
    if catalog.project is None:
        return Forget(frozenset(), frozenset(), Location("pkgplan.yaml"))
    spec = catalog.project.document.spec
    at = catalog.project.at("spec", "forget") if spec.forget != ForgetSpec() else catalog.project.at("spec")
    return Forget(frozenset(spec.forget.packages), frozenset(spec.forget.aliases), at.at_key())


def _bind(
    decided: Decided,
    checked: CheckedCatalog,
    target: Target,
    state: State,
    as_of: Instant,
) -> Plan:
    return Plan(
        tool_version=__version__,
        environment=target.environment,
        namespace=target.namespace,
        as_of=as_of,
        catalog_digest=catalog_digest(checked.sources),
        base=Base(state.lineage, state.head.serial, state.head.digest),
        assumptions=target.rule.readings(),
        actions=tuple(_explained(action, state) for action in decided.actions),
        effects=decided.effects,
    )


def _explained(action: Action, state: State) -> Action:
    if action.operation is Operation.RECORD:
        recorded = state.metadata.get(action.ref.key, {})
        return replace(action, changes=diff(recorded, {}, action.payload, {}))
    before = None if action.previous is None else state.versions.get(action.previous)
    if action.operation is not Operation.CREATE or before is None or before.payload is None:
        return action
    return replace(action, changes=diff(before.payload, before.references, action.payload, action.references))


__all__ = [
    "CheckedCatalog",
    "Planned",
    "Target",
    "check_catalog",
    "embedded_ids",
    "located",
    "make_plan",
    "with_diagnostics",
]
