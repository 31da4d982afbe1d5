"""What is wrong with one value, for each keyword of JSON Schema that our schemas use.

Comes in: the keyword that failed, its limit, the value, the schema around it. Goes out: a `Fault`.
Never here: places, or text made by jsonschema. A test holds `WORDED` equal to the keywords in the schemas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pkgplan.model import rules
from pkgplan.model.catalog.document import API_VERSION
from pkgplan.model.names import MAX_KEY
from pkgplan.stages.validate.scalars import Fault, scalar_fault
from pkgplan.stages.validate.words import show, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from pkgplan.model.canonical import JsonValue

_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}
_TERMS_HINT = (
    'write a mapping: a key of your choice and a colon in place of each "-", such as "signup-credit:"'
)


def value_fault(keyword: str, limit: Any, value: JsonValue, schema: dict[str, Any]) -> Fault:
    """The fault of a value that failed `keyword: limit`."""
    if "x-pkgplan" in schema:
        keyword, limit = "x-pkgplan", schema["x-pkgplan"]
    elif value is None and keyword != "const":
        return Fault(rules.WRONG_TYPE, "has no value", "write a value or remove the key")
    return WORDED.get(keyword, _misplaced)(limit, value, schema)


def plain(value: Any) -> str:
    """A value as it is written in a file."""
    return value if isinstance(value, str) else show(value)


def _misplaced(_limit: Any, value: JsonValue, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.WRONG_TYPE, f"is {show(value)}, which does not belong here")


def _scalar(kind: str, value: JsonValue, schema: dict[str, Any]) -> Fault:
    fault = scalar_fault(kind, value, longest=schema.get("maxLength", MAX_KEY))
    return fault or _misplaced(kind, value, schema)


def _type(wanted: str, value: JsonValue, schema: dict[str, Any]) -> Fault:
    return Fault(
        rules.WRONG_TYPE, f"is {show(value)}, not {_TYPES[wanted]}", _type_hint(wanted, value, schema)
    )


def _type_hint(wanted: str, value: JsonValue, schema: dict[str, Any]) -> str:
    items = schema.get("items", {})
    scalar = not isinstance(value, dict | list) and items.get("type") != "object"
    hints = {
        "string": f"quote it: '{plain(value)}'" if scalar else "write text",
        "number": "write a plain number, without quotes or a unit",
        "integer": "write a whole number, without quotes or a unit",
        "boolean": "write true or false",
        "object": f"write `key: value` lines under it, indented{_first_key(schema)}",
        "array": f"write a list: [{plain(value)}]"
        if scalar
        else f'start each entry with "- "{_first_key(items)}',
    }
    entries = schema.get("additionalProperties")
    if isinstance(value, list) and isinstance(entries, dict) and entries.get("type") == "object":
        return _TERMS_HINT
    return hints[wanted]


def such_as(key: str, schema: dict[str, Any]) -> str:
    """How a line with this key could look, if there is an example that fits on it."""
    sample = next(iter(schema.get("examples", ())), None)
    return f", such as `{key}: {plain(sample)}`" if isinstance(sample, str | int) else ""


def _first_key(schema: dict[str, Any]) -> str:
    """The first key that a mapping must have, as an example."""
    for key in schema.get("required", ()):
        return such_as(key, schema["properties"][key]) or f", such as `{key}:`"
    return ""


def _enum(allowed: list[str], value: JsonValue, _schema: dict[str, Any]) -> Fault:
    near = suggestion(value, allowed) if isinstance(value, str) else ""
    choices = "" if "did you mean" in near or "known: " in near else "one of: " + ", ".join(allowed)
    hint = "; ".join(filter(None, [near, choices]))
    return Fault(rules.UNKNOWN_VALUE, f"is {show(value)}, not one of the known values", hint)


def _const(only: str, value: JsonValue, _schema: dict[str, Any]) -> Fault:
    rule = rules.UNKNOWN_API_VERSION if only == API_VERSION else rules.UNKNOWN_VALUE
    return Fault(rule, f"is {show(value)}, not {show(only)}", f'write "{only}"')


def _minimum(least: int | Decimal, value: JsonValue, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.OUT_OF_RANGE, f"is {show(value)}, less than {least}", f"write {least} or more")


def _above(least: int | Decimal, value: JsonValue, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.OUT_OF_RANGE, f"is {show(value)}, not more than {least}", f"write more than {least}")


def _maximum(most: int | Decimal, value: JsonValue, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.OUT_OF_RANGE, f"is {show(value)}, more than {most}", f"write {most} or less")


def _max_length(most: int, value: JsonValue, _schema: dict[str, Any]) -> Fault:
    length = len(value) if isinstance(value, str) else 0
    problem = f"is {show(value)}, {length} characters long"
    return Fault(rules.OUT_OF_RANGE, problem, f"use at most {most} characters")


def _min_properties(least: int, value: JsonValue, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.OUT_OF_RANGE, _too_few(least, value), "add an entry")


def _min_items(least: int, value: JsonValue, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.OUT_OF_RANGE, _too_few(least, value), 'add an entry that starts with "- "')


def _too_few(least: int, value: JsonValue) -> str:
    return f"has fewer than {least} entries" if value else "has no entries"


WORDED: dict[str, Callable[[Any, JsonValue, dict[str, Any]], Fault]] = {
    "x-pkgplan": _scalar,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minimum": _minimum,
    "exclusiveMinimum": _above,
    "maximum": _maximum,
    "maxLength": _max_length,
    "minProperties": _min_properties,
    "minItems": _min_items,
}
