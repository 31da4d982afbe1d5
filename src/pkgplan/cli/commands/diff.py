"""`pkgplan diff`: two packages, term by term.

Comes in: two of `key` (what the catalog declares now) and `key@N` (what was recorded). Goes out: what differs.
Never here: calls to the environment; state is read only if a side is recorded, the whole catalog only if one is not.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from pkgplan.cli.options import FORMATS, CatalogCommand, options_of
from pkgplan.cli.output import json_result, result
from pkgplan.cli.recorded import package_named, version_named
from pkgplan.cli.session import open_catalog, open_records
from pkgplan.errors import UsageFault
from pkgplan.model.names import PackageRef, did_you_mean
from pkgplan.pipeline import compare, declared_side, recorded_side
from pkgplan.report.comparison import to_json
from pkgplan.report.markdown.comparison import comparison_markdown
from pkgplan.report.text.comparison import comparison_text
from pkgplan.report.text.palette import Palette

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkgplan.cli.options import Options
    from pkgplan.cli.session import Session
    from pkgplan.model.comparison import Comparison, Side
    from pkgplan.model.record import State
    from pkgplan.wiring import Deployment

DIFFERENT = 10
MARKDOWN = "markdown"
_COLUMNS = 80


@click.command(
    cls=CatalogCommand,
    examples=(
        "pkgplan diff starter@1 starter@2",
        "pkgplan diff starter pro --all",
        "pkgplan diff starter@1 starter --detailed-exitcode",
        "pkgplan diff starter@1 starter --format markdown --env production",
    ),
    exit_codes=(0, 1, 2, 4, 10),
    formats=(*FORMATS, MARKDOWN),
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--all", "equal", is_flag=True, help="Show what is the same on both sides, too.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 10 if the terms differ.")
@click.pass_context
def diff(ctx: click.Context, *, before: str, after: str, equal: bool, detailed_exitcode: bool) -> int:
    """Compare two packages, or two versions of one, term by term.

    A and B are each KEY, the package as the catalog declares it now, or KEY@N, a version that was recorded in the
    environment. Aliases are shown with their windows, as declared or as recorded, and are no part of the terms.
    """
    options = options_of(ctx)
    compared = _compared((package_named(before), package_named(after)), options)
    _show(compared, options, equal=equal)
    return DIFFERENT if detailed_exitcode and not compared.is_same else 0


def _compared(names: Sequence[PackageRef | str], options: Options) -> Comparison:
    """Both packages of the environment; a catalog with errors ends the command only if it is needed."""
    refs = [name for name in names if isinstance(name, PackageRef)]
    if len(refs) == len(names):
        deployment = open_records(options)
        recorded = _recorded(refs, deployment)
        before, after = (recorded[ref] for ref in refs)
    else:
        session = open_catalog(options)
        deployment = session.deployment
        recorded = _recorded(refs, deployment)
        known = {name: id_ for side in recorded.values() for name, id_ in side.sent.references.items()}
        before, after = (
            recorded[name] if isinstance(name, PackageRef) else _declared(name, session, known)
            for name in names
        )
    return compare(before, after, deployment.name)


def _declared(key: str, session: Session, known: Mapping[str, str]) -> Side:
    catalog = session.checked.catalog
    if key not in catalog.packages:
        raise UsageFault(
            f'there is no package "{key}" in the catalog',
            hint=did_you_mean(key, catalog.packages)
            or f'write a version such as "{key}@1" for what was recorded; see `pkgplan packages list`',
        )
    return declared_side(session.checked, key, session.deployment.target(catalog), known)


def _recorded(refs: Sequence[PackageRef], deployment: Deployment) -> dict[PackageRef, Side]:
    if not refs:
        return {}
    state = deployment.state()
    return {ref: _version(ref, state, deployment.name) for ref in refs}


def _version(ref: PackageRef, state: State, environment: str) -> Side:
    version = version_named(ref, state, environment)
    sent = version.as_sent
    if sent is None:
        raise UsageFault(
            f'what was sent for "{ref}" is not recorded in environment "{environment}"',
            hint="the log was rebuilt from the environment, where it cannot be read back; choose another version",
        )
    return recorded_side(version, sent)


def _show(compared: Comparison, options: Options, *, equal: bool) -> None:
    catalog, verbose = options.catalog, options.verbosity > 0
    if options.json:
        json_result(to_json(compared, equal=equal))
    elif options.format == MARKDOWN:
        result(comparison_markdown(compared, catalog=catalog, equal=equal, verbose=verbose))
    else:
        result(
            comparison_text(
                compared,
                catalog=catalog,
                columns=_columns(),
                equal=equal,
                verbose=verbose,
                palette=Palette(options.has_colour(sys.stdout)),
            )
        )


def _columns() -> int:
    """How wide the terminal is; what is not one has the usual width, so that files and CI logs look alike."""
    return shutil.get_terminal_size((_COLUMNS, 0)).columns if sys.stdout.isatty() else _COLUMNS
