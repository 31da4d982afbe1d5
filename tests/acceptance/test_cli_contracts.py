"""`pkgplan contracts list` and `contracts show`: cohorts by version, and a contract as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import SEPTEMBER, run
from support.contract_commands import (
    NOBODY,
    a_contract,
    a_customer,
    cohorts,
    engine_of,
    printed,
    two_versions,
)

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Ran

ALIAS = ("--alias", "Starter Plan")


def listed(catalog: Path, *arguments: str) -> Ran:
    return run("-C", catalog, "contracts", "list", *arguments, *SEPTEMBER)


def shown(catalog: Path, *arguments: str) -> Ran:
    return run("-C", catalog, "contracts", "show", *arguments, *SEPTEMBER)


def test_contracts_are_counted_and_listed_by_version(applied: Path) -> None:
    two_versions(applied)
    customer = a_customer(applied)
    first = a_contract(applied, customer, *ALIAS)
    second = a_contract(applied, customer, *ALIAS, starting_at="2026-02-01")
    for asked in (("--package", "starter"), ALIAS):
        ran = listed(applied, *asked)
        assert (ran.code, ran.err) == (0, "")
        counts, _, contracts = ran.out.partition("\n\n")
        assert [line.split()[:2] for line in counts.splitlines()] == [
            ["PACKAGE", "CONTRACTS"],
            ["starter@1", "1"],
            ["starter@2", "1"],
        ]
        assert [line.split() for line in contracts.splitlines()] == [
            ["PACKAGE", "CUSTOMER", "CONTRACT", "WINDOW"],
            ["starter@1", customer, first, "2025-10-01", "..", "2026-10-01"],
            ["starter@2", customer, second, "2026-02-01", "..", "2027-02-01"],
        ]


def test_one_version_has_its_own_contracts(applied: Path) -> None:
    two_versions(applied)
    a_contract(applied, a_customer(applied), "--package", "starter@1")
    assert list(cohorts(applied, "--package", "starter@2").items()) == [("starter@2", [])]
    assert "No contracts." in listed(applied, "--package", "starter@2").out


def test_only_contracts_that_run_then(applied: Path) -> None:
    two_versions(applied)
    customer = a_customer(applied)
    first = a_contract(applied, customer, *ALIAS)
    second = a_contract(applied, customer, *ALIAS, starting_at="2026-02-01")

    def at(instant: str) -> dict[str, list[str]]:
        return cohorts(applied, *ALIAS, "--covering", instant)

    assert at("2025-09-30") == {"starter@1": [], "starter@2": []}
    assert at("2025-10-01") == {"starter@1": [first], "starter@2": []}
    assert at("2026-06-01") == {"starter@1": [first], "starter@2": [second]}
    assert at("2026-10-01") == {"starter@1": [], "starter@2": [second]}


def test_archived_contracts_are_listed_when_asked_for(applied: Path) -> None:
    customer = a_customer(applied)
    contract = a_contract(applied, customer)
    with engine_of(applied, "2025-11-01T12:00:00Z") as engine:
        engine.call(
            "contracts.archive",
            {"customer_id": customer, "contract_id": contract, "void_invoices": False},
        )
    assert cohorts(applied, *ALIAS) == {"starter@1": []}
    assert cohorts(applied, *ALIAS, "--all") == {"starter@1": [contract]}
    assert ", archived 2025-11-01T12:00:00Z" in listed(applied, *ALIAS, "--all").out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, ["give either --package or --alias"]),
        ((*ALIAS, "--package", "starter"), 2, ["give either --package or --alias"]),
        (("--package", "strter"), 2, ['no version of package "strter"', 'did you mean "starter"?']),
        (("--package", "starter@9"), 2, ['"starter@9" is not recorded']),
        (("--package", "Starter!"), 2, ["neither the key of a package nor a version"]),
        (("--alias", "Startr Plan"), 2, ['ever behind alias "Startr Plan"', "Starter Plan"]),
        ((*ALIAS, "--covering", "someday"), 2, ["--covering:", "is not an instant"]),
        (("--package", "starter", "-e", "nowhere"), 2, ['environment "nowhere"']),
        (("--package", "starter", "-e", "production"), 2, ["nothing is recorded there"]),
    ],
)
def test_a_cohort_that_cannot_be(
    applied: Path, arguments: tuple[str, ...], code: int, words: list[str]
) -> None:
    ran = listed(applied, *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert [word for word in words if word not in ran.err] == []


def test_an_environment_that_lost_its_packages_is_no_empty_cohort(applied: Path) -> None:
    (applied / ".pkgplan" / "local.db").unlink()
    ran = listed(applied, *ALIAS)
    assert (ran.code, ran.out) == (4, "")
    assert "records starter@1 as package" in ran.err
    assert "which the environment does not hold" in ran.err
    assert "hint: use the log of this environment" in ran.err


def test_a_contract_is_shown_with_the_ids_of_its_terms(applied: Path) -> None:
    customer = a_customer(applied)
    contract = a_contract(applied, customer)
    ran = shown(applied, contract, "--customer", customer)
    assert (ran.code, ran.err) == (0, "")
    head, settings, terms = ran.out.split("\n\n")
    assert [line.split(maxsplit=1)[0] for line in settings.splitlines()] == [
        "SETTING",
        "rate_card",
        "net_payment_terms_days",
        "usage_statement_schedule",
        "multiplier_override_prioritization",
    ]
    assert "net_payment_terms_days              15\n" in settings
    assert [line.split()[0] for line in head.splitlines()] == ["contract", "customer", "package", "window"]
    assert "package   starter@1 (" in head
    assert "window    2025-10-01 .. 2026-10-01" in head
    credit = "recurring_credits  Sign-up credit        grants  2025-10-01 .. 2026-01-01  10.00 USD   "
    fee = "subscriptions      Starter platform fee          2025-10-01 .. 2026-10-01  quantity 1  "
    assert [line[: len(credit)] for line in terms.splitlines()[1:]] == [credit, fee]


def test_a_contract_is_shown_to_programs(applied: Path) -> None:
    customer = a_customer(applied)
    contract = a_contract(applied, customer)
    value = printed(shown(applied, contract, "--customer", customer, "--format", "json"), "contracts-show")
    assert (value["contract_id"], value["customer_id"], value["ref"]) == (contract, customer, "starter@1")
    assert value["settings"]["net_payment_terms_days"] == "15"
    assert [term["kind"] for term in value["terms"]] == ["recurring_credits", "subscriptions"]
    assert [(term["amount"], term["says"]) for term in value["terms"]] == [
        ("10.00 USD", None),
        (None, "quantity 1"),
    ]
    with engine_of(applied) as engine:
        engine.call("packages.create", {"name": "by hand", "rate_card_alias": "Tokens rate card"})
        package = engine.call("packages.list", {})["data"]
        assert isinstance(package, list)
        by_hand = next(each for each in package if isinstance(each, dict) and each["name"] == "by hand")
        made = engine.call(
            "contracts.create",
            {"customer_id": customer, "package_id": by_hand["id"], "starting_at": "2025-10-01T00:00:00Z"},
        )["data"]
        assert isinstance(made, dict)
    foreign = str(made["id"])
    value = printed(shown(applied, foreign, "--customer", customer, "--format", "json"), "contracts-show")
    assert (value["ref"], value["ending_before"], value["terms"]) == (None, None, [])
    text = shown(applied, foreign, "--customer", customer).out
    assert "(not of this catalog)" in text
    assert "No terms." in text


def test_what_recurs_is_shown_once_it_was_granted(applied: Path) -> None:
    customer = a_customer(applied)
    contract = a_contract(applied, customer)
    november = run(
        "-C", applied, "contracts", "show", contract, "--customer", customer, "--as-of", "2025-11-15"
    )
    assert november.out.count("10.00 USD") == 3
    assert (
        "credits            Sign-up credit        access  2025-11-01 .. 2025-12-01  10.00 USD" in november.out
    )


@pytest.mark.parametrize(
    ("environment", "code", "words"),
    [
        ("local", 2, ['environment "local" refused', "`pkgplan contracts list --help`"]),
        ("production", 4, ["which this version of pkgplan cannot reach yet"]),
        ("nowhere", 2, ['environment "nowhere"']),
    ],
)
def test_a_contract_that_is_not_there(applied: Path, environment: str, code: int, words: list[str]) -> None:
    ran = shown(applied, NOBODY, "--customer", a_customer(applied), "-e", environment)
    assert (ran.code, ran.out) == (code, "")
    assert [word for word in words if word not in ran.err] == []
