"""Of the commits and credits of a contract, the latest are shown, and no others are computed."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.offline import HandClock, a_credit, an_engine
from support.provisioned import provisioned

from pkgplan.engine.assumptions import DEFAULTS
from pkgplan.engine.contracts.rows import StoredContract
from pkgplan.engine.contracts.shown import View
from pkgplan.engine.contracts.shown.balances import rolled_over
from pkgplan.engine.contracts.shown.children import created, taken_over
from pkgplan.engine.contracts.shown.contract import LIMIT, latest
from pkgplan.engine.instants import to_api_text
from pkgplan.model.timeline import END
from pkgplan.rating.recurrence import grant_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.units import Instant

UNIT = "2714e483-4ff1-48e4-9e25-ac732e8f24f2"
BEGINS = datetime(2025, 10, 1, tzinfo=UTC)
DAY, HOUR, MOMENT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
ALL = 10**9
days = st.integers(0, 90).map(lambda day: BEGINS + day * DAY)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(datetime(1900, 1, 1, tzinfo=UTC))


@pytest.fixture
def engine(clock: HandClock) -> Iterator[Engine]:
    with an_engine(clock=clock) as engine:
        yield engine


def grants_made(action: Callable[[], Any]) -> int:
    """How many grants an action computes."""
    made = 0

    def count(frame: Any, event: str, _: object) -> None:
        nonlocal made
        made += event == "call" and frame.f_code is grant_at.__code__

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return made


def weekly(count: int, **changes: JsonValue) -> list[JsonValue]:
    """So many credits of every week of 8,000 weeks."""
    lasts: JsonObject = {"value": 8000, "unit": "WEEKS"}
    return [
        a_credit(temporary_id=str(number), recurrence_frequency="WEEKLY", duration=lasts, **changes)
        for number in range(count)
    ]


def asked(stored: StoredContract) -> JsonObject:
    return {"customer_id": stored.customer_id, "contract_id": stored.contract_id, "include_balance": True}


def test_of_8000_weeks_the_latest_are_shown_in_v1_and_v2(engine: Engine, clock: HandClock) -> None:
    begins = clock.instant
    stored = provisioned(engine, to_api_text(begins), recurring_credits=weekly(1), duration=years(160))
    clock.instant = begins + timedelta(days=7 * 7900)
    in_v2: Any = engine.call("contracts_v2.get", asked(stored))["data"]
    in_v1: Any = engine.call("contracts.get", asked(stored))["data"]
    for shown in (in_v2["credits"], in_v1["current"]["credits"], in_v1["initial"]["credits"]):
        starts = [begins + timedelta(days=7 * number) for number in range(7901 - LIMIT, 7901)]
        assert [each["created_at"] for each in shown] == [*map(to_api_text, starts)]
        assert [each["balance"] for each in shown] == [0] * (LIMIT - 1) + [1000]
    term_id = in_v2["recurring_credits"][0]["id"]
    last = uuid.uuid5(uuid.NAMESPACE_URL, f"{term_id}/7900")
    assert (in_v2["credits"][-1]["id"], in_v2["has_more"]["credits"]) == (str(last), True)


def test_no_more_grants_are_computed_than_can_be_shown(engine: Engine, clock: HandClock) -> None:
    terms = 20
    stored = provisioned(
        engine, to_api_text(clock.instant), recurring_credits=weekly(terms), duration=years(160)
    )
    clock.instant = datetime(2050, 1, 1, tzinfo=UTC)
    create: JsonObject = {
        "customer_id": stored.customer_id,
        "package_id": stored.package_id,
        "starting_at": "1900-01-01T00:00:00Z",
    }
    for name, body in {
        "contracts.get": asked(stored),
        "contracts_v2.get": asked(stored),
        "contracts.create": create,
    }.items():
        made = grants_made(partial(engine.call, name, body))
        assert LIMIT <= made <= LIMIT + terms + 1, name


def test_a_renewal_looks_only_at_what_is_active(engine: Engine, clock: HandClock) -> None:
    credits_ = weekly(20, rollover_fraction=1, commit_duration={"value": 3, "unit": "PERIODS"})
    old = provisioned(engine, to_api_text(clock.instant), recurring_credits=credits_, duration=years(160))
    clock.instant = datetime(2050, 1, 1, tzinfo=UTC)
    body: JsonObject = {
        "customer_id": old.customer_id,
        "rate_card_alias": "Tokens rate card",
        "starting_at": "2040-01-01T00:00:00Z",
        "transition": {"type": "RENEWAL", "from_contract_id": old.contract_id},
    }
    answers: list[Any] = []
    made = grants_made(lambda: answers.append(engine.call("contracts.create", body)))
    shown = answers[0]["data"]["contract"]["credits"]
    # January 1, 2040 is no Monday as January 1, 1900 was: three weeks of grants are in use.
    assert (len(shown), made) == (60, 60)


def years(value: int) -> JsonObject:
    return {"value": value, "unit": "YEARS"}


@st.composite
def recurring(draw: st.DrawFn, number: int) -> JsonObject:
    start = draw(days)
    frequency = draw(st.none() | st.sampled_from(("DAILY", "WEEKLY", "MONTHLY")))
    term: JsonObject = {
        "id": f"recurring {number}",
        "access_amount": {
            "unit_price": draw(st.sampled_from((0, 1, 100))),
            "quantity": draw(st.integers(0, 2)),
            "credit_type_id": UNIT,
        },
        "commit_duration": {"value": draw(st.sampled_from((1, 2, 7, 10**12)))},
        "starting_at": to_api_text(start),
        "rollover_fraction": draw(st.sampled_from((0, 1))),
    }
    if frequency is not None:
        term["recurrence_frequency"] = frequency
    if draw(st.booleans()):
        term["ending_before"] = to_api_text(start + draw(st.integers(1, 90)) * DAY)
    return term


@st.composite
def contracts(draw: st.DrawFn) -> StoredContract:
    """A contract with credits and recurring credits, perhaps ended, perhaps archived."""
    count = draw(st.integers(0, 3))
    until = to_api_text(BEGINS + 60 * DAY)
    single: list[JsonValue] = [
        {
            "id": f"credit {number}",
            "type": "CREDIT",
            "rollover_fraction": 1,
            "access_schedule": {
                "schedule_items": [
                    {
                        "id": f"i{number}",
                        "amount": 5,
                        "starting_at": to_api_text(BEGINS),
                        "ending_before": until,
                    }
                ]
            },
        }
        for number in range(count)
    ]
    terms: list[JsonValue] = [draw(recurring(number)) for number in range(draw(st.integers(0, 3)))]
    body: JsonObject = {
        "credits": single,
        "recurring_credits": terms,
        "usage_statement_schedule": {
            "billing_anchor_date": to_api_text(draw(days)),
            "frequency": draw(st.sampled_from(("WEEKLY", "MONTHLY"))),
        },
    }
    archived = draw(st.none() | days)
    return StoredContract(
        1, "old", "a", None, None, to_api_text(draw(days)), BEGINS, draw(st.none() | days.map(lambda at: at + DAY)),
        None if archived is None else to_api_text(archived), body,
    )  # fmt: skip


def view_at(at: Instant, predecessor: StoredContract | None = None) -> View:
    return View(at, unit_names={UNIT: "USD (cents)"}, predecessor=predecessor)


@settings(max_examples=150)
@given(contracts(), days, st.integers(0, 60))
def test_a_limit_keeps_the_latest_of_all(stored: StoredContract, at: Instant, limit: int) -> None:
    everything: list[Any] = latest(stored, "credits", view_at(at), ALL).shown
    in_order = [(each.get("recurring_credit_id", ""), each["created_at"]) for each in everything]
    assert in_order == sorted(in_order), "single ones, then term by term, each in order of time"
    by_age = sorted(range(len(everything)), key=lambda index: everything[index]["created_at"])
    kept = sorted(by_age[max(0, len(by_age) - limit) :])
    found = latest(stored, "credits", view_at(at), limit)
    assert found.shown == [everything[index] for index in kept]
    assert found.has_more == (len(everything) > limit)


def test_what_outlasts_the_calendar_rolls_over_to_the_end_of_it() -> None:
    endless: JsonObject = {
        "id": "recurring",
        "access_amount": {"unit_price": 1, "quantity": 1, "credit_type_id": UNIT},
        "commit_duration": {"value": 10**12},
        "starting_at": to_api_text(BEGINS),
        "rollover_fraction": 1,
    }
    schedule: JsonObject = {"billing_anchor_date": to_api_text(BEGINS), "frequency": "MONTHLY"}
    body: JsonObject = {"recurring_credits": [endless], "usage_statement_schedule": schedule}
    at = BEGINS + 10 * DAY
    old = StoredContract(1, "old", "a", None, None, to_api_text(BEGINS), BEGINS, None, None, body)
    new = StoredContract(2, "new", "a", None, None, to_api_text(at), at, None, None, {})
    (only,) = latest(new, "credits", view_at(at, old)).shown
    shown: Any = only
    assert shown["access_schedule"]["schedule_items"][0]["ending_before"] == to_api_text(END)


@settings(max_examples=150)
@given(contracts(), days)
def test_what_rolls_over_is_what_is_left_of_everything(old: StoredContract, at: Instant) -> None:
    new = StoredContract(2, "new", "a", None, None, old.created_at, at, None, None, {})
    everything = [term for source in created(old, "credits", view_at(at - MOMENT)) for term in source]
    made = [each.made() for each in everything] + [dict(each) for each in old.body["credits"]]  # type: ignore[arg-type, union-attr]
    expected = {str(term["id"]): rolled for term in made if (rolled := rolled_over(term, old, at, DEFAULTS))}
    found: dict[str, Any] = {}
    for balance in taken_over(new, "credits", view_at(at + 900 * DAY, old)):
        shown: Any = balance.made()
        found[shown["rolled_over_from"]["credit_id"]] = [
            each["amount"] for each in shown["access_schedule"]["schedule_items"]
        ]
    assert found == {name: [amount for _, amount in rolled] for name, rolled in expected.items()}
