"""`CustomerApi` on an `Engine`. Comes in and goes out: values of the port. Never here: rules of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.adapters.calls import call, data, pages, text
from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.ports import Customer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.engine.engine import Engine


class EmbeddedCustomers:
    """`CustomerApi` on an `Engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, name: str, ingest_aliases: Iterable[str] = ()) -> Customer:
        """Create a customer; gives it as it was stored."""
        body: JsonObject = {"name": name, "ingest_aliases": [*ingest_aliases]}
        return _customer(data(call(self._engine, "customers.create", body)))

    def list(self) -> Iterator[Customer]:
        """Every customer that is not archived."""
        return map(_customer, pages(self._engine, "customers.list"))


def _customer(item: JsonObject) -> Customer:
    return Customer(
        customer_id=text(item, "id"),
        name=text(item, "name"),
        ingest_aliases=tuple(str(alias) for alias in as_list(item.get("ingest_aliases", []))),
        custom_fields={key: str(value) for key, value in as_object(item.get("custom_fields") or {}).items()},
    )
