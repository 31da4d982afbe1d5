"""`pkgplan custom-fields`: values of one thing, and the keys that there may be.

Comes in: an entity, an id, keys with values. Goes out: what was set; registered keys. Never here: registering keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, result
from pkgplan.cli.refusals import refused_input
from pkgplan.cli.root import LazyGroup
from pkgplan.cli.session import open_records
from pkgplan.errors import UsageFault
from pkgplan.model.catalog.references import CustomFieldEntity
from pkgplan.model.names import did_you_mean
from pkgplan.report import contracts as contract_report
from pkgplan.report.text import contracts as contract_text
from pkgplan.wiring import remote

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENTITIES = get_args(CustomFieldEntity)

custom_fields = LazyGroup(
    name="custom-fields",
    help="Set custom fields, and see which there may be.",
    table={
        "set": (f"{__name__}:set_", "Set custom fields of one thing."),
        "list": (f"{__name__}:list_", "List the registered keys."),
    },
    examples=(
        "pkgplan custom-fields set contract ID segment=smb",
        "pkgplan custom-fields list --entity contract",
    ),
)


@click.command(
    "set",
    cls=CatalogCommand,
    examples=(
        "pkgplan custom-fields set contract ID segment=smb",
        'pkgplan custom-fields set subscription ID erp_item=F-100 "note=first year"',
    ),
    exit_codes=(0, 1, 2, 4),
)
@click.argument("entity", metavar="ENTITY")
@click.argument("entity_id", metavar="ENTITY_ID")
@click.argument("values", metavar="KEY=VALUE...", nargs=-1, required=True)
@click.pass_context
def set_(ctx: click.Context, *, entity: str, entity_id: str, values: tuple[str, ...]) -> int:
    """Set custom fields of a contract, of a term of one, or of anything else; values that are not named stay.

    Keys must be registered for the ENTITY. What a package gave its contracts' terms can be changed on each contract;
    the package's own values cannot be.
    """
    options = options_of(ctx)
    _refuse_unknown(entity)
    fields = _fields(values)
    deployment = open_records(options)
    hint = (
        f"see `pkgplan custom-fields list --entity {entity}` for keys, "
        "and `pkgplan contracts show CONTRACT --customer ID` for ids"
    )
    with remote(deployment) as environment, refused_input(deployment.name, hint):
        environment.custom_fields.set_values(entity, entity_id, fields)
    if options.json:
        json_result(contract_report.fields_set(entity, entity_id, fields, deployment.name))
    else:
        result(contract_text.fields_text(entity, entity_id, fields))
    return 0


@click.command(
    "list",
    cls=CatalogCommand,
    examples=("pkgplan custom-fields list", "pkgplan custom-fields list --entity contract --format json"),
    exit_codes=(0, 1, 2, 4),
)
@click.option("--entity", metavar="ENTITY", help="Only the keys of one entity.")
@click.pass_context
def list_(ctx: click.Context, *, entity: str | None) -> int:
    """List the custom field keys that are registered in the environment."""
    options = options_of(ctx)
    if entity is not None:
        _refuse_unknown(entity)
    deployment = open_records(options)
    with remote(deployment) as environment:
        keys = sorted(
            environment.custom_fields.keys(() if entity is None else (entity,)),
            key=lambda each: (each.entity, each.key),
        )
    if options.json:
        json_result(contract_report.field_keys(keys, deployment.name))
    else:
        result(contract_text.keys_text(keys))
    return 0


def _refuse_unknown(entity: str) -> None:
    if entity not in _ENTITIES:
        known = f"known: {', '.join(sorted(_ENTITIES))}"
        raise UsageFault(
            f'there is no entity "{entity}" that has custom fields',
            hint=did_you_mean(entity, _ENTITIES) or known,
        )


def _fields(values: Iterable[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for text in values:
        key, mark, value = text.partition("=")
        if not key or not mark:
            raise UsageFault(f'"{text}" is not KEY=VALUE', hint='write such as "segment=smb"')
        if key in fields:
            raise UsageFault(f'"{key}" is given twice', hint="give each key one value")
        fields[key] = value
    return fields
