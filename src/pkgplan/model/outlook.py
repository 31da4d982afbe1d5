"""What a plan says besides its actions and effects: how it was compared, until when it holds, and what it comes to.

Comes in: what the planner foresaw. Goes out: JSON, and the effect digest, which approvals name.
Never here: the file that a plan is saved in; `plan.py` has that, with a digest of its own.

The effect digest is that of `pkgplan-effect/v1`, the canonical JSON of

    {format, environment, namespace, calls: [{call, payload: digest}], aliases: {alias: [[package, start, end]]},
     readings: {question: reading}}

with the calls in their order, each touched alias as it resolves at every instant once all is done (packages of ours by
uniqueness key, others by id; null is unbounded), and those readings of `TakeoverRule` that this resolution depends on.
What is only recorded, when the plan was made, on which entry, by which version and from which lines is not in it, so
planning again tomorrow gives the same value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object, digest_of
from pkgplan.model.drift import Difference
from pkgplan.model.names import parse_holder
from pkgplan.model.timeline import Window
from pkgplan.model.units import Instant, format_instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pkgplan.model.names import Holder

EFFECT_FORMAT: Final = "pkgplan-effect/v1"


class Compared(StrEnum):
    """What the catalog was compared with."""

    RECORD = "record"
    ENVIRONMENT = "environment"


class Instants(StrEnum):
    """Where the starts of new windows come from: the catalog, or the hour at which the plan was made."""

    DECLARED = "declared"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Standing:
    """One package behind one alias for one window. `identity` is its uniqueness key if it is ours, else its id."""

    holder: Holder
    identity: str
    window: Window

    def to_json(self) -> JsonObject:
        """`{ref, package, starting_at, ending_before}`."""
        return {"ref": str(self.holder), "package": self.identity, **self.window.to_json()}

    @classmethod
    def from_json(cls, value: JsonObject) -> Standing:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError."""
        return cls(parse_holder(str(value["ref"])), str(value["package"]), Window.from_json(value))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a plan was compared with, what it depends on, and how each touched alias resolves once all is done.

    `applicable_until` is the last instant at which it can be applied: then the first window that it moves begins.
    `resolution` has every touched alias in order of time, `depends_on` the questions of `TakeoverRule` that matter.
    """

    compared_with: Compared = Compared.RECORD
    drift: tuple[Difference, ...] = ()
    instants: Instants = Instants.DECLARED
    applicable_until: Instant | None = None
    depends_on: tuple[str, ...] = ()
    resolution: tuple[tuple[str, tuple[Standing, ...]], ...] = ()

    def to_json(self) -> JsonObject:
        """The keys that a plan has of it."""
        until = self.applicable_until
        return {
            "compared_with": str(self.compared_with),
            "drift": [difference.to_json() for difference in self.drift],
            "instants": str(self.instants),
            "applicable_until": None if until is None else format_instant(until),
            "depends_on": list[JsonValue](self.depends_on),
            "resolution": {
                alias: [standing.to_json() for standing in standings] for alias, standings in self.resolution
            },
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Outlook:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError."""
        until = value["applicable_until"]
        return cls(
            compared_with=Compared(str(value["compared_with"])),
            drift=tuple(Difference.from_json(as_object(item)) for item in as_list(value["drift"])),
            instants=Instants(str(value["instants"])),
            applicable_until=None if until is None else parse_instant(str(until)),
            depends_on=tuple(str(item) for item in as_list(value["depends_on"])),
            resolution=tuple(
                (alias, tuple(Standing.from_json(as_object(item)) for item in as_list(items)))
                for alias, items in as_object(value["resolution"]).items()
            ),
        )

    def effect_digest(
        self, environment: str, namespace: str, calls: Iterable[JsonObject], readings: Mapping[str, str]
    ) -> str:
        """The identity of what is done and what that causes.

        Args:
            environment: its name.
            namespace: of the uniqueness keys.
            calls: `{call, payload}` of each call in order, the payload by its digest.
            readings: the reading of each question of `TakeoverRule`.
        """
        aliases: JsonObject = {
            alias: [[each.identity, *each.window.to_json().values()] for each in standings]
            for alias, standings in self.resolution
        }
        encoded: JsonObject = {
            "format": EFFECT_FORMAT,
            "environment": environment,
            "namespace": namespace,
            "calls": list[JsonValue](calls),
            "aliases": aliases,
            "readings": {question: readings[question] for question in self.depends_on},
        }
        return f"{EFFECT_FORMAT}:{digest_of(encoded)}"
