"""Drift: where the record and the environment say different things of a package.

Comes in: what `stages/drift.py` compared. Goes out: JSON, for a plan and for people.
Never here: comparing, or recording it.

Three facts of a package are compared: whether it exists, its alias windows, whether it is archived; for the packages
that pkgplan made, and for everybody else who stands on their aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object
from pkgplan.model.names import parse_holder
from pkgplan.model.timeline import Window

if TYPE_CHECKING:
    from pkgplan.model.names import Holder


class DriftKind(StrEnum):
    """What differs, said of the environment."""

    ARCHIVED = "archived"
    LIVE = "live"
    WINDOWS = "windows"
    UNRECORDED = "unrecorded"
    FOREIGN = "foreign"
    TWIN = "twin"


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact about one package that record and environment tell differently.

    A twin is another package than the recorded one under the name of one version: two branches have both made it; it
    is taken for foreign, and `name` is that of the version. Else `name` is what the environment shows. `recorded` and
    `live` are the windows on `alias`, where those are what differs.
    """

    kind: DriftKind
    holder: Holder
    package_id: str
    name: str | None = None
    alias: str | None = None
    recorded: tuple[Window, ...] = ()
    live: tuple[Window, ...] = ()

    def to_json(self) -> JsonObject:
        """`{drift, ref, package_id, name, alias, recorded, live}`."""
        return {
            "drift": str(self.kind),
            "ref": str(self.holder),
            "package_id": self.package_id,
            "name": self.name,
            "alias": self.alias,
            "recorded": [window.to_json() for window in self.recorded],
            "live": [window.to_json() for window in self.live],
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Difference:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError."""
        return cls(
            DriftKind(str(value["drift"])),
            parse_holder(str(value["ref"])),
            str(value["package_id"]),
            _optional_text(value["name"]),
            _optional_text(value["alias"]),
            _windows(value["recorded"]),
            _windows(value["live"]),
        )


def _windows(value: JsonValue) -> tuple[Window, ...]:
    return tuple(Window.from_json(as_object(item)) for item in as_list(value))


def _optional_text(value: JsonValue) -> str | None:
    return None if value is None else str(value)
