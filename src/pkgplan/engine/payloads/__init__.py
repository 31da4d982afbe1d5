"""The shapes of request bodies: which fields exist, of which type, in which spelling.

Comes in: a JSON body. Goes out: a frozen model with enums in the API's upper-case spelling and numbers as int
or Decimal, or a 400 that names the fields. Never here: rules that need two fields, or what is in the store.
Unknown fields are ignored in open objects, as the API does, and refused in closed ones; null is refused but for
the few fields that a model names NULLABLE.
Source: SDK 4.12 (`package_create_params` and its likes), the OpenAPI description for the spellings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from pkgplan.engine.faults import refused
from pkgplan.engine.findings import LISTED, Findings
from pkgplan.engine.payloads.package import PackageCreate
from pkgplan.model.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonValue

__all__ = ["PackageCreate", "parse"]

# The terms themselves have fewer than ten; only a `custom_rate` may hold whatever its author likes.
_MAX_DEPTH: Final = 64
_WORDS: Final = {
    "string_type": "must be string",
    "bool_type": "must be boolean",
    "list_type": "must be array",
    "dict_type": "must be object",
    "model_type": "must be object",
    "model_attributes_type": "must be object",
}
_Model = TypeVar("_Model", bound=BaseModel)


def parse(model: type[_Model], value: JsonValue, *, place: str = "body") -> _Model:
    """A body or query of a call; raises EngineError 400 that names the first fields and counts the others.

    Args:
        model: its shape.
        value: the JSON value.
        place: where it was: `body` or `querystring`.
    """
    if _is_deeper_than(_MAX_DEPTH, value):
        raise refused(f"{place} must not be nested deeper than {_MAX_DEPTH} levels")
    counted = Findings()
    try:
        parsed = model.model_validate(value, context=counted)
        canonical(value)
    except UnicodeEncodeError:
        raise refused(f"{place} must be JSON in UTF-8") from None
    except ValidationError as error:
        raise refused("; ".join(_sentences(place, error, counted))) from None
    return parsed


def _sentences(place: str, error: ValidationError, counted: Findings) -> Iterator[str]:
    """The first findings, and how many others there are."""
    listed = error.errors(include_url=False, include_context=False, include_input=False)[:LISTED]
    for finding in listed:
        yield _sentence((place, *finding["loc"]), finding["type"], finding["msg"])
    if others := error.error_count() + counted.dropped - len(listed):
        yield f"and {others:,} more"


def _is_deeper_than(levels: int, body: JsonValue) -> bool:
    """Whether a body has more levels; level by level, as recursion is what depth would break."""
    level: list[JsonValue] = [body]
    for _ in range(levels):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
    return any(isinstance(value, dict | list) for value in level)


def _sentence(route: tuple[Any, ...], kind: str, message: str) -> str:
    """One finding the way the API's schema checker words it: `body/name must be string`."""
    place = "/".join(str(step) for step in route[:-1])
    if kind == "missing":
        return f"{place} must have required property '{route[-1]}'"
    if kind == "extra_forbidden":
        return f"{place} must NOT have additional property '{route[-1]}'"
    text = message.removeprefix("Value error, ")
    for wording in ("Input should", "String should", "List should"):
        text = text.replace(wording, "must", 1)
    return f"{'/'.join(str(step) for step in route)} {_WORDS.get(kind, text)}"
