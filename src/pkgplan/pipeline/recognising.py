"""What is declared, recognised in what is recorded, however either of them is spelled.

Comes in: compiled packages and state. Goes out: the same packages; one that says what a recorded version of its key
says has the payload and the digest of that version, so that the planner sees equal digests where nothing is new.
Never here: what counts as the same, which the model decides; and other packages' versions, because what is equal by
chance under another key is still another package.

Digests first: a canonical form is only made for a package whose digest is not that of its newest version.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan.model.canonical import canonical, digest_of
from pkgplan.model.compiled import content_of
from pkgplan.model.meaning import canonical_form, with_ids
from pkgplan.model.record import declared_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.record import RecordedVersion, State


def recognised(packages: Iterable[CompiledPackage], state: State) -> tuple[CompiledPackage, ...]:
    """The packages, each as the newest version of its key that says the same was sent, if there is one."""
    recorded = state.versions_by_key()
    return tuple(_recognised(package, recorded.get(package.key, ())) for package in packages)


def _recognised(package: CompiledPackage, versions: Sequence[RecordedVersion]) -> CompiledPackage:
    newest = declared_version(versions)
    if newest is None or newest.digest == package.digest:
        return package
    form = canonical(canonical_form(package.payload))
    for version in _candidates(package, newest, versions):
        sent = content_of(version.payload or {})
        if canonical(canonical_form(sent)) == form:
            return _as(package, version, sent, version.digest)
    # Where a name stands for another id there is something new to send, but not another spelling of all the rest.
    if ids := _other_ids(newest, package):
        sent = with_ids(content_of(newest.payload or {}), ids)
        if canonical(canonical_form(sent)) == form:
            return _as(package, newest, sent, digest_of(sent))
    return package


def _candidates(
    package: CompiledPackage, newest: RecordedVersion, versions: Sequence[RecordedVersion]
) -> Iterator[RecordedVersion]:
    """The versions that may say the same: what the catalog last said, then the others, the newest first."""
    # A package that is recorded as it is needs no other spelling, unless it is that of the newest version.
    is_recorded = any(version.digest == package.digest for version in versions)
    others = [version for version in versions[::-1] if version is not newest and not is_recorded]
    return (version for version in (newest, *others) if version.payload is not None)


def _other_ids(version: RecordedVersion, package: CompiledPackage) -> dict[str, str]:
    now = package.references
    return {id_: now[name] for name, id_ in version.references.items() if now.get(name, id_) != id_}


def _as(
    package: CompiledPackage, version: RecordedVersion, payload: JsonObject, digest: str
) -> CompiledPackage:
    """The package in the words of a version. The names of its ids stay those of the catalog: they are the same ids."""
    return replace(package, payload=payload, digest=digest, terms=dict(version.terms))
