"""Findings as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from pkgplan.errors import StalePlan
from pkgplan.model.diagnostics import Diagnostic, Location, Related, TextRange
from pkgplan.model.rules import ALIAS_GAP, ALIAS_OVERLAP, ASSUMPTION
from pkgplan.report import json as report_json
from pkgplan.report.schemas import diagnostics_schema
from pkgplan.report.text.findings import counts, findings, summary
from pkgplan.report.text.palette import Palette
from pkgplan.report.views import FindingView, Tally

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonObject


def a_finding(
    line: str = "    - name: Starter Plan", column: int = 13, end_column: int = 25, end_line: int = 7
) -> tuple[FindingView, str]:
    at = Location(
        "packages/a.yaml", ("spec", "aliases", 0), text_range=TextRange(7, column, end_line, end_column)
    )
    other = Location("packages/b.yaml", ("spec",), text_range=TextRange(3, 1, 3, 2))
    diagnostic = Diagnostic(
        ALIAS_OVERLAP, 'alias "Starter Plan" has two packages', at, "end one", (Related(other, "the other"),)
    )
    return FindingView.of(diagnostic), line


def text_of(finding: FindingView, line: str | None) -> list[str]:
    return findings([finding], catalog="catalog", line_of=lambda _, __: line).splitlines()


def test_a_finding_has_place_caret_related_place_and_hint() -> None:
    assert text_of(*a_finding()) == [
        'catalog/packages/a.yaml:7:13: error PKG402 alias "Starter Plan" has two packages',
        "     7 |     - name: Starter Plan",
        "       |             ^^^^^^^^^^^^",
        "  also: catalog/packages/b.yaml:3:1: the other",
        "  hint: end one",
    ]


def test_a_finding_without_its_file_still_has_its_place() -> None:
    finding, _ = a_finding()
    assert len(text_of(finding, None)) == 3


@pytest.mark.parametrize(
    ("line", "column", "end_column", "end_line", "shown"),
    [
        ("\tname: x", 2, 6, 7, ["     7 |  name: x", "       |  ^^^^"]),
        ("表: x", 4, 5, 7, ["     7 | 表: x", "       |     ^"]),
        ("a\x1bb", 3, 4, 7, [r"     7 | a\x1bb", "       |      ^"]),
        ("name: [", 7, 3, 9, ["     7 | name: [", "       |       ^"]),
        ("name:", 6, 6, 7, ["     7 | name:", "       |      ^"]),
        ("short", 90, 95, 7, ["     7 | short", "       |      ^"]),
    ],
)
def test_the_caret_stands_under_what_it_means(
    line: str, column: int, end_column: int, end_line: int, shown: list[str]
) -> None:
    finding, _ = a_finding(column=column, end_column=end_column, end_line=end_line)
    assert text_of(finding, line)[1:3] == shown


def test_of_a_very_long_line_only_the_part_that_matters_is_shown() -> None:
    finding, _ = a_finding(column=5001, end_column=5004)
    source, caret = text_of(finding, "x" * 5000 + "abc" + "x" * 5000)[1:3]
    assert len(source) < 200
    assert source[caret.index("^") :].startswith("abc")
    assert caret.endswith(" ^^^")


def test_colour_marks_the_severity() -> None:
    finding, _ = a_finding()
    assert "\x1b[1;31merror PKG402\x1b[0m" in findings([finding], catalog="c", palette=Palette(colour=True))


def test_the_summary_counts_by_severity() -> None:
    at = Location("pkgplan.yaml")
    views = [FindingView.of(Diagnostic(rule, "m", at)) for rule in (ALIAS_GAP, ALIAS_OVERLAP, ALIAS_OVERLAP)]
    assert counts(Tally.of(views)) == "2 errors, 1 warning"
    assert summary(views, files=2, packages=1) == "2 files, 1 package: 2 errors, 1 warning\n"
    assert summary([], files=1, packages=0) == "The catalog is sound: 1 file, 0 packages.\n"


def test_json_follows_its_schema_and_comes_back() -> None:
    finding, _ = a_finding()
    note = FindingView.of(Diagnostic(ASSUMPTION, "m", Location("a.yaml")))
    value = report_json.findings([finding, note])
    Draft202012Validator(diagnostics_schema()).validate(value)
    assert value["summary"] == {"errors": 1, "warnings": 0, "notes": 1}
    assert FindingView.from_json(finding.to_json()) == finding


@pytest.mark.parametrize(
    "damage",
    [
        {"line": "7"},
        {"line": True},
        {"severity": "fatal"},
        {"route": [None]},
        {"related": [{}]},
        {"related": None},
        {"message": 7},
    ],
)
def test_damaged_findings_of_a_plan_file_are_refused(damage: JsonObject) -> None:
    value = {**a_finding()[0].to_json(), **damage}
    with pytest.raises(StalePlan, match="damaged"):
        FindingView.from_json(value)
