"""`pkgplan explain`: documentation of rules and fields.

Comes in: a code, a slug or the route of a field. Goes out: its documentation. Never here: the words themselves.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click

from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, result
from pkgplan.errors import UsageFault
from pkgplan.model.names import did_you_mean
from pkgplan.model.rules import RULES
from pkgplan.report import json as report_json
from pkgplan.report.text import explain as explain_text
from pkgplan.report.text.palette import Palette

if TYPE_CHECKING:
    from pkgplan.model.diagnostics import Rule


@click.command(
    cls=CatalogCommand,
    examples=(
        "pkgplan explain",
        "pkgplan explain PKG402",
        "pkgplan explain alias-overlap",
        "pkgplan explain 'spec.recurring_credits.*.priority'",
        "pkgplan explain RateCard.spec.rates",
    ),
    exit_codes=(0, 2),
)
@click.argument("subject", required=False, metavar="[CODE|SLUG|FIELD]")
@click.pass_context
def explain(ctx: click.Context, *, subject: str | None) -> int:
    """Explain a rule or a field of the catalog; without an argument, list the rules."""
    options = options_of(ctx)
    palette = Palette(options.has_colour(sys.stdout))
    if subject is None:
        if options.json:
            json_result([report_json.rule(rule) for rule in RULES])
        else:
            result(explain_text.rules(RULES))
        return 0
    rule = _rule(subject)
    if rule is not None:
        if options.json:
            json_result(report_json.rule(rule))
        else:
            result(explain_text.rule(rule, palette=palette))
        return 0
    from pkgplan.model.documentation import field_documentation

    documented = field_documentation(subject)
    if options.json:
        json_result(report_json.field(documented))
    else:
        result(explain_text.field(documented, palette=palette))
    return 0


def _rule(subject: str) -> Rule | None:
    wanted = subject.strip().casefold()
    known = {rule.code.casefold(): rule for rule in RULES} | {rule.slug: rule for rule in RULES}
    if wanted in known:
        return known[wanted]
    if re.fullmatch(r"pkg[0-9]*", wanted) or re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", wanted):
        names = [rule.code for rule in RULES] if wanted.startswith("pkg") else [rule.slug for rule in RULES]
        hint = did_you_mean(subject, names) or "list the rules with `pkgplan explain`"
        raise UsageFault(f'there is no rule "{subject}"', hint=hint)
    return None
