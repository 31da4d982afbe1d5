"""Where words go: results to stdout, all else to stderr.

Comes in: finished text or JSON values. Goes out: text on the two streams, which `streams.py` guards.
Never here: making reports. Whoever says something in one sentence uses `notice`, which keeps it to one line whatever
names are in it, and completes the commands that it suggests.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pkgplan.model.escapes import visible, visible_json

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue


def result(text: str) -> None:
    """Write a result; raises EnvironmentFault if it cannot be written, NobodyReads if nobody does."""
    sys.stdout.write(text)
    sys.stdout.flush()


def json_result(value: JsonValue) -> None:
    """Write a result as indented JSON that is safe on a terminal, as a pipe often ends on one.

    It has the same values wherever it goes; in a file that pkgplan writes, text stays as it is.
    """
    from pkgplan.model.canonical import pretty

    result(visible_json(pretty(value), _writable))


def exact_result(text: str) -> None:
    """Write what a shell reads and no terminal shows."""
    write = getattr(sys.stdout, "write_exactly", sys.stdout.write)
    write(text)
    sys.stdout.flush()


def notice(text: str) -> None:
    """Say something in one line, beside the result. Never fails."""
    from pkgplan.cli.suggestions import completed

    sys.stderr.write(visible(completed(text.removesuffix("\n"))) + "\n")
    sys.stderr.flush()


def tell(report: str) -> None:
    """Show the lines of a report beside the result, if there are any. Never fails."""
    if not report:
        return
    sys.stderr.write(report if report.endswith("\n") else f"{report}\n")
    sys.stderr.flush()


def log_line(text: str) -> None:
    """Write a line of JSON beside the result. Never fails."""
    sys.stderr.write(visible_json(text.removesuffix("\n"), _writable) + "\n")
    sys.stderr.flush()


def _writable(character: str) -> bool:
    try:
        character.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
