"""Whatever is broken in a package, the answer is findings; and what has none is taken by the engine.

Random packages of the whole language are broken in one to three places at once, so that checks meet faults that
other checks report. In CI the same packages are tried each time.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from support.breaks import breaks
from support.offline import HandClock
from support.readback import differences
from support.sdk_types import refuse_foreign
from support.specs import catalog_with, random_spec

from pkgplan.engine import EmbeddedPackages, Engine
from pkgplan.errors import ApiRejected
from pkgplan.model.compiled import AsSent
from pkgplan.model.diagnostics import has_errors
from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.stages.diff import diff
from pkgplan.wiring import prerequisites

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pkgplan.model.catalog.catalog import Catalog

PACKAGES = 60
BROKEN_OF_EACH = 6


@pytest.fixture
def chance() -> Random:
    """The same choices each time in CI, others at home."""
    seed = 2026 if os.environ.get("CI") else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    return random.Random(seed)


@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_breaks_give_findings_and_what_has_none_is_taken(currency: str, chance: Random) -> None:
    catalog, _ = catalog_with(random_spec(chance, currency), currency)
    ids = embedded_ids(catalog, "random", "local")
    tried: Counter[str] = Counter()
    with Engine(":memory:", HandClock()) as engine:
        engine.seed(prerequisites(catalog, ids))
        for _ in range(PACKAGES):
            for spec in _broken(chance, random_spec(chance, currency)):
                broken, found = catalog_with(spec, currency)
                tried["found" if has_errors(found) else "taken"] += 1
                if not has_errors(found):
                    assert _objections(EmbeddedPackages(engine), broken, ids) == [], spec
    assert min(tried.values()) > PACKAGES // 4, tried


def _broken(chance: Random, spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for _ in range(BROKEN_OF_EACH):
        damaged = spec
        for _ in range(chance.randint(1, 3)):
            if damaged:
                # Any field of the package as often as another, however much is in it.
                field = chance.choice(sorted(damaged))
                damaged = chance.choice([each for each in breaks(damaged) if each.route[0] == field]).spec
        yield damaged


def _objections(api: EmbeddedPackages, catalog: Catalog, ids: dict[str, str]) -> list[str]:
    """What the engine, or a reader of what it stored, says about a package without errors."""
    (package,) = compile_packages(catalog, ids)
    refuse_foreign(package.payload)
    assert diff(AsSent(), AsSent(package.payload, package.references, package.terms))
    try:
        return differences(package.payload, api.get(api.create(package.payload)).body)
    except ApiRejected as refusal:
        return [str(refusal)]
