from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.command import an_example, edit, run
from support.work import lines_of

import pkgplan.stages.plan
from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Location, Severity, TextRange, has_errors
from pkgplan.model.units import parse_instant
from pkgplan.pipeline import Basis, check_catalog, make_plan
from pkgplan.stages.load import read_comments
from pkgplan.stages.policy import Policy, mentions_ignore, policy_of
from pkgplan.wiring import open_deployment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.diagnostics import Rule

PATH = "packages/a.yaml"
EVERYTHING = rules.RULES_BY_CODE.keys()


def found(rule: Rule, line: int, path: str = PATH) -> Diagnostic:
    return Diagnostic(rule, "x is wrong", Location(path, text_range=TextRange(line, 3, line, 4)), "mend it")


def policy(text: str) -> Policy:
    return policy_of({PATH: read_comments(text)}, None)


def codes(diagnostics: Iterable[Diagnostic]) -> list[str]:
    return [diagnostic.rule.code for diagnostic in diagnostics]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a: 1 # pkgplan: ignore[PKG214] why", 1, id="at the end of the line"),
        pytest.param("a: 1 # ours # pkgplan: ignore[PKG214] why", 1, id="behind another comment"),
        pytest.param("a: 1 #pkgplan:ignore [ PKG214 ]  why", 1, id="with other spaces"),
        pytest.param("# pkgplan: ignore[PKG214] why\na: 1", 2, id="above"),
        pytest.param(
            "a:\n  # pkgplan: ignore[PKG214] why\n  # b is odd\n  b: 1", 4, id="above another comment"
        ),
        pytest.param("# pkgplan: ignore[PKG214] why\n# pkgplan: ignore[PKG231] why\na: 1", 3, id="stacked"),
        pytest.param("# pkgplan: ignore[PKG231, PKG214] why\na: 1", 2, id="one of several codes"),
        pytest.param("a: [1, # pkgplan: ignore[PKG214] why\n 2]", 1, id="within brackets"),
        pytest.param("a: | # pkgplan: ignore[PKG214] why\n  b", 1, id="behind the bar of a text"),
    ],
)
def test_a_comment_silences_findings_of_its_rule_on_its_line(text: str, line: int) -> None:
    judge = policy(text).judge
    assert policy(text).faults == ()
    assert judge([found(rules.SEAT_PRIORITY, line)]) == ()
    assert codes(judge([found(rules.SEAT_PRIORITY, line), found(rules.SEAT_PRIORITY, line, "b.yaml")])) == [
        "PKG214"
    ]
    assert codes(judge([found(rules.SEAT_PRIORITY, line + 1)])) == ["PKG214"]
    assert codes(judge([found(rules.DEAD_GRANT, line)])) == ["PKG241"]


@pytest.mark.parametrize(
    "text",
    [
        "a: 'x # pkgplan: ignore[PKG214] why'",
        'a: "# pkgplan: ignore[PKG214] why"',
        "a: |\n  # pkgplan: ignore[PKG214] why",
        "a: >-\n  # pkgplan: ignore[PKG214] why",
        "a: x\n  y#pkgplan:ignore[PKG214] why",
    ],
)
def test_text_is_no_comment(text: str) -> None:
    assert policy(text) == Policy()


def test_a_blank_line_ends_what_a_comment_is_about() -> None:
    made = policy("# pkgplan: ignore[PKG214] why\n\na: 1")
    assert codes(made.judge([found(rules.SEAT_PRIORITY, 3)], unused=EVERYTHING)) == ["PKG110", "PKG214"]


NO_FORM = (
    "the comment does not say which rule it silences",
    "write it like `# pkgplan: ignore[PKG214] reason`",
)
NO_REASON = ('the comment silences "PKG214" without a reason', "write the reason behind it")


@pytest.mark.parametrize(
    ("comment", "message", "hint"),
    [
        ("ignore[PKG214]", *NO_REASON),
        ("ignore[PKG214] ...", *NO_REASON),
        ("ignore", *NO_FORM),
        ("ignore PKG214 x", *NO_FORM),
        ("ignore[PKG214 x", *NO_FORM),
        ("ignore[] x", "the comment silences no rule", NO_FORM[1]),
        ("IGNORE[pkg214] x", 'the comment silences "pkg214", which is no rule', 'did you mean "PKG214"?'),
        (
            "ignore[seat-priority] x",
            'the comment silences "seat-priority", which is no rule',
            'write "PKG214"',
        ),
        (
            "ignore[PKG201] x",
            'the comment silences "PKG201", which is an error',
            "mend what it finds; see `pkgplan explain PKG201`",
        ),
        (
            "ignore[PKG110] x",
            'the comment silences "PKG110", which is about comments',
            "remove the comment that it finds",
        ),
    ],
)
def test_a_comment_that_does_not_count_is_an_error_at_its_place(
    comment: str, message: str, hint: str
) -> None:
    made = policy(f"a: 1\nb: 2  # pkgplan: {comment}\n")
    (only,) = made.faults
    assert (only.message, only.hint) == (message, hint)
    assert only.rule is rules.MALFORMED_IGNORE
    assert only.at.text_range == TextRange(2, 7, 2, 18 + len(comment))
    assert made.ignores == ()


