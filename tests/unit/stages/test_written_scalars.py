"""A finding shows what is written in the file, not what YAML makes of it, and so does the hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import an_example, edit, run

from pkgplan.model.diagnostics import Location
from pkgplan.pipeline import check_catalog
from pkgplan.stages.load import written_in

if TYPE_CHECKING:
    from pathlib import Path

    from pkgplan.model.canonical import JsonValue

NUMBERS = [
    "0815",
    "007",
    "+4915",
    "-1",
    "1e5",
    "1.5E+1",
    "0x1F",
    "0o17",
    ".5",
    "5.",
    "1.50",
    "00",
    "True",
    "false",
]
# What YAML 1.1 takes for something else, and a catalog does not.
TEXTS = ["yes", "No", "1_000", "12:30:45", "2026-02-01", "0b11", "0815a", "1,5"]


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return an_example(tmp_path / "catalog")


def with_owner(catalog: Path, written: str) -> None:
    edit(catalog / "packages" / "starter.yaml", ("owner: growth", f"owner: {written}"))


@pytest.mark.parametrize("written", NUMBERS)
def test_text_that_is_read_as_something_else_is_quoted_as_it_is_written(catalog: Path, written: str) -> None:
    with_owner(catalog, written)
    (found,) = check_catalog(catalog).diagnostics
    assert found.message == f'"owner" is {written}, not text'
    assert found.hint == f"quote it: '{written}'"

    edit(catalog / "packages" / "starter.yaml", (f"owner: {written}", f"owner: '{written}'"))
    checked = check_catalog(catalog)
    assert checked.diagnostics == ()
    assert checked.catalog.packages["starter"].document.metadata.owner == written


@pytest.mark.parametrize("written", TEXTS)
def test_text_that_only_looks_like_something_else_is_text(catalog: Path, written: str) -> None:
    with_owner(catalog, written)
    assert check_catalog(catalog).diagnostics == ()


@pytest.mark.parametrize("written", ["~", "null", ""])
def test_nothing_is_nothing_however_it_is_written(catalog: Path, written: str) -> None:
    with_owner(catalog, written)
    (found,) = check_catalog(catalog).diagnostics
    assert found.message == '"owner" has no value'


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("1.5e1", "is 1.5e1, not written as a whole number", "write 15"),
        ("15.0", "is 15.0, not written as a whole number", "write 15"),
        ("1e2", "is 1e2, not written as a whole number", "write 100"),
        ("15.5", "is 15.5, not a whole number", "write a whole number, without a fraction"),
        ("-0x1", 'is "-0x1", not a whole number', "write the number of days that is meant, as in 30"),
        ("-007", "is -007, less than 0", "write 0 or more"),
        ("yes", 'is "yes", not a whole number', "write the number of days that is meant, as in 30"),
    ],
)
def test_numbers_of_another_form(catalog: Path, written: str, message: str, hint: str) -> None:
    edit(
        catalog / "packages" / "starter.yaml",
        ("net_payment_terms_days: 15", f"net_payment_terms_days: {written}"),
    )
    (found,) = check_catalog(catalog).diagnostics
    assert (found.message, found.hint) == (f'"net_payment_terms_days" {message}', hint)


def test_amounts_instants_and_keys(catalog: Path) -> None:
    edit(
        catalog / "packages" / "starter.yaml",
        ("unit_price: 10.00 USD", "unit_price: 1e1"),
        ("starting_at: 2025-10-01", "starting_at: 0x7E9"),
        ("product: signup-credit", "product: 0815"),
        ("initial_quantity: 1", "initial_quantity: True"),
    )
    found = {finding.message: finding.hint for finding in check_catalog(catalog).diagnostics}
    assert found['"product" is 0815, not text'] == "quote it: '0815'"
    assert '"unit_price" is 1e1, an amount without its unit' in found
    assert '"starting_at" is 0x7E9, not an instant' in found
    assert '"initial_quantity" is True, not a number' in found


def test_a_key_that_would_be_none_in_quotes_is_not_to_be_quoted(catalog: Path) -> None:
    edit(catalog / "packages" / "starter.yaml", ("product: signup-credit", "product: 1.5"))
    (found,) = check_catalog(catalog).diagnostics
    assert (found.message, found.hint) == ('"product" is 1.5, not text', 'write "1-5"')


def test_what_another_file_says_is_shown_as_it_is_written_there(catalog: Path) -> None:
    (catalog / "fragments").mkdir()
    (catalog / "fragments" / "terms.yaml").write_text(
        "apiVersion: pkgplan/v1\nkind: PackageFragment\nmetadata: {key: terms}\nspec:\n  contract_name: 007\n"
    )
    edit(catalog / "packages" / "starter.yaml", ("spec:\n", "spec:\n  from: [terms]\n"))
    (found,) = check_catalog(catalog).diagnostics
    assert (found.at.path, found.message) == ("fragments/terms.yaml", '"contract_name" is 007, not text')


def test_json_and_fmt_show_it_too(catalog: Path) -> None:
    with_owner(catalog, "0815")
    done = run("validate", "--catalog", catalog, "--format", "json")
    (finding,) = _list(done.json, "diagnostics")
    assert (finding["message"], finding["hint"]) == ('"owner" is 0815, not text', "quote it: '0815'")
    assert "quote it: '0815'" in run("fmt", "--check", "--catalog", catalog).err


def test_only_a_place_on_one_line_of_a_file_that_is_there_is_known() -> None:
    texts = {"a.yaml": 'x: 007\ny: "text\n  goes on"\nz: [1e5, {w: .5}]\n'}
    written = written_in(texts)
    assert written(Location("a.yaml", ("x",))) == "007"
    assert written(Location("a.yaml", ("z", 0))) == "1e5"
    assert written(Location("a.yaml", ("z", 1, "w"))) == ".5"
    assert written(Location("a.yaml", ("y",))) is None
    assert written(Location("a.yaml", ("gone",))) is None
    assert written(Location("b.yaml", ("x",))) is None


def _list(document: JsonValue, key: str) -> list[dict[str, JsonValue]]:
    assert isinstance(document, dict)
    entries = document[key]
    assert isinstance(entries, list)
    return [entry for entry in entries if isinstance(entry, dict)]
