"""`pkgplan alias`: who is behind an alias, and when.

Comes in: recorded state, or with `--live` the environment. Goes out: windows. Never here: changing them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgplan.cli.options import CatalogCommand, options_of, parsed_instant
from pkgplan.cli.output import json_result, notice, result
from pkgplan.cli.root import LazyGroup
from pkgplan.cli.session import open_records
from pkgplan.model.names import did_you_mean
from pkgplan.model.units import format_instant
from pkgplan.report import json as report_json
from pkgplan.report.text import lists
from pkgplan.report.text.words import visible
from pkgplan.report.views import AliasView, aliases_live, aliases_recorded
from pkgplan.wiring import packages_to_read

if TYPE_CHECKING:
    from pkgplan.wiring import Deployment

NOBODY = 1

alias = LazyGroup(
    name="alias",
    help="See who is behind an alias, and when.",
    table={
        "list": (f"{__name__}:list_", "List every alias with its windows."),
        "resolve": (f"{__name__}:resolve", "Say which package an alias stands for at an instant."),
    },
    examples=("pkgplan alias list", 'pkgplan alias resolve "Starter Plan" --at 2026-02-01'),
)
_live = click.option("--live", is_flag=True, help="Ask the environment instead of recorded state.")


@click.command(
    "list",
    cls=CatalogCommand,
    examples=("pkgplan alias list", "pkgplan alias list --format json"),
    exit_codes=(0, 1, 2, 4),
)
@_live
@click.pass_context
def list_(ctx: click.Context, *, live: bool) -> int:
    """List every alias with the packages behind it, in the order of time."""
    options = options_of(ctx)
    views = _views(open_records(options), live=live)
    if options.json:
        json_result(report_json.aliases(views))
    else:
        result(lists.aliases(views))
    return 0


@click.command(
    cls=CatalogCommand,
    examples=(
        'pkgplan alias resolve "Starter Plan"',
        'pkgplan alias resolve "Starter Plan" --at 2026-02-01T00:00:00Z --live',
    ),
    exit_codes=(0, 1, 2, 4),
)
@click.argument("name")
@click.option("--at", metavar="INSTANT", help="The start of the contract.  [default: now]")
@_live
@click.pass_context
def resolve(ctx: click.Context, *, name: str, at: str | None, live: bool) -> int:
    """Say which package a contract gets that starts at an instant and names the alias.

    If nobody is behind the alias then, the exit code is 1 in text, and 0 with `--format json`.
    """
    options = options_of(ctx)
    instant = None if at is None else parsed_instant(at, "--at")
    deployment = open_records(options)
    when = instant or deployment.clock.now()
    views = _views(deployment, live=live)
    holder = next((view.at(when) for view in views if view.alias == name), None)
    if options.json:
        json_result(report_json.resolution(name, when, holder))
        return 0
    if holder is None:
        notice(f'error: nobody is behind alias "{visible(name)}" at {format_instant(when)}')
        hint = (
            "" if any(view.alias == name for view in views) else did_you_mean(name, (v.alias for v in views))
        )
        if hint:
            notice(f"hint: {visible(hint)}")
        return NOBODY
    result(lists.resolution(holder))
    return 0


def _views(deployment: Deployment, *, live: bool) -> tuple[AliasView, ...]:
    if not live:
        return aliases_recorded(deployment.state())
    with packages_to_read(deployment) as api:
        return aliases_live(api.list(), namespace=deployment.namespace, environment=deployment.name)
