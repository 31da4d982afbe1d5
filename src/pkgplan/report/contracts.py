"""What is shown of contracts, before it is text, and the JSON of it: promises, cohorts, contracts as they stand.

Comes in: values of ports and pipeline. Goes out: views in a fixed order, JSON. Never here: columns, reading anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgplan.model.canonical import plain_number
from pkgplan.model.plan import FORMAT_VERSION
from pkgplan.model.units import Money, format_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.names import PackageRef
    from pkgplan.model.timeline import Window
    from pkgplan.model.units import Instant
    from pkgplan.pipeline.promising import Promise, PromisedTerm
    from pkgplan.ports import CohortContract, Customer, RegisteredKey


@dataclass(frozen=True, slots=True)
class Cohort:
    """The contracts that were made from one version."""

    ref: PackageRef
    package_id: str
    contracts: tuple[CohortContract, ...]


@dataclass(frozen=True, slots=True)
class TermView:
    """One window or one date of a term of a contract; `window` is None for a date, and `at` for a window."""

    kind: str
    term_id: str | None
    name: str | None
    role: str
    at: Instant | None
    window: Window | None
    amount: str | None
    says: str | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract as it stands; `ref` is None for a package that pkgplan did not make."""

    contract_id: str
    customer_id: str
    name: str | None
    ref: PackageRef | None
    package_id: str | None
    window: Window
    archived_at: Instant | None
    custom_fields: Mapping[str, str]
    settings: Mapping[str, str]
    terms: tuple[TermView, ...]


def amount_text(amount: Money | int | Decimal | None) -> str | None:
    """`10.00 USD`, or a number of units."""
    return None if amount is None else str(amount) if isinstance(amount, Money) else plain_number(amount)


def promised(promise: Promise, environment: str, contract_id: str | None) -> JsonObject:
    """As `provision_schema`."""
    asked = promise.asked
    return {
        **_head(environment),
        "contract_id": contract_id,
        "customer_id": asked.customer_id,
        "alias": asked.alias,
        "ref": str(promise.ref),
        "package_id": promise.package_id,
        **promise.window.to_json(),
        "uniqueness_key": asked.uniqueness_key,
        "settings": None if promise.settings is None else {**promise.settings},
        "terms": None if promise.terms is None else [_promised_term(term) for term in promise.terms],
    }


def cohorts(views: Iterable[Cohort], environment: str, covering: Instant | None) -> JsonObject:
    """As `contracts_list_schema`."""
    return {
        **_head(environment),
        "covering": _instant(covering),
        "packages": [
            {
                "ref": str(view.ref),
                "package_id": view.package_id,
                "count": len(view.contracts),
                "contracts": [_cohort_contract(contract) for contract in view.contracts],
            }
            for view in views
        ],
    }


def contract(view: ContractView, environment: str) -> JsonObject:
    """As `contracts_show_schema`."""
    return {
        **_head(environment),
        "contract_id": view.contract_id,
        "customer_id": view.customer_id,
        "name": view.name,
        "ref": None if view.ref is None else str(view.ref),
        "package_id": view.package_id,
        **view.window.to_json(),
        "archived_at": _instant(view.archived_at),
        "custom_fields": {**view.custom_fields},
        "settings": {**view.settings},
        "terms": [
            {
                "kind": term.kind,
                "id": term.term_id,
                "name": term.name,
                **_dated(term.role, term.at, term.window, term.amount, term.says),
                "custom_fields": {**term.custom_fields},
            }
            for term in view.terms
        ],
    }


def fields_set(entity: str, entity_id: str, fields: Mapping[str, str], environment: str) -> JsonObject:
    """As `custom_fields_set_schema`."""
    return {
        **_head(environment),
        "entity": entity,
        "entity_id": entity_id,
        "custom_fields": {**fields},
    }


def field_keys(keys: Iterable[RegisteredKey], environment: str) -> JsonObject:
    """As `custom_fields_list_schema`."""
    return {
        **_head(environment),
        "keys": [
            {"entity": each.entity, "key": each.key, "enforce_uniqueness": each.enforce_uniqueness}
            for each in keys
        ],
    }


def customer(made: Customer, environment: str) -> JsonObject:
    """As `customers_create_schema`."""
    return {
        **_head(environment),
        "customer_id": made.customer_id,
        "name": made.name,
        "ingest_aliases": [*made.ingest_aliases],
    }


def customers(listed: Iterable[Customer], environment: str) -> JsonObject:
    """As `customers_list_schema`."""
    return {
        **_head(environment),
        "customers": [
            {
                "customer_id": each.customer_id,
                "name": each.name,
                "ingest_aliases": [*each.ingest_aliases],
                "custom_fields": {**each.custom_fields},
            }
            for each in listed
        ],
    }


def _head(environment: str) -> JsonObject:
    return {"format_version": FORMAT_VERSION, "environment": environment}


def _promised_term(term: PromisedTerm) -> JsonObject:
    dated = _dated(term.role, term.at, term.window, amount_text(term.amount), term.says)
    return {"term": term.path, **dated, "count": term.count}


def _dated(
    role: str, at: Instant | None, window: Window | None, amount: str | None, says: str | None
) -> JsonObject:
    sides: JsonObject = {"starting_at": None, "ending_before": None} if window is None else window.to_json()
    return {"role": role, "at": _instant(at), **sides, "amount": amount, "says": says}


def _cohort_contract(contract: CohortContract) -> JsonValue:
    return {
        "customer_id": contract.customer_id,
        "contract_id": contract.contract_id,
        "starting_at": format_instant(contract.starting_at),
        "ending_before": _instant(contract.ending_before),
        "archived_at": _instant(contract.archived_at),
    }


def _instant(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)
