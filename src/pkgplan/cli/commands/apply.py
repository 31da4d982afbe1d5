"""`pkgplan apply`: do what a plan says, after showing it and asking.

Comes in: a saved plan, or the catalog, recorded state and the environment. Goes out: the outcome on stdout, progress on
stderr. Never here: the calls themselves; `pkgplan.apply` makes them.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgplan import apply as runs
from pkgplan.adapters.plan_file import read_plan
from pkgplan.cli.basis import look
from pkgplan.cli.commands.plan import drift_of, has_changes, planned, take_foreign_option
from pkgplan.cli.consent import Consent
from pkgplan.cli.options import FILE, CatalogCommand, options_of
from pkgplan.cli.output import json_result, notice, result, tell
from pkgplan.cli.saved import refuse_altered, refuse_other_catalog, refuse_other_outcome
from pkgplan.cli.session import Session, open_catalog, refuse_new_beginning
from pkgplan.cli.suggestions import completed
from pkgplan.errors import StateMoved, UsageFault
from pkgplan.model.source import catalog_digest
from pkgplan.model.units import format_instant
from pkgplan.report.text import lists
from pkgplan.report.text.palette import Palette
from pkgplan.report.text.plan import plan_text
from pkgplan.wiring import Deployment, packages_to_read, packages_to_write, refuse_unreachable, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.apply import ApplyOutcome, Step
    from pkgplan.cli.basis import Look
    from pkgplan.cli.options import Options
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import UnfinishedRun

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says besides the shared options."""

    consent: Consent
    accepted: runs.Accepted
    take_over: bool
    take_foreign: bool


@click.command(
    cls=CatalogCommand,
    examples=("pkgplan apply", "pkgplan apply plan.json", "pkgplan apply --yes --format json"),
    exit_codes=(0, 1, 2, 4, 5, 6, 130),
)
@click.argument("planfile", required=False, type=FILE, metavar="[PLANFILE]")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--take-over", is_flag=True, help="Put an end to a run that did not finish, then plan anew and apply."
)
@click.option(
    "--accept-drift", is_flag=True, help="Record what differs between record and environment, and go on."
)
@take_foreign_option
@click.option(
    "--trust-clock", is_flag=True, help="Go on although the newest entry of the state log is in the future."
)
@click.pass_context
def apply(
    ctx: click.Context,
    *,
    planfile: str | None,
    yes: bool,
    take_over: bool,
    accept_drift: bool,
    take_foreign: bool,
    trust_clock: bool,
) -> int:
    """Show a plan, ask, and do what it says.

    With PLANFILE, exactly the saved plan is applied, or refused: if it was altered, if anything has changed since, or
    if planning again gives another outcome. A run that was interrupted is resumed. Exit code 130 also stands for "no"
    as the answer.
    """
    options = options_of(ctx)
    asked = _Asked(
        Consent(yes), runs.Accepted(drift=accept_drift, clock=trust_clock), take_over, take_foreign
    )
    if planfile is not None and take_over:
        raise UsageFault(
            "--take-over makes a new plan and takes no plan file",
            hint="leave the plan file or --take-over out",
        )
    saved = None if planfile is None else _read(planfile, options)
    session = open_catalog(
        options if saved is None else replace(options, environment=saved.environment), json_on_stdout=False
    )
    deployment = session.deployment
    refuse_new_beginning(session, options, json_on_stdout=False)
    _refuse_pretended_now(deployment, options)
    refuse_unreachable(deployment)
    with _telling_how_to_go_on():
        looked = look(session, refresh=None)
        runs.check_clock(looked.last, deployment.clock.now(), trusted=trust_clock)
        made = (
            _without_saved(looked, options, asked)
            if saved is None
            else _with_saved(saved, looked, options, asked)
        )
        if not has_changes(made):
            return _finish(_nothing(made, session, asked), deployment, options)
    _show(made, options)
    asked.consent.refuse_unaskable("apply")
    if not asked.consent.ask("Apply?"):
        notice("Nothing was applied.")
        return INTERRUPTED
    with _telling_how_to_go_on():
        return _finish(_execute(made, session, asked), deployment, options)


@contextmanager
def _telling_how_to_go_on() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        notice("What was done is recorded; run `pkgplan apply` again to go on.")
        raise


