"""What happens to a contract after it was provisioned: another end, or the archive.

Comes in: the ids of a customer and of its contract. Goes out: the id of the contract.
Never here: rewriting terms. Reads cut them, and what falls due, at the earliest end that the contract was given:
"Ending a contract early will [...] truncate any terms, and remove upcoming scheduled invoices. [...] Terms and
scheduled invoices are not extended"; `Assumptions.terms_after_shortening` has the other reading.
Source: POST /v1/contracts/updateEndDate, POST /v1/contracts/archive; METRONOME's guide "Contract lifecycle".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import StrictBool

from pkgplan.engine.contracts import reading, rows
from pkgplan.engine.contracts.request import Boundary
from pkgplan.engine.faults import refused
from pkgplan.engine.fields import Body, EntityId
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.resources import audit

if TYPE_CHECKING:
    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.canonical import JsonObject


class ContractEnd(Body):
    """The end that a contract shall have; without one it is open."""

    customer_id: EntityId
    contract_id: EntityId
    ending_before: Boundary | None = None
    # Nothing is ever finalized here, so either choice is the same.
    allow_ending_before_finalized_invoice: StrictBool = True


class ContractArchive(Body):
    """The contract to archive; there are no invoices here to be voided or kept."""

    customer_id: EntityId
    contract_id: EntityId
    void_invoices: StrictBool


def present(tx: Transaction, customer_id: str, contract_id: str) -> rows.StoredContract:
    """The contract of a customer, to be changed; raises EngineError 404, or 400 if it is archived (assumed)."""
    stored = reading.found(tx, customer_id, contract_id)
    if stored.archived_at is not None:
        raise refused(f'contract "{contract_id}" is archived')
    return stored


def _update_end(tx: Transaction, request: Request) -> JsonObject:
    body: ContractEnd = request.body
    stored = present(tx, body.customer_id, body.contract_id)
    end = body.ending_before
    if end is not None and end <= stored.starting_at:
        raise refused("ending_before must be after the start of the contract")
    rows.set_end(tx.connection, stored, end)
    audit.record(
        tx,
        "update",
        "contract",
        stored.contract_id,
        "open end" if end is None else f"ends {to_api_text(end)}",
    )
    return {"data": {"id": stored.contract_id}}


def _archive(tx: Transaction, request: Request) -> JsonObject:
    body: ContractArchive = request.body
    stored = present(tx, body.customer_id, body.contract_id)
    rows.mark_archived(tx.connection, stored.seq, tx.now)
    audit.record(tx, "archive", "contract", stored.contract_id)
    return {"data": {"id": stored.contract_id}}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        "contracts.update_end_date", "POST", "/v1/contracts/updateEndDate", "Give a contract another end, or none",
        _update_end, body=ContractEnd, writes=True, refusals=(404,),
    ),
    Operation(
        "contracts.archive", "POST", "/v1/contracts/archive", "Archive a contract",
        _archive, body=ContractArchive, writes=True, refusals=(404,),
    ),
)  # fmt: skip
