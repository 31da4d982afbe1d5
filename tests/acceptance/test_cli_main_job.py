"""The main job on the command line: plan, apply, change a price, plan, apply, resolve."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from support.command import SEPTEMBER, an_example, change_of_february, edit, everything_below, run

from pkgplan.report.schemas import diagnostics_schema, plan_schema

if TYPE_CHECKING:
    from pathlib import Path

JANUARY = ("--as-of", "2026-01-15")


@pytest.fixture
def changed(applied: Path) -> Path:
    change_of_february(applied)
    return applied


def parsed(text: str) -> Any:
    return json.loads(text)


def test_the_first_plan_shows_the_new_package_and_what_it_says(catalog: Path) -> None:
    ran = run("-C", catalog, "plan", *SEPTEMBER)
    assert ran.code == 0
    assert ran.out == (
        f"starter@1   new package{' ' * 53}{catalog}/packages/starter.yaml:1\n"
        "  + duration                          12 months\n"
        "  + name                              Starter Plan - October 2025\n"
        "  + net_payment_terms_days            15\n"
        "  + rate_card_alias                   Tokens rate card\n"
        "  + recurring_credits.signup-credit   10.00 USD per period for 3 months\n"
        "  + subscriptions.starter-fee         starter-fee monthly, collected in advance\n"
        '  alias "Starter Plan"\n'
        "    starter@1   2025-10-01 ..\n"
        "\n"
        "Plan: 1 to create, 0 to archive, 0 alias windows moved. "
        "Contracts already provisioned keep their terms.\n"
    )


def test_the_plan_of_a_price_change_shows_its_effect_on_the_version_before(changed: Path) -> None:
    ran = run("-C", changed, "plan", *JANUARY)
    assert ran.code == 0
    assert ran.out == (
        f"starter@1 -> starter@2   new version: terms changed{' ' * 25}{changed}/packages/starter.yaml:1\n"
        "  ~ name                              Starter Plan - October 2025 -> Starter Plan - February 2026\n"
        "  - recurring_credits.signup-credit   10.00 USD per period for 3 months\n"
        '  alias "Starter Plan"\n'
        "    starter@1   2025-10-01 .. 2026-02-01   was open-ended; cut by this create\n"
        "    starter@2   2026-02-01 ..\n"
        "\n"
        "Can be applied until 2026-02-01T00:00:00Z.\n"
        "Plan: 1 to create, 0 to archive, 1 alias window moved. "
        "Contracts already provisioned keep their terms.\n"
    )


def test_after_both_applies_the_alias_changes_hands_at_the_planned_instant(changed: Path) -> None:
    assert run("-C", changed, "apply", "--yes", *JANUARY).code == 0
    for live in ((), ("--live",)):
        before = run("-C", changed, "alias", "resolve", "Starter Plan", "--at", "2026-01-31T23:59:59Z", *live)
        after = run("-C", changed, "alias", "resolve", "Starter Plan", "--at", "2026-02-01T00:00:00Z", *live)
        assert (before.code, before.out.split()[0]) == (0, "starter@1")
        assert (after.code, after.out.split()[0]) == (0, "starter@2")
    again = run("-C", changed, "plan", "--detailed-exitcode", *JANUARY)
    assert (again.code, again.out) == (0, 'No changes. Environment "local" is as the catalog says.\n')


def test_the_json_of_a_plan_is_what_its_schema_says_and_the_same_each_time(changed: Path) -> None:
    ran = run("-C", changed, "plan", "--format", "json", *JANUARY)
    assert ran.out == run("--format", "json", *JANUARY, "plan", "-C", changed).out
    value = parsed(ran.out)
    Draft202012Validator(plan_schema()).validate(value)
    assert [effect["effect"] for effect in value["effects"]] == ["shortened", "opened"]
    assert value["summary"]["windows_moved"] == 1
    assert list(value) == list(plan_schema()["properties"])


def test_the_json_of_a_plan_does_not_depend_on_where_the_catalog_is(tmp_path: Path) -> None:
    here, there = an_example(tmp_path / "here"), an_example(tmp_path / "there" / "catalog")
    for folder in (here, there):
        edit(folder / "packages" / "starter.yaml", ("      starting_at: 2025-10-01\n", ""))
    first, second = (
        run("-C", folder, "plan", *SEPTEMBER, "--format", "json").out for folder in (here, there)
    )
    assert first == second
    assert parsed(first)["diagnostics"], "the case wants a plan with findings"
    Draft202012Validator(plan_schema()).validate(parsed(first))


def test_planning_and_looking_write_nothing(changed: Path) -> None:
    before = everything_below(changed)
    for command in (
        ("plan", *JANUARY),
        ("validate",),
        ("history",),
        ("alias", "list"),
        ("packages", "list"),
        ("state", "verify"),
    ):
        assert run("-C", changed, *command).code == 0
    assert everything_below(changed) == before


def test_looking_at_an_environment_that_was_never_applied_creates_nothing(catalog: Path) -> None:
    before = everything_below(catalog)
    assert run("-C", catalog, "alias", "list", "--live").out == "No aliases.\n"
    assert run("-C", catalog, "packages", "list").out == "No packages.\n"
    assert run("-C", catalog, "history").out == "No history yet.\n"
    assert run("-C", catalog, "state", "verify").code == 0
    assert everything_below(catalog) == before


def test_detailed_exit_code_says_that_changes_are_pending(catalog: Path) -> None:
    for form in ("text", "json"):
        assert run("-C", catalog, "plan", "--detailed-exitcode", *SEPTEMBER, "--format", form).code == 10


def test_a_saved_plan_is_applied_as_it_is_and_only_once(changed: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert run("-C", changed, "plan", "--out", file, *JANUARY).code == 0
    done = run("-C", changed, "apply", file, "--yes", "--format", "json", *JANUARY)
    assert done.code == 0
    outcome = parsed(done.out)
    assert list(outcome) == ["plan_digest", "outcome", "operations", "serial"]
    assert outcome["plan_digest"] == parsed(file.read_text())["digest"]
    assert (outcome["outcome"], len(outcome["operations"])) == ("applied", 1)
    second = run("-C", changed, "apply", file, "--yes", *JANUARY)
    assert (second.code, second.out) == (5, "")


def test_a_saved_plan_is_shown_again_also_when_it_is_stale(changed: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    planned = run("-C", changed, "plan", "--out", file, *JANUARY)
    fresh = run("show", file, "-C", changed)
    assert (fresh.code, fresh.out) == (0, planned.out)
    assert "catalog and record are still those of the plan" in fresh.err
    assert run("-C", changed, "apply", file, "--yes", *JANUARY).code == 0
    stale = run("show", file, "-C", changed)
    assert (stale.code, stale.out) == (0, planned.out)
    assert "cannot be applied any more" in stale.err
    alone = run("show", file, "-C", tmp_path / "nowhere")
    assert alone.err == f"Its effect, for an approval: {parsed(file.read_text())['effect_digest']}\n"
    assert parsed(run("show", file, "--format", "json").out) == parsed(file.read_text())


def test_a_saved_plan_of_an_older_catalog_is_refused(changed: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert run("-C", changed, "plan", "--out", file, *JANUARY).code == 0
    edit(changed / "packages" / "starter.yaml", ("February 2026\n", "February 2026, again\n"))
    before = everything_below(changed)
    ran = run("-C", changed, "apply", file, "--yes", *JANUARY)
    assert (ran.code, ran.out) == (5, "")
    assert "has changed since the plan was made" in ran.err
    assert everything_below(changed) == before


def test_a_comment_in_the_catalog_does_not_make_a_saved_plan_stale(changed: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert run("-C", changed, "plan", "--out", file, *JANUARY).code == 0
    edit(changed / "packages" / "starter.yaml", ("kind: Package\n", "kind: Package # the first\n"))
    assert run("-C", changed, "apply", file, "--yes", *JANUARY).code == 0


def test_without_a_terminal_and_without_yes_nothing_is_applied(catalog: Path) -> None:
    before = everything_below(catalog)
    ran = run("-C", catalog, "apply", *SEPTEMBER)
    assert ran.code == 2
    assert "--yes" in ran.err
    assert everything_below(catalog) == before


def test_json_for_other_programs_has_the_promised_shapes(changed: Path) -> None:
    assert run("-C", changed, "apply", "--yes", *JANUARY).code == 0
    (alias,) = parsed(run("-C", changed, "alias", "list", "--format", "json").out)
    assert list(alias) == ["alias", "windows"]
    assert [list(window) for window in alias["windows"]] == [
        ["ref", "package_id", "starting_at", "ending_before"]
    ] * 2
    assert [(w["ref"], w["starting_at"], w["ending_before"]) for w in alias["windows"]] == [
        ("starter@1", "2025-10-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("starter@2", "2026-02-01T00:00:00Z", None),
    ]
    packages = parsed(run("-C", changed, "packages", "list", "--format", "json").out)
    assert [list(package) for package in packages] == [
        ["ref", "key", "version", "package_id", "name", "digest", "windows", "created_at", "archived_at"]
    ] * 2
    ids = {package["ref"]: package["package_id"] for package in packages}
    nobody = ("alias", "resolve", "Starter Plan", "--at", "2025-09-30T23:59:59Z")
    asked = run("-C", changed, *nobody, "--format", "json")
    assert asked.code == 0
    assert parsed(asked.out) == {
        "alias": "Starter Plan",
        "at": "2025-09-30T23:59:59Z",
        "ref": None,
        "package_id": None,
    }
    assert run("-C", changed, *nobody).code == 1
    somebody = run(
        "-C", changed, "alias", "resolve", "Starter Plan", "--at", "2026-02-01", "--format", "json"
    )
    assert parsed(somebody.out)["package_id"] == ids["starter@2"]


def test_history_tells_what_was_done_and_hides_long_bodies_unless_asked(applied: Path) -> None:
    entries = parsed(run("-C", applied, "history", "--format", "json").out)
    assert [entry["kind"] for entry in entries] == [
        "genesis",
        "run_started",
        "intent",
        "created",
        "windows_observed",
        "run_finished",
    ]
    assert "plan" not in entries[1]["body"]
    assert parsed(run("-C", applied, "history", "--format", "json", "-v").out)[1]["body"]["plan"]["actions"]
    assert [entry["serial"] for entry in entries[-2:]] == [
        entry["serial"]
        for entry in parsed(run("-C", applied, "history", "--limit", "2", "--format", "json").out)
    ]
    assert len(run("-C", applied, "history", "--limit", "2").out.splitlines()) == 3


def test_findings_have_a_place_a_source_line_and_a_hint(catalog: Path) -> None:
    edit(
        catalog / "packages" / "starter.yaml", ("10.00 USD", "10.00"), ("duration: 12 months", "durration: x")
    )
    ran = run("-C", catalog, "validate")
    assert ran.code == 1
    file = f"{catalog}/packages/starter.yaml"
    lines = ran.out.splitlines()
    assert lines[0].startswith(f"{file}:13:3: error PKG101 ")
    assert lines[1:3] == ["    13 |   durration: x", "       |   ^^^^^^^^^"]
    assert lines[3] == '  hint: did you mean "duration"?'
    assert sum("error PKG" in line for line in lines) == 2, "every error in one run"
    assert lines[-1].endswith("2 errors")


def test_the_json_of_validate_is_what_its_schema_says(catalog: Path) -> None:
    sound = run("-C", catalog, "validate", "--format", "json")
    assert sound.code == 0
    Draft202012Validator(diagnostics_schema()).validate(parsed(sound.out))
    edit(catalog / "packages" / "starter.yaml", ("priority: 1\n", "priority: 1\n      priority: 2\n"))
    ran = run("-C", catalog, "validate", "--format", "json")
    value = parsed(ran.out)
    Draft202012Validator(diagnostics_schema()).validate(value)
    assert (ran.code, value["summary"]["errors"]) == (1, 1)
    assert value["diagnostics"][0]["path"] == "packages/starter.yaml"
    assert value["diagnostics"][0]["related"], "a duplicate key has two places"


def test_warnings_fail_only_when_strict(catalog: Path) -> None:
    rates = catalog / "references" / "rate-card-tokens.yaml"
    text = rates.read_text()
    head, _, tail = text.rpartition("entitled: true")
    rates.write_text(f"{head}entitled: false{tail}")
    assert run("-C", catalog, "validate").code == 0
    ran = run("-C", catalog, "validate", "--strict")
    assert ran.code == 1
    assert "warning PKG204" in ran.out


def test_no_plan_is_made_of_a_catalog_with_errors(catalog: Path, tmp_path: Path) -> None:
    edit(catalog / "packages" / "starter.yaml", ("10.00 USD", "10.00"))
    before = everything_below(catalog)
    ran = run("-C", catalog, "plan", "--out", tmp_path / "plan.json", *SEPTEMBER)
    assert (ran.code, ran.out) == (1, "")
    assert "error PKG303" in ran.err
    assert not (tmp_path / "plan.json").exists()
    as_json = run("-C", catalog, "plan", "--format", "json", *SEPTEMBER)
    assert as_json.code == 1
    Draft202012Validator(diagnostics_schema()).validate(parsed(as_json.out))
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 1
    assert everything_below(catalog) == before


def test_a_lost_state_log_is_noticed_and_can_be_rebuilt(changed: Path) -> None:
    (changed / "state" / "local.jsonl").unlink()
    ran = run("-C", changed, "apply", "--yes", *JANUARY)
    assert ran.code == 4
    assert "state rebuild" in ran.err
    assert run("-C", changed, "state", "rebuild", "--yes").code == 0
    assert run("-C", changed, "alias", "list").out.count("starter@1") == 1
    planned = run("-C", changed, "plan", *JANUARY)
    assert planned.out.startswith("starter@1 -> starter@2   new version")


def test_init_writes_a_catalog_that_validates_plans_and_applies(tmp_path: Path) -> None:
    folder = tmp_path / "pricing"
    ran = run("init", folder)
    assert (ran.code, f"pkgplan plan -C {folder}" in ran.out) == (0, True)
    assert run("-C", folder, "validate", "--strict").code == 0
    assert run("-C", folder, "plan", "--detailed-exitcode").code == 10
    assert run("-C", folder, "apply", "--yes").code == 0
    assert run("-C", folder, "plan", "--detailed-exitcode").code == 0
    before = everything_below(folder)
    assert run("init", folder).code == 2
    assert everything_below(folder) == before


def test_the_engine_keeps_its_files_out_of_version_control(applied: Path) -> None:
    assert (applied / ".pkgplan" / ".gitignore").read_text() == "*\n"
    assert (applied / ".pkgplan" / "local.db").is_file()
