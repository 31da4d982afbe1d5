"""What most commands begin with: the catalog or its Project, the environment, and findings on the terminal.

Comes in: options. Goes out: a `Session`, or exit code 1 after the findings were shown.
Never here: what a single command does.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from pkgplan.cli.options import work_on
from pkgplan.cli.output import json_result, notice, result, tell
from pkgplan.cli.suggestions import completed_findings
from pkgplan.model.diagnostics import Severity, has_errors
from pkgplan.model.rules import ONE_PROJECT
from pkgplan.model.units import format_instant
from pkgplan.pipeline import CheckedCatalog, check_catalog
from pkgplan.report import json as report_json
from pkgplan.report.text import findings as findings_text
from pkgplan.report.text.palette import Palette
from pkgplan.report.views import FindingView, Tally
from pkgplan.stages.load import read_text
from pkgplan.wiring import Deployment, open_deployment, read_project, with_beginning, with_surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.cli.options import Options
    from pkgplan.model.catalog.project import ProjectSpec
    from pkgplan.model.diagnostics import Diagnostic
    from pkgplan.model.record import State
    from pkgplan.model.source import SourceFile

CATALOG_HAS_ERRORS = 1


@dataclass(frozen=True, slots=True)
class Session:
    """A sound catalog and one of its environments."""

    checked: CheckedCatalog
    deployment: Deployment


def open_catalog(options: Options, *, json_on_stdout: bool = True) -> Session:
    """Check the whole catalog and the environment's own files; ends the command if there are errors."""
    work_on(options)
    root = Path(options.catalog)
    checked = check_catalog(root)
    project = checked.catalog.project
    if not checked.is_sound or project is None:
        refuse_catalog(checked.diagnostics, checked.sources, options, json_on_stdout=json_on_stdout)
    deployment = _deployment(options, project.document.spec)
    checked = with_surroundings(root, checked, deployment.name)
    if not checked.is_sound:
        refuse_catalog(checked.diagnostics, checked.sources, options, json_on_stdout=json_on_stdout)
    return Session(checked, deployment)


def refuse_new_beginning(session: Session, options: Options, *, json_on_stdout: bool = True) -> None:
    """End the command if a plan would make a second time what was made under another name."""
    checked = with_beginning(Path(options.catalog), session.checked, session.deployment.name)
    if not checked.is_sound:
        refuse_catalog(checked.diagnostics, checked.sources, options, json_on_stdout=json_on_stdout)


def open_records(options: Options) -> Deployment:
    """Choose the environment by the Project alone, for commands that look at recorded state."""
    checked = read_project(Path(options.catalog))
    project = checked.catalog.project
    if project is None:
        if not has_errors(checked.diagnostics):
            notice("error: the catalog has no Project")
            notice(f"hint: {ONE_PROJECT.fix}")
            raise click.exceptions.Exit(CATALOG_HAS_ERRORS)
        refuse_catalog(checked.diagnostics, checked.sources, options, json_on_stdout=False)
    return _deployment(options, project.document.spec)


def refuse_catalog(
    diagnostics: Sequence[Diagnostic],
    sources: Iterable[SourceFile],
    options: Options,
    *,
    json_on_stdout: bool = True,
) -> NoReturn:
    """Show what is wrong and end the command with exit code 1."""
    views = completed_findings(FindingView.of(diagnostic) for diagnostic in diagnostics)
    if options.json and json_on_stdout:
        json_result(report_json.findings(views))
    else:
        tell_findings(views, sources, options)
    first = next((view.code for view in views if view.severity is Severity.ERROR), ONE_PROJECT.code)
    notice(f"error: the catalog has {findings_text.counts(Tally.of(views))}")
    notice(f"hint: see `pkgplan explain {first}` for the first of them")
    raise click.exceptions.Exit(CATALOG_HAS_ERRORS)


def tell_findings(views: Iterable[FindingView], sources: Iterable[SourceFile], options: Options) -> None:
    """Findings as text, on stderr."""
    text = findings_text.findings(
        completed_findings(views),
        catalog=options.catalog,
        line_of=lines_of(options.catalog, sources),
        palette=Palette(options.has_colour(sys.stderr)),
    )
    if text:
        tell(text)


def print_findings(views: Sequence[FindingView], checked: CheckedCatalog, options: Options) -> None:
    """Findings as the result, on stdout."""
    if options.json:
        json_result(report_json.findings(views))
        return
    text = findings_text.findings(
        views,
        catalog=options.catalog,
        line_of=lines_of(options.catalog, checked.sources),
        palette=Palette(options.has_colour(sys.stdout)),
    )
    # A file with an error may not have become a source; other findings may be about what is no part of the catalog.
    faulty = {view.place.path for view in views if view.severity is Severity.ERROR}
    files = {source.path for source in checked.sources} | faulty
    packages = len(checked.catalog.packages)
    result(text + findings_text.summary(views, files=len(files), packages=packages))


def lines_of(catalog: str, sources: Iterable[SourceFile]) -> findings_text.LineOf:
    """A way to get a line of a catalog file; a file that could not be loaded is read as far as it can be."""
    texts: dict[str, str | None] = {source.path: source.text for source in sources}
    split: dict[str, list[str]] = {}

    def line_of(path: str, line: int) -> str | None:
        if path not in split:
            text = texts[path] if path in texts else read_text(Path(catalog), path)
            split[path] = [] if text is None else text.splitlines()
        lines = split[path]
        return lines[line - 1] if 0 < line <= len(lines) else None

    return line_of


def tell_unfinished(state: State) -> None:
    """Say on stderr that a run is under way or was left half done."""
    if state.unfinished is not None:
        notice(
            f"note: a run of {state.unfinished.actor}, begun {format_instant(state.unfinished.started_at)}, "
            "has not finished; `pkgplan apply` resumes it"
        )
    if state.unsettled:
        named = ", ".join(str(ref) for ref in sorted(state.unsettled))
        notice(
            f"note: a call of a run that was taken over may still archive {named}; `pkgplan state refresh` looks "
            "whether it has, and records it"
        )


def _deployment(options: Options, project: ProjectSpec) -> Deployment:
    return open_deployment(
        Path(options.catalog), project, environment=options.environment, as_of=options.as_of
    )
