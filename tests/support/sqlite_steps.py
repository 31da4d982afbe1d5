"""How much work a call makes SQLite do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgplan.engine import Engine


def steps_of(engine: Engine, call: Callable[[], object]) -> int:
    """How many virtual machine steps SQLite takes for a call to an engine in memory: work, without a clock's noise."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with engine.reading() as connection:
        pass  # what is in memory has this one connection
    connection.set_progress_handler(count, 1)
    call()
    connection.set_progress_handler(None, 1)
    return steps
