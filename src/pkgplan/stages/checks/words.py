"""How values stand in the messages of checks: quoted, on one line, cut short.

Comes in: text and values of the model. Goes out: text. Never here: rules.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from pkgplan.model.canonical import plain_number
from pkgplan.model.units import next_full_hour, short_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.diagnostics import Route
    from pkgplan.model.units import Instant

_LONGEST_SHOWN = 60


def quote(value: object) -> str:
    """A value in quotes; control characters are escaped, so that a name cannot break a line."""
    plain = plain_number(value) if isinstance(value, Decimal) else str(value)
    text = json.dumps(plain, ensure_ascii=False)[1:-1]
    return f'"{text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."}"'


def full_hours(instant: Instant) -> str:
    """A hint for an instant between two full hours; which of them is meant nobody knows."""
    before, after = instant.replace(minute=0, second=0, microsecond=0), next_full_hour(instant)
    return f"write {quote(short_instant(before))} or {quote(short_instant(after))}, whichever is meant"


def listed(values: Iterable[object]) -> str:
    """Several values in quotes, each once, in order of their text."""
    return ", ".join(quote(value) for value in sorted({str(value) for value in values}))


def dotted(route: Route) -> str:
    """A route as people write it, without the leading `spec`."""
    text = ""
    for part in route[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")
