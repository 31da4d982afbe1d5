"""Not written yet."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pkgplan.engine.operation import Operation

OPERATIONS: Final[tuple["Operation", ...]] = ()
