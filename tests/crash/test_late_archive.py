"""An archive call that arrives after its run was taken over: it cannot be made harmless, so it is looked for."""

from __future__ import annotations

import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest
from support.applying import ENVIRONMENT, NAMESPACE, Killed, Site, planned
from support.command import an_example, edit, everything_below, run
from support.processes import DATABASE, LOG, points_of, run_to_point
from support.through import Through
from support.worlds import a_package, day

from pkgplan.adapters.clocks import FixedClock
from pkgplan.apply import abandon, apply, look, refresh
from pkgplan.engine import Engine
from pkgplan.engine.adapters.packages import EmbeddedPackages
from pkgplan.errors import Drifted
from pkgplan.model.drift import DriftKind
from pkgplan.model.names import PackageRef
from pkgplan.model.units import parse_instant
from pkgplan.stages.drift import Ours

if TYPE_CHECKING:
    from pathlib import Path

    from pkgplan.model.compiled import CompiledPackage

SOLD = [a_package("s", "1", ("X", day(0), None))]
RETIRED = [a_package("s", "1", ("X", day(0), None), retire_at=day(10))]
AGAIN = [a_package("s", "2", ("X", day(20), None))]
REF = PackageRef("s", 1)


class DiesBeforeArchive(Through):
    """The intent is written; the process dies, or falls asleep, before the call."""

    def archive(self, package_id: str) -> None:
        raise Killed


@pytest.fixture
def taken_over() -> Site:
    """A run was about to archive and did not; it was taken over."""
    site = Site()
    _apply(site, SOLD, 0)
    with pytest.raises(Killed):
        site.apply(RETIRED, day(11), wrap=DiesBeforeArchive)
    assert abandon(site.world()) == {REF}
    assert site.state.unsettled == {REF}
    return site


def _apply(site: Site, packages: list[CompiledPackage], at: int) -> None:
    done = site.apply(packages, day(at))
    assert done is not None
    assert done.fault is None


def _seen(site: Site) -> list[DriftKind]:
    drift, _ = look(site.state, site.api, Ours(NAMESPACE, ENVIRONMENT), now=site.clock.now())
    return [difference.kind for difference in drift.differences]


def _arrives(site: Site) -> None:
    site.api.archive(site.state.versions[REF].package_id)


def test_what_arrives_late_is_seen_by_the_next_look(taken_over: Site) -> None:
    assert _seen(taken_over) == []
    _arrives(taken_over)
    assert _seen(taken_over) == [DriftKind.ARCHIVED]


def test_no_create_comes_before_it_is_recorded(taken_over: Site) -> None:
    _arrives(taken_over)
    with pytest.raises(Drifted, match="s@1 is archived there, and live in the record"):
        taken_over.apply(AGAIN, day(12))
    assert len([*taken_over.api.list()]) == 1
    refresh(taken_over.world())
    assert taken_over.state.versions[REF].archived_at is not None
    assert taken_over.state.unsettled == frozenset()
    _apply(taken_over, AGAIN, 12)
    assert _seen(taken_over) == []


def test_what_arrives_after_it_was_looked_for_is_seen_all_the_same(taken_over: Site) -> None:
    refresh(taken_over.world())
    assert taken_over.state.unsettled == frozenset()
    _arrives(taken_over)
    assert _seen(taken_over) == [DriftKind.ARCHIVED]


def test_what_arrives_between_a_plan_and_its_apply_stops_the_apply(taken_over: Site) -> None:
    taken_over.clock.instant = day(12)
    plan = planned(AGAIN, taken_over.state, day(12))
    assert plan is not None
    _arrives(taken_over)
    before = [*taken_over.log.read()]
    with pytest.raises(Drifted):
        apply(plan, taken_over.world())
    assert [*taken_over.log.read()] == before


def test_the_take_over_says_so_and_the_next_command_looks(tmp_path: Path) -> None:
    catalog = an_example(tmp_path / "catalog")
    starter = catalog / "packages" / "starter.yaml"
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2025-09-15").code == 0
    edit(starter, ("spec:\n", "spec:\n  retire: {at: 2026-01-05}\n"))
    _killed_between_intent_and_call(catalog, tmp_path / "copy")
    packages: Any = run("-C", catalog, "packages", "list", "--format", "json").json
    edit(starter, ("spec:\n  retire: {at: 2026-01-05}\n", "spec:\n"))

    ran = run("-C", catalog, "apply", "--yes", "--take-over", "--as-of", "2026-01-07")

    assert ran.code == 0, ran.err
    assert (
        "note: a call of that run may still be on its way that archives starter@1, and cannot be made"
        in ran.err
    )
    with Engine(catalog / DATABASE, FixedClock(parse_instant("2026-01-08"))) as engine:
        EmbeddedPackages(engine).archive(packages[0]["package_id"])
    before = everything_below(catalog)
    told = run("-C", catalog, "plan", "--as-of", "2026-01-09")
    assert "starter@1   archived there, live in the record" in told.out + told.err
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2026-01-09").code == 5
    assert everything_below(catalog) == before


def _killed_between_intent_and_call(catalog: Path, copy: Path) -> None:
    """The apply, killed where the last entry is the intent to archive, and the package is not archived."""
    command = ("apply", "--yes", "--as-of", "2026-01-06")
    shutil.copytree(catalog, copy)
    _, points = points_of("-C", copy, *command)
    for point in range(1, points + 1):
        shutil.rmtree(copy)
        shutil.copytree(catalog, copy)
        assert run_to_point(point, "-C", copy, *command) == -signal.SIGKILL
        last = (copy / LOG).read_text().splitlines()[-1]
        if '"kind":"intent"' in last and '"operation":"archive"' in last:
            shutil.rmtree(catalog)
            shutil.copytree(copy, catalog)
            return
    raise AssertionError("no point between the two")
