"""Prices as amounts: one for every unit, or steps; and what an override makes of one.

Comes in: rates and overrides of a catalog, or of a contract. Goes out: `Amount`s, exact.
Never here: which override counts, dates. Units: those of the rate; percentages are fractions of 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pkgplan.model.canonical import plain_number
from pkgplan.model.units import Money
from pkgplan.rating import exact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    Number = int | Decimal
    Worth = Money | Number

_HUNDRED: Final = 100


class PriceStep(Protocol):
    """One step of a tiered price."""

    @property
    def size(self) -> Number | None:
        """How many units it holds; the last one holds the rest."""

    @property
    def price(self) -> Worth:
        """Of each unit in it."""


class FactorStep(Protocol):
    """One step of a tiered multiplier."""

    @property
    def size(self) -> Number | None:
        """How many units it holds; the last one holds the rest."""

    @property
    def multiplier(self) -> Number:
        """Of the price of each unit in it."""


class Priced(Protocol):
    """A rate."""

    @property
    def price(self) -> Worth | None:
        """Of each unit, unless there are steps."""

    @property
    def tiers(self) -> Sequence[PriceStep]:
        """The steps, in order."""


class Pricing(Protocol):
    """What decides a price in an override, and which of several overrides counts."""

    @property
    def type(self) -> str | None:
        """`overwrite`, `multiplier` or `tiered`; none changes no price."""

    @property
    def priority(self) -> Number | None:
        """The lowest counts, where priorities do."""

    @property
    def multiplier(self) -> Number | None:
        """For the type of its name."""

    @property
    def tiers(self) -> Sequence[FactorStep]:
        """For the type of its name."""

    @property
    def overwrite_rate(self) -> Priced | None:
        """For `overwrite`."""


class Step(NamedTuple):
    """One step of a tiered price; the last one has no size."""

    size: Number | None
    price: Worth


@dataclass(frozen=True, slots=True)
class Amount:
    """A price: one for every unit, or steps; neither for what is agreed with Metronome."""

    price: Worth | None = None
    tiers: tuple[Step, ...] = ()

    @classmethod
    def of(cls, rate: Priced) -> Amount:
        """The price that a rate gives."""
        return cls(rate.price, tuple(Step(tier.size, tier.price) for tier in rate.tiers))

    def times(self, factor: Number) -> Amount:
        """This price, each step of it, multiplied."""
        scaled = None if self.price is None else _times(self.price, factor)
        return Amount(scaled, tuple(Step(tier.size, _times(tier.price, factor)) for tier in self.tiers))

    def __str__(self) -> str:
        if self.price is not None:
            return _text(self.price)
        if not self.tiers:
            return "as agreed"
        return ", then ".join(
            _text(tier.price) + ("" if tier.size is None else f" for {plain_number(tier.size)}")
            for tier in self.tiers
        )


def overridden(base: Amount | None, override: Pricing) -> Amount | None:
    """The price that an override makes of a price of the card; none where that cannot be said in one price."""
    if override.type == "overwrite" and override.overwrite_rate is not None:
        return Amount.of(override.overwrite_rate)
    if base is None:
        return None
    if override.type == "multiplier" and override.multiplier is not None:
        return base.times(override.multiplier)
    if override.type == "tiered" and base.price is not None:
        return Amount(
            None, tuple(Step(tier.size, _times(base.price, tier.multiplier)) for tier in override.tiers)
        )
    return None


def scaled_by_steps(base: Sequence[PriceStep], factors: Sequence[FactorStep]) -> Amount:
    """Steps scaled by steps: a new one begins wherever one of the two does, as both count the same units."""
    steps: list[Step] = []
    prices, scales = iter(base), iter(factors)
    price, scale = next(prices), next(scales)
    price_left, scale_left = price.size, scale.size
    while True:
        sizes = [left for left in (price_left, scale_left) if left is not None]
        size = min(sizes, default=None)
        steps.append(Step(size, _times(price.price, scale.multiplier)))
        if size is None:
            return Amount(None, tuple(steps))
        price_left = None if price_left is None else exact.difference(price_left, size)
        scale_left = None if scale_left is None else exact.difference(scale_left, size)
        # Steps that end before the rest does leave no price behind them.
        if price_left == 0:
            if (price_next := next(prices, None)) is None:
                return Amount(None, tuple(steps))
            price, price_left = price_next, price_next.size
        if scale_left == 0:
            if (scale_next := next(scales, None)) is None:
                return Amount(None, tuple(steps))
            scale, scale_left = scale_next, scale_next.size


def _times(worth: Worth, factor: Number) -> Worth:
    if isinstance(worth, Money):
        return replace(worth, amount=exact.product(worth.amount, factor))
    return exact.product(worth, factor)


def _text(worth: Worth) -> str:
    return str(worth) if isinstance(worth, Money) else f"{plain_number(exact.product(worth, _HUNDRED))}%"
