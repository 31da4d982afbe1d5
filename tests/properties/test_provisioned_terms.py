"""Whatever the package and the start: a contract has the dates that were foretold, and those that counting gives."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import slow_calendar
from support.calendar_values import starts
from support.offline import HandClock
from support.specs import a_spec, catalog_with

from pkgplan.engine import Assumptions, Engine, EngineError
from pkgplan.model.units import RelativeDate, format_instant, parse_instant
from pkgplan.rating.calendar import Anchoring, usage_anchor
from pkgplan.rating.dated_terms import dated_terms
from pkgplan.rating.recurrence import Recurrence, Rounding, granted
from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.wiring import prerequisites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.units import Instant
    from pkgplan.rating.dated_terms import DatedTerm

    Row = tuple[str, str, Instant, Instant | None, Any]

BALANCES: Final = ("commits", "credits")
RECURRING: Final = ("recurring_commits", "recurring_credits")
LISTS: Final = (*BALANCES, *RECURRING, "subscriptions", "overrides", "scheduled_charges")
MOST: Final = {"DAYS": 70, "WEEKS": 20, "MONTHS": 20, "YEARS": 2}
LOOKED_AT: Final = timedelta(days=400)
A_YEAR: Final = timedelta(days=366)
SEEDS: Final = st.integers(0, 2**32)
# The API is not asked about years before 1900, but about their leap days.
modern = starts.map(lambda at: at if at.year > 1900 else at.replace(year=at.year + 100))


@dataclass(frozen=True)
class Case:
    """A package, a start, and the contract that reads show long after."""

    payload: JsonObject
    start: Instant
    capped: bool
    anchoring: Anchoring
    now: Instant
    contract: Any

    @property
    def end(self) -> Instant | None:
        span = self.payload.get("duration")
        return None if span is None else _later(self.start, span)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Random packages with dates of their own, often beyond the end of the contract."""
    catalog, _ = catalog_with(draw(a_spec("USD")), "USD")
    ids = embedded_ids(catalog, "random", "local")
    (compiled,) = compile_packages(catalog, ids)
    payload = _redated(compiled.payload, Random(draw(SEEDS)))
    start, capped = draw(modern), draw(st.sampled_from((True, True, True, False)))
    anchoring = draw(
        st.builds(
            Anchoring,
            st.sampled_from(("contract-start", "first-of-month")),
            st.sampled_from(("next-month", "calendar")),
        )
    )
    clock = HandClock()
    readings = {
        "pass_down_keys": "package",
        "term_after_contract_end": "capped" if capped else "kept",
        "weekly_anchor": anchoring.weekly,
        "quarter_anchor": anchoring.quarter,
    }
    with Engine(":memory:", clock, Assumptions.of(readings)) as engine:
        engine.seed(prerequisites(catalog, ids))
        try:
            package: Any = engine.call("packages.create", payload)
        except EngineError:
            assume(False)
        customer: Any = engine.call("customers.create", {"name": "Any"})
        named = {"customer_id": customer["data"]["id"]}
        made: Any = engine.call(
            "contracts.create",
            {**named, "package_id": package["data"]["id"], "starting_at": format_instant(start)},
        )
        clock.instant = start + LOOKED_AT
        found: Any = engine.call("contracts_v2.get", {**named, "contract_id": made["data"]["id"]})
    return Case(payload, start, capped, anchoring, clock.instant, found["data"])


@settings(max_examples=40)
@given(cases())
def test_a_contract_has_the_dates_that_were_foretold(case: Case) -> None:
    foretold = dated_terms(case.payload, case.start, capped=case.capped, anchoring=case.anchoring)
    assert _instant(case.contract, "starting_at") == foretold.starting_at
    assert _instant(case.contract, "ending_before") == foretold.ending_before
    shown = Counter(row for row in _shown(case) if row[0] not in RECURRING)
    assert shown == Counter(_foretold(each) for each in foretold.terms if each.kind not in RECURRING)


