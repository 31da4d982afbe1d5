"""What all terms of a contract have in common when they are shown: their time, cut to the contract's.

Comes in: stored terms. Goes out: terms as they are at present. Never here: what one kind of term adds.
Terms are stored with the dates that provisioning gave them; the contract may have been given other ends since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pkgplan.engine.instants import from_text, to_api_text
from pkgplan.model.canonical import JsonObject, JsonValue, as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.assumptions import Assumptions
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.contracts.shown.view import View
    from pkgplan.model.units import Instant


class Span(NamedTuple):
    """Half-open; without an end it goes on."""

    start: Instant
    end: Instant | None


def instant_of(term: JsonObject, name: str = "starting_at") -> Instant:
    """An instant of a term that always has it."""
    return from_text(str(term[name]))


def span_of(term: JsonObject) -> Span:
    """When a term holds."""
    return Span(instant_of(term), instant_of(term, "ending_before") if "ending_before" in term else None)


def latest_end(stored: StoredContract, readings: Assumptions) -> Instant | None:
    """Beyond which no term of a contract is shown."""
    if readings.term_after_contract_end == "kept":
        return None
    ends = [stored.ending_before]
    if readings.terms_after_shortening == "truncated":
        ends.append(stored.truncated_at)
    return min((end for end in ends if end is not None), default=None)


def cut(term: JsonObject, end: Instant | None) -> JsonObject | None:
    """A term, or an item of a schedule, that ends at an instant at the latest; None if nothing is left of it."""
    if end is None:
        return term
    span = span_of(term)
    if span.start >= end:
        return None
    return term if span.end is not None and span.end <= end else {**term, "ending_before": to_api_text(end)}


def due_until(schedule: JsonObject, end: Instant | None) -> JsonObject:
    """A schedule without what falls due after an instant; what falls due then belongs on the last statement."""
    items = map(as_object, as_list(schedule["schedule_items"]))
    kept: list[JsonValue] = [item for item in items if end is None or instant_of(item, "timestamp") <= end]
    return {**schedule, "schedule_items": kept}


def terms_of(stored: StoredContract, family: str) -> Iterator[JsonObject]:
    """The stored terms of one kind."""
    return (as_object(term) for term in as_list(stored.body.get(family, [])))


def cut_terms(stored: StoredContract, family: str, view: View) -> Iterator[JsonObject]:
    """The terms of one kind that have time inside the contract, cut to it."""
    end = latest_end(stored, view.readings)
    return (term for each in terms_of(stored, family) if (term := cut(each, end)) is not None)
