"""Names on the command line are found in another form, or it is said which name was meant and what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import an_example, edit, run

if TYPE_CHECKING:
    from pathlib import Path

NFC, NFD = "Caf\u00e9 Plan", "Cafe\u0301 Plan"
MEANT = f'hint: did you mean "{NFC}"? It is written "Caf\\u00e9 Plan", and this is "Cafe\\u0301 Plan"\n'


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    catalog = an_example(tmp_path_factory.mktemp("names") / "catalog")
    edit(catalog / "packages" / "starter.yaml", ("- name: Starter Plan", f"- name: {NFC}"))
    assert run("apply", "-C", catalog, "--as-of", "2025-09-15", "--yes").code == 0
    return catalog


def test_resolving_an_alias(catalog: Path) -> None:
    assert run("alias", "resolve", NFC, "--at", "2025-11-01", "-C", catalog).out.startswith("starter@1")
    done = run("alias", "resolve", NFD, "--at", "2025-11-01", "-C", catalog)
    assert done.code == 1
    assert done.err.endswith(MEANT)


@pytest.mark.parametrize(
    "typed", ["caf\u00e9 plan", f"{NFC} ", "Caf\u00e9\u00a0Plan", "\u0421\u0430f\u00e9 Plan"]
)
def test_resolving_an_alias_that_looks_like_it(catalog: Path, typed: str) -> None:
    done = run("alias", "resolve", typed, "--at", "2025-11-01", "-C", catalog)
    assert done.code == 1
    assert f'did you mean "{NFC}"?' in done.err


def test_provisioning_by_an_alias_in_another_form(catalog: Path) -> None:
    customer = run("customers", "create", "--name", "Acme", "-C", catalog).out.strip()
    start = ("--customer", customer, "--starting-at", "2025-11-01", "--dry-run", "-C", str(catalog))
    assert run("provision", "--alias", NFC, *start).code == 0
    done = run("provision", "--alias", NFD, *start)
    assert done.code == 2
    assert done.err.endswith(MEANT)


def test_listing_contracts_of_an_alias_in_another_form(catalog: Path) -> None:
    done = run("contracts", "list", "--alias", NFD, "-C", catalog)
    assert done.code == 2
    assert done.err.endswith(MEANT)
