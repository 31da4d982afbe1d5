"""How a document of a kind is laid out: the order of its fields, and which values have a spelling of their own.

Comes in: the schema of a kind. Goes out: a `Layout` to walk a document with, and values in canonical spelling.
Never here: YAML. What is not as the schema wants it stays as it is, so that any data can be walked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pkgplan.model.schemas import schema_for
from pkgplan.model.units import Money, RelativeDate, parse_instant, short_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pkgplan.model.canonical import JsonValue


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of one value. `scalar` is its `x-pkgplan` type, empty for all that have no spelling."""

    scalar: str = ""
    fields: Mapping[str, Layout] = field(default_factory=dict)
    entries: Layout | None = None
    items: Layout | None = None

    def of_entry(self, key: str) -> Layout:
        """The layout of an entry of a mapping."""
        return self.fields.get(key) or self.entries or FREE

    def of_item(self) -> Layout:
        """The layout of an item of a list."""
        return self.items or FREE


FREE: Final = Layout()
"""A value that nobody here knows anything about."""


@cache
def layout_of(kind: str) -> Layout:
    """The layout of documents of a kind; of an unknown one, nothing is known."""
    try:
        return _layout(schema_for(kind))
    except KeyError:
        return FREE


def spelled(layout: Layout, value: JsonValue) -> JsonValue:
    """One value as `pkgplan fmt` writes it; collections other than spans stay as they are."""
    spelling = _SPELLINGS.get(layout.scalar)
    if spelling is None:
        return value
    try:
        return spelling(value)
    except ValueError:
        return value


def canonical_data(layout: Layout, value: JsonValue) -> JsonValue:
    """The same data with every value in canonical spelling: equal for all ways to write one document."""
    again = spelled(layout, value)
    if isinstance(again, dict):
        return {key: canonical_data(layout.of_entry(key), inner) for key, inner in again.items()}
    if isinstance(again, list):
        of_item = layout.of_item()
        return [canonical_data(of_item, inner) for inner in again]
    return again


def _layout(schema: dict[str, Any]) -> Layout:
    if "x-pkgplan" in schema:
        return Layout(scalar=schema["x-pkgplan"])
    inner = {name: schema.get(name) for name in ("additionalProperties", "items")}
    entries, items = (_layout(found) if isinstance(found, dict) else None for found in inner.values())
    fields = {name: _layout(found) for name, found in schema.get("properties", {}).items()}
    return Layout("", fields, entries, items)


def _money(value: JsonValue) -> JsonValue:
    return str(Money.parse(value)) if isinstance(value, str) else value


def _span(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return str(RelativeDate.parse(value))
    if isinstance(value, dict):
        span = RelativeDate.from_api(value)
        return value if span is None else str(RelativeDate.parse(str(span)))
    return value


def _instant(value: JsonValue) -> JsonValue:
    return short_instant(parse_instant(value)) if isinstance(value, str) else value


_SPELLINGS: Final[Mapping[str, Callable[[JsonValue], JsonValue]]] = {
    "money": _money,
    "money-or-number": _money,
    "span": _span,
    "duration": _span,
    "periods": _span,
    "instant": _instant,
}
