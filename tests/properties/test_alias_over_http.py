"""Whoever follows the planner's model of aliases lands on the package that the served engine provisions.

Packages are created one after the other with random windows on one alias; afterwards the engine is asked over HTTP, by
the official SDK, for a contract at every instant of a grid.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import metronome
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.offline import an_engine
from support.sdk_client import over_http
from support.served import served

from pkgplan.model.names import PackageRef
from pkgplan.model.timeline import SAFEST, AliasRow, Window, resolve, take_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metronome import Metronome

    from pkgplan.model.units import Instant

EVE = datetime(2025, 12, 31, 21, tzinfo=UTC)
HOURS = 8
GRID = [EVE + timedelta(hours=each) for each in range(-1, HOURS + 1)]
NAMES = count()

Windows = list[tuple[int | None, int | None]]


@st.composite
def windows(draw: st.DrawFn) -> tuple[int | None, int | None]:
    """The window that one create asks for, in hours of the grid; either side may be open."""
    start = draw(st.none() | st.integers(0, HOURS - 2))
    end = draw(st.none() | st.integers(1 if start is None else start + 1, HOURS - 1))
    return start, end


@pytest.fixture(scope="module")
def client() -> Iterator[Metronome]:
    with an_engine() as engine, served(engine) as server, over_http(server.url) as client:
        yield client


@given(asked=st.lists(windows(), min_size=1, max_size=5))
@example(asked=[(0, None), (3, None)])  # the documented case
@example(asked=[(0, None), (2, 4)])
@example(asked=[(4, None), (None, None)])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_start_lands_where_the_model_says(client: Metronome, asked: Windows) -> None:
    alias, customer = f"alias {next(NAMES)}", client.v1.customers.create(name="x").data.id
    rows: tuple[AliasRow, ...] = ()
    ids: dict[str, PackageRef] = {}
    for version, (start, end) in enumerate(asked, 1):
        window = Window(_hour(start), _hour(end))
        made = client.v1.packages.create(name=f"v{version}", aliases=[_sent(alias, window)]).data
        ref = ids[made.id] = PackageRef("p", version)
        # A start that is left out begins at the beginning under this rule, so the instant of the create is moot.
        rows = take_over(rows, AliasRow(ref, window), at=EVE, rule=SAFEST)
    assert {at: _provisioned(client, customer, alias, at, ids) for at in GRID} == {
        at: resolve(rows, at) for at in GRID
    }


def _hour(number: int | None) -> Instant | None:
    return None if number is None else EVE + timedelta(hours=number)


def _sent(alias: str, window: Window) -> Any:
    dates = {"starting_at": window.starting_at, "ending_before": window.ending_before}
    return {"name": alias, **{name: at for name, at in dates.items() if at is not None}}


def _provisioned(
    client: Metronome, customer: str, alias: str, at: Instant, ids: dict[str, PackageRef]
) -> PackageRef | None:
    try:
        made = client.v1.contracts.create(customer_id=customer, package_alias=alias, starting_at=at).data
    except metronome.BadRequestError:
        return None
    contract = client.v1.contracts.retrieve(customer_id=customer, contract_id=made.id).data
    assert contract.current.starting_at == at
    return ids[str(contract.package_id)]
