"""A saved plan is not believed: whoever edits one, and makes its digests fit, is told so before anything is done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.altered_plans import sealed
from support.command import an_example, edit, everything_below, run
from support.processes import LOG, add_package, environment_of

from pkgplan.model.canonical import digest_of, parse_json
from pkgplan.model.compiled import content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = ("--as-of", "2026-01-15")
ALTERED = "this plan file was altered, or made by a pkgplan that plans otherwise: "

Value = dict[str, Any]


@pytest.fixture
def planned(tmp_path: Path) -> tuple[Path, Path]:
    """A catalog with two applied packages, and a saved plan that changes one, creates one and archives one."""
    catalog = an_example(tmp_path / "catalog")
    for key in ("team", "old"):
        add_package(catalog, key, f"{key.title()} Plan", "2025-10-01")
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2025-09-15").code == 0
    edit(
        catalog / "packages" / "starter.yaml",
        ("unit_price: 10.00 USD", "unit_price: 12.00 USD"),
        ("2025-10-01\n", "2026-02-01\n"),
    )
    edit(catalog / "packages" / "old.yaml", ("spec:\n", "spec:\n  retire: {at: 2026-01-10}\n"))
    text = (catalog / "packages" / "team.yaml").read_text()
    new = catalog / "packages" / "new.yaml"
    new.write_text(text.replace("team", "new").replace("Team Plan", "New Plan"))
    edit(new, ("      starting_at: 2025-10-01\n", ""))
    file = tmp_path / "plan.json"
    ran = run("-C", catalog, "plan", "--out", file, *NOW)
    assert (ran.code, ran.out.splitlines()[-1][:31]) == (0, "Plan: 2 to create, 1 to archive"), ran.err
    return catalog, file


def _action(value: Value, identity: str) -> Value:
    return next(action for action in value["actions"] if action["id"] == identity)


def _price(value: Value) -> None:
    """A payload of 999,999.99 USD, while the changes say 12.00; all that follows from a payload made to fit."""
    action = _action(value, "create:starter@2")
    action["payload"]["recurring_credits"][0]["access_amount"]["unit_price"] = 99999999
    _follow(value, action)


def _follow(value: Value, action: Value) -> None:
    """What follows from a payload: its digest, its uniqueness key, and who stands behind the aliases."""
    before = action["uniqueness_key"]
    action["digest"] = digest_of(content_of(action["payload"]))
    key = before.rpartition(":")[0] + ":" + action["digest"][7:23]
    action["uniqueness_key"] = action["payload"]["uniqueness_key"] = key
    for standings in value["resolution"].values():
        for standing in standings:
            standing["package"] = key if standing["package"] == before else standing["package"]


def _price_and_changes(value: Value) -> None:
    """The review is altered as well: then only planning the catalog again tells."""
    _price(value)
    for change in _action(value, "create:starter@2")["changes"]:
        change["after"] = change["after"].replace("12.00 USD", "999999.99 USD")


def _archive_of_another(value: Value) -> None:
    """What the plan says is put away is `old`, and what is sent names the package that sells."""
    other = _action(value, "archive:old@1")["payload"]
    recorded = {each["ref"]: each["package_id"] for each in value.pop("packages")}
    other["package_id"] = recorded["starter@1"]


def _keep_effects(value: Value, wanted: Callable[[Value], bool]) -> None:
    value["effects"] = [effect for effect in value["effects"] if wanted(effect)]
    value["summary"]["windows_moved"] = sum(effect["effect"] != "opened" for effect in value["effects"])


def _without_an_effect(value: Value) -> None:
    _keep_effects(value, lambda effect: effect["effect"] != "shortened")


def _a_window(value: Value) -> None:
    """A month earlier, wherever the plan says it."""
    text = json.dumps(value)
    value |= json.loads(text.replace("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"))
    _follow(value, _action(value, "create:starter@2"))


def _an_action_less(value: Value) -> None:
    value["actions"] = [each for each in value["actions"] if each["id"] != "archive:old@1"]
    value["summary"]["archive"] -= 1
    _keep_effects(value, lambda effect: effect["caused_by"] != "archive:old@1")
    value["resolution"].pop("Old Plan", None)


def _a_reading(value: Value) -> None:
    value["assumptions"]["after_bounded_end"] = "predecessor"


def _an_instant(value: Value) -> None:
    value["applicable_until"] = "2027-01-01T00:00:00Z"


FORGED: dict[str, Callable[[Value], None]] = {
    each.__name__.strip("_"): each
    for each in (
        _price,
        _price_and_changes,
        _archive_of_another,
        _without_an_effect,
        _a_window,
        _an_action_less,
        _a_reading,
        _an_instant,
    )
}
# These are right plans of another catalog or Project, so that `show`, which has the record alone, cannot tell.
ONLY_FROM_THE_CATALOG = {"price_and_changes", "a_window", "an_action_less", "a_reading"}


@pytest.mark.parametrize("name", FORGED)
def test_a_plan_that_was_forged_is_refused(planned: tuple[Path, Path], name: str) -> None:
    catalog, file = planned
    value: Any = json.loads(file.read_text())
    if name == "archive_of_another":
        value["packages"] = run("-C", catalog, "packages", "list", "--format", "json").json
    FORGED[name](value)
    file.write_text(json.dumps(sealed(_exact(value))))
    before, packages = everything_below(catalog), environment_of(catalog)
    shown = run("-C", catalog, "show", file, *NOW)
    if name not in ONLY_FROM_THE_CATALOG:
        assert (shown.code, shown.out) == (5, ""), shown.err
        assert f"error: {ALTERED}" in shown.err
    for more in ((), ("--accept-drift", "--take-foreign")):
        ran = run("-C", catalog, "apply", file, "--yes", *more, *NOW)
        assert (ran.code, ran.out) == (5, ""), ran.err
        assert ALTERED in ran.err or "reads the open questions about aliases otherwise" in ran.err
        assert "hint: make the plan again" in ran.err
    assert (everything_below(catalog), environment_of(catalog)) == (before, packages)


def _exact(value: Value) -> Any:
    """With the numbers as pkgplan reads them."""
    return parse_json(json.dumps(value))


def test_the_plan_that_was_not_forged_is_applied(planned: tuple[Path, Path]) -> None:
    catalog, file = planned
    resealed = sealed(_exact(json.loads(file.read_text())))
    assert resealed == _exact(json.loads(file.read_text()))
    assert run("-C", catalog, "apply", file, "--yes", *NOW).code == 0
    assert run("-C", catalog, "plan", "--detailed-exitcode", *NOW).code == 0


@pytest.mark.parametrize("digest", ["digest", "effect_digest", "diagnostics_digest", "catalog_digest"])
def test_each_digest_is_looked_at(planned: tuple[Path, Path], digest: str) -> None:
    catalog, file = planned
    value: Any = json.loads(file.read_text())
    value[digest] = value[digest][:-1] + ("0" if value[digest][-1] != "0" else "1")
    file.write_text(json.dumps(value))
    for command in (("show", file), ("apply", file, "--yes", *NOW)):
        ran = run("-C", catalog, *command)
        assert (ran.code, ran.out) == (5, ""), ran.err
        assert "was altered after it was made" in ran.err


def test_findings_cannot_be_edited(planned: tuple[Path, Path]) -> None:
    """What a reviewer was warned of stays what they were warned of."""
    catalog, file = planned
    value: Any = json.loads(file.read_text())
    assert value["diagnostics"]
    value["diagnostics"] = []
    file.write_text(json.dumps(value))
    assert run("-C", catalog, "show", file).code == 5


@pytest.mark.parametrize("reading", ["nobody-knows", "", 7, None, ["removed"]])
def test_a_reading_that_is_none_is_no_bug(planned: tuple[Path, Path], reading: Any) -> None:
    catalog, file = planned
    value: Any = json.loads(file.read_text())
    value["assumptions"]["later_windows"] = reading
    file.write_text(json.dumps(sealed(_exact(value))))
    for command in (("show", file), ("apply", file, "--yes", *NOW)):
        assert run("-C", catalog, *command).code == 5


def test_a_plan_of_the_future_is_not_applied_today(tmp_path: Path) -> None:
    """Made as if it were November, when the retirement is due."""
    catalog = an_example(tmp_path / "catalog")
    assert run("-C", catalog, "apply", "--yes", "--as-of", "2025-09-15").code == 0
    edit(catalog / "packages" / "starter.yaml", ("spec:\n", "spec:\n  retire: {at: 2025-11-01}\n"))
    file = tmp_path / "plan.json"
    assert run("-C", catalog, "plan", "--out", file, "--as-of", "2025-11-02").code == 0
    packages = environment_of(catalog)
    ran = run("-C", catalog, "apply", file, "--yes", "--as-of", "2025-10-20")
    assert (ran.code, ran.out) == (5, "")
    assert "counts 2025-11-02T00:00:00Z as now, which is still to come" in ran.err
    shown = run("-C", catalog, "show", file, "--as-of", "2025-10-20")
    assert "note: the plan cannot be applied yet: " in shown.err
    assert environment_of(catalog) == packages
    assert run("-C", catalog, "apply", file, "--yes", "--as-of", "2025-11-02").code == 0


def test_a_clock_that_is_behind_the_log_is_refused_with_the_way_out(applied: Path) -> None:
    edit(
        applied / "packages" / "starter.yaml",
        ("unit_price: 10.00 USD", "unit_price: 12.00 USD"),
        ("2025-10-01\n", "2025-09-20\n"),
    )
    log = (applied / LOG).read_bytes()
    ran = run("-C", applied, "apply", "--yes", "--as-of", "2025-09-10")
    assert ran.code == 4
    assert "the clock is behind the state log: it is 2025-09-10T00:00:00Z here, and entry 6 of " in ran.err
    assert "give `--trust-clock`" in ran.err
    assert (applied / LOG).read_bytes() == log
    # Some minutes between two machines are nothing to speak of.
    almost = run("-C", applied, "apply", "--yes", "--as-of", "2025-09-14T23:56:00Z")
    assert "the clock is behind" not in almost.err
    assert almost.code == 0


@pytest.mark.parametrize("command", [("apply", "--yes"), ("apply", "--yes", "--take-over")])
def test_a_clock_is_trusted_on_demand(applied: Path, command: tuple[str, ...]) -> None:
    edit(applied / "packages" / "starter.yaml", ("unit_price: 10.00 USD", "unit_price: 12.00 USD"))
    at = ("--as-of", "2025-09-10")
    assert run("-C", applied, *command, *at).code == 4
    assert run("-C", applied, *command, "--trust-clock", *at).code in {0, 1}


def test_a_plan_is_made_again_from_the_catalog_at_its_instant(applied: Path, tmp_path: Path) -> None:
    """A comment changes nothing, a day later changes nothing; what the catalog says does."""
    starter = applied / "packages" / "starter.yaml"
    edit(starter, ("unit_price: 10.00 USD", "unit_price: 12.00 USD"), ("2025-10-01\n", "2026-02-01\n"))
    file = tmp_path / "plan.json"
    assert run("-C", applied, "plan", "--out", file, *NOW).code == 0
    edit(starter, ("kind: Package\n", "kind: Package # once more\n"))
    assert run("-C", applied, "apply", file, "--yes", "--as-of", "2026-01-20").code == 0
