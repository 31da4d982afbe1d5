"""Documentation for people: rules and fields.

Comes in: rules, the documentation of a field. Goes out: text at most 100 columns wide. Never here: its words.
"""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from pkgplan.model.canonical import JsonValue, compact
from pkgplan.model.diagnostics import Severity
from pkgplan.model.rules import UNUSED_IGNORE
from pkgplan.report.text.palette import PLAIN, Palette, Style
from pkgplan.report.text.words import table, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.diagnostics import Rule
    from pkgplan.model.documentation import FieldDocumentation

_COLUMNS = 100


def rules(all_rules: Iterable[Rule]) -> str:
    """A line for each rule."""
    rows = [(rule.code, str(rule.severity), rule.slug, rule.summary) for rule in all_rules]
    return table(("CODE", "SEVERITY", "SLUG", "WHAT"), rows)


def rule(described: Rule, *, palette: Palette = PLAIN) -> str:
    """Everything about one rule."""
    title = palette.paint(Style.TITLE, f"{described.code} {described.slug}")
    return (
        f"{title} ({described.severity}): {described.summary}\n\n"
        f"{_labelled('why', described.why)}{_labelled('fix', described.fix)}{_silencing(described)}"
    )


def field(documented: FieldDocumentation, *, palette: Palette = PLAIN) -> str:
    """Everything about one field."""
    route = documented.route or documented.kind
    presence = "required" if documented.required else "optional"
    title = palette.paint(Style.TITLE, route)
    parts = [
        f"{title} ({documented.kind}, {presence}): {documented.type}\n",
        _wrapped(documented.description),
    ]
    if documented.allowed:
        parts.append(_labelled("allowed", ", ".join(documented.allowed)))
    parts += [_example(example) for example in documented.examples]
    if documented.children:
        rows = [
            (child.name, "required" if child.required else "", child.type) for child in documented.children
        ]
        parts.append("\n" + table(("FIELD", "", "TYPE"), rows))
    return "".join(parts)


def _silencing(described: Rule) -> str:
    if described.severity is Severity.ERROR:
        return ""
    code, there = described.code, "`spec.severities` of the Project"
    if described is UNUSED_IGNORE:
        return _labelled("severity", f"set it under {there}: error, warning, note or ignore")
    comment = (
        f"`# pkgplan: ignore[{code}] reason` at the end of the line that is shown, or above it, silences one"
    )
    return _labelled(
        "silence", f"{comment} finding; {there} makes it an error, warning or note, or ignores it"
    )


def _labelled(label: str, text: str) -> str:
    return fill(f"{label}: {text}", _COLUMNS, initial_indent="  ", subsequent_indent=" " * 7) + "\n"


def _wrapped(text: str) -> str:
    return fill(visible(text), _COLUMNS, initial_indent="  ", subsequent_indent="  ") + "\n"


def _example(example: JsonValue) -> str:
    return f"  example: {example if isinstance(example, str) else compact(example)}\n"
