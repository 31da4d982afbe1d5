"""The prices of a package in words and as JSON: what each line costs over time, and who decides it.

Comes in: price tables. Goes out: pieces of text, and JSON. Never here: columns (`text/prices.py`).
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pkgplan.model.plan import FORMAT_VERSION
from pkgplan.model.units import format_instant, short_instant
from pkgplan.rating.prices import span_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.canonical import JsonObject, JsonValue
    from pkgplan.model.units import Instant
    from pkgplan.rating.amounts import Amount
    from pkgplan.rating.lines import Touch
    from pkgplan.rating.prices import Listed, PricedLine
    from pkgplan.rating.tables import PriceTable

NO_PRICE = "no price"
_ENTITLED = {"always": "yes", "sometimes": "at times", "never": "no"}


def amount_text(amount: Amount | None) -> str:
    """A price, or that there is none."""
    return NO_PRICE if amount is None else str(amount)


def entitled_text(line: PricedLine) -> str:
    """Whether customers of the package may use a line."""
    return _ENTITLED[line.entitled]


def what_for(line: PricedLine) -> str:
    """Which price of a product it is: the frequency and the group values."""
    values = (f"{key} {value}" for key, value in sorted(line.line.pricing_group_values))
    frequency = [line.line.billing_frequency] if line.line.billing_frequency else []
    return ", ".join([*frequency, *values])


def next_text(line: PricedLine) -> str:
    """What the rate card says next, and from when on."""
    if line.change is None:
        return ""
    at, to = line.change
    change = amount_text(to.amount)
    if to.entitled != line.listed.entitled and to.amount is not None:
        change += " and entitled" if to.entitled else " and not entitled"
    return f"{change} from {short_instant(at)}"


def over_time(line: PricedLine) -> str:
    """What a line costs in the package: `0.50 USD, after 3 months 1.00 USD`."""
    costs = [
        (start, "scaled in steps" if amount is None and by and line.listed.amount else amount_text(amount))
        for start, amount, by in line.segments
    ]
    changes = [next(same) for _, same in groupby(costs, key=lambda cost: cost[1])]
    return ", ".join(f"after {span_of(start)} {cost}" if start.steps else cost for start, cost in changes)


def why(table: PriceTable, line: PricedLine) -> str:
    """Who decides the price."""
    follows = f'follows rate card "{table.card}"'
    if table.alias is not None:
        follows = f'follows the rate card behind "{table.alias}"'
    parts = [f'override "{touch.key}" {_does(touch)}{_when(line, touch)}' for touch in line.decided.by]
    return "; ".join(parts if line.decided.kind == "pinned" else [*parts, follows])


def _does(touch: Touch) -> str:
    override = touch.override
    if override.type == "overwrite":
        return "fixes it"
    if override.multiplier == 0:
        return "makes it free"
    return "scales it"


def _when(line: PricedLine, touch: Touch) -> str:
    if touch.override.is_commit_specific:
        return " while a commit pays"
    if touch.is_partial:
        return " for some usage"
    is_whole = len(line.segments) == 1 or line.decided.kind == "pinned"
    return "" if is_whole else " for a while"


def to_json(key: str, as_of: Instant, tables: Iterable[PriceTable]) -> JsonObject:
    """`{format_version, key, as_of, rate_cards: [{rate_card, alias, starting_at, ending_before, as_of, prices}]}`."""
    return {
        "format_version": FORMAT_VERSION,
        "key": key,
        "as_of": format_instant(as_of),
        "rate_cards": [
            {
                "rate_card": table.card,
                "alias": table.alias,
                **table.window.to_json(),
                "as_of": format_instant(table.as_of),
                "prices": [_line(table, line) for line in table.lines],
            }
            for table in tables
        ],
    }


def _line(table: PriceTable, line: PricedLine) -> JsonObject:
    values: JsonObject = dict(sorted(line.line.pricing_group_values))
    return {
        "product": line.line.product,
        "billing_frequency": line.line.billing_frequency,
        "pricing_group_values": values,
        "entitled": line.entitled,
        "sold": line.is_sold,
        "list_price": _amount(line.listed),
        "commit_rate": None if line.listed.commit_rate is None else str(line.listed.commit_rate),
        "at_commit_rate": [*line.at_commit_rate],
        "next_change": None
        if line.change is None
        else {
            "at": format_instant(line.change.at),
            "list_price": _amount(line.change.to),
            "entitled": line.change.to.entitled,
        },
        "overrides": [touch.key for touch in line.decided.by],
        "prices": _segments(line),
        "partly": [
            {"override": by, "price": None if amount is None else str(amount)} for by, amount in line.partly
        ],
        "price_is": line.decided.kind,
        "why": why(table, line),
    }


def _amount(listed: Listed) -> str | None:
    return None if listed.amount is None else str(listed.amount)


def _segments(line: PricedLine) -> list[JsonValue]:
    return [
        {"after": span_of(start), "price": None if amount is None else str(amount), "override": by}
        for start, amount, by in line.segments
    ]


def sold(lines: Sequence[PricedLine]) -> list[PricedLine]:
    """The lines that the package charges for."""
    return [line for line in lines if line.is_sold]
