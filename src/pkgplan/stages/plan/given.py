"""What a plan is made on besides the catalog: the record, the instant, the readings, and how far the hand reaches.

Comes in: values. Goes out: the same with what several steps look up in them. Never here: deciding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pkgplan.model.record import declared_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkgplan.model.record import RecordedVersion, State
    from pkgplan.model.timeline import AliasRow, TakeoverRule
    from pkgplan.model.units import Instant
    from pkgplan.stages.plan.reach import Reach


@dataclass(frozen=True, slots=True)
class Emission:
    """What uniqueness keys are made of besides the version."""

    namespace: str
    environment: str


@dataclass(frozen=True, slots=True)
class Given:
    """The inputs of a plan, all but the packages.

    `timelines` are the live rows of each alias, `gone` those of archived packages until they were archived, `versions`
    the recorded versions of each key, oldest first.
    """

    state: State
    as_of: Instant
    rule: TakeoverRule
    reach: Reach
    emission: Emission
    timelines: Mapping[str, tuple[AliasRow, ...]]
    versions: Mapping[str, Sequence[RecordedVersion]]
    gone: Mapping[str, tuple[AliasRow, ...]]

    def first_retirement(self, key: str) -> Instant:
        """The first day to come on which a package can be retired as its file said it: no window may begin after it."""
        newest = declared_version(self.versions[key]) or self.versions[key][-1]
        windows = (newest.declared or {each.alias: each.window for each in newest.sent}).values()
        last = max([self.as_of, *(each.starting_at for each in windows if each.starting_at is not None)])
        return last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    @classmethod
    def of(
        cls, state: State, *, as_of: Instant, rule: TakeoverRule, reach: Reach, emission: Emission
    ) -> Given:
        """Group the record once."""
        timelines, versions = state.timelines(), state.versions_by_key()
        return cls(state, as_of, rule, reach, emission, timelines, versions, state.gone())