def _read(planfile: str, options: Options) -> Plan:
    saved = read_plan(Path(planfile))
    if options.environment is not None and options.environment != saved.environment:
        raise UsageFault(
            f'the plan is for environment "{saved.environment}", not for "{options.environment}"',
            hint="leave --env out, or make a plan for that environment",
        )
    return saved


def _refuse_pretended_now(deployment: Deployment, options: Options) -> None:
    if options.as_of is not None and not deployment.is_embedded:
        raise UsageFault(
            f'--as-of cannot change what time it is for environment "{deployment.name}", which is the real API',
            hint="leave --as-of out",
        )


def _with_saved(saved: Plan, looked: Look, options: Options, asked: _Asked) -> Plan:
    """The saved plan, after everything was asked that could make it another one than was reviewed."""
    session = looked.session
    deployment = session.deployment
    runs.check_time(saved, deployment.clock.now())
    if looked.state.unfinished is None:
        refuse_altered(saved, deployment, session.checked.catalog)
    refuse_other_catalog(saved, catalog_digest(session.checked.sources), options)
    runs.check_fits(saved, looked.state)
    runs.check_pins(saved, deployment.ids(session.checked.catalog))
    if looked.state.unfinished is None:
        refuse_other_outcome(saved, looked, take_foreign=asked.take_foreign)
    _refuse_unaccepted(saved, session, asked)
    return saved


def _without_saved(looked: Look, options: Options, asked: _Asked) -> Plan:
    session = looked.session
    unfinished = looked.state.unfinished
    if unfinished is not None and asked.take_over:
        asked.consent.refuse_unaskable("apply")
        _take_over(unfinished, session, asked)
        looked = look(session, refresh=None)
    elif unfinished is not None:
        return _resumed(unfinished, looked)
    made = planned(looked, options, take_foreign=asked.take_foreign, json_on_stdout=False)
    if made.outlook is not None and made.outlook.drift and not asked.accepted.drift:
        tell(drift_of(looked))
    _refuse_unaccepted(made, session, asked)
    return made


def _refuse_unaccepted(made: Plan, session: Session, asked: _Asked) -> None:
    """Raise Drifted before anybody is asked, if something differs and nobody has said that it is to be recorded."""
    if made.outlook is not None and made.outlook.drift and not asked.accepted.drift:
        raise runs.drifted(made.outlook.drift, session.deployment.ours(session.checked.catalog))


def _resumed(unfinished: UnfinishedRun, looked: Look) -> Plan:
    session = looked.session
    stored = runs.stored_plan(looked.state)
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


def _take_over(unfinished: UnfinishedRun, session: Session, asked: _Asked) -> None:
    notice(f"Taking over from {unfinished.actor}, whose run began {format_instant(unfinished.started_at)}.")
    catalog = session.checked.catalog
    with packages_to_write(session.deployment, catalog) as api:
        unsettled = runs.abandon(world(session.deployment, catalog, api, _tell), asked.accepted)
    if unsettled:
        named = ", ".join(str(ref) for ref in sorted(unsettled))
        notice(
            f"note: a call of that run may still be on its way that archives {named}, and cannot be made harmless; "
            "whenever pkgplan looks at the environment, it looks whether that has happened"
        )


def _show(made: Plan, options: Options) -> None:
    stream = sys.stderr if options.json else sys.stdout
    text = plan_text(
        made,
        catalog=options.catalog,
        complete=completed,
        verbose=options.verbosity > 0,
        palette=Palette(options.has_colour(stream)),
    )
    (tell if options.json else result)(text)


def _execute(made: Plan, session: Session, asked: _Asked) -> ApplyOutcome:
    catalog = session.checked.catalog
    with packages_to_write(session.deployment, catalog) as api:
        return runs.apply(made, world(session.deployment, catalog, api, _tell), asked.accepted)


def _nothing(made: Plan, session: Session, asked: _Asked) -> ApplyOutcome:
    """Nothing to call; but what is said about the environment is first compared with it."""
    catalog = session.checked.catalog
    with packages_to_read(session.deployment) as api:
        return runs.apply(made, world(session.deployment, catalog, api, _tell), asked.accepted)


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
