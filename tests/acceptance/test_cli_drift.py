"""The environment is not as the record says: what differs is told, and nothing is done before somebody agrees.

Somebody archives, makes or loses packages behind pkgplan's back; or the log is older than the environment.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from support.command import change_of_february, edit, everything_below, run
from support.processes import DATABASE, LOG, add_package, environment_of, live

from pkgplan.adapters.clocks import FixedClock
from pkgplan.engine import Engine
from pkgplan.engine.adapters.packages import EmbeddedPackages
from pkgplan.model.units import parse_instant
from pkgplan.report.schemas import plan_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pkgplan.model.canonical import JsonObject

NOW = ("--as-of", "2026-01-15")
LATER = ("--as-of", "2026-01-16")


@contextmanager
def behind_the_back(catalog: Path, at: str = "2026-01-10") -> Iterator[EmbeddedPackages]:
    """The environment in the hands of somebody else."""
    with Engine(catalog / DATABASE, FixedClock(parse_instant(at))) as engine:
        yield EmbeddedPackages(engine)


def by_hand(catalog: Path, start: str, *, key: str | None = None) -> str:
    """A package on the alias that somebody makes without pkgplan; gives its id."""
    body: JsonObject = {"name": "By hand", "aliases": [{"name": "Starter Plan", "starting_at": start}]}
    with behind_the_back(catalog) as packages:
        return packages.create(body if key is None else {**body, "uniqueness_key": key})


def archive(catalog: Path, package_id: str) -> None:
    with behind_the_back(catalog) as packages:
        packages.archive(package_id)


def starter_of(catalog: Path) -> Path:
    return catalog / "packages" / "starter.yaml"


def id_of(catalog: Path, ref: str) -> str:
    packages: Any = run("-C", catalog, "packages", "list", "--format", "json").json
    return next(str(each["package_id"]) for each in packages if each["ref"] == ref)


def _archived(catalog: Path) -> None:
    archive(catalog, id_of(catalog, "starter@1"))


def _live(catalog: Path) -> None:
    """The environment is put back to a time before pkgplan archived."""
    before = (catalog / DATABASE).read_bytes()
    edit(starter_of(catalog), ("spec:\n", "spec:\n  retire: {at: 2026-01-05}\n"))
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2026-01-06").code == 0
    (catalog / DATABASE).write_bytes(before)


def _windows(catalog: Path) -> None:
    """Somebody cuts our window, and takes the package away again that did it."""
    archive(catalog, by_hand(catalog, "2026-03-01T00:00:00Z"))


def _unrecorded(catalog: Path) -> None:
    """A log from before the last apply, with the catalog of then."""
    log, file = (catalog / LOG).read_bytes(), starter_of(catalog).read_text()
    change_of_february(catalog)
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2026-01-08").code == 0
    (catalog / LOG).write_bytes(log)
    starter_of(catalog).write_text(file)


def _foreign(catalog: Path) -> None:
    by_hand(catalog, "2026-03-01T00:00:00Z")


def _twin(catalog: Path) -> None:
    """Another package under the name of our version, as of a branch that was thrown away."""
    by_hand(catalog, "2026-03-01T00:00:00Z", key="pkgplan:gnome-ai:local:starter@1:0123456789abcdef")


KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "archived": (_archived, "starter@1   archived there, live in the record"),
    "live": (_live, "starter@1   live there, archived in the record"),
    "windows": (_windows, 'starter@1 on alias "Starter Plan"'),
    "unrecorded": (_unrecorded, "starter@2   there, not in the record"),
    "foreign": (_foreign, '"By hand" on alias "Starter Plan" (not of this catalog)'),
    "twin": (_twin, "another starter@1 than the recorded one; left alone like a foreign package"),
}


@pytest.fixture(params=KINDS)
def differing(request: pytest.FixtureRequest, applied: Path) -> tuple[Path, str, str]:
    """A catalog whose environment differs in one way: its folder, the kind, and what is said of it."""
    let_differ, says = KINDS[request.param]
    let_differ(applied)
    return applied, request.param, says


Differing = tuple["Path", str, str]


def test_a_plan_tells_what_differs_first_and_writes_nothing(differing: Differing) -> None:
    catalog, kind, says = differing
    before = everything_below(catalog)
    ran = run("-C", catalog, "plan", "--detailed-exitcode", *NOW)
    said = ran.out if ran.code != 1 else ran.err
    assert ran.code in {1, 10}, ran.err
    assert said.startswith('Environment "local" differs from the record (entry ')
    assert says in said
    assert "is as the catalog says" not in ran.out
    assert everything_below(catalog) == before
    if ran.code == 10:
        value: Any = run("-C", catalog, "plan", "--format", "json", *NOW).json
        Draft202012Validator(plan_schema()).validate(value)
        assert kind in {each["drift"] for each in value["drift"]}
        assert value["compared_with"] == "environment"


def test_an_apply_does_nothing_before_somebody_agrees(differing: Differing) -> None:
    """With a change to make, too: above all no create comes first."""
    catalog, _, _ = differing
    for changed in (False, True):
        if changed:
            edit(starter_of(catalog), ("days: 15", "days: 30"), ("2025-10-01\n", "2026-02-10\n"))
        before, packages = everything_below(catalog), environment_of(catalog)
        ran = run("-C", catalog, "apply", "--yes", *NOW)
        assert ran.code in {1, 5}, ran.err
        if ran.code == 5:
            assert 'environment "local" differs from the record: ' in ran.err
            assert "`pkgplan state refresh" in ran.err
        assert environment_of(catalog) == packages
        assert everything_below(catalog) == before


def test_a_look_at_the_record_alone_claims_no_more(differing: Differing) -> None:
    catalog, kind, _ = differing
    ran = run("-C", catalog, "plan", "--no-refresh", *NOW)
    if kind == "live":  # where the record is that the package is archived, the catalog wants it back
        assert "differs from the record" not in ran.out + ran.err
        return
    assert ran.out == ('No changes since entry 6 of the record. Environment "local" was not looked at.\n')
    value: Any = run("-C", catalog, "plan", "--no-refresh", "--format", "json", *NOW).json
    assert (value["compared_with"], value["drift"]) == ("record", [])


@pytest.mark.parametrize("way", ["state refresh", "--accept-drift"])
def test_once_recorded_nothing_differs(differing: Differing, way: str) -> None:
    """Either way is one entry of the log; nothing in the environment is changed by it."""
    catalog, _, _ = differing
    packages = environment_of(catalog)
    if way == "state refresh":
        ran = run("-C", catalog, "state", "refresh", "--yes", *NOW)
        assert (ran.code, environment_of(catalog)) == (0, packages), ran.err
        assert (catalog / LOG).read_text().count('"kind":"refreshed"') == 1
    else:
        ran = run("-C", catalog, "apply", "--yes", "--accept-drift", *NOW)
        if ran.code == 1:  # what the catalog says cannot be had: that is refused as ever
            assert environment_of(catalog) == packages
            return
        assert ran.code == 0, ran.err
    assert run("-C", catalog, "state", "verify").code == 0
    assert run("-C", catalog, "state", "refresh", "--yes", *LATER).out == (
        'Nothing differs: the record is as environment "local" is.\n'
    )
    again = run("-C", catalog, "plan", *LATER)
    assert "differs from the record" not in again.out + again.err


def test_a_refusal_to_record_records_nothing(differing: Differing) -> None:
    catalog, _, _ = differing
    before = everything_below(catalog)
    ran = run("-C", catalog, "state", "refresh", *NOW)
    assert ran.code == 2
    assert "--yes" in ran.err
    assert everything_below(catalog) == before


def test_an_archive_that_the_log_lost_makes_no_apply_create_again_and_again(applied: Path) -> None:
    """The log of another branch lacks nothing but an archive; a changed price is to be applied."""
    _archived(applied)
    edit(starter_of(applied), ("days: 15", "days: 30"), ("2025-10-01\n", "2026-03-01\n"))
    for _ in range(3):
        assert run("-C", applied, "apply", "--yes", *NOW).code == 5
        assert len(live(applied)) == 1
    assert run("-C", applied, "apply", "--yes", "--accept-drift", *NOW).code == 0
    assert len(live(applied)) == 2
    done = run("-C", applied, "plan", "--detailed-exitcode", *NOW)
    assert (done.code, done.out) == (0, 'No changes. Environment "local" is as the catalog says.\n')


def test_an_archive_that_a_restored_log_hides_is_told_also_where_nothing_is_to_do(applied: Path) -> None:
    add_package(applied, "team", "Team Plan", "2025-10-01")
    assert run("-C", applied, "apply", "--yes", "--as-of", "2025-10-02").code == 0
    archive(applied, id_of(applied, "team@1"))
    ran = run("-C", applied, "plan", *NOW)
    assert "team@1   archived there, live in the record" in ran.out
    assert "No changes." not in ran.out


def test_a_foreign_package_is_not_pushed_off_unless_it_is_named(applied: Path) -> None:
    foreign = by_hand(applied, "2026-03-01T00:00:00Z")
    assert run("-C", applied, "state", "refresh", "--yes", *NOW).code == 0
    edit(starter_of(applied), ("days: 15", "days: 30"), ("2025-10-01\n", "2026-02-01\n"))
    before, packages = everything_below(applied), environment_of(applied)
    for command in ("plan", "apply"):
        refused = run("-C", applied, command, *NOW, *(["--yes"] if command == "apply" else []))
        assert refused.code == 1
        assert f'is that of package "{foreign}" ("By hand"), which is not of this catalog' in refused.err
        assert f'add "{foreign}" to `takes_over` in the Project, or give `--take-foreign`' in refused.err
    assert (everything_below(applied), environment_of(applied)) == (before, packages)

    text = (applied / "pkgplan.yaml").read_text()
    edit(applied / "pkgplan.yaml", ("spec:\n", f"spec:\n  takes_over: [{foreign}]\n"))
    named = run("-C", applied, "plan", "--format", "json", *NOW)
    assert named.code == 0, named.err
    (applied / "pkgplan.yaml").write_text(text)
    taken: Any = run("-C", applied, "plan", "--take-foreign", "--format", "json", *NOW).json
    value: Any = named.json
    assert value["effects"] == taken["effects"]
    assert value["effect_digest"] == taken["effect_digest"]
    assert [(each["ref"], each["effect"]) for each in value["effects"]] == [
        ("starter@1", "shortened"),
        ("starter@2", "opened"),
        (foreign, "removed"),
    ]
    shown = run("-C", applied, "plan", "--take-foreign", *NOW).out
    assert foreign in shown
    assert run("-C", applied, "apply", "--yes", "--take-foreign", *NOW).code == 0
    assert run("-C", applied, "plan", "--detailed-exitcode", *NOW).code == 0


def test_a_foreign_package_that_is_in_nobodys_way_stays(applied: Path) -> None:
    """Our new version ends where that one begins."""
    foreign = by_hand(applied, "2026-03-01T00:00:00Z")
    assert run("-C", applied, "state", "refresh", "--yes", *NOW).code == 0
    edit(
        starter_of(applied),
        ("days: 15", "days: 30"),
        ("2025-10-01\n", "2026-02-01\n      ending_before: 2026-03-01\n"),
    )
    ran = run("-C", applied, "plan", *NOW)
    # With the reading that a create removes what starts later, it would be pushed off all the same.
    assert (ran.code, foreign in ran.err) == (1, True)
    windows = [each.windows for each in live(applied) if each.package_id == foreign]
    assert len(windows[0]) == 1


def test_a_saved_plan_with_what_differs_is_applied_only_while_it_differs_alike(
    applied: Path, tmp_path: Path
) -> None:
    _windows(applied)
    edit(starter_of(applied), ("days: 15", "days: 30"), ("2025-10-01\n", "2026-02-10\n"))
    file = tmp_path / "plan.json"
    assert run("-C", applied, "plan", "--out", file, *NOW).code == 0
    shown = run("-C", applied, "show", file)
    assert shown.code == 0
    assert shown.out.startswith('Environment "local" differs from the record')
    assert run("-C", applied, "apply", file, "--yes", *NOW).code == 5
    copy = (applied / DATABASE).read_bytes()
    archive(applied, by_hand(applied, "2026-02-20T00:00:00Z"))
    assert run("-C", applied, "apply", file, "--yes", "--accept-drift", *NOW).code == 5
    (applied / DATABASE).write_bytes(copy)
    done = run("-C", applied, "apply", file, "--yes", "--accept-drift", *NOW)
    assert done.code == 0, done.err
    assert run("-C", applied, "plan", "--detailed-exitcode", *NOW).code == 0


def test_a_plan_that_says_nothing_of_what_differs_is_refused(applied: Path, tmp_path: Path) -> None:
    """Somebody takes the difference out of the file, or it arises after the plan was made."""
    edit(starter_of(applied), ("days: 15", "days: 30"), ("2025-10-01\n", "2026-02-10\n"))
    file = tmp_path / "plan.json"
    assert run("-C", applied, "plan", "--out", file, *NOW).code == 0
    _archived(applied)
    for more in ((), ("--accept-drift",)):
        ran = run("-C", applied, "apply", file, "--yes", *more, *NOW)
        assert ran.code == 5, ran.err
        assert len(live(applied)) == 1


def test_refresh_asks_for_an_environment_that_is_here(catalog: Path) -> None:
    ran = run("-C", catalog, "plan", "--refresh", *NOW)
    assert ran.code == 2
    assert "is not on this machine" in ran.err
    assert run("-C", catalog, "plan", "--no-refresh", *NOW).code == 0


def test_json_of_a_refresh_is_what_its_schema_says(applied: Path) -> None:
    _windows(applied)
    ran = run("-C", applied, "state", "refresh", "--yes", "--format", "json", *NOW)
    value = json.loads(ran.out)
    assert [each["drift"] for each in value["drift"]] == ["windows"]
    assert value["serial"] == 7
