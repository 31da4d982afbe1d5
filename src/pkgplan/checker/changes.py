"""Whether the differences that a plan tells people are those between the two payloads.

Comes in: an action, recorded state, and how differences are worded (the diff stage, passed in).
Goes out: discrepancies. Never here: wording anything.

This is the line that holds a price to what was reviewed: who alters a payload and everything that follows from it has
to alter the review, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.checker.discrepancy import Discrepancy, Kind, about, told
from pkgplan.model.compiled import AsSent
from pkgplan.model.plan import Change, ChangeKind, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pkgplan.model.plan import Action
    from pkgplan.model.record import State

    Explain = Callable[[AsSent, AsSent], tuple[Change, ...]]


def check_changes(action: Action, state: State, explain: Explain) -> Iterator[Discrepancy]:
    """Explain the action anew and compare."""
    pair = _pair(action, state)
    try:
        expected = _unknown(action, state) if pair is None else explain(*pair)
    except Exception as error:  # noqa: BLE001 - it words what was compiled, and this may be anything
        yield about(
            Kind.CHANGES, action.id, f"the payload cannot be told apart from the one before: {error!r:.200}"
        )
        return
    if action.changes != expected:
        yield about(
            Kind.CHANGES,
            action.id,
            f"the payload differs from the one before in {_told(expected)}, the action says "
            f"{_told(action.changes)}",
        )


def _pair(action: Action, state: State) -> tuple[AsSent, AsSent] | None:
    """What the changes of an action are told between; None where there are none to tell."""
    if action.operation is Operation.RECORD:
        return AsSent(state.metadata.get(action.ref.key, {})), AsSent(action.payload)
    version = None if action.previous is None else state.versions.get(action.previous)
    before = None if version is None else version.as_sent
    if action.operation is not Operation.CREATE or before is None:
        return None
    return before, action.as_sent


def _unknown(action: Action, state: State) -> tuple[Change, ...]:
    """What is said where the terms before are not recorded: that nothing changed would be a lie."""
    version = None if action.previous is None else state.versions.get(action.previous)
    is_unknown = action.operation is Operation.CREATE and version is not None and version.payload is None
    if version is None or not is_unknown or version.digest == action.digest:
        return ()
    return (Change(ChangeKind.CHANGED, "terms", "not recorded", "as declared"),)


def _told(changes: tuple[Change, ...]) -> str:
    return told([change.to_json() for change in changes]) if changes else "nothing"
