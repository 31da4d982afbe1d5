"""Two values that are shown side by side never look the same: every place that shows a pair is in here."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.command import an_example, edit, run
from support.every_field import TERMS, packages
from support.example_catalog import STARTER, example, found_in

import pkgplan
from pkgplan.errors import StalePlan
from pkgplan.model.appearance import seen
from pkgplan.model.comparison import Comparison, Side
from pkgplan.model.compiled import AsSent
from pkgplan.model.plan import ChangeKind, plan_from_json
from pkgplan.model.source import SourceFile
from pkgplan.report.markdown.comparison import comparison_markdown
from pkgplan.report.text.comparison import comparison_text
from pkgplan.stages.diff import diff, side_by_side
from pkgplan.stages.pins import read_pins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkgplan.model.comparison import Row
    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.plan import Change

TWINS = ["{}\u200b", "{} ", " {}", "{}\u0301\u200d"]
# Not shown as they are sent: ids stand for names, and times and enums have one spelling.
SENT = re.compile(r"(_id|_ids|unit|starting_at|ending_before|uniqueness_key)$")


@pytest.fixture(scope="module")
def package() -> CompiledPackage:
    (compiled,) = packages(TERMS)
    return compiled


def texts(value: Any, route: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every text of a payload that an author may have typed."""
    if isinstance(value, dict):
        for name, child in value.items():
            if not SENT.search(name):
                yield from texts(child, (*route, name))
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from texts(child, (*route, place))
    elif isinstance(value, str) and not value.isupper():
        yield route


def changed(payload: Any, route: tuple[str | int, ...], twin: str) -> Any:
    copy = deepcopy(payload)
    place = copy
    for part in route[:-1]:
        place = place[part]
    place[route[-1]] = twin.format(place[route[-1]])
    return copy


@pytest.mark.parametrize("twin", TWINS)
def test_whatever_is_replaced_by_its_twin_shows_in_a_plan_and_in_a_comparison(
    package: CompiledPackage, twin: str
) -> None:
    routes = [
        route for route in texts(package.payload) if route[0] != "aliases" and route[-1] != "temporary_id"
    ]
    assert len(routes) > 30
    for route in routes:
        payload: Any = {str(route[0]): package.payload[str(route[0])]}
        old, new = (
            AsSent(each, package.references, package.terms)
            for each in (payload, changed(payload, route, twin))
        )
        rows = side_by_side(old, new)
        told = (*diff(old, new), *(change for row in rows for change in row.changes))
        assert told, route
        summaries = [row for row in rows if row.before != row.after]
        pairs: list[Change | Row] = [*told, *summaries]
        for change in pairs:
            if change.kind is ChangeKind.CHANGED:
                assert seen(str(change.before)) != seen(str(change.after)), route


def test_text_and_markdown_show_what_differs() -> None:
    rows = side_by_side(AsSent({"name": "Caf\u00e9"}), AsSent({"name": "Cafe\u0301"}))
    before, after = (Side("starter", number, AsSent(), f"sha256:{number}", ()) for number in (1, 2))
    compared = Comparison("local", before, after, rows, is_same=False)
    text = comparison_text(compared, catalog="catalog", columns=120)
    assert '"Caf\\u00e9"' in text
    assert '"Cafe\\u0301"' in text
    markdown = comparison_markdown(compared, catalog="catalog")
    assert "Caf\\\\u00e9" in markdown
    assert "Cafe\\\\u0301" in markdown


def test_a_number_and_the_text_of_it_differ_in_a_custom_rate() -> None:
    def rate(value: Any) -> AsSent:
        override: Any = {
            "type": "OVERWRITE",
            "overwrite_rate": {"rate_type": "CUSTOM", "custom_rate": {"a": value}},
        }
        return AsSent({"name": "x", "overrides": [override]})

    (change,) = diff(rate(1), rate("1"))
    assert (change.before, change.after) == ("1", '"1"')


