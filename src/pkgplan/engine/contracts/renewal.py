"""RENEWAL: a contract that takes another one's place.

Comes in: the new contract's start, the id of the old one. Goes out: the old contract, ended and linked to the new one.
Never here: what of the old one's balances goes over: that depends on both contracts' ends, so reads compute it
(`shown/children.py`); `future_invoice_behavior`: there are no invoices whose future could be chosen.
Source: METRONOME's guide "Contract lifecycle": the old contract ends where the new one starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.contracts import reading, rows
from pkgplan.engine.contracts.expansion import dated
from pkgplan.engine.faults import refused
from pkgplan.engine.resources import audit

if TYPE_CHECKING:
    from pkgplan.engine.contracts.request import ContractBlock
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.operation import Transaction
    from pkgplan.model.units import Instant


def predecessor(tx: Transaction, customer_id: str, body: ContractBlock) -> StoredContract | None:
    """The contract that a new one shall take the place of, if it shall.

    Raises:
        EngineError: 404 if the customer has no such contract; 400 if it is archived, was renewed already, or starts no
            earlier than the new one (assumed).
    """
    if body.transition is None:
        return None
    contract_id = body.transition.from_contract_id
    old = reading.found(tx, customer_id, contract_id)
    if old.archived_at is not None:
        raise refused(f'contract "{contract_id}" is archived and cannot be renewed')
    if rows.successor_of(tx.connection, old.contract_id) is not None:
        raise refused(f'contract "{contract_id}" has been renewed already')
    if body.starting_at <= old.starting_at:
        raise refused(f'a renewal must start after contract "{contract_id}", which it ends')
    return old


def succeed(tx: Transaction, old: StoredContract, new_id: str, start: Instant) -> None:
    """End the old contract where the new one starts, if it would end later, and link both."""
    if old.ending_before is None or old.ending_before > start:
        rows.set_end(tx.connection, old, start)
    rows.link(tx.connection, old.contract_id, new_id, "RENEWAL")
    audit.record(tx, "update", "contract", old.contract_id, f"renewed at {dated(start)}")
