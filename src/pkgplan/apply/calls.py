"""Creating a package exactly once, whatever the answers are.

Comes in: an action. Goes out: the id of its package, and whether it was there already.
Never here: the log. The uniqueness key makes a second call harmless: it is refused, and the package looked up.
Source: `uniqueness_key` of POST /v1/packages/create: reuse is a 409, for ever, also after archiving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.errors import ApiConflict, ApiUnavailable, ApplyStopped

if TYPE_CHECKING:
    from pkgplan.apply.world import World
    from pkgplan.model.plan import Action
    from pkgplan.ports import RemotePackage


def create_once(action: Action, world: World) -> tuple[str, str]:
    """Create the package, or find the one that an earlier call created.

    Returns:
        The kind of entry that this is ("created" or "adopted") and the package's id.

    Raises:
        ApiRejected: refused; nothing was created.
        ApiUnavailable: no answer after every pause; it may have been created.
        ApplyStopped: the key was used for something else.
    """
    try:
        return "created", _create(action, world)
    except ApiConflict:
        return "adopted", _adopt(action, world)


def look_up(action: Action, world: World) -> RemotePackage | None:
    """The package that was created for this action, if there is one; archived ones and all pages count."""
    for package in world.api.list():
        if (package.uniqueness_key or "").removeprefix("package:") == action.uniqueness_key:
            return package
    return None


def _create(action: Action, world: World) -> str:
    """Call until there is an answer; the uniqueness key makes a second call harmless."""
    for pause in world.pauses:
        try:
            return world.api.create(action.payload)
        except ApiUnavailable:
            world.sleep(pause)
    return world.api.create(action.payload)


def _adopt(action: Action, world: World) -> str:
    found = look_up(action, world)
    if found is None:
        raise ApplyStopped(
            f'the uniqueness key "{action.uniqueness_key}" is taken, but no package shows it',
            hint="run apply again; if it stays so, ask Metronome's support about the key",
        )
    if found.name != action.payload.get("name"):
        raise ApplyStopped(
            f'{action.ref} exists as "{found.name}" ({found.package_id}), not as '
            f'"{action.payload.get("name")}": the key was used for something else',
            hint="change the namespace of the Project if another catalog uses it",
        )
    return found.package_id
