"""The rates of a rate card: adding them, reading them at an instant or over time.

Comes in: bodies; rates for others to store. Goes out: the API's rates and schedules.
Never here: rules (`rate_rules.py`), rows and what counts when (`rate_rows.py`), selectors, contracts.
Source: POST /v1/contract-pricing/rate-cards/{addRate,addRates,getRates,getRateSchedule}; SDK types `rate_*` and
`rate_card_retrieve_rate_schedule_*`. That a rate with the product, frequency, group values and start of another
takes its place was observed. Assumed: products are shown as they are now, rates with their own starts.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast

from pkgplan.engine.faults import not_found, refused
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import no_cursor, page_of
from pkgplan.engine.payloads.query import PageQuery
from pkgplan.engine.payloads.rate import AddRate, AddRates, GetRates, GetRateSchedule, NewRate
from pkgplan.engine.resources import audit, custom_fields, pricing_units, products, rate_rows
from pkgplan.engine.resources.rate_cards import found, open_card
from pkgplan.engine.resources.rate_rows import RateSegment, effective, segments
from pkgplan.engine.resources.rate_rules import new_rate_faults, unit_id_of
from pkgplan.engine.resources.rate_selectors import Selection

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.engine.paging import Page
    from pkgplan.engine.payloads.rate import RateSelector
    from pkgplan.engine.resources.products import Product
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.units import Instant

__all__ = ["OPERATIONS", "NewRate", "RateSegment", "effective", "put", "segments", "shown_rate"]

# How many rates are read at once to look for those that selectors ask for.
_SCANNED: Final = 200
_RATE: Final = ("rate_type", "price", "tiers", "quantity", "is_prorated", "custom_rate", "minimum_config")


def put(tx: Transaction, rate_card_id: str, rates: Iterable[NewRate]) -> list[RateSegment]:
    """Add rates to a card, each in the place of the one with its line and start; gives them as they were stored.

    Raises: EngineError 404 for a card or product that is not there, 400 for the first rate that does not fit.
    """
    card = open_card(tx.connection, rate_card_id)
    given = [*rates]
    known = _products_at_starts(tx.connection, given)
    units = card.units
    added = []
    for rate in given:
        product = known.get((rate.starting_at, rate.product_id))
        if product is None:
            raise not_found(f'product "{rate.product_id}" not found')
        unit = unit_id_of(rate.rate_type, rate.credit_type_id)
        used = None if unit is None else rate_rows.unit_of(tx.connection, card.id, product.id)
        for message in new_rate_faults(rate, product, units, used):
            raise refused(message)
        added.append(_as_stored(tx.connection, rate))
        rate_rows.store(tx.connection, card.id, added[-1])
    return added


def shown_rate(connection: sqlite3.Connection, rate: JsonObject) -> JsonObject:
    """The SDK's `Rate` of a rate as it was sent: its pricing unit with the name, percentages without."""
    shown: JsonObject = {name: rate[name] for name in _RATE if name in rate}
    unit = unit_id_of(str(rate["rate_type"]), cast("str | None", rate.get("credit_type_id")))
    if unit is not None:
        names = pricing_units.names_of(connection, [unit])
        shown["credit_type"] = {"id": unit, "name": names[unit]}
    if rate.get("pricing_group_values"):
        shown["pricing_group_values"] = rate["pricing_group_values"]
    return shown


def _products_at_starts(
    connection: sqlite3.Connection, rates: Sequence[NewRate]
) -> dict[tuple[Instant, str], Product]:
    """Each product as it is when a rate of it begins: group keys may change over time."""
    asked: dict[Instant, set[str]] = defaultdict(set)
    for rate in rates:
        asked[rate.starting_at].add(rate.product_id)
    return {
        (start, product.id): product
        for start, ids in asked.items()
        for product in products.currents(connection, ids, start).values()
    }


def _as_stored(connection: sqlite3.Connection, rate: NewRate) -> RateSegment:
    given = rate.to_json()
    return RateSegment(
        seq=0,
        product_id=rate.product_id,
        billing_frequency=rate.billing_frequency,
        pricing_group_values=rate.pricing_group_values,
        starting_at=rate.starting_at,
        ending_before=rate.ending_before,
        entitled=rate.entitled,
        rate=shown_rate(connection, given),
        commit_rate=cast("JsonObject | None", given.get("commit_rate")),
    )


