"""What the overrides of a package make of one line: who wins, whether it is entitled, what kind of price it has.

Comes in: a `Line`, its `Touch`es, and a time relative to the start of a contract. Goes out: values.
Never here: amounts. `winner` wants the touches that are in effect at one moment (`in_effect`); `entitlement` and
`price` answer for a whole time, and call sure only what holds for every start date.
Source: the vendor's guides "Edit or override a contract" and "Discounting on commits": overrides never stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pkgplan.rating.moments import surely_cover
from pkgplan.rating.selection import prevailing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.catalog.applicability import RateChoice
    from pkgplan.model.catalog.package import PackageSpec
    from pkgplan.rating.lines import Drawn, Held, Line, Touch
    from pkgplan.rating.moments import Between, Moment

PriceKind = Literal["pinned", "scaled", "floating"]


@dataclass(frozen=True, slots=True)
class Price:
    """What decides a price over a time.

    `pinned`: the package fixes it for all of that time. `scaled`: a multiplier counts, at least for a while.
    `floating`: it follows the rate card, at least for a while, and nothing scales it.
    """

    kind: PriceKind
    by: tuple[Touch, ...]
    """The overrides that can count for it at some time, in the order in which they are sent."""


def is_explicit(spec: PackageSpec) -> bool:
    """Whether priorities decide between multipliers, rather than the lowest one."""
    return spec.multiplier_override_prioritization == "explicit"


def in_effect(touches: Iterable[Touch], at: Moment) -> tuple[Touch, ...]:
    """The overrides that are surely in effect at a moment."""
    return tuple(
        touch
        for touch in touches
        if touch.window.start.surely_by(at)
        and (touch.window.end is None or at.surely_before(touch.window.end))
    )


def winner(
    touches: Sequence[Touch],
    *,
    explicit: bool,
    drawn: Drawn | None = None,
    base: RateChoice = "list_rate",
) -> Touch | None:
    """The one override that prices usage, of those in effect; None leaves the rate card's price.

    Commit-specific ones come before others; otherwise `prevailing` decides. How specific one is does not matter.

    Args:
        touches: what is in effect, in the order in which it is sent.
        explicit: see `is_explicit`.
        drawn: the commit or credit that pays for the usage; None for usage that is invoiced.
        base: the rate that is used: `commit_rate` only if `drawn` asks for it and the rate card has one. Overrides
            that target the other rate do not count.
    """
    for specific in (True, False):
        ranked = [
            touch
            for touch in touches
            if bool(touch.override.is_commit_specific) is specific
            and (touch.override.target or "list_rate") == base
            and touch.holds_while(drawn)
        ]
        counting = prevailing(ranked, lambda touch: touch.override, explicit=explicit)
        if counting is not None:
            return counting
    return None


def entitlement(line: Line, touches: Iterable[Touch], within: Between) -> Held:
    """Whether customers may use a line during a time, by the rate card and the overrides together.

    "sometimes" also where overrides contradict each other or where a start date could decide.
    """
    meeting = [touch for touch in touches if touch.window.may_meet(within)]
    grants = [touch for touch in meeting if touch.override.entitled is True]
    denials = [touch for touch in meeting if touch.override.entitled is False]
    if not denials and (line.entitled == "always" or _covered(grants, within)):
        return "always"
    if not grants and (line.entitled == "never" or _covered(denials, within)):
        return "never"
    return "sometimes"


def price(touches: Sequence[Touch], within: Between, *, explicit: bool) -> Price:
    """Whether a package fixes, scales or leaves a price of the rate card during a time.

    Free is a fixed price too. A multiplier for commits unpins an overwrite, because only one of the two counts
    while the commit is used.
    """
    pricing = tuple(
        touch for touch in touches if touch.override.type is not None and touch.window.may_meet(within)
    )
    pins = [touch for touch in pricing if _fixes(touch, explicit=explicit)]
    fixed = {touch.key for touch in pins}
    by = tuple(touch for touch in pricing if touch.key in fixed or not _is_outranked(touch, pins))
    if any(touch.key not in fixed for touch in by):
        return Price("scaled", by)
    return Price("pinned" if _covered(pins, within) else "floating", by)


def follows_commit_rate(touches: Iterable[Touch], drawing: Iterable[Drawn], within: Between) -> bool:
    """Whether usage may cost the rate card's commit rate, while one of these terms pays for it at that rate.

    Only overrides with `target: commit_rate` are sure to count there.
    """
    pins = [
        touch
        for touch in touches
        if touch.override.type == "overwrite"
        and touch.override.target == "commit_rate"
        and not touch.is_for_some_groups
    ]
    return any(
        not surely_cover((touch.window for touch in pins if touch.holds_while(each)), within)
        for each in drawing
    )


def _fixes(touch: Touch, *, explicit: bool) -> bool:
    override = touch.override
    return override.type == "overwrite" or (override.multiplier == 0 and not explicit)


def _is_outranked(touch: Touch, pins: Iterable[Touch]) -> bool:
    """Whether a multiplier never counts, because fixed prices for all usage are in effect all of its time."""
    return not touch.override.is_commit_specific and _covered(pins, touch.window)


def _covered(touches: Iterable[Touch], within: Between) -> bool:
    return surely_cover((touch.window for touch in touches if not touch.is_partial), within)
