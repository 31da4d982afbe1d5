"""The types of the official SDK as a judge of payloads.

Comes in: a payload, or a type. Goes out: the keys that the SDK's TypedDicts lack, and those that they have.
Never here: values; pydantic checks those.
"""

from __future__ import annotations

from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from metronome.types.v1.package_create_params import PackageCreateParams
from pydantic import TypeAdapter

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject


def refuse_foreign(payload: JsonObject) -> None:
    """Raise unless the SDK's types know every key of a payload, and take every value."""
    _adapter().validate_python(payload)
    assert unknown_keys(PackageCreateParams, payload) == []


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(PackageCreateParams)


def unknown_keys(wanted: Any, value: Any, route: str = "") -> list[str]:
    """Keys of a payload that the SDK's TypedDicts lack, as routes."""
    while get_origin(wanted) in {Required, NotRequired} or hasattr(wanted, "__metadata__"):
        wanted = get_args(wanted)[0]
    if get_origin(wanted) is Union:
        return min((unknown_keys(choice, value, route) for choice in get_args(wanted)), key=len)
    if hasattr(wanted, "__required_keys__") and isinstance(value, dict):
        hints = get_type_hints(wanted, include_extras=False)
        return [
            found
            for name, item in value.items()
            for found in (
                unknown_keys(hints[name], item, f"{route}{name}.") if name in hints else [f"{route}{name}"]
            )
        ]
    if isinstance(value, list):
        (item_type,) = get_args(wanted)
        return [
            found for i, item in enumerate(value) for found in unknown_keys(item_type, item, f"{route}{i}.")
        ]
    return []


def sdk_fields(annotation: Any, path: str = "", *, optional: bool = False) -> dict[str, Any]:
    """Every field that the typed dictionaries of the SDK know, with its type: `commits[].type`.

    With `optional`, only fields that may be left out.
    """
    arguments = get_args(annotation)
    if get_origin(annotation) in (Annotated, Required, NotRequired):
        return sdk_fields(arguments[0], path, optional=optional)
    if hasattr(annotation, "__required_keys__"):
        found: dict[str, Any] = {}
        for name, inner in get_type_hints(annotation, include_extras=True).items():
            inside = f"{path}.{name}".lstrip(".")
            is_required = get_origin(inner) is Required
            if not (optional and is_required):
                found[inside] = get_type_hints(annotation)[name]
            found |= sdk_fields(inner, inside, optional=optional)
        return found
    if len(arguments) == 1 and get_origin(annotation) is not Literal:
        items = {} if optional else {f"{path}[]": arguments[0]}
        return items | sdk_fields(arguments[0], f"{path}[]", optional=optional)
    return {}
