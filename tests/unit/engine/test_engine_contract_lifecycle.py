"""After provisioning: another end, the archive, and renewal with what rolls over."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import metronome
import pytest
from support.offline import HandClock, a_credit, a_package, an_engine, without
from support.offline_terms import a_charge, a_commit, a_postpaid_commit, access
from support.provisioned import (
    NOBODY,
    START,
    a_customer,
    an_engine_that_reads,
    provision,
    provisioned,
    refusal,
    stored,
    the_package,
)
from support.sdk_client import in_process

from pkgplan.model.canonical import parse_json

if TYPE_CHECKING:
    from pkgplan.engine import Engine
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.model.canonical import JsonObject, JsonValue

YEAR_END = datetime(2026, 10, 1, tzinfo=UTC)


def ids(contract: StoredContract, **more: JsonValue) -> dict[str, Any]:
    return {"customer_id": contract.customer_id, "contract_id": contract.contract_id, **more}


def again(engine: Engine, contract: StoredContract) -> StoredContract:
    return stored(engine, contract.customer_id, contract.contract_id)


# Another end.


@pytest.mark.parametrize("end", ["2026-01-01T00:00:00Z", "2030-01-01T05:00:00+02:00"])
def test_a_contract_gets_another_end(engine: Engine, end: str) -> None:
    contract = provisioned(engine)
    answer = in_process(engine).v1.contracts.update_end_date(**ids(contract, ending_before=end))
    assert answer.data.id == contract.contract_id
    assert again(engine, contract).ending_before == datetime.fromisoformat(end)


def test_without_an_end_a_contract_is_open_again(engine: Engine) -> None:
    contract = provisioned(engine)
    assert contract.ending_before == YEAR_END
    in_process(engine).v1.contracts.update_end_date(**ids(contract))
    assert again(engine, contract).ending_before is None


CUT = datetime(2025, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reading", "restored"),
    [("truncated", (CUT, CUT, 1)), ("restored", (datetime(2026, 1, 1, tzinfo=UTC), YEAR_END, 3))],
)
def test_terms_and_what_falls_due_are_cut_with_the_contract_and_are_not_extended(
    reading: str, restored: tuple[datetime, datetime, int]
) -> None:
    items: Any = [
        {"unit_price": 5, "quantity": 1, "date_offset": {"value": value, "unit": "MONTHS"}}
        for value in (1, 2, 11)
    ]
    due: dict[str, Any] = {"schedule_items": items}
    found = []
    with an_engine_that_reads(terms_after_shortening=reading) as engine:
        contract = provisioned(
            engine,
            commits=[
                a_commit(invoice_schedule=due),
                a_postpaid_commit(
                    temporary_id="least",
                    access_schedule=access(5),
                    invoice_schedule={"schedule_items": items[-1:]},
                ),
            ],
            scheduled_charges=[a_charge(schedule=due)],
        )
        client = in_process(engine)
        for end in (*["2025-11-01T00:00:00Z"] * 2, "2028-01-01T00:00:00Z"):
            client.v1.contracts.update_end_date(**ids(contract, ending_before=end))
            shown = client.v2.contracts.retrieve(**ids(contract)).data
            (credit,), (fee,) = shown.recurring_credits or [], shown.subscriptions or []
            prepaid, postpaid = shown.commits
            assert prepaid.invoice_schedule is not None
            assert postpaid.invoice_schedule is not None
            assert shown.scheduled_charges[0].schedule.schedule_items is not None
            invoices = len(prepaid.invoice_schedule.schedule_items or [])
            assert invoices == len(shown.scheduled_charges[0].schedule.schedule_items)
            assert len(postpaid.invoice_schedule.schedule_items or []) == 1
            found.append((credit.ending_before, fee.ending_before, invoices))
    assert found == [(CUT, CUT, 1), (CUT, CUT, 1), restored]


def test_an_open_contract_that_was_ended_has_no_terms_beyond_that_end(engine: Engine) -> None:
    created: Any = engine.call("packages.create", without(a_package(), "duration"))
    contract = provision(engine, package_id=created["data"]["id"])
    client = in_process(engine)
    client.v1.contracts.update_end_date(**ids(contract), ending_before=CUT)
    client.v1.contracts.update_end_date(**ids(contract))
    shown = client.v2.contracts.retrieve(**ids(contract)).data
    assert shown.ending_before is None
    assert [each.ending_before for each in shown.subscriptions or []] == [CUT]


@pytest.mark.parametrize("end", [CUT, None])
def test_v1_remembers_the_end_that_the_contract_was_made_with(engine: Engine, end: datetime | None) -> None:
    contract = provisioned(engine)
    client = in_process(engine)
    client.v1.contracts.update_end_date(
        **ids(contract, **({} if end is None else {"ending_before": CUT.isoformat()}))
    )
    shown = client.v1.contracts.retrieve(**ids(contract)).data
    assert (shown.initial.ending_before, shown.current.ending_before) == (YEAR_END, end)
    renewed = provision(engine)
    client.v1.contracts.update_end_date(**ids(renewed, ending_before="2025-11-01T00:00:00Z"))
    shown = client.v1.contracts.retrieve(**ids(renewed)).data
    assert (shown.initial.ending_before, shown.current.ending_before) == (None, CUT)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ending_before": START}, "ending_before must be after the start of the contract"),
        ({"ending_before": "2020-01-01T00:00:00Z"}, "ending_before must be after the start of the contract"),
        (
            {"ending_before": "2026-01-01T00:30:00Z"},
            "body/ending_before is required to be on an hour boundary",
        ),
        ({"ending_before": "soon"}, 'body/ending_before must match format "date-time"'),
        ({"ending_before": None}, "body property 'ending_before' must not be null"),
        (
            {"allow_ending_before_finalized_invoice": "yes"},
            "body/allow_ending_before_finalized_invoice must be boolean",
        ),
    ],
)
def test_an_end_that_makes_no_sense_is_refused(engine: Engine, changes: JsonObject, message: str) -> None:
    contract = provisioned(engine)
    assert refusal(engine, "contracts.update_end_date", ids(contract, **changes)).message == message
    assert again(engine, contract) == contract


# The archive.


@pytest.mark.parametrize("void", [True, False])
def test_a_contract_is_archived_once(engine: Engine, void: bool) -> None:  # noqa: FBT001 - a parameter of the test
    contract = provisioned(engine)
    answer = in_process(engine).v1.contracts.archive(**ids(contract, void_invoices=void))
    assert answer.data.id == contract.contract_id
    assert again(engine, contract).archived_at == "2025-09-01T09:30:15.123Z"
    error = refusal(engine, "contracts.archive", ids(contract, void_invoices=void))
    assert error.message == f'contract "{contract.contract_id}" is archived'


def test_with_a_contract_its_balances_are_archived_and_what_is_left_expires() -> None:
    clock = HandClock()
    with an_engine(clock=clock) as engine:
        contract = provisioned(
            engine, commits=[a_commit(), a_commit(temporary_id="x", access_schedule=access(5))]
        )
        clock.instant = archived = datetime(2025, 11, 15, 9, 30, tzinfo=UTC)
        client = in_process(engine)
        client.v1.contracts.archive(**ids(contract, void_invoices=False))
        clock.instant = datetime(2026, 3, 1, tzinfo=UTC)
        shown = client.v2.contracts.retrieve(**ids(contract), include_balance=True, include_ledgers=True).data
    commit = shown.commits[0]
    assert commit.ledger is not None
    assert (commit.balance, commit.archived_at) == (0, archived)
    assert [(each.type, each.amount, each.timestamp) for each in commit.ledger] == [
        ("PREPAID_COMMIT_SEGMENT_START", 1000, contract.starting_at),
        ("PREPAID_COMMIT_EXPIRATION", -1000, archived),
    ]
    # December's credit is never granted.
    assert [(each.balance, each.archived_at) for each in shown.credits or []] == [(0, archived)] * 2


def test_what_had_not_begun_when_its_contract_was_archived_never_begins() -> None:
    clock = HandClock()
    with an_engine(clock=clock) as engine:
        contract = provisioned(engine, commits=[a_commit()])
        engine.call("contracts.archive", ids(contract, void_invoices=False))
        clock.instant = datetime(2026, 1, 1, tzinfo=UTC)
        (commit,) = _commits(engine, contract)
    assert (commit["balance"], commit["ledger"]) == (0, [])


def test_archiving_says_what_becomes_of_invoices(engine: Engine) -> None:
    error = refusal(engine, "contracts.archive", ids(provisioned(engine)))
    assert error.message == "body must have required property 'void_invoices'"


def test_an_archived_contract_gets_no_other_end(engine: Engine) -> None:
    contract = provisioned(engine)
    engine.call("contracts.archive", ids(contract, void_invoices=True))
    assert "is archived" in refusal(engine, "contracts.update_end_date", ids(contract)).message


@pytest.mark.parametrize(
    ("operation", "more"),
    [("contracts.update_end_date", {}), ("contracts.archive", {"void_invoices": False})],
)
def test_only_the_right_customer_s_contract_is_found(
    engine: Engine, operation: str, more: JsonObject
) -> None:
    contract = provisioned(engine)
    for wrong in ({"contract_id": NOBODY}, {"customer_id": NOBODY}, {"customer_id": a_customer(engine)}):
        refusal(engine, operation, {**ids(contract, **more), **wrong}, status=404)


# Renewal.


def renewal(old: StoredContract, **changes: JsonValue) -> JsonObject:
    return {"type": "RENEWAL", "from_contract_id": old.contract_id, **changes}


def renew(engine: Engine, old: StoredContract, starting_at: str, **body: Any) -> StoredContract:
    return provision(
        engine,
        customer_id=old.customer_id,
        starting_at=starting_at,
        **{"package_id": old.package_id, "transition": renewal(old), **body},
    )


def test_the_old_contract_ends_where_the_new_one_starts_and_both_are_linked(engine: Engine) -> None:
    old = provisioned(engine)
    client = in_process(engine)
    new = client.v1.contracts.create(
        customer_id=old.customer_id,
        package_id=str(old.package_id),
        starting_at="2026-03-01T00:00:00Z",
        transition={
            "type": "RENEWAL",
            "from_contract_id": old.contract_id,
            "future_invoice_behavior": {"trueup": None},
        },
    ).data
    assert again(engine, old).ending_before == datetime(2026, 3, 1, tzinfo=UTC)
    for contract_id in (old.contract_id, new.id):
        shown = client.v2.contracts.retrieve(customer_id=old.customer_id, contract_id=contract_id).data
        assert [(each.type, each.to_contract_id) for each in shown.transitions] == [("RENEWAL", new.id)]


def test_an_open_contract_is_ended_by_its_renewal(engine: Engine) -> None:
    old = provision(engine)
    renew(engine, old, "2026-03-01T00:00:00Z", package_id=the_package(engine))
    assert again(engine, old).ending_before == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_contract_that_ends_earlier_keeps_its_end(engine: Engine) -> None:
    old = provisioned(engine)
    renew(engine, old, "2027-01-01T00:00:00Z")
    assert again(engine, old).ending_before == YEAR_END


def test_a_contract_on_a_rate_card_alone_can_renew_one(engine: Engine) -> None:
    old = provisioned(engine)
    new = provision(
        engine, customer_id=old.customer_id, starting_at="2026-03-01T00:00:00Z", transition=renewal(old)
    )
    assert new.package_id is None
    assert again(engine, old).ending_before == new.starting_at


def test_only_a_living_earlier_contract_of_the_customer_can_be_renewed(engine: Engine) -> None:
    old, archived, foreign = provisioned(engine), provisioned(engine), provisioned(engine)
    engine.call("contracts.archive", ids(archived, void_invoices=True))
    renewed = provisioned(engine)
    renew(engine, renewed, "2026-01-01T00:00:00Z")

    def refused(source: StoredContract, start: str, customer: StoredContract, status: int = 400) -> str:
        body: JsonObject = {
            "customer_id": customer.customer_id,
            "package_id": old.package_id,
            "starting_at": start,
            "transition": renewal(source),
        }
        return refusal(engine, "contracts.create", body, status=status).message

    later = "2026-02-01T00:00:00Z"
    assert "not found" in refused(foreign, later, old, 404)
    assert "is archived and cannot be renewed" in refused(archived, later, archived)
    assert "has been renewed already" in refused(renewed, later, renewed)
    assert "must start after contract" in refused(old, START, old)
    assert again(engine, old) == old


@pytest.mark.parametrize("trueup", ["LATER", 1])
def test_the_behaviour_of_future_invoices_is_one_that_there_is(engine: Engine, trueup: JsonValue) -> None:
    old = provisioned(engine)
    transition = renewal(old, future_invoice_behavior={"trueup": trueup})
    body: JsonObject = {
        "customer_id": old.customer_id,
        "starting_at": "2026-03-01T00:00:00Z",
        "transition": transition,
    }
    message = refusal(engine, "contracts.create", body).message
    assert message.startswith("body/transition/future_invoice_behavior/trueup must be")


def half_rolls() -> dict[str, Any]:
    """Balances of which half goes over, and one that stays."""
    return {
        "commits": [
            a_commit(access_schedule=access(100_000), rollover_fraction=Decimal("0.5")),
            a_commit(temporary_id="stays", access_schedule=access(70)),
        ],
        "recurring_credits": [
            a_credit(rollover_fraction=Decimal("0.1"), duration={"value": 1, "unit": "YEARS"})
        ],
    }


def renewed_and_seen(start: str) -> tuple[StoredContract, Any]:
    """A contract of which half rolls over, and its renewal as a read shows it on its first day."""
    clock = HandClock()
    with an_engine(clock=clock) as engine:
        old = provisioned(engine, **half_rolls())
        new = renew(engine, old, start, package_id=the_package(engine))
        clock.instant = new.starting_at
        shown = in_process(engine).v2.contracts.retrieve(**ids(new)).data
    return old, parse_json(shown.to_json())


@pytest.mark.parametrize("start", ["2026-03-01T00:00:00Z", "2026-10-01T00:00:00Z"])
def test_a_fraction_of_what_is_left_goes_over_to_the_renewal(start: str) -> None:
    old, new = renewed_and_seen(start)
    old_commit: Any = old.body["commits"]
    (commit,) = new["commits"]
    assert commit["rolled_over_from"] == {"commit_id": old_commit[0]["id"], "contract_id": old.contract_id}
    (item,) = commit["access_schedule"]["schedule_items"]
    assert (item["amount"], item["starting_at"]) == (50_000, start)
    rolled = [each for each in new["credits"] if "rolled_over_from" in each]
    assert [each["access_schedule"]["schedule_items"][0]["amount"] for each in rolled] == [100]


@pytest.mark.parametrize(("reading", "amount"), [("active", 100), ("all-segments", 200)])
def test_the_fraction_is_of_the_active_segments_or_of_all_but_never_more_than_is_left(
    reading: str, amount: int
) -> None:
    months: Any = [
        {
            "amount": each,
            "starting_at_offset": {"value": at, "unit": "MONTHS"},
            "duration": {"value": 1, "unit": "MONTHS"},
        }
        for at, each in enumerate((100, 200, 300))
    ]
    commit = a_commit(access_schedule={"schedule_items": months}, rollover_fraction=Decimal("0.5"))
    clock = HandClock()
    with an_engine_that_reads(clock, rollover_base=reading) as engine:
        old = provisioned(engine, commits=[commit])
        new = renew(engine, old, "2025-11-15T00:00:00Z", package_id=the_package(engine))
        clock.instant = new.starting_at
        client = in_process(engine)
        before, after = (
            client.v2.contracts.retrieve(**ids(each), include_balance=True, include_ledgers=True).data
            for each in (old, new)
        )
    assert [each.balance for each in after.commits] == [amount]
    assert [(entry.type, entry.amount) for entry in (before.commits[0].ledger or [])[2:]] == [
        ("PREPAID_COMMIT_SEGMENT_START", 200),
        ("PREPAID_COMMIT_ROLLOVER", -amount),
        *([("PREPAID_COMMIT_EXPIRATION", amount - 200)] if amount < 200 else []),
    ]


def test_segments_that_are_active_together_roll_over_in_one_balance() -> None:
    clock = HandClock()
    year: Any = access(100)["schedule_items"]
    commit = a_commit(access_schedule={"schedule_items": year * 2}, rollover_fraction=Decimal("0.75"))
    with an_engine(clock=clock) as engine:
        old = provisioned(engine, commits=[commit])
        new = renew(engine, old, "2026-03-01T00:00:00Z", package_id=the_package(engine))
        clock.instant = new.starting_at
        shown = in_process(engine).v2.contracts.retrieve(**ids(new), include_balance=True).data
    (rolled,) = shown.commits
    assert rolled.access_schedule is not None
    assert [item.amount for item in rolled.access_schedule.schedule_items] == [100, 50]
    assert rolled.balance == 150


def test_no_digit_is_lost_when_something_goes_over() -> None:
    clock, amount = HandClock(), Decimal("0." + "1" * 40)
    commit = a_commit(access_schedule=access(amount), rollover_fraction=Decimal("0.5"))
    with an_engine(clock=clock) as engine:
        old = provisioned(engine, commits=[commit])
        new = renew(engine, old, "2026-03-01T00:00:00Z", package_id=the_package(engine))
        clock.instant = new.starting_at
        (shown,) = _commits(engine, old)
        (rolled,) = _commits(engine, new)
    half = Decimal("0.0" + "5" * 40)
    assert rolled["balance"] == half
    assert [entry["amount"].copy_abs() for entry in shown["ledger"]] == [amount, half, half]


def _commits(engine: Engine, contract: StoredContract) -> Any:
    asked = ids(contract, include_balance=True, include_ledgers=True)
    answer: Any = engine.call("contracts_v2.get", asked)
    return answer["data"]["commits"]


def test_what_was_archived_before_does_not_go_over() -> None:
    clock = HandClock()
    with an_engine(clock=clock) as engine:
        old = provisioned(engine, **half_rolls())
        new = renew(engine, old, "2026-03-01T00:00:00Z", package_id=the_package(engine))
        clock.instant = datetime(2026, 2, 1, tzinfo=UTC)
        engine.call("contracts.archive", ids(old, void_invoices=False))
        clock.instant = new.starting_at
        shown = in_process(engine).v2.contracts.retrieve(**ids(new)).data
    assert shown.commits == []


def test_nothing_goes_over_after_a_gap() -> None:
    _, new = renewed_and_seen("2027-01-01T00:00:00Z")
    assert new["commits"] == []


def test_a_renewal_that_is_refused_leaves_the_old_contract_alone(engine: Engine) -> None:
    old = provisioned(engine)
    package_id = the_package(engine, commits=[a_commit(custom_fields={"erp": "C-1"})])
    body: dict[str, Any] = {
        "customer_id": old.customer_id,
        "package_id": package_id,
        "starting_at": "2026-03-01T00:00:00Z",
        "transition": renewal(old),
    }
    refusal(engine, "contracts.create", body)
    assert again(engine, old) == old
    with pytest.raises(metronome.BadRequestError):
        in_process(engine).v1.contracts.create(**body)
