"""Whatever is damaged in a package is found before it is sent, in the block that was damaged.

Each package of the example catalog is broken in one place at a time. The embedded engine is the judge of what was
let through: a break that the checks pass and the engine refuses is a hole. One line at the end tells the counts.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.breaks import breaks
from support.offline import HandClock

from pkgplan.engine import EmbeddedPackages, Engine
from pkgplan.errors import ApiRejected
from pkgplan.model.diagnostics import Diagnostic, Severity
from pkgplan.model.rules import FLOATING_PRICE
from pkgplan.model.source import SourceFile
from pkgplan.pipeline import check_catalog
from pkgplan.stages.checks import check
from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.stages.inherit import inherit
from pkgplan.stages.load import load
from pkgplan.stages.parse import parse
from pkgplan.stages.validate import validate
from pkgplan.wiring import prerequisites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.breaks import Break

    from pkgplan.model.catalog.catalog import Catalog

ROOT = Path(__file__).parents[2] / "catalog"


@cache
def _catalog() -> Catalog:
    return check_catalog(ROOT).catalog


@cache
def _resolved() -> dict[str, SourceFile]:
    """Each package as one file, with what `from` brings in."""
    sources, _ = load(ROOT)
    packages = {source.key or "": source for source in inherit(sources).sources if source.kind == "Package"}
    # Ten more packages differ from these two in names and amounts only.
    twins = {key for key in packages if key.startswith("seats-")} - {"seats-solo-usd", "seats-solo-eur"}
    return {key: source for key, source in packages.items() if key not in twins}


@cache
def _ids() -> dict[str, str]:
    return embedded_ids(_catalog(), "broken", "local")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(":memory:", HandClock()) as engine:
        engine.seed(prerequisites(_catalog(), _ids()))
        yield engine


@pytest.mark.slow
@pytest.mark.parametrize("key", sorted(_resolved()))
def test_every_break_that_the_engine_refuses_is_found_where_it_is(
    key: str, engine: Engine, record_property: Callable[[str, object], None]
) -> None:
    source = _resolved()[key]
    tried: Counter[str] = Counter()
    missed, misplaced = [], []
    for each in breaks(_written_out(source)):
        found, refusal = _tried(each, source, engine)
        errors = [finding for finding in found if finding.severity is Severity.ERROR]
        tried["found" if errors else "missed" if refusal else "harmless"] += 1
        if refusal and not errors:
            missed.append(f"{each}: {refusal}")
        if errors and not each.takes_away_a_block and not any(_is_in_block(one, each) for one in errors):
            misplaced.append(f"{each}: {[(finding.rule.code, finding.at.route) for finding in errors]}")
    record_property("breaks", dict(tried))
    assert missed == []
    assert misplaced == []
    assert tried["found"] > 0


def _written_out(source: SourceFile) -> dict[str, Any]:
    data: Any = deepcopy(source.data)
    spec: dict[str, Any] = data["spec"]
    spec.pop("from", None)
    return spec


def _tried(each: Break, source: SourceFile, engine: Engine) -> tuple[tuple[Diagnostic, ...], str]:
    """What is found about a break; and if nothing is wrong with it, what the engine says."""
    data: Any = source.data
    broken = SourceFile(source.path, "", {**data, "spec": each.spec})
    clean, faults = validate([broken])
    parsed, refusals = parse(clean, complete=False)
    catalog = replace(_catalog(), packages=parsed.packages)
    found = (*faults, *refusals, *check(catalog))
    if any(finding.severity is Severity.ERROR for finding in found):
        return found, ""
    (package,) = compile_packages(catalog, _ids())
    try:
        EmbeddedPackages(engine).create(package.payload)
    except ApiRejected as refusal:
        return found, str(refusal)
    return found, ""


def _is_in_block(finding: Diagnostic, each: Break) -> bool:
    """Whether a finding, or the second place that it names, is in the term that was broken.

    A promise of the whole package that a term breaks is reported at the promise.
    """
    if finding.rule is FLOATING_PRICE:
        return True
    places = [finding.at, *(related.at for related in finding.related)]
    block = ("spec", *each.block)
    is_missing = len(each.route) <= len(each.block)
    return any(at.route[: len(block)] == block or (is_missing and at.route == block[:-1]) for at in places)
