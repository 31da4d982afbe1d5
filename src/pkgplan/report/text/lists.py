"""Lists for people: aliases, packages, history, and what an apply did.

Comes in: views, entries, an outcome. Goes out: tables and lines. Never here: the promised shapes of JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.canonical import compact
from pkgplan.model.units import format_instant, short_instant
from pkgplan.report.text.words import counted, shown_path, table, visible, window
from pkgplan.report.views import in_time_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pkgplan.apply import ApplyOutcome, Step
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.log import LogEntry
    from pkgplan.report.views import AliasView, Holder, PackageView

_DIGEST_CHARACTERS = len("sha256:") + 12
_ABOUT = {
    "intent": ("operation", "ref"),
    "created": ("ref", "package_id"),
    "adopted": ("ref", "package_id"),
    "archived": ("ref", "package_id"),
    "recorded": ("key",),
    "run_finished": ("outcome",),
}
_DONE = {"create": "created", "archive": "archived", "adopt": "adopted", "record": "recorded"}


def aliases(views: Sequence[AliasView]) -> str:
    """Each alias with its windows in the order of time."""
    if not views:
        return "No aliases.\n"
    rows = [
        (view.alias, _ref(holder), window(holder.window), holder.package_id)
        for view in views
        for holder in view.holders
    ]
    return table(("ALIAS", "PACKAGE", "WINDOW", "ID"), rows)


def resolution(holder: Holder) -> str:
    """`starter@1 (<package id>)`."""
    return f"{_ref(holder)} ({visible(holder.package_id)})\n"


def packages(views: Sequence[PackageView]) -> str:
    """Each recorded version."""
    if not views:
        return "No packages.\n"
    rows = [_package(view) for view in views]
    return table(("PACKAGE", "NAME", "ALIASES", "CREATED", "ID"), rows)


def history(entries: Sequence[LogEntry], *, whole: bool) -> str:
    """One line for each entry; with `whole`, its body below it."""
    if not entries:
        return "No history yet.\n"
    rows = [
        (str(entry.serial), format_instant(entry.at), entry.actor, entry.kind, _gist(entry.kind, entry.body))
        for entry in entries
    ]
    listed = table(("ENTRY", "AT", "BY", "WHAT", "ABOUT"), rows)
    if not whole:
        return listed
    bodies = (f"{entry.serial}: {visible(compact(entry.body))}\n" for entry in entries)
    return listed + "\n" + "".join(bodies)


def progress(step: Step) -> str:
    """`[1/2] starter@2: creating`."""
    return f"[{step.number}/{step.total}] {step.action.ref}: {step.doing}"


def outcome(done: ApplyOutcome, *, environment: str) -> str:
    """What an apply did, and where the state log stands."""
    if done.outcome == "nothing":
        return f'Nothing to do: environment "{environment}" is as the catalog says.\n'
    if done.outcome == "refreshed":
        return f'Recorded what differed in "{environment}"; {_entry(done)}\n'
    lines = [_operation(operation) for operation in done.operations]
    if done.outcome == "applied":
        lines.append(
            f'Applied to "{environment}": {counted(len(done.operations), "action")}; ' + _entry(done)
        )
    else:
        lines.append(
            f'Stopped after {counted(len(done.operations), "action")} on "{environment}"; ' + _entry(done)
        )
    return "".join(f"{line}\n" for line in lines)


def catalog_written(folder: str, files: Iterable[str], *, options: str = "") -> str:
    """What `init` wrote, and what to do next; `options` stand behind the commands."""
    listed = "".join(f"  {shown_path(folder, path)}\n" for path in files)
    named = visible(options)
    return (
        f"Wrote a catalog to {visible(folder)}:\n{listed}\nNext:\n"
        f"  pkgplan validate{named}\n  pkgplan plan{named}\n  pkgplan apply{named}\n"
    )


def _entry(done: ApplyOutcome) -> str:
    return f"the state log is at entry {done.serial}."


def _operation(operation: Mapping[str, object]) -> str:
    verb = _DONE[str(operation["action"])]
    already = " before" if operation["outcome"] == "already done" else ""
    package_id = operation["package_id"]
    shown = "" if package_id is None or verb == "recorded" else f"   {visible(str(package_id))}"
    return f"{operation['ref']} {verb}{already}{shown}"


def _ref(holder: Holder) -> str:
    return "(not of this catalog)" if holder.ref is None else str(holder.ref)


def _package(view: PackageView) -> tuple[str, ...]:
    version = view.version
    held = ", ".join(f"{held.alias}: {window(held.window)}" for held in in_time_order(version.windows))
    if version.archived_at is not None:
        held = f"archived {short_instant(version.archived_at)}"
    created = short_instant(version.created_at)
    return (str(version.ref), view.name or "(not recorded)", held or "none", created, version.package_id)


def _gist(kind: str, body: JsonObject) -> str:
    """What an entry is about, in a few words."""
    match kind:
        case "genesis":
            words = [f"environment {body.get('environment')}, namespace {body.get('namespace')}"]
        case "run_started":
            digest = str(body.get("plan_digest"))[:_DIGEST_CHARACTERS]
            words = ["plan", digest, *(["resumed"] if body.get("resumed") else [])]
        case "windows_observed":
            seen = body.get("windows")
            words = [", ".join(seen) if isinstance(seen, dict) else ""]
        case "refreshed":
            parts = (body.get(name) for name in ("windows", "archived"))
            words = [", ".join(sorted({ref for part in parts if isinstance(part, dict) for ref in part}))]
        case _:
            words = [str(body[name]) for name in _ABOUT.get(kind, ("run",)) if name in body]
    return " ".join(words)
