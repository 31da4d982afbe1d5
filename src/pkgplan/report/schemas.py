"""The JSON Schemas of what pkgplan prints: plans, comparisons, and the findings of `validate`.

Comes in: nothing. Goes out: schemas (draft 2020-12) as data, or as the text committed under schemas/.
Never here: validation at run time; tests hold these schemas against real output. They are kept by hand, because
they are a promise: a change here is a change of format for other programs.
"""

from __future__ import annotations

import json
from typing import Any, Final

from pkgplan.model.diagnostics import Severity
from pkgplan.model.plan import FORMAT_VERSION, ChangeKind, EffectKind, Operation, Reason
from pkgplan.model.timeline import TakeoverRule
from pkgplan.report.comparison import EQUAL

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DIGEST: Final = "^sha256:[0-9a-f]{64}$"
_REF: Final = "^[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]*$"
_INSTANT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"


def report_schemas() -> dict[str, str]:
    """The text of each schema file, by file name."""
    schemas = {
        "plan.schema.json": plan_schema(),
        "diff.schema.json": diff_schema(),
        "diagnostics.schema.json": diagnostics_schema(),
    }
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in schemas.items()}


def diagnostics_schema() -> Schema:
    """What `pkgplan validate --format json` prints."""
    return _document(
        "diagnostics.schema.json",
        "pkgplan diagnostics",
        "What `pkgplan validate --format json` prints, and `plan --format json` when there is no plan.",
        {
            "format_version": _format_version(),
            "diagnostics": _diagnostics(),
            "summary": _object(
                "How many findings there are of each severity.",
                {
                    "errors": _count("Findings that forbid a plan."),
                    "warnings": _count("Findings that `--strict` takes as errors."),
                    "notes": _count("Findings that need nothing done."),
                },
            ),
        },
    )


def plan_schema() -> Schema:
    """What `pkgplan plan --format json` prints and `--out` saves."""
    return _document(
        "plan.schema.json",
        "pkgplan plan",
        "What `pkgplan plan --format json` prints and `--out` saves. The digest covers everything but itself "
        "and the diagnostics; `apply` refuses a plan whose digest does not fit.",
        {
            "format_version": _format_version(),
            "tool_version": _text("The version of pkgplan that made the plan."),
            "environment": _text("The environment that the plan is for."),
            "as_of": _instant("What counted as now."),
            "catalog_digest": _digest("The identity of what the catalog's files say."),
            "base": _object(
                "The state that the plan was made on; all empty for a log that does not exist yet.",
                {
                    "lineage": _nullable(_text("The identity of the state log.")),
                    "serial": _count("The number of the last entry of the state log."),
                    "head": _nullable(_digest("The digest of the last entry of the state log.")),
                },
            ),
            "digest": _digest("The identity of the plan."),
            "actions": _list("What an apply does, in this order.", _action()),
            "effects": _list("What Metronome then does to alias windows.", _effect()),
            "diagnostics": _diagnostics(),
            "summary": _object(
                "Counts of actions by kind, and of recorded alias windows that move.",
                {
                    **{str(kind): _count(f"Actions of kind {kind}.") for kind in Operation},
                    "windows_moved": _count("Alias windows of existing versions that are cut or removed."),
                },
            ),
            "namespace": _text("The first part of every uniqueness key."),
            "assumptions": _object(
                "How the environment is taken to behave where the vendor documents nothing.",
                {name: _text("The reading that the plan rests on.") for name in TakeoverRule.__slots__},
            ),
        },
    )


def diff_schema() -> Schema:
    """What `pkgplan diff --format json` prints."""
    row = _change()
    row["properties"] = {
        **row["properties"],
        "change": {
            "type": "string",
            "description": "Added, removed or changed; `=` for the same on both sides, which `--all` shows.",
            "enum": [*(str(kind) for kind in ChangeKind), EQUAL],
        },
        "changes": _list("Of a term on both sides, the fields that differ.", _change()),
    }
    row |= {"description": "A field of the package, or a term.", "required": list(row["properties"])}
    return _document(
        "diff.schema.json",
        "pkgplan diff",
        "What `pkgplan diff --format json` prints. Windows are as declared for a package of the catalog, and as "
        "recorded for a version.",
        {
            "format_version": _format_version(),
            "environment": _text("The environment whose records and ids were used."),
            "same_terms": {
                "type": "boolean",
                "description": "Whether both have the same terms; aliases are none.",
            },
            "before": _compared("The first of the two packages."),
            "after": _compared("The second of the two packages."),
            "terms": _list("What each says: fields of the package first, then terms by their kind.", row),
            "summary": _object(
                "Counts of fields and terms, also of those that are not shown.",
                {
                    "added": _count("Only in the second package."),
                    "removed": _count("Only in the first package."),
                    "changed": _count("Different in the two."),
                    "equal": _count("The same in both."),
                },
            ),
        },
    )


