"""About how long JSON would be, found out without writing it.

Comes in: a value, in which one part may stand a thousand times. Goes out: a number of characters.
Never here: what is too long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue

# Of what is neither a text nor made of others: a number, true, null.
_SHORT: Final = 5


def length(value: JsonValue, most: int) -> int:
    """The length, or any number beyond `most`, where counting stops."""
    total, left = 0, [value]
    while left and total <= most:
        each = left.pop()
        match each:
            case str():
                total += len(each) + 2
            case dict():
                total += 2 + sum(map(len, each)) + 4 * len(each)
                left.extend(each.values())
            case list():
                total += 2 + len(each)
                left.extend(each)
            case _:
                total += _SHORT
    return total
