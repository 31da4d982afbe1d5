"""The prices of a package as a table: what each line costs, and whether the package fixes that.

Comes in: price tables. Goes out: text. Never here: arithmetic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgplan.model.units import short_instant
from pkgplan.report import prices
from pkgplan.report.text.words import counted, table, visible, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pkgplan.rating.prices import PricedLine
    from pkgplan.rating.tables import PriceTable

_HEADERS = (
    "PRODUCT", "FOR", "ENTITLED", "LIST PRICE", "NEXT LIST PRICE", "OVERRIDES", "PRICE IN THE PACKAGE", "IS", "WHY",
)  # fmt: skip


def price_tables(key: str, tables: Sequence[PriceTable], *, whole: bool) -> str:
    """One table for each rate card; with `whole`, also prices that the package does not charge for."""
    if not tables:
        return f"{visible(key)}: no rate card of the catalog prices this package.\n"
    return "\n".join("".join(_table(key, each, whole=whole)) for each in tables)


def _table(key: str, shown: PriceTable, *, whole: bool) -> Iterator[str]:
    behind = "" if shown.alias is None else f' behind "{visible(shown.alias)}"'
    contracts = window(shown.window)
    starting = "" if contracts == "always" else f", for contracts that start {contracts}"
    yield f'{key}: prices as of {short_instant(shown.as_of)}, rate card "{shown.card}"{behind}{starting}\n\n'
    lines = shown.lines if whole else prices.sold(shown.lines)
    rows = [_row(shown, line) for line in lines]
    # A column that is empty in every row says nothing.
    kept = [number for number in range(len(_HEADERS)) if any(row[number] for row in rows)]
    if rows:
        yield table([_HEADERS[number] for number in kept], [[row[number] for number in kept] for row in rows])
    for line in lines:
        what = f"{line.line.product} {prices.what_for(line)}".rstrip()
        for by in line.at_commit_rate:
            amount = line.listed.commit_rate
            yield visible(f'{what}: {prices.amount_text(amount)}, the commit rate, where "{by}" pays') + "\n"
        for by, amount in line.partly:
            yield visible(f'{what}: {prices.amount_text(amount)} where override "{by}" applies') + "\n"
    left_out = len(shown.lines) - len(lines)
    if left_out:
        yield f"{counted(left_out, 'other price')} of the rate card not sold by this package; -v shows all.\n"


def _row(shown: PriceTable, line: PricedLine) -> tuple[str, ...]:
    return (
        line.line.product,
        prices.what_for(line),
        prices.entitled_text(line),
        prices.amount_text(line.listed.amount),
        prices.next_text(line),
        ", ".join(touch.key for touch in line.decided.by),
        prices.over_time(line),
        line.decided.kind,
        prices.why(shown, line),
    )
