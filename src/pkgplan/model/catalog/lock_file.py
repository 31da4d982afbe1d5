"""The lock file of an environment: which id each name of the catalog stands for there.

Comes in: environments/<name>.lock.json. Goes out: `LockFile`, with ids in one spelling. Never here: positions, or
whether the catalog has the names; `stages/pins.py` says what is wrong with a file that somebody wrote by hand.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from pkgplan.model.catalog.fields import CatalogModel, EnvironmentName

FORMAT_VERSION: Final = "1"
FOLDER: Final = "environments"
SUFFIX: Final = ".lock.json"
# The kinds whose ids a payload has, with the words for one of them.
PINNED_KINDS: Final = {
    "billable-metric": "billable metric",
    "product": "product",
    "rate-card": "rate card",
    "pricing-unit": "pricing unit",
}
NAME_PATTERN: Final = (
    r"^((billable-metric|product|rate-card)/[a-z0-9]+(-[a-z0-9]+)*|"
    r"pricing-unit/([A-Z]{3}|[a-z0-9]+(-[a-z0-9]+)*))$(?!\n)"
)
# Source: every id of the vendor's OpenAPI description that a package can have is of format uuid.
ID_PATTERN: Final = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$(?!\n)"
# What the vendor writes where there is none.
NO_ID: Final = "00000000-0000-0000-0000-000000000000"

AN_ID: Final = "5e2f0a14-7c3b-4d7e-9a56-1f0c8b2d4e60"


def lock_path(environment: str) -> str:
    """The lock file of an environment, relative to the catalog folder."""
    return f"{FOLDER}/{environment}{SUFFIX}"


def is_name(text: str) -> bool:
    """Whether a catalog could declare something of this name."""
    return re.search(NAME_PATTERN, text) is not None


def is_id(text: str) -> bool:
    """Whether a text is an id of Metronome, in capitals or not."""
    return re.search(ID_PATTERN, text) is not None and text != NO_ID


# The patterns need look-aheads, which pydantic's regular expressions lack; the stage has looked by then.
ReferenceName = Annotated[str, WithJsonSchema({"type": "string", "pattern": NAME_PATTERN})]
ReferenceId = Annotated[
    str,
    AfterValidator(str.lower),
    WithJsonSchema({"type": "string", "pattern": ID_PATTERN, "not": {"const": NO_ID}}),
]


class LockFile(CatalogModel):
    """The ids that names of the catalog stand for in one environment."""

    json_schema: str | None = Field(
        default=None,
        alias="$schema",
        description="Where an editor finds this schema.",
        examples=["../schemas/lock.schema.json"],
    )
    format_version: Literal["1"] = Field(description="The version of this format.", examples=["1"])
    environment: EnvironmentName = Field(
        description="The environment of the Project that the ids are of; the file is named for it, too.",
        examples=["production"],
    )
    ids: dict[ReferenceName, ReferenceId] = Field(
        description="The id in Metronome of everything that packages refer to, by kind and key: `product/starter-fee`, "
        "`rate-card/tokens`, `billable-metric/input-tokens`, `pricing-unit/ai-credits` or `pricing-unit/EUR`. "
        "USD needs none. An id stands for one name; capitals make no difference.",
        examples=[{"product/starter-fee": AN_ID}],
    )
