"""Whether the state log and the environment tell the same story; asked before a run begins.

Comes in: recorded state, the packages of the environment, the plan. Goes out: nothing, or StateCorrupt.
Never here: windows (each create compares those) and writing.

A log that is older than the environment (restored from a backup, put back by git) or that came without it (a
clone on another machine) would make apply create packages twice, or cut windows that nobody recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.errors import ApiRejected, StateCorrupt
from pkgplan.model.names import UniquenessKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.plan import Plan
    from pkgplan.model.record import State
    from pkgplan.ports import PackageApi, RemotePackage

_SHOWN = 3


def foreign_packages(api: PackageApi, *, namespace: str, environment: str) -> list[RemotePackage]:
    """Packages of the environment that carry uniqueness keys of this namespace and environment."""
    return _ours(api.list(), namespace, environment)


def refuse_other_story(plan: Plan, state: State, api: PackageApi) -> None:
    """Raise StateCorrupt if the environment holds versions that the log lacks, or lacks ones that it records.

    A version that the plan itself would create is no surprise: the log was lost after the call, and the call
    will find it again. Costs one listing of the environment's packages.
    """
    packages = list(api.list())
    _refuse_unrecorded(_ours(packages, plan.namespace, plan.environment), plan, state)
    _refuse_missing({package.package_id for package in packages}, state, api)


def _ours(packages: Iterable[RemotePackage], namespace: str, environment: str) -> list[RemotePackage]:
    return [
        package
        for package in packages
        if (key := UniquenessKey.parse(package.uniqueness_key or "")) is not None
        and (key.namespace, key.environment) == (namespace, environment)
    ]


def _refuse_unrecorded(ours: list[RemotePackage], plan: Plan, state: State) -> None:
    if ours and state.pristine:
        raise StateCorrupt(
            f"the state log is empty, but the environment holds {len(ours)} packages of namespace "
            f'"{plan.namespace}"',
            hint="restore the state log, or rebuild it from the environment with `pkgplan state rebuild`",
        )
    known = {version.package_id for version in state.versions.values()}
    expected = {action.uniqueness_key for action in plan.actions}
    unrecorded = [
        package
        for package in ours
        if package.package_id not in known
        and (package.uniqueness_key or "").removeprefix("package:") not in expected
    ]
    if unrecorded:
        named = _named(str(UniquenessKey.parse(p.uniqueness_key or "") or p.package_id) for p in unrecorded)
        raise StateCorrupt(
            f"the environment holds packages that the state log does not record: {named}",
            hint="restore the newest state log, or move it away and run `pkgplan state rebuild`",
        )


def _refuse_missing(present: set[str], state: State, api: PackageApi) -> None:
    missing = [
        f'{version.ref} "{version.package_id}"'
        for version in state.versions.values()
        if version.package_id not in present and not _exists(api, version.package_id)
    ]
    if missing:
        raise StateCorrupt(
            f"the state log records packages that the environment does not hold: {_named(missing)}",
            hint="use the log of this environment, or move this one away if its packages are gone for good",
        )


def _exists(api: PackageApi, package_id: str) -> bool:
    # A listing may lag behind a create; asking for the package itself is the better witness.
    try:
        api.get(package_id)
    except ApiRejected:
        return False
    return True


def _named(names: Iterable[str]) -> str:
    listed = sorted(names)
    rest = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + rest
