"""One alias: from its declarations and its record to the windows that must be created, or a way out.

Comes in: declarations, recorded rows. Goes out: moves, or one finding whose hint was tried before it is given.
Never here: other aliases, or which versions carry the windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.model.compiled import Content
from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import Timeline
from pkgplan.stages.plan.declared import Recorded, end_as_declared
from pkgplan.stages.plan.desired import desired
from pkgplan.stages.plan.moves import moves
from pkgplan.stages.plan.ways_out import way_out

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from pkgplan.model.diagnostics import Diagnostic
    from pkgplan.model.timeline import TakeoverRule
    from pkgplan.model.units import Instant
    from pkgplan.stages.plan.declared import Declaration
    from pkgplan.stages.plan.given import Given
    from pkgplan.stages.plan.moves import Move
    from pkgplan.stages.plan.refusals import Found


@dataclass(frozen=True, slots=True)
class OneAlias:
    """What planning one alias needs besides its declarations."""

    name: str
    recorded: Recorded
    as_of: Instant
    rule: TakeoverRule

    @classmethod
    def of(cls, name: str, given: Given, keys: AbstractSet[str]) -> OneAlias:
        """One alias as it is recorded; `keys` are those of the files."""
        timeline = Timeline(given.timelines.get(name, ()))
        contents = {
            row.ref: given.state.versions[row.ref].content
            if isinstance(row.ref, PackageRef)
            # A package that pkgplan did not make is like no other.
            else Content("", row.ref.package_id)
            for row in timeline
        }
        holder = timeline.covering(given.as_of)
        ends = {} if holder is None else {holder.ref: end_as_declared(name, holder, timeline, given)}
        gone = given.gone.get(name, ())
        contents |= {
            row.ref: given.state.versions[row.ref].content for row in gone if isinstance(row.ref, PackageRef)
        }
        left_alone = frozenset(row.ref for row in timeline if given.reach.is_left_alone(row.ref))
        return cls(name, Recorded(timeline, contents, ends, keys, left_alone, gone), given.as_of, given.rule)

    def moves(self, entries: Sequence[Declaration]) -> tuple[tuple[Move, ...], tuple[Found, ...]]:
        """The shortest sequence of windows; or none, and a finding that says what can be written instead."""
        made, refused = self._moves(entries)
        return made, tuple(way_out(each, entries, self) for each in refused)

    def refusal(self, entries: Sequence[Declaration]) -> Diagnostic | None:
        """Why these declarations cannot be had."""
        return next(iter(self._moves(entries)[1]), None)

    def can_have(self, entries: Sequence[Declaration], shown: Content) -> bool:
        """Whether these declarations can be had, and this content is behind the alias at some time to come."""
        segments = desired(entries, self.recorded, as_of=self.as_of, rule=self.rule)
        is_shown = any(segment.wanted == shown and segment.end > self.as_of for segment in segments)
        return is_shown and self.refusal(entries) is None

    def _moves(self, entries: Sequence[Declaration]) -> tuple[tuple[Move, ...], tuple[Diagnostic, ...]]:
        segments = desired(entries, self.recorded, as_of=self.as_of, rule=self.rule)
        return moves(
            self.name, segments, self.recorded, as_of=self.as_of, rule=self.rule, fallback=entries[0].at
        )
