"""Selectors of rates: which segments a call asks for.

Comes in: selectors of a body, segments, their products. Goes out: yes or no.
Never here: reading rates. The fields of one selector AND, several selectors OR; no selectors ask for everything.
Source: `selectors` of getRates: one of the tags is enough; `pricing_group_values` are all values of a rate,
`partial_pricing_group_values` some of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import refused
from pkgplan.engine.payloads.rate import TaggedRateSelector

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.engine.payloads.rate import RateSelector
    from pkgplan.engine.resources.products import Product
    from pkgplan.engine.resources.rate_rows import RateSegment

# Every selector is held against every rate, so that many of both would take minutes.
MOST_COMPARED: Final = 500_000


@dataclass(frozen=True, slots=True)
class _Selector:
    """One selector, ready to be compared."""

    given: RateSelector
    tags: frozenset[str] | None

    @classmethod
    def of(cls, given: RateSelector) -> _Selector:
        tags = given.product_tags if isinstance(given, TaggedRateSelector) else None
        return cls(given, None if tags is None else frozenset(tags))

    def selects(self, segment: RateSegment, tags: frozenset[str]) -> bool:
        """Whether it asks for a segment of its product, which has these tags."""
        given, values = self.given, segment.pricing_group_values
        return (
            given.billing_frequency in {None, segment.billing_frequency}
            and (given.pricing_group_values is None or given.pricing_group_values == values)
            and (given.partial_pricing_group_values or {}).items() <= values.items()
            and (self.tags is None or not self.tags.isdisjoint(tags))
        )


@dataclass(slots=True)
class Selection:
    """What the selectors of one call ask for."""

    selectors: Sequence[RateSelector]
    _by_product: dict[str | None, list[_Selector]] = field(default_factory=lambda: defaultdict(list))
    _tags: dict[str, frozenset[str]] = field(default_factory=dict)
    _compared: int = 0

    def __post_init__(self) -> None:
        for each in self.selectors:
            self._by_product[each.product_id].append(_Selector.of(each))

    @property
    def products(self) -> set[str] | None:
        """The only products that can be asked for; None if it can be any."""
        ids = {each for each in self._by_product if each is not None}
        return ids if ids and None not in self._by_product else None

    def asks_for(self, segment: RateSegment, product: Product) -> bool:
        """Whether any selector asks for a segment of a product; EngineError 400 if that is too much to find out."""
        if not self.selectors:
            return True
        if product.id not in self._tags:
            self._tags[product.id] = frozenset(product.tags)
        tags = self._tags[product.id]
        return any(each.selects(segment, tags) for each in self._candidates(product.id, tags))

    def _candidates(self, product_id: str, tags: frozenset[str]) -> Iterable[_Selector]:
        for of in (product_id, None):
            for each in self._by_product.get(of, ()):
                self._compared += 1 + min(len(tags), len(each.tags or ()))
                if self._compared > MOST_COMPARED:
                    raise refused(
                        "body/selectors are too many for the rates of this rate card; name fewer at once"
                    )
                yield each
