"""Overrides of a package that can never show on an invoice (PKG240).

Comes in: the index. Goes out: at most one finding for an override, and only for what is certain on every rate card
that a contract may get. Never here: overrides that start when the package is over (PKG306), of products without a
price (PKG228), or that are not well-formed; and two overwrites of one price, of which either could count (PKG234).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.rating.grants import grants_of, may_pay
from pkgplan.rating.lines import Drawn
from pkgplan.rating.moments import Between, surely_cover
from pkgplan.stages.checks.sales import sales
from pkgplan.stages.checks.words import listed, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pkgplan.model.catalog.overrides import Override, OverrideSpecifier
    from pkgplan.rating.lines import Line, Touch
    from pkgplan.stages.checks.index import Index
    from pkgplan.stages.checks.sales import PricedCard, Sale

# A commit that the package does not know, such as one that a customer has from elsewhere.
_ANOTHER: Final = Drawn("commits", "")
# Overrides of one line are compared with each other; beyond so many that would take long, and nothing is claimed.
MOST_ON_ONE_LINE: Final = 200
_MOST_NAMED: Final = 3
# The fields of a specifier that name commits and credits, and where these are.
_NAMES: Final = {
    "commits": ("commits",),
    "recurring_commits": ("recurring_commits",),
    "any_commits_or_credits": ("commits", "recurring_commits", "recurring_credits"),
}


class _Reason(Enum):
    """Why an override does not count on a line."""

    ANYWAY = auto()
    NOT_ENTITLED = auto()
    OUTDONE = auto()
    NO_COMMIT_RATE = auto()
    NOT_DRAWN = auto()


@dataclass(frozen=True, slots=True)
class _Dead:
    """Why an override never applies, where that can be seen, and what to do."""

    why: str
    field: str
    hint: str
    by: tuple[str, ...] = ()
    """Keys of the overrides that count instead."""


def check_dead_overrides(index: Index) -> Iterator[Diagnostic]:
    """PKG240 for an override that changes neither a price nor an entitlement of anything, at any time."""
    for sale in sales(index):
        for key, override in sale.spec.overrides.items():
            dead = None if _is_faulty(sale, override) else _why_dead(sale, key, override)
            if dead is None:
                continue
            at = sale.package.at("spec", "overrides", key)
            related = [
                Related(sale.package.at("spec", "overrides", other).at_key(), f"{quote(other)} is here")
                for other in dead.by
            ] or [
                Related(card.card.at("spec"), f"rate card {quote(card.card.key)} is here")
                for card in sale.cards
            ]
            yield Diagnostic(
                rules.DEAD_OVERRIDE,
                f"override {quote(key)} {dead.why}",
                at.child(dead.field) if dead.field else at.at_key(),
                dead.hint,
                tuple(related),
            )


def _is_faulty(sale: Sale, override: Override) -> bool:
    """Whether another check reports the override, so that nothing is certain about it."""
    window = _window(sale, override)
    if sale.life.end is not None and sale.life.end.surely_by(window.start):
        return True
    if not _is_whole(override, explicit=sale.explicit):
        return True
    if not all(_has_price(card, each) for card in sale.cards for each in override.override_specifiers):
        return True
    return any(
        not any(name in getattr(sale.spec, kind) for kind in kinds)
        for specifier in override.override_specifiers
        for field, kinds in _NAMES.items()
        for name in getattr(specifier, field)
    )


def _has_price(card: PricedCard, specifier: OverrideSpecifier) -> bool:
    """Whether the product that it names, if any, has a price of this frequency; group values aside."""
    frequency = specifier.billing_frequency
    if specifier.product is None:
        return frequency is None
    lines = card.lines.named(product=specifier.product)
    return any(frequency in {None, line.billing_frequency} for line in lines)


def _is_whole(override: Override, *, explicit: bool) -> bool:
    match override.type:
        case "overwrite":
            return override.overwrite_rate is not None
        case "multiplier":
            return override.multiplier is not None and not (explicit and override.priority is None)
        case "tiered":
            return bool(override.tiers) and explicit and override.priority is not None
        case _:
            changes = (override.multiplier, override.overwrite_rate, override.tiers or None)
            return override.entitled is not None and changes == (None, None, None)


def _window(sale: Sale, override: Override) -> Between:
    """When it is in effect, as far as contracts last."""
    window = Between.of(override.starting_at_offset, override.duration, within=sale.life)
    end = sale.life.end
    if end is not None and (window.end is None or end.surely_by(window.end)):
        return Between(window.start, end)
    return window


def _why_dead(sale: Sale, key: str, override: Override) -> _Dead | None:
    window = _window(sale, override)
    reasons: dict[_Reason, set[str]] = {}
    products: set[str] = set()
    for line, touch in _touched(sale, key, override):
        reason = None if touch is None else _why_not_on(sale, line, touch, window)
        if reason is None:
            return None
        reasons.setdefault(reason[0], set()).update(reason[1])
        products.add(line.product)
    if not reasons:
        cards = listed(card.card.key for card in sale.cards)
        why = f"matches no price of rate card {cards}"
        return _Dead(why, "override_specifiers", "let it match a product that has a price, or remove it")
    if len(reasons) > 1:
        return _Dead(
            f"never counts for any of {listed(products)}", "", "remove it, or let it match something else"
        )
    ((reason_, names),) = reasons.items()
    return _told(reason_, names, override, listed(products))


def _told(reason: _Reason, names: set[str], override: Override, products: str) -> _Dead:
    """One reason that is true of everything that an override matches, in words."""
    shown = tuple(sorted(names))[:_MOST_NAMED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    named = f"{listed(shown)}{more}"
    match reason:
        case _Reason.ANYWAY:
            may = "may" if override.entitled else "may not"
            why = f"changes nothing: customers {may} use {products} anyway"
            return _Dead(why, "entitled", "remove it, or change a price as well")
        case _Reason.NOT_ENTITLED:
            why = f"prices {products}, which customers of the package are not entitled to while it lasts"
            return _Dead(why, "", 'add "entitled: true", or remove it')
        case _Reason.OUTDONE:
            why = f"never counts: {named} {'counts' if len(names) == 1 else 'count'} instead all of the time"
            return _Dead(why, "", "remove it, or let them not meet", shown)
        case _Reason.NO_COMMIT_RATE:
            why = "is for the commit rate, and nothing that it matches has one"
            return _Dead(why, "target", 'add "commit_rate" to the rates, or use "target: list_rate"')
        case _Reason.NOT_DRAWN:
            why = f"is for usage that {named} pays for, which pays for nothing that it matches while it lasts"
            return _Dead(why, "override_specifiers", "name commits that pay for what it matches")


def _touched(sale: Sale, key: str, override: Override) -> Iterator[tuple[Line, Touch | None]]:
    """Worked out one by one, because the first line on which the override counts is the end of the matter.

    Without a touch for a line that so many overrides meet on that nobody compares them all.
    """
    for specifier in override.override_specifiers:
        for line in sale.matching(specifier):
            touches = sale.touching(line)
            crowded = len(touches) > MOST_ON_ONE_LINE
            yield line, None if crowded else next(touch for touch in touches if touch.key == key)


def _why_not_on(
    sale: Sale, line: Line, touch: Touch, window: Between
) -> tuple[_Reason, Collection[str]] | None:
    """Why an override never counts on one line, with the names that this is about; None if it may count."""
    override = touch.override
    if override.entitled is not None and not _is_entitled_anyway(sale, line, touch, window):
        return None
    if override.type is None:
        return _Reason.ANYWAY, ()
    if sale.entitled(line, window) == "never":
        return _Reason.NOT_ENTITLED, ()
    beating = [other for other in sale.touching(line) if _beats(sale, other, touch)]
    if surely_cover((other.window for other in beating), window):
        return _Reason.OUTDONE, [other.key for other in beating]
    return _why_undrawn(sale, line, touch, window) if override.is_commit_specific else None


def _is_entitled_anyway(sale: Sale, line: Line, touch: Touch, window: Between) -> bool:
    """Whether the rate card says the same for good, and no override says otherwise meanwhile."""
    same = "always" if touch.override.entitled else "never"
    return line.entitled == same and not any(
        other.override.entitled is (not touch.override.entitled) and other.window.may_meet(window)
        for other in sale.touching(line)
    )


def _why_undrawn(
    sale: Sale, line: Line, touch: Touch, window: Between
) -> tuple[_Reason, Collection[str]] | None:
    """Why an override for commits is for none that pays for a line meanwhile."""
    override = touch.override
    if override.target == "commit_rate" and not _has_commit_rate(sale, line):
        return _Reason.NO_COMMIT_RATE, ()
    if touch.holds_while(_ANOTHER):
        return None
    for grant in grants_of(sale.spec):
        meets = any(each.may_meet(window) for each in grant.windows)
        if meets and touch.holds_while(grant.term) and may_pay(grant.pays, line):
            return None
    specifiers = (override.override_specifiers[position] for position in touch.specifiers)
    named = [name for each in specifiers for field in _NAMES for name in getattr(each, field)]
    return _Reason.NOT_DRAWN, named


def _has_commit_rate(sale: Sale, line: Line) -> bool:
    cards = (card for card in sale.cards if card.card.key == line.card)
    return any(rate.commit_rate is not None for card in cards for rate in card.rates(line))


def _beats(sale: Sale, other: Touch, touch: Touch) -> bool:
    """Whether one override surely counts instead of another one while both are in effect.

    Two overwrites are left out: which one counts depends on their order, and another check reports them.
    """
    mine, its = touch.override, other.override
    if other.key == touch.key or mine.type == "overwrite" or not _is_for_all_of(sale, other, touch):
        return False
    if its.type == "overwrite":
        return True
    one, two = (its.priority, mine.priority) if sale.explicit else (its.multiplier, mine.multiplier)
    return its.type is not None and one is not None and two is not None and one < two


def _is_for_all_of(sale: Sale, other: Touch, touch: Touch) -> bool:
    """Whether one override is for all usage that another one is for, and of equal rank."""
    mine, its = touch.override, other.override
    specific = bool(mine.is_commit_specific)
    if specific is not bool(its.is_commit_specific):
        return False
    if (mine.target or "list_rate") != (its.target or "list_rate"):
        return False
    if any(its.override_specifiers[position].presentation_group_values for position in other.specifiers):
        return False
    return not specific or _is_drawn_with(sale, other, touch)


def _is_drawn_with(sale: Sale, other: Touch, touch: Touch) -> bool:
    every = [_ANOTHER, *(grant.term for grant in grants_of(sale.spec))]
    return all(other.holds_while(drawn) for drawn in every if touch.holds_while(drawn))
