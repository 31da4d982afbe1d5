"""How bad each finding is here: comments that silence one, severities that the Project gives to a rule.

Comes in: placed findings, the comments of the files, the Project. Goes out: findings with the severity that
counts, without the silenced ones, and findings about the silencing itself.
Never here: YAML, or rules of the catalog. An error by itself stays one, whatever anybody says.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pkgplan.model import rules
from pkgplan.model.diagnostics import Diagnostic, Location, Severity, TextRange, in_order
from pkgplan.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pkgplan.model.catalog.catalog import Declared
    from pkgplan.model.catalog.project import ProjectDocument
    from pkgplan.model.diagnostics import Rule
    from pkgplan.model.tree import Comment

_MENTION: Final = re.compile(r"pkgplan:\s*(?i:ignore)\b")
_IGNORE: Final = re.compile(r"#\s*pkgplan:\s*(?i:ignore)\b(.*)")
_FORM: Final = re.compile(r"\s*\[([^\]]*)\]\s*(.*)")
_EXAMPLE: Final = "write it like `# pkgplan: ignore[PKG214] reason`"


@dataclass(frozen=True, slots=True)
class Ignore:
    """One rule that a comment silences: findings whose place begins on `line`. Line 0 stands for none."""

    code: str
    line: int
    at: Location


@dataclass(frozen=True, slots=True)
class Policy:
    """The wishes of a catalog. `faults` are wishes that cannot be granted."""

    ignores: tuple[Ignore, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Diagnostic, ...] = ()

    def judge(
        self, found: Iterable[Diagnostic], *, unused: Iterable[str] | None = None
    ) -> tuple[Diagnostic, ...]:
        """Findings as they count, in order.

        Args:
            found: findings with their places.
            unused: codes of the rules that were looked for in full, so that a comment for one of them which
                silenced nothing is reported; None where checks may have been silent.
        """
        silencing = {(ignore.at.path, ignore.line, ignore.code) for ignore in self.ignores}
        met: set[tuple[str, int, str]] = set()
        kept: list[Diagnostic] = []
        for finding in found:
            place = finding.at.text_range
            here = (finding.at.path, place.line if place else 0, finding.rule.code)
            if here in silencing:
                met.add(here)
            else:
                kept.append(finding)
        if unused is not None:
            looked_for = frozenset(unused)
            named = Counter(ignore.at for ignore in self.ignores)
            kept += [
                _unused(ignore, others=named[ignore.at] - 1)
                for ignore in self.ignores
                if ignore.code in looked_for and (ignore.at.path, ignore.line, ignore.code) not in met
            ]
        return in_order(filter(None, map(self._as_wished, kept)))

    def _as_wished(self, finding: Diagnostic) -> Diagnostic | None:
        wish = self.severities.get(finding.rule.code)
        if wish is None or finding.rule.severity is Severity.ERROR:
            return finding
        return None if wish == "ignore" else replace(finding, override=Severity(wish))


def mentions_ignore(text: str) -> bool:
    """Whether a file may silence anything, so that its comments are worth reading."""
    return _MENTION.search(text) is not None


def policy_of(comments: Mapping[str, Sequence[Comment]], project: Declared[ProjectDocument] | None) -> Policy:
    """What the comments of each file and the Project ask for. Faults in the Project have no lines yet."""
    ignores: list[Ignore] = []
    faults: list[Diagnostic] = []
    for path, of_file in comments.items():
        lines = _lines_meant(of_file)
        for comment in of_file:
            match = _IGNORE.search(comment.text)
            if match is None:
                continue
            column = comment.column + match.start()
            end = comment.column + len(comment.text)
            at = Location(path, text_range=TextRange(comment.line, column, comment.line, end))
            codes, problems = _read(match[1])
            faults += [Diagnostic(rules.MALFORMED_IGNORE, problem, at, hint) for problem, hint in problems]
            ignores += [Ignore(code, lines[comment.line], at) for code in codes]
    severities: Mapping[str, str] = {}
    if project is not None:
        severities = project.document.spec.severities
        faults += _refused_severities(project, severities)
    return Policy(tuple(ignores), severities, tuple(faults))


def _lines_meant(comments: Sequence[Comment]) -> dict[int, int]:
    """The line that each comment speaks of, by its own: the same, or the next one that is no comment."""
    alone = {comment.line for comment in comments if comment.alone}
    meant: dict[int, int] = {}
    for comment in reversed(comments):
        below = comment.line + 1
        meant[comment.line] = comment.line if not comment.alone else meant[below] if below in alone else below
    return meant


def _read(rest: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The codes that are silenced by what follows `pkgplan: ignore`, and what is wrong with it."""
    match = _FORM.match(rest)
    if match is None:
        return [], [("the comment does not say which rule it silences", _EXAMPLE)]
    codes = [code.strip() for code in match[1].split(",")]
    problems = [problem for code in codes if (problem := _refusal(code)) is not None]
    if problems:
        return [], problems
    if not any(character.isalnum() for character in match[2]):
        return [], [(f"the comment silences {_listed(codes)} without a reason", "write the reason behind it")]
    return list(dict.fromkeys(codes)), []


def _refusal(code: str) -> tuple[str, str] | None:
    if not code:
        return "the comment silences no rule", _EXAMPLE
    rule = rules.RULES_BY_CODE.get(code)
    if rule is None:
        return f'the comment silences "{code}", which is no rule', _meant(code)
    if rule.severity is Severity.ERROR:
        return (
            f'the comment silences "{code}", which is an error',
            f"mend what it finds; see `pkgplan explain {code}`",
        )
    if not _can_be_silenced(rule):
        return f'the comment silences "{code}", which is about comments', "remove the comment that it finds"
    return None


def _refused_severities(
    project: Declared[ProjectDocument], severities: Mapping[str, str]
) -> Iterator[Diagnostic]:
    for code in severities:
        rule = rules.RULES_BY_CODE.get(code)
        at = project.at("spec", "severities", code).at_key()
        if rule is None:
            yield Diagnostic(rules.RULE_SEVERITY, f'there is no rule "{code}"', at, _meant(code))
        elif rule.severity is Severity.ERROR:
            message = f'"{severities[code]}" is set for rule "{code}", which is always an error'
            yield Diagnostic(rules.RULE_SEVERITY, message, at, "remove the entry")


def _unused(ignore: Ignore, *, others: int) -> Diagnostic:
    hint = f'remove "{ignore.code}" from it' if others else "remove the comment"
    message = f'the comment silences "{ignore.code}", but there is no such finding on its line'
    return Diagnostic(rules.UNUSED_IGNORE, message, ignore.at, hint)


def _can_be_silenced(rule: Rule) -> bool:
    return rule.severity is not Severity.ERROR and rule is not rules.UNUSED_IGNORE


def _meant(code: str) -> str:
    by_slug = {rule.slug: rule.code for rule in rules.RULES}
    if code in by_slug:
        return f'write "{by_slug[code]}"'
    milder = [rule.code for rule in rules.RULES if rule.severity is not Severity.ERROR]
    return did_you_mean(code, milder) or "list the rules with `pkgplan explain`"


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f'"{code}"' for code in codes)
