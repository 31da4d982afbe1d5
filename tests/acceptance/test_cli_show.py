"""`pkgplan show`: a package with what it takes over, its prices, and recorded versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.command import run
from support.golden import BASE

from pkgplan.model.canonical import parse_json

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = ("--as-of", "2025-09-15T12:00:00Z")

FRAGMENT = """\
apiVersion: pkgplan/v1
kind: PackageFragment
metadata:
  key: terms
spec:
  net_payment_terms_days: 30
  overrides:
    launch:
      override_specifiers: [{product: input-tokens}]
      starting_at_offset: 0 months
      duration: 3 months
      type: multiplier
      multiplier: 0.5
"""
PRO = """\
apiVersion: pkgplan/v1
kind: Package
metadata:
  key: pro
spec:
  from: [terms, starter]
  name: "Pro: 2025"
  aliases:
    - name: Pro Plan
      starting_at: 2025-10-01
  overrides:
    launch: {multiplier: 0.25}
"""
LATER = """\
    - product: output-tokens
      starting_at: 2026-03-01
      entitled: true
      rate_type: flat
      price: 4.00 USD
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """The base catalog of the golden cases, with a package that takes parts from two files."""
    root = tmp_path / "catalog"
    for file in BASE.rglob("*.yaml"):
        copy = root / file.relative_to(BASE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text())
    (root / "fragments").mkdir()
    (root / "fragments" / "terms.yaml").write_text(FRAGMENT)
    (root / "packages" / "pro.yaml").write_text(PRO)
    with (root / "references" / "rate-card-tokens.yaml").open("a") as card:
        card.write(LATER)
    return root


def test_a_package_is_shown_with_what_it_takes_over_and_where_that_is(catalog: Path) -> None:
    ran = run("-C", catalog, "show", "pro")

    assert (ran.code, ran.err) == (0, "")
    lines = [line.partition("  # ") for line in ran.out.splitlines()]
    said = {text.strip(): place for text, _, place in lines}
    assert ran.out.startswith("# pro: packages/pro.yaml\n")
    assert said['name: "Pro: 2025"'] == ""
    assert said["net_payment_terms_days: 15"] == "packages/starter.yaml:14"
    assert said["duration: 3 months"] in {"fragments/terms.yaml:11", "packages/starter.yaml:22"}
    assert said["- {product: input-tokens}"] == "fragments/terms.yaml:9"
    assert said["multiplier: 0.25"] == ""
    assert said["initial_quantity: 1"] == "packages/starter.yaml:28"
    assert "from" not in ran.out


def test_a_package_is_shown_to_programs(catalog: Path) -> None:
    shown: Any = run("-C", catalog, "show", "pro", "--format", "json").json

    assert list(shown) == ["format_version", "key", "path", "spec", "origins"]
    assert (shown["key"], shown["path"]) == ("pro", "packages/pro.yaml")
    assert shown["spec"]["duration"] == "12 months"
    origins = {each["route"]: (each["path"], each["line"]) for each in shown["origins"]}
    assert origins["duration"] == ("packages/starter.yaml", 13)
    assert origins["overrides.launch.type"] == ("fragments/terms.yaml", 12)
    assert "overrides.launch.multiplier" not in origins


def test_a_package_of_a_faulty_catalog_is_shown_with_a_word_of_warning(catalog: Path) -> None:
    (catalog / "packages" / "bad.yaml").write_text(
        PRO.replace("key: pro", "key: bad").replace("terms", "tarms")
    )
    ran = run("-C", catalog, "show", "pro")
    assert ran.code == 0
    assert "the catalog has errors" in ran.err
    assert run("-C", catalog, "show", "bad").code == 1
    assert run("-C", catalog, "show", "pro", "--prices").code == 1


def test_prices_say_what_each_line_costs_and_who_decides_it(catalog: Path) -> None:
    ran = run("-C", catalog, "show", "pro", "--prices", *AS_OF)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        'pro: prices as of 2025-09-15T12:00:00Z, rate card "tokens" behind "Tokens rate card"\n'
        "\n"
        "PRODUCT        FOR      ENTITLED  LIST PRICE  NEXT LIST PRICE           OVERRIDES  "
        "PRICE IN THE PACKAGE               IS        WHY\n"
        "input-tokens            yes       1.00 USD                              launch     "
        '0.25 USD, after 3 months 1.00 USD  scaled    override "launch" scales it for a while; '
        'follows the rate card behind "Tokens rate card"\n'
        "output-tokens           yes       3.00 USD    4.00 USD from 2026-03-01             "
        '3.00 USD                           floating  follows the rate card behind "Tokens rate card"\n'
        "starter-fee    monthly  yes       10.00 USD                                        "
        '10.00 USD                          floating  follows the rate card behind "Tokens rate card"\n'
    )


