"""`scheduled_charges` of a package, as the API takes them.

Comes in: the mapping of terms. Goes out: the list, ordered by term key; a charge has no `temporary_id`.
Never here: `every` and `for`, which are written out as dated items by `schedules.py`.
Source: SDK `package_create_params.ScheduledCharge`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.stages.compile.schedules import charge_schedule
from pkgplan.stages.compile.values import by_name, present

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.catalog.scheduled_charges import ScheduledCharge
    from pkgplan.stages.compile.references import Ids


def scheduled_charges(terms: Mapping[str, ScheduledCharge], ids: Ids) -> list[JsonValue]:
    """The payload list. Units: prices in cents for USD, whole units for all else."""
    return [
        present(
            product_id=ids.product(term.product),
            schedule=charge_schedule(term.schedule, ids),
            name=term.name,
            custom_fields=by_name(term.custom_fields),
        )
        for _, term in sorted(terms.items())
    ]
