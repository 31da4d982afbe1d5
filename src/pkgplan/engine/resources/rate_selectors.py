"""Selectors of rates: which segments a call asks for.

Comes in: selectors of a body, segments, tags of their products. Goes out: yes or no.
Never here: reading rates. The fields of one selector AND, several selectors OR; no selectors ask for everything.
Source: `selectors` of getRates: one of the tags is enough; `pricing_group_values` are all values of a rate,
`partial_pricing_group_values` some of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.payloads.rate import TaggedRateSelector

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pkgplan.engine.payloads.rate import RateSelector
    from pkgplan.engine.resources.rate_rows import RateSegment


def is_selected(selectors: Sequence[RateSelector], segment: RateSegment, tags: Collection[str]) -> bool:
    """Whether any selector asks for a segment, whose product has these tags."""
    return not selectors or any(_matches(each, segment, tags) for each in selectors)


def products_of(selectors: Sequence[RateSelector]) -> set[str] | None:
    """The only products that can be asked for; None if it can be any."""
    ids = {each.product_id for each in selectors}
    return {each for each in ids if each is not None} if ids and None not in ids else None


def _matches(selector: RateSelector, segment: RateSegment, tags: Collection[str]) -> bool:
    values = segment.pricing_group_values
    wanted = selector.product_tags if isinstance(selector, TaggedRateSelector) else None
    return (
        selector.product_id in {None, segment.product_id}
        and selector.billing_frequency in {None, segment.billing_frequency}
        and (selector.pricing_group_values is None or selector.pricing_group_values == values)
        and (selector.partial_pricing_group_values or {}).items() <= values.items()
        and (wanted is None or any(tag in tags for tag in wanted))
    )
