"""A plan for people: each action with what changes and what Metronome then does to alias windows.

Comes in: a plan, fresh or saved. Goes out: text. Never here: findings (those go to stderr), or anything that
the plan does not hold; a saved plan reads the same, also when it is stale.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.model.compiled import AsSent
from pkgplan.model.names import holder_order
from pkgplan.model.outlook import Compared, Instants, Outlook
from pkgplan.model.plan import Action, Change, ChangeKind, Effect, EffectKind, Operation, Plan, Reason
from pkgplan.model.timeline import Window
from pkgplan.model.units import format_instant, short_instant
from pkgplan.report.text.drift import drift_text
from pkgplan.report.text.palette import PLAIN, Palette, Style
from pkgplan.report.text.words import counted, one_line, padded, shown_path, visible, width, window
from pkgplan.stages.diff import diff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pkgplan.model.names import Holder, PackageRef
    from pkgplan.model.units import Instant

_TITLE_COLUMNS = 76
_TO_RECORD = "`pkgplan state refresh` or `pkgplan apply --accept-drift`"
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
    Reason.METADATA_CHANGED: "record: the file says something new besides its terms; nothing is sent",
}
_CARRIED = "older terms created again, to keep the alias until the new terms begin"
_DOING = {Operation.CREATE: "create", Operation.ARCHIVE: "archive", Operation.ADOPT: "adoption"}
_KEPT = "Contracts already provisioned keep their terms."


@dataclass(frozen=True, slots=True)
class _Row:
    """One line below an alias: a version, its window, and what happened to it."""

    ref: Holder
    window: Window
    remark: str


@dataclass(frozen=True, slots=True)
class _Told:
    """A plan as its actions look things up in it; lists are in the plan's order.

    `caused` has the effects of an action by its id, `cut` those that end a window by the alias and that end, `of` those
    of one package on an alias. `takers` are the last creates whose window on an alias begins at an instant; `again`
    the first creates that give an alias to the terms of a version, by alias and version.
    """

    plan: Plan
    created: frozenset[PackageRef]
    caused: dict[str, list[Effect]] = field(default_factory=dict)
    cut: dict[tuple[str, Instant], list[Effect]] = field(default_factory=dict)
    of: dict[tuple[str, Holder], list[Effect]] = field(default_factory=dict)
    takers: dict[tuple[str, Instant], PackageRef] = field(default_factory=dict)
    again: dict[tuple[str, Holder], PackageRef] = field(default_factory=dict)

    @classmethod
    def read(cls, plan: Plan) -> _Told:
        """Read the plan once."""
        creates = [each for each in plan.actions if each.operation is Operation.CREATE]
        told = cls(plan, frozenset(each.ref for each in creates))
        for effect in plan.effects:
            told.caused.setdefault(effect.caused_by, []).append(effect)
            told.of.setdefault((effect.alias, effect.ref), []).append(effect)
            if effect.after is not None and effect.after.ending_before is not None:
                told.cut.setdefault((effect.alias, effect.after.end), []).append(effect)
        for create in creates:
            told.takers.update({(each.alias, each.window.start): create.ref for each in create.windows})
        repeated = {
            (create.ref.key, create.digest): create.previous
            for create in creates
            if create.reason is Reason.ALIAS_WINDOW_CHANGED and create.previous is not None
        }
        for create in creates:
            previous = repeated.get((create.ref.key, create.digest))
            if previous is not None:
                for each in create.windows:
                    told.again.setdefault((each.alias, previous), create.ref)
        return told


def plan_text(
    plan: Plan,
    *,
    catalog: str,
    complete: Callable[[str], str] = str,
    verbose: bool = False,
    palette: Palette = PLAIN,
) -> str:
    """The whole plan, its summary last; `complete` makes of suggested commands what can be run."""
    outlook = plan.outlook or Outlook()
    drift = drift_text(outlook.drift, environment=plan.environment, serial=plan.base.serial)
    if not plan.actions:
        way = complete(_TO_RECORD)
        return (
            f"{drift}\nNo changes besides recording that, by {way}.\n"
            if drift
            else _no_changes(plan, outlook)
        )
    told = _Told.read(plan)
    blocks = [drift] if drift else []
    blocks += [_block(_action(told, action, catalog, verbose, palette)) for action in plan.actions]
    if verbose:
        blocks.append(_block(_particulars(plan)))
    lines = [*_validity(outlook, complete), palette.paint(Style.TITLE, summary(plan))]
    return "\n".join(blocks) + "\n" + "".join(f"{line}\n" for line in lines)


def _no_changes(plan: Plan, outlook: Outlook) -> str:
    """Nothing to do; said as widely as was compared, and no wider."""
    if outlook.compared_with is Compared.ENVIRONMENT:
        return f'No changes. Environment "{visible(plan.environment)}" is as the catalog says.\n'
    since = f" since entry {plan.base.serial} of the record" if plan.base.serial else ""
    return f'No changes{since}. Environment "{visible(plan.environment)}" was not looked at.\n'


def _validity(outlook: Outlook, complete: Callable[[str], str]) -> Iterator[str]:
    """What an apply needs first, and until when it can be."""
    if outlook.drift:
        yield f"What differs is recorded first, by {complete(_TO_RECORD)}."
    if outlook.applicable_until is not None:
        how = ", as some of its instants follow from when it was made" * (
            outlook.instants is Instants.COMPUTED
        )
        yield f"Can be applied until {format_instant(outlook.applicable_until)}{how}."


def _block(lines: Iterable[str]) -> str:
    return "".join(f"{one_line(line)}\n" for line in lines)


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
        rows = sorted(_rows(told, action, alias), key=lambda row: (row.window.start, holder_order(row.ref)))
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
        for effect in told.cut.get((wanted.alias, wanted.window.start), ()):
            if effect.ref == action.ref:
                continue
            if effect.ref != action.previous:
                yield f'  follows {effect.ref} on alias "{visible(wanted.alias)}"'
            elif action.reason is Reason.NEW:
                compared = "what is different:" if action.changes else "the terms are the same"
                yield f'  follows {effect.ref} on alias "{visible(wanted.alias)}"; {compared}'


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
            yield _affected(told, effect, action)
    if action.operation is Operation.CREATE:
        for wanted in action.windows:
            if wanted.alias == alias:
                yield _own(told, action, alias, wanted.window)


def _own(told: _Told, action: Action, alias: str, wanted: Window) -> _Row:
    """The window of the created version itself; a later action of the same plan may cut it."""
    for effect in told.of.get((alias, action.ref), ()):
        if effect.after is not None:
            by = None if effect.after == wanted else told.takers.get((alias, effect.after.end))
            return _Row(action.ref, effect.after, "" if by is None else f"then {by} below takes over")
    return _Row(action.ref, wanted, "taken over as a whole further below")


def _affected(told: _Told, effect: Effect, action: Action) -> _Row:
    by = f"by this {_DOING.get(action.operation, 'action')}"
    match effect.kind:
        case EffectKind.OPENED:
            return _Row(effect.ref, effect.after or Window(), f"opened {by}")
        case EffectKind.REMOVED:
            before = effect.before or Window()
            return _Row(effect.ref, before, _removed(told, effect, before, action, by))
        case EffectKind.SHORTENED:
            before, after = effect.before or Window(), effect.after or Window()
            return _Row(effect.ref, after, f"was {_formerly(before, after)}; cut {by}")


def _removed(told: _Told, effect: Effect, before: Window, action: Action, by: str) -> str:
    """What to call it when a window goes: a version that had not begun yet is cancelled, or comes again."""
    again = told.again.get((effect.alias, effect.ref))
    if again is not None and again != action.ref:
        return f"removed {by}; {again} below has the same terms"
    if again is None and before.start > told.plan.as_of:
        return f"scheduled version is cancelled {by}"
    return f"removed {by}"


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
    yield f"effect       {plan.effect_digest}"
    for name, reading in plan.assumptions.items():
        yield f"assumed      {name} = {visible(reading)}"
