"""What is wrong with one value, for each keyword of JSON Schema that our schemas use.

Comes in: the keyword that failed, its limit, the value, the schema around it. Goes out: a `Fault`.
Never here: places, or text made by jsonschema. A test holds `WORDED` equal to the keywords in the schemas.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from pkgplan.model import rules
from pkgplan.model.appearance import told_apart
from pkgplan.model.catalog.document import API_VERSION
from pkgplan.model.names import MAX_KEY
from pkgplan.stages.validate.choices import choice_hint
from pkgplan.stages.validate.fault import Fault
from pkgplan.stages.validate.numbers import number_hint, share_hint
from pkgplan.stages.validate.scalars import not_text, scalar_fault
from pkgplan.stages.validate.words import show

if TYPE_CHECKING:
    from collections.abc import Callable

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
_YES_OR_NO = {
    **dict.fromkeys(("yes", "y", "on", "true"), "true"),
    **dict.fromkeys(("no", "n", "off", "false"), "false"),
}


class Given(NamedTuple):
    """A value, the field that holds it, and how it is written in its file if it is no text and anybody knows."""

    value: JsonValue
    field: str = ""
    written: str | None = None

    @property
    def shown(self) -> str:
        """The value as a message quotes it."""
        return show(self.value, self.written)


def value_fault(keyword: str, limit: Any, given: Given, schema: dict[str, Any]) -> Fault:
    """The fault of a value that failed `keyword: limit`."""
    if "x-pkgplan" in schema:
        keyword, limit = "x-pkgplan", schema["x-pkgplan"]
    elif given.value is None and keyword != "const":
        return Fault(rules.WRONG_TYPE, "has no value", "write a value or remove the key")
    return WORDED.get(keyword, _misplaced)(limit, given, schema)


def plain(value: Any) -> str:
    """A value as it is written in a file."""
    return value if isinstance(value, str) else show(value)


def _misplaced(_limit: Any, given: Given, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.WRONG_TYPE, f"is {given.shown}, which does not belong here")


def _scalar(kind: str, given: Given, schema: dict[str, Any]) -> Fault:
    longest = schema.get("maxLength", MAX_KEY)
    fault = scalar_fault(kind, given.value, longest=longest, written=given.written)
    return fault or _misplaced(kind, given, schema)


def _type(wanted: str, given: Given, schema: dict[str, Any]) -> Fault:
    if wanted == "string":
        longest = schema.get("maxLength")
        return not_text(given.value, given.written, lambda text: _too_long(longest, text))
    is_whole = wanted == "integer" and isinstance(given.value, Decimal) and not given.value % 1
    problem = f"is {given.shown}, not {'written as ' if is_whole else ''}{_TYPES[wanted]}"
    return Fault(rules.WRONG_TYPE, problem, _type_hint(wanted, given, schema))


def _type_hint(wanted: str, given: Given, schema: dict[str, Any]) -> str:
    value, items = given.value, schema.get("items", {})
    scalar = not isinstance(value, dict | list) and items.get("type") != "object"
    entries = schema.get("additionalProperties")
    if isinstance(value, list) and isinstance(entries, dict) and entries.get("type") == "object":
        return _TERMS_HINT
    match wanted:
        case "number" | "integer":
            return number_hint(value, given.field, whole=wanted == "integer", schema=schema)
        case "boolean":
            meant = _YES_OR_NO.get(value.strip().lower()) if isinstance(value, str) else None
            return f"write {meant}" if meant else "write true or false"
        case "object":
            return f"write `key: value` lines under it, indented{_first_key(schema)}"
        case _ if scalar:
            return f"write a list: [{given.written or plain(value)}]"
        case _:
            return f'start each entry with "- "{_first_key(items)}'


def such_as(key: str, schema: dict[str, Any]) -> str:
    """How a line with this key could look, if there is an example that fits on it."""
    sample = next(iter(schema.get("examples", ())), None)
    return f", such as `{key}: {plain(sample)}`" if isinstance(sample, str | int) else ""


def _first_key(schema: dict[str, Any]) -> str:
    """The first key that a mapping must have, as an example."""
    for key in schema.get("required", ()):
        return such_as(key, schema["properties"][key]) or f", such as `{key}:`"
    return ""


def _enum(allowed: list[str], given: Given, _schema: dict[str, Any]) -> Fault:
    hint = choice_hint(given.value, allowed)
    return Fault(rules.UNKNOWN_VALUE, f"is {given.shown}, not one of the known values", hint)


def _const(only: str, given: Given, _schema: dict[str, Any]) -> Fault:
    rule = rules.UNKNOWN_API_VERSION if only == API_VERSION else rules.UNKNOWN_VALUE
    if isinstance(given.value, dict | list | None):
        return Fault(rule, f"is {given.shown}, not {show(only)}", f'write "{only}"')
    is_now, wanted = told_apart(given.value, only)
    return Fault(rule, f"is {is_now}, not {wanted}", f'write "{only}"')


def _minimum(least: int | Decimal, given: Given, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.OUT_OF_RANGE, f"is {given.shown}, less than {least}", f"write {least} or more")


def _above(least: int | Decimal, given: Given, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.OUT_OF_RANGE, f"is {given.shown}, not more than {least}", f"write more than {least}")


def _maximum(most: int | Decimal, given: Given, schema: dict[str, Any]) -> Fault:
    hint = share_hint(given.value, given.field, schema) or f"write {most} or less"
    return Fault(rules.OUT_OF_RANGE, f"is {given.shown}, more than {most}", hint)


def _max_length(most: int, given: Given, _schema: dict[str, Any]) -> Fault:
    fault = _too_long(most, given.value) if isinstance(given.value, str) else None
    return fault or _misplaced(most, given, {})


def _too_long(most: int | None, text: str) -> Fault | None:
    if most is None or len(text) <= most:
        return None
    problem = f"is {show(text)}, {len(text)} characters long"
    return Fault(rules.OUT_OF_RANGE, problem, f"use at most {most} characters")


def _min_properties(least: int, given: Given, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.OUT_OF_RANGE, _too_few(least, given.value), "add an entry")


def _min_items(least: int, given: Given, _schema: dict[str, Any]) -> Fault:
    return Fault(rules.OUT_OF_RANGE, _too_few(least, given.value), 'add an entry that starts with "- "')


def _too_few(least: int, value: JsonValue) -> str:
    return f"has fewer than {least} entries" if value else "has no entries"


WORDED: dict[str, Callable[[Any, Given, dict[str, Any]], Fault]] = {
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
