"""Rates as rows, and what they come to over time.

Comes in: rates of one card, each with a start. Goes out: segments, in which a rate counts until its own end or
until the next rate of the same line begins, whichever is earlier. A line is one price tag of a card: a product, a
billing frequency, and pricing group values. Segments come line by line, in the order of time.
Never here: rules of a rate, selectors, names of products.
That a later rate ends the one before for good, even if it ends first itself, is assumed; so is the order of lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from pkgplan.engine.instants import end_from_text, end_to_text, from_text, to_text
from pkgplan.model.canonical import JsonObject, as_object, canonical, compact, parse_own
from pkgplan.model.timeline import END

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from pkgplan.model.units import Instant

# Instants of the store have six decimal places, so this is the piece of time that holds exactly one.
_ONE_INSTANT: Final = timedelta(microseconds=1)
_FIRST: Final = ("", "", "", "")


@dataclass(frozen=True, slots=True)
class RateSegment:
    """One rate for as long as it counts. `rate` and `commit_rate` are the SDK's objects."""

    seq: int
    product_id: str
    billing_frequency: str | None
    pricing_group_values: dict[str, str]
    starting_at: Instant
    ending_before: Instant | None
    entitled: bool
    rate: JsonObject = field(repr=False)
    commit_rate: JsonObject | None = field(repr=False)


def store(connection: sqlite3.Connection, rate_card_id: str, new: RateSegment) -> None:
    """Add a rate to a card, in the place of the one with the same line and start; its `seq` is given here."""
    connection.execute(
        _STORE,
        (
            rate_card_id,
            new.product_id,
            new.billing_frequency or "",
            canonical({**new.pricing_group_values}).decode(),
            to_text(new.starting_at),
            end_to_text(new.ending_before),
            new.entitled,
            compact([new.rate, new.commit_rate]),
        ),
    )


def unit_of(connection: sqlite3.Connection, rate_card_id: str, product_id: str) -> str | None:
    """The id of the pricing unit in which a product is priced on a card; None if it has no rate in a unit yet."""
    query = (
        "SELECT json_extract(body, '$[0].credit_type.id') AS unit FROM rate_card_rates"
        " WHERE rate_card_id = ? AND product_id = ? AND unit IS NOT NULL LIMIT 1"
    )
    row = connection.execute(query, (rate_card_id, product_id)).fetchone()
    return None if row is None else str(row[0])


def effective(
    connection: sqlite3.Connection,
    rate_card_id: str,
    at: Instant,
    product_ids: Iterable[str] | None = None,
    *,
    after: int = 0,
) -> Iterator[RateSegment]:
    """The segments that count at an instant: at most one of each line.

    Args:
        connection: of the store; the rows are read as they are asked for.
        rate_card_id: an id that stands for a card.
        at: the instant.
        product_ids: only rates of these products; None for all.
        after: only what comes behind the segment with this number.

    Raises: LookupError if the card has no rate with the number `after`.
    """
    end = at + _ONE_INSTANT if at < END else None
    return segments(connection, rate_card_id, at, end, product_ids, after=after)


def segments(
    connection: sqlite3.Connection,
    rate_card_id: str,
    start: Instant,
    end: Instant | None,
    product_ids: Iterable[str] | None = None,
    *,
    after: int = 0,
) -> Iterator[RateSegment]:
    """The segments that reach into `[start, end)`, each with its own start and end; else as `effective`."""
    position = _position(connection, rate_card_id, after) if after else _FIRST
    reach = {"card": rate_card_id, "start": to_text(start), "end": end_to_text(end)}
    if product_ids is None:
        return _rows(connection, _ALL, reach, position)
    behind = [each for each in sorted(set(product_ids)) if each >= position[0]]
    return (
        segment
        for product_id in behind
        for segment in _rows(
            connection,
            _OF_PRODUCT,
            {**reach, "product": product_id},
            position if product_id == position[0] else _FIRST,
        )
    )


def _position(connection: sqlite3.Connection, rate_card_id: str, seq: int) -> tuple[str, str, str, str]:
    row = connection.execute(
        "SELECT product_id, billing_frequency, pricing_group_values, starting_at FROM rate_card_rates"
        " WHERE seq = ? AND rate_card_id = ?",
        (seq, rate_card_id),
    ).fetchone()
    if row is None:
        raise LookupError(seq)
    return cast("tuple[str, str, str, str]", row)


def _rows(
    connection: sqlite3.Connection, query: str, reach: dict[str, str], position: tuple[str, str, str, str]
) -> Iterator[RateSegment]:
    names = ("after_product", "after_frequency", "after_values", "after_start")
    rows = connection.execute(query, {**reach, **dict(zip(names, position, strict=True))})
    return (_segment(row) for row in rows)


def _segment(row: tuple[Any, ...]) -> RateSegment:
    seq, product_id, frequency, values, start, end, entitled, body = row
    rate, commit_rate = cast("list[Any]", parse_own(body))
    return RateSegment(
        seq=seq,
        product_id=product_id,
        billing_frequency=frequency or None,
        pricing_group_values=cast("dict[str, str]", as_object(parse_own(values))),
        starting_at=from_text(start),
        ending_before=end_from_text(end),
        entitled=bool(entitled),
        rate=rate,
        commit_rate=commit_rate,
    )


_STORE: Final = (
    "INSERT INTO rate_card_rates (rate_card_id, product_id, billing_frequency, pricing_group_values,"
    " starting_at, ending_before, entitled, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (rate_card_id, product_id, billing_frequency, pricing_group_values, starting_at)"
    " DO UPDATE SET ending_before = excluded.ending_before, entitled = excluded.entitled, body = excluded.body"
)
# One walk along the unique index, which is in the order of segments; the start of the following rate is one step
# further in it.
_SEGMENTS: Final = """
    SELECT seq, product_id, billing_frequency, pricing_group_values, starting_at, min(ending_before, coalesce((
      SELECT starting_at FROM rate_card_rates following
      WHERE following.rate_card_id = rate.rate_card_id AND following.product_id = rate.product_id
        AND following.billing_frequency = rate.billing_frequency
        AND following.pricing_group_values = rate.pricing_group_values
        AND following.starting_at > rate.starting_at
      ORDER BY starting_at LIMIT 1
    ), ending_before)) AS counts_until, entitled, body
    FROM rate_card_rates rate
    WHERE rate_card_id = :card AND {behind} AND starting_at < :end AND counts_until > :start
    ORDER BY product_id, billing_frequency, pricing_group_values, starting_at
"""
_ALL: Final = _SEGMENTS.format(
    behind="(product_id, billing_frequency, pricing_group_values, starting_at)"
    " > (:after_product, :after_frequency, :after_values, :after_start)"
)
_OF_PRODUCT: Final = _SEGMENTS.format(
    behind="product_id = :product AND (billing_frequency, pricing_group_values, starting_at)"
    " > (:after_frequency, :after_values, :after_start)"
)
