"""Reading contracts: one or a list of them, in the shapes of v1 and v2.

Comes in: ids, filters, an instant. Goes out: contracts with their terms as they are at that instant.
Never here: what an answer looks like (`shown/`), changing anything.
Source: POST /v1/contracts/{get,list}, POST /v2/contracts/{get,list}: v1 knows 404, v2 400 with a code; lists page by
`limit` (1 to 20) and `cursor` in the body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import StrictBool, StrictStr, WithJsonSchema

from pkgplan.engine.contracts import rows
from pkgplan.engine.contracts.shown import Transition, View, shown_created, shown_v1, shown_v2
from pkgplan.engine.contracts.shown.terms import terms_of
from pkgplan.engine.faults import EngineError, not_found, refused
from pkgplan.engine.fields import AnyInstant, Body, EntityId, Whole
from pkgplan.engine.instants import from_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import page_of
from pkgplan.engine.resources import billing_configurations, custom_fields, customers, pricing_units
from pkgplan.model.canonical import JsonObject, as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.units import Instant

PAGE: Final = 20
_WITH_FIELDS: Final = ("commits", "credits", "subscriptions", "scheduled_charges")

_Size = Annotated[Whole, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": PAGE})]


class ContractGet(Body):
    """The contract to read."""

    customer_id: EntityId
    contract_id: EntityId
    include_balance: StrictBool = False
    include_ledgers: StrictBool = False


class ContractGetV2(ContractGet):
    """The contract to read, and at which instant."""

    as_of_date: AnyInstant | None = None


class ContractList(Body):
    """Whose contracts to list, and which of them."""

    customer_id: EntityId
    covering_date: AnyInstant | None = None
    starting_at: AnyInstant | None = None
    include_archived: StrictBool = False
    include_balance: StrictBool = False
    include_ledgers: StrictBool = False
    limit: _Size | None = None
    cursor: StrictStr | None = None


def created(tx: Transaction, stored: StoredContract) -> JsonObject:
    """The contract as the answer of the create call shows it."""
    return shown_created(stored, view_of(tx, stored, tx.now))


def view_of(
    tx: Transaction, stored: StoredContract, at: Instant, *, balances: bool = False, ledgers: bool = False
) -> View:
    """What a read of a contract needs besides its row, at an instant."""
    transitions = tuple(_transitions(tx, stored))
    renewed = [each.from_contract_id for each in transitions if each.to_contract_id == stored.contract_id]
    predecessor = rows.find(tx.connection, stored.customer_id, renewed[0]) if renewed else None
    return View(
        at=at,
        custom_fields=custom_fields.values_of(tx.connection, _with_fields(stored)),
        unit_names=pricing_units.names_of(
            tx.connection, {unit for each in (stored, predecessor) if each for unit in _units(each)}
        ),
        transitions=transitions,
        predecessor=predecessor,
        billing_configuration=_billing_configuration(tx, stored),
        is_capped=tx.assumptions.term_after_contract_end == "capped",
        with_balances=balances,
        with_ledgers=ledgers,
    )


def _transitions(tx: Transaction, stored: StoredContract) -> Iterator[Transition]:
    query = (
        "SELECT t.from_contract_id, t.to_contract_id, t.type, c.starting_at FROM transitions t"
        " JOIN contracts c ON c.id = t.to_contract_id"
        " WHERE t.from_contract_id = ?1 OR t.to_contract_id = ?1 ORDER BY c.seq"
    )
    for source, target, kind, at in tx.connection.execute(query, (stored.contract_id,)):
        yield Transition(source, target, kind, from_text(at))


def _with_fields(stored: StoredContract) -> Iterator[str]:
    """The ids of whatever shows custom fields in a contract: itself, terms, products of subscriptions."""
    yield stored.contract_id
    for family in _WITH_FIELDS:
        for term in terms_of(stored, family):
            yield str(term["id"])
    for subscription in terms_of(stored, "subscriptions"):
        yield str(as_object(as_object(subscription["subscription_rate"])["product"])["id"])


def _units(stored: StoredContract) -> Iterator[str]:
    """The ids of pricing units that only what recurs names; other terms have them with their names."""
    for family in ("recurring_commits", "recurring_credits"):
        for term in terms_of(stored, family):
            for amount in ("access_amount", "invoice_amount"):
                if amount in term:
                    yield str(as_object(term[amount])["credit_type_id"])


def _billing_configuration(tx: Transaction, stored: StoredContract) -> JsonObject | None:
    configuration_id = stored.body.get("billing_configuration_id")
    if configuration_id is None:
        return None
    found = billing_configurations.find(tx.connection, stored.customer_id, str(configuration_id))
    return None if found is None else found.shown()


def _listed(
    tx: Transaction, body: ContractList, show: Callable[[StoredContract, View], JsonObject]
) -> JsonObject:
    if body.covering_date is not None and body.starting_at is not None:
        raise refused("covering_date and starting_at are mutually exclusive")
    page = page_of(body.limit, body.cursor, default=PAGE, largest=PAGE, place="body/cursor")
    wanted = rows.Filter(body.covering_date, body.starting_at, body.include_archived)
    found = rows.of_customer(tx.connection, body.customer_id, wanted, after=page.after, limit=page.fetched)

    def shown(stored: StoredContract) -> JsonObject:
        view = view_of(tx, stored, tx.now, balances=body.include_balance, ledgers=body.include_ledgers)
        return show(stored, view)

    return page.answer(found, shown, cursor="cursor")


def _list(tx: Transaction, request: Request) -> JsonObject:
    customers.found(tx, request.body.customer_id)
    return _listed(tx, request.body, shown_v1)


def _list_v2(tx: Transaction, request: Request) -> JsonObject:
    _check_customer(tx, request.body.customer_id)
    return _listed(tx, request.body, shown_v2)


def found(tx: Transaction, customer_id: str, contract_id: str) -> StoredContract:
    """The contract of a customer, archived or not; raises EngineError 404 for either id that stands for nothing."""
    customers.found(tx, customer_id)
    stored = rows.find(tx.connection, customer_id, contract_id)
    if stored is None:
        raise not_found(f'contract "{contract_id}" not found')
    return stored


def _get(tx: Transaction, request: Request) -> JsonObject:
    body: ContractGet = request.body
    stored = found(tx, body.customer_id, body.contract_id)
    view = view_of(tx, stored, tx.now, balances=body.include_balance, ledgers=body.include_ledgers)
    return {"data": shown_v1(stored, view)}


def _get_v2(tx: Transaction, request: Request) -> JsonObject:
    body: ContractGetV2 = request.body
    if body.as_of_date is not None and body.include_ledgers:
        raise refused("as_of_date cannot be used with include_ledgers")
    _check_customer(tx, body.customer_id)
    stored = rows.find(tx.connection, body.customer_id, body.contract_id)
    if stored is None:
        raise EngineError(400, f'contract "{body.contract_id}" not found', "ContractNotFound")
    # What will have been granted by then is not known yet (assumed).
    at = tx.now if body.as_of_date is None else min(body.as_of_date, tx.now)
    view = view_of(tx, stored, at, balances=body.include_balance, ledgers=body.include_ledgers)
    return {"data": shown_v2(stored, view)}


def _check_customer(tx: Transaction, customer_id: str) -> None:
    """As v2 words it: 400 with a code."""
    try:
        customers.found(tx, customer_id)
    except EngineError as error:
        raise EngineError(400, error.message, "CustomerNotFound") from None


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        "contracts.get", "POST", "/v1/contracts/get", "Get a contract", _get,
        body=ContractGet, refusals=(404,),
    ),
    Operation(
        "contracts.list", "POST", "/v1/contracts/list", "List the contracts of a customer", _list,
        body=ContractList, refusals=(404,),
    ),
    Operation(
        "contracts_v2.get", "POST", "/v2/contracts/get", "Get a contract, in the shape of v2", _get_v2,
        body=ContractGetV2,
    ),
    Operation(
        "contracts_v2.list", "POST", "/v2/contracts/list",
        "List the contracts of a customer, in the shape of v2", _list_v2, body=ContractList,
    ),
)  # fmt: skip
