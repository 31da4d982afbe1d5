"""From files to a checked catalog.

Comes in: a catalog folder. Goes out: `CheckedCatalog`, with every finding of every file at its place.
Never here: the work of a stage, environments, state, or the clock.

    load -> inherit -> validate -> parse -> check -> policy
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.diagnostics import Diagnostic, Location, has_errors, in_order
from pkgplan.model.rules import FOUND_BY_PLANNER, RULES_BY_CODE
from pkgplan.stages.checks import Unsound, check
from pkgplan.stages.inherit import FAMILY, at_origins, inherit, said_at
from pkgplan.stages.load import load, locate, place, read_comments, read_text, unread_files, written_in
from pkgplan.stages.parse import parse
from pkgplan.stages.policy import Policy, mentions_ignore, policy_of
from pkgplan.stages.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.diagnostics import Route
    from pkgplan.model.source import SourceFile

# How a file says what it declares, for files that are not YAML enough to be read.
_KIND = re.compile(r"^kind:[ \t]*[\"']?([A-Za-z]+)", re.MULTILINE)
_KEY = re.compile(r"^[ \t]+key:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CheckedCatalog:
    """A catalog after every check that needs nothing but its files. Findings have their places.

    `sources` are the files as they are, `resolved` the same with each `from` written out.
    """

    sources: tuple[SourceFile, ...]
    catalog: Catalog
    diagnostics: tuple[Diagnostic, ...]
    resolved: tuple[SourceFile, ...] = ()
    policy: Policy = field(default_factory=Policy)

    @property
    def is_sound(self) -> bool:
        """Whether it may be planned."""
        return not has_errors(self.diagnostics)

    def package_source(self, key: str) -> SourceFile | None:
        """What the package of this key says with its `from` written out, and which file says which part."""
        package = self.catalog.packages.get(key)
        return next((each for each in self.resolved if package and each.path == package.path), None)


def check_catalog(root: Path) -> CheckedCatalog:
    """Read and check a catalog; every fault of every file is found in one go."""
    sources, found = load(root)
    unread = declared_in(root, (finding.at.path for finding in found))
    inherited = inherit(sources, missing_bases(unread))
    sound, faults = validate(inherited.sources, written_in({source.path: source.text for source in sources}))
    unsound = unread | _unsound(sources, sound)
    catalog, clashes = parse(sound, complete=not unsound)
    unused = () if unsound else inherited.unused
    findings = located(
        (
            *found,
            *unread_files(root),
            *inherited.diagnostics,
            *faults,
            *clashes,
            *unused,
            *check(catalog, unsound),
        ),
        inherited.sources,
    )
    policy = _policy(sources, catalog)
    # Checks keep silent about what depends on an error, so nobody knows then what a comment would silence.
    looked_for = None if has_errors(findings) else RULES_BY_CODE.keys() - FOUND_BY_PLANNER
    judged = in_order((*policy.faults, *policy.judge(findings, unused=looked_for)))
    return CheckedCatalog(sources, catalog, judged, inherited.sources, policy)


def located(diagnostics: Iterable[Diagnostic], sources: Iterable[SourceFile]) -> tuple[Diagnostic, ...]:
    """Findings in the files that say what they are about, with lines; only files that have any are read again.

    Args:
        diagnostics: findings in the documents that they were found in.
        sources: the documents, with `from` written out.
    """
    by_path = {source.path: source for source in sources}
    moved = at_origins(diagnostics, by_path.values())
    return place(moved, {path: source.text for path, source in by_path.items()})


def where(routes: Iterable[Route], key: str, checked: CheckedCatalog) -> dict[Route, Location]:
    """The file and lines that say each part of a package; a part that no file says is at its nearest parent."""
    package = checked.package_source(key)
    if package is None:
        return {}
    by_path = {source.path: source for source in checked.resolved}
    said = {route: said_at(package.location.child(*route), by_path) for route in routes}
    placed = locate(said.values(), {path: source.text for path, source in by_path.items()})
    return dict(zip(said, placed, strict=True))


def _policy(sources: Iterable[SourceFile], catalog: Catalog) -> Policy:
    """What comments and the Project say about severities; a file that says nothing costs nothing."""
    comments = {source.path: read_comments(source.text) for source in sources if mentions_ignore(source.text)}
    policy = policy_of(comments, catalog.project)
    return replace(policy, faults=located(policy.faults, sources))


def declared_in(root: Path, paths: Iterable[str]) -> set[Unsound]:
    """What files declare that could not be read, as far as that can be told without understanding them."""
    declared = set()
    for path in set(paths):
        kind, key = (re.search(pattern, read_text(root, path) or "") for pattern in (_KIND, _KEY))
        declared.add(Unsound(kind[1] if kind and kind[1] in KINDS else None, key and key[1]))
    return declared


def missing_bases(unread: Iterable[Unsound]) -> list[str | None]:
    """The keys, as far as they are known, of specs that others may start from and that cannot be read."""
    return [file.key for file in unread if file.kind in {None, *FAMILY}]


def _unsound(sources: Iterable[SourceFile], sound: Iterable[SourceFile]) -> set[Unsound]:
    """What the files with faults declare; a kind that there is not may be any kind, misspelt."""
    passed = {source.path for source in sound}
    return {
        Unsound(source.kind if source.kind in KINDS else None, source.key)
        for source in sources
        if source.path not in passed
    }
