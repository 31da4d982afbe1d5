"""Names that may be used once. Comes in: names. Goes out: a message for each that is used more often."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    """A message for each name that occurs twice or more."""
    for name, count in Counter(names).items():
        if count > 1:
            yield f'{what} "{name}" is used {count} times'
