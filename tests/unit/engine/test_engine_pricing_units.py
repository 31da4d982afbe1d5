"""Pricing units through the official SDK."""

from __future__ import annotations

import metronome
import pytest
from support.offline import COINS, EURO, HandClock
from support.sdk_client import in_process

from pkgplan.engine import Engine, EngineError
from pkgplan.model.units import USD_CREDIT_TYPE_ID


def test_an_empty_environment_has_dollars() -> None:
    with Engine(":memory:", HandClock()) as engine:
        (dollars,) = in_process(engine).v1.pricing_units.list()
        assert (dollars.id, dollars.name, dollars.is_currency) == (USD_CREDIT_TYPE_ID, "USD (cents)", True)


def test_seeded_units_say_whether_they_are_currencies(engine: Engine) -> None:
    kinds = {each.id: each.is_currency for each in in_process(engine).v1.pricing_units.list()}
    assert kinds == {USD_CREDIT_TYPE_ID: True, EURO: True, COINS: False}


def test_units_are_listed_page_by_page(engine: Engine) -> None:
    client = in_process(engine)
    made = [client.v1.pricing_units.create(name=f"unit {number}").data.id for number in range(12)]
    listed = [each.id for each in client.v1.pricing_units.list(limit=5)]
    assert listed[3:] == made


def test_an_archived_unit_is_listed_no_longer(engine: Engine) -> None:
    client = in_process(engine)
    unit = client.v1.pricing_units.create(name="Gems").data.id
    client.v1.pricing_units.archive(id=unit)
    assert unit not in [each.id for each in client.v1.pricing_units.list()]
    with pytest.raises(metronome.BadRequestError, match="already archived"):
        client.v1.pricing_units.archive(id=unit)
    with pytest.raises(metronome.BadRequestError, match="is a currency"):
        client.v1.pricing_units.archive(id=USD_CREDIT_TYPE_ID)
    with pytest.raises(metronome.NotFoundError, match='"nope" not found'):
        client.v1.pricing_units.archive(id="nope")


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_pages_have_a_size(engine: Engine, limit: str) -> None:
    with pytest.raises(EngineError, match="limit") as raised:
        engine.call("pricing_units.list", query={"limit": limit})
    assert raised.value.status == 400
