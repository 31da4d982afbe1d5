"""State as a log that exists would fold to it: versions with the payloads and digests that were sent.

Comes in: compiled packages, spelled as their authors spelled them then. Goes out: `State`. Never here: windows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pkgplan.model.names import PackageRef
from pkgplan.model.record import RecordedVersion, State
from pkgplan.stages.plan.number import payload_as_sent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.compiled import CompiledPackage

CREATED_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def recorded_state(packages: Iterable[CompiledPackage]) -> State:
    """Each package as a version of its key, in the order given: `a@1`, `a@2`, `b@1`."""
    versions: dict[PackageRef, RecordedVersion] = {}
    reserved: dict[str, int] = {}
    for order, package in enumerate(packages):
        reserved[package.key] = reserved.get(package.key, 0) + 1
        ref = PackageRef(package.key, reserved[package.key])
        versions[ref] = RecordedVersion(
            ref=ref,
            package_id=f"id-{ref}",
            uniqueness_key=f"key-{ref}",
            digest=package.digest,
            payload=payload_as_sent(package.payload, (), f"key-{ref}"),
            references=package.references,
            sent=(),
            windows=(),
            created_at=CREATED_AT,
            order=order,
            terms=package.terms,
        )
    return State(
        environment="local",
        namespace="gnome",
        lineage="lineage",
        versions=versions,
        metadata={ref.key: {} for ref in versions},
        reserved=reserved,
    )
