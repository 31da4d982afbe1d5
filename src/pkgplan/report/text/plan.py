"""A plan for people: each action with what changes and what Metronome then does to alias windows.

Comes in: a plan, fresh or saved. Goes out: text. Never here: findings (those go to stderr), or anything that
the plan does not hold; a saved plan reads the same, also when it is stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.model.compiled import AsSent
from pkgplan.model.plan import Action, Change, ChangeKind, Effect, EffectKind, Operation, Plan, Reason
from pkgplan.model.timeline import Window
from pkgplan.model.units import format_instant, short_instant
from pkgplan.report.text.palette import PLAIN, Palette, Style
from pkgplan.report.text.words import counted, padded, shown_path, visible, width, window
from pkgplan.stages.diff import diff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.names import PackageRef

_TITLE_COLUMNS = 76
_PATH_COLUMNS = 44
_STYLES = {
    ChangeKind.ADDED: Style.ADDED,
    ChangeKind.REMOVED: Style.REMOVED,
    ChangeKind.CHANGED: Style.CHANGED,
}
_REASONS = {
    Reason.NEW: "new package",
    Reason.TERMS_CHANGED: "new version: terms changed",
    Reason.REFERENCE_CHANGED: "new version: a reference stands for another id",
    Reason.ALIAS_WINDOW_CHANGED: "created again with the same terms: alias window changed",
    Reason.RETIRED: "archive: retired; existing contracts live on, new ones can't be made",
    Reason.METADATA_CHANGED: "record: description, owner or labels changed; nothing is sent",
}
_CARRIED = "older terms created again, to keep the alias until the new terms begin"
_DOING = {Operation.CREATE: "create", Operation.ARCHIVE: "archive", Operation.ADOPT: "adoption"}
_KEPT = "Contracts already provisioned keep their terms."


@dataclass(frozen=True, slots=True)
class _Row:
    """One line below an alias: a version, its window, and what happened to it."""

    ref: PackageRef
    window: Window
    remark: str


@dataclass(frozen=True, slots=True)
class _Told:
    """A plan as its actions look things up in it; the effects are in its order."""

    plan: Plan
    created: frozenset[PackageRef]
    caused: dict[str, list[Effect]]
    """By the id of the action that causes them."""
    on_alias: dict[str, list[Effect]]

    @classmethod
    def of(cls, plan: Plan) -> _Told:
        """Read the plan once."""
        created = frozenset(each.ref for each in plan.actions if each.operation is Operation.CREATE)
        told = cls(plan, created, {}, {})
        for effect in plan.effects:
            told.caused.setdefault(effect.caused_by, []).append(effect)
            told.on_alias.setdefault(effect.alias, []).append(effect)
        return told


def plan_text(plan: Plan, *, catalog: str, verbose: bool = False, palette: Palette = PLAIN) -> str:
    """The whole plan, its summary last."""
    if not plan.actions:
        return f'No changes. Environment "{plan.environment}" is as the catalog says.\n'
    told = _Told.of(plan)
    blocks = ["\n".join(_action(told, action, catalog, verbose, palette)) + "\n" for action in plan.actions]
    if verbose:
        blocks.append("\n".join(_particulars(plan)) + "\n")
    return "\n".join(blocks) + "\n" + palette.paint(Style.TITLE, summary(plan)) + "\n"


def summary(plan: Plan) -> str:
    """`Plan: 1 to create, 0 to archive, 1 alias window moved.`"""
    counts = plan.summary
    parts = [f"{counts['create']} to create", f"{counts['archive']} to archive"]
    parts += [f"{counts[name]} to {name}" for name in ("adopt", "record") if counts[name]]
    parts.append(f"{counted(counts['windows_moved'], 'alias window')} moved")
    return f"Plan: {', '.join(parts)}. {_KEPT}"


def _action(told: _Told, action: Action, catalog: str, verbose: bool, palette: Palette) -> Iterator[str]:  # noqa: FBT001 - one private caller
    title = _title(action)
    reason = _CARRIED if action.carried else _REASONS[action.reason]
    source = "" if action.source is None else f"{shown_path(catalog, action.source)}:1"
    used = width(title) + 3 + len(reason)
    gap = " " * max(3, _TITLE_COLUMNS - used)
    yield f"{palette.paint(Style.TITLE, title)}   {reason}{gap}{palette.paint(Style.QUIET, source)}".rstrip()
    yield from _follows(told, action)
    yield from _changes(_changes_of(action), palette)
    for alias in _aliases(told, action):
        yield f'  alias "{visible(alias)}"'
        rows = sorted(_rows(told, action, alias), key=lambda row: (row.window.start, row.ref))
        refs = max((width(str(row.ref)) for row in rows), default=0)
        windows = max((len(window(row.window)) for row in rows), default=0)
        for row in rows:
            yield f"    {padded(str(row.ref), refs)}   {padded(window(row.window), windows)}   {row.remark}".rstrip()
    if verbose and action.uniqueness_key is not None:
        yield f"  uniqueness key {action.uniqueness_key}"


def _title(action: Action) -> str:
    if (
        action.operation is Operation.CREATE
        and action.previous is not None
        and action.reason is not Reason.NEW
    ):
        return f"{action.previous} -> {action.ref}"
    return str(action.ref)


def _follows(told: _Told, action: Action) -> Iterator[str]:
    """Whom a create follows on an alias, where the title does not say it."""
    if action.operation is not Operation.CREATE:
        return
    for wanted in action.windows:
        for effect in told.on_alias.get(wanted.alias, ()):
            cut = effect.after is not None and effect.ref != action.ref
            if not cut or not _ends_at(effect.after, wanted.window):
                continue
            if effect.ref != action.previous:
                yield f'  follows {effect.ref} on alias "{visible(wanted.alias)}"'
            elif action.reason is Reason.NEW:
                compared = "what is different:" if action.changes else "the terms are the same"
                yield f'  follows {effect.ref} on alias "{visible(wanted.alias)}"; {compared}'


def _ends_at(earlier: Window | None, later: Window) -> bool:
    return earlier is not None and earlier.ending_before is not None and earlier.end == later.start


def _changes_of(action: Action) -> tuple[Change, ...]:
    """What changes; of a new package that follows none, everything that it says."""
    if action.operation is Operation.CREATE and action.reason is Reason.NEW and action.previous is None:
        return diff(AsSent(), action.as_sent)
    return action.changes


def _changes(changes: tuple[Change, ...], palette: Palette) -> Iterator[str]:
    paths = [visible(change.path) for change in changes]
    size = min(max((width(path) for path in paths), default=0), _PATH_COLUMNS)
    for change, path in zip(changes, paths, strict=True):
        symbol = palette.paint(_STYLES[change.kind], str(change.kind))
        before, after = visible(change.before or ""), visible(change.after or "")
        says = f"{before} -> {after}" if change.kind is ChangeKind.CHANGED else before or after
        yield f"  {symbol} {path}{' ' * max(0, size - width(path))}   {says}".rstrip()


def _aliases(told: _Told, action: Action) -> list[str]:
    named = [alias_window.alias for alias_window in action.windows]
    caused = [effect.alias for effect in told.caused.get(action.id, ())]
    return list(dict.fromkeys((*named, *sorted(caused))))


def _rows(told: _Told, action: Action, alias: str) -> Iterator[_Row]:
    """The windows of other versions that the action moves, and the one that it opens."""
    for effect in told.caused.get(action.id, ()):
        if effect.alias != alias:
            continue
        if effect.ref == action.ref and action.operation is Operation.CREATE:
            continue
        # What becomes of a version that this plan creates stands with its own create.
        if effect.ref not in told.created or effect.kind is not EffectKind.OPENED:
            yield _affected(told.plan, effect, action)
    if action.operation is Operation.CREATE:
        for wanted in action.windows:
            if wanted.alias == alias:
                yield _own(told, action, alias, wanted.window)


def _own(told: _Told, action: Action, alias: str, wanted: Window) -> _Row:
    """The window of the created version itself; a later action of the same plan may cut it."""
    for effect in told.on_alias.get(alias, ()):
        if effect.ref == action.ref and effect.after is not None:
            by = None if effect.after == wanted else _taker(told.plan, alias, effect.after)
            return _Row(action.ref, effect.after, "" if by is None else f"then {by} below takes over")
    return _Row(action.ref, wanted, "taken over as a whole further below")


def _taker(plan: Plan, alias: str, cut: Window) -> PackageRef | None:
    """The version of this plan whose window begins where another one was cut."""
    for other in reversed(plan.actions):
        if other.operation is Operation.CREATE and any(
            wanted.alias == alias and _ends_at(cut, wanted.window) for wanted in other.windows
        ):
            return other.ref
    return None


def _affected(plan: Plan, effect: Effect, action: Action) -> _Row:
    by = f"by this {_DOING.get(action.operation, 'action')}"
    match effect.kind:
        case EffectKind.OPENED:
            return _Row(effect.ref, effect.after or Window(), f"opened {by}")
        case EffectKind.REMOVED:
            before = effect.before or Window()
            return _Row(effect.ref, before, _removed(plan, effect, before, action, by))
        case EffectKind.SHORTENED:
            before, after = effect.before or Window(), effect.after or Window()
            return _Row(effect.ref, after, f"was {_formerly(before, after)}; cut {by}")


def _removed(plan: Plan, effect: Effect, before: Window, action: Action, by: str) -> str:
    """What to call it when a window goes: a version that had not begun yet is cancelled, or comes again."""
    again = _again(plan, effect)
    if again is not None and again != action.ref:
        return f"removed {by}; {again} below has the same terms"
    if again is None and before.start > plan.as_of:
        return f"scheduled version is cancelled {by}"
    return f"removed {by}"


def _again(plan: Plan, effect: Effect) -> PackageRef | None:
    """The version of this plan that gives the alias back to the terms of the version that loses it."""
    creates = [action for action in plan.actions if action.operation is Operation.CREATE]
    same_terms = {
        create.digest
        for create in creates
        if create.reason is Reason.ALIAS_WINDOW_CHANGED and create.previous == effect.ref
    }
    for create in creates:
        if create.digest in same_terms and any(wanted.alias == effect.alias for wanted in create.windows):
            return create.ref
    return None


def _formerly(before: Window, after: Window) -> str:
    if before.starting_at != after.starting_at:
        return window(before)
    if before.ending_before is None:
        return "open-ended"
    return f"until {short_instant(before.ending_before)}"


def _particulars(plan: Plan) -> Iterator[str]:
    yield f"environment  {plan.environment}, namespace {plan.namespace}"
    yield f"as of        {format_instant(plan.as_of)}"
    yield f"made on      entry {plan.base.serial} of the state log"
    yield f"catalog      {plan.catalog_digest}"
    yield f"plan         {plan.digest}"
    for name, reading in plan.assumptions.items():
        yield f"assumed      {name} = {visible(reading)}"
