"""Instants as the engine writes them: for rows, whose text order is the order of time, and for answers.

Comes in and goes out: UTC instants and text. Never here: text that people or clients write; `parse_instant` reads that.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pkgplan.model.timeline import END

if TYPE_CHECKING:
    from pkgplan.model.units import Instant

_MILLISECONDS: Final = len("0001-01-01T00:00:00.000")


def to_text(instant: Instant) -> str:
    """Fixed-width text in UTC, whose order is the order of time from year 1 to 9999."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> Instant:
    """The instant of a row."""
    return datetime.fromisoformat(text)


def end_to_text(instant: Instant | None) -> str:
    """An end that may be open, so that "ends later" is one comparison."""
    return to_text(END if instant is None else instant)


def end_from_text(text: str) -> Instant | None:
    """The end of a row, None if it is open."""
    instant = from_text(text)
    return None if instant == END else instant


def row_to_api_text(text: str) -> str:
    """An instant of a row as `to_api_text` writes it, without reading it first: long lists have many."""
    return f"{text[:_MILLISECONDS]}Z"


def to_api_text(instant: Instant) -> str:
    """The one style of timestamps in answers: `YYYY-MM-DDTHH:MM:SS.sssZ`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
