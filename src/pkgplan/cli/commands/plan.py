"""`pkgplan plan`: what an apply would do.

Comes in: the catalog, recorded state, and the environment where it can be looked at. Goes out: the plan on stdout, and
in a file if asked. Never here: calls that change anything; nothing but `--out` is written.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgplan.adapters.plan_file import save_plan
from pkgplan.cli.basis import look
from pkgplan.cli.options import FILE, CatalogCommand, options_of
from pkgplan.cli.output import json_result, notice, result, tell
from pkgplan.cli.session import (
    open_catalog,
    refuse_catalog,
    refuse_new_beginning,
    tell_findings,
    tell_unfinished,
)
from pkgplan.cli.suggestions import completed
from pkgplan.pipeline import make_plan, with_diagnostics
from pkgplan.report.text.drift import drift_text
from pkgplan.report.text.palette import Palette
from pkgplan.report.text.plan import plan_text
from pkgplan.report.text.words import shell_word
from pkgplan.report.views import FindingView

if TYPE_CHECKING:
    from pkgplan.cli.basis import Look
    from pkgplan.cli.options import Options
    from pkgplan.model.plan import Plan
    from pkgplan.pipeline import Planned, Target

CHANGES_PENDING = 10

take_foreign_option = click.option(
    "--take-foreign",
    is_flag=True,
    help="Let packages that pkgplan did not make be pushed off an alias; see `takes_over` of the Project.",
)


@click.command(
    cls=CatalogCommand,
    examples=(
        "pkgplan plan",
        "pkgplan plan --env production --out plan.json",
        "pkgplan plan --as-of 2026-01-15 --format json",
        "pkgplan plan --detailed-exitcode",
    ),
    exit_codes=(0, 1, 2, 4, 10),
)
@click.option("--out", type=FILE, metavar="FILE", help="Save the plan, for `pkgplan apply FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 10 if there is something to do.")
@click.option(
    "--refresh/--no-refresh",
    default=None,
    help="Compare with the environment, too, or with the record alone.  [default: an embedded one is looked at]",
)
@take_foreign_option
@click.pass_context
def plan(
    ctx: click.Context, *, out: str | None, detailed_exitcode: bool, refresh: bool | None, take_foreign: bool
) -> int:
    """Compare the catalog with recorded state and the environment, and show what an apply would do.

    Nothing is sent and nothing is created. The same catalog, state, environment and --as-of give the same plan, byte
    for byte. What differs between record and environment is shown first; the plan is made as if it were recorded.
    """
    options = options_of(ctx)
    session = open_catalog(options)
    refuse_new_beginning(session, options)
    looked = look(session, refresh=refresh)
    made = planned(looked, options, take_foreign=take_foreign)
    if out is not None:
        save_plan(made, Path(out))
    tell_unfinished(looked.state)
    show_plan(made, options)
    if out is not None:
        notice(f"Saved the plan to {out}; apply it with `pkgplan apply {shell_word(out)}`.")
        notice(f"Its effect, for an approval: {made.effect_digest}")
    return CHANGES_PENDING if detailed_exitcode and has_changes(made) else 0


def has_changes(made: Plan) -> bool:
    """Whether an apply would do something, be it to record what differs."""
    return bool(made.actions) or bool(made.outlook and made.outlook.drift)


def planned(looked: Look, options: Options, *, take_foreign: bool, json_on_stdout: bool = True) -> Plan:
    """Make the plan, telling warnings and notes on stderr; ends the command if it is refused."""
    session = looked.session
    deployment, checked = session.deployment, session.checked
    target = replace(deployment.target(checked.catalog), takes_foreign=take_foreign)
    made = _made(looked, target)
    if made.plan is None:
        if not (options.json and json_on_stdout):
            tell(drift_of(looked))
        refuse_catalog(made.diagnostics, checked.sources, options, json_on_stdout=json_on_stdout)
    views = [FindingView.of(diagnostic) for diagnostic in made.diagnostics]
    if not (options.json and json_on_stdout):
        tell_findings(views, checked.sources, options)
    return with_diagnostics(made.plan, [view.to_json() for view in views])


def _made(looked: Look, target: Target) -> Planned:
    """The plan on the record, if it explains all that differs: then nothing needs to be recorded first."""
    checked, now = looked.session.checked, looked.session.deployment.clock.now()
    if looked.refreshed is not None:
        as_recorded = make_plan(checked, target, looked.recorded, now)
        if as_recorded.plan is not None and looked.explains(as_recorded.plan):
            return as_recorded
    return make_plan(checked, target, looked.basis, now)


def drift_of(looked: Look) -> str:
    """What differs, in words; empty if nothing does."""
    return drift_text(
        looked.drift.differences,
        environment=looked.session.deployment.name,
        serial=looked.state.head.serial,
    )


def show_plan(made: Plan, options: Options) -> None:
    """The plan as the result."""
    if options.json:
        json_result(made.to_json())
    else:
        result(
            plan_text(
                made,
                catalog=options.catalog,
                complete=completed,
                verbose=options.verbosity > 0,
                palette=Palette(options.has_colour(sys.stdout)),
            )
        )
