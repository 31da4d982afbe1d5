"""Creates become actions: version numbers, uniqueness keys, reasons and the payload as sent.

Comes in: the creates that aliases need, and the packages whose content is new. Goes out: create and record
actions.
Never here: deciding windows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan.model.compiled import AsSent, CompiledPackage, Content, content_of
from pkgplan.model.diagnostics import Diagnostic
from pkgplan.model.names import PackageRef, UniquenessKey
from pkgplan.model.plan import Action, Operation, Reason
from pkgplan.model.record import RecordedVersion, State, current_version, declared_version
from pkgplan.model.rules import ALIAS_IN_PAST, ALIAS_UNREACHABLE, RETIRED_CHANGED
from pkgplan.model.units import Instant, format_instant
from pkgplan.stages.plan.merge import Create
from pkgplan.stages.plan.refusals import UNDO, Found, UndoTerms
from pkgplan.stages.plan.ways_out import way_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.timeline import AliasWindow
    from pkgplan.stages.plan.alias import OneAlias
    from pkgplan.stages.plan.declared import Declaration
    from pkgplan.stages.plan.given import Given


def emissions(
    packages: Sequence[CompiledPackage],
    creates: Sequence[Create],
    aliases: Mapping[str, tuple[OneAlias, Sequence[Declaration]]],
    given: Given,
) -> tuple[tuple[Action, ...], tuple[Found, ...]]:
    """Create actions in order, and a finding for new content that no alias window would ever show.

    Args:
        packages: of the catalog.
        creates: what the aliases need.
        aliases: each with its declarations, to try other windows on.
        given: the record and the instant.
    """
    by_key = {package.key: package for package in packages}
    planned = {create.content for create in creates}
    found: list[Found] = []
    unaliased: list[Create] = []
    for key in sorted(by_key):
        package, recorded = by_key[key], given.versions.get(key, ())
        current = current_version(recorded)
        if package.retire_at is not None and package.retire_at <= given.as_of:
            found += _changed_after_retirement(package, declared_version(recorded))
            continue
        if package.content in planned or (current is not None and current.digest == package.digest):
            continue
        if not package.aliases or _shown(package, recorded, given.as_of):
            # Behind an alias may be an older version with these terms; the newest has to have them as well.
            unaliased.append(Create(package.content, ()))
        elif not _is_as_recorded(package, given):
            found.append(_never_shown(package, aliases))
    numbering = _Numbering(by_key, given)
    actions = [numbering.action(create) for create in (*unaliased, *creates)]
    return tuple(action for action in actions if action is not None), (*found, *numbering.problems)


def records(
    packages: Sequence[CompiledPackage], actions: Iterable[Action], given: Given
) -> tuple[Action, ...]:
    """Record actions for what the catalog says otherwise than before without a new version.

    That is descriptions, owners and labels, and windows and retirements that move nothing now.
    """
    renewed = {action.ref.key for action in actions if action.metadata is not None}
    made = []
    for package in sorted(packages, key=lambda package: package.key):
        current = current_version(given.versions.get(package.key, ()))
        if current is None or package.key in renewed or _is_recorded(package, current, given.state):
            continue
        made.append(
            Action(
                id=f"record:{package.key}",
                operation=Operation.RECORD,
                ref=current.ref,
                reason=Reason.METADATA_CHANGED,
                uniqueness_key=None,
                payload=package.record,
                windows=(),
                digest=current.digest,
                metadata=package.record,
                previous=current.ref,
                source=package.at.path,
            )
        )
    return tuple(made)


def _is_recorded(package: CompiledPackage, current: RecordedVersion, state: State) -> bool:
    """Whether the log has what the catalog says of a package besides its terms."""
    recorded = state.metadata.get(package.key)
    if recorded is None or "windows" in recorded:
        return recorded == package.record
    # An older log does not say which windows were declared; what was sent says where they began.
    starts = {sent.alias: sent.window.starting_at for sent in current.sent}
    declared = {alias.window.alias: alias.window.window.starting_at for alias in package.aliases}
    return recorded == package.metadata and package.retire_at is None and declared == starts


def _is_as_recorded(package: CompiledPackage, given: Given) -> bool:
    """Whether a package was made as it is declared, once, and only its time is over."""
    newest = declared_version(given.versions.get(package.key, ()))
    is_same = newest is not None and newest.digest == package.digest
    return is_same and given.state.metadata.get(package.key) == package.record


def payload_as_sent(payload: JsonObject, windows: Sequence[AliasWindow], uniqueness_key: str) -> JsonObject:
    """The body of POST /v1/packages/create: content, windows (unbounded sides left out) and uniqueness key.

    Source: SDK `PackageCreateParams.aliases` (`name`, `starting_at`, `ending_before`) and `uniqueness_key`.
    """
    sent: JsonObject = dict(payload)
    if windows:
        sent["aliases"] = [_alias(window) for window in windows]
    sent["uniqueness_key"] = uniqueness_key
    return sent


def _alias(window: AliasWindow) -> JsonValue:
    sides = (("starting_at", window.window.starting_at), ("ending_before", window.window.ending_before))
    return {"name": window.alias, **{side: format_instant(at) for side, at in sides if at is not None}}


def _shown(package: CompiledPackage, versions: Iterable[RecordedVersion], as_of: Instant) -> bool:
    """Whether an alias already shows this content, now or later."""
    return any(
        version.archived_at is None and version.digest == package.digest and window.window.end > as_of
        for version in versions
        for window in version.windows
    )


def _never_shown(
    package: CompiledPackage, aliases: Mapping[str, tuple[OneAlias, Sequence[Declaration]]]
) -> Found:
    """New content whose windows are all over: the first of them that can be moved ahead is the way out."""
    for declared in package.aliases:
        one, entries = aliases[declared.window.alias]
        entry = next(entry for entry in entries if entry.content.key == package.key)
        diagnostic = Diagnostic(
            ALIAS_IN_PAST,
            f'package "{package.key}" has new content, but its window on alias "{one.name}" is over',
            entry.at,
        )
        found = way_out(diagnostic, entries, one)
        if found.edits:
            return found
    return Found(replace(diagnostic, hint=UNDO))


def _changed_after_retirement(package: CompiledPackage, current: RecordedVersion | None) -> tuple[Found, ...]:
    if current is None or current.digest == package.digest:
        return ()
    edit = UndoTerms(package.key)
    diagnostic = Diagnostic(
        RETIRED_CHANGED,
        f'package "{package.key}" differs from {current.ref}, but it is retired',
        package.at.child("spec", "retire", "at"),
        edit.words,
    )
    return (Found(diagnostic, (edit,), own=package.key),)


class _Numbering:
    """Gives versions to creates one after the other; lives no longer than the call."""

    def __init__(self, packages: Mapping[str, CompiledPackage], given: Given) -> None:
        self._packages = packages
        self._recorded = given.versions
        self._emission = given.emission
        self._reserved = dict(given.state.reserved)
        self._newest: dict[str, tuple[PackageRef, str]] = {}
        for key, versions in given.versions.items():
            current = current_version(versions)
            if current is not None:
                self._newest[key] = (current.ref, current.digest)
        self.problems: list[Found] = []

    def action(self, create: Create) -> Action | None:
        content = create.content
        package = self._packages.get(content.key)
        declared = package is not None and package.digest == content.digest
        if package is not None and declared:
            sent = AsSent(package.payload, package.references, package.terms)
        else:
            before = self._sent_before(content)
            if before is None or before.payload is None:
                self.problems.append(self._unknown(content))
                return None
            sent = AsSent(content_of(before.payload), dict(before.references), dict(before.terms))
        version = self._reserved.get(content.key, 0) + 1
        self._reserved[content.key] = version
        ref = PackageRef(content.key, version)
        key = str(UniquenessKey.of(self._emission.namespace, self._emission.environment, ref, content.digest))
        reason, previous = self._reason(package, content, declared=declared)
        if declared:
            self._newest[content.key] = (ref, content.digest)
        return Action(
            id=f"create:{ref}",
            operation=Operation.CREATE,
            ref=ref,
            reason=reason,
            uniqueness_key=key,
            payload=payload_as_sent(sent.payload, create.windows, key),
            windows=create.windows,
            digest=content.digest,
            references=sent.references,
            terms=sent.terms,
            carried=not declared,
            metadata=package.record if package is not None and declared else None,
            previous=previous,
            source=package.at.path if package is not None else None,
        )

    def _reason(
        self, package: CompiledPackage | None, content: Content, *, declared: bool
    ) -> tuple[Reason, PackageRef | None]:
        if package is None or not declared:
            same = [v.ref for v in self._recorded.get(content.key, ()) if v.digest == content.digest]
            return Reason.ALIAS_WINDOW_CHANGED, max(same, default=None)
        if content.key not in self._newest:
            return Reason.NEW, None
        ref, digest = self._newest[content.key]
        if digest == content.digest:
            return Reason.ALIAS_WINDOW_CHANGED, ref
        before = next((v for v in self._recorded.get(content.key, ()) if v.ref == ref), None)
        if before is not None and before.payload is not None and _only_references(before, package):
            return Reason.REFERENCE_CHANGED, ref
        return Reason.TERMS_CHANGED, ref

    def _sent_before(self, content: Content) -> RecordedVersion | None:
        for version in reversed(self._recorded.get(content.key, ())):
            if version.digest == content.digest and version.payload is not None:
                return version
        return None

    def _unknown(self, content: Content) -> Found:
        package = self._packages.get(content.key, next(iter(self._packages.values())))
        return Found(
            Diagnostic(
                ALIAS_UNREACHABLE,
                f'an older version of "{content.key}" would have to be created again, but what was sent for it '
                "is not recorded",
                package.at,
                UNDO,
            )
        )


def _only_references(before: RecordedVersion, package: CompiledPackage) -> bool:
    """Whether the payloads are equal once every id stands for what it is named in the catalog."""
    renamed = {
        id_: package.references[name] for name, id_ in before.references.items() if name in package.references
    }
    return _replaced(content_of(before.payload or {}), renamed) == package.payload


def _replaced(value: JsonValue, renamed: dict[str, str]) -> JsonValue:
    match value:
        case dict():
            return {name: _replaced(item, renamed) for name, item in value.items()}
        case list():
            return [_replaced(item, renamed) for item in value]
        case str():
            return renamed.get(value, value)
        case _:
            return value
