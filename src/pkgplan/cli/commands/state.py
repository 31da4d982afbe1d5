"""`pkgplan state`: look after the state log.

Comes in: the log; for a rebuild also the catalog and the environment. Goes out: a verdict, or a new log.
Never here: repairing a log line by line.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgplan import apply as runs
from pkgplan.cli.consent import Consent
from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, notice, result
from pkgplan.cli.root import LazyGroup
from pkgplan.cli.session import open_catalog, open_records
from pkgplan.model.record import fold
from pkgplan.report.text.words import counted, visible
from pkgplan.stages.compile import compile_packages
from pkgplan.wiring import packages_to_read, world

if TYPE_CHECKING:
    from pkgplan.apply import Step

state = LazyGroup(
    name="state",
    help="Verify the state log, or rebuild a lost one.",
    table={
        "verify": (f"{__name__}:verify", "Check the chain of the state log."),
        "rebuild": (f"{__name__}:rebuild", "Write a lost log again from the environment."),
    },
    examples=("pkgplan state verify", "pkgplan state rebuild --yes"),
)


@click.command(
    cls=CatalogCommand,
    examples=("pkgplan state verify", "pkgplan state verify --env production --format json"),
    exit_codes=(0, 1, 2, 4),
)
@click.pass_context
def verify(ctx: click.Context) -> int:
    """Check that no entry of the state log was edited, removed, added or swapped.

    A log that cannot be trusted ends with exit code 4 and the line at fault.
    """
    options = options_of(ctx)
    deployment = open_records(options)
    entries = deployment.entries()
    folded = fold(entries)
    path = str(Path(deployment.log.path))
    if options.json:
        json_result(
            {
                "environment": deployment.name,
                "path": path,
                "entries": len(entries),
                "head": folded.head.digest,
                "lineage": folded.lineage,
                "unfinished": folded.unfinished is not None,
            }
        )
    elif not entries:
        result(f"{visible(path)}: no entries yet\n")
    else:
        result(
            f"{visible(path)}: {counted(len(entries), 'entry', 'entries')}, chain intact\n"
            f"head {folded.head.digest}\n"
        )
    return 0


@click.command(
    cls=CatalogCommand,
    examples=("pkgplan state rebuild", "pkgplan state rebuild --env local --yes"),
    exit_codes=(0, 1, 2, 4, 5, 130),
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def rebuild(ctx: click.Context, *, yes: bool) -> int:
    """Write a lost state log again from the packages of the environment.

    Refused while there is a log. What was sent cannot be read back, so versions that differ from the catalog
    are recorded without their terms.
    """
    options = options_of(ctx)
    session = open_catalog(options, json_on_stdout=False)
    deployment, catalog = session.deployment, session.checked.catalog
    compiled = compile_packages(catalog, deployment.ids(catalog))
    with packages_to_read(deployment) as api:
        consent = Consent(yes)
        consent.refuse_unaskable("rebuild the log")
        if not consent.ask(f'Rebuild the state log of "{deployment.name}" from its packages?'):
            notice("Nothing was recorded.")
            return 130
        recorded = runs.rebuild(
            compiled,
            world(deployment, api, _silent),
            namespace=deployment.namespace,
            environment=deployment.name,
        )
    if options.json:
        json_result({"environment": deployment.name, "recorded": [str(ref) for ref in recorded]})
    else:
        names = ", ".join(str(ref) for ref in recorded)
        result(f"Recorded {counted(len(recorded), 'package version')}: {names}\n")
    return 0


def _silent(_: Step) -> None:
    pass
