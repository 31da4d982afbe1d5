"""A lost state log, written again from what the environment still knows.

Comes in: an empty log, the environment's packages, the catalog as compiled. Goes out: a log that plans can be
made on. Never here: guessing. What was sent cannot be read back, so a version whose content is not what the
catalog says now is recorded without its payload; the plan then knows its windows but cannot create it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.apply.journal import Journal
from pkgplan.apply.same_story import foreign_packages
from pkgplan.errors import UsageFault
from pkgplan.model.compiled import terms_to_json
from pkgplan.model.names import PackageRef, UniquenessKey
from pkgplan.model.timeline import AliasWindow, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgplan.apply.world import World
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.units import Instant
    from pkgplan.ports import RemotePackage


def rebuild(
    packages: Sequence[CompiledPackage], world: World, *, namespace: str, environment: str
) -> tuple[PackageRef, ...]:
    """Record every package of this namespace and environment; gives the versions, oldest first.

    Raises:
        UsageFault: the log is not empty, or there is nothing to record.
    """
    journal = Journal(world.log, world.clock, world.actor)
    if not journal.state.pristine:
        raise UsageFault(
            f"the state log holds {journal.head.serial} entries and is not rebuilt over them",
            hint="move the file away if it is damaged beyond repair",
        )
    found = foreign_packages(world.api, namespace=namespace, environment=environment)
    if not found:
        raise UsageFault(f'the environment holds no package of namespace "{namespace}"')
    if journal.head.serial == 0:
        journal.append(
            "genesis", {"lineage": world.lineage, "environment": environment, "namespace": namespace}
        )
    starts = {(w.alias, w.window.start) for package in found for w in package.windows}
    declared = {(package.key, package.digest[7:23]): package for package in packages}
    found.sort(key=lambda package: (package.created_at, package.uniqueness_key or ""))
    return tuple(_record(journal, world, remote, declared, starts) for remote in found)


def _record(
    journal: Journal,
    world: World,
    remote: RemotePackage,
    declared: dict[tuple[str, str], CompiledPackage],
    starts: set[tuple[str, Instant]],
) -> PackageRef:
    key = UniquenessKey.parse(remote.uniqueness_key or "")
    if key is None:
        raise UsageFault(f"package {remote.package_id} has no uniqueness key of ours")
    package = declared.get((key.ref.key, key.digest16))
    # A window that ends where another begins was most likely sent without an end, and cut.
    sent: list[JsonValue] = [
        AliasWindow(
            w.alias, Window(w.window.starting_at) if (w.alias, w.window.end) in starts else w.window
        ).to_json()
        for w in remote.windows
    ]
    windows: list[JsonValue] = [window.to_json() for window in remote.windows]
    references: JsonObject = {} if package is None else dict(package.references)
    action = f"adopt:{key.ref}"
    journal.append(
        "adopted",
        {
            "run": world.run,
            "action": action,
            "ref": str(key.ref),
            "package_id": remote.package_id,
            "uniqueness_key": str(key),
            "digest": f"sha256:{key.digest16}" if package is None else package.digest,
            "carried": False,
            "payload": None if package is None else package.payload,
            "references": references,
            "terms": {} if package is None else terms_to_json(package.terms),
            "windows": sent,
            "metadata": None if package is None else package.metadata,
        },
    )
    journal.append(
        "windows_observed", {"run": world.run, "windows": {str(key.ref): windows}, "different": []}
    )
    if remote.archived_at is not None:
        journal.append(
            "archived",
            {"run": world.run, "action": action, "ref": str(key.ref), "package_id": remote.package_id},
        )
    return key.ref
