"""What each package sells: the lines of the rate cards that its contracts may get, and what its overrides do there.

Comes in: the index. Goes out: a `Sale` for each package of which that is known for certain.
Never here: findings. A package is left out where something is missing that could change the answer: it names no
declared card, a card prices a product that is not declared, or a file that may declare either has faults.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.rating.choice import entitlement, is_explicit
from pkgplan.rating.grants import paid_by
from pkgplan.rating.lines import Overrides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.applicability import Applicability
    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.overrides import OverrideSpecifier
    from pkgplan.model.catalog.package import PackageDocument, PackageSpec
    from pkgplan.model.catalog.rate_cards import Rate, RateCardDocument
    from pkgplan.rating.lines import Held, Line, Lines, Touch
    from pkgplan.rating.moments import Between
    from pkgplan.stages.checks.index import Index


@dataclass(frozen=True, slots=True)
class PricedCard:
    """A rate card with its lines, which many packages share."""

    card: Declared[RateCardDocument]
    lines: Lines

    def rates(self, line: Line) -> tuple[Rate, ...]:
        """The rates of one of its lines, over the years."""
        return tuple(self.card.document.spec.rates[position] for position in line.positions)


@dataclass(frozen=True, slots=True)
class Sale:
    """One package and every card that a contract of it may get."""

    package: Declared[PackageDocument]
    cards: tuple[PricedCard, ...]
    overrides: Overrides
    _touching: dict[Line, tuple[Touch, ...]] = field(default_factory=dict)

    @property
    def spec(self) -> PackageSpec:
        """The terms of the package."""
        return self.package.document.spec

    @property
    def explicit(self) -> bool:
        """Whether priorities decide between multipliers."""
        return is_explicit(self.spec)

    @property
    def life(self) -> Between:
        """The life of its contracts."""
        return self.overrides.life

    def matching(self, specifier: OverrideSpecifier) -> Iterator[Line]:
        """The lines that a specifier selects, on all cards."""
        for card in self.cards:
            yield from card.lines.matching(specifier)

    def paid_by(self, pays: Applicability) -> Iterator[tuple[PricedCard, Line]]:
        """The lines that a commit or credit may pay for, on all cards."""
        return ((card, line) for card in self.cards for line in paid_by(pays, card.lines))

    def touching(self, line: Line) -> tuple[Touch, ...]:
        """The overrides that touch a line."""
        if line not in self._touching:
            self._touching[line] = self.overrides.touching(line)
        return self._touching[line]

    def entitled(self, line: Line, within: Between) -> Held:
        """Whether customers may use a line during a time."""
        return entitlement(line, self.touching(line), within)


def sales(index: Index) -> Iterator[Sale]:
    """Every package of which it is known what it sells."""
    if index.may_declare("Product") or index.may_declare("RateCard"):
        return
    known: dict[str, PricedCard | None] = {}
    for package in index.packages:
        cards = []
        for card in index.cards_of(package):
            if card.key not in known:
                known[card.key] = _priced(index, card)
            cards.append(known[card.key])
        priced = tuple(card for card in cards if card is not None)
        if priced and len(priced) == len(cards):
            yield Sale(package, priced, Overrides.of(package.document.spec))


def _priced(index: Index, card: Declared[RateCardDocument]) -> PricedCard | None:
    products = index.catalog.products
    rates = card.document.spec.rates
    if not rates or any(rate.product not in products for rate in rates):
        return None
    return PricedCard(card, index.lines(card))
