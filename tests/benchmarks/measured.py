"""What one command costs as a process of its own.

Comes in: a catalog folder and the words of the command. Goes out: its costs. Never here: making catalogs.
CPU time stays the same when others use the machine; the time on the clock does not.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = "2025-09-15T00:00:00Z"


class Cost(NamedTuple):
    """CPU and clock in seconds, and the most memory in MB; costs compare by CPU."""

    cpu: float
    clock: float
    memory: float

    def __str__(self) -> str:
        return f"{self.cpu:>6.2f} s CPU {self.clock:>6.2f} s {self.memory:>5.0f} MB"


def ran(folder: Path, *words: str) -> Cost:
    """Run a command of pkgplan on a catalog; it has to succeed, and what it prints is thrown away."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "pkgplan", "-C", str(folder), "--as-of", AS_OF, *words]
    silence = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    process = os.posix_spawn(sys.executable, command, os.environ, file_actions=silence)
    _, status, usage = os.wait4(process, 0)
    assert status == 0, f"{' '.join(command)}: status {status}"
    peak = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - started, peak)
