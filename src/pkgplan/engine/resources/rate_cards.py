"""Rate cards: create, get, list, update, archive; who is behind a rate card alias.

Comes in: bodies and ids. Goes out: the API's rate cards.
Never here: rates, the rule of take-overs (`aliases.py`).
Source: POST /v1/contract-pricing/rate-cards/{create,get,list,update,archive}; SDK types `rate_card_*`. Units:
`fiat_per_custom_credit` is in the stored unit of the fiat, cents for USD; a number in bodies, text in answers.
Assumed: `aliases` of an update are all windows that the card shall have; archived cards are not listed and can
no longer be changed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pkgplan.engine.aliases import (
    RATE_CARDS,
    give_up,
    let_go,
    shown_windows,
    take_alias,
    windows_of,
)
from pkgplan.engine.faults import EngineError, refused
from pkgplan.engine.instants import to_api_text
from pkgplan.engine.length import length
from pkgplan.engine.operation import Operation
from pkgplan.engine.paging import LONGEST, page_of
from pkgplan.engine.payloads.query import PageQuery
from pkgplan.engine.payloads.rate_card import RateCardCreate, RateCardId, RateCardList, RateCardUpdate
from pkgplan.engine.resources import audit, custom_fields, pricing_units
from pkgplan.engine.resources.rate_card_rows import card_behind, found, listed, open_card
from pkgplan.engine.templates import CREATED_BY
from pkgplan.model.canonical import JsonObject, as_list, compact, plain_number
from pkgplan.model.timeline import AliasWindow, Window

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from pkgplan.engine.operation import Request, Transaction
    from pkgplan.engine.payloads.package import PackageAlias
    from pkgplan.engine.payloads.rate_card import Conversion
    from pkgplan.engine.resources.rate_card_rows import Card
    from pkgplan.model.canonical import JsonValue

__all__ = ["OPERATIONS", "card_behind", "found", "insert", "open_card"]


def insert(tx: Transaction, rate_card_id: str, body: RateCardCreate) -> None:
    """Store a rate card without rates, or put it in the place of the one with its id, whose rates go.

    Raises: EngineError 400 for units that do not fit, aliases without an instant, or custom fields.
    """
    shown: JsonObject = {
        "name": body.name,
        "created_by": CREATED_BY,
        **({} if body.description is None else {"description": body.description}),
        "fiat_credit_type": _fiat(tx.connection, body.fiat_credit_type_id),
        "credit_type_conversions": _conversions(tx.connection, body.credit_type_conversions),
    }
    tx.connection.execute("DELETE FROM rate_card_rates WHERE rate_card_id = ?", (rate_card_id,))
    # An archived card has nothing left that it could keep.
    tx.connection.execute(
        "DELETE FROM rate_card_windows WHERE live = 0"
        " AND rate_card_seq = (SELECT seq FROM rate_cards WHERE id = ?)",
        (rate_card_id,),
    )
    tx.connection.execute(
        "INSERT INTO rate_cards (id, created_at, body) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body, archived_at = NULL",
        (rate_card_id, to_api_text(tx.now), compact(shown)),
    )
    _hold(tx, found(tx.connection, rate_card_id).seq, body.aliases)
    custom_fields.set_values(tx, "rate_card", rate_card_id, body.custom_fields)


def _hold(tx: Transaction, seq: int, aliases: Iterable[PackageAlias]) -> None:
    """Leave a card with these windows and no others.

    What it has already is left alone: to take it anew would remove what others have scheduled behind it. Only
    behind a window that is new everything has to be taken again, because that removes what comes later.
    """
    wanted = dict.fromkeys(_windows(aliases))
    held = set(windows_of(tx.connection, RATE_CARDS, seq))
    for each in held - wanted.keys():
        give_up(tx.connection, RATE_CARDS, seq, each)
    renewed = set()
    for each in wanted:
        if each not in held or each.alias in renewed:
            renewed.add(each.alias)
            take_alias(tx.connection, RATE_CARDS, seq, each, now=tx.now, rule=tx.assumptions.takeover)


def _windows(aliases: Iterable[PackageAlias]) -> list[AliasWindow]:
    """The windows by alias and start; raises EngineError 400 if one holds no instant, or two share one."""
    windows = sorted(
        (AliasWindow(each.name, Window(each.starting_at, each.ending_before)) for each in aliases),
        key=lambda each: (each.alias, each.window.start),
    )
    for each in windows:
        if each.window.start >= each.window.end:
            raise refused(f'alias "{each.alias}": starting_at must be before ending_before')
    for each, following in pairwise(windows):
        if each.alias == following.alias and following.window.start < each.window.end:
            raise refused(f'alias "{each.alias}" is used twice for the same time')
    return windows


def _fiat(connection: sqlite3.Connection, unit_id: str) -> JsonObject:
    name = _unit_name(connection, unit_id)
    if not pricing_units.currencies_among(connection, [unit_id]):
        raise refused(f'fiat_credit_type_id "{unit_id}" is not a currency')
    return {"id": unit_id, "name": name}


def _conversions(connection: sqlite3.Connection, conversions: list[Conversion]) -> list[JsonValue]:
    ids = [each.custom_credit_type_id for each in conversions]
    for unit_id in pricing_units.currencies_among(connection, ids):
        raise refused(f'custom_credit_type_id "{unit_id}" is a currency')
    if len(set(ids)) < len(ids):
        raise refused("credit_type_conversions must have one conversion for each custom_credit_type_id")
    return [
        {
            "custom_credit_type": {"id": unit_id, "name": _unit_name(connection, unit_id)},
            "fiat_per_custom_credit": plain_number(each.fiat_per_custom_credit),
        }
        for unit_id, each in zip(ids, conversions, strict=True)
    ]


def _unit_name(connection: sqlite3.Connection, unit_id: str) -> str:
    names = pricing_units.names_of(connection, [unit_id])
    if unit_id not in names:
        raise refused(f'credit type "{unit_id}" not found')  # the vendor's description of a create has no 404
    return names[unit_id]


def _shown(connection: sqlite3.Connection, cards: Iterable[Card]) -> list[JsonValue]:
    """The API's rate cards."""
    wanted = [*cards]
    fields = custom_fields.values_of(connection, [card.id for card in wanted])
    windows = shown_windows(connection, RATE_CARDS, [card.seq for card in wanted])
    return [
        {
            "id": card.id,
            "created_at": card.created_at,
            **card.body,
            "aliases": windows[card.seq],
            "custom_fields": {**fields.get(card.id, {})},
            **({} if card.archived_at is None else {"archived_at": card.archived_at}),
        }
        for card in wanted
    ]


