"""Whether the differences that a plan was made on are those that its state has taken over.

Comes in: what the plan says, and the state that it was made on, in which the environment's side is recorded.
Goes out: discrepancies. Never here: the environment, or what the log said before. So the record's side of a difference,
and one that is left out, can only be known of versions that were not recorded at all; apply compares with the
environment once more before it does anything.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pkgplan.checker.discrepancy import Discrepancy, Kind
from pkgplan.model.drift import DriftKind
from pkgplan.model.names import PackageRef, holder_order, parse_holder
from pkgplan.model.outlook import Compared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pkgplan.model.drift import Difference
    from pkgplan.model.outlook import Outlook
    from pkgplan.model.record import State
    from pkgplan.model.timeline import AliasWindow, Window

# What is said of windows on an alias; the other kinds are about a package as a whole.
_OF_WINDOWS: Final = frozenset({DriftKind.WINDOWS, DriftKind.FOREIGN})


def check_drift(said: Outlook, state: State) -> Iterator[Discrepancy]:
    """Look for the environment's side of each difference in the state."""
    if said.drift and said.compared_with is Compared.RECORD:
        yield Discrepancy(Kind.DRIFT, None, "the plan says what differs, and that it was not compared")
    adopted = _adopted(state)
    for each in said.drift:
        if not (_is_whole(each) and _is_taken_over(each, state, adopted)):
            yield Discrepancy(
                Kind.DRIFT, None, f"{each.kind} of {each.holder} is not what the environment was seen to be"
            )
    told = {each.holder for each in said.drift if each.kind is DriftKind.UNRECORDED}
    for ref in sorted(adopted - told):
        yield Discrepancy(Kind.DRIFT, None, f"{ref} is not recorded, and the plan does not say so")
    for earlier, later in pairwise(said.drift):
        if _place(later) <= _place(earlier):
            yield Discrepancy(
                Kind.DRIFT,
                None,
                f"{later.kind} of {later.holder} stands behind {earlier.kind} of {earlier.holder}, which does not "
                "come before it",
            )


def _adopted(state: State) -> set[PackageRef]:
    """The versions that stand behind the last entry of the log: only what was seen in the environment has them."""
    return {version.ref for version in state.versions.values() if version.order > state.head.serial}


def _is_whole(each: Difference) -> bool:
    """Whether it has what its kind has, and two sides that differ."""
    if each.kind in _OF_WINDOWS:
        sides_are_real = all(window.start < window.end for window in (*each.recorded, *each.live))
        return each.alias is not None and each.recorded != each.live and sides_are_real
    return each.alias is None and each.recorded == each.live == ()


def _is_taken_over(each: Difference, state: State, adopted: set[PackageRef]) -> bool:
    if not isinstance(each.holder, PackageRef):
        return each.package_id == each.holder.package_id and _is_of_others(each, state)
    version = state.versions.get(each.holder)
    if version is None or version.package_id != each.package_id:
        return False
    is_live = version.archived_at is None
    seen: Mapping[DriftKind, bool] = {
        DriftKind.ARCHIVED: not is_live,
        DriftKind.LIVE: is_live,
        DriftKind.WINDOWS: is_live and _on(version.windows, each.alias) == [*each.live],
    }
    is_adopted = each.holder in adopted
    return is_adopted if each.kind is DriftKind.UNRECORDED else not is_adopted and seen.get(each.kind, False)


def _is_of_others(each: Difference, state: State) -> bool:
    package = state.foreign.get(each.package_id)
    if each.kind is DriftKind.TWIN:
        # Its name is that of the version whose number it has, too.
        return package is not None and _names_a_version(each.name, state)
    if each.kind is not DriftKind.FOREIGN:
        return False
    if package is None:
        return each.live == ()
    return package.name == each.name and _on(package.windows, each.alias) == [*each.live]


def _names_a_version(name: str | None, state: State) -> bool:
    holder = parse_holder(name) if name else None
    return isinstance(holder, PackageRef) and holder in state.versions


def _on(windows: Iterable[AliasWindow], alias: str | None) -> list[Window]:
    """The windows on an alias in order; one without an instant in it says nothing."""
    shown = [each.window for each in windows if each.alias == alias and each.window.start < each.window.end]
    return sorted(shown, key=lambda window: (window.start, window.end))


def _place(each: Difference) -> tuple[str, tuple[str, int], str]:
    return each.alias or "", holder_order(each.holder), str(each.kind)
