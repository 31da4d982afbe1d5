"""`pkgplan show`: a package as the catalog resolves it, its prices, a recorded version, or a saved plan.

Comes in: the key of a package, `key@N`, or a plan file. Goes out: what it says on stdout; beside a plan, on stderr,
whether it can still be applied. Never here: refusing a plan because of what has happened since.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgplan.adapters.clocks import SystemClock
from pkgplan.adapters.disk import is_file
from pkgplan.adapters.plan_file import read_plan
from pkgplan.apply import check_fits, check_pins, check_time
from pkgplan.cli.commands.plan import show_plan
from pkgplan.cli.options import FILE, CatalogCommand, options_of
from pkgplan.cli.output import json_result, notice, result
from pkgplan.cli.saved import refuse_altered, refuse_other_catalog
from pkgplan.cli.session import open_records, refuse_catalog, tell_findings
from pkgplan.errors import PkgplanError, StalePlan, UsageFault
from pkgplan.model.catalog.fragment import FRAGMENT
from pkgplan.model.diagnostics import has_errors
from pkgplan.model.names import PackageRef, did_you_mean
from pkgplan.model.rules import FLOATING_PRICE
from pkgplan.model.source import catalog_digest
from pkgplan.pipeline import check_catalog
from pkgplan.rating.tables import price_tables
from pkgplan.report import prices as price_report
from pkgplan.report import shown
from pkgplan.report.text import package as package_text
from pkgplan.report.text import prices as price_text
from pkgplan.report.text.words import visible
from pkgplan.report.views import FindingView
from pkgplan.stages.diff.readable import readable
from pkgplan.wiring import open_deployment

if TYPE_CHECKING:
    from pkgplan.cli.options import Options
    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.plan import Plan
    from pkgplan.pipeline import CheckedCatalog


@click.command(
    cls=CatalogCommand,
    examples=(
        "pkgplan show starter",
        "pkgplan show starter --prices --as-of 2026-02-01",
        "pkgplan show starter@1",
        "pkgplan show plan.json --format json",
    ),
    exit_codes=(0, 1, 2, 4, 5),
)
@click.argument("what", type=FILE, metavar="FILE|KEY|KEY@N")
@click.option("--prices", is_flag=True, help="For a KEY: what each product costs, and whether that is fixed.")
@click.pass_context
def show(ctx: click.Context, *, what: str, prices: bool) -> int:
    """Print a package of the catalog, a recorded version of one, or a saved plan.

    A package is shown with what it takes over from other files written out, and where each such value is. With
    --prices, each price is "pinned" (the package fixes it), "scaled" (an override multiplies the list price) or
    "floating" (it follows the rate card). A plan that has gone stale is printed as well; whether it can still be
    applied is said on stderr if the catalog is there.
    """
    options = options_of(ctx)
    ref = _ref(what)
    is_key = ref is None and not _is_path(what)
    if prices and not is_key:
        raise UsageFault(
            f'--prices needs the key of a package, not "{what}"', hint="see `pkgplan show --help`"
        )
    if is_key:
        _show_package(what, options, prices=prices)
    elif ref is not None and not is_file(what):
        _show_version(ref, options)
    else:
        _show_saved(Path(what), options)
    return 0


def _is_path(what: str) -> bool:
    """Whether a file is meant. What could be either, such as a key in capitals, is one only if it is there."""
    return any(mark in what for mark in "./\\") or is_file(what)


def _ref(what: str) -> PackageRef | None:
    try:
        return PackageRef.parse(what)
    except ValueError:
        return None


def _show_package(key: str, options: Options, *, prices: bool) -> None:
    checked = check_catalog(Path(options.catalog))
    package = checked.catalog.packages.get(key)
    # The finding about a floating price sends people here.
    others = [finding for finding in checked.diagnostics if finding.rule is not FLOATING_PRICE]
    if package is None or (prices and has_errors(others)):
        if not checked.is_sound:
            refuse_catalog(checked.diagnostics, checked.sources, options)
        raise _no_package(key, checked)
    if prices:
        _show_prices(checked, package, options)
        return
    view = shown.package(checked, key)
    if options.json:
        json_result(view.to_json())
    else:
        result(f"# {key}: {package.path}\n" + package_text.spec_text(view.spec, view.said))
    if not checked.is_sound:
        notice("note: the catalog has errors; see `pkgplan validate`")


def _no_package(key: str, checked: CheckedCatalog) -> UsageFault:
    if any(source.kind == FRAGMENT and source.key == key for source in checked.sources):
        return UsageFault(
            f'"{key}" is a {FRAGMENT}, not a package', hint="name a package that starts from it"
        )
    hint = did_you_mean(key, checked.catalog.packages) or "see `pkgplan show --help`"
    return UsageFault(f'there is no package "{key}" in the catalog, and no file of this name', hint=hint)


def _show_prices(checked: CheckedCatalog, package: Declared[PackageDocument], options: Options) -> None:
    as_of = options.as_of or SystemClock().now()
    tables = price_tables(checked.catalog, package, as_of)
    if options.json:
        json_result(price_report.to_json(package.key, as_of, tables))
    else:
        whole = options.verbosity > 0
        result(price_text.price_tables(package.key, tables, whole=whole))


def _show_version(ref: PackageRef, options: Options) -> None:
    versions = open_records(options).state().versions
    version = versions.get(ref)
    if version is None:
        hint = did_you_mean(str(ref), (str(known) for known in versions)) or "see `pkgplan packages list`"
        raise UsageFault(f'package version "{ref}" is not recorded', hint=hint)
    sent = version.as_sent
    terms = None if sent is None else readable(sent.payload, sent.references, sent.terms)
    if options.json:
        json_result(shown.version_json(version, terms))
    else:
        said = "" if terms is None else package_text.terms_text(terms)
        result(f"# {ref}: {visible(version.package_id)}\n" + (said or "# what was sent is not recorded\n"))


def _show_saved(file: Path, options: Options) -> None:
    saved = read_plan(file)
    standing = _standing(saved, options) if Path(options.catalog).is_dir() else ""
    views = [FindingView.from_json(value) for value in saved.diagnostics]
    if not options.json:
        tell_findings(views, (), options)
    show_plan(saved, options)
    notice(f"Its effect, for an approval: {saved.effect_digest}")
    if standing:
        notice(standing)


def _standing(saved: Plan, options: Options) -> str:
    """Whether the plan can be applied still, as far as files tell; raises StalePlan for one that was altered."""
    root = Path(options.catalog)
    try:
        checked = check_catalog(root)
        project = checked.catalog.project
        if project is None:
            raise StalePlan("the catalog has no Project")
        deployment = open_deployment(
            root, project.document.spec, environment=saved.environment, as_of=options.as_of
        )
    except PkgplanError as fault:
        return f"note: the plan cannot be applied: {fault.message}"
    try:
        refuse_altered(saved, deployment, checked.catalog)
    except StalePlan:
        raise
    except PkgplanError as fault:
        return f"note: the plan cannot be applied: {fault.message}"
    try:
        check_time(saved, deployment.clock.now())
    except PkgplanError as fault:
        return f"note: the plan cannot be applied yet: {fault.message}"
    try:
        check_fits(saved, deployment.state())
        refuse_other_catalog(saved, catalog_digest(checked.sources), options)
        check_pins(saved, deployment.ids(checked.catalog))
    except PkgplanError as fault:
        return f"note: the plan cannot be applied any more: {fault.message}"
    return "note: catalog and record are still those of the plan; whether the environment is, apply looks"
