"""What is wrong with the shape of one input: some of it is kept to be listed, all of it is counted.

Comes in: what pydantic finds, object by object. Goes out: whether that is kept, how much was not.
Never here: words. A finding takes a thousand bytes and more, so that those of a body that is wrong throughout would
take a thousand times the body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import ValidationError

LISTED: Final = 20


@dataclass(slots=True)
class Findings:
    """The count for one input, which its objects find as pydantic's `context`.

    Args:
        kept: how many objects were refused with findings that are still there, apart from those around them.
        dropped: how many findings are gone.
    """

    kept: int = 0
    dropped: int = 0

    def drops(self, error: ValidationError, *, kept_before: int) -> bool:
        """Whether the findings of an object are enough, so that nobody needs these. The first ones never are.

        Args:
            error: what was found in the object, as far as it was kept.
            kept_before: `kept`, as it was when the object began. What is around kept findings is kept with them.
        """
        if self.kept > kept_before:
            return False
        if self.kept < LISTED:
            self.kept += 1
            return False
        self.dropped += error.error_count()
        return True
