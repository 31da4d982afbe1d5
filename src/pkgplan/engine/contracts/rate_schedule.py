"""What a contract pays for each line of its rate card that it is entitled to, at one instant.

Comes in: a contract, an instant, selectors. Goes out: list rate, commit rate and override rate of each line.
Never here: which override counts and what it makes of a price (`rating.selection`), what usage with certain
presentation group values or usage that a commit pays for costs.
Source: POST /v1/contracts/getContractRateSchedule, SDK type `v1.contract_retrieve_rate_schedule_response`. Before the
contract's start and after its end there are no lines, and no line lasts longer than it does (assumed).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import Field

from pkgplan.engine.contracts.reading import found
from pkgplan.engine.contracts.shown.rates import dated_override, override_rate
from pkgplan.engine.contracts.shown.terms import cut, latest_end, terms_of
from pkgplan.engine.faults import refused
from pkgplan.engine.fields import AnyInstant, Body, EntityId
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import page_of
from pkgplan.engine.payloads.query import PageQuery
from pkgplan.engine.payloads.rate import TaggedRateSelector
from pkgplan.engine.resources import custom_fields, products, rates
from pkgplan.engine.resources.rate_selectors import Selection
from pkgplan.rating.selection import DatedLine, DatedOverrides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.engine.assumptions import Assumptions
    from pkgplan.engine.contracts.rows import StoredContract
    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.engine.resources.products import Product
    from pkgplan.engine.resources.rates import RateSegment
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.units import Instant
    from pkgplan.rating.selection import Stretch

# How many rates are read at once to look for those that selectors ask for.
_SCANNED: Final = 200


class ContractRateSchedule(Body):
    """Which lines of which contract, and when."""

    customer_id: EntityId
    contract_id: EntityId
    at: AnyInstant | None = None
    selectors: list[TaggedRateSelector] = Field(default_factory=list)


class Line(NamedTuple):
    """One line of an answer; `seq` is that of its rate."""

    seq: int
    json: JsonObject


def _rate_schedule(tx: Transaction, request: Request) -> JsonObject:
    body: ContractRateSchedule = request.body
    page = page_of(request.query.limit, request.query.next_page)
    stored = found(tx, body.customer_id, body.contract_id)
    at = body.at or tx.now
    selection = Selection(body.selectors)
    segments = _segments(tx, stored, at, selection.products, page.after)
    lines = _lines(tx, _Priced.of(stored, at, tx.assumptions), selection, segments, page.fetched)
    return page.answer([*islice(lines, page.fetched)], lambda line: line.json)


def _segments(
    tx: Transaction, stored: StoredContract, at: Instant, product_ids: set[str] | None, after: int
) -> Iterator[RateSegment]:
    """The rates that count for a contract at an instant, behind the one with the number `after`."""
    card_id = stored.body.get("rate_card_id")
    has_ended = stored.ending_before is not None and at >= stored.ending_before
    if card_id is None or at < stored.starting_at or has_ended:
        return iter(())
    try:
        return rates.effective(tx.connection, str(card_id), at, product_ids, after=after)
    except LookupError:
        raise refused("querystring/next_page is not a cursor of this list") from None


@dataclass(frozen=True, slots=True)
class _Priced:
    """A contract with its overrides, at one instant; `terms` are the stored ones by id."""

    stored: StoredContract
    at: Instant
    terms: dict[str, JsonObject]
    overrides: DatedOverrides

    @classmethod
    def of(cls, stored: StoredContract, at: Instant, readings: Assumptions) -> _Priced:
        """Index the overrides of a contract once."""
        cuts = (cut(term, latest_end(stored, readings)) for term in terms_of(stored, "overrides"))
        terms = {str(term["id"]): term for term in cuts if term is not None}
        explicit = stored.body["multiplier_override_prioritization"] == "EXPLICIT"
        overrides = DatedOverrides(
            map(dated_override, terms.values()),
            explicit=explicit,
            first_of_equals=readings.equal_priorities == "first",
        )
        return cls(stored, at, terms, overrides)

    def stretch(self, segment: RateSegment, product: Product) -> Stretch:
        """What counts for a line, and for how long within the contract."""
        stored = self.stored
        ends = [end for end in (segment.ending_before, stored.ending_before) if end is not None]
        line = DatedLine(
            product.id,
            frozenset(product.tags),
            frozenset(segment.pricing_group_values.items()),
            segment.billing_frequency,
            frozenset(product.presentation_group_key),
        )
        start = max(segment.starting_at, stored.starting_at)
        return self.overrides.around(line, self.at, start, min(ends, default=None), entitled=segment.entitled)


def _lines(
    tx: Transaction,
    priced: _Priced,
    selection: Selection,
    segments: Iterator[RateSegment],
    size: int,
) -> Iterator[Line]:
    """The lines of these rates that are asked for and that the contract is entitled to; likely `size` are wanted."""
    while chunk := [*islice(segments, _SCANNED if selection.selectors else size)]:
        ids = {segment.product_id for segment in chunk}
        known = products.currents(tx.connection, ids, priced.at)
        fields = custom_fields.values_of(tx.connection, ids)
        for segment in chunk:
            product = known[segment.product_id]
            if not selection.asks_for(segment, product):
                continue
            stretch = priced.stretch(segment, product)
            if stretch.selected.entitled:
                shown: JsonObject = {
                    "rate_card_id": priced.stored.body["rate_card_id"],
                    "product_id": product.id,
                    "product_name": product.name,
                    "product_tags": list(product.tags),
                    "product_custom_fields": {**fields.get(product.id, {})},
                    **_of_line(segment, stretch, priced.terms),
                }
                yield Line(segment.seq, shown)


def _of_line(segment: RateSegment, stretch: Stretch, terms: dict[str, JsonObject]) -> JsonObject:
    """A line without its product."""
    line: JsonObject = {
        "entitled": True,
        "starting_at": to_api_text(stretch.start),
        "list_rate": segment.rate,
    }
    if stretch.end is not None:
        line["ending_before"] = to_api_text(stretch.end)
    if segment.billing_frequency is not None:
        line["billing_frequency"] = segment.billing_frequency
    if segment.pricing_group_values:
        line["pricing_group_values"] = {**segment.pricing_group_values}
    if segment.commit_rate is not None:
        line["commit_rate"] = segment.commit_rate
    counting = stretch.selected.override
    if counting is not None:
        rate = override_rate(segment.rate, terms[counting.override_id])
        if rate is not None:
            line["override_rate"] = rate
    return line


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        "contracts.rate_schedule", "POST", "/v1/contracts/getContractRateSchedule",
        "Get what a contract pays for what it is entitled to", _rate_schedule,
        body=ContractRateSchedule, query=PageQuery, refusals=(404,),
    ),
)  # fmt: skip
