"""From lock files to the ids that names stand for.

Comes in: a catalog folder, an environment. Goes out: its pins, and every finding about lock files at its place.
Never here: the work of a stage, or an environment: a lock file is there so that planning needs none.

    load -> pins
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pkgplan.model.catalog.lock_file import SUFFIX, lock_path
from pkgplan.model.diagnostics import START_OF_FILE, Diagnostic, Location
from pkgplan.model.names import did_you_mean
from pkgplan.model.rules import LOCK_OF_NOTHING
from pkgplan.stages.compile import reference_names
from pkgplan.stages.load import load_lock, lock_files, place
from pkgplan.stages.pins import read_pins

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from pkgplan.pipeline.checking import CheckedCatalog


@dataclass(frozen=True, slots=True)
class Pinned:
    """The ids of one environment by name, sorted; none if its lock file has errors, or is not there."""

    ids: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()


def pinned(root: Path, environment: str, names: Collection[str] | None = None) -> Pinned:
    """What the lock file of an environment says.

    Args:
        root: the catalog folder.
        environment: one of the Project.
        names: what the catalog declares, so that other names are found; None if that is not known.
    """
    source, found = load_lock(root, lock_path(environment))
    if source is None:
        return Pinned({}, found)
    ids, faults = read_pins(source, environment, names)
    return Pinned(ids, place((*found, *faults), {source.path: source.text}))


def lock_findings(
    root: Path, checked: CheckedCatalog, environment: str | None = None
) -> tuple[Diagnostic, ...]:
    """What is wrong with the lock file of one environment, or with every lock file that there is."""
    project = checked.catalog.project
    environments = () if project is None else tuple(project.document.spec.environments)
    # Names that seem to be missing may be in a file that cannot be read.
    names = frozenset(reference_names(checked.catalog)) if checked.is_sound else None
    wanted = environments if environment is None else (environment,)
    found = [finding for each in wanted for finding in pinned(root, each, names).diagnostics]
    if environment is None and project is not None:
        found += _of_nothing(root, environments)
    return tuple(found)


def _of_nothing(root: Path, environments: Collection[str]) -> Iterator[Diagnostic]:
    for path in lock_files(root):
        name = PurePosixPath(path).name.removesuffix(SUFFIX)
        if name not in environments:
            message = f'the Project has no environment "{name}"'
            hint = did_you_mean(name, environments) or "name the file for an environment of the Project"
            yield Diagnostic(LOCK_OF_NOTHING, message, Location(path, text_range=START_OF_FILE), hint)
