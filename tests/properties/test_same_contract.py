"""Two spellings are one version only if contracts made from either are alike; the engine has to think so, too."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from support.calendar_values import starts
from support.offline import HandClock
from support.random_values import Chance
from support.respelling import respelled
from support.specs import a_spec, catalog_with

from pkgplan.engine import Assumptions, Engine
from pkgplan.model.meaning import canonical_form
from pkgplan.model.units import format_instant
from pkgplan.rating.dated_terms import dated_terms
from pkgplan.stages.compile import compile_packages, embedded_ids
from pkgplan.wiring import prerequisites

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject
    from pkgplan.model.catalog.catalog import Catalog
    from pkgplan.model.units import Instant

SEEDS: Final = st.integers(0, 2**32)
LOOKED_AT: Final = timedelta(days=400)
# The engine refuses what is older, and what some customers only can have.
MODERN: Final = starts.map(lambda at: at if at.year > 1900 else at.replace(year=at.year + 100))
LEFT_OUT: Final = {"billing_provider", "delivery_method"}
GIVEN_BY_THE_ENGINE: Final = {"id", "created_at"}
OF_THE_CATALOG: Final = {"product_id", "credit_type_id", "rate_card_id"}


@settings(max_examples=30)
@given(st.data(), SEEDS, MODERN)
def test_two_spellings_give_contracts_with_the_same_dates_and_amounts(
    data: st.DataObject, seed: int, start: Instant
) -> None:
    spec = {name: item for name, item in data.draw(a_spec()).items() if name not in LEFT_OUT}
    one, other = (_compiled(each) for each in (spec, respelled(Chance(Random(seed)), spec)))
    foretold = [
        Counter(
            (each.kind, each.role, each.starting_at, each.ending_before, each.amount, each.count)
            for each in dated_terms(payload, start).terms
        )
        for _, payload in (one, other)
    ]
    assert foretold[0] == foretold[1]
    # Defaults come back as they were sent; all else, dates and grants before all, has to be equal.
    assert _contract(*one, start) == _contract(*other, start)


def _contract(catalog: Catalog, payload: JsonObject, start: Instant) -> Any:
    """What a read long after its start says of a contract, without the ids that it was given."""
    clock = HandClock()
    with Engine(":memory:", clock, Assumptions.of({"pass_down_keys": "package"})) as engine:
        engine.seed(prerequisites(catalog, _ids(catalog)))
        package: Any = engine.call("packages.create", payload)
        customer: Any = engine.call("customers.create", {"name": "Any"})
        named = {"customer_id": customer["data"]["id"]}
        new = {**named, "package_id": package["data"]["id"], "starting_at": format_instant(start)}
        made: Any = engine.call("contracts.create", new)
        clock.instant = start + LOOKED_AT
        read: Any = engine.call("contracts_v2.get", {**named, "contract_id": made["data"]["id"]})
    return canonical_form(_without_ids(read["data"]))


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_ids(item) for name, item in value.items() if name not in GIVEN_BY_THE_ENGINE and (
                name in OF_THE_CATALOG or not name.endswith(("_id", "commit_ids", "credit_ids")))
        }  # fmt: skip
    return [_without_ids(item) for item in value] if isinstance(value, list) else value


def _compiled(spec: dict[str, Any]) -> tuple[Catalog, JsonObject]:
    catalog, _ = catalog_with(spec, "USD")
    (compiled,) = compile_packages(catalog, _ids(catalog))
    return catalog, compiled.payload


def _ids(catalog: Catalog) -> dict[str, str]:
    return embedded_ids(catalog, "random", "local")