def test_other_comments_are_nobodys_business() -> None:
    assert policy("# see pkgplan: it plans\na: 1 # pkgplan: ignored\n# pkgplan ignore[PKG214]\n") == Policy()


def test_an_error_cannot_be_silenced_whoever_says_so() -> None:
    made = Policy(severities={"PKG201": "ignore"}, ignores=policy("a: 1 # pkgplan: ignore[PKG214] x").ignores)
    assert codes(made.judge([found(rules.UNKNOWN_REFERENCE, 1)])) == ["PKG201"]
    assert has_errors(made.judge([found(rules.UNKNOWN_REFERENCE, 1)]))


def test_a_comment_that_silences_nothing_is_reported_for_rules_that_were_looked_for() -> None:
    made = policy("a: 1 # pkgplan: ignore[PKG214, PKG410] x")
    assert [d.message for d in made.judge([], unused={"PKG214"})] == [
        'the comment silences "PKG214", but there is no such finding on its line'
    ]
    unused = made.judge([], unused=EVERYTHING)
    assert codes(unused) == ["PKG110", "PKG110"]
    assert [d.hint for d in unused] == ['remove "PKG214" from it', 'remove "PKG410" from it']
    assert made.judge([]) == ()
    assert made.judge([found(rules.SEAT_PRIORITY, 1), found(rules.SEAT_PRIORITY, 1)], unused={"PKG214"}) == ()


@pytest.mark.parametrize("wish", ["error", "warning", "note"])
def test_the_project_says_how_bad_a_finding_is(wish: str) -> None:
    (judged,) = Policy(severities={"PKG214": wish}).judge([found(rules.SEAT_PRIORITY, 1)])
    assert judged.severity is Severity(wish)
    assert judged.rule is rules.SEAT_PRIORITY


def test_the_project_ignores_a_rule_and_a_comment_for_it_is_still_used() -> None:
    made = Policy(severities={"PKG214": "ignore"}, ignores=policy("a: 1 # pkgplan: ignore[PKG214] x").ignores)
    assert made.judge([found(rules.SEAT_PRIORITY, 1), found(rules.SEAT_PRIORITY, 2)], unused=EVERYTHING) == ()


def test_a_silenced_finding_stays_silent_when_its_rule_is_raised() -> None:
    made = Policy(severities={"PKG214": "error"}, ignores=policy("a: 1 # pkgplan: ignore[PKG214] x").ignores)
    assert made.judge([found(rules.SEAT_PRIORITY, 1)]) == ()
    assert has_errors(made.judge([found(rules.SEAT_PRIORITY, 2)]))


