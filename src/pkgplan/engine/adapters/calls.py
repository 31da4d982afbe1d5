"""What the adapters of all ports share: a call whose faults are those of the ports, all pages of a list, fields.

Comes in: the name of an operation with its body and query. Goes out: JSON values.
Never here: what a single operation takes or gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import EngineError
from pkgplan.errors import ApiConflict, ApiError, ApiRejected, ApiUnavailable, EnvironmentFault
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object
from pkgplan.model.units import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.engine import Engine
    from pkgplan.model.units import Instant

# As many as a list gives at most; the list of custom field keys takes no size.
LARGEST_PAGE: Final[JsonObject] = {"limit": 100}


def call(
    engine: Engine, name: str, body: JsonObject | None = None, query: JsonObject | None = None
) -> JsonObject:
    """One call; a fault of the file is an ApiUnavailable, which is an EnvironmentFault."""
    try:
        return engine.call(name, body, query=query)
    except EngineError as error:
        raise _api_error(error) from error
    except EnvironmentFault as fault:
        raise ApiUnavailable(fault.message, hint=fault.hint) from fault


def data(answer: JsonObject) -> JsonObject:
    """The thing that an answer is about."""
    return as_object(answer["data"])


def pages(
    engine: Engine, name: str, body: JsonObject | None = None, query: JsonObject = LARGEST_PAGE
) -> Iterator[JsonObject]:
    """The things of every page of a list, in its order."""
    next_page: str | None = None
    while True:
        here = query if next_page is None else {**query, "next_page": next_page}
        answer = call(engine, name, body, here)
        for item in as_list(answer["data"]):
            yield as_object(item)
        next_page = optional_text(answer.get("next_page"))
        if next_page is None:
            return


def text(body: JsonObject, name: str) -> str:
    """A field that is text; raises TypeError or KeyError for an answer out of shape."""
    value = optional_text(body[name])
    if value is None:
        raise TypeError(f"{name} of an answer is not text")
    return value


def optional_text(value: JsonValue) -> str | None:
    """Text, or None for null and for what is left out."""
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def optional_instant(value: JsonValue) -> Instant | None:
    """An instant, or None for null and for what is left out."""
    written = optional_text(value)
    return None if written is None else parse_instant(written)


def _api_error(error: EngineError) -> ApiError:
    if error.status == 409:
        return ApiConflict(error.message, status=error.status)
    if error.status >= 500:
        return ApiUnavailable(error.message, status=error.status)
    return ApiRejected(error.message, status=error.status)
