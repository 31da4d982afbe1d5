"""The pieces that the JSON Schemas of printed results are made of.

Comes in: descriptions. Goes out: schemas (draft 2020-12) as data. Never here: what a result holds.
"""

from __future__ import annotations

from typing import Any, Final

from pkgplan.model.plan import FORMAT_VERSION

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DIGEST: Final = "^sha256:[0-9a-f]{64}$"
_REF: Final = "^[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]*$"
_INSTANT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"


def document(name: str, title: str, description: str, properties: Schema) -> Schema:
    """A whole schema: an object with a name and a title."""
    return {"$schema": DIALECT, "$id": name, "title": title, **an_object(description, properties)}


def an_object(description: str, properties: Schema) -> Schema:
    """An object that has exactly these properties."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def a_list(description: str, items: Schema) -> Schema:
    """An array, never null."""
    return {"type": "array", "description": description, "items": items}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def a_text(description: str) -> Schema:
    """Any text."""
    return {"type": "string", "description": description}


def one_of(description: str, values: Any) -> Schema:
    """One of some texts."""
    return {"type": "string", "description": description, "enum": [str(value) for value in values]}


def a_count(description: str) -> Schema:
    """A whole number from 0."""
    return {"type": "integer", "description": description, "minimum": 0}


def from_one(description: str) -> Schema:
    """A whole number from 1."""
    return {"type": "integer", "description": description, "minimum": 1}


def a_digest(description: str) -> Schema:
    """The digest of something."""
    return {"type": "string", "description": description, "pattern": _DIGEST}


def a_ref(description: str) -> Schema:
    """A package version, `starter@2`."""
    return {"type": "string", "description": description, "pattern": _REF}


def an_instant(description: str) -> Schema:
    """An instant in UTC."""
    return {"type": "string", "description": description, "pattern": _INSTANT}


def sides() -> Schema:
    """The two sides of a half-open window."""
    return {
        "starting_at": nullable(an_instant("The start, included; null for always.")),
        "ending_before": nullable(an_instant("The end, not included; null for open-ended.")),
    }


def a_window(description: str) -> Schema:
    """A half-open window."""
    return an_object(description, sides())


def an_alias_window() -> Schema:
    """A window of an alias."""
    return an_object("One alias of one version.", {"alias": a_text("The alias."), **sides()})


def format_version() -> Schema:
    """What every printed object begins with."""
    return {"type": "string", "description": "The version of this format.", "const": FORMAT_VERSION}
