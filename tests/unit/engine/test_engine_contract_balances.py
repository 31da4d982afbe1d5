"""What is left of commits and credits, and their ledgers, as far as both follow from schedules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.offline import HandClock, a_credit, a_package, a_subscription, an_engine, without
from support.offline_terms import a_commit, a_postpaid_commit, a_recurring_commit, a_single_credit
from support.provisioned import a_customer, provision, provisioned, the_package
from support.sdk_client import in_process

from pkgplan.engine.contracts.rows import StoredContract
from pkgplan.engine.contracts.shown import View
from pkgplan.engine.contracts.shown.balances import shown_balance
from pkgplan.engine.contracts.shown.contract import LIMIT
from pkgplan.engine.instants import to_api_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pkgplan.engine import Engine
    from pkgplan.model.canonical import JsonObject, JsonValue


def utc(year: int, month: int, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(utc(2025, 9))


@pytest.fixture
def engine(clock: HandClock) -> Iterator[Engine]:
    with an_engine(clock=clock) as engine:
        yield engine


def read(engine: Engine, stored: StoredContract) -> Any:
    client = in_process(engine)
    asked: Any = {"customer_id": stored.customer_id, "contract_id": stored.contract_id}
    shown = client.v2.contracts.retrieve(**asked, include_balance=True, include_ledgers=True).data
    in_v1 = client.v1.contracts.retrieve(**asked, include_balance=True, include_ledgers=True).data.current
    assert [each.to_dict() for each in in_v1.commits] == [each.to_dict() for each in shown.commits]
    for each in (*shown.commits, *(shown.credits or ())):
        assert each.balance == sum(entry.amount for entry in each.ledger), "the vendor's own words"
    return shown


def entries(balance: Any) -> list[tuple[str, float, datetime]]:
    return [
        (entry.type.removeprefix("PREPAID_COMMIT_").removeprefix("CREDIT_"), entry.amount, entry.timestamp)
        for entry in balance.ledger
    ]


def months(value: int) -> JsonObject:
    return {"value": value, "unit": "MONTHS"}


def segments(*amounts: JsonValue) -> JsonObject:
    """One segment after the other, of a month each."""
    items: JsonValue = [
        {"amount": amount, "starting_at_offset": months(number), "duration": months(1)}
        for number, amount in enumerate(amounts)
    ]
    return {"schedule_items": items}


def test_expired_and_upcoming_segments_contribute_nothing(engine: Engine, clock: HandClock) -> None:
    commit = a_commit(access_schedule=segments(100, 200, 300))
    stored = provisioned(engine, commits=[commit], recurring_credits=[])
    balances = []
    for instant in (utc(2025, 9, 30), utc(2025, 10), utc(2025, 11), utc(2025, 12, 31), utc(2026, 1)):
        clock.instant = instant
        balances.append(read(engine, stored).commits[0].balance)
    assert balances == [0, 100, 200, 300, 0]
    assert entries(read(engine, stored).commits[0]) == [
        ("SEGMENT_START", 100, utc(2025, 10)),
        ("EXPIRATION", -100, utc(2025, 11)),
        ("SEGMENT_START", 200, utc(2025, 11)),
        ("EXPIRATION", -200, utc(2025, 12)),
        ("SEGMENT_START", 300, utc(2025, 12)),
        ("EXPIRATION", -300, utc(2026, 1)),
    ]


def test_balances_and_ledgers_are_shown_to_those_who_ask(engine: Engine, clock: HandClock) -> None:
    stored = provisioned(engine, commits=[a_commit()], credits=[a_single_credit()])
    clock.instant = utc(2025, 12)
    client = in_process(engine)
    asked: Any = {"customer_id": stored.customer_id, "contract_id": stored.contract_id}
    plain = client.v2.contracts.retrieve(**asked).data
    assert (plain.commits[0].balance, plain.commits[0].ledger) == (None, None)
    (listed,) = client.v2.contracts.list(customer_id=stored.customer_id, include_balance=True)
    assert (listed.commits[0].balance, listed.commits[0].ledger) == (1000, None)
    (listed,) = client.v2.contracts.list(customer_id=stored.customer_id, include_ledgers=True)
    assert listed.commits[0].balance is None
    assert listed.commits[0].ledger is not None


def test_a_postpaid_commit_is_one_balance_without_segments(engine: Engine, clock: HandClock) -> None:
    stored = provisioned(engine, commits=[a_postpaid_commit()])
    clock.instant = utc(2026, 10)
    (commit,) = read(engine, stored).commits
    assert [(entry.type, entry.amount) for entry in commit.ledger] == [
        ("POSTPAID_COMMIT_INITIAL_BALANCE", 1000),
        ("POSTPAID_COMMIT_EXPIRATION", -1000),
    ]
    assert not any(hasattr(entry, "segment_id") for entry in commit.ledger)


def test_what_is_cut_with_the_contract_expires_with_it(engine: Engine, clock: HandClock) -> None:
    stored = provisioned(engine, commits=[a_commit()])
    clock.instant = utc(2026, 1)
    assert read(engine, stored).commits[0].balance == 1000
    in_process(engine).v1.contracts.update_end_date(
        customer_id=stored.customer_id, contract_id=stored.contract_id, ending_before=utc(2025, 12)
    )
    (commit,) = read(engine, stored).commits
    assert entries(commit)[-1] == ("EXPIRATION", -1000, utc(2025, 12))


def test_what_recurs_creates_a_balance_each_period(engine: Engine, clock: HandClock) -> None:
    stored = provisioned(engine)
    shown = read(engine, stored)
    assert shown.credits == []
    clock.instant = utc(2025, 12, 5)
    shown = read(engine, stored)
    (recurring,) = shown.recurring_credits
    assert [each.created_at for each in shown.credits] == [utc(2025, 10), utc(2025, 11), utc(2025, 12)]
    assert [each.balance for each in shown.credits] == [0, 0, 1000]
    assert {each.recurring_credit_id for each in shown.credits} == {recurring.id}
    assert [each.priority for each in shown.credits] == [1, 1, 1]
    assert [each.id for each in read(engine, stored).credits] == [each.id for each in shown.credits]
    assert len({each.id for each in shown.credits}) == 3
    clock.instant = utc(2026, 5)
    assert [each.balance for each in read(engine, stored).credits] == [0, 0, 0], "three months in all"


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        (1, utc(2025, 11)),
        (2, utc(2025, 12)),
        (10**300, datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)),
    ],
)
def test_a_grant_lasts_for_periods(
    engine: Engine, clock: HandClock, periods: JsonValue, expected: datetime
) -> None:
    package = without(a_package(recurring_credits=[a_credit(commit_duration={"value": periods})]), "duration")
    answer: Any = engine.call("packages.create", package)
    stored = provision(engine, package_id=answer["data"]["id"])
    clock.instant = utc(2025, 10)
    (credit,) = read(engine, stored).credits
    assert credit.access_schedule.schedule_items[0].ending_before == expected


def test_a_stub_is_granted_and_billed_in_part_and_rounded(engine: Engine, clock: HandClock) -> None:
    rounding: JsonObject = {"rounding_method": "FLOOR", "decimal_places": 0}
    commit = a_recurring_commit(proration_rounding={"access": rounding, "invoice": rounding})
    del commit["recurrence_frequency"]
    stored = provisioned(engine, "2025-10-11T00:00:00Z", recurring_commits=[commit])
    clock.instant = utc(2025, 11)
    first, second = read(engine, stored).commits
    # 21 of the 31 days of October.
    assert [each.access_schedule.schedule_items[0].amount for each in (first, second)] == [677, 1000]
    assert [each.invoice_schedule.schedule_items[0].amount for each in (first, second)] == [609, 900]
    assert first.invoice_schedule.schedule_items[0].timestamp == utc(2025, 10, 11)
    assert first.access_schedule.schedule_items[0].ending_before == utc(2025, 11)


def test_seats_scale_what_is_granted_and_individual_ones_wait_for_their_people(
    engine: Engine, clock: HandClock
) -> None:
    def linked(**changes: JsonValue) -> JsonObject:
        link: JsonObject = {
            "subscription_id": "starter-fee",
            "apply_seat_increase_config": {"is_prorated": True},
            **changes,
        }
        return {"access_amount": {"unit_price": 300}, "subscription_config": link, "temporary_id": None}

    pooled, individual = (
        {
            name: value
            for name, value in {**a_credit(), **linked(allocation=each)}.items()
            if value is not None
        }
        for each in ("POOLED", "INDIVIDUAL")
    )
    seats = a_subscription(
        quantity_management_mode="SEAT_BASED",
        seat_config={"seat_group_key": "user_id", "initial_unassigned_seats": 4},
    )
    del seats["initial_quantity"]
    stored = provisioned(engine, recurring_credits=[pooled, individual], subscriptions=[seats])
    clock.instant = utc(2025, 10, 2)
    assert [each.balance for each in read(engine, stored).credits] == [1200, 0]


def renewed(engine: Engine, **package: JsonValue) -> tuple[StoredContract, StoredContract]:
    """A contract from October on, and the one that renews it in December."""
    customer = a_customer(engine)
    old = provision(engine, customer_id=customer, package_id=the_package(engine, **package))
    new = provision(
        engine,
        customer_id=customer,
        package_id=the_package(engine, recurring_credits=[]),
        starting_at="2025-12-01T00:00:00Z",
        transition={"type": "RENEWAL", "from_contract_id": old.contract_id},
    )
    return old, new


def test_a_renewal_takes_over_the_fraction_that_may_roll(engine: Engine, clock: HandClock) -> None:
    commits: JsonValue = [
        a_commit(rollover_fraction=Decimal("0.25")),
        a_commit(temporary_id="stays"),
        a_commit(temporary_id="gone", rollover_fraction=1, access_schedule=segments(500)),
    ]
    old, new = renewed(engine, commits=commits, recurring_credits=[a_credit(rollover_fraction=1)])
    clock.instant = utc(2025, 11, 30)
    assert read(engine, new).commits == []
    assert read(engine, old).commits[0].balance == 1000
    clock.instant = utc(2025, 12)
    before, after = read(engine, old), read(engine, new)
    assert entries(before.commits[0]) == [
        ("SEGMENT_START", 1000, utc(2025, 10)),
        ("ROLLOVER", -250, utc(2025, 12)),
        ("EXPIRATION", -750, utc(2025, 12)),
    ]
    assert before.commits[0].ledger[1].new_contract_id == new.contract_id
    assert entries(before.commits[1])[1:] == [("EXPIRATION", -1000, utc(2025, 12))]
    (commit,) = after.commits
    assert (commit.balance, commit.created_at) == (250, utc(2025, 12))
    assert commit.rolled_over_from.to_dict() == {
        "commit_id": before.commits[0].id,
        "contract_id": old.contract_id,
    }
    assert commit.access_schedule.schedule_items[0].ending_before == utc(2026, 12)
    # The credit of November ends at the very instant of the renewal.
    (credit,) = after.credits
    assert credit.rolled_over_from.credit_id == before.credits[1].id
    assert credit.balance == 1000
    links = {
        (each.from_contract_id, each.to_contract_id, each.type)
        for each in (*before.transitions, *after.transitions)
    }
    assert links == {(old.contract_id, new.contract_id, "RENEWAL")}


def test_of_too_many_balances_the_latest_are_shown(engine: Engine, clock: HandClock) -> None:
    daily = a_credit(
        recurrence_frequency="DAILY", duration={"value": LIMIT + 20, "unit": "DAYS"}, temporary_id="daily"
    )
    stored = provisioned(engine, recurring_credits=[daily], duration={"value": 4, "unit": "YEARS"})
    clock.instant = utc(2025, 10, 15)
    assert read(engine, stored).has_more.credits is False
    clock.instant = utc(2029, 1)
    shown = read(engine, stored)
    assert (len(shown.credits), shown.has_more.credits, shown.has_more.commits) == (LIMIT, True, False)
    first, last = shown.credits[0], shown.credits[-1]
    assert last.created_at == utc(2025, 10) + timedelta(days=LIMIT + 19)
    assert last.created_at - first.created_at == timedelta(days=LIMIT - 1)


def test_of_too_many_balances_the_latest_of_every_term_are_shown(engine: Engine, clock: HandClock) -> None:
    lasts: JsonObject = {"value": LIMIT, "unit": "DAYS"}
    daily = a_credit(recurrence_frequency="DAILY", duration=lasts, temporary_id="daily")
    monthly = a_credit(recurrence_frequency="MONTHLY", duration=months(12), temporary_id="monthly")
    stored = provisioned(engine, recurring_credits=[monthly, daily], duration={"value": 4, "unit": "YEARS"})
    clock.instant = utc(2029, 1)
    shown = read_briefly(engine, stored)
    by_month, by_day = (
        [each.created_at for each in shown.credits if each.recurring_credit_id == term.id]
        for term in shown.recurring_credits
    )
    assert len(by_month) + len(by_day) == LIMIT
    assert by_month[-1] == utc(2026, 9)
    assert min(by_month[0], by_day[0]) > utc(2025, 10)


def read_briefly(engine: Engine, stored: StoredContract) -> Any:
    client = in_process(engine)
    return client.v2.contracts.retrieve(customer_id=stored.customer_id, contract_id=stored.contract_id).data


def a_row(end: datetime | None) -> StoredContract:
    start = utc(2026, 1)
    return StoredContract(1, "c", "a", None, None, to_api_text(start), start, end, None, {})


def exact_sum(amounts: Iterable[Decimal]) -> Fraction:
    return sum(map(Fraction, amounts), Fraction(0))


amounts = st.decimals(0, 10**6, places=4, allow_nan=False) | st.decimals(
    Decimal("1e-40"), Decimal(1), allow_nan=False, places=40
)


@given(
    items=st.lists(st.tuples(amounts, st.integers(0, 20), st.integers(1, 12)), min_size=1, max_size=5),
    end=st.none() | st.integers(1, 30),
    now=st.integers(0, 40),
)
def test_the_balance_is_the_sum_of_the_ledger_and_of_what_is_accessible(
    items: list[tuple[Decimal, int, int]], end: int | None, now: int
) -> None:
    def day(number: int) -> datetime:
        return utc(2026, 1) + timedelta(days=number)

    term: JsonObject = {
        "id": "c",
        "type": "PREPAID",
        "access_schedule": {
            "schedule_items": [
                {
                    "id": str(number),
                    "amount": amount,
                    "starting_at": to_api_text(day(start)),
                    "ending_before": to_api_text(day(start + length)),
                }
                for number, (amount, start, length) in enumerate(items)
            ]
        },
    }
    row = a_row(None if end is None else day(end))
    shown: Any = shown_balance(term, row, View(day(now), with_balances=True, with_ledgers=True))
    last = 99 if end is None else end
    accessible = [amount for amount, start, length in items if start <= now < min(start + length, last)]
    assert (
        Fraction(shown["balance"])
        == exact_sum(accessible)
        == exact_sum(entry["amount"] for entry in shown["ledger"])
    )
