"""A name is refused unless it is what it looks like, wherever it stands, and ordinary text is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.command import an_example, run
from support.example_catalog import CARD, PROJECT, STARTER, example, found_in
from support.published import refused

from pkgplan.model import rules

if TYPE_CHECKING:
    from pathlib import Path

NFD, NFC = "Cafe\u0301", "Caf\u00e9"
PRODUCT, METRIC = "references/product-input-tokens.yaml", "references/metric-input-tokens.yaml"

# Where a name stands, by file and route; the last part is the field that is set.
NAMES: list[tuple[str, str]] = [
    (STARTER, "metadata.owner"), (STARTER, "spec.name"), (STARTER, "spec.contract_name"),
    (STARTER, "spec.aliases.0.name"), (STARTER, "spec.rate_card_alias"),
    (STARTER, "spec.recurring_credits.signup-credit.name"), (STARTER, "spec.subscriptions.starter-fee.name"),
    (CARD, "spec.name"), (CARD, "spec.aliases.0.name"), (CARD, "spec.fiat_credit_type"),
    (PRODUCT, "spec.name"), (PRODUCT, "spec.tags.0"), (PRODUCT, "spec.quantity_conversion.name"),
    (METRIC, "spec.name"), (METRIC, "spec.aggregation_key"), (METRIC, "spec.property_filters.0.name"),
]  # fmt: skip
KEYS: list[tuple[str, str]] = [
    (STARTER, "metadata.labels"), (STARTER, "spec.subscriptions.starter-fee.custom_fields"),
    (CARD, "spec.rates.0.pricing_group_values"),
]  # fmt: skip
UNTIDY = [NFD, "x ", "\u00a0x", "a  b", "x\u200b", "so\u00adft", "x\u202e", "x\ufe0f", "a\tb"]


def at(path: str, route: str, value: Any) -> list[tuple[str, tuple[str | int, ...], str, str]]:
    catalog = example()
    *parents, last = (int(part) if part.isdecimal() else part for part in route.split("."))
    place: Any = catalog[path]
    for part in parents:
        place = place[part]
    place[last] = value
    return [
        (each.rule.code, each.at.route, each.message, each.hint)
        for each in found_in(catalog)
        if each.at.path == path
    ]


@pytest.mark.parametrize(("path", "route"), NAMES)
def test_each_name_is_refused_in_another_form(path: str, route: str) -> None:
    for untidy in UNTIDY:
        ((code, where, message, hint),) = at(path, route, untidy)
        assert (code, ".".join(map(str, where))) == (rules.UNTIDY_NAME.code, route), untidy
        assert "but is another name" in message
        assert "\\" in message, "the message shows what differs"
        assert hint.startswith('write "')


@pytest.mark.parametrize(("path", "route"), KEYS)
def test_each_key_of_an_author_is_refused_in_another_form(path: str, route: str) -> None:
    for untidy in UNTIDY:
        found = at(path, route, {untidy: "1"})
        assert rules.UNTIDY_NAME.code in {code for code, *_ in found}, untidy


def test_the_value_of_a_custom_field_is_a_name_or_empty() -> None:
    route = "spec.subscriptions.starter-fee.custom_fields"
    for untidy in UNTIDY:
        ((code, *_),) = at(STARTER, route, {"erp_item": untidy})
        assert code == rules.UNTIDY_NAME.code
    for fine in ("", "4711", NFC):
        assert {code for code, *_ in at(STARTER, route, {"erp_item": fine})} == {
            rules.UNKNOWN_CUSTOM_FIELD.code
        }


@pytest.mark.parametrize(
    ("path", "route"),
    [
        (STARTER, "metadata.description"),
        (STARTER, "spec.recurring_credits.signup-credit.description"),
        (CARD, "spec.description"),
    ],
)
def test_ordinary_text_is_free(path: str, route: str) -> None:
    for untidy in UNTIDY:
        assert at(path, route, untidy) == []


def test_what_was_named_before_can_still_be_forgotten() -> None:
    """An alias with a blank behind it may be recorded; no file can name it any more, but the Project can let it go."""
    for recorded in (*UNTIDY, "Growth Plan "):
        assert at(PROJECT, "spec.forget", {"aliases": [recorded]}) == []


def test_editors_underline_blanks() -> None:
    document = example()[STARTER]
    assert refused("Package", document) == []
    document["spec"]["name"] = "Starter "
    assert refused("Package", document)


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return an_example(tmp_path / "catalog")


def test_a_price_change_that_names_its_alias_in_another_form(catalog: Path) -> None:
    """Three packages that were meant for one alias, none of which would have come behind it."""
    starter = (catalog / "packages" / "starter.yaml").read_text(encoding="utf-8")
    for key, alias, start in (
        ("first", NFC, "2026-01-01"), ("second", NFD, "2026-03-01"), ("third", "caf\u00e9", "2026-04-01"),
        ("fourth", f"'{NFC} '", "2026-05-01"),
    ):  # fmt: skip
        text = starter.replace("key: starter", f"key: {key}").replace(
            "- name: Starter Plan", f"- name: {alias}"
        )
        (catalog / "packages" / f"{key}.yaml").write_text(
            text.replace("2025-10-01\n", f"{start}\n"), encoding="utf-8"
        )

    done = run("validate", "-C", catalog)

    assert done.code == 1
    assert f"{catalog}/packages/second.yaml:10:13: error PKG112" in done.out
    assert f"{catalog}/packages/third.yaml:10:13: error PKG411" in done.out
    assert f"{catalog}/packages/fourth.yaml:10:13: error PKG112" in done.out
    assert done.out.count(f'hint: write "{NFC}"\n') == 2
    assert f'hint: did you mean "{NFC}"?' in done.out
    assert f"also: {catalog}/packages/first.yaml:10:13" in done.out
