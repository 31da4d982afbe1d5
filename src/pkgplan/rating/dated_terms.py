"""The dates that the terms of a package get in a contract that starts at some instant.

Comes in: the body of a package create call as it was sent. Goes out: dated terms, in the order of the body's lists.
Never here: thresholds and spend trackers, which have no dates; ids of contracts; invoices of usage.
Source: POST /v1/packages/create, field descriptions of `starting_at_offset`, `duration` and `date_offset`; the
vendor's guide "Launch a package". What lies beyond the contract's end is left out (assumed); years are those that
anything is sold in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from pkgplan.model.canonical import JsonObject, as_list, as_object
from pkgplan.model.units import FIRST_YEAR, LAST_YEAR, USD_CREDIT_TYPE_ID, RelativeDate
from pkgplan.rating import exact
from pkgplan.rating.calendar import UNSAID, after, usage_anchor, window
from pkgplan.rating.recurrence import Recurrence
from pkgplan.rating.runs import Seats, number, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from pkgplan.model.canonical import JsonValue
    from pkgplan.model.units import Instant
    from pkgplan.rating.calendar import Anchoring
    from pkgplan.rating.runs import Run

_GRANTING: Final = {"access": "grants", "invoice": "grants-invoice"}
_REFERENCES: Final = ("commit_ids", "recurring_commit_ids", "any_commit_or_credit_ids")


@dataclass(frozen=True, slots=True)
class DatedTerm:
    """One date, or one window, that a contract gets from a term of its package.

    Grants that come to the same are one if they follow each other: from the first one's access to the end of the
    last one's, and for what they cost from the start of the first period to the end of the last one.
    """

    kind: str
    """The list of the body that the term is in."""
    position: int
    """Its index there."""
    role: str
    """term (override, subscription), access, invoice, uninvoiced (recorded, never invoiced), charge, grants,
    grants-invoice (what each grant costs, due at its start)."""
    starting_at: Instant
    """Or when it falls due."""
    ending_before: Instant | None
    """None if it lasts as long as a contract without an end, or longer than anything is sold; and for what falls
    due."""
    amount: int | Decimal | None = None
    """Of, or for, each grant if there are grants, as far as its period is granted for. Units: the API's, cents for
    USD. None if there is none, or it depends on seats."""
    credit_type_id: str | None = None
    """None for units of usage."""
    count: int | None = None
    """How many such grants or invoices of them there will be; None if they never end, and for all else."""


@dataclass(frozen=True, slots=True)
class DatedContract:
    """A contract and its terms: by kind and position, then in order of time."""

    starting_at: Instant
    ending_before: Instant | None
    terms: tuple[DatedTerm, ...]


def dated_terms(
    payload: JsonObject,
    start: Instant,
    *,
    capped: bool = True,
    anchoring: Anchoring = UNSAID,
) -> DatedContract:
    """What a contract from this start on gets.

    Args:
        payload: the body of the create call.
        start: of the contract, a full hour in UTC.
        capped: whether what lies beyond the contract's end is left out, and windows end with it (assumed).
        anchoring: where the periods of its usage statements begin.

    Raises:
        OverflowError: a date lies beyond the years that anything is sold in.
    """
    duration = _span(payload, "duration")
    end = None if duration is None else _sold(after(start, duration))
    schedule = as_object(payload.get("usage_statement_schedule", {}))
    frequency, day = str(schedule.get("frequency", "MONTHLY")), str(schedule.get("day", "FIRST_OF_MONTH"))
    anchor = _sold(usage_anchor(start, day, frequency, anchoring))
    contract = _Contract(payload, start, end, capped, anchor, frequency)
    contract.absent.update(_absent(contract))
    terms = (
        DatedTerm(kind, position, *entry)
        for kind, entries_of in _ENTRIES.items()
        for position, template in enumerate(_objects(payload, kind))
        for entry in sorted(entries_of(contract, template), key=lambda entry: entry.starting_at)
    )
    return DatedContract(start, contract.end, tuple(terms))


@dataclass(frozen=True, slots=True)
class _Contract:
    payload: JsonObject
    start: Instant
    end: Instant | None
    capped: bool
    usage_anchor: Instant
    usage_frequency: str
    absent: set[JsonValue] = field(default_factory=set)
    """Temporary ids of terms that begin too late for this contract, or are about such."""

    def window(self, template: JsonObject) -> tuple[Instant, Instant | None] | None:
        offset, duration = _span(template, "starting_at_offset"), _span(template, "duration")
        dates = window(self.start, offset, duration, self.end, capped=self.capped)
        for instant in dates or ():
            if instant is not None:
                _sold(instant)
        return dates

    def links_absent(self, template: JsonObject) -> bool:
        link = template.get("subscription_config")
        return link is not None and as_object(link)["subscription_id"] in self.absent


class _Entry(NamedTuple):
    """What a template becomes: a `DatedTerm` that does not know whose it is."""

    role: str
    starting_at: Instant
    ending_before: Instant | None = None
    amount: int | Decimal | None = None
    credit_type_id: str | None = None
    grants: int | None = None


def _absent(contract: _Contract) -> Iterator[JsonValue]:
    for kind in ("subscriptions", "recurring_commits", "recurring_credits"):
        for template in _objects(contract.payload, kind):
            name = template.get("temporary_id")
            if name is not None and (contract.window(template) is None or contract.links_absent(template)):
                yield name


def _balance(contract: _Contract, template: JsonObject) -> Iterator[_Entry]:
    schedule = as_object(template["access_schedule"])
    for item in _objects(schedule, "schedule_items"):
        dates = contract.window(item)
        if dates is not None:
            yield _Entry("access", *dates, _product(item["amount"]), _unit(schedule))
    if "invoice_schedule" in template:
        schedule = as_object(template["invoice_schedule"])
        role = "uninvoiced" if schedule.get("do_not_invoice") else "invoice"
        # The true-up of a postpaid commit remains due after the contract.
        yield from _due(role, contract, schedule, remains=template.get("type") == "POSTPAID")


def _charge(contract: _Contract, template: JsonObject) -> Iterator[_Entry]:
    return _due("charge", contract, as_object(template["schedule"]))


def _due(role: str, contract: _Contract, schedule: JsonObject, *, remains: bool = False) -> Iterator[_Entry]:
    """What falls due within the contract or at its very end, when the last statement is written (assumed)."""
    for item in _objects(schedule, "schedule_items"):
        offset = _span(item, "date_offset")
        at = contract.start if offset is None else after(contract.start, offset)
        if remains or not contract.capped or contract.end is None or at <= contract.end:
            amount = _product(item["unit_price"], item["quantity"])
            yield _Entry(role, _sold(at), None, amount, _unit(schedule))


def _recurring(contract: _Contract, template: JsonObject) -> Iterator[_Entry]:
    dates = contract.window(template)
    if dates is None or contract.links_absent(template):
        return
    recurrence, seats = _recurrence(contract, template, dates), _seats(contract, template)
    for part, role in _GRANTING.items():
        name = f"{part}_amount"
        if name in template:
            unit = _unit(as_object(template[name]))
            for run in runs(recurrence, template, part, seats):
                yield _Entry(role, *_span_of(run, role), run.amount, unit, run.count)


def _recurrence(
    contract: _Contract, template: JsonObject, dates: tuple[Instant, Instant | None]
) -> Recurrence:
    frequency = template.get("recurrence_frequency")
    return Recurrence(
        *dates,
        contract_end=contract.end if contract.capped else None,
        frequency=None if frequency is None else str(frequency),
        usage_anchor=contract.usage_anchor,
        usage_frequency=contract.usage_frequency,
        commit_duration=int(number(as_object(template["commit_duration"])["value"])),
        proration=str(template.get("proration", "FIRST_AND_LAST")),
    )


def _seats(contract: _Contract, template: JsonObject) -> Seats | None:
    if "subscription_config" not in template:
        return None
    linked = as_object(template["subscription_config"])["subscription_id"]
    for subscription in _objects(contract.payload, "subscriptions"):
        counted = subscription.get("quantity_management_mode") != "SEAT_BASED"
        if subscription.get("temporary_id") == linked and counted and "initial_quantity" in subscription:
            dates = contract.window(subscription)
            return Seats(0) if dates is None else Seats(number(subscription["initial_quantity"]), *dates)
    return Seats(None)


def _span_of(run: Run, role: str) -> tuple[Instant, Instant | None]:
    """What can be used for "a thousand years" has no end that anybody would read."""
    if role == "grants-invoice":
        return run.first.period.start, None if run.last is None else run.last.period.end
    end = None if run.last is None else run.last.access_end
    return run.first.access_start, None if end is None or end.year > LAST_YEAR else end


def _term(contract: _Contract, template: JsonObject) -> Iterator[_Entry]:
    dates = contract.window(template)
    if dates is not None:
        yield _Entry("term", *dates)


def _override(contract: _Contract, template: JsonObject) -> Iterator[_Entry]:
    """Nothing if all that it is for is absent: without names it would be for every commit."""
    specifiers = _objects(template, "override_specifiers")
    if not specifiers or not all(_names_absent(contract, each) for each in specifiers):
        yield from _term(contract, template)


def _names_absent(contract: _Contract, specifier: JsonObject) -> bool:
    return any(
        name in specifier and all(each in contract.absent for each in as_list(specifier[name]))
        for name in _REFERENCES
    )


_ENTRIES: Final[dict[str, Callable[[_Contract, JsonObject], Iterator[_Entry]]]] = {
    "commits": _balance,
    "credits": _balance,
    "recurring_commits": _recurring,
    "recurring_credits": _recurring,
    "subscriptions": _term,
    "overrides": _override,
    "scheduled_charges": _charge,
}


def _unit(schedule: JsonObject) -> str | None:
    if schedule.get("access_type") == "QUANTITY":
        return None
    return str(schedule.get("credit_type_id", USD_CREDIT_TYPE_ID))


def _sold(instant: Instant) -> Instant:
    """The instant, if anything is sold in its year; the embedded engine refuses contracts in others, too."""
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise OverflowError(f"the year {instant.year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return instant


def _product(*factors: JsonValue) -> int | Decimal:
    """The product of numbers of the body, every digit kept."""
    result = exact.product(*map(number, factors))
    return int(result) if result == result.to_integral_value() else result


def _span(template: JsonObject, name: str) -> RelativeDate | None:
    return RelativeDate.from_api(template.get(name))


def _objects(holder: JsonObject, name: str) -> list[JsonObject]:
    return [as_object(each) for each in as_list(holder.get(name, []))]
