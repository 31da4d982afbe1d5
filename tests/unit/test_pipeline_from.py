"""`from` through the whole pipeline: each fault once and in its own file, and where every value comes from."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from support.golden import BASE

from pkgplan.model.diagnostics import START_OF_FILE, TextRange
from pkgplan.model.source import catalog_digest
from pkgplan.pipeline import check_catalog, where
from pkgplan.stages.load import load

if TYPE_CHECKING:
    from pathlib import Path

TERMS = """\
apiVersion: pkgplan/v1
kind: PackageFragment
metadata:
  key: terms
spec:
  rate_card_alias: Tokens rate card
  net_payment_terms_days: 30
  recurring_credits:
    monthly:
      product: signup-credit
      access_amount: {unit_price: 100.00 USD, quantity: 1}
      priority: 1
      commit_duration: 1 period
      starting_at_offset: 0 months
"""
TEAM = """\
apiVersion: pkgplan/v1
kind: Package
metadata:
  key: KEY
spec:
  from: [terms]
  name: KEY
  recurring_credits:
    monthly: {priority: 2}
"""
KEYS = ("one", "three", "two")


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    shutil.copytree(BASE, folder)
    write(folder, "terms", TERMS)
    for key in KEYS:
        write(folder, key, TEAM.replace("KEY", key))
    return folder


def test_a_misspelt_key_is_recognized_although_the_base_says_the_right_one(catalog: Path) -> None:
    write(catalog, "one", TEAM.replace("KEY", "one") + "  net_payment_term_days: 15\n")
    (found,) = check_catalog(catalog).diagnostics
    assert found.message == '"spec" has no key "net_payment_term_days"'
    assert found.hint == 'did you mean "net_payment_terms_days"?'


def test_a_misspelt_term_of_a_base_is_recognized(catalog: Path) -> None:
    write(catalog, "one", TEAM.replace("KEY", "one").replace("monthly:", "montly:"))
    hints = {finding.hint for finding in check_catalog(catalog).diagnostics}
    assert 'did you mean "monthly", which is taken over? Otherwise add "access_amount"' in hints
    assert all(hint.startswith("did you mean") for hint in hints)


def write(catalog: Path, name: str, text: str) -> None:
    (catalog / "packages" / f"{name}.yaml").write_text(text, encoding="utf-8")


def found(catalog: Path) -> list[tuple[str, str, int, str]]:
    """Rule, file, line and the files that are mentioned besides."""
    return [
        (each.rule.code, each.at.path.removeprefix("packages/"), line(each.at.text_range), related)
        for each in check_catalog(catalog).diagnostics
        for related in [", ".join(other.message for other in each.related)]
    ]


def line(place: TextRange | None) -> int:
    assert place is not None
    return place.line


def test_a_catalog_with_a_fragment_is_sound(catalog: Path) -> None:
    checked = check_catalog(catalog)
    assert checked.diagnostics == ()
    assert set(checked.catalog.packages) == {"starter", *KEYS}
    one = checked.catalog.packages["one"].document.spec
    assert (one.net_payment_terms_days, one.recurring_credits["monthly"].priority) == (30, 2)


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        # The fragment's own shape: nobody else has to be named.
        ("0 months", "0 mnths", [("PKG305", "terms.yaml", 14, "")]),
        # A misspelt key explains why the packages lack it.
        ("      commit_duration", "      comit_duration", [("PKG101", "terms.yaml", 13, "")]),
        ("      commit_duration: 1 period\n", "", [("PKG102", f"{key}.yaml", 9, "") for key in KEYS]),
        # What only a whole package shows.
        ("100.00 USD", "100.00", [("PKG303", "terms.yaml", 11, 'taken over by "one" and 2 other files')]),
        ("{unit_price: 100.00 USD, quantity: 1}", "{quantity: 1}", [
            ("PKG102", "terms.yaml", 11, 'taken over by "one" and 2 other files'),
        ]),
        # What the checks find, one finding a package.
        ("product: signup-credit", "product: signup", [
            ("PKG201", "terms.yaml", 10, 'taken over by "one" and 2 other files'),
        ]),
        ("Tokens rate card", "Token rate card", [
            ("PKG201", "terms.yaml", 6, 'taken over by "one" and 2 other files'),
        ]),
        # A file that cannot be read at all takes nothing with it.
        ("kind: PackageFragment", "kind: [", [("PKG001", "terms.yaml", 4, "")]),
        ("kind: PackageFragment", "kind: PackageFragmnet", [("PKG105", "terms.yaml", 2, "")]),
        ("key: terms", "key: term", [("PKG201", f"{key}.yaml", 6, "") for key in KEYS]),
    ],
)  # fmt: skip
def test_a_fault_in_a_fragment_is_reported_once(
    good: str, bad: str, expected: list[tuple[str, str, int, str]], catalog: Path
) -> None:
    write(catalog, "terms", TERMS.replace(good, bad))
    assert found(catalog) == expected


def test_a_package_as_a_base_reports_its_fault_itself(catalog: Path) -> None:
    write(catalog, "one", TEAM.replace("KEY", "one").replace("name: one", "name: one\n  duration: 12 mnths"))
    write(catalog, "two", TEAM.replace("KEY", "two").replace("[terms]", "[one]"))
    assert found(catalog) == [("PKG305", "one.yaml", 8, "")]


def test_faults_of_its_own_are_in_the_package(catalog: Path) -> None:
    write(catalog, "two", TEAM.replace("KEY", "two").replace("priority: 2", "priority: high"))
    assert found(catalog) == [("PKG103", "two.yaml", 9, "")]


def test_a_package_that_cannot_be_resolved_says_nothing_more(catalog: Path) -> None:
    nameless = TEAM.replace("KEY", "two").replace("  name: two\n", "")
    write(catalog, "two", nameless.replace("[terms]", "[trems]"))
    assert found(catalog) == [("PKG201", "two.yaml", 6, "")]
    write(catalog, "two", nameless.replace("[terms]", "terms"))
    assert found(catalog) == [("PKG103", "two.yaml", 6, "")]


def test_the_digest_of_a_catalog_is_that_of_its_files(catalog: Path) -> None:
    checked = check_catalog(catalog)
    assert catalog_digest(checked.sources) == catalog_digest(load(catalog)[0])
    assert catalog_digest(checked.sources) != catalog_digest(checked.resolved)


def test_each_value_of_a_package_has_a_file_and_a_line(catalog: Path) -> None:
    checked = check_catalog(catalog)
    routes = [
        ("spec", "name"),
        ("spec", "net_payment_terms_days"),
        ("spec", "recurring_credits", "monthly", "priority"),
        ("spec", "recurring_credits", "monthly", "access_amount", "unit_price"),
        ("metadata", "owner"),
    ]
    places = where(routes, "two", checked)
    assert [(places[route].path, line(places[route].text_range)) for route in routes] == [
        ("packages/two.yaml", 7),
        ("packages/terms.yaml", 7),
        ("packages/two.yaml", 9),
        ("packages/terms.yaml", 11),
        ("packages/two.yaml", 4),
    ]
    assert START_OF_FILE not in {places[route].text_range for route in routes}
    assert where(routes, "nobody", checked) == {}
    source = checked.package_source("two")
    assert source is not None
    assert isinstance(source.data, dict)
    assert source.data["spec"]["net_payment_terms_days"] == 30  # type: ignore[index,call-overload]
