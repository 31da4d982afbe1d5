"""Which override of a contract prices a line of its rate card at an instant, and at what price.

Comes in: a line, dated overrides in the order in which they were added. Goes out: the one that counts, its amount,
and from when to when that stays so. `prevailing` is the rule itself, which packages in relative time share.
Never here: usage, and so nothing that only counts for some of a line: what a commit pays for, or what has certain
presentation group values.
Source: the vendor's guides "Edit or override a contract" and "Discounting on commits": overrides never stack.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pkgplan.rating.amounts import overridden, scaled_by_steps
from pkgplan.rating.lines import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pkgplan.model.units import Instant
    from pkgplan.rating.amounts import Amount, Pricing

    Number = int | Decimal

_Candidate = TypeVar("_Candidate")


def prevailing(
    candidates: Sequence[_Candidate],
    pricing: Callable[[_Candidate], Pricing],
    *,
    explicit: bool,
    first_of_equals: bool = True,
) -> _Candidate | None:
    """The one that counts, of overrides that hold for the same usage at the same time; None if none sets a price.

    Overwrites come before multipliers and tiers. Of several overwrites the last one counts (the vendor says: the
    last one added); of multipliers the lowest, or with `explicit` the one with the lowest priority, and of equals
    the first (assumed). Tiers exist only with priorities; elsewhere they are a fault, and count last.

    Args:
        candidates: in the order in which they were added.
        pricing: what an override is, for the caller's kind of candidates.
        explicit: whether priorities decide between multipliers, rather than the lowest one.
        first_of_equals: whether of equal priorities the first one counts, rather than the last.
    """
    overwrites = [each for each in candidates if pricing(each).type == "overwrite"]
    if overwrites:
        return overwrites[-1]
    scaling = [each for each in candidates if pricing(each).type in {"multiplier", "tiered"}]

    def rank(each: _Candidate) -> Number:
        number = pricing(each).priority if explicit else pricing(each).multiplier
        return Decimal("Infinity") if number is None else number

    return min(scaling if first_of_equals else reversed(scaling), key=rank, default=None)


@dataclass(frozen=True, slots=True)
class DatedLine:
    """One price tag of a rate card."""

    product: str
    tags: frozenset[str] = frozenset()
    pricing_group_values: frozenset[tuple[str, str]] = frozenset()
    billing_frequency: str | None = None
    presentation_group_keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DatedSpecifier:
    """One filter of what is overridden; all of its fields must match."""

    product: str | None = None
    product_tags: tuple[str, ...] = ()
    pricing_group_values: Mapping[str, str] = field(default_factory=dict)
    presentation_group_values: Mapping[str, str | None] = field(default_factory=dict)
    billing_frequency: str | None = None
    excluded: tuple[frozenset[str], ...] = ()
    """Sets of tags; a product that has all of one set is kept out."""

    def selects(self, line: DatedLine) -> bool:
        """Whether it selects a line as a whole."""
        return (
            not self.presentation_group_values
            and not any(tags and tags <= line.tags for tags in self.excluded)
            and matches(self, line)
        )


class FactorTier(NamedTuple):
    """One step of a tiered multiplier; the last one has no size."""

    size: Number | None
    multiplier: Number


@dataclass(frozen=True, slots=True)
class DatedOverride:
    """An override of a contract. `type` is `overwrite`, `multiplier`, `tiered`, or none for an entitlement alone."""

    override_id: str
    start: Instant
    end: Instant | None
    specifiers: tuple[DatedSpecifier, ...]
    type: str | None = None
    entitled: bool | None = None
    multiplier: Number | None = None
    priority: Number | None = None
    tiers: tuple[FactorTier, ...] = ()
    overwrite_rate: Amount | None = None
    is_commit_specific: bool = False

    def holds_at(self, at: Instant) -> bool:
        """Whether it is in effect at an instant."""
        return self.start <= at and (self.end is None or at < self.end)


class Selected(NamedTuple):
    """What counts for a line at one instant."""

    entitled: bool
    override: DatedOverride | None
    """The one that prices it; None leaves the rate card's price."""


class Stretch(NamedTuple):
    """What counts for a line, and the time around an instant in which just that counts."""

    selected: Selected
    start: Instant
    end: Instant | None


class DatedOverrides:
    """The overrides of one contract as lines look them up.

    Args:
        overrides: in the order in which they were added.
        explicit: whether priorities decide between multipliers.
        first_of_equals: whether of equal priorities the first one counts, rather than the last.
    """

    def __init__(
        self, overrides: Iterable[DatedOverride], *, explicit: bool, first_of_equals: bool = True
    ) -> None:
        self._explicit, self._first_of_equals = explicit, first_of_equals
        self._all = tuple(each for each in overrides if not each.is_commit_specific)
        self._by_product: dict[str | None, set[int]] = {}
        for position, override in enumerate(self._all):
            for specifier in override.specifiers:
                self._by_product.setdefault(specifier.product, set()).add(position)

    def touching(self, line: DatedLine) -> tuple[DatedOverride, ...]:
        """Those that select a line at some time, in the order in which they were added."""
        positions = self._by_product.get(line.product, set()) | self._by_product.get(None, set())
        candidates = (self._all[position] for position in sorted(positions))
        return tuple(
            each for each in candidates if any(specifier.selects(line) for specifier in each.specifiers)
        )

    def at(self, line: DatedLine, at: Instant, *, entitled: bool) -> Selected:
        """What counts for a line at an instant; `entitled` is the rate card's word."""
        return self._selected(self.touching(line), at, entitled=entitled)

    def around(
        self, line: DatedLine, at: Instant, start: Instant, end: Instant | None, *, entitled: bool
    ) -> Stretch:
        """What counts for a line at an instant in [start, end), and for how long within that.

        Args:
            line: of the rate card.
            at: the instant.
            start: from when on the rate counts.
            end: until when, if it ends.
            entitled: whether the rate is entitled.
        """
        touching = self.touching(line)
        selected = self._selected(touching, at, entitled=entitled)
        bounds = {bound for each in touching for bound in (each.start, each.end) if bound is not None}
        for bound in sorted((bound for bound in bounds if start < bound <= at), reverse=True):
            if self._selected(touching, bound - bound.resolution, entitled=entitled) != selected:
                start = bound
                break
        for bound in sorted(bound for bound in bounds if at < bound and (end is None or bound < end)):
            if self._selected(touching, bound, entitled=entitled) != selected:
                end = bound
                break
        return Stretch(selected, start, end)

    def _selected(self, touching: Sequence[DatedOverride], at: Instant, *, entitled: bool) -> Selected:
        """Of several words about the entitlement the last one added counts (assumed)."""
        holding = [each for each in touching if each.holds_at(at)]
        words = [each.entitled for each in holding if each.entitled is not None]
        counting = prevailing(
            holding, lambda each: each, explicit=self._explicit, first_of_equals=self._first_of_equals
        )
        return Selected(words[-1] if words else entitled, counting)


def price_of(base: Amount | None, override: DatedOverride) -> Amount | None:
    """The price that an override makes of a line's list price; None if the line has none that could be scaled."""
    if override.type == "tiered" and base is not None and base.tiers:
        return scaled_by_steps(base.tiers, override.tiers)
    return overridden(base, override)
