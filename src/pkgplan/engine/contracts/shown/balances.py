"""Commits and credits: what of them is accessible, what is left, and how it came to that.

Comes in: terms in their stored form. Goes out: `ContractV2.Commit` and `ContractV2.Credit`; v1 shows the same.
Never here: usage and invoices, so nothing is deducted but what expires or rolls over, and a true-up, which names
an invoice, is shown as the expiration of what was never used (assumed).
Source: SDK docs of `balance`: "expired and upcoming segments contribute 0", "matches the sum of all ledger entries";
POST /v1/contracts/archive: commits and credits are archived, and what is left of active segments expires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from pkgplan.engine.contracts.shown.terms import cut, due_until, instant_of, latest_end
from pkgplan.engine.instants import from_text, to_api_text
from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.rating import exact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from pkgplan.engine.assumptions import Assumptions
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.contracts.shown.view import View
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
    end = latest_end(stored, view.readings)
    schedule = as_object(term["access_schedule"])
    term_id = str(term["id"])
    shown: JsonObject = {
        "created_at": stored.created_at,
        **term,
        "access_schedule": {**schedule, "schedule_items": [*_cut_items(term, end)]},
        "contract": {"id": stored.contract_id},
        "custom_fields": view.fields_of(term_id),
    }
    # The true-up of what is postpaid remains due after the contract.
    if "invoice_schedule" in term and term["type"] != "POSTPAID":
        shown["invoice_schedule"] = due_until(as_object(term["invoice_schedule"]), end)
    if stored.archived_at is not None:
        shown["archived_at"] = stored.archived_at
    if view.with_balances or view.with_ledgers:
        entries = [entry for entry in _life(term, stored, view) if entry.at <= view.at]
        if view.with_balances:
            shown["balance"] = exact.total(entry.amount for entry in entries)
        if view.with_ledgers:
            shown["ledger"] = [entry.json for entry in sorted(entries, key=lambda entry: entry[:2])]
    return shown


def segments_of(term: JsonObject, stored: StoredContract, readings: Assumptions) -> Iterator[Segment]:
    """What a commit or credit gives access to, until its contract ends or is archived."""
    archived = None if stored.archived_at is None else from_text(stored.archived_at)
    for item in _cut_items(term, latest_end(stored, readings)):
        start, end = instant_of(item), instant_of(item, "ending_before")
        if archived is None or start < archived:
            last = end if archived is None else min(end, archived)
            yield Segment(str(item["id"]), number(item["amount"]), start, last)


def rolled_over(
    term: JsonObject, stored: StoredContract, at: Instant, readings: Assumptions
) -> list[tuple[Segment, Number]]:
    """How much of each segment goes over to a contract that renews this one at an instant; without usage all is left.

    What expires at that very instant still goes over, what has not begun does not (assumed).

    Args:
        term: a commit or credit.
        stored: the contract that it belongs to.
        at: the start of the renewal.
        readings: which segments the fraction is of.
    """
    active = [each for each in segments_of(term, stored, readings) if each.start < at <= each.end]
    granted = (
        (each.amount for each in active)
        if readings.rollover_base == "active"
        else (number(item["amount"]) for item in _cut_items(term, None))
    )
    left: Number = exact.product(exact.total(granted), number(term.get("rollover_fraction", 0)))
    rolled = []
    for segment in active:
        amount = min(segment.amount, left)
        left = exact.difference(left, amount)
        if amount:
            rolled.append((segment, amount))
    return rolled


def _cut_items(term: JsonObject, end: Instant | None) -> Iterator[JsonObject]:
    """The items of the access schedule, none later than an instant."""
    items = map(as_object, as_list(as_object(term["access_schedule"])["schedule_items"]))
    return (item for each in items if (item := cut(each, end)) is not None)


def _life(term: JsonObject, stored: StoredContract, view: View) -> Iterator[Entry]:
    """The life of each segment: it begins, part of it may go over to another contract, the rest expires."""
    kind = {"PREPAID": "PREPAID_COMMIT", "POSTPAID": "POSTPAID_COMMIT"}.get(str(term["type"]), "CREDIT")
    begins = "INITIAL_BALANCE" if kind == "POSTPAID_COMMIT" else "SEGMENT_START"
    # What renewed the contract. It may have been extended since: what rolled over has gone nevertheless.
    renewal = next((each for each in view.transitions if each.from_contract_id == stored.contract_id), None)
    rolled = {} if renewal is None else dict(rolled_over(term, stored, renewal.at, view.readings))
    for segment in segments_of(term, stored, view.readings):
        of_segment: JsonObject = {"segment_id": segment.segment_id}
        # What is postpaid is one balance, of which single segments are not named.
        named = {} if kind == "POSTPAID_COMMIT" else of_segment
        yield _entry(segment.start, f"{kind}_{begins}", segment.amount, named, is_start=True)
        gone = rolled.get(segment, 0)
        if renewal is not None and gone:
            details: JsonObject = {**of_segment, "new_contract_id": renewal.to_contract_id}
            yield _entry(renewal.at, f"{kind}_ROLLOVER", exact.product(gone, -1), details)
        if rest := exact.difference(segment.amount, gone):
            yield _entry(segment.end, f"{kind}_EXPIRATION", exact.product(rest, -1), named)


def _entry(at: Instant, kind: str, amount: Number, details: JsonObject, *, is_start: bool = False) -> Entry:
    json: JsonObject = {"type": kind, "timestamp": to_api_text(at), "amount": amount, **details}
    return Entry(at, is_start, amount, json)
