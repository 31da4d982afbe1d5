"""Contracts, custom fields and customers for people.

Comes in: views and values of the ports. Goes out: tables and lines. Never here: the promised shapes of JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.timeline import Window
from pkgplan.model.units import short_instant
from pkgplan.report.contracts import amount_text
from pkgplan.report.text.words import counted, padded, table, visible, width, window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pkgplan.model.units import Instant
    from pkgplan.pipeline.promising import Promise, PromisedTerm
    from pkgplan.ports import CohortContract, Customer, RegisteredKey
    from pkgplan.report.contracts import Cohort, ContractView

# A window of the term itself needs no word; an invoice for each grant stands below the grants.
_ROLES = {"term": "", "grants-invoice": "invoice"}
_GRANTING = frozenset({"grants", "grants-invoice"})


def promise_text(promise: Promise) -> str:
    """What the contract will be: its package, its window, its settings, and its terms with their dates."""
    asked = promise.asked
    by = (
        "" if asked.alias is None else f', behind alias "{asked.alias}" at {short_instant(asked.starting_at)}'
    )
    head = _head(
        ("customer", asked.customer_id),
        ("package", f"{promise.ref} ({promise.package_id}){by}"),
        ("window", window(promise.window)),
        ("uniqueness key", asked.uniqueness_key or ""),
    )
    if promise.terms is None:
        return f"{head}\nWhat was sent for {promise.ref} is not recorded, so its terms cannot be told.\n"
    rows = [
        (
            term.path,
            _ROLES.get(term.role, term.role),
            _when(term.at, term.window),
            _amount(_times(amount_text(term.amount) or "", term), term.says),
        )
        for term in promise.terms
    ]
    return f"{head}{_settings(promise.settings or {})}" + (
        f"\n{table(('TERM', 'FOR', 'WHEN', 'AMOUNT'), rows)}" if rows else "\nNo terms with dates.\n"
    )


def cohorts_text(views: Sequence[Cohort]) -> str:
    """How many contracts each version has, and which."""
    counts = table(
        ("PACKAGE", "CONTRACTS", "ID"),
        [(str(view.ref), str(len(view.contracts)), view.package_id) for view in views],
    )
    rows = [
        (str(view.ref), each.customer_id, each.contract_id, _lasts(each))
        for view in views
        for each in view.contracts
    ]
    if not rows:
        return f"{counts}\nNo contracts.\n"
    return f"{counts}\n{table(('PACKAGE', 'CUSTOMER', 'CONTRACT', 'WINDOW'), rows)}"


def contract_text(view: ContractView) -> str:
    """A contract as it stands; the column of custom fields is there if a term has any."""
    package = (
        "none" if view.package_id is None else f"{view.ref or '(not of this catalog)'} ({view.package_id})"
    )
    head = _head(
        ("contract", view.contract_id),
        ("name", view.name or ""),
        ("customer", view.customer_id),
        ("package", package),
        ("window", window(view.window)),
        ("archived", "" if view.archived_at is None else short_instant(view.archived_at)),
        ("custom fields", _fields(view.custom_fields)),
    )
    head += _settings(view.settings)
    if not view.terms:
        return f"{head}\nNo terms.\n"
    columns: list[tuple[str, list[str]]] = [
        ("TERM", [term.kind for term in view.terms]),
        ("NAME", [term.name or "" for term in view.terms]),
        ("FOR", [_ROLES.get(term.role, term.role) for term in view.terms]),
        ("WHEN", [_when(term.at, term.window) for term in view.terms]),
        ("AMOUNT", [_amount(term.amount or "", term.says) for term in view.terms]),
        ("CUSTOM FIELDS", [_fields(term.custom_fields) for term in view.terms]),
        ("ID", [term.term_id or "" for term in view.terms]),
    ]
    shown = [(name, cells) for name, cells in columns if any(cells)]
    rows = zip(*(cells for _, cells in shown), strict=True)
    return f"{head}\n{table([name for name, _ in shown], rows)}"


def fields_text(entity: str, entity_id: str, fields: Mapping[str, str]) -> str:
    """What was set."""
    return (
        visible(f"Set {counted(len(fields), 'custom field')} of {entity} {entity_id}: {_fields(fields)}")
        + "\n"
    )


def keys_text(keys: Sequence[RegisteredKey]) -> str:
    """Which keys are registered."""
    if not keys:
        return "No custom field keys.\n"
    rows = [(each.entity, each.key, "yes" if each.enforce_uniqueness else "no") for each in keys]
    return table(("ENTITY", "KEY", "UNIQUE"), rows)


def customers_text(customers: Sequence[Customer]) -> str:
    """Who there is."""
    if not customers:
        return "No customers.\n"
    rows = [(each.name, ", ".join(each.ingest_aliases), each.customer_id) for each in customers]
    return table(("NAME", "INGEST ALIASES", "ID"), rows)


def _head(*lines: tuple[str, str]) -> str:
    """Labels with their values; what has no value is left out."""
    said = [(label, visible(value)) for label, value in lines if value]
    size = max(width(label) for label, _ in said) + 2
    return "".join(f"{padded(label, size)}{value}\n" for label, value in said)


def _settings(settings: Mapping[str, str]) -> str:
    return f"\n{table(('SETTING', 'VALUE'), settings.items())}" if settings else ""


def _amount(amount: str, says: str | None) -> str:
    return ", ".join(filter(None, (amount, says)))


def _when(at: Instant | None, lasting: Window | None) -> str:
    if at is not None:
        return short_instant(at)
    return "" if lasting is None else window(lasting)


def _times(amount: str, term: PromisedTerm) -> str:
    if not amount or term.role not in _GRANTING or term.count == 1:
        return amount
    return f"{amount} every period" if term.count is None else f"{amount}, {term.count} times"


def _lasts(contract: CohortContract) -> str:
    lasts = window(Window(contract.starting_at, contract.ending_before))
    return (
        lasts if contract.archived_at is None else f"{lasts}, archived {short_instant(contract.archived_at)}"
    )


def _fields(fields: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in fields.items())
