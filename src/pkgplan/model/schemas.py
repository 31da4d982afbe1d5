"""The JSON Schemas of the catalog language, generated from the pydantic models.

Comes in: a kind. Goes out: its schema (draft 2020-12) as data, or as the text committed under schemas/.
Never here: validation. Pydantic's titles, defaults and null unions are taken out: a key is given or left out.
Only a spec with `from` may say `null`, and `stages/inherit` takes it out before anybody looks.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.catalog.fragment import FRAGMENT, NEVER_TAKEN_OVER
from pkgplan.model.catalog.lock_file import LockFile
from pkgplan.model.schema_shapes import DEF, Schema, folded, nullable, partial, unmarked

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
LOCK_SCHEMA: Final = "lock.schema.json"

# Pydantic adds these to every field; none of them says anything in a catalog.
_NOISE = ("title", "default")
# The order in which a person wants to read the keywords of a field.
_ORDER = (
    "$schema", "$id", "title", "description", "$ref", "type", "const", "enum", "pattern", "maxLength",
    "minimum", "exclusiveMinimum", "maximum", "minItems", "minProperties", "properties", "required",
    "additionalProperties", "propertyNames", "items", "not", "anyOf", "allOf", "if", "then", "else", "x-pkgplan",
    "examples", "$defs",
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
    tree = _tree(kind)
    if kind == FRAGMENT:
        tree = _with_spec(tree, lambda spec: _without(partial(spec), NEVER_TAKEN_OVER))
    schema: Schema = unmarked(tree)
    return schema


@cache
def partial_schema_for(kind: str) -> Schema:
    """The schema of a document whose spec is not all there, because a base of its `from` is missing."""
    schema: Schema = unmarked(_with_spec(_tree(kind), partial))
    return schema_for(kind) if kind == FRAGMENT else schema


def all_schemas() -> dict[str, str]:
    """The text of every committed schema file that describes what people write, by file name."""
    trees = {**{file_name(kind): _published(kind) for kind in KINDS}, LOCK_SCHEMA: lock_schema()}
    return {name: json.dumps(_in_order_at_every_depth(tree), indent=2) + "\n" for name, tree in trees.items()}


def lock_schema() -> Schema:
    """The schema of a lock file, which has no kind: it is JSON, and lies beside the catalog."""
    schema: Schema = unmarked(_model_tree(LockFile, LOCK_SCHEMA, "lock file"))
    return schema


def _published(kind: str) -> Schema:
    """The schema as editors get it: a spec with `from` is held against the schema of the fragment's file."""
    tree = _tree(kind)
    if kind == FRAGMENT:
        schema = folded(_with_spec(tree, _changes))
        schema["properties"]["spec"]["properties"] = dict.fromkeys(sorted(NEVER_TAKEN_OVER), False)
        return schema
    schema = folded(tree)
    if kind == "Package":
        spec = schema["properties"]["spec"]
        changes = f"{file_name(FRAGMENT)}#/$defs/PartialPackageSpec"
        condition = {
            "if": {"required": ["from"]},
            "then": {"$ref": changes},
            "else": {"$ref": spec.pop("$ref")},
        }
        schema["properties"]["spec"] = {**spec, **condition}
    return schema


def _changes(spec: Schema) -> Schema:
    """A spec with `from`: any part of it, and `null` for what it takes away."""
    shape = partial(spec)
    own = {name: shape["properties"][name] for name in ("from", *sorted(NEVER_TAKEN_OVER))}
    changes = nullable(shape)
    return {**changes, "properties": {**changes["properties"], **own}}


@cache
def _tree(kind: str) -> Schema:
    return _model_tree(KINDS[kind], file_name(kind), kind)


def _model_tree(model: type[BaseModel], file: str, title: str) -> Schema:
    raw = model.model_json_schema(schema_generator=_AsWritten)
    definitions = raw.pop("$defs", {})
    head = {"$schema": DIALECT, "$id": file, "title": f"pkgplan {title}"}
    return _in_order({**_tidy(raw, definitions), **head})


def _with_spec(tree: Schema, change: Callable[[Schema], Schema]) -> Schema:
    return {**tree, "properties": {**tree["properties"], "spec": change(tree["properties"]["spec"])}}


def _without(node: Schema, names: frozenset[str]) -> Schema:
    left = {name: child for name, child in node["properties"].items() if name not in names}
    return {**node, "properties": left}


def _tidy(node: Schema, definitions: Schema) -> Schema:
    """A schema without noise, null unions and references; models keep their names as marks."""
    plain = {key: value for key, value in node.items() if key not in _NOISE}
    if "$ref" in plain:
        name = plain.pop("$ref").removeprefix("#/$defs/")
        return _tidy({**definitions[name], DEF: name, **plain}, definitions)
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


def _in_order_at_every_depth(node: Any) -> Any:
    if isinstance(node, list):
        return [_in_order_at_every_depth(item) for item in node]
    if not isinstance(node, dict):
        return node
    return _in_order({key: _in_order_inside(key, value) for key, value in node.items()})


def _in_order_inside(key: str, value: Any) -> Any:
    if key == "examples":
        return value
    if key in {"properties", "$defs"}:
        return {name: _in_order_at_every_depth(child) for name, child in value.items()}
    return _in_order_at_every_depth(value)
