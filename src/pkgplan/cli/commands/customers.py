"""`pkgplan customers`: customers of an embedded environment, to have somebody to provision contracts for.

Comes in: a name, ingest aliases. Goes out: ids. Never here: customers of the real API, which are not pkgplan's.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, result
from pkgplan.cli.refusals import refused_input
from pkgplan.cli.root import LazyGroup
from pkgplan.cli.session import open_records
from pkgplan.errors import UsageFault
from pkgplan.report import contracts as contract_report
from pkgplan.report.text import contracts as contract_text
from pkgplan.report.text.words import visible
from pkgplan.wiring import remote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.ports import CustomerApi
    from pkgplan.wiring import Deployment

customers = LazyGroup(
    name="customers",
    help="Make and see customers of an embedded environment.",
    table={
        "create": (f"{__name__}:create", "Make a customer."),
        "list": (f"{__name__}:list_", "List the customers."),
    },
    examples=('pkgplan customers create --name "Gnome GmbH"', "pkgplan customers list"),
)


@click.command(
    cls=CatalogCommand,
    examples=(
        'pkgplan customers create --name "Gnome GmbH"',
        'pkgplan customers create --name "Gnome GmbH" --ingest-alias team@gnome.example',
    ),
    exit_codes=(0, 1, 2, 4),
)
@click.option("--name", required=True, metavar="NAME", help="The name of the customer.")
@click.option("--ingest-alias", multiple=True, metavar="ALIAS", help="What usage events may call it.")
@click.pass_context
def create(ctx: click.Context, *, name: str, ingest_alias: tuple[str, ...]) -> int:
    """Make a customer and print its id. The environment must be an embedded one."""
    options = options_of(ctx)
    if not name.strip():
        raise UsageFault("--name is empty", hint="give the customer a name")
    deployment = open_records(options)
    with _customers(deployment, begin=True) as api, refused_input(deployment.name):
        made = api.create(name, ingest_alias)
    if options.json:
        json_result(contract_report.customer(made, deployment.name))
    else:
        result(f"{visible(made.customer_id)}\n")
    return 0


@click.command(
    "list",
    cls=CatalogCommand,
    examples=("pkgplan customers list", "pkgplan customers list --format json"),
    exit_codes=(0, 1, 2, 4),
)
@click.pass_context
def list_(ctx: click.Context) -> int:
    """List the customers that are not archived. The environment must be an embedded one."""
    options = options_of(ctx)
    deployment = open_records(options)
    with _customers(deployment) as api:
        listed = list(api.list())
    if options.json:
        json_result(contract_report.customers(listed, deployment.name))
    else:
        result(contract_text.customers_text(listed))
    return 0


@contextmanager
def _customers(deployment: Deployment, *, begin: bool = False) -> Iterator[CustomerApi]:
    refusal = UsageFault(
        f'customers of environment "{deployment.name}" are not made by pkgplan, because it is not embedded',
        hint="choose an environment with `engine: embedded`, or make them where your product does",
    )
    if not deployment.is_embedded:
        raise refusal
    with remote(deployment, begin=begin) as environment:
        if environment.customers is None:
            raise refusal
        yield environment.customers
