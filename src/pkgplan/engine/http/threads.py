"""Work that would keep the event loop from everybody else, done in a thread.

Comes in: a function and what it takes. Goes out: what it gives. Never here: what it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from starlette.concurrency import run_in_threadpool

from pkgplan.engine.faults import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

_Given = TypeVar("_Given")


async def in_thread(work: Callable[..., _Given], *arguments: object) -> _Given:
    """What a function gives, or raises.

    A refusal is raised without where it comes from: the future that brings it here is part of its traceback, so that
    neither goes before the garbage is collected, and with them stays all that the function held, such as a body.
    """
    given = await run_in_threadpool(_given_or_refused, work, *arguments)
    if not isinstance(given, EngineError):
        return given
    try:
        raise given
    finally:
        del given


def _given_or_refused(work: Callable[..., _Given], *arguments: object) -> _Given | EngineError:
    try:
        return work(*arguments)
    except EngineError as error:
        if error.status >= 500:
            raise  # which somebody will want to look into
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)
