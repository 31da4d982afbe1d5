"""The shapes of request bodies: which fields exist, of which type, in which spelling.

Comes in: a JSON body. Goes out: a frozen model with enums in the API's upper-case spelling and numbers as int
or Decimal, or a 400 that names the fields. Never here: rules that need two fields, or what is in the store.
Unknown fields are ignored, as the API does; null is refused, because the API has no nullable input.
Source: POST /v1/packages/create, SDK 4.12 `package_create_params`, OpenAPI description for the spellings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from pkgplan.engine.faults import refused
from pkgplan.engine.payloads.package import PackageCreate
from pkgplan.model.canonical import canonical

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject, JsonValue

__all__ = ["PackageCreate", "parse_create"]

_MAX_REPORTED: Final = 5
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


def parse_create(body: JsonObject) -> PackageCreate:
    """The body of a create call; raises EngineError 400 that names up to five fields."""
    if _is_deeper_than(_MAX_DEPTH, body):
        raise refused(f"body must not be nested deeper than {_MAX_DEPTH} levels")
    try:
        payload = PackageCreate.model_validate(body)
        canonical(payload.to_json())
    except UnicodeEncodeError:
        raise refused("body must be JSON in UTF-8") from None
    except ValidationError as error:
        findings = error.errors(include_url=False, include_context=True)
        lines = [
            _sentence(finding["loc"], finding["type"], finding["msg"]) for finding in findings[:_MAX_REPORTED]
        ]
        raise refused("; ".join(lines)) from None
    return payload


def _is_deeper_than(levels: int, body: JsonObject) -> bool:
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


def _sentence(route: tuple[int | str, ...], kind: str, message: str) -> str:
    """One finding the way the API's schema checker words it: `body/name must be string`."""
    if kind == "missing":
        return f"{_pointer(route[:-1])} must have required property '{route[-1]}'"
    text = message.removeprefix("Value error, ")
    for wording in ("Input should", "String should", "List should"):
        text = text.replace(wording, "must", 1)
    return f"{_pointer(route)} {_WORDS.get(kind, text)}"


def _pointer(route: tuple[int | str, ...]) -> str:
    return "/".join(["body", *(str(step) for step in route)])
