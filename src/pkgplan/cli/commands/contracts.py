"""`pkgplan contracts`: who has which version of a package, and a contract as it stands.

Comes in: a package, an alias, or the ids of a contract. Goes out: cohorts, or one contract. Never here: changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgplan.apply import held
from pkgplan.cli.options import CatalogCommand, options_of, parsed_instant
from pkgplan.cli.output import json_result, result
from pkgplan.cli.recorded import package_named, versions_behind, versions_named
from pkgplan.cli.refusals import refused_input
from pkgplan.cli.root import LazyGroup
from pkgplan.cli.session import open_records
from pkgplan.errors import UsageFault
from pkgplan.report import contracts as contract_report
from pkgplan.report.contract_view import contract_view
from pkgplan.report.contracts import Cohort
from pkgplan.report.text import contracts as contract_text
from pkgplan.wiring import remote

if TYPE_CHECKING:
    from pkgplan.model.record import RecordedVersion
    from pkgplan.model.units import Instant
    from pkgplan.ports import ContractApi

contracts = LazyGroup(
    name="contracts",
    help="See which contracts a package has, and what is in one.",
    table={
        "list": (f"{__name__}:list_", "List contracts by the version that they were made from."),
        "show": (f"{__name__}:show", "Show a contract as it stands."),
    },
    examples=(
        'pkgplan contracts list --alias "Starter Plan"',
        "pkgplan contracts show CONTRACT --customer ID",
    ),
)


@click.command(
    "list",
    cls=CatalogCommand,
    examples=(
        "pkgplan contracts list --package starter",
        "pkgplan contracts list --package starter@1 --all --format json",
        'pkgplan contracts list --alias "Starter Plan" --covering 2026-03-01',
    ),
    exit_codes=(0, 1, 2, 4),
)
@click.option("--package", metavar="KEY[@N]", help="All versions of a package, or one.")
@click.option("--alias", metavar="NAME", help="All versions that were ever behind an alias.")
@click.option("--covering", metavar="INSTANT", help="Only contracts that run at an instant.")
@click.option("--all", "every", is_flag=True, help="Archived contracts, too.")
@click.pass_context
def list_(
    ctx: click.Context, *, package: str | None, alias: str | None, covering: str | None, every: bool
) -> int:
    """List the contracts of a package, or of an alias, by the version that they were made from.

    Versions are those of recorded state; contracts are those of the environment.
    """
    options = options_of(ctx)
    at = None if covering is None else parsed_instant(covering, "--covering")
    if (alias is None) == (package is None):
        raise UsageFault("give either --package or --alias", hint="see `pkgplan contracts list --help`")
    deployment = open_records(options)
    state = deployment.state()
    versions = (
        versions_named(package_named(package), state, deployment.name)
        if package is not None
        else versions_behind(alias or "", state)
    )
    with remote(deployment) as environment:
        views = [_cohort(version, environment.contracts, at, every=every) for version in versions]
    if options.json:
        json_result(contract_report.cohorts(views, deployment.name, at))
    else:
        result(contract_text.cohorts_text(views))
    return 0


@click.command(
    cls=CatalogCommand,
    examples=(
        "pkgplan contracts show CONTRACT --customer ID",
        "pkgplan contracts show CONTRACT --customer ID --format json",
    ),
    exit_codes=(0, 1, 2, 4),
)
@click.argument("contract", metavar="CONTRACT")
@click.option("--customer", required=True, metavar="ID", help="The id of the customer.")
@click.pass_context
def show(ctx: click.Context, *, contract: str, customer: str) -> int:
    """Show a contract as it stands: its window, its package, its terms with their dates, its custom fields."""
    options = options_of(ctx)
    deployment = open_records(options)
    state = deployment.state()
    hint = "see `pkgplan contracts list --help` for how to find a contract"
    with remote(deployment) as environment, refused_input(deployment.name, hint):
        body = environment.contracts.get(customer, contract)
    view = contract_view(body, state.versions.values())
    if options.json:
        json_result(contract_report.contract(view, deployment.name))
    else:
        result(contract_text.contract_text(view))
    return 0


def _cohort(version: RecordedVersion, contracts: ContractApi, at: Instant | None, *, every: bool) -> Cohort:
    with held(version):
        made = contracts.of_package(version.package_id, covering=at, include_archived=every)
        return Cohort(version.ref, version.package_id, tuple(made))
