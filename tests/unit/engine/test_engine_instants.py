"""Instants of rows: text in the order of time, and the short way from there to an answer."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pkgplan.engine.instants import from_text, row_to_api_text, to_api_text, to_text

INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(INSTANTS, INSTANTS)
def test_the_order_of_texts_is_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (to_text(one) < to_text(other)) == (one < other)


@given(INSTANTS)
def test_the_short_way_to_an_answer_ends_where_the_long_one_does(instant: datetime) -> None:
    text = to_text(instant)
    assert row_to_api_text(text) == to_api_text(from_text(text)) == to_api_text(instant)
