"""Rate cards: what is stored and shown, units, aliases over time, archiving."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from support.offline import CARD, COINS, EURO, NOW, HandClock, an_alias, an_engine
from support.sdk_client import in_process

from pkgplan.engine import Engine, EngineError
from pkgplan.engine.resources import rate_cards
from pkgplan.model.timeline import (
    AfterBoundedEnd,
    DatelessStart,
    DatelessTakeover,
    LaterWindows,
    TakeoverRule,
)
from pkgplan.model.units import USD_CREDIT_TYPE_ID

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject, JsonValue

RULES = [
    TakeoverRule(*variant)
    for variant in product(LaterWindows, AfterBoundedEnd, DatelessTakeover, DatelessStart)
]
JUNE = "2025-06-01T00:00:00Z"
OCTOBER = "2025-10-01T00:00:00Z"
FEBRUARY = "2026-02-01T00:00:00Z"
NOWHERE = "99999999-0000-4000-8000-000000000000"


def create(engine: Engine, *aliases: JsonObject, **fields: JsonValue) -> str:
    answer: Any = engine.call("rate_cards.create", {"name": "Card", "aliases": [*aliases], **fields})
    return str(answer["data"]["id"])


def get(engine: Engine, rate_card_id: str) -> dict[str, Any]:
    answer: Any = engine.call("rate_cards.get", {"id": rate_card_id})
    shown: dict[str, Any] = answer["data"]
    return shown


def update(engine: Engine, rate_card_id: str, **fields: JsonValue) -> None:
    engine.call("rate_cards.update", {"rate_card_id": rate_card_id, **fields})


def behind(engine: Engine, alias: str, at: str) -> str | None:
    with engine.reading() as connection:
        return rate_cards.card_behind(connection, alias, datetime.fromisoformat(at))


def shown_window(name: str, start: str | None = None, end: str | None = None) -> JsonObject:
    return an_alias(
        name, *(None if text is None else text.replace("00Z", "00.000Z") for text in (start, end))
    )


def test_a_card_is_shown_with_all_that_was_given(engine: Engine) -> None:
    engine.call(
        "custom_fields.add_key", {"entity": "rate_card", "key": "segment", "enforce_uniqueness": False}
    )
    cards = in_process(engine).v1.contracts.rate_cards
    created = cards.create(
        name="Tokens",
        description="For everybody",
        aliases=[{"name": "T", "starting_at": OCTOBER}],
        fiat_credit_type_id=EURO,
        credit_type_conversions=[{"custom_credit_type_id": COINS, "fiat_per_custom_credit": 0.25}],
        custom_fields={"segment": "smb"},
    )
    shown = cards.retrieve(id=created.data.id).data
    assert (shown.id, shown.name, shown.description) == (created.data.id, "Tokens", "For everybody")
    assert shown.created_at == NOW.replace(microsecond=123000)
    assert [(each.name, each.starting_at) for each in shown.aliases or []] == [
        ("T", datetime.fromisoformat(OCTOBER))
    ]
    assert shown.fiat_credit_type is not None
    assert (shown.fiat_credit_type.id, shown.fiat_credit_type.name) == (EURO, "EUR")
    (conversion,) = shown.credit_type_conversions or []
    assert conversion.fiat_per_custom_credit == "0.25"
    assert (conversion.custom_credit_type.id, conversion.custom_credit_type.name) == (COINS, "Coins")
    assert shown.custom_fields == {"segment": "smb"}


def test_a_card_is_in_dollars_unless_it_says_otherwise(engine: Engine) -> None:
    assert get(engine, create(engine))["fiat_credit_type"] == {
        "id": USD_CREDIT_TYPE_ID,
        "name": "USD (cents)",
    }


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"fiat_credit_type_id": NOWHERE}, "not found"),
        ({"fiat_credit_type_id": COINS}, "is not a currency"),
        ({"credit_type_conversions": [[NOWHERE, 1]]}, "not found"),
        ({"credit_type_conversions": [[EURO, 1]]}, "is a currency"),
        ({"credit_type_conversions": [[COINS, 0]]}, "must be > 0"),
        ({"credit_type_conversions": [[COINS, 1], [COINS, 2]]}, "one conversion for each"),
        ({"aliases": [an_alias("T", JUNE, JUNE)]}, "must be before ending_before"),
        ({"aliases": [an_alias("T"), an_alias("T", JUNE)]}, "twice for the same time"),
        ({"aliases": [an_alias("T", "2025-06-01T00:30:00Z")]}, "must be a full hour"),
        ({"custom_fields": {"segment": "smb"}}, "segment"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_left(engine: Engine, fields: Any, message: str) -> None:
    before = engine.call("rate_cards.list", {})
    conversions: list[JsonValue] = [
        {"custom_credit_type_id": unit, "fiat_per_custom_credit": worth}
        for unit, worth in fields.get("credit_type_conversions", [])
    ]
    with pytest.raises(EngineError, match=message) as refusal:
        engine.call("rate_cards.create", {"name": "x", **fields, "credit_type_conversions": conversions})
    assert refusal.value.status == 400
    assert engine.call("rate_cards.list", {}) == before


@pytest.mark.parametrize("name", ["get", "archive"])
def test_an_unknown_card_is_not_found(engine: Engine, name: str) -> None:
    with pytest.raises(EngineError, match="not found") as refusal:
        engine.call(f"rate_cards.{name}", {"id": NOWHERE})
    assert refusal.value.status == 404


def test_an_update_changes_what_it_names_and_nothing_else(engine: Engine) -> None:
    card = create(engine, an_alias("T", JUNE), description="d")
    before = get(engine, card)
    in_process(engine).v1.contracts.rate_cards.update(rate_card_id=card, name="Other")
    assert get(engine, card) == {**before, "name": "Other"}


def test_conversions_can_be_added_and_never_changed(engine: Engine) -> None:
    engine.call("pricing_units.create", {"name": "Gems"})
    units: Any = engine.call("pricing_units.list", query={"limit": 100})
    gems = next(unit["id"] for unit in units["data"] if unit["name"] == "Gems")
    update(
        engine,
        CARD,
        add_credit_type_conversions=[{"custom_credit_type_id": gems, "fiat_per_custom_credit": 3}],
    )
    assert [
        (each["custom_credit_type"]["name"], each["fiat_per_custom_credit"])
        for each in get(engine, CARD)["credit_type_conversions"]
    ] == [("Coins", "10"), ("Gems", "3")]
    with pytest.raises(EngineError, match="cannot be modified") as refusal:
        update(
            engine,
            CARD,
            name="Other",
            add_credit_type_conversions=[{"custom_credit_type_id": COINS, "fiat_per_custom_credit": 9}],
        )
    assert refusal.value.status == 400
    assert get(engine, CARD)["name"] == "Tokens"


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_cards_take_aliases_over_as_packages_do(rule: TakeoverRule) -> None:
    windows = [
        an_alias("T", JUNE),
        an_alias("T", FEBRUARY),
        an_alias("T", OCTOBER, "2025-12-01T00:00:00Z"),
        an_alias("T"),
    ]
    with an_engine(rule=rule) as engine:
        for count in range(len(windows)):
            body: JsonObject = {"name": "x", "aliases": [windows[count]]}
            engine.call("packages.create", body)
            engine.call("rate_cards.create", body)
        packages: Any = engine.call("packages.list", {})
        cards: Any = engine.call("rate_cards.list", {})
        assert [each["aliases"] for each in cards["data"][-len(windows) :]] == [
            each["aliases"] for each in packages["data"]
        ]


def test_cards_and_packages_have_names_of_their_own(engine: Engine) -> None:
    card = create(engine, an_alias("Starter Plan"))
    engine.call("packages.create", {"name": "x", "aliases": [an_alias("Starter Plan")]})
    assert behind(engine, "Starter Plan", OCTOBER) == card


def test_the_card_behind_an_alias_depends_on_the_instant(engine: Engine) -> None:
    first = create(engine, an_alias("T", JUNE))
    second = create(engine, an_alias("T", FEBRUARY))
    assert behind(engine, "T", "2025-05-31T23:00:00Z") is None
    assert behind(engine, "T", JUNE) == first
    assert behind(engine, "T", "2026-01-31T23:00:00Z") == first
    assert behind(engine, "T", FEBRUARY) == second


def test_aliases_of_an_update_are_all_that_the_card_has(engine: Engine) -> None:
    card = create(engine, an_alias("A", JUNE), an_alias("B"))
    update(engine, card, aliases=[an_alias("C", OCTOBER), an_alias("A", FEBRUARY)])
    assert get(engine, card)["aliases"] == [shown_window("A", FEBRUARY), shown_window("C", OCTOBER)]
    assert behind(engine, "B", OCTOBER) is None
    assert behind(engine, "A", OCTOBER) is None
    update(engine, card, aliases=[])
    assert get(engine, card)["aliases"] == []


def test_an_alias_that_an_update_takes_is_cut_from_the_other_card(engine: Engine) -> None:
    first = create(engine, an_alias("T", JUNE))
    second = create(engine)
    update(engine, second, aliases=[an_alias("T", OCTOBER)])
    assert get(engine, first)["aliases"] == [shown_window("T", JUNE, OCTOBER)]
    assert behind(engine, "T", OCTOBER) == second


def test_an_update_with_the_windows_that_are_there_disturbs_nobody(engine: Engine) -> None:
    """To take them anew would remove what another card has scheduled after them."""
    first = create(engine, an_alias("T", JUNE))
    second = create(engine, an_alias("T", FEBRUARY))
    update(engine, first, aliases=get(engine, first)["aliases"])
    assert get(engine, first)["aliases"] == [shown_window("T", JUNE, FEBRUARY)]
    assert get(engine, second)["aliases"] == [shown_window("T", FEBRUARY)]


def test_a_window_before_one_that_stays_leaves_it_there(engine: Engine) -> None:
    card = create(engine, an_alias("T", OCTOBER))
    update(engine, card, aliases=[an_alias("T", OCTOBER), an_alias("T", JUNE, OCTOBER)])
    assert get(engine, card)["aliases"] == [
        shown_window("T", JUNE, OCTOBER),
        shown_window("T", OCTOBER),
    ]


def test_an_archived_card_stays_readable_and_takes_no_part(engine: Engine) -> None:
    card = create(engine, an_alias("T", JUNE))
    cards = in_process(engine).v1.contracts.rate_cards
    assert cards.archive(id=card).data.id == card
    shown = get(engine, card)
    assert shown["aliases"] == [shown_window("T", JUNE)]
    assert shown["archived_at"] == "2025-09-01T09:30:15.123Z"
    assert behind(engine, "T", OCTOBER) is None
    assert card not in [each.id for each in cards.list()]
    create(engine, an_alias("T"))
    assert get(engine, card)["aliases"] == [shown_window("T", JUNE)]
    with pytest.raises(EngineError, match="already archived") as refusal:
        engine.call("rate_cards.archive", {"id": card})
    assert refusal.value.status == 422
    with pytest.raises(EngineError, match="is archived") as refusal:
        update(engine, card, name="y")
    assert refusal.value.status == 400


def test_a_list_gives_each_card_once_in_the_order_of_creation(engine: Engine) -> None:
    made = [create(engine, an_alias(f"alias {number}")) for number in range(7)]
    listed = [*in_process(engine).v1.contracts.rate_cards.list(limit=2)]
    assert [card.id for card in listed if card.id in made] == made
    assert len(listed) == len({card.id for card in listed})
    assert [alias.name for alias in listed[-1].aliases or []] == ["alias 6"]


def test_the_body_of_a_list_is_closed(engine: Engine) -> None:
    with pytest.raises(EngineError, match="additional property") as refusal:
        engine.call("rate_cards.list", {"archive_filter": "ALL"})
    assert refusal.value.status == 400


def test_changes_are_in_the_audit_log() -> None:
    with an_engine(clock=HandClock(datetime(2026, 1, 1, tzinfo=UTC))) as engine:
        card = create(engine)
        update(engine, card, name="y")
        engine.call("rate_cards.archive", {"id": card})
        with engine.reading() as connection:
            rows = connection.execute(
                "SELECT action FROM audit_log WHERE resource_type = 'rate_card' AND resource_id = ?", (card,)
            ).fetchall()
    assert rows == [("create",), ("update",), ("archive",)]
