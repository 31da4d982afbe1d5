"""The price of each line of a package: on the rate card now and next, in the package over time, and who decides it.

Comes in: a package, a rate card, and the instant that counts as now. Goes out: `PricedLine`s.
Never here: which rate card a contract gets, totals, or findings.
Overrides are counted from the start of a contract, rates from dates; so a scaled price is that of a contract for
which today's list price holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pkgplan.model.units import RelativeDate
from pkgplan.rating.amounts import Amount, overridden
from pkgplan.rating.choice import (
    Price,
    entitlement,
    follows_commit_rate,
    in_effect,
    is_explicit,
    price,
    winner,
)
from pkgplan.rating.grants import drawing_at_commit_rate, payers_of
from pkgplan.rating.lines import Overrides, lines_of
from pkgplan.rating.moments import START

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.overrides import Override
    from pkgplan.model.catalog.package import PackageSpec
    from pkgplan.model.catalog.rate_cards import Rate, RateCardDocument
    from pkgplan.model.catalog.references import ProductDocument
    from pkgplan.model.units import Instant
    from pkgplan.rating.lines import Held, Line, Touch
    from pkgplan.rating.moments import Moment

# Days and months in one number that is near enough to sort by: 1/16 of a day.
_DAY, _MONTH = 16, 487


class Listed(NamedTuple):
    """What a rate card says about a line from an instant on; no amount where it has no price."""

    amount: Amount | None
    entitled: bool
    commit_rate: Amount | None = None


class Change(NamedTuple):
    """The next change of a line on its rate card."""

    at: Instant
    to: Listed


class Segment(NamedTuple):
    """The price of a line in the package from a moment after the start of a contract on.

    The amount is none where the card has no price now, or where steps scale a price that has steps itself.
    """

    start: Moment
    amount: Amount | None
    by: str | None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line of a rate card in a package."""

    line: Line
    is_sold: bool
    """Whether the package charges for it: it is entitled at some time, and a subscription has a term."""
    entitled: Held
    listed: Listed
    change: Change | None
    decided: Price
    segments: tuple[Segment, ...]
    """What usage costs that no commit pays for."""
    partly: tuple[tuple[str, Amount | None], ...]
    """Overrides by their keys that only count for usage with certain values, or that a commit pays for."""
    at_commit_rate: tuple[str, ...]
    """Term keys of the commits and credits that pay for its usage at the commit rate that the card has now."""


def is_charged(line: Line, spec: PackageSpec) -> bool:
    """Whether a package charges for a line as far as customers may use it: a subscription needs a term."""
    if line.type != "subscription":
        return line.type != "fixed"
    rates = (subscription.subscription_rate for subscription in spec.subscriptions.values())
    return any(
        (rate.product, rate.billing_frequency) == (line.product, line.billing_frequency) for rate in rates
    )


def line_name(line: Line) -> str:
    """`input-tokens`, `starter-fee monthly`, `compute (cloud aws, region us-west-2)`."""
    values = ", ".join(f"{key} {value}" for key, value in sorted(line.pricing_group_values))
    name = line.product if line.billing_frequency is None else f"{line.product} {line.billing_frequency}"
    return f"{name} ({values})" if values else name


def span_of(moment: Moment) -> str:
    """How long after the start of a contract a moment is; nothing for the start itself."""
    spans = (RelativeDate(step.size, "month" if step.months else "day") for step in moment.steps)
    return " and ".join(str(span) for span in spans)


def priced_lines(
    spec: PackageSpec,
    card: Declared[RateCardDocument],
    products: Mapping[str, Declared[ProductDocument]],
    as_of: Instant,
) -> Iterator[PricedLine]:
    """Every line of a card whose product is declared, as a package sees it, in the order of the card."""
    overrides, explicit = Overrides.of(spec), is_explicit(spec)
    grants = [*payers_of(spec)]
    for line in lines_of(card, products):
        touches = overrides.touching(line)
        rates = [card.document.spec.rates[position] for position in line.positions]
        listed = _listed(rates, as_of)
        entitled = entitlement(line, touches, overrides.life)
        drawing = [] if listed.commit_rate is None else [*drawing_at_commit_rate(grants, line)]
        decided = price(touches, overrides.life, explicit=explicit)
        if decided.kind == "pinned" and follows_commit_rate(touches, drawing, overrides.life):
            decided = Price("floating", decided.by)
        yield PricedLine(
            line=line,
            is_sold=entitled != "never" and is_charged(line, spec),
            entitled=entitled,
            listed=listed,
            change=_next_change(rates, as_of, listed),
            decided=decided,
            segments=_segments(overrides, touches, listed.amount, explicit=explicit),
            partly=tuple(
                (touch.key, overridden(_target(listed, touch.override), touch.override))
                for touch in touches
                if touch.is_partial and touch.override.type is not None
            ),
            at_commit_rate=tuple(term.key for term in drawing),
        )


def _listed(rates: Sequence[Rate], at: Instant) -> Listed:
    """Of several rates in effect the one that began last counts; adding a rate again replaces it."""
    current = [
        rate
        for rate in rates
        if rate.starting_at <= at and (rate.ending_before is None or at < rate.ending_before)
    ]
    if not current:
        return Listed(None, entitled=False)
    latest = max(current, key=lambda rate: rate.starting_at)
    commit_rate = None if latest.commit_rate is None else Amount.of(latest.commit_rate)
    return Listed(Amount.of(latest), latest.entitled, commit_rate)


def _target(listed: Listed, override: Override) -> Amount | None:
    """The price of the card that an override changes."""
    return listed.commit_rate if override.target == "commit_rate" else listed.amount


def _next_change(rates: Sequence[Rate], as_of: Instant, now: Listed) -> Change | None:
    instants = {rate.starting_at for rate in rates}
    instants |= {rate.ending_before for rate in rates if rate.ending_before is not None}
    later = (Change(at, _listed(rates, at)) for at in sorted(instants) if at > as_of)
    return next((change for change in later if change.to[:2] != now[:2]), None)


def _segments(
    overrides: Overrides, touches: Sequence[Touch], base: Amount | None, *, explicit: bool
) -> tuple[Segment, ...]:
    whole = [touch for touch in touches if not touch.is_partial]
    moments = {START, *(touch.window.start for touch in whole)}
    moments |= {touch.window.end for touch in whole if touch.window.end is not None}
    end = overrides.life.end
    segments = []
    for moment in sorted(moments, key=about):
        if end is None or not end.surely_by(moment):
            counting = winner(in_effect(whole, moment), explicit=explicit)
            amount = base if counting is None else overridden(base, counting.override)
            segments.append(Segment(moment, amount, None if counting is None else counting.key))
    return tuple(next(same) for _, same in groupby(segments, key=lambda segment: segment[1:]))


def about(moment: Moment) -> int:
    """How long after the start of a contract a moment is, near enough to sort by."""
    return sum(step.size * (_MONTH if step.months else _DAY) for step in moment.steps)
