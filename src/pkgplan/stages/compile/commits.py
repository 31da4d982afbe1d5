"""`commits` and `credits` of a package, as the API takes them.

Comes in: the mappings of terms. Goes out: lists, ordered by term key; the key of a commit is its `temporary_id`,
a credit has none. Never here: checks, or `complimentary`, which says something to people only.
Source: SDK `package_create_params.Commit`, `Credit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.stages.compile.schedules import access_schedule, charge_schedule
from pkgplan.stages.compile.values import applicability, by_name, capitals, number, present

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.catalog.commits import Commit, Credit
    from pkgplan.stages.compile.references import Ids


def commits(terms: Mapping[str, Commit], ids: Ids) -> list[JsonValue]:
    """The payload list. Units: amounts in cents for USD, whole units for all else."""
    return [_commit(key, terms[key], ids) for key in sorted(terms)]


def credits_(terms: Mapping[str, Credit], ids: Ids) -> list[JsonValue]:
    """The payload list. Units: amounts in cents for USD, whole units for all else."""
    return [_balance(terms[key], ids) for key in sorted(terms)]


def _commit(key: str, term: Commit, ids: Ids) -> JsonObject:
    invoiced = None if term.invoice_schedule is None else charge_schedule(term.invoice_schedule, ids)
    return present(
        temporary_id=key,
        type=capitals(term.type),
        invoice_schedule=invoiced,
        rollover_fraction=number(term.rollover_fraction),
        **_balance(term, ids),
    )


def _balance(term: Commit | Credit, ids: Ids) -> JsonObject:
    return present(
        product_id=ids.product(term.product),
        access_schedule=access_schedule(term.access_schedule, ids),
        name=term.name,
        description=term.description,
        priority=number(term.priority),
        custom_fields=by_name(term.custom_fields),
        **applicability(term, ids),
    )
