"""What an action records of a file besides its terms: whether the log can take it, and says one thing of each package.

Comes in: a plan. Goes out: discrepancies.
Never here: whether the catalog says so. Nothing in the state repeats a description, so that one is as good as another;
but what is recorded is read by every later plan, and what cannot be read would make the log unreadable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.checker.discrepancy import Discrepancy, Kind, about, told
from pkgplan.model.canonical import digest_of
from pkgplan.model.plan import Operation
from pkgplan.model.timeline import AliasWindow
from pkgplan.model.units import format_instant, parse_instant, short_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.plan import Action, Plan


def check_metadata(plan: Plan) -> Iterator[Discrepancy]:
    """Everything that the actions record besides terms."""
    first: dict[str, Action] = {}
    for action in plan.actions:
        if action.metadata is None:
            continue
        for problem in _problems(action.metadata):
            yield about(Kind.METADATA, action.id, f"the metadata {problem}")
        other = first.setdefault(action.ref.key, action)
        if other is not action and action.operation is Operation.RECORD:
            yield about(Kind.METADATA, action.id, f'{other.id} records what is said of "{action.ref.key}"')
        elif digest_of(other.metadata) != digest_of(action.metadata):
            yield about(
                Kind.METADATA,
                action.id,
                f"{other.id} records {told(other.metadata)}, this action {told(action.metadata)}",
            )


def check_retirement(action: Action, plan: Plan) -> Iterator[Discrepancy]:
    """What an archive records says that the time of its package is over."""
    retire = None if action.metadata is None else action.metadata.get("retire")
    at = retire.get("at") if isinstance(retire, dict) else None
    if not (_is_instant(at) and parse_instant(str(at)) <= plan.as_of):
        yield about(
            Kind.METADATA,
            action.id,
            f"an archive records a retirement until {short_instant(plan.as_of)}, the action {told(retire)}",
        )


def _problems(metadata: JsonObject) -> Iterator[str]:
    for name, value in metadata.items():
        match name:
            case "description" | "owner":
                fits = isinstance(value, str)
            case "labels":
                fits = isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
            case "windows":
                fits = isinstance(value, dict) and all(map(_is_window, value.values()))
            case "retire":
                fits = isinstance(value, dict) and value.keys() == {"at"} and _is_instant(value["at"])
            case _:
                fits = False
        if not fits:
            yield f"have {told({name: value})}, which no file can say"
    if "windows" not in metadata:
        yield 'have no "windows"'


def _is_window(value: JsonValue) -> bool:
    if not isinstance(value, dict) or not all(map(_is_instant, value.values())):
        return False
    return AliasWindow.from_json({"alias": "", **value}).declared_json() == value


def _is_instant(value: JsonValue) -> bool:
    """Whether this is an instant, spelled as plans do."""
    try:
        return isinstance(value, str) and format_instant(parse_instant(value)) == value
    except (ValueError, OverflowError):
        return False
