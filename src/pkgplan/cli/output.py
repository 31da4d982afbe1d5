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


def result(text: str) -> None:
    """Write a result; raises EnvironmentFault if it cannot be written, BrokenPipeError if nobody reads."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
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
