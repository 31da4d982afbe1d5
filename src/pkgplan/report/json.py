"""The JSON that other programs may rely on: `format_version` "1", arrays never null, keys in a fixed order.

Comes in: views and values of the model. Goes out: JSON values; `model.canonical.pretty` makes text of them.
Never here: anything that depends on the machine, the time or the spelling of the catalog's path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.plan import FORMAT_VERSION
from pkgplan.model.units import format_instant
from pkgplan.report.views import Tally, in_time_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.diagnostics import Rule
    from pkgplan.model.documentation import FieldDocumentation
    from pkgplan.model.log import LogEntry
    from pkgplan.model.units import Instant
    from pkgplan.pipeline import Formatted
    from pkgplan.report.views import AliasView, FindingView, Holder, PackageView

# What makes an entry of the log long; `history -v` shows it.
_LONG = frozenset({"plan", "payload"})


def findings(found: Sequence[FindingView]) -> JsonObject:
    """`{format_version, diagnostics, summary: {errors, warnings, notes}}`."""
    tally = Tally.of(found)
    return {
        "format_version": FORMAT_VERSION,
        "diagnostics": [finding.to_json() for finding in found],
        "summary": {"errors": tally.errors, "warnings": tally.warnings, "notes": tally.notes},
    }


def formatted(files: Iterable[Formatted], faults: Sequence[FindingView], *, written: bool) -> JsonObject:
    """`{format_version, files: [{path, status, reason}], diagnostics, summary}`.

    `status` is `unchanged`, `formatted`, `not-canonical` (nothing was written) or `left-alone`, for a `reason`.
    """
    changed = "formatted" if written else "not-canonical"
    rows: list[JsonValue] = []
    for file in files:
        status = changed if file.after != file.before else "left-alone" if file.refusal else "unchanged"
        rows.append({"path": file.path, "status": status, "reason": file.refusal})
    return {**findings(faults), "files": rows}


def aliases(views: Iterable[AliasView]) -> list[JsonValue]:
    """`[{alias, windows: [{ref, package_id, starting_at, ending_before}]}]`."""
    return [{"alias": view.alias, "windows": [_holder(holder) for holder in view.holders]} for view in views]


def resolution(alias: str, at: Instant, holder: Holder | None) -> JsonObject:
    """`{alias, at, ref, package_id}`; the last two are null when nobody is behind the alias."""
    ref = None if holder is None or holder.ref is None else str(holder.ref)
    package_id = None if holder is None else holder.package_id
    return {"alias": alias, "at": format_instant(at), "ref": ref, "package_id": package_id}


def packages(views: Iterable[PackageView]) -> list[JsonValue]:
    """`[{ref, key, version, package_id, name, digest, windows, created_at, archived_at}]`."""
    return [_package(view) for view in views]


def history(entries: Iterable[LogEntry], *, whole: bool) -> list[JsonValue]:
    """Entries of the log as they are written; without `whole`, plans and payloads are left out."""
    shown: list[JsonValue] = []
    for entry in entries:
        value = entry.to_json()
        if not whole:
            value["body"] = {name: item for name, item in entry.body.items() if name not in _LONG}
        shown.append(value)
    return shown


def rule(described: Rule) -> JsonObject:
    """`{code, slug, severity, summary, why, fix}`."""
    return {
        "code": described.code,
        "slug": described.slug,
        "severity": str(described.severity),
        "summary": described.summary,
        "why": described.why,
        "fix": described.fix,
    }


def field(documented: FieldDocumentation) -> JsonObject:
    """`{kind, route, description, type, required, allowed, examples, children}`."""
    return {
        "kind": documented.kind,
        "route": documented.route,
        "description": documented.description,
        "type": documented.type,
        "required": documented.required,
        "allowed": list(documented.allowed),
        "examples": list(documented.examples),
        "children": [
            {
                "name": child.name,
                "type": child.type,
                "required": child.required,
                "description": child.description,
            }
            for child in documented.children
        ],
    }


def _holder(holder: Holder) -> JsonObject:
    return {
        "ref": None if holder.ref is None else str(holder.ref),
        "package_id": holder.package_id,
        **holder.window.to_json(),
    }


def _package(view: PackageView) -> JsonObject:
    version = view.version
    return {
        "ref": str(version.ref),
        "key": version.ref.key,
        "version": version.ref.version,
        "package_id": version.package_id,
        "name": view.name,
        "digest": version.digest,
        "windows": [window.to_json() for window in in_time_order(version.windows)],
        "created_at": format_instant(version.created_at),
        "archived_at": None if version.archived_at is None else format_instant(version.archived_at),
    }
