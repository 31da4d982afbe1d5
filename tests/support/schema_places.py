"""Every place of a schema, and which of them a value makes use of.

Comes in: the schema of a kind; a value. Goes out: routes, with `*` for any key or position, and `=value` at the end
for one value of an enum or a yes or no. Never here: whether the value is valid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    Place = tuple[str, ...]


def places(node: dict[str, Any], route: Place = ()) -> Iterator[Place]:
    """Every place where a value may be, and every value that can be listed."""
    yield route
    for choice in _choices(node):
        yield (*route, f"={choice}")
    for name, inner in node.get("properties", {}).items():
        yield from places(inner, (*route, name))
    if (inner := _inner(node)) is not None:
        yield from places(inner, (*route, "*"))


def used(node: dict[str, Any], value: Any, route: Place = ()) -> Iterator[Place]:
    """The places of a schema that a value fills."""
    yield route
    if _choices(node):
        yield (*route, f"={value}")
    fields = node.get("properties", {})
    inner = _inner(node)
    if isinstance(value, dict):
        for name, child in value.items():
            if name in fields:
                yield from used(fields[name], child, (*route, name))
            elif inner is not None:
                yield from used(inner, child, (*route, "*"))
    elif isinstance(value, list) and inner is not None:
        for child in value:
            yield from used(inner, child, (*route, "*"))


def _choices(node: dict[str, Any]) -> list[Any]:
    if "const" in node:
        return [node["const"]]
    choices: list[Any] = node.get("enum", [True, False] if node.get("type") == "boolean" else [])
    return choices


def _inner(node: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of each entry of a mapping with keys of its author's, or of each item of a list."""
    inner = node.get("items", node.get("additionalProperties"))
    return inner if isinstance(inner, dict) else None
