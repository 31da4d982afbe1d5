"""`pkgplan apply`: do what a plan says, after showing it and asking.

Comes in: a saved plan, or the catalog and recorded state. Goes out: the outcome on stdout, progress on stderr.
Never here: the calls themselves; `pkgplan.apply` makes them.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgplan import apply as runs
from pkgplan.adapters.plan_file import read_plan
from pkgplan.cli.commands.plan import planned
from pkgplan.cli.commands.show import refuse_other_catalog
from pkgplan.cli.consent import Consent
from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, notice, result
from pkgplan.cli.session import Session, open_catalog
from pkgplan.errors import StateMoved, UsageFault
from pkgplan.model.source import catalog_digest
from pkgplan.model.units import format_instant
from pkgplan.report.text import lists
from pkgplan.report.text.palette import Palette
from pkgplan.report.text.plan import plan_text
from pkgplan.wiring import Deployment, packages_to_read, packages_to_write, refuse_unreachable, world

if TYPE_CHECKING:
    from pkgplan.apply import ApplyOutcome, Step
    from pkgplan.cli.options import Options
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import UnfinishedRun

INTERRUPTED = 130


@click.command(
    cls=CatalogCommand,
    examples=("pkgplan apply", "pkgplan apply plan.json", "pkgplan apply --yes --format json"),
    exit_codes=(0, 1, 2, 4, 5, 6, 130),
)
@click.argument("planfile", required=False, metavar="[PLANFILE]")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--take-over", is_flag=True, help="Put an end to a run that did not finish, then plan anew and apply."
)
@click.pass_context
def apply(ctx: click.Context, *, planfile: str | None, yes: bool, take_over: bool) -> int:
    """Show a plan, ask, and do what it says.

    With PLANFILE, exactly the saved plan is applied, or refused if anything has changed since. A run that was
    interrupted is resumed. Exit code 130 also stands for "no" as the answer.
    """
    options = options_of(ctx)
    consent = Consent(yes)
    if planfile is not None and take_over:
        raise UsageFault(
            "--take-over makes a new plan and takes no plan file",
            hint="leave the plan file or --take-over out",
        )
    saved = None if planfile is None else _read(planfile, options)
    session = open_catalog(options if saved is None else _for(saved, options), json_on_stdout=False)
    _refuse_pretended_now(session.deployment, options)
    refuse_unreachable(session.deployment)
    made = _with_saved(saved, session, options) if saved is not None else None
    if made is None:
        made = _without_saved(session, options, consent, take_over=take_over)
    if not made.actions:
        return _finish(_nothing(made, session), session.deployment, options)
    _show(made, options)
    consent.refuse_unaskable("apply")
    if not consent.ask("Apply?"):
        notice("Nothing was applied.")
        return INTERRUPTED
    return _finish(_execute(made, session), session.deployment, options)


def _read(planfile: str, options: Options) -> Plan:
    saved = read_plan(Path(planfile))
    if options.environment is not None and options.environment != saved.environment:
        raise UsageFault(
            f'the plan is for environment "{saved.environment}", not for "{options.environment}"',
            hint="leave --env out, or make a plan for that environment",
        )
    return saved


def _for(saved: Plan, options: Options) -> Options:

    return replace(options, environment=saved.environment)


def _refuse_pretended_now(deployment: Deployment, options: Options) -> None:
    if options.as_of is not None and not deployment.is_embedded:
        raise UsageFault(
            f'--as-of cannot change what time it is for environment "{deployment.name}", which is the real API',
            hint="leave --as-of out",
        )


def _with_saved(saved: Plan, session: Session, options: Options) -> Plan:
    refuse_other_catalog(saved, catalog_digest(session.checked.sources), options)
    runs.check_fits(saved, session.deployment.state())
    runs.check_pins(saved, session.deployment.ids(session.checked.catalog))
    return saved


def _without_saved(session: Session, options: Options, consent: Consent, *, take_over: bool) -> Plan:
    state = session.deployment.state()
    unfinished = state.unfinished
    if unfinished is not None and take_over:
        consent.refuse_unaskable("apply")
        _take_over(unfinished, session)
        state = session.deployment.state()
    elif unfinished is not None:
        return _resumed(unfinished, session)
    return planned(session, state, options, json_on_stdout=False)


def _resumed(unfinished: UnfinishedRun, session: Session) -> Plan:
    stored = runs.stored_plan(session.deployment.state())
    if stored is None or stored.catalog_digest != catalog_digest(session.checked.sources):
        raise StateMoved(
            f"a run of {unfinished.actor}, begun {format_instant(unfinished.started_at)}, has not finished, "
            "and the catalog has changed since",
            hint="go back to the catalog of that run and apply to resume it, or give `--take-over`",
        )
    runs.check_pins(stored, session.deployment.ids(session.checked.catalog))
    notice(
        f"Resuming the run of {unfinished.actor}, begun {format_instant(unfinished.started_at)}: "
        f"{len(unfinished.done)} of {len(stored.actions)} actions are done."
    )
    return stored


def _take_over(unfinished: UnfinishedRun, session: Session) -> None:
    notice(f"Taking over from {unfinished.actor}, whose run began {format_instant(unfinished.started_at)}.")
    with packages_to_write(session.deployment, session.checked.catalog) as api:
        runs.abandon(world(session.deployment, api, _tell))


def _show(made: Plan, options: Options) -> None:
    stream = sys.stderr if options.json else sys.stdout
    text = plan_text(
        made,
        catalog=options.catalog,
        verbose=options.verbosity > 0,
        palette=Palette(options.has_colour(stream)),
    )
    (notice if options.json else result)(text)


def _execute(made: Plan, session: Session) -> ApplyOutcome:
    with packages_to_write(session.deployment, session.checked.catalog) as api:
        try:
            return runs.apply(made, world(session.deployment, api, _tell))
        except KeyboardInterrupt:
            notice("What was done is recorded; run `pkgplan apply` again to go on.")
            raise


def _nothing(made: Plan, session: Session) -> ApplyOutcome:
    """Nothing to call; but what is said about the environment is first compared with it."""
    with packages_to_read(session.deployment) as api:
        return runs.apply(made, world(session.deployment, api, _tell))


def _finish(done: ApplyOutcome, deployment: Deployment, options: Options) -> int:
    if options.json:
        json_result(done.to_json())
    else:
        result(lists.outcome(done, environment=deployment.name))
    if done.fault is not None:
        raise done.fault
    return 0


def _tell(step: Step) -> None:
    notice(lists.progress(step))
