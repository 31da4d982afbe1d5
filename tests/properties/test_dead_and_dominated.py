"""Whatever is called dead changes nothing, and a dominated package is never cheaper: day by day, by brute force."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.example_catalog import Example, checked, example

LIFE = 6
STARTER, PRO = "packages/starter.yaml", "packages/package-pro.yaml"
PRODUCTS = ("input-tokens", "output-tokens")
LIST = {"input-tokens": Decimal(1), "output-tokens": Decimal(3)}
SPECIFIERS = (
    {"product": "input-tokens"},
    {"product": "output-tokens"},
    {"product_tags": ["tokens"]},
    {"product_tags": ["tokens", "premium"]},
)
MULTIPLIERS = (Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2))


@st.composite
def overrides(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """A few overrides in whole days; two overwrites of one product never meet, because their order decides."""
    made: dict[str, dict[str, Any]] = {}
    overwritten: set[str] = set()
    for key in draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=4)):
        start = draw(st.integers(0, LIFE - 1))
        override: dict[str, Any] = {"starting_at_offset": f"{start} days"}
        kind = draw(st.sampled_from([None, "multiplier", "multiplier", "overwrite"]))
        specifier = draw(st.sampled_from(SPECIFIERS[:2] if kind == "overwrite" else SPECIFIERS))
        override["override_specifiers"] = [specifier]
        if draw(st.booleans()):
            override["duration"] = f"{draw(st.integers(1, LIFE))} days"
        entitled = draw(st.sampled_from([None, True, False])) if kind else draw(st.booleans())
        if entitled is not None:
            override["entitled"] = entitled
        if kind == "multiplier":
            override |= {"type": kind, "multiplier": draw(st.sampled_from(MULTIPLIERS))}
            override["priority"] = draw(st.integers(1, 3))
        if kind == "overwrite":
            if str(specifier) in overwritten:
                continue
            overwritten.add(str(specifier))
            rate = {"rate_type": "flat", "price": f"{draw(st.integers(0, 3))}.00 USD"}
            override |= {"type": kind, "overwrite_rate": rate}
        made[key] = override
    return made


def catalog_of(made: dict[str, dict[str, Any]], entitled: tuple[bool, bool], *, explicit: bool) -> Example:
    catalog = example()
    for path in [path for path in catalog if path.startswith("packages/") and path != STARTER]:
        del catalog[path]
    spec = catalog.spec
    for field in ("recurring_credits", "subscriptions"):
        del spec[field]
    spec |= {"duration": f"{LIFE} days", "overrides": made}
    spec["multiplier_override_prioritization"] = "explicit" if explicit else "lowest_multiplier"
    catalog.card["rates"] = catalog.card["rates"][:2]
    for rate, is_entitled in zip(catalog.card["rates"], entitled, strict=True):
        rate["entitled"] = is_entitled
    return catalog


def charged(
    made: dict[str, dict[str, Any]], entitled: tuple[bool, bool], *, explicit: bool
) -> dict[tuple[str, int], Decimal | None]:
    """What a unit of each product costs on each day; None where customers may not use it."""
    days = {}
    for product, card in zip(PRODUCTS, entitled, strict=True):
        for day in range(LIFE):
            now = [made[key] for key in sorted(made) if matches(made[key], product) and lasts(made[key], day)]
            says = [each["entitled"] for each in now if "entitled" in each]
            price = price_of(LIST[product], now, explicit=explicit)
            days[product, day] = price if (says[-1] if says else card) else None
    return days


def matches(override: dict[str, Any], product: str) -> bool:
    (specifier,) = override["override_specifiers"]
    return specifier.get("product", product) == product and "premium" not in specifier.get("product_tags", ())


def lasts(override: dict[str, Any], day: int) -> bool:
    start = int(override["starting_at_offset"].split()[0])
    length = int(override.get("duration", f"{LIFE} days").split()[0])
    return start <= day < start + length


def price_of(listed: Decimal, now: list[dict[str, Any]], *, explicit: bool) -> Decimal:
    overwrites = [each for each in now if each.get("type") == "overwrite"]
    if overwrites:
        return Decimal(overwrites[-1]["overwrite_rate"]["price"].split()[0])
    scaling = [each for each in now if each.get("type") == "multiplier"]
    if not scaling:
        return listed
    counting = min(scaling, key=lambda each: each["priority"] if explicit else each["multiplier"])
    return listed * Decimal(counting["multiplier"])


CARDS = st.tuples(st.booleans(), st.booleans())
SLOWLY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@SLOWLY
@given(overrides(), CARDS, st.booleans())
def test_a_dead_override_can_be_removed(
    made: dict[str, dict[str, Any]],
    entitled: tuple[bool, bool],
    explicit: bool,  # noqa: FBT001 - given by hypothesis
) -> None:
    before = charged(made, entitled, explicit=explicit)
    found = checked(catalog_of(made, entitled, explicit=explicit))
    for key in {str(each.at.route[2]) for each in found if each.rule.code == "PKG240"}:
        rest = {other: override for other, override in made.items() if other != key}
        assert charged(rest, entitled, explicit=explicit) == before


@SLOWLY
@given(overrides(), overrides(), CARDS, st.booleans())
def test_a_dominated_package_is_never_cheaper(
    made: dict[str, dict[str, Any]],
    other: dict[str, dict[str, Any]],
    entitled: tuple[bool, bool],
    explicit: bool,  # noqa: FBT001 - given by hypothesis
) -> None:
    catalog = catalog_of(made, entitled, explicit=explicit)
    pro = {**deepcopy(catalog.spec), "aliases": [{"name": "Pro Plan", "starting_at": "2025-10-01"}]}
    catalog.add("Package", "pro", {**pro, "overrides": other})
    days = {
        "starter": charged(made, entitled, explicit=explicit),
        "pro": charged(other, entitled, explicit=explicit),
    }
    for found in checked(catalog):
        if found.rule.code == "PKG244":
            worse, better = found.message.split('"')[1], found.message.split('"')[3]
            for when, price in days[worse].items():
                cheaper = days[better][when]
                assert price is None or (cheaper is not None and cheaper <= price)
