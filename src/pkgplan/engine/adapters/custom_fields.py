"""`CustomFieldApi` on an `Engine`. Comes in and goes out: values of the port. Never here: rules of custom fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.adapters.calls import call, pages, text
from pkgplan.ports import RegisteredKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pkgplan.engine.engine import Engine
    from pkgplan.model.canonical import JsonObject


class EmbeddedCustomFields:
    """`CustomFieldApi` on an `Engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keys(self, entities: Iterable[str] = ()) -> Iterator[RegisteredKey]:
        """Every registered key."""
        wanted = list(entities)
        body: JsonObject = {"entities": [*wanted]} if wanted else {}
        for item in pages(self._engine, "custom_fields.list_keys", body, {}):
            yield RegisteredKey(text(item, "entity"), text(item, "key"), item["enforce_uniqueness"] is True)

    def set_values(self, entity: str, entity_id: str, fields: Mapping[str, str]) -> None:
        """Add or replace values of one thing."""
        body: JsonObject = {"entity": entity, "entity_id": entity_id, "custom_fields": {**fields}}
        call(self._engine, "custom_fields.set_values", body)
