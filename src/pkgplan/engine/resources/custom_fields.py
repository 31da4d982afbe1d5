"""Not written yet: the functions that other rooms call, with their signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from pkgplan.engine.operation import Operation, Transaction


def check_keys(connection: sqlite3.Connection, entity: str, fields: Mapping[str, str]) -> None:
    """EngineError 400 unless every key is registered for the entity."""
    raise NotImplementedError


def set_values(tx: Transaction, entity: str, entity_id: str, fields: Mapping[str, str]) -> None:
    """Add or replace values; EngineError 400 for a key that is not registered or a value that must be unique."""
    raise NotImplementedError


def values_of(connection: sqlite3.Connection, entity_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """The custom fields of several things by id; things without any are left out. Removed keys are not shown."""
    raise NotImplementedError


OPERATIONS: Final[tuple[Operation, ...]] = ()
