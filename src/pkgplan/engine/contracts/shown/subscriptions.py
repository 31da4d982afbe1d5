"""Subscriptions: their quantity from now on, and the billing periods around now.

Comes in: stored subscriptions. Goes out: `ContractV2.Subscription`; v1 shows the same.
Never here: what a period costs.
Source: SDK docs of `quantity_schedule`: "only includes the current quantity and future quantity changes".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pkgplan.engine.contracts.shown.terms import cut, instant_of, span_of
from pkgplan.engine.instants import to_api_text
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object
from pkgplan.rating.calendar import Period, period_at

if TYPE_CHECKING:
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.contracts.shown.terms import Span
    from pkgplan.engine.contracts.shown.view import View
    from pkgplan.model.units import Instant

_MOMENT = timedelta(microseconds=1)


def shown_subscription(term: JsonObject, stored: StoredContract, view: View) -> JsonObject:
    """A subscription as a read shows it.

    Args:
        term: the stored subscription, cut to its contract.
        stored: the contract.
        view: of the contract.
    """
    rate = as_object(term["subscription_rate"])
    span, anchor = span_of(term), instant_of(as_object(term["billing_cycle_config"]), "anchor_date")
    periods = billing_periods(anchor, str(rate["billing_frequency"]), span, view.at)
    return {
        "created_at": stored.created_at,
        **term,
        "quantity_schedule": _quantities(term, span, view.at),
        "billing_periods": {name: _period(each) for name, each in periods.items()},
        "custom_fields": view.fields_of(str(term["id"])),
        "product_custom_fields": view.fields_of(str(as_object(rate["product"])["id"])),
    }


def billing_periods(anchor: Instant, frequency: str, span: Span, at: Instant) -> dict[str, Period]:
    """The `previous`, `current` and `next` period at an instant, of those that there are.

    Args:
        anchor: where the grid of periods begins; it goes on in both directions.
        frequency: MONTHLY, QUARTERLY, ANNUAL or WEEKLY.
        span: of the subscription; the first and the last period are cut to it.
        at: the instant.
    """
    begin, last = span.start, span.end
    if at < begin:
        wanted = {"next": begin}
    elif last is not None and at >= last:
        wanted = {"previous": last - _MOMENT}
    else:
        wanted = {"current": at}
        if (current := _whole(anchor, frequency, at)) is not None:
            if current.start > begin:
                wanted["previous"] = current.start - _MOMENT
            if last is None or current.end < last:
                wanted["next"] = current.end
    found = {name: _whole(anchor, frequency, inside) for name, inside in wanted.items()}
    return {name: _cut(period, span) for name, period in found.items() if period is not None}


def _whole(anchor: Instant, frequency: str, at: Instant) -> Period | None:
    """The period of the grid around an instant; None if it reaches beyond the calendar."""
    try:
        return period_at(anchor, frequency, at)
    except OverflowError:
        return None


def _cut(period: Period, span: Span) -> Period:
    end = period.end if span.end is None else min(period.end, span.end)
    return period._replace(start=max(period.start, span.start), end=end)


def _period(period: Period) -> JsonObject:
    return {"starting_at": to_api_text(period.start), "ending_before": to_api_text(period.end)}


def _quantities(term: JsonObject, span: Span, at: Instant) -> list[JsonValue]:
    """From the quantity at an instant on; after the end, the last one."""
    items = [as_object(each) for each in as_list(term["quantity_schedule"])]
    kept = [item for each in items if (item := cut(each, span.end)) is not None]
    current = [item for item in kept if (end := span_of(item).end) is None or end > at]
    return [*(current or kept[-1:])]
