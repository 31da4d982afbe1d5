"""`pkgplan fmt`: catalog files in canonical order and spelling.

Comes in: the catalog folder, and files or folders of it. Goes out: rewritten files, and their names on stdout.
Never here: how a file should look. Nothing is written before every file has been looked at.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgplan.adapters.catalog_files import rewrite
from pkgplan.cli.options import FILE, CatalogCommand, options_of
from pkgplan.cli.output import json_result, notice, result
from pkgplan.cli.session import CATALOG_HAS_ERRORS, tell_findings
from pkgplan.cli.suggestions import completed_findings
from pkgplan.errors import UsageFault
from pkgplan.model.system_text import as_path, as_text
from pkgplan.pipeline import format_catalog
from pkgplan.report import json as report_json
from pkgplan.report.text import formatting
from pkgplan.report.text.palette import Palette
from pkgplan.report.views import FindingView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.cli.options import Options
    from pkgplan.pipeline import FormattedCatalog


@click.command(
    cls=CatalogCommand,
    examples=(
        "pkgplan fmt",
        "pkgplan fmt --check",
        "pkgplan fmt --diff catalog/packages/starter.yaml",
        "pkgplan fmt catalog/packages",
    ),
    exit_codes=(0, 1, 2, 3, 4),
)
@click.argument("paths", nargs=-1, type=FILE, metavar="[PATHS]...")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file is not canonical.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.pass_context
def fmt(ctx: click.Context, *, paths: tuple[str, ...], check: bool, diff: bool) -> int:
    """Write catalog files in canonical order and spelling, keeping comments.

    PATHS are files or folders of the catalog; without any, the whole catalog is formatted. No package changes by
    it, and no plan. A file with faults is left alone, and reported with exit code 1.
    """
    options = options_of(ctx)
    root = Path(options.catalog)
    wanted = [_within(root, path) for path in paths]
    made = format_catalog(root, lambda path: not wanted or any(_covers(each, path) for each in wanted))
    _refuse_unknown(paths, wanted, made)
    views = completed_findings(FindingView.of(fault) for fault in made.faults)
    if not options.json:
        tell_findings(views, made.sources, options)
        for file in made.files:
            if file.refusal:
                notice(formatting.left_alone(file, catalog=options.catalog))
    changed = [file for file in made.files if file.after != file.before]
    if not (check or diff):
        for file in changed:
            rewrite(root / as_path(file.path), file.before, file.after)
    _print(made, views, options, written=not (check or diff), diff=diff)
    return CATALOG_HAS_ERRORS if views or (check and changed) else 0


def _print(
    made: FormattedCatalog, views: Sequence[FindingView], options: Options, *, written: bool, diff: bool
) -> None:
    if options.json:
        json_result(report_json.formatted(made.files, views, written=written))
    elif diff:
        palette = Palette(options.has_colour(sys.stdout))
        result(formatting.differences(made.files, catalog=options.catalog, palette=palette))
    else:
        result(formatting.summary(made, catalog=options.catalog, written=written))


def _within(root: Path, path: str) -> str:
    """A path of the command line as the catalog names it; raises UsageFault."""
    # Links below the catalog stay what they are; only the way to its folder is followed.
    given = Path(path)
    try:
        top, place = os.path.realpath(root), Path(os.path.realpath(given.parent)) / given.name
        if given.name in {"", ".."}:
            place = Path(os.path.realpath(given))
        if not os.path.lexists(place):
            raise UsageFault(f'"{path}" does not exist', hint="name files or folders of the catalog")
        return "" if str(place) == top else as_text(place.relative_to(top).as_posix())
    except ValueError:  # elsewhere, or with a NUL in it
        raise UsageFault(
            f'"{path}" is not in the catalog "{root}"', hint="name another catalog with --catalog"
        ) from None


def _covers(wanted: str, path: str) -> bool:
    return wanted in {"", path} or path.startswith(f"{wanted}/")


def _refuse_unknown(paths: Sequence[str], wanted: Sequence[str], made: FormattedCatalog) -> None:
    known = [source.path for source in made.sources] + [fault.at.path for fault in made.faults]
    for path, within in zip(paths, wanted, strict=True):
        if not any(_covers(within, each) for each in known):
            raise UsageFault(f'"{path}" is no catalog file', hint="catalog files end in .yaml or .yml")
