"""The one place where text becomes output: whatever writes to stdout or stderr, click included, writes through here.

Comes in: text. Goes out: bytes, without anything that a terminal obeys but line breaks and the colours of reports.
Never here: an OSError. What stdout does not take is a fault, and that nobody reads it an end of its own; stderr takes
what it can, because an apply must not stop as nobody listens.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import TYPE_CHECKING, TextIO, cast

from pkgplan.errors import EnvironmentFault
from pkgplan.model.escapes import visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterator


class NobodyReads(Exception):
    """The other end of stdout is closed. Not an OSError, which libraries would take for theirs."""


class Guarded:
    """A stream of text on which foreign text is harmless.

    It has no `buffer`: click looks for one in order to write in an encoding of its own choice.
    """

    def __init__(self, stream: TextIO, *, needed: bool) -> None:
        # A name that the terminal's encoding lacks must not end a command half-way.
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined] # a test's stream may lack it
        self._stream = stream
        self._needed = needed
        self._colours: frozenset[str] | None = None
        self._fault: Exception | None = None

    @property
    def encoding(self) -> str:
        """The name of the encoding."""
        return self._stream.encoding or "utf-8"

    @property
    def errors(self) -> str | None:
        """How characters that the encoding lacks are written."""
        return self._stream.errors

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Its number."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """It is, as long as somebody takes it."""
        return True

    def write(self, text: str) -> int:
        """Write text; raises EnvironmentFault or NobodyReads if it is needed and cannot be written, and ever after."""
        if not isinstance(text, str):  # click finds out in this way that it is no stream of bytes
            raise TypeError("a stream of text takes text")
        if self._colours is None:
            self._colours = _colours(self._stream)
        if text:  # click tries nothing first, and would swallow a fault
            self.write_exactly(visible_lines(text, self._colours))
        return len(text)

    def write_exactly(self, text: str) -> None:
        """Write what another program reads and no terminal shows."""
        with self._held_to():
            self._stream.write(text)

    def flush(self) -> None:
        """Write what is kept back; raises as `write` does."""
        with self._held_to():
            self._stream.flush()

    def drop(self) -> None:
        """Lead nowhere from now on: what is kept back would be tried again when the interpreter ends."""
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    @contextmanager
    def _held_to(self) -> Iterator[None]:
        if self._fault is not None:
            raise self._fault
        try:
            yield
        except BrokenPipeError:
            self._fail(NobodyReads())
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            self._fail(EnvironmentFault(f"the output cannot be written: {reason}"))

    def _fail(self, fault: Exception) -> None:
        if self._needed:
            self.drop()
            self._fault = fault
            raise fault from None


@contextmanager
def guarded() -> Iterator[Guarded]:
    """Guard both streams of the process for the time of a command; gives stdout."""
    out, err = Guarded(sys.stdout, needed=True), Guarded(sys.stderr, needed=False)
    with redirect_stdout(cast("TextIO", out)), redirect_stderr(cast("TextIO", err)):
        yield out


def takes_colour(stream: TextIO) -> bool:
    """Whether a stream shows colours: NO_COLOR refuses, FORCE_COLOR insists."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _colours(stream: TextIO) -> frozenset[str]:
    if not takes_colour(stream):
        return frozenset()
    from pkgplan.report.text.palette import SEQUENCES

    return SEQUENCES
