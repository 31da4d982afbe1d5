"""Creating a contract: a package, or a rate card alone, for one customer from an instant on.

Comes in: create bodies. Goes out: the new contract. Never here: what its terms become (`draft.py`, `expansion/`), or
terms in the body: the offline engine takes terms from packages only.
Source: POST /v1/contracts/create, SDK type `contract_create_response`; METRONOME's guide "Launch a package" for the
fields that may stand beside a package. A call that is refused leaves nothing behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.contracts import pass_down, reading, renewal, rows
from pkgplan.engine.contracts.draft import draft_of
from pkgplan.engine.contracts.request import ContractBlock, ContractCreate, check
from pkgplan.engine.faults import KEY_USED, EngineError, refused
from pkgplan.engine.operation import Operation
from pkgplan.engine.resources import audit, customers

if TYPE_CHECKING:
    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.canonical import JsonObject

__all__ = ["OPERATIONS", "ContractBlock", "ContractCreate", "create"]


def create(tx: Transaction, customer_id: str, body: ContractBlock) -> str:
    """Provision a contract and give its id.

    Raises:
        EngineError: 409 for a uniqueness key that was used, even by a contract that is archived now; 404 for ids that
            stand for nothing; 400 for all else, or the status that `Assumptions` says.
    """
    check(body)
    key = body.uniqueness_key
    if key is not None and rows.is_key_used(tx.connection, key):
        raise EngineError(409, KEY_USED)
    if customers.found(tx, customer_id).archived_at is not None:
        raise refused(f'customer "{customer_id}" is archived')  # (assumed)
    old = renewal.predecessor(tx, customer_id, body)
    draft = draft_of(tx, customer_id, body)
    new = rows.NewContract(
        contract_id=tx.new_id(),
        customer_id=customer_id,
        package_seq=draft.package_seq,
        uniqueness_key=key,
        created_at=tx.now,
        starting_at=body.starting_at,
        ending_before=draft.ending_before,
        body=draft.body,
        custom_field_targets=pass_down.targets(draft.body),
    )
    rows.insert(tx.connection, new)
    pass_down.write(tx, new.contract_id, draft, body.custom_fields or {})
    audit.record(tx, "create", "contract", new.contract_id, str(draft.body.get("name", "")))
    if old is not None:
        renewal.succeed(tx, old, new.contract_id, body.starting_at)
    return new.contract_id


def _create(tx: Transaction, request: Request) -> JsonObject:
    body: ContractCreate = request.body
    contract_id = create(tx, body.customer_id, body)
    stored = reading.found(tx, body.customer_id, contract_id)
    return {"data": {"id": contract_id, "contract": reading.created(tx, stored)}}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        "contracts.create", "POST", "/v1/contracts/create", "Provision a package, or a rate card alone, for a customer",
        _create, body=ContractCreate, writes=True, refusals=(404, 409),
    ),
)  # fmt: skip
