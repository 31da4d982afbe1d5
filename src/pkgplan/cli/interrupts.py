"""Ctrl-C and SIGTERM, from the first line of ours to the last.

Comes in: signals. Goes out: a word on stderr and exit code 130, or 143 for SIGTERM; never a traceback.
Never here: an import of what the interpreter has not loaded already; before `begin` an interrupt is Python's own.

While a command is being found, nothing is open that would have to be put right, and the process just ends: an exception
would be raised inside an import, where libraries wrap it (`__set_name__`, pydantic) or swallow it (what the collector
calls). Once a command runs, a KeyboardInterrupt unwinds it, so that drafts of files are taken away and `apply` can say
what to do. A second signal is let pass meanwhile: wrappers send one again that the terminal has sent already. A third
one ends the process at once, and leaves what a kill leaves, with which the next command copes.
"""

import os
import sys

# `signal` would make enums of the same names, which takes longer than all else before the first command.
from _signal import SIG_IGN, SIGINT, SIGTERM, getsignal, signal  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from types import FrameType

INTERRUPTED = 130
TERMINATED = 143

_LEAVING, _UNWINDING, _ENDING = range(3)
_IMPORTING = "<frozen importlib"
_INSISTING = 3


class Terminated(KeyboardInterrupt):
    """SIGTERM: whoever puts something right after a Ctrl-C does so now."""


class _Signals:
    """What this process does about signals, and what has come."""

    def __init__(self) -> None:
        self.doing = _LEAVING
        self.count = 0
        self.obeyed: int | None = None
        """The signal that ends the command: the first one, unless the command had ended already."""


_signals = _Signals()


def begin() -> None:
    """From now on a signal ends the process quietly; one that is ignored (`nohup`, `&`) stays ignored."""
    for number in (SIGINT, SIGTERM):
        if getsignal(number) is not SIG_IGN:
            signal(number, _received)
    sys.unraisablehook = _swallowed


def unwind() -> None:
    """From now on a signal raises KeyboardInterrupt: a command runs, and may have something to put right."""
    _signals.doing = _UNWINDING


def hold() -> None:
    """From now on signals change nothing any more: the command has ended, and what is left is to say so."""
    _signals.doing = _ENDING


def end() -> None:
    """Ignore signals while the interpreter goes down, where nobody could catch an exception."""
    for number in (SIGINT, SIGTERM):
        if getsignal(number) is _received:
            signal(number, SIG_IGN)


def was_interrupted(error: BaseException | None = None) -> bool:
    """Whether a command was told to end: by a signal, or by an interrupt that is anywhere behind its error."""
    return _signals.obeyed is not None or _is_behind(error, set())


def farewell(error: BaseException | None = None) -> tuple[str, int]:
    """What to say about it, and the exit code."""
    terminated = _signals.obeyed == SIGTERM or isinstance(error, Terminated)
    word, code = ("terminated", TERMINATED) if terminated else ("interrupted", INTERRUPTED)
    # A terminal has shown ^C, and the cursor stands behind it.
    return ("\n" if os.isatty(2) else "") + f"error: {word}\n", code


def _is_behind(error: BaseException | None, seen: set[int]) -> bool:
    if error is None or id(error) in seen:
        return False
    seen.add(id(error))
    if isinstance(error, KeyboardInterrupt):
        return True
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return any(_is_behind(each, seen) for each in (error.__cause__, error.__context__, *parts))


def _received(number: int, frame: "FrameType | None") -> None:
    _signals.count += 1
    if _signals.doing == _LEAVING or _signals.count >= _INSISTING:
        _leave(number)
    if _signals.doing == _UNWINDING and _signals.obeyed is None:
        _signals.obeyed = number
        if _is_importing(frame):
            _leave(number)
        raise Terminated if number == SIGTERM else KeyboardInterrupt


def _is_importing(frame: "FrameType | None") -> bool:
    """Whether an exception that is raised now would pass through an import, half of which would stay."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORTING):
            return True
        frame = frame.f_back
    return False


def _swallowed(problem: "UnraisableHookArgs") -> None:
    """An interrupt that was raised where no exception can go on, such as in `__del__`, has not been obeyed yet."""
    if _is_behind(problem.exc_value, set()):
        _leave(SIGINT)
    sys.__unraisablehook__(problem)


def _leave(number: int) -> None:
    _signals.obeyed = _signals.obeyed or number
    text, code = farewell()
    try:
        os.write(2, text.encode())
    finally:
        os._exit(code)
