"""What is wrong with a lock file, in words; and that the schema for editors says the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pkgplan.model.diagnostics import Diagnostic, Severity, has_errors
from pkgplan.model.schemas import LOCK_SCHEMA, all_schemas
from pkgplan.model.source import SourceFile
from pkgplan.stages.pins import read_pins

A, B = "1d0e3c52-0000-4000-8000-00000000000a", "2d0e3c52-0000-4000-8000-00000000000b"
USD_ID = "2714e483-4ff1-48e4-9e25-ac732e8f24f2"
NAMES = frozenset({"product/fee", "product/seat", "rate-card/list", "pricing-unit/EUR", "pricing-unit/USD"})
SCHEMA = Draft202012Validator(json.loads(all_schemas()[LOCK_SCHEMA]))


def a_lock(ids: Any = None, **changes: Any) -> dict[str, Any]:
    return {"format_version": "1", "environment": "production", "ids": {} if ids is None else ids, **changes}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in a_lock().items() if name != key}


def read(data: Any, names: frozenset[str] | None = NAMES) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    return read_pins(SourceFile("environments/production.lock.json", "", data), "production", names)


def only(data: Any) -> Diagnostic:
    ids, (finding,) = read(data)
    assert ids == {} or finding.severity is Severity.WARNING
    return finding


SOUND: dict[str, Any] = {
    "empty": a_lock(),
    "ids of every kind": a_lock({"product/fee": A, "pricing-unit/EUR": B}),
    "capitals": a_lock({"product/fee": A.upper()}),
    "the dollar": a_lock({"pricing-unit/USD": USD_ID}),
    "a schema": a_lock(**{"$schema": "../schemas/lock.schema.json"}),
}
# What the schema cannot say: it knows neither the name of the file nor two ids at once.
BEYOND_THE_SCHEMA: dict[str, Any] = {
    "another environment": a_lock(environment="sandbox"),
    "one id twice": a_lock({"product/fee": A, "product/seat": A.upper()}),
    "the id of the dollar": a_lock({"pricing-unit/EUR": USD_ID}),
    "another id of the dollar": a_lock({"pricing-unit/USD": A}),
}
FAULTY: dict[str, Any] = {
    "a list": [],
    "text": "ids",
    "nothing": None,
    "no format_version": without("format_version"),
    "no environment": without("environment"),
    "no ids": without("ids"),
    "another key": a_lock(comment="x"),
    "a number as version": a_lock(format_version=1),
    "a newer version": a_lock(format_version="2"),
    "null as version": a_lock(format_version=None),
    "a number as environment": a_lock(environment=7),
    "a list of ids": a_lock([{"product/fee": A}]),
    "null as ids": {**a_lock(), "ids": None},
    "a number as schema": a_lock(**{"$schema": 1}),
    **{
        f"id {id_!r}": a_lock({"product/fee": id_})
        for id_ in ("todo", "", "  ", "abc", A + "0", f"{A} ", f"{{{A}}}", A.replace("-", ""), f"{A}\n",
                    "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "00000000-0000-0000-0000-000000000000", 1, None, True,
                    [A], {"id": A})
    },
    **{
        f"name {name!r}": a_lock({name: A})
        for name in ("", "fee", "produkt/fee", "Product/fee", "product/", "product/Fee", "product/a b", "product/a/b",
                     "product/-a", "pricing-unit/eu R", "pricing-unit/Eur", "products/fee", "/fee", "product/fee\n")
    },
}  # fmt: skip


@pytest.mark.parametrize("data", SOUND.values(), ids=SOUND)
def test_what_is_sound_has_no_finding_here_and_in_the_schema(data: Any) -> None:
    assert read(data)[1] == ()
    assert list(SCHEMA.iter_errors(data)) == []


@pytest.mark.parametrize("data", FAULTY.values(), ids=FAULTY)
def test_what_is_faulty_is_so_here_and_in_the_schema(data: Any) -> None:
    ids, found = read(data)
    assert ids == {}
    assert has_errors(found)
    assert {finding.rule.code for finding in found} <= {"PKG611", "PKG612", "PKG613"}
    assert not SCHEMA.is_valid(data)
    for finding in found:
        assert finding.hint
        assert "\n" not in finding.message + finding.hint
        assert not finding.message.endswith(".")


@pytest.mark.parametrize("data", BEYOND_THE_SCHEMA.values(), ids=BEYOND_THE_SCHEMA)
def test_what_only_we_can_know(data: Any) -> None:
    assert read(data)[0] == {}
    assert has_errors(read(data)[1])
    assert SCHEMA.is_valid(data)


def test_ids_come_out_sorted_and_in_lower_case() -> None:
    ids, found = read(a_lock({"rate-card/list": B.upper(), "product/fee": A}))
    assert found == ()
    assert list(ids.items()) == [("product/fee", A), ("rate-card/list", B)]


def test_a_version_of_another_type_is_told_with_both_types() -> None:
    finding = only(a_lock(format_version=1))
    assert finding.message == '"format_version" is 1 (a number), should be "1" (text)'
    assert finding.at.route == ("format_version",)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("produkt/fee", 'did you mean "product/fee"?'),
        ("fee", 'did you mean "product/fee"?'),
        ("product/Fee", 'did you mean "product/fee"?'),
        ("metric/x", "the kinds are billable-metric, product, rate-card and pricing-unit"),
        ("nobody", "write the kind in front"),
    ],
)
def test_a_name_that_nothing_can_have_is_told_what_was_meant(name: str, meant: str) -> None:
    finding = only(a_lock({name: A}))
    assert finding.rule.code == "PKG613"
    assert meant in finding.hint
    assert finding.at.route == ("ids", name)


def test_a_name_that_the_catalog_lacks_is_a_warning_with_the_nearest_of_its_kind() -> None:
    finding = only(a_lock({"product/fees": A}))
    assert (finding.rule.code, finding.severity) == ("PKG614", Severity.WARNING)
    assert finding.hint.startswith('did you mean "product/fee"?')
    assert read(a_lock({"product/fees": A}))[0] == {"product/fees": A}, "it may be kept"


def test_without_the_names_of_the_catalog_none_is_missed() -> None:
    assert read(a_lock({"product/fees": A}), names=None) == ({"product/fees": A}, ())


def test_an_id_of_three_names_is_told_twice_with_its_first_owner() -> None:
    _, found = read(a_lock({"product/fee": A, "product/seat": A, "rate-card/list": A}))
    assert [finding.rule.code for finding in found] == ["PKG615", "PKG615"]
    assert {finding.related[0].at.route for finding in found} == {("ids", "product/fee")}


@pytest.mark.parametrize("written", [A.replace("-", ""), f" {A}", f"{{{A}}}", f"urn:uuid:{A}", f"{A}\n"])
def test_an_id_in_another_spelling_is_told_how_to_write_it(written: str) -> None:
    assert only(a_lock({"product/fee": written})).hint == f'write "{A}"'


def test_long_values_are_cut() -> None:
    for data in (a_lock({"product/fee": "x" * 9999}), a_lock({"x" * 9999: A}), a_lock(**{"y" * 9999: 1})):
        assert len(only(data).message) < 200


def test_a_file_of_another_catalog_is_not_guessed_at_for_ever() -> None:
    ids = {f"product/fe{number}": f"{number:08}-0000-4000-8000-000000000000" for number in range(1, 40)}
    _, found = read(a_lock(ids))
    assert {finding.rule.code for finding in found} == {"PKG614"}
    assert 0 < sum("did you mean" in finding.hint for finding in found) <= 10
