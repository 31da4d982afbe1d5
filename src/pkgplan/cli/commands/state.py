"""`pkgplan state`: look after the state log.

Comes in: the log; but for `verify` also the catalog and the environment. Goes out: a verdict, or entries of the log.
Never here: repairing a log line by line.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgplan import apply as runs
from pkgplan.cli.basis import look
from pkgplan.cli.commands.plan import drift_of
from pkgplan.cli.consent import Consent
from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, notice, result, tell
from pkgplan.cli.root import LazyGroup
from pkgplan.cli.session import open_catalog, open_records
from pkgplan.model.record import fold
from pkgplan.report.text.words import counted, visible
from pkgplan.wiring import packages_to_read, world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.drift import Difference

state = LazyGroup(
    name="state",
    help="Verify the state log, bring it up to the environment, or rebuild a lost one.",
    table={
        "verify": (f"{__name__}:verify", "Check the chain of the state log."),
        "refresh": (f"{__name__}:refresh", "Record what the environment says where it differs."),
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
    with packages_to_read(deployment) as api:
        consent = Consent(yes)
        consent.refuse_unaskable("rebuild the log")
        if not consent.ask(f'Rebuild the state log of "{deployment.name}" from its packages?'):
            notice("Nothing was recorded.")
            return 130
        recorded = runs.rebuild(world(deployment, catalog, api))
    if options.json:
        json_result({"environment": deployment.name, "recorded": [str(ref) for ref in recorded]})
    else:
        names = ", ".join(str(ref) for ref in recorded)
        result(f"Recorded {counted(len(recorded), 'package version')}: {names}\n")
    return 0


@click.command(
    cls=CatalogCommand,
    examples=("pkgplan state refresh", "pkgplan state refresh --env local --yes --format json"),
    exit_codes=(0, 1, 2, 4, 5, 130),
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def refresh(ctx: click.Context, *, yes: bool) -> int:
    """Compare the record with the environment, and record what the environment says where they differ.

    Nothing in the environment is changed. Packages that are there and not in the record are adopted; their terms are
    known only if the catalog or an older version has the same ones.
    """
    options = options_of(ctx)
    session = open_catalog(options, json_on_stdout=False)
    deployment, catalog = session.deployment, session.checked.catalog
    looked = look(session, refresh=True)
    differences = looked.drift.differences
    if not differences and not looked.state.unsettled:
        if options.json:
            json_result(_refreshed(differences, looked.state.head.serial))
        else:
            result(f'Nothing differs: the record is as environment "{deployment.name}" is.\n')
        return 0
    if differences:
        (tell if options.json else result)(drift_of(looked))
    consent = Consent(yes)
    consent.refuse_unaskable("record that")
    if not consent.ask("Record what the environment says?"):
        notice("Nothing was recorded.")
        return 130
    with packages_to_read(deployment) as api:
        drift = runs.refresh(world(deployment, catalog, api))
    serial = deployment.state().head.serial
    if options.json:
        json_result(_refreshed(drift.differences, serial))
    else:
        result(
            f"Recorded {counted(len(drift.differences), 'difference')}; the state log is at entry {serial}.\n"
        )
    return 0


def _refreshed(differences: Sequence[Difference], serial: int) -> JsonObject:
    return {"drift": [difference.to_json() for difference in differences], "serial": serial}
