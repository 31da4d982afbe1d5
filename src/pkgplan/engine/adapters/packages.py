"""`PackageApi` on an `Engine`. Comes in and goes out: values of the port. Never here: rules of packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.adapters.calls import (
    LARGEST_PAGE,
    call,
    data,
    optional_instant,
    optional_text,
    pages,
    text,
)
from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.model.timeline import AliasWindow, Window
from pkgplan.model.units import parse_instant
from pkgplan.ports import RemotePackage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.engine import Engine


class EmbeddedPackages:
    """`PackageApi` on an `Engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, payload: JsonObject) -> str:
        """Create a package; gives its id."""
        return text(data(call(self._engine, "packages.create", payload)), "id")

    def get(self, package_id: str) -> RemotePackage:
        """Read one package, archived or not."""
        return remote_package(data(call(self._engine, "packages.get", {"package_id": package_id})))

    def list(self) -> Iterator[RemotePackage]:
        """Every package in the order of creation, archived ones too."""
        every = pages(self._engine, "packages.list", {"archive_filter": "ALL"}, LARGEST_PAGE)
        return map(remote_package, every)

    def archive(self, package_id: str) -> None:
        """Archive a package for good."""
        call(self._engine, "packages.archive", {"package_id": package_id})


def remote_package(body: JsonObject) -> RemotePackage:
    """The API's `Package` object as a value of the port."""
    return RemotePackage(
        package_id=text(body, "id"),
        name=optional_text(body.get("name")),
        uniqueness_key=optional_text(body.get("uniqueness_key")),
        windows=tuple(_alias_window(as_object(alias)) for alias in as_list(body.get("aliases", []))),
        created_at=parse_instant(text(body, "created_at")),
        archived_at=optional_instant(body.get("archived_at")),
        body=body,
    )


def _alias_window(alias: JsonObject) -> AliasWindow:
    window = Window(optional_instant(alias.get("starting_at")), optional_instant(alias.get("ending_before")))
    return AliasWindow(text(alias, "name"), window)
