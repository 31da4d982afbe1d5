"""Which rate of a card counts when, after any sequence of adding rates, against looking at every hour."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.offline import BEGAN, FEE, TOKENS, UNPRICED, an_engine

from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject

HOURS = 10
START = datetime.fromisoformat(BEGAN)
Line = tuple[str, str | None]
LINES: list[Line] = [(TOKENS, None), (UNPRICED, None), (FEE, "MONTHLY"), (FEE, "ANNUAL")]


@dataclass(frozen=True)
class Added:
    """One rate of an example; hours count from START."""

    line: Line
    start: int
    length: int | None

    @property
    def end(self) -> int:
        return HOURS + 1 if self.length is None else self.start + self.length


added = st.builds(
    Added,
    st.sampled_from(LINES),
    st.integers(0, HOURS - 1),
    st.none() | st.integers(1, HOURS),
)


def hour(number: int) -> str:
    return format_instant(START + timedelta(hours=number))


def number_of(text: str) -> int:
    return int((datetime.fromisoformat(text) - START) / timedelta(hours=1))


def a_card(engine: Engine) -> str:
    created: Any = engine.call("rate_cards.create", {"name": "Card"})
    return str(created["data"]["id"])


def add(engine: Engine, card: str, sequence: Sequence[Added]) -> None:
    """One after the other; the price says which one it was."""
    for price, rate in enumerate(sequence):
        product_id, frequency = rate.line
        body: JsonObject = {
            "rate_card_id": card,
            "product_id": product_id,
            "starting_at": hour(rate.start),
            "entitled": True,
            "rate_type": "FLAT",
            "price": price,
            **({} if frequency is None else {"billing_frequency": frequency}),
            **({} if rate.length is None else {"ending_before": hour(rate.end)}),
        }
        engine.call("rates.add", body)


def counting(sequence: Sequence[Added], line: Line, at: int) -> int | None:
    """The oracle: among those that began, the last to begin; of one start the last to be added; unless it ended."""
    began = [
        (rate.start, price) for price, rate in enumerate(sequence) if rate.line == line and rate.start <= at
    ]
    if not began:
        return None
    _, price = max(began)
    return price if at < sequence[price].end else None


def pages(engine: Engine, name: str, limit: int, **body: Any) -> Iterator[Any]:
    cursor = None
    for _ in range(200):
        query: JsonObject = {"limit": limit, **({} if cursor is None else {"next_page": cursor})}
        answer: Any = engine.call(name, body, query=query)
        assert len(answer["data"]) <= limit
        yield from answer["data"]
        cursor = answer["next_page"]
        if cursor is None:
            return
    raise AssertionError("the pages have no end")


@settings(max_examples=60)
@given(st.lists(added, max_size=12), st.integers(1, 5))
def test_at_every_hour_the_rate_that_began_last_counts(sequence: list[Added], limit: int) -> None:
    with an_engine() as engine:
        card = a_card(engine)
        add(engine, card, sequence)
        for at in range(HOURS + 1):
            shown = [*pages(engine, "rates.list", limit, rate_card_id=card, at=hour(at))]
            prices = {
                (each["product_id"], each.get("billing_frequency")): each["rate"]["price"] for each in shown
            }
            assert len(prices) == len(shown)
            assert prices == {
                line: price for line in LINES if (price := counting(sequence, line, at)) is not None
            }


@settings(max_examples=100)
@given(
    st.lists(added, max_size=12),
    st.integers(1, 5),
    st.integers(-1, HOURS),
    st.none() | st.integers(1, HOURS),
    st.none() | st.sampled_from([TOKENS, FEE]),
)
def test_segments_cover_exactly_the_hours_that_have_a_rate(
    sequence: list[Added], limit: int, first: int, length: int | None, only: str | None
) -> None:
    until = HOURS + 1 if length is None else min(first + length, HOURS + 1)
    body: JsonObject = {"starting_at": hour(first)}
    if length is not None:
        body["ending_before"] = hour(first + length)
    if only is not None:
        body["selectors"] = [{"product_id": only}]
    with an_engine() as engine:
        card = a_card(engine)
        add(engine, card, sequence)
        shown = [*pages(engine, "rates.schedule", limit, rate_card_id=card, **body)]
    covered: dict[Line, dict[int, int]] = defaultdict(dict)
    for each in shown:
        line = (each["product_id"], each.get("billing_frequency"))
        start = number_of(each["starting_at"])
        end = number_of(each["ending_before"]) if "ending_before" in each else HOURS + 1
        assert start < end
        assert end > first, "it ended before the window"
        assert start < until, "it begins after the window"
        for at in range(start, min(end, HOURS + 1)):
            assert at not in covered[line], "two segments overlap"
            covered[line][at] = each["rate"]["price"]
    for line in LINES:
        for at in range(max(first, 0), until):
            wanted = counting(sequence, line, at) if only in {None, line[0]} else None
            assert covered[line].get(at) == wanted
