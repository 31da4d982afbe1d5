"""`pkgplan provision`: a contract for a customer, from a package or from whoever is behind an alias.

Comes in: a customer, a package or an alias, a start. Goes out: what the contract will be, and its id.
Never here: the call and the comparison with what was promised; `apply/provisioning.py` has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgplan.apply import live_version
from pkgplan.apply import provision as provision_contract
from pkgplan.cli.consent import Consent
from pkgplan.cli.options import CatalogCommand, options_of, parsed_instant
from pkgplan.cli.output import json_result, notice, result, tell
from pkgplan.cli.recorded import package_named, version_behind, version_to_provision
from pkgplan.cli.refusals import refused_input
from pkgplan.cli.session import open_records, tell_unfinished
from pkgplan.errors import UsageFault
from pkgplan.model.units import format_instant, next_full_hour, on_the_hour
from pkgplan.pipeline.promising import Asked, promise
from pkgplan.report import contracts as contract_report
from pkgplan.report.text import contracts as contract_text
from pkgplan.report.text.words import visible
from pkgplan.wiring import remote

if TYPE_CHECKING:
    from pkgplan.model.record import RecordedVersion, State
    from pkgplan.model.units import Instant

INTERRUPTED = 130


@click.command(
    cls=CatalogCommand,
    examples=(
        'pkgplan provision --customer ID --alias "Starter Plan" --starting-at 2026-02-01 --dry-run',
        "pkgplan provision --customer ID --package starter@1 --starting-at 2026-02-01T09:00:00Z --yes",
        "pkgplan provision --customer ID --package starter --starting-at 2026-02-01 --uniqueness-key order-17",
    ),
    exit_codes=(0, 1, 2, 4, 130),
)
@click.option("--customer", required=True, metavar="ID", help="The id of the customer.")
@click.option("--alias", metavar="NAME", help="The alias; the contract gets who is behind it at its start.")
@click.option("--package", metavar="KEY[@N]", help="The package; without @N its newest version.")
@click.option(
    "--starting-at", required=True, metavar="INSTANT", help="The start of the contract, a full hour."
)
@click.option("--uniqueness-key", metavar="KEY", help="Make it at most once, however often this is run.")
@click.option("--dry-run", is_flag=True, help="Only show what the contract would be.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def provision(
    ctx: click.Context,
    *,
    customer: str,
    alias: str | None,
    package: str | None,
    starting_at: str,
    uniqueness_key: str | None,
    dry_run: bool,
    yes: bool,
) -> int:
    """Show the contract that a customer will get, ask, and make it.

    Which version an alias stands for at the start is looked up in recorded state and compared with the environment.
    The contract is made from that very version, read back, and compared with what was shown; its id is printed. Exit
    code 130 also stands for "no" as the answer.
    """
    options = options_of(ctx)
    consent = Consent(yes)
    start = _start(starting_at)
    for option, value in (("--customer", customer), ("--uniqueness-key", uniqueness_key)):
        if value is not None and not value.strip():
            raise UsageFault(f"{option} is empty", hint=f"give {option} a value")
    deployment = open_records(options)
    state = deployment.state()
    version = _version(alias, package, start, state, deployment.name)
    tell_unfinished(state)
    with remote(deployment) as environment:
        live = live_version(version, environment.packages, alias=alias, at=start)
        asked = Asked(customer, start, alias, uniqueness_key)
        try:
            promised = promise(asked, version, live)
        except OverflowError as error:
            raise UsageFault(f"the contract would reach beyond the calendar: {error}") from None
        show = tell if options.json or not dry_run else result
        if not (options.json and dry_run):
            show(contract_text.promise_text(promised))
        if dry_run:
            contract_id = None
        else:
            consent.refuse_unaskable("make the contract")
            if not consent.ask("Make this contract?"):
                notice("No contract was made.")
                return INTERRUPTED
            with refused_input(deployment.name, "nothing was done"):
                contract_id = provision_contract(promised, environment.contracts)
    if options.json:
        json_result(contract_report.promised(promised, deployment.name, contract_id))
    elif contract_id is not None:
        result(f"{visible(contract_id)}\n")
    return 0


def _start(text: str) -> Instant:
    start = parsed_instant(text, "--starting-at")
    if not on_the_hour(start):
        raise UsageFault(
            f'--starting-at: "{text}" is not a full hour, and contracts start on one',
            hint=f"the next one is {format_instant(next_full_hour(start))}",
        )
    return start


def _version(
    alias: str | None, package: str | None, start: Instant, state: State, environment: str
) -> RecordedVersion:
    if (alias is None) == (package is None):
        raise UsageFault("give either --alias or --package", hint="see `pkgplan provision --help`")
    if alias is not None:
        return version_behind(alias, start, state)
    return version_to_provision(package_named(package or ""), state, environment)