def _create(tx: Transaction, request: Request) -> JsonObject:
    body: RateCardCreate = request.body
    rate_card_id = tx.new_id()
    insert(tx, rate_card_id, body)
    audit.record(tx, "create", "rate_card", rate_card_id, body.name)
    return {"data": {"id": rate_card_id}}


def _get(tx: Transaction, request: Request) -> JsonObject:
    return {"data": _shown(tx.connection, [found(tx.connection, request.body.id)])[0]}


def _list(tx: Transaction, request: Request) -> JsonObject:
    page = page_of(request.query.limit, request.query.next_page)
    found = listed(tx.connection, after=page.after, limit=page.fetched)
    page, cards = page.filled(found, lambda card: length(card.body, LONGEST))
    shown = dict(zip((card.seq for card in cards), _shown(tx.connection, cards), strict=True))
    return page.answer(cards, lambda card: shown[card.seq])


def _update(tx: Transaction, request: Request) -> JsonObject:
    body: RateCardUpdate = request.body
    card = open_card(tx.connection, body.rate_card_id)
    for each in body.add_credit_type_conversions:
        if each.custom_credit_type_id in card.units:
            raise refused(
                f'the conversion of credit type "{each.custom_credit_type_id}" exists and cannot be modified'
            )
    changed: JsonObject = {
        **card.body,
        **{name: value for name, value in body.to_json().items() if name in {"name", "description"}},
        "credit_type_conversions": [
            *as_list(card.body["credit_type_conversions"]),
            *_conversions(tx.connection, body.add_credit_type_conversions),
        ],
    }
    tx.connection.execute("UPDATE rate_cards SET body = ? WHERE seq = ?", (compact(changed), card.seq))
    if body.aliases is not None:
        _hold(tx, card.seq, body.aliases)
    audit.record(tx, "update", "rate_card", card.id)
    return {"data": {"id": card.id}}


def _archive(tx: Transaction, request: Request) -> JsonObject:
    """Contracts on the card keep it; its aliases are free to be taken, as those of packages are (assumed)."""
    card = found(tx.connection, request.body.id)
    if card.archived_at is not None:
        raise EngineError(422, f'rate card "{card.id}" is already archived')  # as of packages (assumed)
    tx.connection.execute(
        "UPDATE rate_cards SET archived_at = ? WHERE seq = ?", (to_api_text(tx.now), card.seq)
    )
    let_go(tx.connection, RATE_CARDS, card.seq)
    audit.record(tx, "archive", "rate_card", card.id)
    return {"data": {"id": card.id}}


_PATH: Final = "/v1/contract-pricing/rate-cards"

OPERATIONS: Final = (
    Operation(
        "rate_cards.create", "POST", f"{_PATH}/create", "Create a rate card", _create,
        body=RateCardCreate, writes=True,
    ),
    Operation(
        "rate_cards.get", "POST", f"{_PATH}/get", "Get a rate card", _get, body=RateCardId, refusals=(404,)
    ),
    Operation(
        "rate_cards.list", "POST", f"{_PATH}/list", "List rate cards", _list,
        body=RateCardList, query=PageQuery,
    ),
    Operation(
        "rate_cards.update", "POST", f"{_PATH}/update", "Update a rate card", _update,
        body=RateCardUpdate, writes=True, refusals=(404,),
    ),
    Operation(
        "rate_cards.archive", "POST", f"{_PATH}/archive", "Archive a rate card", _archive,
        body=RateCardId, writes=True, refusals=(404, 422),
    ),
)  # fmt: skip
