"""How much work something is, counted in lines of Python: a test that looks at a clock fails on a busy machine.

`PATIENCE` is for what would otherwise hang for ever when it is broken; nothing that works comes near it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# Units: seconds.
PATIENCE: Final = 600.0


class TooMuchWork(AssertionError):
    """More lines were executed than should ever be."""


def lines_of(work: Callable[[], object], *, most: int | None = None) -> int:
    """How many lines of Python a call executes; raises TooMuchWork beyond `most`, instead of going on for years."""
    lines = 0

    def count(_: FrameType, event: str, __: object) -> Any:
        nonlocal lines
        if event == "line":
            lines += 1
            if most is not None and lines > most:
                raise TooMuchWork(f"more than {most} lines")
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines
