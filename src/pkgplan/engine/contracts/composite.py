"""A customer and a contract in one call: both, or neither.

Comes in: the bodies of the two creations. Goes out: the two ids.
Never here: packages. The contract block of this call has no field for one; a package is provisioned with
`contracts.create`, once the customer is there.
Source: POST /v1/composite/createCustomerWithContract, which the SDK does not have; the names in its body and answer
are assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import model_validator

from pkgplan.engine.contracts import provisioning
from pkgplan.engine.contracts.provisioning import ContractBlock
from pkgplan.engine.fields import Body
from pkgplan.engine.operation import Operation
from pkgplan.engine.resources import customers
from pkgplan.engine.resources.customers import CustomerCreate

if TYPE_CHECKING:
    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.canonical import JsonObject


class ContractWithoutPackage(ContractBlock):
    """A contract on a rate card."""

    @model_validator(mode="before")
    @classmethod
    def _no_package(cls, value: object) -> object:
        """Ignoring the field as unknown would give a contract without the package's terms."""
        if isinstance(value, dict):
            for name in ("package_id", "package_alias"):
                if name in value:
                    raise ValueError(f"must NOT have additional property '{name}'")
        return value


class CustomerWithContract(Body):
    """The customer, and the contract that it gets."""

    customer: CustomerCreate
    contract: ContractWithoutPackage


def _create(tx: Transaction, request: Request) -> JsonObject:
    body: CustomerWithContract = request.body
    customer_id = customers.create(tx, body.customer)
    contract_id = provisioning.create(tx, customer_id, body.contract)
    return {"data": {"customer_id": customer_id, "contract_id": contract_id}}


OPERATIONS: Final = (
    Operation(
        "composite.create_customer_with_contract", "POST", "/v1/composite/createCustomerWithContract",
        "Create a customer with a contract", _create,
        body=CustomerWithContract, writes=True, refusals=(404, 409),
    ),
)  # fmt: skip
