"""What all templates of one package share: the ids of its terms and the names of what they refer to.

Comes in: names from admission, a maker of ids. Goes out: the small objects that reads show in place of ids.
Never here: the fields of a kind of term.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pkgplan.engine.prerequisites import USD_NAME
from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pkgplan.engine.admission import Names
    from pkgplan.engine.payloads.shared import InUnit

# A grant in units of usage has no pricing unit; reads show this id.
QUANTITY_CREDIT_TYPE_ID: Final = "00000000-0000-0000-0000-000000000000"
QUANTITY_NAME: Final = "Quantity"  # (assumed)


@dataclass(frozen=True, slots=True)
class Scope:
    """One package on its way to being shown."""

    names: Names
    new_id: Callable[[], str]
    _ids: dict[str, str] = field(default_factory=dict)

    def template_id(self, temporary_id: str | None) -> str:
        """The id of a term's template: the same for each mention of a temporary id, a new one without."""
        if temporary_id is None:
            return self.new_id()
        if temporary_id not in self._ids:
            self._ids[temporary_id] = self.new_id()
        return self._ids[temporary_id]

    def product(self, product_id: str) -> JsonObject:
        """The product with its name."""
        return {"id": product_id, "name": self.names.products[product_id]}

    def credit_type(self, holder: InUnit, access_type: str | None = None) -> JsonObject:
        """The pricing unit with its name; USD if none was given, and none at all for units of usage."""
        if access_type == "QUANTITY":
            return {"id": QUANTITY_CREDIT_TYPE_ID, "name": QUANTITY_NAME}
        if holder.credit_type_id is None:
            return {"id": USD_CREDIT_TYPE_ID, "name": USD_NAME}
        return {"id": holder.credit_type_id, "name": self.names.credit_types[holder.credit_type_id]}

    def items(self, schedule: JsonObject) -> JsonObject:
        """The items of a schedule, each with an id of its own."""
        items = as_list(schedule["schedule_items"])
        return {"schedule_items": [{"id": self.new_id(), **as_object(item)} for item in items]}


def copied(given: JsonObject, names: Iterable[str]) -> JsonObject:
    """The fields that come back as they were given."""
    return {name: given[name] for name in names if name in given}