def test_the_rules_of_the_planner_are_those_that_it_names() -> None:
    named: set[str] = set()
    for module in Path(pkgplan.stages.plan.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "pkgplan.model.rules":
                named |= {getattr(rules, alias.name).code for alias in node.names}
    assert named == rules.FOUND_BY_PLANNER


def test_four_times_the_comments_are_four_times_the_work() -> None:
    def work(count: int) -> int:
        text = "".join(f"# pkgplan: ignore[PKG214] x\n# more\nk{number}: 1\n" for number in range(count))
        findings = [found(rules.SEAT_PRIORITY, 3 * number + 3) for number in range(count)]
        return lines_of(lambda: policy(text).judge(findings, unused=EVERYTHING))

    work(1)  # what is computed once
    assert work(1600) < 4.5 * work(400)  # quadratic would be sixteen times


def test_only_files_that_speak_of_it_are_read_for_comments() -> None:
    assert not mentions_ignore("# pkgplan: a tool\na: ignore[PKG214]\n")
    assert mentions_ignore("a: 1 #pkgplan:  Ignore[PKG214]\n")


# Through the pipeline and the command line


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """A catalog with one warning, PKG401: for two months nobody has the alias."""
    folder = an_example(tmp_path / "catalog")
    starter = folder / "packages" / "starter.yaml"
    text = starter.read_text()
    starter.write_text(
        text.replace(
            "      starting_at: 2025-10-01\n",
            "      starting_at: 2025-10-01\n      ending_before: 2026-01-01\n",
        )
    )
    later = text.replace("key: starter\n", "key: starter-later\n").replace("2025-10-01\n", "2026-03-01\n")
    (folder / "packages" / "starter-later.yaml").write_text(later)
    return folder


def severities(catalog: Path, **wishes: str) -> None:
    with (catalog / "pkgplan.yaml").open("a") as file:
        file.write("  severities:\n" + "".join(f"    {code}: {wish}\n" for code, wish in wishes.items()))


def warned(catalog: Path) -> Diagnostic:
    (only,) = check_catalog(catalog).diagnostics
    assert only.severity is Severity.WARNING
    return only


def silence(catalog: Path, code: str = "", reason: str = "we sell nothing in winter") -> None:
    finding = warned(catalog)
    assert finding.at.text_range is not None
    file = catalog / finding.at.path
    lines = file.read_text().splitlines()
    lines[finding.at.text_range.line - 1] += f"  # pkgplan: ignore[{code or finding.rule.code}] {reason}"
    file.write_text("\n".join(lines) + "\n")


def test_a_silenced_warning_is_gone_for_every_command(catalog: Path) -> None:
    assert warned(catalog).rule is rules.ALIAS_GAP
    silence(catalog)
    assert run("validate", "--strict", "-C", catalog).code == 0
    assert "PKG401" not in run("plan", "-C", catalog, "--as-of", "2025-09-15").err


def test_a_raised_warning_fails_validate_and_stops_a_plan_and_the_shown_severity_is_the_one_that_counts(
    catalog: Path,
) -> None:
    assert run("validate", "-C", catalog).code == 0
    severities(catalog, PKG401="error")
    ran = run("validate", "-C", catalog)
    assert ran.code == 1
    assert "error PKG401" in ran.out
    assert '"severity": "error"' in run("validate", "-C", catalog, "--format", "json").out
    assert run("plan", "-C", catalog, "--as-of", "2025-09-15").code == 1


def test_a_warning_can_be_made_a_note_so_that_strict_passes(catalog: Path) -> None:
    assert run("validate", "--strict", "-C", catalog).code == 1
    severities(catalog, PKG401="note")
    ran = run("validate", "--strict", "-C", catalog)
    assert ran.code == 0
    assert "note PKG401" in ran.out


def test_the_project_can_ignore_a_rule_and_unused_comments(catalog: Path) -> None:
    silence(catalog, code="PKG214")
    assert codes(check_catalog(catalog).diagnostics) == ["PKG401", "PKG110"]
    severities(catalog, PKG401="ignore", PKG110="ignore")
    assert check_catalog(catalog).diagnostics == ()


def test_an_unused_comment_is_not_reported_while_there_are_errors(catalog: Path) -> None:
    silence(catalog, code="PKG214")
    edit(catalog / "packages" / "starter-later.yaml", ("product: signup-credit", "product: nothing"))
    assert "PKG110" not in codes(check_catalog(catalog).diagnostics)


def test_findings_of_the_planner_are_judged_alike(tmp_path: Path) -> None:
    catalog = an_example(tmp_path / "catalog")

    def planned() -> list[tuple[str, Severity]]:
        checked = check_catalog(catalog)
        assert checked.catalog.project is not None
        as_of = parse_instant("2025-12-01")
        deployment = open_deployment(
            catalog, checked.catalog.project.document.spec, environment=None, as_of=as_of
        )
        made = make_plan(checked, deployment.target(checked.catalog), Basis(deployment.state()), as_of)
        assert (made.plan is None) == has_errors(made.diagnostics)
        return [(each.rule.code, each.severity) for each in made.diagnostics if each.rule.code != "PKG506"]

    assert run("apply", "-C", catalog, "--yes", "--as-of", "2025-09-15").code == 0
    assert planned() == []
    starter = catalog / "packages" / "starter.yaml"
    ending = "ending_before: 2026-06-01"
    edit(starter, ("starting_at: 2025-10-01", f"starting_at: 2025-10-01\n      {ending}"))
    before = starter.read_text()
    assert planned() == [("PKG410", Severity.NOTE)]

    edit(starter, ("2025-10-01\n", "2025-10-01  # pkgplan: ignore[PKG410] it was a season\n"))
    assert planned() == []
    assert run("validate", "-C", catalog, "--strict").code == 0

    starter.write_text(before.replace("key: starter", "key: starter  # pkgplan: ignore[PKG410] no"))
    assert planned() == [("PKG110", Severity.WARNING), ("PKG410", Severity.NOTE)]
    assert run("validate", "-C", catalog, "--strict").code == 0

    starter.write_text(before)
    severities(catalog, PKG410="error")
    assert planned() == [("PKG410", Severity.ERROR)]


def test_explain_says_how_to_silence_what_can_be_silenced() -> None:
    assert "# pkgplan: ignore[PKG214] reason" in run("explain", "PKG214").out
    assert "ignore" not in run("explain", "PKG201").out
    assert "spec.severities" in run("explain", "PKG110").out
