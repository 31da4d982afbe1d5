"""Creating a package exactly once, whatever the answers are.

Comes in: an action. Goes out: the id of the package created, or the package that was there already.
Never here: the log. The uniqueness key makes a second call harmless: it is refused, and the package looked up.
Source: `uniqueness_key` of POST /v1/packages/create: reuse is a 409, for ever, also after archiving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.errors import ApiConflict, ApiRejected, ApiUnavailable, ApplyStopped
from pkgplan.model.appearance import told_apart

if TYPE_CHECKING:
    from pkgplan.apply.world import World
    from pkgplan.model.plan import Action
    from pkgplan.ports import RemotePackage


def create_once(action: Action, world: World, *, tried: bool) -> str | RemotePackage:
    """Create the package, or find the one that an earlier call created.

    Args:
        action: the create.
        world: where to make the call.
        tried: whether an earlier process may have made this call.

    Returns:
        The id of the package just created, or the package that was there already.

    Raises:
        ApiRejected: refused; nothing was created, now or earlier.
        ApiUnavailable: no answer after every pause; it may have been created.
        ApplyStopped: the key was used for something else.
    """
    for pause in (*world.pauses, None):
        try:
            return world.api.create(action.payload)
        except ApiUnavailable:
            if pause is None:
                raise
            tried = True
            world.sleep(pause)
        except ApiConflict:
            return _known(action, world)
        except ApiRejected:
            # An earlier call may have gone through before the environment came to refuse it.
            found = look_up(action, world) if tried else None
            if found is None:
                raise
            return found
    raise AssertionError("the last pause raises or returns")


def look_up(action: Action, world: World, *, patient: bool = False) -> RemotePackage | None:
    """The package that was created for this action, if there is one; archived ones and all pages count.

    `patient` asks again after each pause, because a listing may lag behind a create.
    """
    for pause in (*(world.pauses if patient else ()), None):
        for package in world.api.list():
            if (package.uniqueness_key or "").removeprefix("package:") == action.uniqueness_key:
                return package
        if pause is not None:
            world.sleep(pause)
    return None


def _known(action: Action, world: World) -> RemotePackage:
    found = look_up(action, world, patient=True)
    if found is None:
        raise ApplyStopped(
            f'the uniqueness key "{action.uniqueness_key}" is taken, but no package shows it',
            hint="run apply again; if it stays so, ask Metronome's support about the key",
        )
    if found.name != action.payload.get("name"):
        is_called, wanted = told_apart(found.name, action.payload.get("name"))
        raise ApplyStopped(
            f"{action.ref} exists as {is_called} ({found.package_id}), not as {wanted}: "
            "the key was used for something else",
            hint="change the namespace of the Project if another catalog uses it",
        )
    return found
