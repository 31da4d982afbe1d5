"""Billing provider configurations: to whom and how a customer's invoices would be delivered.

Comes in: configurations as clients set them, ids. Goes out: the API's objects, and rows for provisioning.
Never here: invoices, or whether a configuration would work: what is inside `configuration` is kept as it is.
Source: POST /v1/{set,get,archive}CustomerBillingProviderConfigurations; SDK types `customer_*_configurations_*`.
The vendor answers 500 for an unknown customer (observed); a fault of the caller is a 404 here.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, get_args

from pydantic import StrictBool, model_validator

from pkgplan.engine.faults import not_found, refused
from pkgplan.engine.fields import BillingProvider, Body, DeliveryMethod, EntityId, FreeObject
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.resources import audit
from pkgplan.model.canonical import as_object, canonical, parse_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.model.canonical import JsonObject, JsonValue

Provider = Literal[BillingProvider, "custom", "quickbooks_online", "workday", "metronome"]
TaxProvider = Literal["anrok", "avalara", "stripe"]


class ConfigurationInput(Body):
    """A configuration without its customer, as the call that creates the customer has it."""

    billing_provider: Provider
    configuration: FreeObject | None = None
    delivery_method: DeliveryMethod | None = None
    delivery_method_id: EntityId | None = None
    tax_provider: TaxProvider | None = None

    @model_validator(mode="after")
    def _is_delivered(self) -> ConfigurationInput:
        if self.delivery_method is None and self.delivery_method_id is None:
            raise ValueError("must have delivery_method or delivery_method_id")
        return self


class CustomerConfigurationInput(ConfigurationInput):
    """A configuration to be set."""

    customer_id: EntityId


class ConfigurationsSet(Body):
    """The configurations to be set; those that are there stay."""

    data: list[CustomerConfigurationInput]


class ConfigurationsGet(Body):
    """Whose configurations to read."""

    customer_id: EntityId
    include_archived: StrictBool = False


class ConfigurationsArchive(Body):
    """Which configurations of a customer to archive."""

    customer_id: EntityId
    customer_billing_provider_configuration_ids: list[EntityId]


@dataclass(frozen=True, slots=True)
class StoredConfiguration:
    """One row; `archived_at` in the API's style, `body` holds the fields that were set."""

    id: str
    customer_id: str
    billing_provider: str
    delivery_method: str
    archived_at: str | None
    body: JsonObject = field(repr=False)

    def created(self) -> JsonObject:
        """What the call that set it answers."""
        shown = self.shown()
        names = ("id", "billing_provider", "configuration", "customer_id", "delivery_method_id")
        tax = {name: self.body[name] for name in ("tax_provider",) if name in self.body}
        return {name: shown[name] for name in names} | tax

    def shown(self) -> JsonObject:
        """The API's `CustomerBillingProviderConfiguration`."""
        return {
            "id": self.id,
            "archived_at": self.archived_at,
            "billing_provider": self.billing_provider,
            "configuration": self.body.get("configuration", {}),
            "customer_id": self.customer_id,
            "delivery_method": self.delivery_method,
            "delivery_method_configuration": {},
            "delivery_method_id": self.body["delivery_method_id"],
        }


def matching(
    connection: sqlite3.Connection, customer_id: str, billing_provider: str, delivery_method: str | None
) -> list[StoredConfiguration]:
    """The configurations that a contract could use: not archived, of this provider, delivered this way.

    Args:
        connection: the store.
        customer_id: whose.
        billing_provider: in the API's spelling, `stripe`.
        delivery_method: in the API's spelling; None for any.
    """
    return [
        each
        for each in of_customer(connection, customer_id)
        if each.billing_provider == billing_provider and delivery_method in {None, each.delivery_method}
    ]


def find(
    connection: sqlite3.Connection, customer_id: str, configuration_id: str
) -> StoredConfiguration | None:
    """The configuration of a customer with this id, archived or not."""
    row = connection.execute(f"{_SELECT} AND id = ?", (customer_id, configuration_id)).fetchone()
    return None if row is None else _stored(row)


def of_customer(
    connection: sqlite3.Connection, customer_id: str, *, include_archived: bool = False
) -> list[StoredConfiguration]:
    """The configurations of a customer in the order in which they were set."""
    archived = "" if include_archived else "AND archived_at IS NULL"
    rows = connection.execute(f"{_SELECT} {archived} ORDER BY seq", (customer_id,))
    return [_stored(row) for row in rows]


