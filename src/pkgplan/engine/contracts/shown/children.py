"""The commits and credits that recurring ones have created, and those that came over from a renewed contract.

Comes in: stored contracts. Goes out: terms in the form in which single commits and credits are stored, the latest
first, each made when it is asked for. Never here: when and how much is granted (`rating.recurrence`), balances.
None of them is stored, so that custom fields cannot be set on them: their ids are unknown there (404).
Source: SDK docs of `recurring_commit_id` and `created_at` ("latter of commit service period date and parent commit
start date", "rollover commits: when the new contract started").
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.engine.contracts.shown.balances import number, rolled_over
from pkgplan.engine.contracts.shown.terms import cut, instant_of, latest_end, span_of, terms_of
from pkgplan.engine.instants import from_text, to_api_text
from pkgplan.engine.templates.scope import QUANTITY_CREDIT_TYPE_ID, QUANTITY_NAME, copied
from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.model.timeline import END
from pkgplan.rating import exact
from pkgplan.rating.recurrence import Recurrence, Rounding, begun, grant_at, granted, lasting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.contracts.shown.balances import Number, Segment
    from pkgplan.engine.contracts.shown.view import View
    from pkgplan.model.canonical import JsonValue
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


class Balance(NamedTuple):
    """A commit or credit that can be shown."""

    created_at: Instant
    made: Callable[[], JsonObject]
    """Gives the term; called for those only that are shown."""


class _Term(NamedTuple):
    """A recurring term, cut to its contract, and which of its grants have begun."""

    term: JsonObject
    recurrence: Recurrence
    begun: int


def created(stored: StoredContract, family: str, view: View) -> list[Iterator[Balance]]:
    """What each recurring term of a contract has created so far, the latest first.

    Args:
        stored: the contract.
        family: `commits` or `credits`.
        view: of the contract.
    """
    return [
        _children(each, reversed(range(each.begun)), family, stored, view)
        for each in _recurring(stored, family, view, view.at + _MOMENT)
    ]


def taken_over(stored: StoredContract, family: str, view: View) -> Iterator[Balance]:
    """What has rolled over from the contract that this one renews, in the order of its terms turned round.

    It is accessible until this contract ends, or if it has no end as long as it was on the other one (assumed); it
    does not roll over a second time (assumed).
    """
    earlier, start = view.predecessor, stored.starting_at
    if earlier is None or view.at < start or _is_over(earlier, start, view):
        return
    for term in _rollable(earlier, family, view, start):
        items: list[JsonValue] = [
            {
                "id": _derived(segment.segment_id, "rollover"),
                "amount": amount,
                "starting_at": to_api_text(start),
                "ending_before": to_api_text(stored.ending_before or _as_long(segment, start)),
            }
            for segment, amount in rolled_over(term, earlier, start, view.readings)
        ]
        if items:
            rolled: JsonObject = {
                "id": _derived(str(term["id"]), f"rollover to {stored.contract_id}"),
                "created_at": to_api_text(start),
                **copied(term, _ROLLED),
                "access_schedule": {**as_object(term["access_schedule"]), "schedule_items": items},
                "rolled_over_from": {_ID_OF[family]: term["id"], "contract_id": earlier.contract_id},
            }
            yield Balance(start, partial(as_object, rolled))


def _as_long(segment: Segment, start: Instant) -> Instant:
    """The end of what lasts as long as a segment from an instant on, or of all time: some outlast the calendar."""
    length = segment.end - segment.start
    return END if length > END - start else start + length


def _is_over(stored: StoredContract, at: Instant, view: View) -> bool:
    """Whether all access to balances of a contract ended before an instant."""
    ends = [latest_end(stored, view.readings)]
    if stored.archived_at is not None:
        ends.append(from_text(stored.archived_at))
    return any(end is not None and end < at for end in ends)


def _rollable(earlier: StoredContract, family: str, view: View, at: Instant) -> Iterator[JsonObject]:
    """The commits or credits of a contract of which something may go over at an instant, the last ones first."""
    for each in reversed(_recurring(earlier, family, view, at)):
        unit_price = number(as_object(each.term["access_amount"])["unit_price"])
        if unit_price and number(each.term.get("rollover_fraction", 0)):
            numbers = reversed(lasting(each.recurrence, at))
            for child in _children(each, numbers, family, earlier, view):
                yield child.made()
    yield from reversed([*terms_of(earlier, family)])


def _recurring(stored: StoredContract, family: str, view: View, until: Instant) -> list[_Term]:
    """The recurring terms of a contract, with what they grant before an instant, as long as it is not archived."""
    if stored.archived_at is not None:
        until = min(until, from_text(stored.archived_at))
    end = latest_end(stored, view.readings)
    cut_to_contract = (term for each in terms_of(stored, f"recurring_{family}") if (term := cut(each, end)))
    recurring = ((term, _recurrence(term, stored, end)) for term in cut_to_contract)
    return [_Term(term, recurrence, begun(recurrence, until)) for term, recurrence in recurring]


def _children(
    recurring: _Term, numbers: Iterator[int], family: str, stored: StoredContract, view: View
) -> Iterator[Balance]:
    for each in numbers:
        grant = grant_at(recurring.recurrence, each)
        yield Balance(grant.access_start, partial(_child, recurring.term, family, grant, stored, view))


def _recurrence(term: JsonObject, stored: StoredContract, end: Instant | None) -> Recurrence:
    schedule = as_object(stored.body["usage_statement_schedule"])
    span = span_of(term)
    own = term.get("recurrence_frequency")
    return Recurrence(
        start=span.start,
        end=span.end,
        contract_end=end,
        frequency=None if own is None else str(own),
        usage_anchor=instant_of(schedule, "billing_anchor_date"),
        usage_frequency=str(schedule["frequency"]),
        commit_duration=int(number(as_object(term["commit_duration"])["value"])),
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
