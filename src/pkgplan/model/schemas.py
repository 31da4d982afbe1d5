"""The JSON Schemas of the catalog language, generated from the pydantic models.

Comes in: a kind. Goes out: its schema (draft 2020-12) as data, or as the text committed under schemas/.
Never here: validation. Pydantic's titles, defaults and null unions are taken out: a key is given or left out,
and nothing is ever null.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from pkgplan.model.catalog.catalog import KINDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

# Pydantic adds these to every field; none of them says anything in a catalog.
_NOISE = ("title", "default")
# The order in which a person wants to read the keywords of a field.
_ORDER = (
    "$schema", "$id", "title", "description", "$ref", "type", "const", "enum", "pattern", "maxLength",
    "minimum", "maximum", "minProperties", "properties", "required", "additionalProperties", "propertyNames",
    "items", "anyOf", "allOf", "if", "then", "x-pkgplan", "examples", "$defs",
)  # fmt: skip


def file_name(kind: str) -> str:
    """The file of a kind's schema: `BillableMetric` has `billable-metric.schema.json`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower() + ".schema.json"


class _AsWritten(GenerateJsonSchema):
    """Pydantic's generator without its sorting, which would shuffle the keys of examples."""

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:  # noqa: ARG002
        return value


@cache
def schema_for(kind: str) -> Schema:
    """The schema of one kind, without references, so that it can be walked; callers must not change it.

    Raises: KeyError for an unknown kind.
    """
    raw = KINDS[kind].model_json_schema(schema_generator=_AsWritten)
    definitions = raw.pop("$defs", {})
    head = {"$schema": DIALECT, "$id": file_name(kind), "title": f"pkgplan {kind}"}
    return _in_order({**_tidy(raw, definitions), **head})


def all_schemas() -> dict[str, str]:
    """The text of every committed schema file, by file name."""
    return {file_name(kind): json.dumps(schema_for(kind), indent=2) + "\n" for kind in KINDS}


def _tidy(node: Schema, definitions: Schema) -> Schema:
    """A schema without noise, null unions and references."""
    plain = {key: value for key, value in node.items() if key not in _NOISE}
    if "$ref" in plain:
        target = definitions[plain.pop("$ref").removeprefix("#/$defs/")]
        return _tidy({**target, **plain}, definitions)
    if "anyOf" in plain:
        choices = [choice for choice in plain["anyOf"] if choice != {"type": "null"}]
        if len(choices) == 1:
            del plain["anyOf"]
            return _tidy({**choices[0], **plain}, definitions)
        plain["anyOf"] = choices
    if "patternProperties" in plain:
        ((pattern, values),) = plain.pop("patternProperties").items()
        names = {"type": "string", "pattern": pattern, **plain.pop("propertyNames", {})}
        plain.update(additionalProperties=values, propertyNames=names)
    return _in_order({key: _tidy_keyword(key, value, definitions) for key, value in plain.items()})


def _tidy_keyword(key: str, value: Any, definitions: Schema) -> Any:
    if key == "properties":
        return {name: _tidy(inner, definitions) for name, inner in value.items()}
    if key in {"anyOf", "allOf"}:
        return [_tidy(inner, definitions) for inner in value]
    if key in {"items", "additionalProperties", "propertyNames", "if", "then", "not"} and isinstance(
        value, dict
    ):
        return _tidy(value, definitions)
    return value


def _in_order(node: Schema) -> Schema:
    ranks = {key: rank for rank, key in enumerate(_ORDER)}
    return dict(sorted(node.items(), key=lambda item: ranks.get(item[0], len(ranks))))
