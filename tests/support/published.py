"""The committed schemas as an editor uses them: plain jsonschema, references between the files resolved.

Comes in: a kind. Goes out: a validator that knows nothing of pkgplan. Never here: the generator of the schemas.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from pkgplan.model.schemas import file_name

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue

SCHEMAS = Path(__file__).parents[2] / "schemas"


@cache
def published(kind: str) -> Any:
    """The committed schema of a kind; callers must not change it."""
    return json.loads((SCHEMAS / file_name(kind)).read_text(encoding="utf-8"))


@cache
def published_validator(kind: str) -> Any:
    """A validator for the committed schema of a kind."""
    files = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
    registry: Any = Registry().with_resources(
        (name, Resource.from_contents(schema)) for name, schema in files.items()
    )
    return Draft202012Validator(published(kind), registry=registry)


def refused(kind: str, document: JsonValue) -> list[str]:
    """What an editor underlines."""
    return [error.message for error in published_validator(kind).iter_errors(document)]
