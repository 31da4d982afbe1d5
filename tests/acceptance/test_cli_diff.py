"""`pkgplan diff`: two packages, or two versions of one, term by term."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from support.command import (
    REPOSITORY,
    SEPTEMBER,
    change_of_february,
    edit,
    everything_below,
    process_environment,
    run,
)

from pkgplan.report.schemas import diff_schema

if TYPE_CHECKING:
    from pathlib import Path

JANUARY = ("--as-of", "2026-01-15")
PRICE_BOOK = REPOSITORY / "catalog"
CHANGED = """\
                        starter@1                    starter@2
                        recorded in "local"          recorded in "local"
  alias "Starter Plan"  2025-10-01 .. 2026-02-01     2026-02-01 ..

~ name                  Starter Plan - October 2025  Starter Plan - February
                                                     2026

recurring_credits
- signup-credit         10.00 USD per period for 3
                        months

1 different, 1 only in starter@1; 4 equal ones not shown (--all shows all)
"""


@pytest.fixture
def two_versions(applied: Path) -> Path:
    change_of_february(applied)
    assert run("-C", applied, "apply", "--yes", *JANUARY).code == 0
    return applied


def compared(catalog: Path, *arguments: str) -> Any:
    """What a comparison gives to programs, held against its schema."""
    ran = run("-C", catalog, "diff", *arguments, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    value = json.loads(ran.out)
    Draft202012Validator(diff_schema()).validate(value)
    return value


def test_two_versions_side_by_side(two_versions: Path) -> None:
    before = everything_below(two_versions)
    ran = run("-C", two_versions, "diff", "starter@1", "starter@2")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == CHANGED
    assert everything_below(two_versions) == before


def test_another_spelling_is_no_difference_and_nothing_to_plan(applied: Path) -> None:
    """The plan and the comparison have to agree about what is the same."""
    edit(
        applied / "packages" / "starter.yaml",
        ("duration: 12 months", "duration: 1 year"),
        ("quantity: 1}", "quantity: 1.00}"),
        ("starting_at_offset: 0 months", "starting_at_offset: 0 days"),
        ("[input-tokens, output-tokens]", "[output-tokens, input-tokens]"),
    )
    ran = run("-C", applied, "diff", "starter@1", "starter", "--all", "--detailed-exitcode")
    assert ran.code == 0
    assert ["duration", "12", "months", "1", "year"] in [line.split() for line in ran.out.splitlines()]
    told = compared(applied, "starter@1", "starter")
    assert told["same_terms"] is True
    assert told["terms"] == []
    digests = [told[side]["digest"] for side in ("before", "after")]
    last = f"No difference: same terms, spelled in two ways: digests {digests[0]} and {digests[1]}"
    assert ran.out.endswith(f"\n{last}\n")
    planned = run("-C", applied, "plan", "--detailed-exitcode", *JANUARY)
    assert (planned.code, planned.out) == (
        0,
        'No changes. Environment "local" is as the catalog says.\n',
    )
    # What was sent does not change with the file.
    assert "duration: 12 months" in run("-C", applied, "show", "starter@1").out


def test_what_is_recorded_against_what_the_catalog_says_now(applied: Path) -> None:
    same = run("-C", applied, "diff", "starter@1", "starter", "--detailed-exitcode")
    assert same.code == 0
    recorded: Any = run("-C", applied, "packages", "list", "--format", "json").json
    assert same.out.endswith(f"\nNo difference: same terms, digest {recorded[0]['digest']}\n")

    edit(
        applied / "packages" / "starter.yaml", ("10.00 USD", "12.50 USD"), ("priority: 1\n", "priority: 2\n")
    )
    assert run("-C", applied, "diff", "starter@1", "starter").code == 0
    ran = run("-C", applied, "diff", "starter@1", "starter", "--detailed-exitcode")
    assert ran.code == 10
    value = compared(applied, "starter@1", "starter")
    assert not value["same_terms"]
    (row,) = value["terms"]
    assert (row["change"], row["path"]) == ("~", "recurring_credits.signup-credit")
    assert row["before"] == "10.00 USD per period for 3 months"
    assert row["after"] == "12.50 USD per period for 3 months"
    planned: Any = run("-C", applied, "plan", "--format", "json", "--as-of", "2025-09-16").json
    assert planned["actions"][0]["changes"] == row["changes"] != []


def test_a_package_is_no_different_from_itself(catalog: Path) -> None:
    value = compared(catalog, "starter", "starter")
    assert value["same_terms"]
    assert value["terms"] == []
    assert value["summary"] == {"added": 0, "removed": 0, "changed": 0, "equal": 6}
    whole = compared(catalog, "starter", "starter", "--all")
    assert {row["change"] for row in whole["terms"]} == {"="}
    assert [row["path"] for row in whole["terms"]] == [
        "name",
        "rate_card_alias",
        "duration",
        "net_payment_terms_days",
        "recurring_credits.signup-credit",
        "subscriptions.starter-fee",
    ]


def test_another_key_for_a_term_that_the_api_knows_no_name_of_is_no_difference(catalog: Path) -> None:
    starter = catalog / "packages" / "starter.yaml"
    override = (
        "  overrides:\n    launch:\n      override_specifiers: [{product: input-tokens}]\n"
        "      starting_at_offset: 0 months\n      type: multiplier\n      multiplier: 0.5\n"
    )
    starter.write_text(starter.read_text() + override)
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    edit(starter, ("launch:", "early-bird:"))
    value = compared(catalog, "starter@1", "starter")
    assert value["same_terms"]
    assert value["terms"] == []


def test_aliases_are_shown_as_recorded_and_as_declared(two_versions: Path) -> None:
    value = compared(two_versions, "starter@1", "starter")
    assert (value["before"]["version"], value["before"]["source"]) == (1, None)
    assert (value["after"]["version"], value["after"]["source"]) == (None, "packages/starter.yaml")
    (recorded,), (declared,) = value["before"]["windows"], value["after"]["windows"]
    assert recorded["ending_before"] == declared["starting_at"] == "2026-02-01T00:00:00Z"
    text = run("-C", two_versions, "diff", "starter@1", "starter").out
    assert '  alias "Starter Plan"  2025-10-01 .. 2026-02-01     2026-02-01 ..\n' in text


def test_packages_of_the_price_book_share_an_alias_family() -> None:
    ran = run("-C", PRICE_BOOK, "diff", "seats-corporate-usd", "seats-corporate-eur")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "~ rate_card                 gnome-usd                  gnome-eur" in lines
    assert "  ~ overwrite_rate.price    99.00 USD                  90.00 EUR" in lines
    assert not any("duration" in line for line in lines)


def test_every_kind_of_term_can_be_compared_in_the_order_of_a_file() -> None:
    value = compared(PRICE_BOOK, "spend-capped-discount", "enterprise-ramp", "--all")
    kinds = list(dict.fromkeys(row["path"].partition(".")[0] for row in value["terms"]))
    assert kinds[0] == "name"
    order = ("name", "rate_card", "duration", "commits", "subscriptions", "overrides", "spend_trackers")
    found = [kind for kind in kinds if kind in order]
    assert found == sorted(found, key=order.index)
    assert len(value["terms"]) == sum(value["summary"].values())


def test_an_environment_without_ids_can_be_compared_in_but_has_no_digests(catalog: Path) -> None:
    ran = run("-C", catalog, "diff", "starter", "starter", "--env", "production")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("\nNo difference: same terms\n")
    assert (
        "not all ids are pinned"
        in run("-C", catalog, "diff", "starter", "starter", "-v", "-e", "production").out
    )
    assert compared(catalog, "starter", "starter", "-e", "production")["before"]["digest"] is None


def test_recorded_ids_stand_in_for_those_that_are_not_pinned(catalog: Path) -> None:
    pins = catalog / "environments" / "local.lock.json"
    pins.parent.mkdir()
    ids = {"product/signup-credit": "aaaaaaaa-0000-4000-8000-000000000001"}
    pins.write_text(json.dumps({"format_version": "1", "environment": "local", "ids": ids}))
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    edit(catalog / "pkgplan.yaml", ("engine: embedded", "engine: metronome"))
    pins.unlink()
    value = compared(catalog, "starter@1", "starter")
    assert value["same_terms"]
    assert value["after"]["digest"] == value["before"]["digest"] is not None


def test_a_name_that_stands_for_another_id_is_a_difference(applied: Path) -> None:
    pins = applied / "environments" / "local.lock.json"
    pins.parent.mkdir()
    other = "aaaaaaaa-0000-4000-8000-000000000001"
    pins.write_text(
        json.dumps({"format_version": "1", "environment": "local", "ids": {"product/signup-credit": other}})
    )
    value = compared(applied, "starter@1", "starter")
    (row,) = value["terms"]
    assert (row["path"], row["after"]) == ("references.product/signup-credit", other)


def test_a_catalog_with_errors_can_be_compared_only_in_what_was_recorded(two_versions: Path) -> None:
    edit(two_versions / "references" / "product-starter-fee.yaml", ("type: subscription", "type: usage"))
    assert run("-C", two_versions, "diff", "starter@1", "starter@2").out == CHANGED
    ran = run("-C", two_versions, "diff", "starter@1", "starter")
    assert (ran.code, ran.out) == (1, "")
    assert "error PKG" in ran.err
    assert "the catalog has" in ran.err
    shown: Any = run("-C", two_versions, "diff", "starter@1", "starter", "--format", "json").json
    assert shown["diagnostics"] != []


def test_two_packages_of_the_catalog_need_no_state(catalog: Path) -> None:
    log = catalog / "state" / "local.jsonl"
    log.parent.mkdir()
    log.write_text("not a log\n")
    assert run("-C", catalog, "diff", "starter", "starter").code == 0
    assert run("-C", catalog, "diff", "starter", "starter@1").code == 4


def test_a_version_whose_terms_were_lost_with_the_log_is_refused(two_versions: Path) -> None:
    (two_versions / "state" / "local.jsonl").unlink()
    assert run("-C", two_versions, "state", "rebuild", "--yes", *JANUARY).code == 0
    ran = run("-C", two_versions, "diff", "starter@1", "starter")
    assert (ran.code, ran.out) == (2, "")
    assert 'what was sent for "starter@1" is not recorded in environment "local"' in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("strter", "starter"), ['no package "strter" in the catalog', 'did you mean "starter"?']),
        (("starter@9", "starter"), ['"starter@9" is not recorded in', "recorded: starter@1, starter@2"]),
        (("strter@1", "starter@1"), ['did you mean "starter"? recorded: starter@1, starter@2']),
        (("starter@1", "starter", "-e", "production"), ["nothing is recorded there", "--env"]),
        (("Starter Plan", "starter"), ['"Starter Plan" is neither the key of a package nor a version']),
        (("starter@0", "starter"), ['"starter@0" is neither']),
        (("starter",), ["missing argument 'B'"]),
        (("starter", "starter", "--format", "html"), ["'html' is not one of 'text', 'json', 'markdown'"]),
    ],
)
def test_what_cannot_be_compared_is_said(
    two_versions: Path, arguments: tuple[str, ...], words: list[str]
) -> None:
    ran = run("-C", two_versions, "diff", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert [word for word in words if word not in ran.err] == []


def test_only_this_command_has_markdown(catalog: Path) -> None:
    assert run("-C", catalog, "plan", "--format", "markdown").code == 2
    assert run("-C", catalog, "diff", "starter", "starter", "--format", "markdown").code == 0


def test_markdown_is_one_table_for_a_comment(two_versions: Path) -> None:
    ran = run("-C", two_versions, "diff", "starter@1", "starter@2", "--format", "markdown")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "### `starter@1` and `starter@2`\n"
        "\n"
        "|  |  | `starter@1` | `starter@2` |\n"
        "| --- | --- | --- | --- |\n"
        '|  |  | recorded in "local" | recorded in "local" |\n'
        '|  | alias "Starter Plan" | 2025-10-01 .. 2026-02-01 | 2026-02-01 .. |\n'
        "| `~` | `name` | Starter Plan - October 2025 | Starter Plan - February 2026 |\n"
        "| `-` | `recurring_credits.signup-credit` | 10.00 USD per period for 3 months |  |\n"
        "\n"
        "1 different, 1 only in starter@1; 4 equal ones not shown (--all shows all)\n"
    )


def test_colour_only_where_it_is_wanted(two_versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    command = ("-C", two_versions, "diff", "starter@1", "starter@2")
    coloured = run(*command).out
    assert "\x1b[31m-\x1b[0m signup-credit" in coloured
    assert "\x1b[33m~\x1b[0m name" in coloured
    assert "\x1b" not in run(*command, "--format", "markdown").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(*command).out == CHANGED


@pytest.mark.parametrize("columns", [50, 120])
def test_columns_fit_the_terminal(two_versions: Path, columns: int) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = process_environment(TERM="xterm", NO_COLOR="1")
    environment.pop("COLUMNS", None)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pkgplan", "-C", two_versions, "diff", "starter@1", "starter@2"],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            env=environment,
        )
        shown = os.read(ours, 65536).decode().replace("\r\n", "\n")
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0
    table, _, _ = shown.rpartition("\n\n")
    assert max(len(line) for line in table.splitlines()) <= columns
    assert ("Starter Plan - February 2026" in shown) == (columns == 120)
