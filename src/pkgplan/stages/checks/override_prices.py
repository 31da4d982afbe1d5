"""What an override makes of a price is one thing, in one unit (PKG234, PKG302).

Comes in: the index. Goes out: findings inside `spec.overrides`. Never here: which one wins; see `rating/choice.py`.
A rate card alias may stand for several cards over time: an error is one only if every card has it, and an
ambiguity if one card has it.
Source: the vendor's guides "Edit or override a contract" and "Create and use custom pricing units".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Related
from pkgplan.rating.choice import is_explicit
from pkgplan.rating.lines import Overrides
from pkgplan.stages.checks.rate_cards import prices_of
from pkgplan.stages.checks.words import quote

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.overrides import Override, OverrideSpecifier
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.catalog.rate_cards import RateCardDocument
    from pkgplan.model.diagnostics import Location, Route
    from pkgplan.model.units import Money
    from pkgplan.rating.lines import Line, Lines, Touch
    from pkgplan.stages.checks.index import Index, Term


def check_overwrite_units(index: Index) -> Iterator[Diagnostic]:
    """PKG302 for an overwrite in another pricing unit than the rate card has for it, or in several units."""
    for term in index.terms("overrides"):
        rate = term.value.overwrite_rate
        prices = [] if rate is None else [*prices_of((*term.at.route, "overwrite_rate"), rate)]
        if not prices:
            continue
        (route, first), *others = prices
        for other_route, price in others:
            if price.unit != first.unit:
                message = f"price {quote(price)} is in another unit than {quote(first)} of the same rate"
                related = (Related(term.package.at(*route), "the first price of the rate is here"),)
                hint = f"write all prices of the rate in {first.unit}"
                yield Diagnostic(rules.MIXED_UNITS, message, term.package.at(*other_route), hint, related)
        yield from _other_unit(index, term, (route, first))


def _other_unit(index: Index, term: Term, overwrite: tuple[Route, Money]) -> Iterator[Diagnostic]:
    route, price = overwrite
    found = [
        prices
        for card in index.cards_of(term.package)
        if (prices := [*_overwritten(card, index.lines(card), term)])
    ]
    if not found or any(money.unit == price.unit for prices in found for _, money in prices):
        return
    at, listed_price = found[0][0]
    yield Diagnostic(
        rules.MIXED_UNITS,
        f"price {quote(price)} is not in the unit of the rate that {term} overwrites, {quote(listed_price)}",
        term.package.at(*route),
        f"write the price in {listed_price.unit}",
        (Related(at, "the rate is here"),),
    )


def _overwritten(
    card: Declared[RateCardDocument], lines: Lines, term: Term
) -> Iterator[tuple[Location, Money]]:
    """Every amount of the rates that an overwrite names by their product."""
    for specifier in term.value.override_specifiers:
        if specifier.product is None:
            continue
        for line in lines.matching(specifier):
            for position in line.positions:
                rate = card.document.spec.rates[position]
                for route, money in prices_of(("spec", "rates", position), rate):
                    yield card.at(*route), money


def check_ambiguous_overrides(index: Index) -> Iterator[Diagnostic]:
    """PKG234 for two overrides of one line with the same rank, whatever the start of the contract.

    Two that say the same are let through: it does not matter which one counts.
    """
    for package in index.packages:
        explicit = is_explicit(package.document.spec)
        ranked = [
            each
            for each in package.document.spec.overrides.values()
            if _rank(each, explicit=explicit) is not None
        ]
        if len(ranked) > 1:
            yield from _ambiguities(index, package, ranked, explicit=explicit)
        yield from _contradictions(index, package)


def _contradictions(index: Index, package: Declared[PackageDocument]) -> Iterator[Diagnostic]:
    """Overrides that entitle what others deny at the same time; nobody documents which of them counts."""
    said = [each for each in package.document.spec.overrides.values() if each.entitled is not None]
    if len({each.entitled for each in said}) < 2:
        return
    overrides = Overrides.of(package.document.spec)
    told: set[str] = set()
    for line in _selected(index, package, said):
        touches = [touch for touch in overrides.touching(line) if touch.override.entitled is not None]
        for position, later in enumerate(touches):
            first = next((each for each in touches[:position] if _contradict(each, later)), None)
            if first is not None and later.key not in told:
                told.add(later.key)
                yield _contradiction(package, line, first, later)


def _contradict(first: Touch, later: Touch) -> bool:
    return (
        first.override.entitled is not later.override.entitled
        and first.window.surely_meets(later.window)
        and _share(first, later)
    )


def _contradiction(package: Declared[PackageDocument], line: Line, first: Touch, later: Touch) -> Diagnostic:
    verb, other = ("entitles", "denies") if later.override.entitled else ("denies", "entitles")
    return Diagnostic(
        rules.AMBIGUOUS_OVERRIDE,
        f"override {quote(later.key)} {verb} product {quote(line.product)}, "
        f"but {quote(first.key)} {other} it at the same time",
        package.at("spec", "overrides", later.key, "entitled"),
        "let them match different products, or end one where the other starts",
        (Related(package.at("spec", "overrides", first.key, "entitled"), "the other one is here"),),
    )


def _ambiguities(
    index: Index, package: Declared[PackageDocument], ranked: Sequence[Override], *, explicit: bool
) -> Iterator[Diagnostic]:
    """The findings of one package, one for each later override; the same overrides are compared once."""
    overrides = Overrides.of(package.document.spec)
    seen: set[tuple[tuple[str, tuple[int, ...]], ...]] = set()
    told: set[str] = set()
    for line in _selected(index, package, ranked):
        ranks: dict[Hashable, list[Touch]] = {}
        for touch in overrides.touching(line):
            rank = _rank(touch.override, explicit=explicit)
            if rank is not None:
                ranks.setdefault(rank, []).append(touch)
        for equals in ranks.values():
            what = tuple((touch.key, touch.specifiers) for touch in equals)
            if len(what) == 1 or what in seen:
                continue
            seen.add(what)
            for first, later in _clashes(equals):
                if later.key not in told:
                    told.add(later.key)
                    yield _ambiguity(package, line, first, later)


def _selected(
    index: Index, package: Declared[PackageDocument], overrides: Iterable[Override]
) -> Iterable[Line]:
    """The lines that any of these overrides touch, each once, card by card."""
    specifiers = [specifier for override in overrides for specifier in override.override_specifiers]
    return dict.fromkeys(
        line
        for card in index.cards_of(package)
        for specifier in specifiers
        for line in index.lines(card).matching(specifier)
    )


def _clashes(equals: Sequence[Touch]) -> Iterator[tuple[Touch, Touch]]:
    """Each override with the first one before it that could as well count."""
    for position, touch in enumerate(equals):
        for other in equals[:position]:
            if other.window.surely_meets(touch.window) and _differ(other, touch) and _share(other, touch):
                yield other, touch
                break


def _rank(override: Override, *, explicit: bool) -> Hashable | None:
    """What two overrides have in common that are not told apart by type or priority; None if nothing is open."""
    level = (bool(override.is_commit_specific), override.target or "list_rate")
    if override.type == "overwrite":
        return *level, "overwrite"
    if override.type is None or not explicit or override.priority is None:
        return None
    return *level, override.priority


def _differ(first: Touch, later: Touch) -> bool:
    return any(
        getattr(first.override, field) != getattr(later.override, field)
        for field in ("type", "overwrite_rate", "multiplier", "tiers")
    )


def _share(first: Touch, later: Touch) -> bool:
    """Whether there may be usage that both are for: the same groups of it, paid for by the same commits."""
    return any(_overlap(one, other) for one in _matching(first) for other in _matching(later))


def _matching(touch: Touch) -> Iterator[OverrideSpecifier]:
    return (touch.override.override_specifiers[position] for position in touch.specifiers)


def _overlap(one: OverrideSpecifier, other: OverrideSpecifier) -> bool:
    groups = one.presentation_group_values.keys() & other.presentation_group_values.keys()
    if any(one.presentation_group_values[key] != other.presentation_group_values[key] for key in groups):
        return False
    names = [{*each.commits, *each.recurring_commits, *each.any_commits_or_credits} for each in (one, other)]
    return not all(names) or bool(names[0] & names[1])


def _ambiguity(package: Declared[PackageDocument], line: Line, first: Touch, later: Touch) -> Diagnostic:
    price = f"the price of product {quote(line.product)}"
    if later.override.type == "overwrite":
        at, hint = (
            package.at("spec", "overrides", later.key).at_key(),
            "keep one, or end one where the other starts",
        )
        problem = f"overrides {quote(first.key)} and {quote(later.key)} both overwrite {price}"
    else:
        at, hint = package.at("spec", "overrides", later.key, "priority"), "give one of them another priority"
        problem = f"overrides {quote(first.key)} and {quote(later.key)} scale {price} with the same priority"
    related = Related(package.at("spec", "overrides", first.key), "the other one is here")
    return Diagnostic(rules.AMBIGUOUS_OVERRIDE, f"{problem} at the same time", at, hint, (related,))
