"""What a command plans on: the record, held against the environment where that can be looked at.

Comes in: a session. Goes out: a `Look`: the record, what differs, and the record as it would be with that taken over.
Never here: printing, or writing anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pkgplan import apply as runs
from pkgplan.errors import StateCorrupt, UsageFault
from pkgplan.model.outlook import Compared
from pkgplan.model.record import Folding
from pkgplan.pipeline import Basis
from pkgplan.stages.drift import Drift
from pkgplan.wiring import packages_to_read

# Of a log that somebody else is writing; each time it is another one that they are at.
_MOST_LOOKS: Final = 10

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.cli.session import Session
    from pkgplan.model.log import LogEntry
    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State
    from pkgplan.ports import RemotePackage
    from pkgplan.wiring import Deployment


@dataclass(frozen=True, slots=True)
class Look:
    """The record of an environment with its last entry, and what was seen of it; `seen` is None if nobody looked."""

    session: Session
    state: State
    last: LogEntry | None
    drift: Drift = Drift(())  # noqa: RUF009 - frozen and empty
    refreshed: State | None = None
    seen: tuple[RemotePackage, ...] | None = None

    @property
    def basis(self) -> Basis:
        """What to plan on: the record as it is where nothing differs, else with the environment's side taken over."""
        compared = Compared.RECORD if self.seen is None else Compared.ENVIRONMENT
        if self.refreshed is None:
            return Basis(self.state, compared)
        return Basis(self.refreshed, compared, self.drift.differences)

    @property
    def recorded(self) -> Basis:
        """The record as it is, though the environment was looked at."""
        return replace(self.basis, state=self.state, drift=())

    def explains(self, plan: Plan) -> bool:
        """Whether a plan on the record as it is would do, or find done, all that differs."""
        if self.seen is None:
            return False
        deployment = self.session.deployment
        return runs.is_explained(
            self.drift,
            plan,
            self.state,
            self.seen,
            deployment.ours(self.session.checked.catalog),
            now=deployment.clock.now(),
        )


def look(session: Session, *, refresh: bool | None) -> Look:
    """Read the record, and compare it with the environment.

    Args:
        session: catalog and environment.
        refresh: whether to look at the environment; None looks if it is a file that is there.

    Raises:
        StateCorrupt: the log is damaged, or is not that of this environment.
        UsageFault: the environment was to be looked at and is not there.
    """
    deployment = session.deployment
    if refresh and deployment.is_embedded and not deployment.is_here:
        raise UsageFault(
            f'environment "{deployment.name}" is not on this machine: there is no "{deployment.database}"',
            hint="leave `--refresh` out, or apply once",
        )
    is_looked_at = deployment.is_here if refresh is None else refresh
    for _ in range(_MOST_LOOKS):
        entries = deployment.entries()
        try:
            looked = _look(session, entries, is_looked_at=is_looked_at)
        except StateCorrupt:
            # Somebody who applies meanwhile may have written between our reading of the log and of the environment.
            if _is_last(entries, deployment):
                raise
            continue
        if not looked.drift.differences or _is_last(entries, deployment):
            return looked
    return _look(session, deployment.entries(), is_looked_at=is_looked_at)


def _look(session: Session, entries: Sequence[LogEntry], *, is_looked_at: bool) -> Look:
    deployment = session.deployment
    folding = Folding()
    for entry in entries:
        folding.take(entry)
    last = entries[-1] if entries else None
    state = folding.state()
    if not is_looked_at:
        return Look(session, state, last)
    now = deployment.clock.now()
    expected = runs.under_way(runs.stored_plan(state), state)
    with packages_to_read(deployment) as api:
        ours = deployment.ours(session.checked.catalog)
        drift, seen = runs.look(state, api, ours, now=now, expected=expected)
    if not drift.differences:
        return Look(session, state, last, seen=seen)
    return Look(session, state, last, drift, runs.with_drift(folding, drift, now), seen)


def _is_last(entries: Sequence[LogEntry], deployment: Deployment) -> bool:
    """Whether nobody has written since."""
    now = deployment.entries()
    return len(now) == len(entries)
