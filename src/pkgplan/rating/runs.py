"""Equal grants in a row: what a recurring term grants in all, and costs, without counting grant by grant.

Comes in: a `Recurrence`, and the term as a package was sent with it. Goes out: runs in order of time, a handful.
Never here: dates of contracts; seats that come and go, or have grants of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, NamedTuple, cast

from pkgplan.model.canonical import JsonObject, as_object
from pkgplan.rating import exact
from pkgplan.rating.recurrence import Grant, Rounding, begun, count_of, grant_at, granted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.units import Instant
    from pkgplan.rating.exact import Number
    from pkgplan.rating.recurrence import Recurrence


@dataclass(frozen=True, slots=True)
class Run:
    """Grants in a row that come to the same."""

    first: Grant
    last: Grant | None
    """None if they never end."""
    amount: Number | None
    """Of each. Units: the API's, cents for USD. None if it depends on seats."""

    @property
    def count(self) -> int | None:
        """How many there are; None if they never end."""
        return None if self.last is None else self.last.number - self.first.number + 1


class Seats(NamedTuple):
    """What a grant is multiplied by while the subscription that it is linked to lasts; by 0 before and after."""

    quantity: Number | None
    """None if each seat has grants of its own."""
    start: Instant | None = None
    end: Instant | None = None

    @property
    def changes(self) -> tuple[Instant, ...]:
        """From when on there are others."""
        return tuple(at for at in (self.start, self.end) if at is not None)

    def at(self, instant: Instant) -> Number | None:
        """How many there are; None if that is not known."""
        has_begun = self.start is None or self.start <= instant
        return self.quantity if has_begun and (self.end is None or instant < self.end) else 0


def runs(recurrence: Recurrence, term: JsonObject, part: str, seats: Seats | None = None) -> Iterator[Run]:
    """All grants of a term, or all that they cost.

    Only the first and the last one can be for less than a whole period, and seats change only with the subscription.

    Args:
        recurrence: the dates of the term.
        term: a recurring commit or credit in the body of POST /v1/packages/create.
        part: `access`, or `invoice` for what the grants cost.
        seats: of the subscription that it is linked to, if there is one.

    Raises:
        OverflowError: a period reaches beyond the calendar.
    """
    amount_of = partial(_amount, as_object(term[f"{part}_amount"]), _rounding(term, part), seats)
    total = count_of(recurrence)
    numbers = {0, 1, *(begun(recurrence, at) for at in (() if seats is None else seats.changes))}
    if total is not None:
        numbers = {number for number in (*numbers, total - 1) if number < total}
    differing = (grant_at(recurrence, number) for number in sorted(numbers))
    firsts = [(next(equal), amount) for amount, equal in groupby(differing, amount_of)]
    for (first, amount), following in zip_longest(firsts, firsts[1:]):
        after = total if following is None else following[0].number
        yield Run(first, None if after is None else grant_at(recurrence, after - 1), amount)


def number(value: JsonValue) -> Number:
    """A number of a body that was accepted."""
    return cast("Number", value)


def _amount(price: JsonObject, rounding: Rounding | None, seats: Seats | None, grant: Grant) -> Number | None:
    """unit_price x quantity x the seats at its start, for the part of the period that is granted for."""
    seated = 1 if seats is None else seats.at(grant.period.start)
    if seated is None:
        return None
    quantity = exact.product(number(price.get("quantity", 1)), seated)
    return granted(number(price["unit_price"]), quantity, grant.fraction, rounding)


def _rounding(term: JsonObject, part: str) -> Rounding | None:
    given = as_object(term.get("proration_rounding", {})).get(part)
    if given is None:
        return None
    config = as_object(given)
    return Rounding(str(config["rounding_method"]), int(number(config["decimal_places"])))
