"""The commits and credits that recurring ones have created, and those that came over from a renewed contract.

Comes in: stored contracts. Goes out: terms in the form in which single commits and credits are stored.
Never here: when and how much is granted (`rating.recurrence`), balances.
Source: SDK docs of `recurring_commit_id` and `created_at` ("latter of commit service period date and parent commit
start date", "rollover commits: when the new contract started").
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

from pkgplan.engine.contracts.shown.balances import access_of, number, rolled_over
from pkgplan.engine.contracts.shown.terms import cut_terms, instant_of, latest_end, span_of, terms_of
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.templates.scope import QUANTITY_CREDIT_TYPE_ID, QUANTITY_NAME, copied
from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.rating import exact
from pkgplan.rating.recurrence import Recurrence, Rounding, granted, grants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.contracts.shown.balances import Number
    from pkgplan.engine.contracts.shown.view import View
    from pkgplan.model.units import Instant
    from pkgplan.rating.recurrence import Grant

_INHERITED: Final = (
    "applicable_product_ids",
    "applicable_product_tags",
    "description",
    "name",
    "priority",
    "product",
    "rate_type",
    "rollover_fraction",
    "specifiers",
    "subscription_config",
)
_ROLLED: Final = ("type", *(name for name in _INHERITED if name != "rollover_fraction"))
_ID_OF: Final = {"commits": "commit_id", "credits": "credit_id"}
_MOMENT: Final = timedelta(microseconds=1)


def created(
    stored: StoredContract, family: str, view: View, *, until: Instant | None = None
) -> Iterator[JsonObject]:
    """What the recurring terms of a contract have created so far, in the order of the terms, then of time.

    Args:
        stored: the contract.
        family: `commits` or `credits`.
        view: of the contract.
        until: only what begins before it; the present and what begins at it, if left out.
    """
    before = view.at + _MOMENT if until is None else min(until, view.at + _MOMENT)
    for term in cut_terms(stored, f"recurring_{family}", view):
        for grant in grants(_recurrence(term, stored, view), until=before):
            yield _child(term, family, grant, stored, view)


def taken_over(stored: StoredContract, family: str, view: View) -> Iterator[JsonObject]:
    """What has rolled over from the contract that this one renews.

    It is accessible until this contract ends, or if it has no end as long as it was on the other one (assumed); it
    does not roll over a second time (assumed).
    """
    earlier = view.predecessor
    if earlier is None or view.at < stored.starting_at:
        return
    start = stored.starting_at
    for term in (*terms_of(earlier, family), *created(earlier, family, view, until=start)):
        for segment in access_of(term, latest_end(earlier, view)):
            if not (amount := rolled_over(segment, term, start)):
                continue
            end = stored.ending_before or start + (segment.end - segment.start)
            source = _ID_OF[family]
            item: JsonObject = {"id": _derived(segment.segment_id, "rollover"), "amount": amount}
            yield {
                "id": _derived(segment.segment_id, f"rollover to {stored.contract_id}"),
                "created_at": to_api_text(start),
                **copied(term, _ROLLED),
                "access_schedule": {
                    **as_object(term["access_schedule"]),
                    "schedule_items": [
                        {**item, "starting_at": to_api_text(start), "ending_before": to_api_text(end)}
                    ],
                },
                "rolled_over_from": {source: term["id"], "contract_id": earlier.contract_id},
            }


def _recurrence(term: JsonObject, stored: StoredContract, view: View) -> Recurrence:
    schedule = as_object(stored.body["usage_statement_schedule"])
    span = span_of(term)
    own = term.get("recurrence_frequency")
    return Recurrence(
        start=span.start,
        end=span.end,
        contract_end=latest_end(stored, view),
        frequency=None if own is None else str(own),
        usage_anchor=instant_of(schedule, "billing_anchor_date"),
        usage_frequency=str(schedule["frequency"]),
        # A part of a period counts as a whole one (assumed).
        commit_duration=max(1, ceil(number(as_object(term["commit_duration"])["value"]))),
        proration=str(term.get("proration", "FIRST_AND_LAST")),
    )


def _child(term: JsonObject, family: str, grant: Grant, stored: StoredContract, view: View) -> JsonObject:
    term_id, access = str(term["id"]), as_object(term["access_amount"])
    child_id, start = _derived(term_id, str(grant.number)), to_api_text(grant.period.start)
    seats = _seats(term, grant.period.start, stored)
    amount = _amount(access, grant, seats, _rounding(term, "access"))
    if _is_individual(term):
        # Seats that nobody sits on are billed, but are granted nothing; the engine assigns no seats.
        amount = 0
    child: JsonObject = {
        "id": child_id,
        "created_at": start,
        **copied(term, _INHERITED),
        "type": "CREDIT" if family == "credits" else "PREPAID",
        "access_schedule": {
            **copied(access, ("access_type",)),
            "credit_type": _unit(access, view),
            "schedule_items": [
                {
                    "id": _derived(child_id, "access"),
                    "amount": amount,
                    "starting_at": to_api_text(grant.access_start),
                    "ending_before": to_api_text(grant.access_end),
                }
            ],
        },
        f"recurring_{_ID_OF[family]}": term_id,
    }
    if "invoice_amount" in term:
        invoice = as_object(term["invoice_amount"])
        billed = _amount(invoice, grant, seats, _rounding(term, "invoice"))
        child["invoice_schedule"] = {
            "credit_type": _unit(invoice, view),
            "do_not_invoice": False,
            "schedule_items": [
                {
                    "id": _derived(child_id, "invoice"),
                    "timestamp": start,
                    "amount": billed,
                    # One piece at what the piece comes to: neither factor is prorated by itself.
                    "quantity": 1,
                    "unit_price": billed,
                }
            ],
        }
    return child


def _amount(price: JsonObject, grant: Grant, seats: Number | None, rounding: Rounding | None) -> Number:
    """unit_price x quantity x seats, as far as there are such, for the part of the period that is granted."""
    quantity = exact.product(number(price.get("quantity", 1)), 1 if seats is None else seats)
    return granted(number(price["unit_price"]), quantity, grant.fraction, rounding)


def _rounding(term: JsonObject, which: str) -> Rounding | None:
    given = as_object(term.get("proration_rounding", {})).get(which)
    if given is None:
        return None
    config = as_object(given)
    return Rounding(str(config["rounding_method"]), int(number(config["decimal_places"])))


def _seats(term: JsonObject, at: Instant, stored: StoredContract) -> Number | None:
    """The quantity at an instant of the subscription that a term is linked to; None for a term without."""
    if "subscription_config" not in term:
        return None
    linked = as_object(term["subscription_config"])["subscription_id"]
    for subscription in terms_of(stored, "subscriptions"):
        if subscription["id"] == linked:
            items = [as_object(each) for each in as_list(subscription["quantity_schedule"])]
            begun = [item for item in items if span_of(item).start <= at]
            lasting = [item for item in begun if (end := span_of(item).end) is None or at < end]
            return number(lasting[-1]["quantity"]) if lasting else 0
    return 0


def _is_individual(term: JsonObject) -> bool:
    return as_object(term.get("subscription_config", {})).get("allocation") == "INDIVIDUAL"


def _unit(holder: JsonObject, view: View) -> JsonObject:
    unit_id = str(holder["credit_type_id"])
    if unit_id == QUANTITY_CREDIT_TYPE_ID:
        return {"id": unit_id, "name": QUANTITY_NAME}
    return {"id": unit_id, "name": view.unit_names[unit_id]}


def _derived(thing_id: str, part: str) -> str:
    """The same id at each read for what is not stored."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{thing_id}/{part}"))
