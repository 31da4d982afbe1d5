"""Findings of the planner, each error with the edit of the catalog that its hint speaks of.

Comes in: diagnostics. Goes out: the packages as they would be after an edit, so that a hint can be tried.
Never here: trying; that is `ways_out.py` for one alias, and `plan` for all that was found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan.model.canonical import as_object, compact
from pkgplan.model.compiled import CompiledPackage, DeclaredAlias, content_of
from pkgplan.model.diagnostics import Diagnostic, Location, Severity
from pkgplan.model.record import declared_version
from pkgplan.model.timeline import AliasWindow, Window
from pkgplan.model.units import short_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pkgplan.model.units import Instant
    from pkgplan.stages.plan.given import Given

UNDO = "undo the change: the catalog as it was last applied can always be planned"


@dataclass(frozen=True, slots=True)
class SetWindow:
    """Give a package this window on an alias instead of the one `before`, which is None if its file has none there."""

    key: str
    alias: str
    before: Window | None
    window: Window

    @property
    def words(self) -> str:
        """What to write for that; empty if it is so already."""
        if self.before is not None:
            return " and ".join(_differences(self.before, self.window))
        sides = (("starting_at", self.window.starting_at), ("ending_before", self.window.ending_before))
        says = "".join(f", {side}: {_in_braces(at)}" for side, at in sides if at is not None)
        return f"put the alias back with an end: `{{name: {compact(self.alias)}{says}}}`"


def _in_braces(at: Instant) -> str:
    """An instant as a value within braces, where one with a colon needs quotes."""
    text = short_instant(at)
    return compact(text) if ":" in text else text


def _differences(before: Window, after: Window) -> Iterator[str]:
    """What to write so that one window becomes the other."""
    if after.starting_at is None and before.starting_at is not None:
        yield "leave `starting_at` out"
    elif after.starting_at is not None and after.starting_at != before.starting_at:
        yield f"write `starting_at: {short_instant(after.starting_at)}`"
    if after.ending_before is None and before.ending_before is not None:
        yield "leave `ending_before` out"
    elif after.ending_before is not None and after.ending_before != before.ending_before:
        yield f"write `ending_before: {short_instant(after.ending_before)}`"


@dataclass(frozen=True, slots=True)
class PutBack:
    """Put the file of a package back as it was, with a retirement."""

    key: str
    retire_at: Instant

    @property
    def words(self) -> str:
        """What to do."""
        return f"put the file back and add `retire: {{at: {_in_braces(self.retire_at)}}}`"


@dataclass(frozen=True, slots=True)
class UndoTerms:
    """Put the terms of a package back as they were."""

    key: str

    @property
    def words(self) -> str:
        """What to do."""
        return "undo the change of the terms"


Edit = SetWindow | PutBack | UndoTerms


@dataclass(frozen=True, slots=True)
class Found:
    """A finding. `edits` are what its hint says, where that is one thing; `other` what it allows instead of them.

    `own` is the key of the package that the finding is about, which its hint need not name. `otherwise` is a way out
    that is no edit of a package, and one whatever becomes of the others.
    """

    diagnostic: Diagnostic
    edits: tuple[Edit, ...] = ()
    other: tuple[Edit, ...] = ()
    own: str = ""
    otherwise: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it forbids a plan."""
        return self.diagnostic.severity is Severity.ERROR

    @property
    def narrow(self) -> str:
        """The hint for `edits` alone."""
        return self.hint({aim(edit): edit for edit in self.edits})

    def hint(self, edits: Mapping[Aim, Edit]) -> str:
        """What these edits do to the files that `edits` speaks of."""
        said = [edits[each] for each in dict.fromkeys(map(aim, self.edits))]
        words = "; ".join(
            edit.words if edit.key == self.own else f"{edit.words} for {whose(edit)}" for edit in said
        )
        return f"{words}; or {self.otherwise}" if self.otherwise else words


Aim = tuple[type[Edit], str, str]


def aim(edit: Edit) -> Aim:
    """What an edit changes: of two with the same aim the later one counts."""
    return type(edit), edit.key, edit.alias if isinstance(edit, SetWindow) else ""


def together(edits: Iterable[Edit]) -> dict[Aim, Edit]:
    """Edits one after the other as one for each aim, from what stands in the file to what shall stand there."""
    made: dict[Aim, Edit] = {}
    for edit in edits:
        first = made.get(aim(edit))
        made[aim(edit)] = (
            replace(first, window=edit.window)
            if isinstance(first, SetWindow) and isinstance(edit, SetWindow)
            else edit
        )
    return made


def whose(edit: Edit) -> str:
    """Whose file an edit is of."""
    return f'"{edit.key}"' + (f' on alias "{edit.alias}"' if isinstance(edit, SetWindow) else "")


def edited(packages: Iterable[CompiledPackage], edits: Iterable[Edit], given: Given) -> list[CompiledPackage]:
    """The packages of a catalog after some edits."""
    by_key = {package.key: package for package in packages}
    for edit in edits:
        match edit:
            case SetWindow(key, alias, _, window):
                by_key[key] = _with_window(by_key[key], AliasWindow(alias, window))
            case PutBack(key, retire_at):
                by_key[key] = _as_recorded(key, given, retire_at)
            case UndoTerms(key):
                before = _as_recorded(key, given, None)
                by_key[key] = replace(by_key[key], payload=before.payload, digest=before.digest)
    return list(by_key.values())


def _with_window(package: CompiledPackage, window: AliasWindow) -> CompiledPackage:
    kept = tuple(each for each in package.aliases if each.window.alias != window.alias)
    at = next(
        (each.at for each in package.aliases if each.window.alias == window.alias),
        package.at.child("spec", "aliases"),
    )
    return replace(package, aliases=(*kept, DeclaredAlias(window, at)))


def _as_recorded(key: str, given: Given, retire_at: Instant | None) -> CompiledPackage:
    """A package as its file said it when it was last applied."""
    versions = given.versions[key]
    newest = declared_version(versions) or versions[-1]
    at = Location(f"packages/{key}.yaml")
    said = given.state.metadata.get(key, {}).get("windows")
    windows = (
        [AliasWindow(alias, Window.from_json(as_object(window))) for alias, window in said.items()]
        if isinstance(said, dict)
        # An older log knows what was sent.
        else newest.sent
    )
    return CompiledPackage(
        key=key,
        payload=content_of(newest.payload or {}),
        digest=newest.digest,
        aliases=tuple(DeclaredAlias(window, at) for window in windows),
        references=dict(newest.references),
        metadata={},
        retire_at=retire_at,
        at=at,
        terms=dict(newest.terms),
    )
