"""`pkgplan packages`: recorded versions. Comes in: recorded state. Goes out: a list. Never here: changes."""

from __future__ import annotations

import click

from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, result
from pkgplan.cli.root import LazyGroup
from pkgplan.cli.session import open_records
from pkgplan.report import json as report_json
from pkgplan.report.text import lists
from pkgplan.report.views import packages_recorded

packages = LazyGroup(
    name="packages",
    help="See the recorded package versions.",
    table={"list": (f"{__name__}:list_", "List every recorded version.")},
    examples=("pkgplan packages list",),
)


@click.command(
    "list",
    cls=CatalogCommand,
    examples=("pkgplan packages list", "pkgplan packages list --format json"),
    exit_codes=(0, 1, 2, 4),
)
@click.pass_context
def list_(ctx: click.Context) -> int:
    """List every recorded package version with its windows."""
    options = options_of(ctx)
    views = packages_recorded(open_records(options).state())
    if options.json:
        json_result(report_json.packages(views))
    else:
        result(lists.packages(views))
    return 0
