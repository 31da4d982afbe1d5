"""What a catalog's references say, made to exist under ids that are given: metrics, products, units, keys, rate cards.

Comes in: `SeededReference` values. Goes out: rows, the same that the operations of `resources/` write.
Never here: the rules of a create, because a catalog has checks of its own; and neighbours that nobody mentioned.
What was seeded before and has not changed is not written again; what has changed is put in the place of what is
there, with the dated updates of a product, the rates and the alias windows of a rate card.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.engine.faults import EngineError
from pkgplan.engine.fields import Body
from pkgplan.engine.instants import to_text
from pkgplan.engine.payloads import parse
from pkgplan.engine.payloads.product import ProductCreate
from pkgplan.engine.payloads.rate import NewRate
from pkgplan.engine.payloads.rate_card import RateCardCreate
from pkgplan.engine.resources import metrics, pricing_units, products, rate_cards, rates
from pkgplan.engine.resources.custom_fields import KeyAdd
from pkgplan.engine.resources.metrics import MetricCreate
from pkgplan.engine.resources.pricing_units import UnitCreate
from pkgplan.model.canonical import JsonObject, digest_of
from pkgplan.model.timeline import Window
from pkgplan.model.units import CURRENCIES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from pkgplan.engine.operation import Transaction


class _Rates(Body):
    rates: list[NewRate]


@dataclass(frozen=True, slots=True)
class SeededReference:
    """One prerequisite.

    Args:
        kind: `billable_metric`, `credit_type`, `custom_field_key`, `product` or `rate_card`.
        id: it has this id from then on.
        name: its name.
        body: the API's create body without the name; that of a rate card may have `rates`, a list of the bodies of
            `addRate` without the id of the card; that of a key is `{entity, key, enforce_uniqueness?}`.
    """

    kind: str
    id: str
    name: str
    body: JsonObject


def seed(tx: Transaction, references: Iterable[SeededReference]) -> None:
    """Make the store hold these references as given.

    Raises:
        EngineError: 400 or 404 for the first reference that cannot be; nothing is seeded then.
        ValueError: a kind that there is not.
    """
    given = sorted(references, key=lambda each: _ORDER.index(each.kind))
    changed = [each for each in given if _is_new(tx.connection, each)]
    for reference in changed:
        try:
            _SEEDERS[reference.kind](tx, reference)
        except EngineError as error:
            words = reference.kind.replace("_", " ")
            raise EngineError(error.status, f'{words} "{reference.name}": {error.message}') from None
    if any(each.kind == "rate_card" for each in changed):
        _share_aliases(tx.connection, [each for each in given if each.kind == "rate_card"])


def _is_new(connection: sqlite3.Connection, reference: SeededReference) -> bool:
    """Whether a reference is not what was seeded last; it is remembered."""
    written = connection.execute(
        "INSERT INTO seeds (kind, id, digest) VALUES (?, ?, ?) ON CONFLICT (kind, id)"
        " DO UPDATE SET digest = excluded.digest WHERE digest != excluded.digest",
        (reference.kind, reference.id, digest_of([reference.name, reference.body])),
    )
    return written.rowcount > 0


def _metric(tx: Transaction, reference: SeededReference) -> None:
    metrics.insert(tx, reference.id, parse(MetricCreate, _named(reference)))


def _unit(tx: Transaction, reference: SeededReference) -> None:
    create = parse(UnitCreate, _named(reference))
    pricing_units.insert(tx, reference.id, create, is_currency=create.name in CURRENCIES)


def _key(tx: Transaction, reference: SeededReference) -> None:
    key = parse(KeyAdd, {"enforce_uniqueness": False, **reference.body})
    tx.connection.execute(
        "INSERT INTO custom_field_keys (entity, key, enforce_uniqueness) VALUES (?, ?, ?)"
        " ON CONFLICT (entity, key) DO UPDATE SET enforce_uniqueness = excluded.enforce_uniqueness",
        (key.entity, key.key, int(key.enforce_uniqueness)),
    )


def _product(tx: Transaction, reference: SeededReference) -> None:
    products.insert(tx, reference.id, parse(ProductCreate, _named(reference)))


def _rate_card(tx: Transaction, reference: SeededReference) -> None:
    """A card with its rates; its windows follow when all cards are there."""
    card = _card(reference)
    priced = parse(_Rates, {"rates": reference.body.get("rates", [])}).rates
    rate_cards.insert(tx, reference.id, card.model_copy(update={"aliases": []}))
    rates.put(tx, reference.id, priced)


def _named(reference: SeededReference) -> JsonObject:
    return {**reference.body, "name": reference.name}


def _card(reference: SeededReference) -> RateCardCreate:
    return parse(RateCardCreate, _named(reference))


def _share_aliases(connection: sqlite3.Connection, references: Sequence[SeededReference]) -> None:
    """Give the cards of a catalog the windows that it says: one without an end lasts until the next one begins.

    Not by taking over, card by card: the order in which a catalog has its cards means nothing.
    """
    wanted: dict[str, list[tuple[Window, int]]] = defaultdict(list)
    for reference in references:
        for (seq,) in connection.execute(
            "SELECT seq FROM rate_cards WHERE id = ? AND archived_at IS NULL", (reference.id,)
        ).fetchall():
            connection.execute("DELETE FROM rate_card_windows WHERE rate_card_seq = ?", (seq,))
            for alias in _card(reference).aliases:
                wanted[alias.name].append((Window(alias.starting_at, alias.ending_before), seq))
    for name, windows in wanted.items():
        windows.sort(key=lambda each: each[0].start)
        starts = [window.start for window, _ in windows[1:]]
        for (window, seq), next_start in zip(windows, [*starts, windows[-1][0].end], strict=True):
            _hold(connection, name, seq, to_text(window.start), to_text(min(window.end, next_start)))


def _hold(connection: sqlite3.Connection, alias: str, seq: int, start: str, end: str) -> None:
    """Put a card behind an alias for a piece of time; whoever was seeded or created there keeps the rest."""
    if start >= end:
        return
    met = connection.execute(
        "SELECT rowid, rate_card_seq, starting_at, ending_before FROM rate_card_windows"
        " WHERE alias = ? AND live = 1 AND ending_before > ? AND starting_at < ?",
        (alias, start, end),
    ).fetchall()
    pieces = [(seq, start, end)]
    for rowid, other, other_start, other_end in met:
        connection.execute("DELETE FROM rate_card_windows WHERE rowid = ?", (rowid,))
        pieces += [(other, other_start, start), (other, end, other_end)]
    connection.executemany(
        "INSERT INTO rate_card_windows (alias, rate_card_seq, starting_at, ending_before) VALUES (?, ?, ?, ?)",
        [(alias, *piece) for piece in pieces if piece[1] < piece[2]],
    )


# Whatever another kind refers to comes first.
_SEEDERS: Final[dict[str, Callable[[Transaction, SeededReference], None]]] = {
    "billable_metric": _metric,
    "credit_type": _unit,
    "custom_field_key": _key,
    "product": _product,
    "rate_card": _rate_card,
}
_ORDER: Final = [*_SEEDERS]
