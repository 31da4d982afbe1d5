"""One break at a time: every way to damage one place of a valid package that a person or a merge would.

Comes in: the spec of a package as data, which may be broken already. Goes out: named breaks, each with the damaged
spec and the block that it is in. The schema says what a place may hold, so that enums are swapped for their other
values and numbers are moved beyond their limits; keys that name something else are left dangling.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pkgplan.model.catalog.package import TERMS
from pkgplan.model.schemas import schema_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    Route = tuple[str | int, ...]

NOBODY = "nobody-declared-this"


class _Gone:
    """In place of a value: there is none."""


_GONE = _Gone()


@dataclass(frozen=True)
class Break:
    """What is damaged, below `spec`; the damaged copy is only made for those who look at it."""

    kind: str
    route: Route
    _whole: Any = field(repr=False)
    _value: Any = field(repr=False)

    @property
    def spec(self) -> Any:
        """A copy of the whole spec with the damage."""
        damaged = deepcopy(self._whole)
        parent = _at(damaged, self.route[:-1])
        if self.kind == "twin":
            parent[f"{self.route[-1]}-2"] = deepcopy(parent[self.route[-1]])
        elif isinstance(self._value, _Gone):
            del parent[self.route[-1]]
        else:
            parent[self.route[-1]] = deepcopy(self._value)
        return damaged

    @property
    def value(self) -> Any:
        """What was there before."""
        return _at(self._whole, self.route)

    @property
    def block(self) -> Route:
        """The term that was damaged, or the field of the package."""
        return self.route[: 2 if self.route[0] in TERMS else 1]

    @property
    def takes_away_a_block(self) -> bool:
        """Whether nothing is left of the block; then it shows where something else needs it."""
        return self.kind in {"drop", "empty"} and len(self.route) <= len(self.block)

    def __str__(self) -> str:
        return f"{self.kind} {'.'.join(map(str, self.route))}"


def breaks(spec: dict[str, Any]) -> Iterator[Break]:
    """Every break of a spec that has no `from`."""
    schema = schema_for("Package")["properties"]["spec"]
    for route, node in _places(schema, spec, ()):
        value = _at(spec, route)
        yield Break("drop", route, spec, _GONE)
        for kind, damaged in _damage(node, value):
            yield Break(kind, route, spec, damaged)
        if route[-1] in {"product", "subscription", "spend_tracker", "rate_card", "rate_card_alias"}:
            yield Break("dangle", route, spec, NOBODY)
        if (
            isinstance(value, list)
            and value
            and isinstance(value[0], str)
            and "enum" not in node.get("items", {})
        ):
            yield Break("dangle", route, spec, [*value, NOBODY])
        if isinstance(value, list) and value:
            yield Break("repeat", route, spec, [*value, value[0]])
        if len(route) == 2 and route[0] in TERMS:
            # The same term once more, under another key.
            yield Break("twin", route, spec, value)


def _places(node: dict[str, Any], value: Any, route: Route) -> Iterator[tuple[Route, dict[str, Any]]]:
    if route:
        yield route, node
    if isinstance(value, dict):
        for key, child in value.items():
            inner = node.get("properties", {}).get(key, node.get("additionalProperties"))
            if isinstance(inner, dict):
                yield from _places(inner, child, (*route, key))
    elif isinstance(value, list) and "items" in node:
        for position, child in enumerate(value):
            yield from _places(node["items"], child, (*route, position))


def _damage(node: dict[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
    """Values that should not stand there, whatever stands around it."""
    if "enum" in node:
        yield "retype", 7
        yield "misspell", f"{value}x"
        for other in node["enum"]:
            if other != value:
                yield "swap", other
        return
    if isinstance(value, dict | list):
        yield "retype", "text"
        yield "empty", type(value)()
        yield "retype", [value] if isinstance(value, dict) else {"a": 1}
        return
    if isinstance(value, bool):
        yield "swap", not value
        yield "retype", "maybe"
        return
    if isinstance(value, int | Decimal):
        yield "retype", "text"
        for beyond in (-1, 0, Decimal("0.5"), Decimal("1.5"), 10**6):
            yield "range", beyond
        return
    yield "retype", {"a": 1}
    yield "retype", 7
    yield from _damaged_text(node.get("x-pkgplan"), value)


def _damaged_text(kind: str | None, value: str) -> Iterator[tuple[str, Any]]:
    match kind:
        case "money" | "money-or-number" if re.fullmatch(r"[0-9.]+ \S+", value):
            number, _, unit = value.partition(" ")
            yield "bare", Decimal(number)
            yield "unit", f"{number} {'EUR' if unit == 'USD' else 'USD'}"
            yield "unit", f"{number} moon-rocks"
            yield "range", f"-{value}"
            yield "range", f"0.00 {unit}"
            yield "range", f"{Decimal(number) * 1000} {unit}"
            yield "digits", f"12345678901234567890.12 {unit}"
        case "span" | "duration" | "periods":
            for other in (
                "0 months",
                "1 month",
                "200 years",
                "90 years",
                "3 fortnights",
                "1 period",
                "-1 days",
            ):
                yield "range", other
        case "name":
            yield "empty", ""
            yield "empty", "  "
            for untidy in (f"{value} ", f" {value}", f"{value}\u200b", f"{value}  x", f"{value}\u0065\u0301"):
                yield "untidy", untidy
        case _:
            yield "empty", ""


def _at(spec: Any, route: Route) -> Any:
    for part in route:
        spec = spec[part]
    return spec
