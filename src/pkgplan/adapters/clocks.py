"""The present instant: the system's, a fixed one for `--as-of`, demos and tests, or one that is set by hand.

Comes in: nothing, or an instant. Goes out: UTC instants, to the second where records are made: fractions would make
them and plans longer and tell nobody anything. A served engine shows milliseconds, as the API does.
Never here: time zones other than UTC.
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


class MillisecondClock:
    """The clock of this machine, for a server whose clients see what was made when."""

    def now(self) -> Instant:
        """Now, to the millisecond."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(slots=True)
class HandSetClock:
    """A clock that stands still until it is set again."""

    instant: Instant

    def now(self) -> Instant:
        """The instant that was set last, in UTC."""
        return self.instant.astimezone(UTC)

    def set(self, instant: Instant) -> None:
        """Make it this instant; going back is possible, too."""
        self.instant = instant


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
