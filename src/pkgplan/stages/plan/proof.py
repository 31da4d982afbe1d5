"""Whether somebody who does what the hints say gets a plan.

Comes in: what was found, the packages. Goes out: the findings, with hints that hold together.
Never here: finding a hint; each was tried alone, for its alias, before.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pkgplan.model.diagnostics import Diagnostic, Location
from pkgplan.model.rules import ALIAS_UNREACHABLE
from pkgplan.model.timeline import END
from pkgplan.stages.plan.attempt import attempt
from pkgplan.stages.plan.refusals import UNDO, Found, aim, edited, together, whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.timeline import Window
    from pkgplan.stages.plan.given import Given
    from pkgplan.stages.plan.refusals import Aim, Edit

# Stands for what the checks of a catalog would find: nothing that the planner could mend.
_UNSOUND: Final = Found(Diagnostic(ALIAS_UNREACHABLE, "", Location("")))

# What one edit uncovers, such as a window that meets that of a file which was put back, may need another one.
_ROUNDS: Final = 4


def proven(
    found: Sequence[Found], packages: Sequence[CompiledPackage], given: Given
) -> tuple[Diagnostic, ...]:
    """Findings whose hints, all followed, lead to a plan; where none does, the hint is to undo the change."""
    errors = [each for each in found if each.is_error]
    if not all(each.edits for each in errors):
        # To undo the change, or to say more in the Project, is a way out by itself.
        return tuple(each.diagnostic for each in found)
    made = _leading_to_a_plan(packages, [edit for each in errors for edit in each.edits], given)
    if made is None or not all(edit.words for edit in made.values()):
        return tuple(
            replace(each.diagnostic, hint=each.otherwise or UNDO) if each.is_error else each.diagnostic
            for each in found
        )
    asked = {aim(edit) for each in errors for edit in each.edits}
    more = "".join(
        f"; then {edit.words} for {whose(edit)}" for each, edit in made.items() if each not in asked
    )
    others = together(edit for each in errors for edit in each.other or each.edits)
    is_wide = asked == made.keys() and not _errors(packages, others.values(), given)
    hints = [each.diagnostic.hint if is_wide else each.hint(made) for each in errors]
    diagnostics = iter(
        replace(each.diagnostic, hint=hint + (more if each is errors[-1] else ""))
        for each, hint in zip(errors, hints, strict=True)
    )
    return tuple(next(diagnostics) if each.is_error else each.diagnostic for each in found)


def _leading_to_a_plan(
    packages: Sequence[CompiledPackage], edits: list[Edit], given: Given
) -> dict[Aim, Edit] | None:
    """These edits, and what else has to be edited after them until there is a plan; None if nothing helps."""
    for _ in range(_ROUNDS):
        made = together(edits)
        errors = _errors(packages, made.values(), given)
        if not errors:
            return made
        if not all(each.edits for each in errors):
            return None
        edits = [*edits, *(edit for each in errors for edit in each.edits)]
    return None


def _errors(packages: Sequence[CompiledPackage], edits: Iterable[Edit], given: Given) -> list[Found]:
    after = edited(packages, edits, given)
    if not _is_sound(after):
        return [_UNSOUND]
    return [each for each in attempt(after, given).found if each.is_error]


def _is_sound(packages: Iterable[CompiledPackage]) -> bool:
    """Whether the checks of a catalog would let its windows pass, so that it comes to planning at all."""
    windows: dict[str, list[Window]] = {}
    for package in packages:
        for each in package.aliases:
            window = each.window.window
            windows.setdefault(each.window.alias, []).append(window)
            if window.start >= min(window.end, package.retire_at or END):
                return False
    in_order = (sorted(each, key=lambda window: window.start) for each in windows.values())
    return all(
        one.start < other.start and (one.ending_before is None or one.end <= other.start)
        for each in in_order
        for one, other in pairwise(each)
    )
