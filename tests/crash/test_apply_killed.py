"""An apply that is killed at every append, call and reply, and run again, ends as if it had never been killed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.applying import Fuse, Killed, Site, planned
from support.memory_log import MemoryStateLog
from support.worlds import a_package, day

from pkgplan.apply import ApplyOutcome, abandon, apply, stored_plan
from pkgplan.errors import ApiUnavailable, StalePlan, StateCorrupt, StateMoved
from pkgplan.model.compiled import CompiledPackage
from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import resolve
from pkgplan.model.units import Instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.log import LogEntry
    from pkgplan.model.plan import Plan
    from pkgplan.ports import PackageApi, RemotePackage

Edit = tuple[Instant, list[CompiledPackage]]

SCENARIOS: dict[str, list[Edit]] = {
    "edit in place": [
        (day(0), [a_package("starter", "1", ("Starter", day(0), None))]),
        (day(10), [a_package("starter", "2", ("Starter", day(31), None))]),
    ],
    "scheduled start moved later": [
        (day(0), [a_package("starter", "1", ("Starter", day(0), None))]),
        (day(10), [a_package("starter", "2", ("Starter", day(31), None))]),
        (day(11), [a_package("starter", "2", ("Starter", day(59), None))]),
    ],
    "a version between two": [
        (
            day(0),
            [
                a_package("a", "1", ("Plan", day(0), None)),
                a_package("c", "3", ("Plan", day(59), None)),
            ],
        ),
        (
            day(1),
            [
                a_package("a", "1", ("Plan", day(0), None)),
                a_package("b", "2", ("Plan", day(31), None)),
                a_package("c", "3", ("Plan", day(59), None)),
            ],
        ),
    ],
    "two aliases swapped": [
        (
            day(0),
            [a_package("a", "1", ("X", None, None)), a_package("b", "2", ("Y", None, None))],
        ),
        (
            day(5),
            [a_package("a", "1", ("Y", day(9), None)), a_package("b", "2", ("X", day(9), None))],
        ),
    ],
    "retirement and a new description": [
        (day(0), [a_package("a", "1", ("X", None, None)), a_package("b", "2", ("Y", None, None))]),
        (
            day(5),
            [
                a_package("a", "1", ("X", None, None), retire_at=day(4)),
                a_package("b", "2", ("Y", None, None), description="new words"),
            ],
        ),
    ],
}


def through(edits: Sequence[Edit], site: Site) -> None:
    for as_of, packages in edits:
        outcome = site.apply(packages, as_of)
        assert outcome is not None
        assert outcome.fault is None


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_anywhere_and_run_again(name: str) -> None:
    edits = SCENARIOS[name]
    reference, fuse = Site(), Fuse()
    for as_of, packages in edits:
        reference.apply(packages, as_of, fuse=fuse)
    assert fuse.burnt > 10
    for point in range(1, fuse.burnt + 1):
        site, deadly = Site(), Fuse(point)
        for as_of, packages in edits:
            try:
                site.apply(packages, as_of, fuse=deadly)
            except Killed:
                through([(as_of, packages)], site)
        assert site.seen() == reference.seen(), f"killed at point {point}"
        as_of, packages = edits[-1]
        again = planned(packages, site.state, as_of)
        assert again is not None
        assert again.actions == (), f"killed at point {point}: the next plan is not empty"


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_twice(name: str) -> None:
    edits = SCENARIOS[name]
    reference, fuse = Site(), Fuse()
    for as_of, packages in edits:
        reference.apply(packages, as_of, fuse=fuse)
    for point in range(1, fuse.burnt + 1, 4):
        for second in range(1, 12):
            site, deadly = Site(), Fuse(point)
            for as_of, packages in edits:
                try:
                    site.apply(packages, as_of, fuse=deadly)
                except Killed:
                    try:
                        site.apply(packages, as_of, fuse=Fuse(second))
                    except Killed:
                        through([(as_of, packages)], site)
            assert site.seen() == reference.seen(), f"killed at points {point} and {second}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_anywhere_and_taken_over_by_a_new_plan(name: str) -> None:
    edits = SCENARIOS[name]
    fuse, reference = Fuse(), Site()
    for as_of, packages in edits:
        reference.apply(packages, as_of, fuse=fuse)
    expected = resolved(reference)
    for point in range(1, fuse.burnt + 1):
        site, deadly = Site(), Fuse(point)
        for as_of, packages in edits:
            try:
                site.apply(packages, as_of, fuse=deadly)
            except Killed:
                abandon(site.world())
                assert stored_plan(site.state) is None
                through([(as_of, packages)], site)
        assert resolved(site) == expected, f"killed at point {point}"
        recorded = {version.package_id for version in site.state.versions.values()}
        assert live(site) == live(reference), f"killed at point {point}"
        assert recorded == {package.package_id for package in site.api.list()}, f"killed at point {point}"


def live(site: Site) -> int:
    """How many packages can still be provisioned."""
    return sum(version.archived_at is None for version in site.state.versions.values())


def resolved(site: Site) -> dict[tuple[str, Instant], str | None]:
    """The content behind every alias at every edge of time, the same in the record and in the engine."""
    state = site.state
    timelines = state.timelines()
    contents: dict[tuple[str, Instant], str | None] = {}
    for alias, rows in timelines.items():
        for at in (day(number) for number in (-1, 0, 4, 5, 9, 10, 11, 30, 31, 58, 59, 70)):
            ref = resolve(rows, at)
            live = site.engine.resolve_alias(alias, at)
            assert live == (None if ref is None else state.package_id(ref))
            contents[alias, at] = state.versions[ref].digest if isinstance(ref, PackageRef) else None
    return contents


def test_two_applies_at_once() -> None:
    site = Site()
    through(SCENARIOS["edit in place"][:1], site)
    as_of, packages = SCENARIOS["edit in place"][1]
    site.clock.instant = as_of
    made = planned(packages, site.state, as_of)
    assert made is not None
    winning: Plan = made
    loser = site.world()
    raced: list[ApplyOutcome] = []

    class Racing(MemoryStateLog):
        """The other process applies after we have read the log and before we write to it."""

        def read(self) -> tuple[LogEntry, ...]:
            entries = super().read()
            if not raced:
                raced.append(apply(winning, site.world()))
            return entries

    loser = replace(loser, log=Racing(site.log.lines))
    before = len(list(site.api.list()))
    with pytest.raises(StateMoved) as fault:
        apply(made, loser)
    assert fault.value.exit_code == 5
    assert raced[0].outcome == "applied"
    assert loser.api.creates == []  # type: ignore[attr-defined]  # the fake's own record
    assert len(list(site.api.list())) == before + 1


def test_a_plan_is_not_applied_twice() -> None:
    site = Site()
    as_of, packages = SCENARIOS["edit in place"][0]
    site.clock.instant = as_of
    made = planned(packages, site.state, as_of)
    assert made is not None
    apply(made, site.world())
    with pytest.raises(StalePlan):
        apply(made, site.world())
    assert len(list(site.api.list())) == 1


class Deaf:
    """An environment that does the work and answers 500, for the first calls."""

    def __init__(self, api: PackageApi, times: int) -> None:
        self._api, self._times = api, times
        self.get, self.list, self.archive = api.get, api.list, api.archive

    def create(self, payload: JsonObject) -> str:
        package_id = self._api.create(payload)
        if self._times:
            self._times -= 1
            raise ApiUnavailable("500 after it did the work", status=500)
        return package_id


def test_a_server_that_fails_after_it_did_the_work() -> None:
    site = Site()
    as_of, packages = SCENARIOS["edit in place"][0]
    outcome = site.apply(packages, as_of, wrap=lambda api: Deaf(api, 1))
    assert outcome is not None
    assert outcome.outcome == "applied"
    assert len(list(site.api.list())) == 1


def test_a_server_that_never_answers_stops_the_apply_and_it_can_be_run_again() -> None:
    class Silent(Deaf):
        def create(self, payload: JsonObject) -> str:
            raise ApiUnavailable("no answer")

    site = Site()
    as_of, packages = SCENARIOS["edit in place"][0]
    outcome = site.apply(packages, as_of, wrap=lambda api: Silent(api, 0))
    assert outcome is not None
    assert outcome.fault is not None
    assert outcome.fault.exit_code == 6
    through([(as_of, packages)], site)
    assert len(list(site.api.list())) == 1


def test_windows_that_did_not_move_as_foreseen_stop_the_apply() -> None:
    class Stubborn(Deaf):
        """Shows every package with the windows it was created with."""

        def __init__(self, api: PackageApi) -> None:
            super().__init__(api, 0)
            self.get = self._get

        def _get(self, package_id: str) -> RemotePackage:
            package = site.api.get(package_id)
            open_windows = tuple(
                replace(window, window=replace(window.window, ending_before=None))
                for window in package.windows
            )
            return replace(package, windows=open_windows)

    site = Site()
    first, second = SCENARIOS["edit in place"]
    through([first], site)
    outcome = site.apply(second[1], second[0], wrap=Stubborn)
    assert outcome is not None
    assert outcome.fault is not None
    assert "starter@1" in outcome.fault.message
    assert outcome.fault.exit_code == 6
    assert site.state.unfinished is None


def test_a_lost_log_is_found_before_anything_is_called() -> None:
    site = Site()
    through(SCENARIOS["edit in place"], site)
    site.log.lines.clear()
    as_of, packages = SCENARIOS["edit in place"][1]
    made = planned(packages, site.state, as_of)
    assert made is not None
    world = site.world()
    with pytest.raises(StateCorrupt, match="empty, but the environment holds 2 packages"):
        apply(made, world)
    assert site.log.lines == []
    assert world.api.creates == []  # type: ignore[attr-defined]  # the fake's own record


def test_a_resumed_takeover_whose_hour_has_passed_is_refused() -> None:
    site = Site()
    first, (as_of, packages) = SCENARIOS["edit in place"]
    through([first], site)
    with pytest.raises(Killed):
        site.apply(packages, as_of, fuse=Fuse(3))
    outcome = site.apply(packages, day(40))
    assert outcome is not None
    assert isinstance(outcome.fault, StalePlan)
    assert len(list(site.api.list())) == 1
