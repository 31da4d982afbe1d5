"""After provisioning: another end, the archive, and renewal with what rolls over."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import metronome
import pytest
from support.offline import HandClock, a_credit, an_engine
from support.offline_terms import a_commit, access
from support.provisioned import (
    NOBODY,
    START,
    a_customer,
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


def test_terms_are_not_extended_and_are_cut_while_the_contract_is_shorter(engine: Engine) -> None:
    contract = provisioned(engine)
    client = in_process(engine)
    ends = {}
    for end in ("2025-11-01T00:00:00Z", "2028-01-01T00:00:00Z"):
        client.v1.contracts.update_end_date(**ids(contract, ending_before=end))
        shown = client.v2.contracts.retrieve(**ids(contract)).data
        (credit,), (fee,) = shown.recurring_credits or [], shown.subscriptions or []
        ends[end] = (credit.ending_before, fee.ending_before)
    cut = datetime(2025, 11, 1, tzinfo=UTC)
    assert list(ends.values()) == [(cut, cut), (datetime(2026, 1, 1, tzinfo=UTC), YEAR_END)]


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
