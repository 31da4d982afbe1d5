"""How values stand in the messages of checks: quoted, on one line, cut short.

Comes in: text and values of the model. Goes out: text. Never here: rules.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.diagnostics import Route

_LONGEST_SHOWN = 60


def quote(value: object) -> str:
    """A value in quotes; control characters are escaped, so that a name cannot break a line."""
    text = json.dumps(str(value), ensure_ascii=False)[1:-1]
    return f'"{text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."}"'


def listed(values: Iterable[object]) -> str:
    """Several values in quotes, each once, in order of their text."""
    return ", ".join(quote(value) for value in sorted({str(value) for value in values}))


def dotted(route: Route) -> str:
    """A route as people write it, without the leading `spec`."""
    text = ""
    for part in route[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")
