"""What a package file becomes: the exact payload of a create call, and its identity.

Comes in: what `stages/compile` built from a checked spec. Goes out: to the planner.
Never here: alias windows inside the payload. Content and windows are kept apart, because the same content may
have to be created again only to get a window (a re-issue); the digest is that of the content alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.diagnostics import Location
    from pkgplan.model.timeline import AliasWindow
    from pkgplan.model.units import Instant


@dataclass(frozen=True, slots=True)
class Content:
    """What a version of a package is: its key and the digest of its payload without windows."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class DeclaredAlias:
    """One alias of a package as the catalog declares it, and where it does so."""

    window: AliasWindow
    at: Location


@dataclass(frozen=True, slots=True)
class CompiledPackage:
    """One package of the catalog, ready to be compared and sent.

    `payload` is the body of POST /v1/packages/create without `aliases` and `uniqueness_key`.
    `references` maps `product/input-tokens` to the id that stands for it in the environment.
    `metadata` is recorded but never sent: description, owner, labels.
    """

    key: str
    payload: JsonObject = field(repr=False)
    digest: str
    aliases: tuple[DeclaredAlias, ...]
    references: dict[str, str]
    metadata: JsonObject
    retire_at: Instant | None
    at: Location

    @property
    def content(self) -> Content:
        """The identity of what is declared now."""
        return Content(self.key, self.digest)


def content_of(payload: JsonObject) -> JsonObject:
    """The part of a payload as sent that its digest covers: all but the windows and the uniqueness key."""
    return {name: value for name, value in payload.items() if name not in {"aliases", "uniqueness_key"}}
