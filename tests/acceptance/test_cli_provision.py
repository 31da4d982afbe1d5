"""`pkgplan provision`: what the contract will be, the contract, and every way in which it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import SEPTEMBER, edit, run
from support.contract_commands import (
    NOBODY,
    a_contract,
    a_customer,
    cohorts,
    engine_of,
    printed,
    two_versions,
)

from pkgplan.engine import EmbeddedPackages

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Ran

ALIAS = ("--alias", "Starter Plan")
OCTOBER = ("--starting-at", "2025-10-01")


def provision(catalog: Path, *arguments: str) -> Ran:
    return run("-C", catalog, "provision", *arguments, *SEPTEMBER)


def test_a_dry_run_says_what_the_contract_would_be_and_makes_none(applied: Path) -> None:
    ran = provision(applied, "--customer", "c-1", *ALIAS, *OCTOBER, "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    head, settings, table = (part.splitlines() for part in ran.out.split("\n\n"))
    customer, package, window = head
    assert customer == "customer  c-1"
    assert package.startswith("package   starter@1 (")
    assert package.endswith('), behind alias "Starter Plan" at 2025-10-01')
    assert window == "window    2025-10-01 .. 2026-10-01"
    assert table == [
        "TERM                             FOR     WHEN                      AMOUNT",
        "recurring_credits.signup-credit  grants  2025-10-01 .. 2026-01-01  10.00 USD, 3 times",
        "subscriptions.starter-fee                2025-10-01 .. 2026-10-01  starter-fee monthly, collected in advance",
    ]
    assert settings == [
        "SETTING                 VALUE",
        "rate_card_alias         Tokens rate card",
        "net_payment_terms_days  15",
    ]
    assert cohorts(applied, "--package", "starter") == {"starter@1": []}


def test_months_that_are_cut_short_are_promised_their_share(applied: Path) -> None:
    ran = provision(applied, "--customer", "c-1", *ALIAS, "--starting-at", "2025-10-15", "--dry-run")
    assert [line.split("grants  ")[1] for line in ran.out.splitlines() if "grants" in line] == [
        "2025-10-15 .. 2025-11-01  5.48387096774194 USD",
        "2025-11-01 .. 2026-01-01  10.00 USD, 2 times",
        "2026-01-01 .. 2026-02-01  4.51612903225806 USD",
    ]


def test_a_contract_is_made_and_its_id_is_the_result(applied: Path) -> None:
    customer = a_customer(applied)
    ran = provision(applied, "--customer", customer, *ALIAS, *OCTOBER, "--yes")
    assert ran.code == 0
    assert "signup-credit" in ran.err
    assert cohorts(applied, "--package", "starter@1") == {"starter@1": [ran.out.strip()]}


def test_programs_get_the_same_before_and_after(applied: Path) -> None:
    asked = ("--customer", a_customer(applied), *ALIAS, *OCTOBER, "--uniqueness-key", "order-17")
    before = printed(provision(applied, *asked, "--dry-run", "--format", "json"), "provision")
    after = printed(provision(applied, *asked, "--yes", "--format", "json"), "provision")
    assert before["contract_id"] is None
    assert after == {**before, "contract_id": after["contract_id"]}
    assert (after["ref"], after["alias"], after["uniqueness_key"]) == (
        "starter@1",
        "Starter Plan",
        "order-17",
    )
    credit, fee = after["terms"]
    assert (credit["amount"], credit["count"], credit["ending_before"]) == (
        "10.00 USD",
        3,
        "2026-01-01T00:00:00Z",
    )
    assert after["settings"]["net_payment_terms_days"] == "15"
    assert (fee["term"], fee["amount"], fee["says"], fee["ending_before"]) == (
        "subscriptions.starter-fee",
        None,
        "starter-fee monthly, collected in advance",
        after["ending_before"],
    )


def test_the_start_decides_which_version_an_alias_stands_for(applied: Path) -> None:
    two_versions(applied)
    customer = a_customer(applied)
    last = a_contract(applied, customer, *ALIAS, starting_at="2026-01-31T23:00:00Z")
    first = a_contract(applied, customer, *ALIAS, starting_at="2026-02-01")
    assert cohorts(applied, *ALIAS) == {"starter@1": [last], "starter@2": [first]}


def test_a_package_is_its_newest_version_unless_one_is_named(applied: Path) -> None:
    two_versions(applied)
    customer = a_customer(applied)
    newest = a_contract(applied, customer, "--package", "starter")
    older = a_contract(applied, customer, "--package", "starter@1", starting_at="2027-03-01")
    assert cohorts(applied, "--package", "starter") == {"starter@1": [older], "starter@2": [newest]}


def test_nobody_is_asked_without_a_terminal(applied: Path) -> None:
    ran = provision(applied, "--customer", a_customer(applied), *ALIAS, *OCTOBER)
    assert (ran.code, ran.out) == (2, "")
    assert "there is no terminal to ask on" in ran.err
    assert "--yes" in ran.err
    assert cohorts(applied, *ALIAS) == {"starter@1": []}


def test_no_is_an_answer(applied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pkgplan.cli.consent.is_interactive", lambda: True)
    ran = provision(applied, "--customer", a_customer(applied), *ALIAS, *OCTOBER)
    assert (ran.code, ran.out) == (130, "")
    assert "Make this contract? [y/N]" in ran.err
    assert cohorts(applied, *ALIAS) == {"starter@1": []}


def test_a_uniqueness_key_makes_one_contract(applied: Path) -> None:
    asked = ("--customer", a_customer(applied), *ALIAS, *OCTOBER, "--uniqueness-key", "order-17", "--yes")
    first = provision(applied, *asked)
    assert first.code == 0
    second = provision(applied, *asked)
    assert (second.code, second.out) == (2, "")
    assert "the contract was not made: This uniqueness key has already been used." in second.err
    assert f"`pkgplan contracts list -C {applied} --package starter@1`" in second.err
    assert cohorts(applied, *ALIAS) == {"starter@1": [first.out.strip()]}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*OCTOBER,), ["give either --alias or --package"]),
        ((*ALIAS, "--package", "starter", *OCTOBER), ["give either --alias or --package"]),
        ((*ALIAS,), ["--starting-at"]),
        ((*ALIAS, "--starting-at", "soon"), ['--starting-at: "soon" is not an instant']),
        (
            (*ALIAS, "--starting-at", "2025-10-01T10:30:00Z"),
            ["is not a full hour", "the next one is 2025-10-01T11:00:00Z"],
        ),
        (
            (*ALIAS, "--starting-at", "2025-10-01T10:00:00.000001Z"),
            ["is not a full hour", "2025-10-01T11:00:00Z"],
        ),
        (
            (*ALIAS, "--starting-at", "9000-12-01", "--dry-run"),
            ["the contract would reach beyond the calendar: the year 9001 is not between 1900 and 9000"],
        ),
        (("--alias", "Startr Plan", *OCTOBER), ['nobody is behind alias "Startr Plan"', "Starter Plan"]),
        (("--alias", "", *OCTOBER), ['nobody is behind alias ""']),
        (
            (*ALIAS, "--starting-at", "2025-09-30T23:00:00Z"),
            ["nobody is behind alias", "2025-09-30T23:00:00Z", "`pkgplan alias list -C "],
        ),
        (("--package", "strter", *OCTOBER), ['no version of package "strter"', 'did you mean "starter"']),
        (("--package", "starter@7", *OCTOBER), ['"starter@7" is not recorded', "recorded: starter@1"]),
        (("--package", "starter@x", *OCTOBER), ["neither the key of a package nor a version"]),
        ((*ALIAS, *OCTOBER, "--uniqueness-key", ""), ["--uniqueness-key is empty"]),
        ((*ALIAS, *OCTOBER, "-e", "production"), ['nobody is behind alias "Starter Plan"']),
        (("--package", "starter", *OCTOBER, "-e", "nowhere"), ['environment "nowhere"']),
    ],
)
def test_what_cannot_be_is_refused(applied: Path, arguments: tuple[str, ...], words: list[str]) -> None:
    ran = provision(applied, "--customer", NOBODY, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert [word for word in words if word not in ran.err] == []
    assert cohorts(applied, *ALIAS) == {"starter@1": []}


def test_a_customer_that_is_not_there_is_refused_by_the_environment(applied: Path) -> None:
    ran = provision(applied, "--customer", NOBODY, *ALIAS, *OCTOBER, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert f'environment "local" refused: customer "{NOBODY}" not found' in ran.err
    assert cohorts(applied, *ALIAS) == {"starter@1": []}


def test_an_alias_that_somebody_moved_is_refused_with_both_windows(applied: Path) -> None:
    with engine_of(applied) as engine:
        EmbeddedPackages(engine).create(
            {"name": "by hand", "aliases": [{"name": "Starter Plan", "starting_at": "2025-12-01T00:00:00Z"}]}
        )
    late = ("--starting-at", "2026-01-01", "--yes")
    customer = ("--customer", a_customer(applied))
    ran = provision(applied, *customer, *ALIAS, *late)
    assert (ran.code, ran.out) == (4, "")
    assert "recorded is 2025-10-01T00:00:00Z .., " in ran.err
    assert "the environment has 2025-10-01T00:00:00Z .. 2025-12-01T00:00:00Z" in ran.err
    assert cohorts(applied, *ALIAS) == {"starter@1": []}
    assert provision(applied, *customer, *ALIAS, *OCTOBER, "--yes").code == 0
    assert provision(applied, *customer, "--package", "starter@1", *late).code == 0


def test_a_version_that_is_archived_behind_our_back_is_refused(applied: Path) -> None:
    with engine_of(applied) as engine:
        packages = EmbeddedPackages(engine)
        (package,) = packages.list()
        packages.archive(package.package_id)
    ran = provision(applied, "--customer", NOBODY, "--package", "starter", *OCTOBER, "--yes")
    assert (ran.code, ran.out) == (4, "")
    assert "starter@1 is archived in the environment since 2025-09-16" in ran.err


def test_an_environment_that_is_gone_is_refused_and_not_made_anew(applied: Path) -> None:
    (applied / ".pkgplan" / "local.db").unlink()
    ran = provision(applied, "--customer", NOBODY, *ALIAS, *OCTOBER, "--yes")
    assert (ran.code, ran.out) == (4, "")
    assert "which the environment does not hold" in ran.err
    assert not (applied / ".pkgplan" / "local.db").exists()


def test_an_archived_package_makes_no_contracts(applied: Path) -> None:
    edit(applied / "packages" / "starter.yaml", ("spec:\n", "spec:\n  retire: {at: 2026-01-01}\n"))
    assert run("-C", applied, "apply", "--yes", "--as-of", "2026-01-02").code == 0
    for package, words in (
        ("starter", 'every version of package "starter" is archived'),
        ("starter@1", "package starter@1 is archived"),
    ):
        ran = provision(applied, "--customer", NOBODY, "--package", package, *OCTOBER, "--yes")
        assert (ran.code, ran.out) == (2, "")
        assert words in ran.err
    assert provision(applied, "--customer", NOBODY, *ALIAS, *OCTOBER, "--yes").code == 2


def test_a_version_of_a_rebuilt_log_has_a_window_but_no_terms_to_tell(applied: Path) -> None:
    two_versions(applied)
    (applied / "state" / "local.jsonl").unlink()
    assert run("-C", applied, "state", "rebuild", "--yes", *SEPTEMBER).code == 0
    ran = provision(applied, "--customer", "c-1", "--package", "starter@1", *OCTOBER, "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    assert "window    2025-10-01 .. 2026-10-01" in ran.out
    assert "What was sent for starter@1 is not recorded" in ran.out
    asked = ("--customer", "c-1", "--package", "starter@1", *OCTOBER, "--dry-run", "--format", "json")
    value = printed(provision(applied, *asked), "provision")
    assert (value["terms"], value["settings"]) == (None, None)
    made = a_contract(applied, a_customer(applied), "--package", "starter@1")
    assert cohorts(applied, "--package", "starter@1") == {"starter@1": [made]}


def test_a_real_environment_is_out_of_reach(applied: Path) -> None:
    state = applied / "state"
    edit(state / "local.jsonl", ('"environment":"local"', '"environment":"production"'))
    (state / "local.jsonl").rename(state / "production.jsonl")
    ran = provision(applied, "--customer", NOBODY, *ALIAS, *OCTOBER, "-e", "production")
    assert (ran.code, ran.out) == (4, "")
