"""The queries of calls, whose values arrive as text: page size, cursor, flags.

Comes in: text, or numbers from callers in this process. Goes out: pydantic types for the models of queries.
Never here: bodies. Source: vendor reference "Pagination": `limit` and `next_page` are query parameters.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, StrictBool, StrictStr, WithJsonSchema

from pkgplan.engine.fields import Body, Whole
from pkgplan.engine.paging import MAX_LIMIT


def _count(value: Any) -> Any:
    """Digits as a number; anything else is left for the next validator to refuse."""
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
        else value
    )


def _flag(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _list(value: Any) -> Any:
    """The SDK joins the values of an array with commas."""
    return value.split(",") if isinstance(value, str) else value


# How many are too many is for `page_of` to say; the bounds here are for the published description.
QueryCount = Annotated[
    Whole,
    BeforeValidator(_count),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}),
]
QueryFlag = Annotated[StrictBool, BeforeValidator(_flag)]
QueryList = Annotated[list[StrictStr], BeforeValidator(_list)]


class NoQuery(Body):
    """A call without query parameters."""


class PageQuery(Body):
    """`limit` and `next_page`."""

    limit: QueryCount | None = None
    next_page: StrictStr | None = None
