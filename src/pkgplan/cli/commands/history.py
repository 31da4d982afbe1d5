"""`pkgplan history`: what was recorded. Comes in: the state log. Goes out: its entries. Never here: changing it."""

from __future__ import annotations

import click

from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, result
from pkgplan.cli.session import open_records
from pkgplan.report import json as report_json
from pkgplan.report.text import lists


@click.command(
    cls=CatalogCommand,
    examples=("pkgplan history", "pkgplan history --limit 5", "pkgplan history --format json -v"),
    exit_codes=(0, 1, 2, 4),
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the last N entries.")
@click.pass_context
def history(ctx: click.Context, *, limit: int | None) -> int:
    """List the entries of the state log, oldest first.

    With -v, plans and payloads are shown as well.
    """
    options = options_of(ctx)
    entries = open_records(options).entries()[-limit if limit is not None else None :]
    whole = options.verbosity > 0
    if options.json:
        json_result(report_json.history(entries, whole=whole))
    else:
        result(lists.history(entries, whole=whole))
    return 0
