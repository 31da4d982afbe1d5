"""What `pkgplan explain spec.recurring_credits.*.priority` says: the documentation of one field.

Comes in: a route as people write it. Goes out: `FieldDocumentation`. Never here: printing.
It is read from the same schemas that editors use, so the two cannot differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from pkgplan.errors import UsageFault
from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.names import did_you_mean
from pkgplan.model.schemas import schema_for

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.schema_shapes import Schema

DEFAULT_KIND = "Package"

_OF_OURS = {
    "money": 'money, such as "10.00 USD"',
    "money-or-number": 'money, such as "10.00 USD", or a number',
    "span": 'calendar time, such as "3 months"; 0 is allowed',
    "duration": 'calendar time, such as "3 months"; at least 1',
    "periods": 'periods, such as "1 period"; at least 1',
    "instant": "a date (midnight UTC) or an RFC 3339 instant",
    "key": "a key of lower-case letters, digits and hyphens",
    "name": "text",
    "text": "text",
    "value": "text, at most 200 characters",
}
_FEW = 6
_PLAIN = {"string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false"}


@dataclass(frozen=True, slots=True)
class ChildField:
    """One line of the table of what is inside a field."""

    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class FieldDocumentation:
    """Everything that the schema says about one field; `examples` are JSON values."""

    kind: str
    route: str
    description: str
    type: str
    required: bool
    allowed: tuple[str, ...]
    examples: tuple[JsonValue, ...]
    children: tuple[ChildField, ...]


def field_documentation(route: str) -> FieldDocumentation:
    """The documentation of a field such as `spec.aliases.*.name` or `RateCard.spec.rates`.

    `*`, a term key or an index stand for the entries of a mapping or list, and may be left out. The kind is
    Package unless the route starts with another.

    Raises:
        UsageFault: there is no such field; the hint names the nearest one.
    """
    parts = [part for part in re.split(r"[.\[\]]+", route.strip()) if part]
    kind = parts.pop(0) if parts and parts[0] in KINDS else DEFAULT_KIND
    node, required = schema_for(kind), True
    walked: list[str] = []
    for part in parts:
        if "properties" not in node and _entries(node) is not None:
            node = {"description": node["description"], **(_entries(node) or {})}
            required = False
            walked.append("*")
            if part == "*" or part not in node.get("properties", {}):
                continue
        known = node.get("properties", {})
        if part not in known:
            raise _unknown_field(kind, walked, part, known)
        required = part in node.get("required", ())
        node = known[part]
        walked.append(part)
    return _document(kind, ".".join(walked), node, required=required)


def _document(kind: str, route: str, node: Schema, *, required: bool) -> FieldDocumentation:
    inside = _entries(node) or node
    return FieldDocumentation(
        kind=kind,
        route=route,
        description=node.get("description", ""),
        type=type_in_words(node),
        required=required,
        allowed=tuple(_allowed(node)),
        examples=tuple(map(_exact, node.get("examples", ()))),
        children=tuple(
            ChildField(name, type_in_words(child), name in inside.get("required", ()), child["description"])
            for name, child in inside.get("properties", {}).items()
        ),
    )


def type_in_words(node: Schema) -> str:
    """The type of a field for people who do not read JSON Schema."""
    if "x-pkgplan" in node:
        return _OF_OURS[node["x-pkgplan"]]
    if allowed := _allowed(node):
        return f"one of {len(allowed)} values" if len(allowed) > _FEW else f"one of: {', '.join(allowed)}"
    entries = _entries(node)
    if node["type"] == "object":
        return (
            "a mapping" if entries is None else f"a mapping of keys to entries, each {type_in_words(entries)}"
        )
    if node["type"] == "array":
        return f"a list, each entry {type_in_words(entries or {})}"
    limits = [f"at least {node['minimum']}"] if "minimum" in node else []
    limits += [f"at most {node['maximum']}"] if "maximum" in node else []
    limits += [f"at most {node['maxLength']} characters"] if "maxLength" in node else []
    return ", ".join([_PLAIN[node["type"]], *limits])


def _entries(node: Schema) -> Schema | None:
    """The schema of the entries of a mapping with free keys, or of a list."""
    free = node.get("additionalProperties")
    entries: Schema | None = free if isinstance(free, dict) else node.get("items")
    return entries


def _exact(example: Any) -> JsonValue:
    """An example as JSON with its digits; numbers of a schema are written as floats."""
    match example:
        case float():
            return Decimal(repr(example))
        case dict():
            return {name: _exact(item) for name, item in example.items()}
        case list():
            return [_exact(item) for item in example]
        case _:
            return cast("JsonValue", example)


def _allowed(node: Schema) -> list[str]:
    return [node["const"]] if "const" in node else list(node.get("enum", ()))


def _unknown_field(kind: str, walked: list[str], part: str, known: Schema) -> UsageFault:
    place = ".".join([kind, *walked])
    if not known:
        return UsageFault(f'"{place}" has no fields, so there is no "{part}" in it')
    hint = did_you_mean(part, known if walked else [*known, *KINDS])
    for level, node in () if walked else known.items():
        if part in node.get("properties", {}):
            hint = f'write "{"" if kind == DEFAULT_KIND else f"{kind}."}{level}.{part}"'
            break
    hint = hint or "it has: " + ", ".join(known)
    return UsageFault(f'"{place}" has no field "{part}"', hint=hint)
