"""What an apply needs from outside, and what it tells.

Comes in: adapters, put together by `wiring.py`. Goes out: progress and outcome, as values.
Never here: doing anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pkgplan.errors import PkgplanError
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.plan import Action
    from pkgplan.ports import Clock, PackageApi, StateLog
    from pkgplan.stages.drift import Ours

# How long to wait, in seconds, before asking again: for an answer that did not come, and for a read that does
# not yet show a write. The vendor promises no read-after-write for packages.
PAUSES = (0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Step:
    """Progress: which action of how many is at what."""

    number: int
    total: int
    action: Action
    doing: str


def _silent(_: Step) -> None:
    pass


@dataclass(frozen=True, slots=True)
class World:
    """What an apply needs from outside: log, packages, time, who it is, and how to wait and to tell.

    `run` and `lineage` are fresh random names; `lineage` is used only if the log has to be opened. `ours` is what of
    the environment belongs to the catalog.
    """

    log: StateLog
    api: PackageApi
    clock: Clock
    ours: Ours
    actor: str
    run: str
    lineage: str
    commit: str | None = None
    sleep: Callable[[float], None] = field(default=lambda _: None)
    tell: Callable[[Step], None] = field(default=_silent)
    pauses: Sequence[float] = PAUSES


@dataclass(frozen=True, slots=True)
class ApplyOutcome:
    """What an apply came to: "applied", "nothing" or "stopped", and the fault that stopped it."""

    plan_digest: str
    outcome: str
    operations: tuple[JsonObject, ...]
    serial: int
    fault: PkgplanError | None = None

    def to_json(self) -> JsonObject:
        """`{plan_digest, outcome, operations, serial}`."""
        return {
            "plan_digest": self.plan_digest,
            "outcome": self.outcome,
            "operations": list(self.operations),
            "serial": self.serial,
        }
