"""The packages of an environment as they are, to be overridden where a test wants a call to go otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject
    from pkgplan.ports import PackageApi, RemotePackage


@dataclass
class Through:
    """Packages as they are; a subclass changes what one call does."""

    api: PackageApi

    def create(self, payload: JsonObject) -> str:
        return self.api.create(payload)

    def get(self, package_id: str) -> RemotePackage:
        return self.api.get(package_id)

    def list(self) -> Iterator[RemotePackage]:
        return self.api.list()

    def archive(self, package_id: str) -> None:
        self.api.archive(package_id)