def _add(tx: Transaction, request: Request) -> JsonObject:
    body: AddRate = request.body
    (added,) = put(tx, body.rate_card_id, [body])
    audit.record(tx, "update", "rate_card", body.rate_card_id, "rate added")
    commit_rate: JsonObject = {} if added.commit_rate is None else {"commit_rate": added.commit_rate}
    return {"data": {**added.rate, **commit_rate}}


def _add_many(tx: Transaction, request: Request) -> JsonObject:
    body: AddRates = request.body
    put(tx, body.rate_card_id, body.rates)
    audit.record(tx, "update", "rate_card", body.rate_card_id, "rates added")
    return {"data": {"id": body.rate_card_id}}


def _list(tx: Transaction, request: Request) -> JsonObject:
    body: GetRates = request.body
    card = found(tx.connection, body.rate_card_id)
    return _answer(
        tx,
        page_of(request.query.limit, request.query.next_page),
        body.selectors,
        lambda wanted, after: effective(tx.connection, card.id, body.at, wanted, after=after),
    )


def _schedule(tx: Transaction, request: Request) -> JsonObject:
    body: GetRateSchedule = request.body
    card = found(tx.connection, body.rate_card_id)
    start, end = body.starting_at, body.ending_before
    if end is not None and end <= start:
        raise refused("starting_at must be before ending_before")
    return _answer(
        tx,
        page_of(request.query.limit, request.query.next_page),
        body.selectors,
        lambda wanted, after: segments(tx.connection, card.id, start, end, wanted, after=after),
    )


def _answer(
    tx: Transaction,
    page: Page,
    selectors: Sequence[RateSelector],
    read: Callable[[set[str] | None, int], Iterator[RateSegment]],
) -> JsonObject:
    """A page of what selectors ask for; `read` gives the segments of some products behind a number."""
    selection = Selection(selectors)
    try:
        rows = read(selection.products, page.after)
    except LookupError:
        raise no_cursor("querystring/next_page") from None
    shown: list[RateSegment] = []
    known: dict[str, Product] = {}
    size = _SCANNED if selectors else page.fetched
    while len(shown) < page.fetched and (chunk := [*islice(rows, size)]):
        missing = {row.product_id for row in chunk} - known.keys()
        known.update(products.currents(tx.connection, missing, tx.now))
        shown += [row for row in chunk if selection.asks_for(row, known[row.product_id])]
    shown = shown[: page.fetched]
    fields = custom_fields.values_of(tx.connection, {row.product_id for row in shown})
    return page.answer(shown, lambda row: _shown(row, known[row.product_id], fields))


def _shown(segment: RateSegment, product: Product, fields: Mapping[str, Mapping[str, str]]) -> JsonObject:
    """The SDK's `RateListResponse`, which is also an item of a rate schedule."""
    optional: dict[str, Any] = {
        "ending_before": None if segment.ending_before is None else to_api_text(segment.ending_before),
        "billing_frequency": segment.billing_frequency,
        "pricing_group_values": segment.pricing_group_values or None,
        "commit_rate": segment.commit_rate,
    }
    return {
        "product_id": product.id,
        "product_name": product.name,
        "product_tags": [*product.tags],
        "product_custom_fields": {**fields.get(product.id, {})},
        "starting_at": to_api_text(segment.starting_at),
        "entitled": segment.entitled,
        "rate": segment.rate,
        **{name: value for name, value in optional.items() if value is not None},
    }


_PATH: Final = "/v1/contract-pricing/rate-cards"

OPERATIONS: Final = (
    Operation(
        "rates.add", "POST", f"{_PATH}/addRate", "Add a rate to a rate card", _add,
        body=AddRate, writes=True, refusals=(404,),
    ),
    Operation(
        "rates.add_many", "POST", f"{_PATH}/addRates", "Add rates to a rate card", _add_many,
        body=AddRates, writes=True, refusals=(404,),
    ),
    Operation(
        "rates.list", "POST", f"{_PATH}/getRates", "Get the rates of a rate card at an instant", _list,
        body=GetRates, query=PageQuery, refusals=(404,),
    ),
    Operation(
        "rates.schedule", "POST", f"{_PATH}/getRateSchedule", "Get the rates of a rate card over time",
        _schedule, body=GetRateSchedule, query=PageQuery, refusals=(404,),
    ),
)  # fmt: skip
