"""`ContractApi` on an `Engine`. Comes in and goes out: values of the port. Never here: rules of contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.engine.adapters.calls import call, data, optional_instant, pages, text
from pkgplan.model.units import format_instant, parse_instant
from pkgplan.ports import CohortContract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.engine import Engine
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.units import Instant


class EmbeddedContracts:
    """`ContractApi` on an `Engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def provision(self, request: JsonObject) -> str:
        """Create a contract from a package; gives the contract's id."""
        return text(data(call(self._engine, "contracts.create", request)), "id")

    def get(self, customer_id: str, contract_id: str) -> JsonObject:
        """A contract as it stands now."""
        named: JsonObject = {"customer_id": customer_id, "contract_id": contract_id}
        return data(call(self._engine, "contracts_v2.get", named))

    def of_package(
        self, package_id: str, *, covering: Instant | None = None, include_archived: bool = False
    ) -> Iterator[CohortContract]:
        """Every contract that was provisioned from a package."""
        body: JsonObject = {"package_id": package_id, "include_archived": include_archived}
        if covering is not None:
            body["covering_date"] = format_instant(covering)
        return map(_cohort_contract, pages(self._engine, "packages.list_contracts", body))


def _cohort_contract(item: JsonObject) -> CohortContract:
    return CohortContract(
        customer_id=text(item, "customer_id"),
        contract_id=text(item, "contract_id"),
        starting_at=parse_instant(text(item, "starting_at")),
        ending_before=optional_instant(item.get("ending_before")),
        archived_at=optional_instant(item.get("archived_at")),
    )