def test_prices_are_shown_where_the_fault_is_that_one_of_them_floats(catalog: Path) -> None:
    pro = catalog / "packages" / "pro.yaml"
    pro.write_text(pro.read_text().replace("  key: pro\n", "  key: pro\n  labels: {price: pinned}\n"))
    ran = run("-C", catalog, "validate")
    assert ran.code == 1
    assert f"`pkgplan show -C {catalog} pro --prices` shows all" in ran.out
    assert "floating" in run("-C", catalog, "show", "pro", "--prices", *AS_OF).out


def test_prices_after_a_change_of_the_card(catalog: Path) -> None:
    shown: Any = run(
        "-C", catalog, "show", "pro", "--prices", "--as-of", "2026-03-01", "--format", "json"
    ).json

    (card,) = shown["rate_cards"]
    tokens = {each["product"]: each for each in card["prices"]}
    assert (card["rate_card"], card["alias"]) == ("tokens", "Tokens rate card")
    assert tokens["output-tokens"]["list_price"] == "4.00 USD"
    assert tokens["output-tokens"]["next_change"] is None
    assert tokens["input-tokens"]["price_is"] == "scaled"
    assert tokens["input-tokens"]["prices"] == [
        {"after": "", "price": "0.25 USD", "override": "launch"},
        {"after": "3 months", "price": "1.00 USD", "override": None},
    ]


def test_prices_that_a_package_does_not_charge_for_are_counted(catalog: Path) -> None:
    text = (catalog / "packages" / "starter.yaml").read_text()
    (catalog / "packages" / "starter.yaml").write_text(text[: text.index("  subscriptions:")])
    (catalog / "packages" / "pro.yaml").unlink()
    (catalog / "fragments" / "terms.yaml").unlink()
    ran = run("-C", catalog, "show", "starter", "--prices", *AS_OF)
    assert "starter-fee" not in ran.out
    assert "1 other price of the rate card not sold by this package" in ran.out
    assert "starter-fee" in run("-C", catalog, "show", "starter", "--prices", "-v", *AS_OF).out


def test_a_recorded_version_is_shown_as_it_was_sent(catalog: Path) -> None:
    assert run("-C", catalog, "apply", "--yes", *AS_OF).code == 0
    starter = catalog / "packages" / "starter.yaml"
    starter.write_text(starter.read_text().replace("10.00 USD", "99.00 USD"))

    ran = run("-C", catalog, "show", "starter@1")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("# starter@1: ")
    assert "10.00 USD" in ran.out
    assert "99.00 USD" not in ran.out
    shown: Any = run("-C", catalog, "show", "starter@1", "--format", "json").json
    assert shown["ref"] == "starter@1"
    assert shown["terms"]["name"] == "Starter Plan - October 2025"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("strter",), ['no package "strter"', 'did you mean "starter"?']),
        (("Starter",), ['no package "Starter"', 'did you mean "starter"?']),
        (("",), ['no package ""']),
        (("starter@x",), ['no package "starter@x"', 'did you mean "starter"?']),
        (("terms",), ['"terms" is a PackageFragment, not a package', "a package that starts from it"]),
        (("starter@7",), ['"starter@7" is not recorded', "`pkgplan packages list -C "]),
        (("starter@1", "--prices"), ["--prices needs the key of a package"]),
        (("no/such.json",), ['plan file "no/such.json" does not exist']),
        (("such.json",), ['plan file "such.json" does not exist']),
    ],
)
def test_what_is_not_there(catalog: Path, arguments: tuple[str, ...], words: list[str]) -> None:
    ran = run("-C", catalog, "show", *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert [word for word in words if word not in ran.err] == []


def test_a_file_of_the_name_of_a_package_is_a_plan(
    catalog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("-C", catalog, "plan", "--out", "starter", *AS_OF).code == 0
    ran = run("-C", catalog, "show", "starter", *AS_OF)
    assert ran.code == 0
    assert "Plan: " in ran.out
    assert parse_json((tmp_path / "starter").read_text()) == run("show", "starter", "--format", "json").json
