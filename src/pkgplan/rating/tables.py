"""The prices of a package on each rate card that a new contract may get.

Comes in: a catalog, one of its packages, and the instant that counts as now. Goes out: a `PriceTable` a card.
Never here: how a price comes about (`prices.py`), or words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgplan.model.timeline import Window
from pkgplan.rating.prices import priced_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.catalog.catalog import Catalog, Declared
    from pkgplan.model.catalog.package import PackageDocument
    from pkgplan.model.catalog.rate_cards import RateCardDocument
    from pkgplan.model.units import Instant
    from pkgplan.rating.prices import PricedLine


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The prices of a package on one card."""

    card: str
    alias: str | None
    """The alias that the card stands behind, for contracts that start within `window`; None if named by its key."""
    window: Window
    as_of: Instant
    """When its prices hold: now, or when the alias comes to the card if that is later."""
    lines: tuple[PricedLine, ...]


def price_tables(
    catalog: Catalog, package: Declared[PackageDocument], as_of: Instant
) -> tuple[PriceTable, ...]:
    """One table for each card, in order of time; cards that an alias has left before now are left out."""
    spec, alias = package.document.spec, package.document.spec.rate_card_alias
    if spec.rate_card is not None:
        card = catalog.rate_cards.get(spec.rate_card)
        cards = [] if card is None else [(card, Window(None, None))]
        alias = None
    else:
        cards = [*_behind(catalog, alias, as_of)] if alias is not None else []
    return tuple(
        PriceTable(card.key, alias, window, at, tuple(priced_lines(spec, card, catalog.products, at)))
        for card, window in cards
        for at in (max(as_of, window.starting_at or as_of),)
    )


def _behind(
    catalog: Catalog, alias: str, as_of: Instant
) -> Iterator[tuple[Declared[RateCardDocument], Window]]:
    """The cards of an alias with their windows; an open window lasts until the next one begins."""
    named = [
        (card, window)
        for card in catalog.rate_cards.values()
        for window in card.document.spec.aliases
        if window.name == alias
    ]
    dated = [entry for entry in named if entry[1].starting_at is not None]
    dated.sort(key=lambda entry: entry[1].starting_at or as_of)
    ordered = [entry for entry in named if entry[1].starting_at is None] + dated
    for number, (card, window) in enumerate(ordered):
        ends = [window.ending_before]
        ends += [later.starting_at for _, later in ordered[number + 1 : number + 2]]
        end = min((each for each in ends if each is not None), default=None)
        if end is None or end > as_of:
            yield card, Window(window.starting_at, end)
