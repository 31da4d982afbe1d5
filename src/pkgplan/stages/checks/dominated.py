"""Packages that nobody would buy who reads another one (PKG244).

Comes in: the index. Goes out: at most one note for a package, and only for what is certain.
Never here: judging packages that differ in anything that cannot be put in order, such as their length, their
subscriptions or their thresholds; packages whose labels differ, which are meant for different customers; packages
that stand behind one alias, one after the other; and those that only sell less of the same at the same prices.

The work is bounded: packages are compared within groups of one rate card, length and set of subscriptions, and
groups of more than `MOST_ALIKE` are left alone.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.catalog.package import PackageSpec
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.model.timeline import Window
from pkgplan.rating.comparison import Side, cheaper, grants_more
from pkgplan.rating.prices import is_charged, line_name
from pkgplan.stages.checks.pinned import LABEL
from pkgplan.stages.checks.sales import sales
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from pkgplan.model.catalog.subscriptions import Subscription
    from pkgplan.rating.comparison import Better
    from pkgplan.rating.lines import Line
    from pkgplan.stages.checks.index import Index
    from pkgplan.stages.checks.sales import PricedCard, Sale

MOST_ALIKE: Final = 20

# What has an order of its own below, or means nothing to a customer; all else has to be equal.
_COMPARED: Final = frozenset({
    "from_", "name", "contract_name", "aliases", "multiplier_override_prioritization", "subscriptions",
    "overrides", "commits", "credits", "recurring_commits", "recurring_credits", "retire",
})  # fmt: skip
_EQUAL: Final = tuple(field for field in PackageSpec.model_fields if field not in _COMPARED)
_NAMING: Final[dict[str, object]] = {"name": None, "description": None, "custom_fields": {}}

Windows = dict[str, dict[str, Window]]


def check_dominated(index: Index) -> Iterator[Diagnostic]:
    """PKG244 for a package that is never cheaper than another one and never grants more."""
    windows = _windows(index)
    groups: dict[Hashable, list[Sale]] = {}
    for sale in sales(index):
        if windows.get(sale.package.key) and sale.spec.retire is None:
            groups.setdefault(_alike(sale), []).append(sale)
    for group in groups.values():
        if len(group) > MOST_ALIKE:
            continue
        noted: set[str] = set()
        for one, other in permutations(group, 2):
            if one.package.key in noted or not _are_sold_together(windows, one, other):
                continue
            better = _better(one, other)
            if better:
                noted.add(one.package.key)
                yield _dominated(one, other, better)


def _dominated(one: Sale, other: Sale, better: Better) -> Diagnostic:
    mine, its = one.package.key, other.package.key
    return Diagnostic(
        rules.DOMINATED_PACKAGE,
        f"package {quote(mine)} is never cheaper than {quote(its)} and never grants more; {quote(its)} has "
        f"{better[0]}",
        one.package.at("metadata", "key"),
        f"compare them with `pkgplan diff {mine} {its}`",
        (Related(other.package.at("metadata", "key"), f"package {quote(its)} is here"),),
    )


def _windows(index: Index) -> Windows:
    """When each package stands behind which alias; an open window lasts until the next one begins."""
    by_alias: dict[str, list[tuple[Window, str]]] = {}
    for package in index.packages:
        for alias in package.document.spec.aliases:
            window = Window(alias.starting_at, alias.ending_before)
            by_alias.setdefault(alias.name, []).append((window, package.key))
    windows: Windows = {}
    for alias_name, claims in by_alias.items():
        claims.sort(key=lambda claim: (claim[0].start, claim[1]))
        for number, (window, key) in enumerate(claims):
            following = [later.start for later, _ in claims[number + 1 : number + 2]]
            end = min([window.end, *following])
            windows.setdefault(key, {})[alias_name] = Window(window.starting_at, end)
    return windows


def _are_sold_together(windows: Windows, one: Sale, other: Sale) -> bool:
    """Whether a customer could choose between them at some instant, under different names."""
    mine, its = windows[one.package.key], windows[other.package.key]
    if mine.keys() & its.keys():
        return False
    return any(a.start < b.end and b.start < a.end for a in mine.values() for b in its.values())


def _alike(sale: Sale) -> Hashable:
    """What is quickly told to be equal."""
    spec = sale.spec
    labels = {name: text for name, text in sale.package.document.metadata.labels.items() if name != LABEL}
    fees = (
        (each.subscription_rate.product, each.subscription_rate.billing_frequency)
        for each in spec.subscriptions.values()
    )
    cards = tuple(card.card.key for card in sale.cards)
    return (
        spec.rate_card,
        spec.rate_card_alias,
        cards,
        spec.duration,
        tuple(sorted(fees)),
        tuple(sorted(labels.items())),
    )


def _better(one: Sale, other: Sale) -> Better | None:
    """What the second package does better; None unless it is surely nowhere worse, nothing if they are alike."""
    if any(getattr(one.spec, field) != getattr(other.spec, field) for field in _EQUAL):
        return None
    mine, its = one.spec.subscriptions, other.spec.subscriptions
    if mine != its and _fees(mine) != _fees(its):
        return None
    better = grants_more(one.spec, other.spec)
    if better is None:
        return None
    for card in one.cards:
        for line in _priced_apart(one, other, card):
            more = _better_line(one, other, card, line)
            if more is None:
                return None
            better += more
    return better


def _priced_apart(one: Sale, other: Sale, card: PricedCard) -> Iterator[Line]:
    """One by one, the lines that an override touches which is another one in the other package, or is not there.

    All other lines cost the same in both.
    """
    as_ranked = one.explicit == other.explicit
    pairs = ((one.spec.overrides, other.spec.overrides), (other.spec.overrides, one.spec.overrides))
    seen: set[Line] = set()
    for mine, its in pairs:
        for key, override in mine.items():
            if as_ranked and override == its.get(key):
                continue
            for specifier in override.override_specifiers:
                new = [line for line in card.lines.matching(specifier) if line not in seen]
                seen.update(new)
                yield from new


def _fees(subscriptions: Mapping[str, Subscription]) -> list[Subscription]:
    """Subscriptions without their names, in an order of their own."""
    bare = (each.model_copy(update=_NAMING) for each in subscriptions.values())
    return sorted(bare, key=repr)


def _better_line(one: Sale, other: Sale, card: PricedCard, line: Line) -> Better | None:
    if not is_charged(line, one.spec):
        return ()
    mine, its = one.entitled(line, one.life), other.entitled(line, other.life)
    if mine == "never":
        # What only the other package entitles to is not for nothing there.
        return ()
    touches = one.touching(line), other.touching(line)
    is_same = [touch.override for touch in touches[0]] == [touch.override for touch in touches[1]]
    if its != "always" and not is_same:
        return None
    found = cheaper(Side(touches[0], one.explicit), Side(touches[1], other.explicit), card.rates(line))
    return None if found is None else tuple(f"{quote(line_name(line))} at {each}" for each in found)
