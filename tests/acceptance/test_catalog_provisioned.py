"""A contract can be made from every package of catalog/, and it is shown to have the settings that were promised."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.command import REPOSITORY, SEPTEMBER, run
from support.contract_commands import a_customer, engine_of
from support.processes import LOG

from pkgplan.adapters.state_file import FileStateLog
from pkgplan.apply import provision
from pkgplan.engine import EmbeddedContracts, EmbeddedPackages
from pkgplan.model.record import fold
from pkgplan.pipeline.promising import Asked, promise
from pkgplan.report.contract_view import contract_view

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pkgplan.engine import Engine

CATALOG = REPOSITORY / "catalog"
PROVIDERS = {
    "stripe": {"stripe_customer_id": "cus_1", "stripe_collection_method": "charge_automatically"},
    "netsuite": {"netsuite_customer_id": "1"},
}
# What a package says in another way than its contracts, or only one of the two says.
DIFFERENT = {
    "contract_name",
    "rate_card",
    "rate_card_alias",
    "usage_statement_schedule",
    "multiplier_override_prioritization",
}

GRANTING = {"grants", "grants-invoice"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("provisioned") / "catalog"
    shutil.copytree(CATALOG, folder, ignore=shutil.ignore_patterns("state", ".pkgplan"))
    assert run("-C", folder, "apply", "--yes", *SEPTEMBER).code == 0
    return folder


@pytest.fixture(scope="module")
def engine(whole: Path) -> Iterator[Engine]:
    with engine_of(whole) as opened:
        yield opened


def a_customer_with_providers(folder: Path, engine: Engine) -> str:
    customer = a_customer(folder)
    configurations: list[Any] = [
        {
            "customer_id": customer,
            "billing_provider": provider,
            "delivery_method": "direct_to_billing_provider",
            "configuration": configuration,
        }
        for provider, configuration in PROVIDERS.items()
    ]
    engine.call("billing_configurations.set", {"data": configurations})
    return customer


def test_every_package_makes_the_contract_that_it_promises(whole: Path, engine: Engine) -> None:
    customer = a_customer_with_providers(whole, engine)
    packages, contracts = EmbeddedPackages(engine), EmbeddedContracts(engine)
    versions = fold(FileStateLog(whole / LOG).read()).versions.values()
    assert len(versions) == len([*(CATALOG / "packages").glob("*.yaml")])
    for version in versions:
        asked = Asked(customer, datetime(2026, 1, 31, 7, tzinfo=UTC))
        promised = promise(asked, version, packages.get(version.package_id))
        view = contract_view(contracts.get(customer, provision(promised, contracts)), versions)
        assert view.name == (promised.settings or {}).get("contract_name"), version.ref
        settings = {name: said for name, said in (promised.settings or {}).items() if name not in DIFFERENT}
        had = {name: said for name, said in view.settings.items() if name not in DIFFERENT}
        assert had == settings, version.ref
        # A promise has rows for grants, a contract for what grants them; amounts are compared in other tests.
        assert {
            (term.kind, term.role, *(() if term.role in GRANTING else (term.at, term.window)))
            for term in view.terms
        } == {
            (
                term.path.partition(".")[0],
                term.role,
                *(() if term.role in GRANTING else (term.at, term.window)),
            )
            for term in promised.terms or ()
        }, version.ref
