"""Commits and credits: what of them is accessible, what is left, and how it came to that.

Comes in: terms in their stored form. Goes out: `ContractV2.Commit` and `ContractV2.Credit`; v1 shows the same.
Never here: usage and invoices, so nothing is deducted but what expires or rolls over, and a true-up, which names
an invoice, is shown as the expiration of what was never used (assumed).
Source: SDK docs of `balance`: "expired and upcoming segments contribute 0", "matches the sum of all ledger entries".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from pkgplan.engine.contracts.shown.terms import cut, instant_of, latest_end
from pkgplan.engine.instants import to_api_text
from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.rating import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.contracts.shown.view import Transition, View
    from pkgplan.model.units import Instant

    Number = int | Decimal


class Segment(NamedTuple):
    """A part of a balance that is accessible for a time."""

    segment_id: str
    amount: Number
    start: Instant
    end: Instant


class Entry(NamedTuple):
    """A change of a balance."""

    at: Instant
    is_start: bool
    amount: Number
    json: JsonObject


def number(value: object) -> Number:
    """An amount of a stored term, in the unit in which it was given."""
    return cast("Number", value)


def shown_balance(term: JsonObject, stored: StoredContract, view: View) -> JsonObject:
    """A commit or a credit as a read shows it.

    It is shown even if all of its access lies beyond the contract's end: overrides name it, invoices may be due.

    Args:
        term: of the stored contract, or one of what recurs, in the same form; credits have the type CREDIT.
        stored: the contract that it belongs to.
        view: of that contract.
    """
    schedule = as_object(term["access_schedule"])
    items = [item for each in _items(schedule) if (item := cut(each, latest_end(stored, view))) is not None]
    term_id = str(term["id"])
    shown: JsonObject = {
        "created_at": stored.created_at,
        **term,
        "access_schedule": {**schedule, "schedule_items": list(items)},
        "contract": {"id": stored.contract_id},
        "custom_fields": view.fields_of(term_id),
    }
    if view.with_balances or view.with_ledgers:
        entries = [
            entry
            for segment in segments_of(items)
            for entry in _entries(segment, term, _renewal(stored, view))
            if entry.at <= view.at
        ]
        if view.with_balances:
            shown["balance"] = exact.total(entry.amount for entry in entries)
        if view.with_ledgers:
            shown["ledger"] = [entry.json for entry in sorted(entries, key=lambda entry: entry[:2])]
    return shown


def segments_of(items: Iterable[JsonObject]) -> Iterator[Segment]:
    """The items of an access schedule."""
    for item in items:
        yield Segment(
            str(item["id"]), number(item["amount"]), instant_of(item), instant_of(item, "ending_before")
        )


def access_of(term: JsonObject, end: Instant | None) -> list[Segment]:
    """What a commit or credit gives access to until an instant."""
    items = _items(as_object(term["access_schedule"]))
    return [*segments_of(item for each in items if (item := cut(each, end)) is not None)]


def rolled_over(segment: Segment, term: JsonObject, at: Instant) -> Number:
    """How much of a segment goes over to a contract that renews this one at an instant.

    The fraction of what was granted, as far as it is left; without usage all of it is left. What expires at that
    very instant still goes over, what has not begun does not (assumed).
    """
    if not segment.start < at <= segment.end:
        return 0
    return exact.product(segment.amount, number(term.get("rollover_fraction", 0)))


def _items(schedule: JsonObject) -> list[JsonObject]:
    return [as_object(item) for item in as_list(schedule["schedule_items"])]


def _renewal(stored: StoredContract, view: View) -> Transition | None:
    """What renewed the contract. It may have been extended since: what rolled over has gone nevertheless."""
    return next((each for each in view.transitions if each.from_contract_id == stored.contract_id), None)


def _entries(segment: Segment, term: JsonObject, renewal: Transition | None) -> Iterator[Entry]:
    """The life of one segment: it begins, part of it may go over to another contract, the rest expires."""
    kind = {"PREPAID": "PREPAID_COMMIT", "POSTPAID": "POSTPAID_COMMIT"}.get(str(term["type"]), "CREDIT")
    of_segment: JsonObject = {"segment_id": segment.segment_id}
    # What is postpaid is one balance, of which single segments are not named.
    named = {} if kind == "POSTPAID_COMMIT" else of_segment
    begins = "INITIAL_BALANCE" if kind == "POSTPAID_COMMIT" else "SEGMENT_START"
    yield _entry(segment.start, f"{kind}_{begins}", segment.amount, named, is_start=True)
    gone: Number = 0
    if renewal is not None and (rolled := rolled_over(segment, term, renewal.at)):
        gone = exact.product(rolled, -1)
        details: JsonObject = {**of_segment, "new_contract_id": renewal.to_contract_id}
        yield _entry(renewal.at, f"{kind}_ROLLOVER", gone, details)
    if rest := exact.total((segment.amount, gone)):
        yield _entry(segment.end, f"{kind}_EXPIRATION", exact.product(rest, -1), named)


def _entry(at: Instant, kind: str, amount: Number, details: JsonObject, *, is_start: bool = False) -> Entry:
    json: JsonObject = {"type": kind, "timestamp": to_api_text(at), "amount": amount, **details}
    return Entry(at, is_start, amount, json)