def add(tx: Transaction, customer_id: str, wanted: ConfigurationInput) -> StoredConfiguration:
    """Set a configuration of a customer that exists or is being created."""
    method = wanted.delivery_method or _METHODS.get(
        wanted.delivery_method_id or "", "direct_to_billing_provider"
    )
    body: JsonObject = {
        "configuration": wanted.configuration or {},
        "delivery_method_id": wanted.delivery_method_id or _method_id(method),
    }
    if wanted.tax_provider is not None:
        body["tax_provider"] = wanted.tax_provider
    new = StoredConfiguration(tx.new_id(), customer_id, wanted.billing_provider, method, None, body)
    tx.connection.execute(
        "INSERT INTO billing_configurations (id, customer_id, billing_provider, delivery_method, body)"
        " VALUES (?, ?, ?, ?, ?)",
        (new.id, customer_id, new.billing_provider, method, canonical(body).decode()),
    )
    audit.record(tx, "create", "customer_billing_provider_configuration", new.id)
    return new


def _method_id(method: str) -> str:
    """Each way of delivery has one id in this environment (assumed): nobody had to connect an account."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"pkgplan:delivery-method:{method}"))


# An id that is not ours is an account of the real environment, which is delivered to directly (assumed).
_METHODS: Final = {_method_id(method): method for method in get_args(DeliveryMethod)}


def _check_customers(connection: sqlite3.Connection, customer_ids: Iterable[str]) -> None:
    for customer_id in customer_ids:
        if connection.execute("SELECT 1 FROM customers WHERE id = ?", (customer_id,)).fetchone() is None:
            raise not_found(f'customer "{customer_id}" not found')


def _set(tx: Transaction, request: Request) -> JsonObject:
    body: ConfigurationsSet = request.body
    _check_customers(tx.connection, (each.customer_id for each in body.data))
    return {"data": [add(tx, each.customer_id, each).created() for each in body.data]}


def _get(tx: Transaction, request: Request) -> JsonObject:
    body: ConfigurationsGet = request.body
    _check_customers(tx.connection, (body.customer_id,))
    found = of_customer(tx.connection, body.customer_id, include_archived=body.include_archived)
    return {"data": [each.shown() for each in found]}


def _archive(tx: Transaction, request: Request) -> JsonObject:
    body: ConfigurationsArchive = request.body
    _check_customers(tx.connection, (body.customer_id,))
    ids = body.customer_billing_provider_configuration_ids
    for configuration_id in ids:
        # One that cannot be archived keeps all of them (documented); a second time is such a one (assumed).
        archived = tx.connection.execute(
            "UPDATE billing_configurations SET archived_at = ? WHERE id = ? AND customer_id = ?"
            " AND archived_at IS NULL",
            (to_api_text(tx.now), configuration_id, body.customer_id),
        )
        if not archived.rowcount:
            raise refused(f'the customer has no active billing provider configuration "{configuration_id}"')
        audit.record(tx, "archive", "customer_billing_provider_configuration", configuration_id)
    shown: list[JsonValue] = [*ids]
    return {"data": {"customer_id": body.customer_id, "customer_billing_provider_configuration_ids": shown}}


def _stored(row: tuple[str, str, str, str, str | None, str]) -> StoredConfiguration:
    return StoredConfiguration(*row[:-1], body=as_object(parse_json(row[-1])))


_SELECT: Final = (
    "SELECT id, customer_id, billing_provider, delivery_method, archived_at, body FROM billing_configurations"
    " WHERE customer_id = ?"
)

OPERATIONS: Final = (
    Operation(
        "billing_configurations.set", "POST", "/v1/setCustomerBillingProviderConfigurations",
        "Set billing provider configurations of customers", _set,
        body=ConfigurationsSet, writes=True, refusals=(404,),
    ),
    Operation(
        "billing_configurations.get", "POST", "/v1/getCustomerBillingProviderConfigurations",
        "Get the billing provider configurations of a customer", _get,
        body=ConfigurationsGet, refusals=(404,),
    ),
    Operation(
        "billing_configurations.archive", "POST", "/v1/archiveCustomerBillingProviderConfigurations",
        "Archive billing provider configurations of a customer", _archive,
        body=ConfigurationsArchive, writes=True, refusals=(404,),
    ),
)  # fmt: skip
