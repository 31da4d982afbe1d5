"""Where words go: results to stdout, all else to stderr.

Comes in: finished text or JSON values. Goes out: bytes on the two streams. Never here: making reports.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from pkgplan.errors import EnvironmentFault
from pkgplan.model.canonical import pretty

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue


class NobodyReads(Exception):
    """The other end of stdout is closed. Not an OSError, which click would turn into an exit of its own."""


def result(text: str) -> None:
    """Write a result; raises EnvironmentFault if it cannot be written, NobodyReads if nobody does."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise NobodyReads from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise EnvironmentFault(f"the output cannot be written: {reason}") from None


def json_result(value: JsonValue) -> None:
    """Write a result as indented JSON."""
    result(pretty(value))


def notice(text: str) -> None:
    """Say something beside the result. Never fails: an apply must not stop because nobody listens."""
    with suppress(OSError, ValueError):
        sys.stderr.write(text if text.endswith("\n") else f"{text}\n")
        sys.stderr.flush()
