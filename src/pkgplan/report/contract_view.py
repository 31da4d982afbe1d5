"""A contract of the API as a view: every dated piece of every term, with amounts as people say them.

Comes in: the body that POST /v2/contracts/get answers, recorded versions. Goes out: `ContractView`.
Never here: balances, what a term did not get, or guesses: a field that is not there is shown as nothing.
Source: SDK type `ContractV2`. Amounts of the API are in cents for USD.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pkgplan.model.canonical import as_list, as_object, compact
from pkgplan.model.timeline import Window
from pkgplan.model.units import LAST_YEAR, USD, USD_CREDIT_TYPE_ID, Money, parse_instant
from pkgplan.rating import exact
from pkgplan.report.contracts import ContractView, TermView, amount_text
from pkgplan.stages.diff.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.record import RecordedVersion
    from pkgplan.model.units import Instant

_KINDS: Final = (
    "commits",
    "credits",
    "recurring_commits",
    "recurring_credits",
    "subscriptions",
    "overrides",
    "scheduled_charges",
)
# The schedules of a term, and what each is for.
_SCHEDULES: Final = {"access_schedule": "access", "invoice_schedule": "invoice", "schedule": "charge"}
_THRESHOLDS: Final = ("spend_threshold_configuration", "prepaid_balance_threshold_configuration")
_UNIT: Final = "pricing-unit/"
_AMOUNTS: Final = {"access_amount": "grants", "invoice_amount": "grants-invoice"}


def contract_view(body: JsonObject, recorded: Iterable[RecordedVersion]) -> ContractView:
    """A contract as it stands; terms in the order in which a promise has them.

    Args:
        body: of the answer.
        recorded: versions; they know the names of ids, of which the API does not tell all.
    """
    package_id = _text(body.get("package_id"))
    versions = {version.package_id: version for version in recorded}
    version = None if package_id is None else versions.get(package_id)
    names = {name: id_ for each in versions.values() for name, id_ in each.references.items()}
    units = {id_: name.removeprefix(_UNIT) for name, id_ in names.items() if name.startswith(_UNIT)}
    units[USD_CREDIT_TYPE_ID] = USD
    return ContractView(
        contract_id=str(body["id"]),
        customer_id=str(body["customer_id"]),
        name=_text(body.get("name")),
        ref=None if version is None else version.ref,
        package_id=package_id,
        window=_window(body),
        archived_at=_instant(body.get("archived_at")),
        custom_fields=_fields(body),
        settings=_settings(body, names, version),
        terms=tuple(
            term
            for kind in _KINDS
            for item in as_list(body.get(kind) or [])
            for term in _terms(kind, as_object(item), units)
        ),
    )


def _settings(body: JsonObject, names: Mapping[str, str], version: RecordedVersion | None) -> dict[str, str]:
    """Only the version knows in which currency its thresholds are; without one their numbers are the API's."""
    if version is None:
        said = settings(body, names)
        return {
            name: f"{text} (amounts as the API has them)" if name in _THRESHOLDS else text
            for name, text in said.items()
        }
    others = {name: id_ for name, id_ in names.items() if not name.startswith(_UNIT)}
    return settings(body, {**others, **version.references}, version.terms)


def _terms(kind: str, term: JsonObject, units: Mapping[str, str]) -> Iterator[TermView]:
    def view(
        role: str,
        at: Instant | None,
        window: Window | None,
        amount: str | None = None,
        says: str | None = None,
    ) -> TermView:
        named = (
            term
            if term.get("name")
            else _part(term, "product") or _part(_part(term, "subscription_rate"), "product")
        )
        name = _text(named.get("name"))
        return TermView(kind, _text(term.get("id")), name, role, at, window, amount, says, _fields(term))

    schedules = [(role, _part(term, name)) for name, role in _SCHEDULES.items() if term.get(name)]
    for role_of_schedule, schedule in schedules:
        unit = _unit(schedule, units)
        role = "uninvoiced" if schedule.get("do_not_invoice") is True else role_of_schedule
        for item in map(as_object, as_list(schedule.get("schedule_items") or [])):
            at = _instant(item.get("timestamp"))
            window = _window(item) if at is None else None
            yield view(role, at, window, _amount(item.get("amount"), unit))
    amounts = [(role, _part(term, name)) for name, role in _AMOUNTS.items() if term.get(name)]
    for role, amount in amounts:
        yield view(role, None, _window(term), _product(amount, units))
    if not schedules and not amounts:
        yield view("term", None, _window(term), says=_gist(term, units))


def _product(amount: JsonObject, units: Mapping[str, str]) -> str | None:
    """What is given each time; without a quantity it is given for each seat."""
    price, quantity = amount.get("unit_price"), amount.get("quantity")
    if not isinstance(price, int | Decimal):
        return None
    times = quantity if isinstance(quantity, int | Decimal) else 1
    said = _amount(exact.product(price, times), _unit(amount, units))
    return said if "quantity" in amount else f"{said} a seat"


def _gist(term: JsonObject, units: Mapping[str, str]) -> str | None:
    """What an override or a subscription says, in a few words."""
    said = []
    if "entitled" in term:
        said.append("entitled" if term["entitled"] else "not entitled")
    if isinstance(multiplier := term.get("multiplier"), int | Decimal):
        said.append(f"x {compact(multiplier)}")
    if rate := _part(term, "overwrite_rate"):
        unit = _unit(rate, units)
        price = _amount(rate.get("price"), unit)
        # Without a unit the number is in that of the rate card, or a fraction.
        kind = f"{str(rate.get('rate_type', '')).lower()} rate"
        said.append(kind if price is None else f"{kind} {price}" if unit is None else price)
    quantities = [as_object(item) for item in as_list(term.get("quantity_schedule") or [])]
    if quantities:
        said.append(f"quantity {', '.join(compact(item['quantity']) for item in quantities)}")
    return ", ".join(said) or None


def _amount(value: JsonValue, unit: str | None) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return amount_text(value if unit is None else Money.from_api(value, unit))


def _unit(priced: JsonObject, units: Mapping[str, str]) -> str | None:
    """The name of the pricing unit; None for units of usage."""
    if priced.get("access_type") == "QUANTITY":
        return None
    named = _part(priced, "credit_type")
    unit_id = _text(named.get("id", priced.get("credit_type_id")))
    return None if unit_id is None else units.get(unit_id) or _text(named.get("name")) or unit_id


def _fields(thing: JsonObject) -> dict[str, str]:
    return {key: str(value) for key, value in as_object(thing.get("custom_fields") or {}).items()}


def _part(whole: JsonObject, name: str) -> JsonObject:
    value = whole.get(name)
    return value if isinstance(value, dict) else {}


def _window(holder: JsonObject) -> Window:
    """What outlasts the years that people may write, such as a grant for "a thousand years", is shown as open."""
    ends = _text(holder.get("ending_before"))
    is_endless = ends is not None and datetime.fromisoformat(ends).year > LAST_YEAR
    return Window.from_json({**holder, "ending_before": None} if is_endless else holder)


def _instant(value: JsonValue) -> Instant | None:
    return parse_instant(value) if isinstance(value, str) else None


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