@settings(max_examples=40)
@given(cases())
def test_a_contract_was_granted_what_was_foretold(case: Case) -> None:
    foretold = dated_terms(case.payload, case.start, capped=case.capped, anchoring=case.anchoring)
    for kind in RECURRING:
        family = kind.removeprefix("recurring_")
        positions = sorted({each.position for each in foretold.terms if each.kind == kind})
        for position, term in zip(positions, case.contract.get(kind, []), strict=True):
            link = f"recurring_{family[:-1]}_id"
            children = [each for each in case.contract.get(family, []) if each.get(link) == term["id"]]
            for role, name in (("grants", "access_schedule"), ("grants-invoice", "invoice_schedule")):
                runs = [
                    each
                    for each in foretold.terms
                    if (each.kind, each.position, each.role) == (kind, position, role)
                ]
                items = [item for child in children for item in child.get(name, {}).get("schedule_items", [])]
                _compare(runs, sorted(items, key=_begins), case.now)


def _compare(runs: list[DatedTerm], items: list[Any], now: Instant) -> None:
    """Runs and what has been granted or invoiced so far; what depends on seats has no amount to compare."""
    for run in runs:
        mine, items = items[: run.count], items[run.count :] if run.count is not None else []
        if run.starting_at > now:
            assert mine == []
            continue
        assert _begins(mine[0]) == run.starting_at
        if run.amount is not None:
            assert {item["amount"] for item in mine} == {run.amount}
        if len(mine) == run.count and run.role == "grants":
            assert _instant(mine[-1], "ending_before") == run.ending_before
        if len(mine) != run.count:
            assert items == []
    assert items == []


def _begins(item: Any) -> Instant:
    return _at(item["starting_at"] if "starting_at" in item else item["timestamp"])


@settings(max_examples=40)
@given(cases())
def test_a_contract_has_the_dates_that_counting_gives(case: Case) -> None:
    found, counted = Counter(row[:4] for row in _shown(case)), Counter(_counted(case))
    assert found - counted == Counter()
    # Terms about others that begin too late are missing; nothing else is.
    links = {"recurring_commits", "recurring_credits", "overrides"}
    assert {row[0] for row in counted - found} <= links
    if not any("subscription_config" in term for kind in RECURRING for term in _terms(case.payload, kind)):
        assert {row[0] for row in counted - found} <= {"overrides"}


@settings(max_examples=30)
@given(cases())
def test_a_contract_was_granted_what_counting_hours_gives(case: Case) -> None:
    for kind in RECURRING:
        family = kind.removeprefix("recurring_")
        shown = iter(case.contract.get(kind, []))
        for template in _terms(case.payload, kind):
            if "subscription_config" in template:
                continue
            dates = _window(case, template)
            if dates is None:
                continue
            term = next(each for each in shown if "subscription_config" not in each)
            assert [
                (item["starting_at"], item["ending_before"], item["amount"])
                for child in case.contract[family]
                if child.get(f"recurring_{family[:-1]}_id") == term["id"]
                for item in child["access_schedule"]["schedule_items"]
            ] == [*_granted(case, template, *dates)]


def _granted(case: Case, template: Any, start: Instant, end: Instant | None) -> Iterator[tuple[Any, ...]]:
    """What has been granted so far."""
    schedule: Any = case.payload.get("usage_statement_schedule", {})
    usage_frequency = schedule.get("frequency", "MONTHLY")
    recurrence = Recurrence(
        start=start,
        end=end,
        contract_end=case.end if case.capped else None,
        frequency=template.get("recurrence_frequency"),
        usage_anchor=usage_anchor(
            case.start, schedule.get("day", "FIRST_OF_MONTH"), usage_frequency, case.anchoring
        ),
        usage_frequency=usage_frequency,
        commit_duration=template["commit_duration"]["value"],
        proration=template.get("proration", "FIRST_AND_LAST"),
    )
    rounding = template.get("proration_rounding", {}).get("access")
    access = template["access_amount"]
    # A period that this cuts, if nothing else ends it, has not begun at the time that is looked at.
    stop = recurrence.stop or case.now + A_YEAR
    for grant in slow_calendar.slow_grants(recurrence, stop):
        if grant.first_hour <= case.now:
            amount = granted(
                access["unit_price"],
                access["quantity"],
                grant.fraction,
                rounding and Rounding(rounding["rounding_method"], rounding["decimal_places"]),
            )
            yield _text(grant.first_hour), _text(grant.access_end), amount


