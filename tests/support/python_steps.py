"""How much work something makes Python do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def opcodes_of(call: Callable[[], object]) -> int:
    """How many instructions of its machine Python takes for a call in this thread: work, without a clock's noise."""
    taken = 0

    def trace(frame: Any, event: str, _: object) -> Any:
        nonlocal taken
        frame.f_trace_opcodes = True
        taken += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return taken
