"""The JSON Schemas of what pkgplan prints: plans, comparisons, the findings of `validate`, and what
`contract_schemas.py` has.

Comes in: nothing. Goes out: schemas (draft 2020-12) as data, or as the text committed under schemas/.
Never here: validation at run time; tests hold these schemas against real output. They are kept by hand, because
they are a promise: a change here is a change of format for other programs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import Severity
from pkgplan.model.drift import DriftKind
from pkgplan.model.outlook import EFFECT_FORMAT, Compared, Instants
from pkgplan.model.plan import ChangeKind, EffectKind, Operation, Reason
from pkgplan.model.timeline import TakeoverRule
from pkgplan.report.comparison import EQUAL
from pkgplan.report.contract_schemas import contract_schemas
from pkgplan.report.schema_parts import (
    a_count,
    a_digest,
    a_list,
    a_ref,
    a_text,
    a_window,
    an_alias_window,
    an_instant,
    an_object,
    document,
    format_version,
    from_one,
    nullable,
    one_of,
)

if TYPE_CHECKING:
    from pkgplan.report.schema_parts import Schema


def report_schemas() -> dict[str, str]:
    """The text of each schema file, by file name."""
    schemas = {
        "plan.schema.json": plan_schema(),
        "diff.schema.json": diff_schema(),
        "diagnostics.schema.json": diagnostics_schema(),
        **contract_schemas(),
    }
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in schemas.items()}


def diagnostics_schema() -> Schema:
    """What `pkgplan validate --format json` prints."""
    return document(
        "diagnostics.schema.json",
        "pkgplan diagnostics",
        "What `pkgplan validate --format json` prints, and `plan --format json` when there is no plan.",
        {
            "format_version": format_version(),
            "diagnostics": _diagnostics(),
            "summary": an_object(
                "How many findings there are of each severity.",
                {
                    "errors": a_count("Findings that forbid a plan."),
                    "warnings": a_count("Findings that `--strict` takes as errors."),
                    "notes": a_count("Findings that need nothing done."),
                },
            ),
        },
    )


def plan_schema() -> Schema:
    """What `pkgplan plan --format json` prints and `--out` saves."""
    return document(
        "plan.schema.json",
        "pkgplan plan",
        "What `pkgplan plan --format json` prints and `--out` saves. The digest covers everything but itself, "
        "the diagnostics by a digest of theirs; `apply` refuses a plan whose digest does not fit.",
        {
            "format_version": format_version(),
            "tool_version": a_text("The version of pkgplan that made the plan."),
            "environment": a_text("The environment that the plan is for."),
            "as_of": an_instant("What counted as now."),
            "catalog_digest": a_digest("The identity of what the catalog's files say."),
            "base": an_object(
                "The state that the plan was made on; all empty for a log that does not exist yet.",
                {
                    "lineage": nullable(a_text("The identity of the state log.")),
                    "serial": a_count("The number of the last entry of the state log."),
                    "head": nullable(a_digest("The digest of the last entry of the state log.")),
                },
            ),
            "digest": a_digest("The identity of the plan."),
            "actions": a_list("What an apply does, in this order.", _action()),
            "effects": a_list("What Metronome then does to alias windows.", _effect()),
            "diagnostics": _diagnostics(),
            "summary": an_object(
                "Counts of actions by kind, and of recorded alias windows that move.",
                {
                    **{str(kind): a_count(f"Actions of kind {kind}.") for kind in Operation},
                    "windows_moved": a_count("Alias windows of existing versions that are cut or removed."),
                },
            ),
            "namespace": a_text("The first part of every uniqueness key."),
            "assumptions": an_object(
                "How the environment is taken to behave where the vendor documents nothing.",
                {name: a_text("The reading that the plan rests on.") for name in TakeoverRule.__slots__},
            ),
            **_outlook(),
        },
    )


def _outlook() -> dict[str, Schema]:
    """What a plan says besides its actions and effects."""
    return {
        "compared_with": one_of(
            "Whether the catalog was held against the record alone, or the environment was looked at.",
            Compared,
        ),
        "drift": a_list(
            "What differs between record and environment; recorded before anything else.", _drift()
        ),
        "instants": one_of("Whether the starts of windows are declared, or follow from `as_of`.", Instants),
        "applicable_until": nullable(
            an_instant(
                "The last instant at which the plan can be applied: the first start that takes an alias."
            )
        ),
        "depends_on": a_list(
            "The assumptions whose other reading would give an alias to somebody else.",
            {
                "type": "string",
                "description": "The name of an assumption.",
                "enum": list(TakeoverRule.__slots__),
            },
        ),
        "resolution": {
            "type": "object",
            "description": "Each touched alias as it resolves once all is done, in order of time.",
            "additionalProperties": a_list("Who has the alias, and when.", _standing()),
        },
        "effect_digest": {
            "type": "string",
            "description": "The identity of what is done and what it causes, whenever it was planned: what an approval "
            "names.",
            "pattern": f"^{EFFECT_FORMAT}:sha256:[0-9a-f]{{64}}$",
        },
        "diagnostics_digest": a_digest("The identity of the findings."),
    }


def _drift() -> Schema:
    return an_object(
        "One fact about one package that record and environment tell differently.",
        {
            "drift": one_of("What differs, said of the environment.", DriftKind),
            "ref": a_text("The version; for a package that pkgplan did not make, its id."),
            "package_id": a_text("The id of the package."),
            "name": nullable(a_text("The name that the environment shows.")),
            "alias": nullable(a_text("The alias whose windows differ.")),
            "recorded": a_list("Its windows on the alias in the record.", a_window("A window.")),
            "live": a_list("Its windows on the alias in the environment.", a_window("A window.")),
        },
    )


def _standing() -> Schema:
    sides = a_window("The window.")["properties"]
    return an_object(
        "One package behind an alias for one window.",
        {
            "ref": a_text("The version; for a package that pkgplan did not make, its id."),
            "package": a_text("The uniqueness key of the package; its id, if pkgplan did not make it."),
            **sides,
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
        "changes": a_list("Of a term on both sides, the fields that differ.", _change()),
    }
    row |= {"description": "A field of the package, or a term.", "required": list(row["properties"])}
    return document(
        "diff.schema.json",
        "pkgplan diff",
        "What `pkgplan diff --format json` prints. Windows are as declared for a package of the catalog, and as "
        "recorded for a version.",
        {
            "format_version": format_version(),
            "environment": a_text("The environment whose records and ids were used."),
            "same_terms": {
                "type": "boolean",
                "description": "Whether both have the same terms, however they are spelled; aliases are none.",
            },
            "before": _compared("The first of the two packages."),
            "after": _compared("The second of the two packages."),
            "terms": a_list("What each says: fields of the package first, then terms by their kind.", row),
            "summary": an_object(
                "Counts of fields and terms, also of those that are not shown.",
                {
                    "added": a_count("Only in the second package."),
                    "removed": a_count("Only in the first package."),
                    "changed": a_count("Different in the two."),
                    "equal": a_count("The same in both."),
                },
            ),
        },
    )


def _compared(description: str) -> Schema:
    return an_object(
        description,
        {
            "name": a_text("As it was asked for: a key, or `key@N`."),
            "key": a_text("The key of the package."),
            "version": {
                "type": ["integer", "null"],
                "description": "The number of a recorded version; null for what the catalog declares.",
                "minimum": 1,
            },
            "source": nullable(
                a_text("The catalog file, relative to the catalog folder; null for a version.")
            ),
            "digest": nullable(
                a_digest(
                    "The identity of the terms as they are spelled; null if the environment lacks ids that they need."
                )
            ),
            "windows": a_list("The alias windows, as declared or as recorded.", an_alias_window()),
            "archived_at": nullable(an_instant("When a version was archived.")),
        },
    )


def _action() -> Schema:
    return an_object(
        "One call to the environment, or for `record` one entry of the state log.",
        {
            "id": a_text("The name of the action within the plan."),
            "action": one_of("What is done.", Operation),
            "ref": a_ref("The package version that it is done to."),
            "key": a_text("The key of the package."),
            "version": {"type": "integer", "description": "The number of the version.", "minimum": 1},
            "reason": one_of("Why it is in the plan.", Reason),
            "uniqueness_key": nullable(a_text("The key that keeps a create from being done twice.")),
            "payload": {
                "type": "object",
                "description": "For a create, what is sent, byte for byte once written canonically.",
            },
            "windows": a_list("The alias windows that a create asks for.", an_alias_window()),
            "digest": a_digest("The identity of the content, windows left out."),
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
            "metadata": nullable(
                {"type": "object", "description": "Description, owner and labels; recorded, never sent."}
            ),
            "previous": nullable(a_ref("The version that the changes are relative to.")),
            "source": nullable(a_text("The catalog file, relative to the catalog folder.")),
            "changes": a_list("What is different from the previous version, for people.", _change()),
        },
    )


def _change() -> Schema:
    return an_object(
        "One difference, in the words of the catalog.",
        {
            "change": one_of("Added, removed or changed.", ChangeKind),
            "path": a_text("The term or field."),
            "before": nullable(a_text("What it was.")),
            "after": nullable(a_text("What it becomes.")),
        },
    )


def _effect() -> Schema:
    return an_object(
        "What happens to one alias window of one package version.",
        {
            "alias": a_text("The alias."),
            "ref": a_text("The version whose window it is; for a package that pkgplan did not make, its id."),
            "effect": one_of("What happens to the window.", EffectKind),
            "before": nullable(a_window("The window as recorded.")),
            "after": nullable(a_window("The window after the plan.")),
            "caused_by": a_text("The id of the action that does it."),
        },
    )


def _diagnostics() -> Schema:
    place = {
        "path": a_text("The file, relative to the catalog folder."),
        "line": from_one("The line."),
        "column": from_one("The column, in code points."),
        "end_line": from_one("The line of the end."),
        "end_column": from_one("The column of the end, which is not included."),
        "route": a_list(
            "The way to the value: keys of mappings and indexes of lists.",
            {"type": ["string", "integer"]},
        ),
    }
    related = an_object("A second place.", {"message": a_text("What is there."), **place})
    finding = an_object(
        "One finding.",
        {
            "code": {
                "type": "string",
                "description": "The rule; see `pkgplan explain`.",
                "pattern": "^PKG[0-9]{3}$",
            },
            "slug": a_text("The name of the rule."),
            "severity": one_of("How bad it is; only errors forbid a plan.", Severity),
            "message": a_text("What is wrong."),
            "hint": a_text("What to do; empty if there is nothing to say."),
            **place,
            "related": a_list("Other places that the finding is about.", related),
        },
    )
    return a_list("Findings by file, line and column.", finding)
