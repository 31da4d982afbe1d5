"""Custom fields of a new contract: its own, and those that its terms get from the package's terms.

Comes in: a draft and what the create call gave. Goes out: rows of custom fields.
Never here: changing values later, and the fields of what recurring terms create: there are none.
Source: METRONOME's guide "Launch a package": values of a package are frozen, those of its contracts can be changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.engine.resources import custom_fields
from pkgplan.model.canonical import JsonObject, as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pkgplan.engine.contracts.draft import Draft
    from pkgplan.engine.operation import Transaction

# Of each kind of term that can have custom fields: its entity on contracts.
_ENTITIES: Final = {
    "commits": "commit",
    "credits": "contract_credit",
    "scheduled_charges": "scheduled_charge",
    "subscriptions": "subscription",
}


def targets(body: JsonObject) -> dict[str, str]:
    """The entity of each term of a contract that can have custom fields, by the id of the term."""
    return {str(term["id"]): entity for kind, entity in _ENTITIES.items() for term in _terms(body, kind)}


def write(tx: Transaction, contract_id: str, draft: Draft, given: Mapping[str, str]) -> None:
    """Store the custom fields of a contract and of its terms.

    Args:
        tx: of the call.
        contract_id: of the contract.
        draft: with the package that its terms come from, if they come from one.
        given: the contract's own fields.

    Raises:
        EngineError: 400 for a key that is not registered, or a value that must be unique and is not.
    """
    custom_fields.set_values(tx, "contract", contract_id, given)
    # A key that was removed from the package's terms is passed on no longer: its values cannot be read.
    passed = custom_fields.values_of(tx.connection, draft.term_ids)
    for kind, entity in _ENTITIES.items():
        for template in _terms(draft.package, kind):
            term_id = draft.term_ids.get(str(template["id"]))
            fields = passed.get(str(template["id"]), {})
            if term_id is None or not fields:
                continue
            if tx.assumptions.pass_down_keys == "package":  # noqa: S105 - keys of custom fields
                _register(tx, entity, fields)
            custom_fields.set_values(tx, entity, term_id, fields)


def _register(tx: Transaction, entity: str, keys: Mapping[str, str]) -> None:
    """A key of the package's term is one of the contract's term from now on: else its value would not be shown."""
    tx.connection.executemany(
        "INSERT OR IGNORE INTO custom_field_keys (entity, key) VALUES (?, ?)", [(entity, key) for key in keys]
    )


def _terms(body: JsonObject, kind: str) -> Iterator[JsonObject]:
    return (as_object(term) for term in as_list(body.get(kind, [])))