def test_a_plan_shows_a_change_of_form(tmp_path: Path) -> None:
    """From one dash to another, which are drawn alike."""
    catalog = an_example(tmp_path / "catalog")
    starter = catalog / "packages" / "starter.yaml"
    edit(starter, ("name: Starter Plan - October 2025", "name: Starter\u2011Plan"))
    assert run("apply", "-C", catalog, "--as-of", "2025-09-15", "--yes").code == 0
    edit(starter, ("name: Starter\u2011Plan", "name: Starter-Plan"), ("2025-10-01\n", "2026-02-01\n"))
    done = run("plan", "-C", catalog, "--as-of", "2025-12-15")
    assert '~ name   "Starter\\u2011Plan" -> "Starter-Plan"' in done.out


def test_a_value_that_is_not_what_it_has_to_be() -> None:
    for given, message in (
        ("pkgplan/v1\u200b", 'is "pkgplan/v1\\u200b", not "pkgplan/v1"'),
        ("\uff50kgplan/v1", 'is "\\uff50kgplan/v1", not "pkgplan/v1"'),
        (1, 'is 1, not "pkgplan/v1"'),
    ):
        catalog = example()
        catalog[STARTER]["apiVersion"] = given
        (found,) = found_in(catalog)
        assert message in found.message


def test_a_choice_in_another_form() -> None:
    catalog = example()
    catalog.fee["collection_schedule"] = "advance\u200b"
    (found,) = found_in(catalog)
    assert 'did you mean "advance"? It is written "advance", and this is "advance\\u200b"' in found.hint


def test_the_version_of_a_plan_file() -> None:
    with pytest.raises(StalePlan, match='has format_version the number 1; this pkgplan reads the text "1"'):
        plan_from_json({"format_version": 1})
    with pytest.raises(StalePlan, match='has format_version "2"; this pkgplan reads "1"'):
        plan_from_json({"format_version": "2"})


def test_the_version_and_the_environment_of_a_lock_file() -> None:
    data: Any = {"format_version": "\uff11", "environment": "l\u043ecal", "ids": {}}
    _, found = read_pins(SourceFile("environments/local.lock.json", "", data), "local", None)
    assert [finding.message for finding in found] == [
        '"format_version" is "\\uff11", and this pkgplan reads "1"',
        'the ids are of environment "l\\u043ecal", and the file is named for "local"',
    ]


# Every sentence of the code with two values side by side. The first are worded so that the two look different; of the
# others neither can look like the other: they are instants, numbers, digests, or one is a list of what can be.
WORDED = {
    "values.py {is_now}, not {wanted}",
    "plan.py {before} -> {after}",
}
CANNOT_LOOK_ALIKE = {
    'assumptions.py {" or ".join(choices)}, not {value}',
    "comparison.py {second} instead of {first}",
    "draft.py {delivery or 'any delivery method'}, not {len(matches)}",
    "plan.py {action.previous} -> {action.ref}",
    'promises.py {is_ or "nobody"} instead of {was}',
    "provisioning.py {actual} instead of {wanted}",
    "rate_rules.py {' or '.join(allowed)}, not {rate.rate_type}",
    "values.py {given.shown}, not {'written as ' if is_whole else ''}",
    "values.py {given.shown}, not {show(only)}",
    "windows.py {_words(seen)} instead of {_words(wanted)}",
}


def test_no_other_sentence_puts_two_values_side_by_side() -> None:
    """A new `... is {x}, not {y}` or `{x} -> {y}` is worded by `told_apart` or `apart`, or listed with its reason."""
    pair = re.compile(r"""(\{[^{}]+\})["']*,?( (?:not|->|instead of) )["']*(\{[^{}]+\})""")
    found = {
        f"{path.name} {match[1]}{',' if match[2] == ' not ' else ''}{match[2]}{match[3]}"
        for path in Path(pkgplan.__file__).parent.rglob("*.py")
        for match in pair.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == WORDED | CANNOT_LOOK_ALIKE