def _shown(case: Case) -> Iterator[Row]:
    """The dates of a contract as reads show them, without what recurring terms have created."""
    for kind in LISTS:
        for term in case.contract.get(kind, []):
            if any(name.startswith("recurring_") for name in term if name.endswith("_id")):
                continue
            for item in term.get("access_schedule", {}).get("schedule_items", []):
                yield _row(kind, "access", item, item["amount"])
            for item in term.get("invoice_schedule", {}).get("schedule_items", []):
                yield kind, "invoice", _at(item["timestamp"]), None, item["amount"]
            for item in term.get("schedule", {}).get("schedule_items", []):
                yield kind, "charge", _at(item["timestamp"]), None, item["amount"]
            if kind in RECURRING:
                yield _row(kind, "grants", term, None)
                if "invoice_amount" in term:
                    yield _row(kind, "grants-invoice", term, None)
            if kind in {"subscriptions", "overrides"}:
                yield _row(kind, "term", term, None)


def _counted(case: Case) -> Iterator[tuple[Any, ...]]:
    """The same, counted out day by day; also for terms that refer to what the contract has not got."""
    for kind in LISTS:
        for template in _terms(case.payload, kind):
            role = "access" if kind in BALANCES else "grants" if kind in RECURRING else "term"
            items = [template] if role != "access" else template["access_schedule"]["schedule_items"]
            if kind != "scheduled_charges":
                windows = (_window(case, item) for item in items)
                yield from ((kind, role, *dates) for dates in windows if dates is not None)
            if "invoice_amount" in template and (dates := _window(case, template)) is not None:
                yield (kind, "grants-invoice", *dates)
            due, name = (
                ("charge", "schedule") if kind == "scheduled_charges" else ("invoice", "invoice_schedule")
            )
            for item in template.get(name, {}).get("schedule_items", []):
                at = _later(case.start, item["date_offset"])
                is_late = case.capped and case.end is not None and at > case.end
                if not is_late or template.get("type") == "POSTPAID":
                    yield kind, due, at, None


def _window(case: Case, template: Any) -> tuple[Instant, Instant | None] | None:
    offset, duration = (
        RelativeDate.from_api(template.get(name)) for name in ("starting_at_offset", "duration")
    )
    return slow_calendar.window(case.start, offset, duration, case.end, capped=case.capped)


def _redated(payload: JsonObject, random: Random) -> JsonObject:
    """The body with other dates, many at the end of the contract, and without what only some customers have."""

    def span(least: int) -> JsonObject:
        unit = random.choice([*MOST])
        return {"value": random.choice((least, 1, random.randint(1, MOST[unit]))), "unit": unit}

    whole = span(1)

    def other(name: str, value: Any) -> Any:
        if name in {"starting_at_offset", "date_offset"}:
            return whole if random.random() < 0.3 else span(0)
        if name == "duration":
            return span(1)
        if isinstance(value, dict):
            return {key: other(key, inner) for key, inner in value.items()}
        return [other("", inner) for inner in value] if isinstance(value, list) else value

    skipped = {"billing_provider", "delivery_method", "duration"}
    body = {key: other(key, value) for key, value in payload.items() if key not in skipped}
    return body if random.random() < 0.1 else {**body, "duration": whole}


def _terms(payload: JsonObject, kind: str) -> list[Any]:
    terms: Any = payload.get(kind, [])
    return list(terms)


def _row(kind: str, role: str, holder: Any, amount: Any) -> Row:
    return kind, role, _at(holder["starting_at"]), _instant(holder, "ending_before"), amount


def _foretold(term: DatedTerm) -> Row:
    role = "invoice" if term.role == "uninvoiced" else term.role
    return term.kind, role, term.starting_at, term.ending_before, term.amount


def _later(start: Instant, span: Any) -> Instant:
    return slow_calendar.later(start, span["value"], span["unit"].lower().removesuffix("s"))


def _at(text: str) -> Instant:
    return parse_instant(text)


def _instant(holder: Any, name: str) -> Instant | None:
    return _at(holder[name]) if name in holder else None


def _text(instant: Instant | None) -> str | None:
    return None if instant is None else instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")