def _compared(description: str) -> Schema:
    return _object(
        description,
        {
            "name": _text("As it was asked for: a key, or `key@N`."),
            "key": _text("The key of the package."),
            "version": {
                "type": ["integer", "null"],
                "description": "The number of a recorded version; null for what the catalog declares.",
                "minimum": 1,
            },
            "source": _nullable(
                _text("The catalog file, relative to the catalog folder; null for a version.")
            ),
            "digest": _nullable(
                _digest("The identity of the terms; null if the environment lacks ids that they need.")
            ),
            "windows": _list("The alias windows, as declared or as recorded.", _alias_window()),
            "archived_at": _nullable(_instant("When a version was archived.")),
        },
    )


def _action() -> Schema:
    return _object(
        "One call to the environment, or for `record` one entry of the state log.",
        {
            "id": _text("The name of the action within the plan."),
            "action": _one_of("What is done.", Operation),
            "ref": _ref("The package version that it is done to."),
            "key": _text("The key of the package."),
            "version": {"type": "integer", "description": "The number of the version.", "minimum": 1},
            "reason": _one_of("Why it is in the plan.", Reason),
            "uniqueness_key": _nullable(_text("The key that keeps a create from being done twice.")),
            "payload": {
                "type": "object",
                "description": "For a create, what is sent, byte for byte once written canonically.",
            },
            "windows": _list("The alias windows that a create asks for.", _alias_window()),
            "digest": _digest("The identity of the content, windows left out."),
            "references": {
                "type": "object",
                "description": "For a create, the ids of what the payload refers to, such as `product/input-tokens`.",
                "additionalProperties": {"type": "string"},
            },
            "terms": {
                "type": "object",
                "description": "For a create, the keys of the terms that the API knows no names of, in the order of "
                "the payload, such as those of `overrides`.",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
            "carried": {
                "type": "boolean",
                "description": "Whether older content is created again to bridge the time until new content begins.",
            },
            "metadata": _nullable(
                {"type": "object", "description": "Description, owner and labels; recorded, never sent."}
            ),
            "previous": _nullable(_ref("The version that the changes are relative to.")),
            "source": _nullable(_text("The catalog file, relative to the catalog folder.")),
            "changes": _list("What is different from the previous version, for people.", _change()),
        },
    )


def _change() -> Schema:
    return _object(
        "One difference, in the words of the catalog.",
        {
            "change": _one_of("Added, removed or changed.", ChangeKind),
            "path": _text("The term or field."),
            "before": _nullable(_text("What it was.")),
            "after": _nullable(_text("What it becomes.")),
        },
    )


def _effect() -> Schema:
    return _object(
        "What happens to one alias window of one package version.",
        {
            "alias": _text("The alias."),
            "ref": _ref("The version whose window it is."),
            "effect": _one_of("What happens to the window.", EffectKind),
            "before": _nullable(_window("The window as recorded.")),
            "after": _nullable(_window("The window after the plan.")),
            "caused_by": _text("The id of the action that does it."),
        },
    )


def _diagnostics() -> Schema:
    place = {
        "path": _text("The file, relative to the catalog folder."),
        "line": _from_one("The line."),
        "column": _from_one("The column, in code points."),
        "end_line": _from_one("The line of the end."),
        "end_column": _from_one("The column of the end, which is not included."),
        "route": _list(
            "The way to the value: keys of mappings and indexes of lists.",
            {"type": ["string", "integer"]},
        ),
    }
    related = _object("A second place.", {"message": _text("What is there."), **place})
    finding = _object(
        "One finding.",
        {
            "code": {
                "type": "string",
                "description": "The rule; see `pkgplan explain`.",
                "pattern": "^PKG[0-9]{3}$",
            },
            "slug": _text("The name of the rule."),
            "severity": _one_of("How bad it is; only errors forbid a plan.", Severity),
            "message": _text("What is wrong."),
            "hint": _text("What to do; empty if there is nothing to say."),
            **place,
            "related": _list("Other places that the finding is about.", related),
        },
    )
    return _list("Findings by file, line and column.", finding)


def _document(name: str, title: str, description: str, properties: Schema) -> Schema:
    return {"$schema": DIALECT, "$id": name, "title": title, **_object(description, properties)}


def _object(description: str, properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(description: str, items: Schema) -> Schema:
    return {"type": "array", "description": description, "items": items}


def _nullable(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _one_of(description: str, values: Any) -> Schema:
    return {"type": "string", "description": description, "enum": [str(value) for value in values]}


def _count(description: str) -> Schema:
    return {"type": "integer", "description": description, "minimum": 0}


def _from_one(description: str) -> Schema:
    return {"type": "integer", "description": description, "minimum": 1}


def _digest(description: str) -> Schema:
    return {"type": "string", "description": description, "pattern": _DIGEST}


def _ref(description: str) -> Schema:
    return {"type": "string", "description": description, "pattern": _REF}


def _instant(description: str) -> Schema:
    return {"type": "string", "description": description, "pattern": _INSTANT}


def _sides() -> Schema:
    return {
        "starting_at": _nullable(_instant("The start, included; null for always.")),
        "ending_before": _nullable(_instant("The end, not included; null for open-ended.")),
    }


def _window(description: str) -> Schema:
    return _object(description, _sides())


def _alias_window() -> Schema:
    return _object("One alias of one version.", {"alias": _text("The alias."), **_sides()})


def _format_version() -> Schema:
    return {"type": "string", "description": "The version of this format.", "const": FORMAT_VERSION}
