"""Packages and aliases that have left the catalog: removed files, dropped aliases, things to forget.

Comes in: what the catalog still declares and what is still recorded. Goes out: findings.
Never here: actions. The API can neither edit nor remove an alias window, so leaving is refused unless the catalog says
how.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import Diagnostic
from pkgplan.model.names import PackageRef
from pkgplan.model.record import declared_version
from pkgplan.model.rules import ALIAS_ORPHAN, FORGOTTEN, PACKAGE_VANISHED
from pkgplan.model.timeline import Window
from pkgplan.stages.plan.alias import OneAlias
from pkgplan.stages.plan.declared import Declaration
from pkgplan.stages.plan.refusals import UNDO, Found, PutBack
from pkgplan.stages.plan.ways_out import first_window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.stages.plan.given import Given


def left_behind(
    packages: Sequence[CompiledPackage], declared: Mapping[str, Sequence[Declaration]], given: Given
) -> Iterator[Found]:
    """A finding for each window that nobody accounts for.

    An alias that nobody declares must be held by nobody, now or later. An alias that somebody declares may not be
    held now by a package without a file; one that is only scheduled is cancelled by what is declared instead.
    """
    by_key = {package.key: package for package in packages}
    reach, as_of = given.reach, given.as_of
    succeeded = {
        row.ref.key
        for alias in declared.keys() & given.timelines.keys()
        for row in given.timelines[alias]
        if isinstance(row.ref, PackageRef) and row.window.end > as_of
    }
    for alias, rows in given.timelines.items():
        for row in rows:
            if not isinstance(row.ref, PackageRef):
                continue
            package = by_key.get(row.ref.key)
            if row.window.end <= as_of or (alias in declared and (package or not row.window.covers(as_of))):
                continue
            if alias in reach.aliases or row.ref.key in reach.packages:
                yield _stays(alias, row.ref, given)
            elif package is None:
                yield _vanished(alias, row.ref, given, is_succeeded=row.ref.key in succeeded)
            else:
                yield _orphan(alias, row.ref, package, given, frozenset(by_key))


def _stays(alias: str, ref: PackageRef, given: Given) -> Found:
    package_id = given.state.versions[ref].package_id
    return Found(
        Diagnostic(
            FORGOTTEN, f'alias "{alias}" is forgotten and stays with {ref} ({package_id})', given.reach.at
        )
    )


def _vanished(alias: str, ref: PackageRef, given: Given, *, is_succeeded: bool) -> Found:
    edit = PutBack(ref.key, given.first_retirement(ref.key))
    # What is forgotten is left alone, so another package could not follow it.
    forgetting = "" if is_succeeded else f', or add "{ref.key}" to `forget.packages`'
    return Found(
        Diagnostic(
            PACKAGE_VANISHED,
            f'package "{ref.key}" has no file any more, but {ref} still has alias "{alias}"',
            given.reach.at,
            edit.words + forgetting,
        ),
        (edit,),
        own=ref.key,
    )


def _orphan(
    alias: str, ref: PackageRef, package: CompiledPackage, given: Given, keys: AbstractSet[str]
) -> Found:
    diagnostic = Diagnostic(
        ALIAS_ORPHAN,
        f'alias "{alias}" is declared nowhere any more, but {ref} still has it',
        package.at.child("spec", "aliases") if package.aliases else package.at.child("spec").at_key(),
    )
    newest = declared_version(given.versions[package.key])
    before = None if newest is None else newest.declared_on(alias)
    same = newest is not None and newest.digest == package.digest
    entry = Declaration(
        content=package.content,
        window=before or Window(),
        retire_at=package.retire_at,
        over=False,
        before=before if same else None,
        at=package.at,
    )
    edit = first_window(before, entry, OneAlias.of(alias, given, keys), as_of=given.as_of)
    forgetting = f'or add "{alias}" to `forget.aliases`'
    if edit is None:
        return Found(replace(diagnostic, hint=f"{UNDO}; {forgetting}"))
    return Found(replace(diagnostic, hint=f"{edit.words}; {forgetting}"), (edit,), own=package.key)
