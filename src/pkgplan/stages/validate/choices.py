"""What to write instead of a value that is not one of a few.

Comes in: the value and the choices. Goes out: a hint. Never here: a choice that says something else than the value:
`biweekly` is not `weekly`, and 3 months are not a month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.names import misspells, nearest
from pkgplan.stages.validate.spans import one_of_these
from pkgplan.stages.validate.words import LONGEST_NAME, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.model.canonical import JsonValue


def choice_hint(value: JsonValue, allowed: Sequence[str]) -> str:
    """The choice that is misspelt, or all of them."""
    every = "one of: " + ", ".join(allowed)
    if not isinstance(value, str) or len(value) > LONGEST_NAME:
        return every
    span = one_of_these(value, allowed)
    if span is not None:
        return f'write "{span}"'
    near = nearest(value, allowed)
    if near is None or not misspells(value, near):
        return every
    return suggestion(value, [near])
