"""Dated amounts, as the API takes them: `access_schedule`, `invoice_schedule`, `schedule`.

Comes in: schedules of commits, credits and scheduled charges. Goes out: objects with every item written out.
Never here: whether dates make sense; a repeated item that gives no whole dates is a finding of the checks.
Source: SDK `package_create_params.CommitAccessSchedule`, `CommitInvoiceSchedule`, `ScheduledChargeSchedule`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.catalog.schedules import InvoiceSchedule
from pkgplan.rating.schedules import repeated
from pkgplan.stages.compile.values import amount, capitals, credit_type, number, present, span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.catalog.schedules import AccessSchedule, ChargeSchedule, DatedItem
    from pkgplan.model.units import RelativeDate
    from pkgplan.stages.compile.references import Ids


def access_schedule(schedule: AccessSchedule, ids: Ids) -> JsonObject:
    """What can be used when. Units: cents for USD, whole units for all else; no unit for quantities."""
    return present(
        access_type=capitals(schedule.access_type),
        credit_type_id=credit_type((item.amount for item in schedule.schedule_items), ids),
        schedule_items=[
            present(
                amount=amount(item.amount),
                starting_at_offset=span(item.starting_at_offset),
                duration=span(item.duration),
            )
            for item in schedule.schedule_items
        ],
    )


def charge_schedule(schedule: ChargeSchedule, ids: Ids) -> JsonObject:
    """What is invoiced when, repeated items written out. Units: cents for USD, whole units for all else."""
    return present(
        credit_type_id=credit_type((item.unit_price for item in schedule.schedule_items), ids),
        schedule_items=[
            present(
                unit_price=item.unit_price.to_api(), quantity=number(item.quantity), date_offset=span(date)
            )
            for item in schedule.schedule_items
            for date in _dates(item)
        ],
        do_not_invoice=schedule.do_not_invoice if isinstance(schedule, InvoiceSchedule) else None,
    )


def _dates(item: DatedItem) -> Iterator[RelativeDate]:
    """Every date of an item.

    Raises: ValueError for a repetition that the checks refuse; nothing may be sent for it.
    """
    if item.every is None or item.for_ is None:
        yield item.date_offset
        return
    dates = repeated(item.date_offset, item.every, item.for_)
    if dates is None:
        raise ValueError(f"{item.date_offset}, every {item.every} for {item.for_} gives no whole dates")
    yield from dates
