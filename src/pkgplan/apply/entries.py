"""The bodies of log entries that an apply writes. What they mean is said in `model/log.py`.

Comes in: actions and what was seen. Goes out: JSON. Never here: appending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.canonical import JsonObject, JsonValue, digest_of
from pkgplan.model.compiled import terms_to_json
from pkgplan.model.names import holder_order
from pkgplan.model.plan import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkgplan.model.names import Holder
    from pkgplan.model.plan import Action
    from pkgplan.ports import RemotePackage


def intent(run: str, action: Action) -> JsonObject:
    """What is about to be called."""
    return {
        "run": run,
        "action": action.id,
        "operation": str(action.operation),
        "ref": str(action.ref),
        "uniqueness_key": action.uniqueness_key,
        "payload_digest": digest_of(action.payload),
    }


def created(run: str, action: Action, package_id: str) -> JsonObject:
    """A package that exists now."""
    return {
        "run": run,
        "action": action.id,
        "ref": str(action.ref),
        "package_id": package_id,
        "uniqueness_key": action.uniqueness_key,
        "digest": action.digest,
        "carried": action.carried,
        "payload": action.payload,
        "references": dict(action.references),
        "terms": terms_to_json(action.terms or {}),
        "windows": [window.to_json() for window in action.windows],
        "metadata": action.metadata,
    }


def observed(run: str, seen: Mapping[Holder, RemotePackage], different: Sequence[str] = ()) -> JsonObject:
    """The windows of packages as they were read back, and what about them ends the run."""
    windows: JsonObject = {
        str(ref): [window.to_json() for window in package.windows]
        for ref, package in sorted(seen.items(), key=lambda each: holder_order(each[0]))
    }
    return {"run": run, "windows": windows, "different": list[JsonValue](different)}


def archived(run: str, action: Action, package_id: str) -> JsonObject:
    """A package that is archived now."""
    return {
        "run": run,
        "action": action.id,
        "ref": str(action.ref),
        "package_id": package_id,
        "metadata": action.metadata if action.operation is Operation.ARCHIVE else None,
    }


def recorded(run: str, action: Action) -> JsonObject:
    """Description, owner and labels as the catalog says them now."""
    return {"run": run, "action": action.id, "key": action.ref.key, "metadata": action.metadata}
