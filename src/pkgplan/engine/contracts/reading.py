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
from pkgplan.engine.length import length
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import LONGEST, page_of
from pkgplan.engine.resources import billing_configurations, custom_fields, customers, pricing_units
from pkgplan.model.canonical import JsonObject, as_object, compact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
    (view,) = views_of(tx, [stored], tx.now)
    return shown_created(stored, view)


def views_of(
    tx: Transaction,
    contracts: Sequence[StoredContract],
    at: Instant,
    *,
    balances: bool = False,
    ledgers: bool = False,
) -> list[View]:
    """What a read of each of these contracts needs besides its row; so many queries for any number of them."""
    transitions = _transitions(tx, [each.contract_id for each in contracts])
    renewed = {each.to_contract_id: each.from_contract_id for each in transitions}
    earlier = rows.with_ids(tx.connection, renewed.values())
    fields = custom_fields.values_of(
        tx.connection, {thing for each in contracts for thing in _with_fields(each)}
    )
    units = {unit for each in (*contracts, *earlier.values()) for unit in _units(each)}
    names = pricing_units.names_of(tx.connection, units)
    configurations = {
        each.id: each.shown()
        for customer_id in {each.customer_id for each in contracts}
        for each in billing_configurations.of_customer(tx.connection, customer_id, include_archived=True)
    }
    return [
        View(
            at=at,
            custom_fields=fields,
            unit_names=names,
            transitions=tuple(each for each in transitions if stored.contract_id in each[:2]),
            predecessor=earlier.get(renewed.get(stored.contract_id, "")),
            billing_configuration=configurations.get(str(stored.body.get("billing_configuration_id"))),
            readings=tx.assumptions,
            with_balances=balances,
            with_ledgers=ledgers,
        )
        for stored in contracts
    ]


def _transitions(tx: Transaction, contract_ids: Sequence[str]) -> list[Transition]:
    """Those that any of these contracts is part of, older ones first."""
    query = (
        "WITH ids AS (SELECT value AS id FROM json_each(?))"
        " SELECT t.from_contract_id, t.to_contract_id, t.type, c.starting_at FROM transitions t"
        " JOIN contracts c ON c.id = t.to_contract_id"
        " WHERE t.from_contract_id IN ids OR t.to_contract_id IN ids ORDER BY c.seq"
    )
    found = tx.connection.execute(query, (compact([*contract_ids]),))
    return [Transition(source, target, kind, from_text(at)) for source, target, kind, at in found]


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


def _listed(
    tx: Transaction, body: ContractList, show: Callable[[StoredContract, View], JsonObject]
) -> JsonObject:
    if body.covering_date is not None and body.starting_at is not None:
        raise refused("covering_date and starting_at are mutually exclusive")
    page = page_of(body.limit, body.cursor, default=PAGE, largest=PAGE, place="body/cursor")
    wanted = rows.Filter(body.covering_date, body.starting_at, body.include_archived)
    read = rows.of_customer(tx.connection, body.customer_id, wanted, after=page.after, limit=page.fetched)
    page, found = page.filled(read, lambda stored: length(stored.body, LONGEST))
    shown = found[: page.limit]
    views = views_of(tx, shown, tx.now, balances=body.include_balance, ledgers=body.include_ledgers)
    by_seq = {stored.seq: view for stored, view in zip(shown, views, strict=True)}
    return page.answer(found, lambda stored: show(stored, by_seq[stored.seq]), cursor="cursor")


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
    (view,) = views_of(tx, [stored], tx.now, balances=body.include_balance, ledgers=body.include_ledgers)
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
    (view,) = views_of(tx, [stored], at, balances=body.include_balance, ledgers=body.include_ledgers)
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
