"""What the environment refuses because of what the command line asked for.

Comes in: a call. Goes out: UsageFault instead of an ApiRejected that is about ids and values of the command line.
Never here: faults of the environment, which stay what they are.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pkgplan.errors import ApiConflict, ApiRejected, UsageFault

if TYPE_CHECKING:
    from collections.abc import Iterator

# The vendor's statuses for an input that cannot be; others (401, 403, 429) are not about the input.
_OF_INPUT = frozenset({400, 404, 409, 422})


@contextmanager
def refused_input(environment: str, hint: str = "") -> Iterator[None]:
    """Everything in the call that can be wrong stood on the command line, so a refusal is a fault of that."""
    try:
        yield
    except (ApiRejected, ApiConflict) as fault:
        if fault.status not in _OF_INPUT:
            raise
        raise UsageFault(
            f'environment "{environment}" refused: {fault.message}', hint=fault.hint or hint
        ) from None
