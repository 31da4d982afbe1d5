"""What reviews found in plan and apply, each as the smallest case in which it went wrong. In one process."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.applying import ENVIRONMENT, NAMESPACE, Fuse, Killed, Site, planned
from support.command import an_example, edit, run
from support.memory_log import MemoryStateLog
from support.through import Through
from support.worlds import EVERYTHING, a_package, day

from pkgplan.apply import ApplyOutcome, abandon, apply, rebuild, stored_plan
from pkgplan.engine import Assumptions
from pkgplan.errors import ApiConflict, ApiRejected, ApiUnavailable, StalePlan, StateMoved
from pkgplan.model.canonical import as_list, as_object
from pkgplan.model.names import PackageRef
from pkgplan.model.rules import ALIAS_UNREACHABLE
from pkgplan.model.timeline import SAFEST, DatelessStart, LaterWindows, TakeoverRule, resolve
from pkgplan.stages.drift import Ours
from pkgplan.stages.plan import Emission, plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pkgplan.apply import World
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.log import LogEntry
    from pkgplan.model.plan import Plan
    from pkgplan.model.units import Instant
    from pkgplan.ports import PackageApi

    Catalog = list[CompiledPackage]

INSTANTS = [day(number, hour) for number in range(-1, 45) for hour in (0, 12)]

FIRST = [a_package("s", "1", ("X", day(0), None))]
SECOND = [a_package("s", "2", ("X", day(20), None))]
THIRD = [a_package("s", "3", ("X", day(25), None))]


class DiesAfterCreate(Through):
    """The call is done; the process dies before the reply."""

    def create(self, payload: JsonObject) -> str:
        self.api.create(payload)
        raise Killed


class DiesBeforeCreate(Through):
    """The intent is written; the process dies, or falls asleep, before the call."""

    def create(self, payload: JsonObject) -> str:
        raise Killed


@dataclass
class RefusesAfterALostReply(Through):
    """Creates and answers 500; answers 400 from then on, because of something that changed meanwhile."""

    replies: int = field(default=0)

    def create(self, payload: JsonObject) -> str:
        self.replies += 1
        if self.replies == 1:
            self.api.create(payload)
            raise ApiUnavailable("500", status=500)
        raise ApiRejected("the rate card was archived meanwhile", status=400)


def done(site: Site, packages: Catalog, at: Instant) -> ApplyOutcome:
    outcome = site.apply(packages, at)
    assert outcome is not None
    assert outcome.fault is None, outcome.fault
    return outcome


def killed(site: Site, packages: Catalog, at: Instant, wrap: Callable[[PackageApi], PackageApi]) -> None:
    with pytest.raises(Killed):
        site.apply(packages, at, wrap=wrap)
    assert site.state.unfinished is not None


def killed_at(point: int, work: Callable[[Fuse], object]) -> bool:
    """Whether the work was long enough to die at this point."""
    try:
        work(Fuse(point))
    except Killed:
        return True
    return False


def follows(site: Site) -> None:
    """What is recorded is what the environment says, for every alias at every instant; nothing is left out."""
    state = site.state
    for alias, rows in state.timelines().items():
        for at in INSTANTS:
            ref = resolve(rows, at)
            expected = None if ref is None else state.package_id(ref)
            assert site.engine.resolve_alias(alias, at) == expected, f"{alias} at {at}: recorded {ref}"
    live = {package.package_id: package.archived_at is not None for package in site.api.list()}
    assert {v.package_id: v.archived_at is not None for v in state.versions.values()} == live


def behind(site: Site, alias: str, *days: int) -> list[str | None]:
    """The names of the packages that the environment puts behind an alias."""
    names = {package.package_id: package.name for package in site.api.list()}
    ids = [site.engine.resolve_alias(alias, day(number)) for number in days]
    return [None if id_ is None else names[id_] for id_ in ids]


def actions(site: Site, packages: Catalog, at: Instant) -> list[str] | None:
    made = planned(packages, site.state, at, rule=site.rule)
    return None if made is None else [action.id for action in made.actions]


def the_plan(site: Site, packages: Catalog, at: Instant) -> Plan:
    site.clock.instant = at
    made = planned(packages, site.state, at, rule=site.rule)
    assert made is not None
    return made


def a_site(*applied: tuple[Catalog, Instant], rule: TakeoverRule = SAFEST) -> Site:
    site = Site(rule=rule)
    for packages, at in applied:
        done(site, packages, at)
    return site


# A take-over records what the old run did


def test_a_take_over_records_the_package_whose_reply_was_lost_and_what_it_did_to_others() -> None:
    site = a_site((FIRST, day(1)))
    killed(site, SECOND, day(2), DiesAfterCreate)
    abandon(site.world())
    follows(site)
    assert behind(site, "X", 19, 20) == ["1", "2"]
    assert actions(site, SECOND, day(3)) == []


def test_a_catalog_put_back_after_a_take_over_is_not_up_to_date() -> None:
    site = a_site((FIRST, day(1)))
    killed(site, SECOND, day(2), DiesAfterCreate)
    abandon(site.world())
    assert actions(site, FIRST, day(3)) == ["create:s@3"]
    done(site, FIRST, day(3))
    follows(site)
    assert behind(site, "X", 19, 20, 40) == ["1", "1", "1"]
    assert actions(site, FIRST, day(3)) == []


BETWEEN: list[tuple[Catalog, Instant]] = [
    ([a_package("a", "1", ("X", day(0), None)), a_package("c", "3", ("X", day(30), None))], day(1)),
    (
        [
            a_package("a", "1", ("X", day(0), None)),
            a_package("b", "2", ("X", day(20), None)),
            a_package("c", "3", ("X", day(30), None)),
        ],
        day(2),
    ),
]
TAKE_OVERS: dict[str, list[tuple[Catalog, Instant]]] = {
    "edit in place": [(FIRST, day(1)), (SECOND, day(2))],
    "first apply": [(FIRST, day(1))],
    "without an alias": [([a_package("s", "1")], day(1)), ([a_package("s", "2")], day(2))],
    "a version between two": BETWEEN,
    "retirement": [
        ([a_package("a", "1"), a_package("b", "2")], day(1)),
        ([a_package("a", "1", retire_at=day(2)), a_package("b", "2", retire_at=day(2))], day(3)),
    ],
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name == "a version between two" else ())
        for name in TAKE_OVERS
    ],
)
def test_a_take_over_killed_anywhere_can_be_done_again(name: str) -> None:
    *before, (packages, at) = TAKE_OVERS[name]
    fuse = Fuse()
    a_site(*before).apply(packages, at, fuse=fuse)
    reference = a_site((packages, at)) if not before else a_site(*before, (packages, at))
    days = (0, 1, 19, 20, 29, 30, 40)
    expected = {alias: behind(reference, alias, *days) for alias in reference.state.timelines()}
    taken_over = 0
    for point in range(1, fuse.burnt + 1):
        for second in range(1, 60):
            site = a_site(*before)
            assert killed_at(point, lambda deadly, site=site: site.apply(packages, at, fuse=deadly))  # type: ignore[misc]  # bound now
            if site.state.unfinished is None:
                break
            again = killed_at(second, lambda deadly, site=site: abandon(site.world(deadly)))  # type: ignore[misc]  # bound now
            abandon(site.world())
            taken_over += 1
            where = f"killed at {point}, its take-over at {second}"
            assert stored_plan(site.state) is None, where
            follows(site)
            done(site, packages, at)
            follows(site)
            assert {alias: behind(site, alias, *days) for alias in expected} == expected, where
            assert actions(site, packages, at) == [], where
            provisionable = [p for p in site.api.list() if p.archived_at is None]
            assert len(provisionable) == sum(p.archived_at is None for p in reference.api.list()), where
            if not again:
                break
    assert taken_over > 20


def test_after_a_take_over_a_lost_log_is_rebuilt_to_an_empty_plan() -> None:
    """Also with the package that only used up a key, and is archived."""
    site = a_site((FIRST, day(1)))
    killed(site, SECOND, day(2), DiesBeforeCreate)
    abandon(site.world())
    done(site, THIRD, day(3))
    packages = len(list(site.api.list()))
    site.log.lines.clear()
    rebuild(replace(site.world(), ours=Ours(NAMESPACE, ENVIRONMENT, packages=lambda: THIRD)))
    follows(site)
    assert actions(site, THIRD, day(3)) == []
    assert done(site, THIRD, day(3)).outcome == "nothing"
    assert len(list(site.api.list())) == packages
    done(site, [a_package("s", "4", ("X", day(25), None))], day(4))
    follows(site)
    assert behind(site, "X", 24, 25, 40) == ["1", "4", "4"]


# A call of an abandoned run that arrives late


def test_a_call_that_arrives_after_the_take_over_and_before_the_new_plan_is_refused() -> None:
    site = a_site((FIRST, day(1)))
    killed(site, SECOND, day(2), DiesBeforeCreate)
    late = the_unfinished(site).actions[0].payload
    abandon(site.world())
    before = site.seen()
    with pytest.raises(ApiConflict):
        site.api.create(late)
    assert site.seen() == before
    follows(site)
    done(site, THIRD, day(3))
    follows(site)
    assert behind(site, "X", 19, 20, 24, 25) == ["1", "1", "1", "3"]
    assert actions(site, THIRD, day(3)) == []


def test_a_call_that_arrives_after_the_new_plan_is_refused_and_its_run_stops() -> None:
    site = a_site((FIRST, day(1)))
    woken: list[ApplyOutcome] = []

    class Sleepy(Through):
        """Falls asleep between the intent and the call, while another process takes over."""

        def create(self, payload: JsonObject) -> str:
            if not woken:
                abandon(site.world())
                woken.append(apply(the_plan(site, THIRD, day(2)), site.world()))
            return super().create(payload)

    outcome = apply(the_plan(site, SECOND, day(2)), site.world(wrap=Sleepy))
    assert woken[0].outcome == "applied"
    assert isinstance(outcome.fault, StateMoved)
    follows(site)
    assert behind(site, "X", 19, 20, 24, 25) == ["1", "1", "1", "3"]
    assert actions(site, THIRD, day(2)) == []


def test_the_content_of_an_abandoned_call_can_still_be_had() -> None:
    """Its version was used up; what the catalog wants is created as the next one."""
    site = a_site((FIRST, day(1)))
    killed(site, SECOND, day(2), DiesBeforeCreate)
    abandon(site.world())
    assert actions(site, SECOND, day(3)) == ["create:s@3"]
    done(site, SECOND, day(3))
    follows(site)
    assert behind(site, "X", 19, 20) == ["1", "2"]


def the_unfinished(site: Site) -> Plan:
    stored = stored_plan(site.state)
    assert stored is not None
    return stored


# Windows that are not as foreseen end the run, whenever it is killed


def test_a_run_whose_windows_differ_is_never_gone_on_with() -> None:
    """The plan takes later windows as removed; this environment keeps them."""
    between = [
        a_package("a", "1", ("X", day(0), None)),
        a_package("c", "1", ("X", day(10), None)),
        a_package("b", "1", ("X", day(20), None)),
    ]

    def surprising() -> Site:
        site = a_site(([between[0], between[2]], day(1)))
        site.engine._assumptions = Assumptions(TakeoverRule(later_windows=LaterWindows.KEPT))
        return site

    reference, fuse = surprising(), Fuse()
    outcome = reference.apply(between, day(2), fuse=fuse)
    assert outcome is not None
    assert outcome.outcome == "stopped"
    expected = sorted(str(package.uniqueness_key) for package in reference.api.list())
    assert len(expected) == 3
    for point in range(1, fuse.burnt + 1):
        site = surprising()
        assert killed_at(point, lambda deadly, site=site: site.apply(between, day(2), fuse=deadly))  # type: ignore[misc]  # bound now
        for _ in range(2):
            site.apply(between, day(2))
        keys = sorted(str(package.uniqueness_key) for package in site.api.list())
        assert keys == expected, f"killed at point {point}"
        assert site.state.unfinished is None
        follows(site)


# A takeover whose hour has passed is refused, whatever else the plan holds


@pytest.mark.parametrize("description", ["", "new words"])
def test_a_plan_that_has_gone_stale_is_refused_also_if_it_records_words(description: str) -> None:
    site = a_site(([a_package("a", "1", ("X", day(0), None))], day(1)))
    made = the_plan(
        site,
        [
            a_package("a", "1", ("X", day(0), None), description=description),
            a_package("b", "2", ("X", day(5), None)),
        ],
        day(2),
    )
    lines = list(site.log.lines)
    site.clock.instant = day(9)
    with pytest.raises(StalePlan):
        apply(made, site.world())
    assert site.log.lines == lines
    assert len(list(site.api.list())) == 1
    assert behind(site, "X", 6, 9) == ["1", "1"]


# Packages that an earlier call created


def test_a_rejection_after_a_lost_reply_finds_the_package_that_the_first_call_created() -> None:
    site = a_site((FIRST, day(1)))
    outcome = site.apply(SECOND, day(2), wrap=RefusesAfterALostReply)
    assert outcome is not None
    assert outcome.outcome == "applied"
    follows(site)
    assert behind(site, "X", 19, 20) == ["1", "2"]
    assert actions(site, FIRST, day(3)) == ["create:s@3"]
    done(site, THIRD, day(3))
    follows(site)


def test_a_package_that_was_archived_since_the_lost_reply_stops_the_run_and_is_known_as_archived() -> None:
    site = archived_since()
    stopped(site.apply(SECOND, day(3)))
    version = site.state.versions[PackageRef("s", 2)]
    assert version.archived_at is not None
    assert site.state.unfinished is None
    follows(site)


def test_what_an_archived_package_cut_is_known_and_mended() -> None:
    """It was behind the alias for a while: the one before it has lost the time after its start."""
    for packages, expected in ((SECOND, ["1", "2", "2"]), (FIRST, ["1", "1", "1"])):
        site = archived_since()
        stopped(site.apply(packages, day(3)))
        assert behind(site, "X", 19, 20, 40) == ["1", None, None]
        done(site, packages, day(3))
        follows(site)
        assert behind(site, "X", 19, 20, 40) == expected
        assert actions(site, packages, day(3)) == []


def test_an_archived_package_is_known_as_such_also_if_its_adoption_is_killed() -> None:
    fuse = Fuse()
    archived_since().apply(SECOND, day(3), fuse=fuse)
    for point in range(1, fuse.burnt + 1):
        site = archived_since()
        assert killed_at(point, lambda deadly, site=site: site.apply(SECOND, day(3), fuse=deadly))  # type: ignore[misc]  # bound now
        if site.state.unfinished is not None:
            stopped(site.apply(SECOND, day(3)))
        follows(site)
        done(site, SECOND, day(3))
        follows(site)
        assert behind(site, "X", 19, 20, 40) == ["1", "2", "2"], f"killed at point {point}"


def archived_since() -> Site:
    """A create whose reply was lost, and whose package somebody then archived."""
    site = a_site((FIRST, day(1)))
    killed(site, SECOND, day(2), DiesAfterCreate)
    (stray,) = (package for package in site.api.list() if package.name == "2")
    site.api.archive(stray.package_id)
    return site


def stopped(outcome: ApplyOutcome | None) -> None:
    assert outcome is not None
    assert outcome.outcome == "stopped"
    assert outcome.fault is not None
    assert outcome.fault.exit_code == 6
    assert "s@2" in outcome.fault.message
    assert "archived" in outcome.fault.message


# Starts off the hour


@pytest.mark.parametrize("later", list(LaterWindows))
def test_a_create_off_the_hour_is_refused_before_anything_is_sent(later: LaterWindows) -> None:
    """A window without a start that begins when its package is created may begin at half past."""
    rule = TakeoverRule(later_windows=later, dateless_start=DatelessStart.CREATED_AT)
    half_past = day(5) + timedelta(minutes=30)
    site = a_site(([a_package("a", "1", ("X", None, None))], half_past), rule=rule)
    packages = [a_package("a", "1"), a_package("b", "1", ("X", day(4), None))]
    decided = plan(
        packages,
        site.state,
        as_of=half_past,
        rule=rule,
        reach=EVERYTHING,
        emission=Emission(NAMESPACE, ENVIRONMENT),
    )
    for action in decided.actions:
        for window in action.windows:
            start = window.window.starting_at
            assert start is None or start == start.replace(minute=0), action.id
    if later is LaterWindows.KEPT:
        (found,) = decided.diagnostics
        assert found.rule is ALIAS_UNREACHABLE
        assert "off the hour" in found.message
        assert "starting_at" in found.hint
        assert decided.actions == ()


# Two processes that resume the same run


@dataclass
class Resuming:
    """A process that resumes the run that is under way, once, if there still is one."""

    site: Site
    ran: bool = False

    def resume(self) -> None:
        stored = stored_plan(self.site.state)
        if stored is not None and not self.ran:
            self.ran = True
            assert apply(stored, self.site.world()).outcome == "applied"


@dataclass
class Interrupted(Fuse):
    """At one of its points, another process does something."""

    act: Callable[[], object] = field(default=lambda: None)

    def point(self) -> None:
        self.burnt += 1
        if self.burnt == self.at:
            self.act()


def begun(death: type[Through]) -> Site:
    """A run of three creates that died at its first call."""
    site = a_site(BETWEEN[0])
    killed(site, *BETWEEN[1], death)
    return site


@pytest.mark.parametrize("death", [DiesBeforeCreate, DiesAfterCreate])
def test_of_two_that_resume_the_same_run_the_one_that_writes_last_calls_nothing(death: type[Through]) -> None:
    site, reference = begun(death), begun(death)
    done(reference, *BETWEEN[1])
    other = Resuming(site)

    class Overtaken(MemoryStateLog):
        """The other process goes first, after we have read the log and before we write to it."""

        def read(self) -> tuple[LogEntry, ...]:
            entries = super().read()
            other.resume()
            return entries

    world = replace(site.world(), log=Overtaken(site.log.lines))
    with pytest.raises(StateMoved) as fault:
        apply(the_unfinished(site), world)
    assert fault.value.exit_code == 5
    assert other.ran
    assert called(world) == 0
    assert site.seen() == reference.seen()
    follows(site)


@pytest.mark.parametrize("death", [DiesBeforeCreate, DiesAfterCreate])
def test_of_two_that_resume_the_same_run_the_one_that_is_overtaken_stops(death: type[Through]) -> None:
    """Wherever the second comes; at most the one call that was announced before is still made, and refused."""
    reference, fuse = begun(death), Fuse()
    assert apply(the_unfinished(reference), reference.world(fuse)).outcome == "applied"
    overtaken = 0
    for point in range(1, fuse.burnt + 1):
        site = begun(death)
        other = Resuming(site)
        before: list[int] = []

        def overtake(other: Resuming = other, before: list[int] = before) -> None:
            before.append(called(world))  # noqa: B023 - called within this round
            other.resume()

        world = site.world(Interrupted(at=point, act=overtake))
        try:
            fault = apply(the_unfinished(site), world).fault
        except StateMoved as moved:
            fault = moved
        where = f"overtaken at point {point}"
        if other.ran and point < fuse.burnt:
            assert isinstance(fault, StateMoved), where
            overtaken += 1
        assert called(world) <= before[0] + 1, where
        assert site.seen() == reference.seen(), where
        follows(site)
    assert overtaken > 10


def called(world: World) -> int:
    """How many creates this process has made."""
    return len(world.api.creates)  # type: ignore[attr-defined]  # the fake's own record


# The same in commands


LOCK = """{"format_version": "1", "environment": "local", "ids": {"product/starter-fee": "%s"}}"""
OLD_FEE, NEW_FEE = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"


def pinned(catalog: Path, fee: str) -> None:
    file = catalog / "environments" / "local.lock.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(LOCK % fee)


def ok(*arguments: str | Path) -> None:
    ran = run(*arguments)
    assert ran.code == 0, ran.err


def test_a_saved_plan_whose_pinned_ids_have_changed_is_refused(tmp_path: Path) -> None:
    catalog, saved = an_example(tmp_path / "catalog"), tmp_path / "plan.json"
    now = ("--as-of", "2025-09-15")
    pinned(catalog, OLD_FEE)
    ok("-C", catalog, "plan", "--out", saved, *now)
    pinned(catalog, NEW_FEE)
    ran = run("-C", catalog, "apply", saved, "--yes", *now)
    assert ran.code == 5, ran.out + ran.err
    assert not (catalog / "state" / "local.jsonl").exists()
    pinned(catalog, OLD_FEE)
    ok("-C", catalog, "apply", saved, "--yes", *now)


def test_a_version_that_bridges_time_keeps_the_ids_that_it_was_sent_with(tmp_path: Path) -> None:
    catalog = an_example(tmp_path / "catalog")
    file = catalog / "packages" / "starter.yaml"
    pinned(catalog, OLD_FEE)
    ok("-C", catalog, "apply", "--yes", "--as-of", "2025-09-15")
    edit(file, ("2025-10-01\n", "2026-02-01\n"), ("name: Starter Plan - October 2025", "name: Two"))
    ok("-C", catalog, "apply", "--yes", "--as-of", "2025-12-15")
    pinned(catalog, NEW_FEE)
    edit(file, ("2026-02-01\n", "2026-03-01\n"))
    ran = run("-C", catalog, "plan", "--format", "json", "--as-of", "2025-12-16")
    assert ran.code == 0, ran.err
    fees = {}
    for item in as_list(as_object(ran.json)["actions"]):
        action = as_object(item)
        sent = as_object(as_list(as_object(action["payload"])["subscriptions"])[0])
        fee = as_object(sent["subscription_rate"])["product_id"]
        assert as_object(action["references"])["product/starter-fee"] == fee, action["ref"]
        fees[action["ref"]] = (action["carried"], fee)
    assert fees == {"starter@3": (True, OLD_FEE), "starter@4": (False, NEW_FEE)}


@pytest.mark.parametrize("as_of", ["9999-12-31T23:30:00Z", "9999-12-15T23:30:00Z", "9999-12-01"])
@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
def test_the_end_of_the_calendar_is_a_usage_error(
    tmp_path: Path, as_of: str, command: tuple[str, ...]
) -> None:
    catalog = an_example(tmp_path / "catalog")
    ok("-C", catalog, "apply", "--yes", "--as-of", "2025-09-15")
    file = catalog / "packages" / "starter.yaml"
    edit(file, ("name: Starter Plan - October 2025", "name: Changed"))
    ran = run("-C", catalog, *command, "--as-of", as_of)
    assert ran.code == 2, ran.out + ran.err
    assert "Traceback" not in ran.err
