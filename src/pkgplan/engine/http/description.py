"""The published description: OpenAPI 3.1, made from the table of operations and the models of their input.

Comes in: operations. Goes out: a document. Never here: anything written by hand about one endpoint.
Answers are described as objects only; the SDK's types say what is inside, and the contract suite holds them to it.
Each status that an operation may answer with is listed, so that one that is not is a defect.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from pkgplan import __version__
from pkgplan.engine.http.bodies import MAX_BYTES, MAX_VALUES
from pkgplan.model.canonical import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue
    from pydantic_core import core_schema

    from pkgplan.engine.operation import Operation
    from pkgplan.model.canonical import JsonObject, JsonValue

_WORDS: Final = {
    400: "The request is at odds with its schema or with a rule.",
    401: "The token of this server is missing.",
    403: "The request comes from a page of another site.",
    404: "Something that the request names is not there.",
    409: "It was done before, under the same key.",
    413: "The body has too many bytes.",
    415: "The body is not JSON by its content type.",
    421: "The request is for a host of another name.",
    422: "It cannot be done any more.",
    429: "Too many requests; only if the server was asked for it with --fault.",
    503: "The store of the server did not answer.",
}
_REF: Final = "#/components/schemas/{model}"
_MODE: Final[JsonSchemaMode] = "validation"
_TEXT: Final[JsonObject] = {"type": "string", "minLength": 1}
_REFUSAL: Final[JsonObject] = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string"}, "code": {"type": "string"}},
}


class _InputSchema(GenerateJsonSchema):
    """Schemas of what may be sent: a field without a default of its own may be left out, but never be null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        described = super().model_schema(schema)
        for name in getattr(schema["cls"], "NULLABLE", ()):
            described["properties"][name] = {"anyOf": [described["properties"][name], {"type": "null"}]}
        return described

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        if described.get("default", ...) is None:
            del described["default"]
        return described


def description(operations: Iterable[Operation], *, with_token: bool) -> JsonObject:
    """The OpenAPI document of some operations; `with_token` if they are answered only to a bearer."""
    listed = tuple(operations)
    models = {model for each in listed for model in (each.body, each.query) if model is not None}
    ordered = sorted(models, key=lambda model: (model.__module__, model.__qualname__))
    schemas, definitions = models_json_schema(
        [(model, _MODE) for model in ordered], ref_template=_REF, schema_generator=_InputSchema
    )
    named = {model: _plain(schemas[(model, _MODE)]) for model in ordered}
    components = _plain(definitions.get("$defs", {}))
    paths: dict[str, JsonValue] = {}
    for each in listed:
        entry = cast("JsonObject", paths.setdefault(each.path, {}))
        entry[each.method.lower()] = _operation(each, named, components)
    document: JsonObject = {
        "openapi": "3.1.0",
        "info": {"title": "An offline Metronome, served by pkgplan", "version": __version__},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Refusal": _REFUSAL},
            "headers": {"RequestId": {"description": "As sent, or made.", "required": True, "schema": _TEXT}},
        },
    }
    if with_token:
        document["security"] = [{"bearer": []}]
        cast("JsonObject", document["components"])["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"}
        }
    return document


def _operation(
    operation: Operation, schemas: dict[type[BaseModel], JsonObject], components: JsonObject
) -> JsonObject:
    described: JsonObject = {
        "operationId": operation.name,
        "tags": [operation.name.rpartition(".")[0]],
        "summary": operation.summary,
        "parameters": [*_parameters(operation, _resolved(schemas[operation.query], components))],
        "responses": {
            "200": _response("What was asked for, or the id of what was made.", {"type": "object"}),
            **{
                str(status): _response(_WORDS[status], {"$ref": _REF.format(model="Refusal")})
                for status in statuses(operation)
            },
        },
    }
    if operation.body is not None:
        described["requestBody"] = _body(operation.body, schemas[operation.body])
    return described


def _body(model: type[BaseModel], schema: JsonObject) -> JsonObject:
    """A body; a few may be left out, for which null stands as well."""
    try:
        model.model_validate(None)
    except ValueError:
        is_required, taken = True, schema
    else:
        is_required, taken = False, {"anyOf": [schema, {"type": "null"}]}
    limits = f"JSON with no more than {MAX_BYTES:,} bytes and no more than {MAX_VALUES:,} values."
    return {
        "description": limits,
        "required": is_required,
        "content": {"application/json": {"schema": taken}},
    }


def statuses(operation: Operation) -> list[int]:
    """Every status besides 200 that an operation may be answered with."""
    always = {400, 401, 403, 421, 429, 503}
    with_body = {413, 415} if operation.body is not None else set()
    under_a_key = {409} if operation.takes_key else set()
    return sorted(always | with_body | under_a_key | set(operation.refusals))


def _response(words: str, schema: JsonObject) -> JsonObject:
    return {
        "description": words,
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}},
        "content": {"application/json": {"schema": schema}},
    }


def _parameters(operation: Operation, query: JsonObject) -> Iterator[JsonObject]:
    for name in re.findall(r"\{(\w+)\}", operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": _TEXT}
    required = cast("list[str]", query.get("required", []))
    for name, schema in cast("dict[str, JsonObject]", query.get("properties", {})).items():
        parameter: JsonObject = {"name": name, "in": "query", "required": name in required, "schema": schema}
        yield {**parameter, "style": "form", "explode": False}
    if operation.takes_key:
        key: JsonObject = {"type": "string", "minLength": 1, "maxLength": 255}
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": key}


def _resolved(schema: JsonObject, components: JsonObject) -> JsonObject:
    reference = cast("str", schema.get("$ref", ""))
    return cast("JsonObject", components[reference.rpartition("/")[2]]) if reference else schema


def _plain(schema: dict[str, Any]) -> JsonObject:
    """The same without floats, which have no place in our JSON."""
    import json

    return cast("JsonObject", parse_json(json.dumps(schema)))
