"""The three things that pkgplan needs from the world: packages, a log, and the time.

Comes in and goes out: values of the model. Never here: an implementation; those are in adapters/.
Each port has two real implementations or is a clock; files, YAML and the terminal have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.log import LogEntry
    from pkgplan.model.timeline import AliasWindow
    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class RemotePackage:
    """A package as the environment shows it.

    Reading is lossy: no temporary ids, no rate card alias, defaults filled in, the uniqueness key with
    `package:` in front. `body` is the whole answer.
    Source: POST /v1/packages/get, SDK type `PackageRetrieveResponse`.
    """

    package_id: str
    name: str | None
    uniqueness_key: str | None
    windows: tuple[AliasWindow, ...]
    created_at: Instant
    archived_at: Instant | None
    body: JsonObject


class PackageApi(Protocol):
    """The package calls of Metronome. Every method raises ApiError's children and nothing else.

    Source: SDK `client.v1.packages`: create, retrieve, list, archive. There is no update.
    """

    def create(self, payload: JsonObject) -> str:
        """Create a package; gives its id.

        Raises: ApiConflict if the uniqueness key was used before, ApiRejected if nothing was done,
        ApiUnavailable if it may or may not have been done.
        """

    def get(self, package_id: str) -> RemotePackage:
        """Read one package, archived or not; ApiRejected (404) if there is none."""

    def list(self) -> Iterator[RemotePackage]:
        """Every package, archived ones too, all pages."""

    def archive(self, package_id: str) -> None:
        """Archive a package for good; ApiRejected with status 422 if it already is."""


class StateLog(Protocol):
    """An append-only log with one storage operation: append at a serial if nobody has."""

    def read(self) -> tuple[LogEntry, ...]:
        """Every entry, the chain verified; empty if there is no log yet. Raises StateCorrupt."""

    def append(self, entry: LogEntry) -> None:
        """Make an entry durable if its predecessor is still the head; raises StateMoved if it is not."""


class Clock(Protocol):
    """The present instant, in UTC."""

    def now(self) -> Instant:
        """Now."""
