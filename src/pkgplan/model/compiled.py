"""What a package file becomes: the exact payload of a create call, and its identity.

Comes in: what `stages/compile` built from a checked spec. Goes out: to the planner.
Never here: alias windows inside the payload. Content and windows are kept apart, because the same content may
have to be created again only to get a window (a re-issue); the digest is that of the content alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pkgplan.model.canonical import as_list, as_object
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.diagnostics import Location
    from pkgplan.model.timeline import AliasWindow
    from pkgplan.model.units import Instant

# The lists of a payload whose terms carry no temporary id; `terms` keeps their keys, in the order of the list.
UNNAMED_TERMS: Final = ("credits", "scheduled_charges", "overrides", "spend_trackers")

TermKeys = dict[str, tuple[str, ...]]


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
    `terms` gives the keys of the terms that have none in the payload: those of `UNNAMED_TERMS`.
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
    terms: TermKeys = field(default_factory=dict)

    @property
    def content(self) -> Content:
        """The identity of what is declared now."""
        return Content(self.key, self.digest)

    @property
    def record(self) -> JsonObject:
        """What is recorded of the file besides its terms: the metadata, its windows and its retirement.

        A window as it is declared may never be sent: the next declared one ends it. So that a later plan can tell what
        is new in a catalog from what only time has changed, it is recorded.
        """
        windows: JsonObject = {
            declared.window.alias: declared.window.declared_json()
            for declared in sorted(self.aliases, key=lambda declared: declared.window.alias)
        }
        retire: JsonObject = (
            {} if self.retire_at is None else {"retire": {"at": format_instant(self.retire_at)}}
        )
        return {**self.metadata, "windows": windows, **retire}


@dataclass(frozen=True, slots=True)
class AsSent:
    """A payload with what is needed to read it: the names of its ids, and the keys of its terms."""

    payload: JsonObject = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def terms_to_json(terms: Mapping[str, tuple[str, ...]]) -> JsonObject:
    """The keys of terms as plans and log entries hold them."""
    return {kind: [*keys] for kind, keys in terms.items()}


def terms_from_json(value: JsonValue) -> TermKeys:
    """The keys of terms as plans and log entries hold them; raises TypeError for anything else."""
    return {kind: tuple(str(key) for key in as_list(keys)) for kind, keys in as_object(value).items()}


def content_of(payload: JsonObject) -> JsonObject:
    """The part of a payload as sent that its digest covers: all but the windows and the uniqueness key."""
    return {name: value for name, value in payload.items() if name not in {"aliases", "uniqueness_key"}}
