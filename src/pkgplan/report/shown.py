"""One package, or one recorded version of it, as `pkgplan show` tells it.

Comes in: a checked catalog and a key; or a recorded version with its readable terms. Goes out: a view, and JSON.
Never here: text; `text/package.py` has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.model.canonical import as_object
from pkgplan.model.catalog.package import PackageSpec
from pkgplan.model.plan import FORMAT_VERSION
from pkgplan.model.units import format_instant
from pkgplan.pipeline import where
from pkgplan.report.text.package import leaves
from pkgplan.report.views import in_time_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.diagnostics import Location, Route
    from pkgplan.model.record import RecordedVersion
    from pkgplan.pipeline import CheckedCatalog
    from pkgplan.stages.diff.lists import Readable

_SPEC = ("spec",)


@dataclass(frozen=True, slots=True)
class PackageShown:
    """A package of the catalog with `from` written out."""

    key: str
    path: str
    spec: JsonObject
    said: Mapping[Route, str]
    """`fragments/team.yaml:12` by the route below `spec` of each value that another file says."""
    origins: Mapping[Route, Location]
    """The place of each part that another file says: the topmost routes below `spec`."""

    def to_json(self) -> JsonObject:
        """`{format_version, key, path, spec, origins: [{route, path, line}]}`."""
        return {
            "format_version": FORMAT_VERSION,
            "key": self.key,
            "path": self.path,
            "spec": self.spec,
            "origins": [
                {"route": ".".join(map(str, route)), "path": at.path, "line": _line(at)}
                for route, at in self.origins.items()
            ],
        }


def package(checked: CheckedCatalog, key: str) -> PackageShown:
    """What the catalog resolves a package to; raises KeyError if there is no such package."""
    source = checked.package_source(key)
    if source is None:
        raise KeyError(key)
    said_in_all = as_object(as_object(source.data)["spec"])
    spec = {field: said_in_all[field] for field in PackageSpec.model_fields if field in said_in_all}
    values = _elsewhere(checked, key, source.path, leaves(spec)) if source.origins else {}
    said = {route: f"{at.path}:{_line(at)}" for route, at in values.items()}
    topmost = [route[len(_SPEC) :] for route in source.origins]
    return PackageShown(key, source.path, spec, said, _elsewhere(checked, key, "", topmost))


def _elsewhere(
    checked: CheckedCatalog, key: str, path: str, routes: Iterable[Route]
) -> dict[Route, Location]:
    """The places of what other files than that of `path` say."""
    places = where([(*_SPEC, *route) for route in routes], key, checked)
    return {route[len(_SPEC) :]: at for route, at in places.items() if at.path != path}


def _line(at: Location) -> int | None:
    return None if at.text_range is None else at.text_range.line


def version_json(version: RecordedVersion, terms: Readable | None) -> JsonObject:
    """`{format_version, ref, package_id, digest, windows, created_at, archived_at, terms}`."""
    return {
        "format_version": FORMAT_VERSION,
        "ref": str(version.ref),
        "package_id": version.package_id,
        "digest": version.digest,
        "windows": [window.to_json() for window in in_time_order(version.windows)],
        "created_at": format_instant(version.created_at),
        "archived_at": None if version.archived_at is None else format_instant(version.archived_at),
        "terms": None if terms is None else _json(terms),
    }


def _json(terms: Readable) -> JsonObject:
    return {name: _json(value) if isinstance(value, dict) else value for name, value in terms.items()}
