"""Which contracts were provisioned from a package.

Comes in: a package, a filter. Goes out: pairs of customer and contract with their dates.
Never here: whole contracts, or contracts by alias (an alias is not remembered on a contract).
Source: POST /v1/packages/listContractsOnPackage; an unknown package is 400 with code PackageNotFound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import StrictBool

from pkgplan.engine import packages
from pkgplan.engine.contracts import rows
from pkgplan.engine.faults import EngineError, refused
from pkgplan.engine.fields import AnyInstant, Body, EntityId
from pkgplan.engine.instants import end_to_text, row_to_api_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import page_of
from pkgplan.engine.payloads.query import PageQuery

if TYPE_CHECKING:
    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.canonical import JsonObject


_OPEN: Final = end_to_text(None)


class ContractsOnPackage(Body):
    """Whose contracts, and which of them."""

    package_id: EntityId
    covering_date: AnyInstant | None = None
    starting_at: AnyInstant | None = None
    include_archived: StrictBool = False


def _list(tx: Transaction, request: Request) -> JsonObject:
    body: ContractsOnPackage = request.body
    if body.covering_date is not None and body.starting_at is not None:
        raise refused("covering_date and starting_at are mutually exclusive")
    page = page_of(request.query.limit, request.query.next_page)
    package = packages.find(tx.connection, body.package_id)
    if package is None:
        raise EngineError(400, f'package "{body.package_id}" not found', "PackageNotFound")
    wanted = rows.Filter(body.covering_date, body.starting_at, body.include_archived)
    found = rows.of_package(tx.connection, package.seq, wanted, after=page.after, limit=page.fetched)
    return page.answer(found, _summary)


def _summary(stored: rows.CohortRow) -> JsonObject:
    """`ContractProjectionSummary`."""
    summary: JsonObject = {
        "contract_id": stored.contract_id,
        "customer_id": stored.customer_id,
        "starting_at": row_to_api_text(stored.starting_at),
    }
    if stored.ending_before != _OPEN:
        summary["ending_before"] = row_to_api_text(stored.ending_before)
    if stored.archived_at is not None:
        summary["archived_at"] = stored.archived_at
    return summary


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        "packages.list_contracts",
        "POST",
        "/v1/packages/listContractsOnPackage",
        "List the contracts that were provisioned from a package",
        _list,
        body=ContractsOnPackage,
        query=PageQuery,
    ),
)
