"""`pkgplan validate`: every finding of the catalog.

Comes in: the catalog folder. Goes out: findings on stdout, exit code 1 if there are errors.
Never here: environments or what is recorded of them; nothing is created.
"""

from __future__ import annotations

from pathlib import Path

import click

from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.session import CATALOG_HAS_ERRORS, print_findings
from pkgplan.cli.suggestions import completed_findings
from pkgplan.model.diagnostics import Severity
from pkgplan.pipeline import check_catalog
from pkgplan.report.views import FindingView
from pkgplan.wiring import with_surroundings


@click.command(
    cls=CatalogCommand,
    examples=("pkgplan validate", "pkgplan validate -C pricing --strict", "pkgplan validate --format json"),
    exit_codes=(0, 1, 2),
)
@click.option("--strict", is_flag=True, help="Warnings fail as well.")
@click.pass_context
def validate(ctx: click.Context, *, strict: bool) -> int:
    """Check the catalog and the lock files of its environments, and show everything that is wrong with them.

    Needs no environment and no network.
    """
    options = options_of(ctx)
    root = Path(options.catalog)
    checked = with_surroundings(root, check_catalog(root))
    views = completed_findings(FindingView.of(diagnostic) for diagnostic in checked.diagnostics)
    print_findings(views, checked, options)
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return CATALOG_HAS_ERRORS if any(view.severity in failing for view in views) else 0
