"""How an engine is served.

Comes in: what the command line or a test chose. Goes out: one frozen value. Never here: defaults of the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgplan.engine.http.faults import Fault
    from pkgplan.model.units import Instant


class SettableClock(Protocol):
    """A clock that clients may set; the engine has to have the same one."""

    def now(self) -> Instant:
        """Now."""

    def set(self, instant: Instant) -> None:
        """Make it this instant, until it is set again."""


def _nobody(_: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How an engine is served.

    Args:
        token: what clients must send as bearer; without one, every request is answered.
        faults: what goes wrong on purpose.
        clock: the clock of the engine, if clients may set it.
        names: of hosts under which clients may ask for it besides localhost and its address; each from `host_name`.
        tell: takes one line of the access log.
        complain: takes what somebody should look at: a bug of ours, a file that does not answer.
    """

    token: str | None = field(default=None, repr=False)
    faults: tuple[Fault, ...] = ()
    clock: SettableClock | None = None
    names: tuple[str, ...] = ()
    tell: Callable[[str], None] = _nobody
    complain: Callable[[str], None] = _nobody
