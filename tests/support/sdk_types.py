"""The types of the official SDK as a judge of payloads.

Comes in: a payload. Goes out: the keys that the SDK's TypedDicts lack. Never here: values; pydantic checks those.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NotRequired, Required, Union, get_args, get_origin, get_type_hints

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
