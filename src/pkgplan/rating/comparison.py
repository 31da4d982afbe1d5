"""Comparing what two packages on the same rate cards charge for a line, and what they grant.

Comes in: the touches of one line in both packages; the balances of both. Goes out: `Better`: what the second one
does better, never worse, or None where that is not certain. Never here: which packages are compared.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pkgplan.model.units import Money
from pkgplan.rating.amounts import Amount, overridden
from pkgplan.rating.choice import in_effect, winner
from pkgplan.rating.moments import START
from pkgplan.rating.prices import about

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from pkgplan.model.catalog.package import PackageSpec
    from pkgplan.model.catalog.rate_cards import Rate
    from pkgplan.rating.lines import Touch
    from pkgplan.rating.moments import Moment

    Worth = Money | int | Decimal

Better = tuple[str, ...]
"""What one side does better, in words; nothing if both are alike."""

_FREE: Final = ("credits", "recurring_credits")
_PAID: Final = ("commits", "recurring_commits")
_NAMING: Final[dict[str, Any]] = {"name": None, "description": None, "custom_fields": {}, "product": ""}


class Side(NamedTuple):
    """The overrides of a line in one package."""

    touches: Sequence[Touch]
    explicit: bool


def cheaper(one: Side, other: Side, rates: Iterable[Rate]) -> Better | None:
    """Where the second price is lower; None unless it is surely never higher, at any time and with every rate."""
    if one.explicit == other.explicit and _alike(one.touches, other.touches):
        return ()
    if any(touch.is_partial for side in (one, other) for touch in side.touches):
        return None
    moments = _moments([*one.touches, *other.touches])
    if moments is None:
        return None
    better: dict[str, None] = {}
    for moment in moments:
        for rate in rates:
            first, second = (_at(side, moment, Amount.of(rate)) for side in (one, other))
            compared = _not_above(first, second)
            if compared is None:
                return None
            if compared:
                better[f'"{second}" instead of "{first}"'] = None
    return tuple(better)


def _alike(one: Sequence[Touch], other: Sequence[Touch]) -> bool:
    return [touch.override for touch in one] == [touch.override for touch in other]


def _moments(touches: Iterable[Touch]) -> list[Moment] | None:
    """Every moment at which a price may change; None if their order depends on dates."""
    every = {START}
    for touch in touches:
        every |= {touch.window.start} | ({touch.window.end} if touch.window.end is not None else set())
    ordered = sorted(every, key=about)
    return ordered if all(a.surely_before(b) for a, b in pairwise(ordered)) else None


def _at(side: Side, moment: Moment, base: Amount) -> Amount | None:
    counting = winner(in_effect(side.touches, moment), explicit=side.explicit)
    return base if counting is None else overridden(base, counting.override)


def _not_above(one: Amount | None, other: Amount | None) -> bool | None:
    """Whether the second price is lower somewhere; None unless it is nowhere higher."""
    if (
        one is None
        or other is None
        or [tier.size for tier in one.tiers] != [tier.size for tier in other.tiers]
    ):
        return None
    pairs = [(a.price, b.price) for a, b in zip(one.tiers, other.tiers, strict=True)]
    if one.price is not None and other.price is not None:
        pairs.append((one.price, other.price))
    elif one.price is not other.price or not pairs:
        return None
    return _any_less([b for _, b in pairs], [a for a, _ in pairs])


def _any_less(lower: Sequence[Worth], upper: Sequence[Worth]) -> bool | None:
    """Whether one of the first is less than its counterpart; None unless none is more, in the same units."""
    if len(lower) != len(upper):
        return None
    compared = [_numbers(a, b) for a, b in zip(lower, upper, strict=True)]
    if any(pair is None or pair[0] > pair[1] for pair in compared):
        return None
    return any(pair is not None and pair[0] < pair[1] for pair in compared)


def _numbers(one: Worth, other: Worth) -> tuple[int | Decimal, int | Decimal] | None:
    if isinstance(one, Money) and isinstance(other, Money):
        return (one.amount, other.amount) if one.unit == other.unit else None
    if isinstance(one, Money) or isinstance(other, Money):
        return None
    return one, other


class _Balance(NamedTuple):
    """A balance: everything about it but its amounts, what it grants, and what that costs."""

    shape: Any
    grants: tuple[Worth, ...]
    costs: tuple[Worth, ...]


def grants_more(one: PackageSpec, other: PackageSpec) -> Better | None:
    """What the second package grants more, or for less; None unless each balance of the first has a match."""
    better: list[str] = []
    for kind in (*_PAID, *_FREE):
        mine = list(_balances(getattr(one, kind)))
        left = list(_balances(getattr(other, kind)))
        for _, balance in mine:
            found = next((each for each in left if _matches(balance, each[1]) is not None), None)
            if found is None:
                return None
            left.remove(found)
            if _matches(balance, found[1]):
                is_more = _any_less(balance.grants, found[1].grants)
                better.append(f'more of "{found[0]}"' if is_more else f'"{found[0]}" for less')
        if left and kind in _PAID:
            return None
        better += [f'"{key}" besides' for key, _ in left]
    return tuple(better)


def _matches(one: _Balance, other: _Balance) -> bool | None:
    """Whether the second one is better; None unless it is the same balance and at least as good."""
    if one.shape != other.shape:
        return None
    more, cheaper_ = _any_less(one.grants, other.grants), _any_less(other.costs, one.costs)
    return None if more is None or cheaper_ is None else more or cheaper_


def _balances(terms: dict[str, Any]) -> Iterator[tuple[str, _Balance]]:
    for key, term in terms.items():
        if hasattr(term, "access_schedule"):
            yield key, _scheduled(term)
        else:
            yield key, _recurring(term)


def _scheduled(term: Any) -> _Balance:
    access, invoice = term.access_schedule, getattr(term, "invoice_schedule", None)
    items = () if invoice is None else invoice.schedule_items
    shape = {
        **_NAMING,
        "access_schedule": (
            access.access_type,
            [item.model_copy(update={"amount": 0}) for item in access.schedule_items],
        ),
        "invoice_schedule": invoice
        and (
            invoice.do_not_invoice,
            [item.model_copy(update={"unit_price": 0, "quantity": 0}) for item in items],
        ),
    }
    return _Balance(
        term.model_copy(update=shape),
        tuple(item.amount for item in access.schedule_items),
        tuple(_total(item) for item in items),
    )


def _recurring(term: Any) -> _Balance:
    access, invoice = term.access_amount, getattr(term, "invoice_amount", None)
    shape = {
        **_NAMING,
        "access_amount": (access.access_type, access.quantity is None),
        "invoice_amount": invoice and 0,
    }
    return _Balance(
        term.model_copy(update=shape),
        (_total(access),),
        () if invoice is None else (_total(invoice),),
    )


def _total(item: Any) -> Worth:
    """Unit price times quantity; a link to a subscription has no quantity of its own."""
    times: int | Decimal = 1 if item.quantity is None else item.quantity
    price = item.unit_price
    return Money(price.amount * times, price.unit) if isinstance(price, Money) else price * times
