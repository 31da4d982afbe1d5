"""The present instant: the system's, or a fixed one for `--as-of`, demos and tests.

Comes in: nothing, or an instant. Goes out: UTC instants to the second.
Never here: time zones other than UTC. Fractions of a second are dropped, because they would make
records and plans longer and tell nobody anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgplan.model.units import Instant


class SystemClock:
    """The clock of this machine."""

    def now(self) -> Instant:
        """Now, to the second."""
        return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still; raises ValueError for an instant without a zone."""

    instant: Instant

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("an instant without a zone has no place in pkgplan")

    def now(self) -> Instant:
        """The instant given, in UTC."""
        return self.instant.astimezone(UTC)
