"""`pkgplan show`: a saved plan, printed again, also when it is stale.

Comes in: a plan file. Goes out: the plan on stdout; on stderr whether it can still be applied.
Never here: refusing a plan because of what has happened since.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgplan.adapters.plan_file import read_plan
from pkgplan.apply import check_fits, check_pins
from pkgplan.cli.commands.plan import show_plan
from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import notice
from pkgplan.cli.session import tell_findings
from pkgplan.errors import PkgplanError, StalePlan
from pkgplan.model.source import catalog_digest
from pkgplan.pipeline import check_catalog
from pkgplan.report.views import FindingView
from pkgplan.wiring import open_deployment

if TYPE_CHECKING:
    from pkgplan.cli.options import Options
    from pkgplan.model.plan import Plan


@click.command(
    cls=CatalogCommand,
    examples=("pkgplan show plan.json", "pkgplan show plan.json --format json"),
    exit_codes=(0, 2, 4, 5),
)
@click.argument("file", metavar="FILE")
@click.pass_context
def show(ctx: click.Context, *, file: str) -> int:
    """Print a plan that `pkgplan plan --out` saved.

    A plan that has gone stale is printed as well; whether it can still be applied is said on stderr if the
    catalog is there.
    """
    options = options_of(ctx)
    saved = read_plan(Path(file))
    views = [FindingView.from_json(value) for value in saved.diagnostics]
    if not options.json:
        tell_findings(views, (), options)
    show_plan(saved, options)
    if Path(options.catalog).is_dir():
        notice(_standing(saved, options))
    return 0


def _standing(saved: Plan, options: Options) -> str:
    try:
        _refuse_stale(saved, options)
    except PkgplanError as fault:
        return f"note: the plan cannot be applied any more: {fault.message}"
    return "note: the plan can still be applied"


def _refuse_stale(saved: Plan, options: Options) -> None:
    root = Path(options.catalog)
    checked = check_catalog(root)
    project = checked.catalog.project
    if project is None:
        raise StalePlan("the catalog has no Project")
    deployment = open_deployment(root, project.document.spec, environment=saved.environment, as_of=None)
    check_fits(saved, deployment.state())
    refuse_other_catalog(saved, catalog_digest(checked.sources), options)
    check_pins(saved, deployment.ids(checked.catalog))


def refuse_other_catalog(saved: Plan, digest: str, options: Options) -> None:
    """Raise StalePlan unless a plan was made from the catalog as it is now."""
    if saved.catalog_digest != digest:
        raise StalePlan(
            f'the catalog "{options.catalog}" has changed since the plan was made', hint="make the plan again"
        )
