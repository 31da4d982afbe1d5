"""`pkgplan plan`: what an apply would do.

Comes in: the catalog and recorded state. Goes out: the plan on stdout, and in a file if asked.
Never here: calls to the environment; nothing but `--out` is written.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgplan.adapters.plan_file import save_plan
from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, notice, result
from pkgplan.cli.session import Session, open_catalog, refuse_catalog, tell_findings, tell_unfinished
from pkgplan.pipeline import make_plan, with_diagnostics
from pkgplan.report.text.palette import Palette
from pkgplan.report.text.plan import plan_text
from pkgplan.report.views import FindingView

if TYPE_CHECKING:
    from pkgplan.cli.options import Options
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State

CHANGES_PENDING = 10


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
@click.option("--out", metavar="FILE", help="Save the plan, for `pkgplan apply FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 10 if there is something to do.")
@click.pass_context
def plan(ctx: click.Context, *, out: str | None, detailed_exitcode: bool) -> int:
    """Compare the catalog with recorded state and show what an apply would do.

    Nothing is sent and nothing is created. The same catalog, state and --as-of give the same plan, byte for
    byte.
    """
    options = options_of(ctx)
    session = open_catalog(options)
    state = session.deployment.state()
    made = planned(session, state, options)
    if out is not None:
        save_plan(made, Path(out))
    tell_unfinished(state)
    show_plan(made, options)
    if out is not None:
        notice(f"Saved the plan to {out}; apply it with `pkgplan apply {out}`.")
    return CHANGES_PENDING if detailed_exitcode and made.actions else 0


def planned(session: Session, state: State, options: Options, *, json_on_stdout: bool = True) -> Plan:
    """Make the plan, telling warnings and notes on stderr; ends the command if it is refused."""
    deployment, checked = session.deployment, session.checked
    made = make_plan(checked, deployment.target(checked.catalog), state, deployment.clock.now())
    if made.plan is None:
        refuse_catalog(made.diagnostics, checked.sources, options, json_on_stdout=json_on_stdout)
    views = [FindingView.of(diagnostic) for diagnostic in made.diagnostics]
    if not (options.json and json_on_stdout):
        tell_findings(views, checked.sources, options)
    return with_diagnostics(made.plan, [view.to_json() for view in views])


def show_plan(made: Plan, options: Options) -> None:
    """The plan as the result."""
    if options.json:
        json_result(made.to_json())
    else:
        result(
            plan_text(
                made,
                catalog=options.catalog,
                verbose=options.verbosity > 0,
                palette=Palette(options.has_colour(sys.stdout)),
            )
        )
