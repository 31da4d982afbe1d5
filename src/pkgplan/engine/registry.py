"""Every operation of the engine by its name.

Comes in: the operations of each room. Goes out: one table, from which calls, the HTTP facade and its published
description are made. Never here: operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.contracts import OPERATIONS as CONTRACTS
from pkgplan.engine.resources import OPERATIONS as RESOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.engine.operation import Operation

OPERATIONS: Final[Mapping[str, Operation]] = {each.name: each for each in (*RESOURCES, *CONTRACTS)}
