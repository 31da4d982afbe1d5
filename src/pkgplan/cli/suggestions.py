"""Commands that hints suggest, completed so that they are about the same catalog and environment as this one.

Comes in: sentences with commands such as `pkgplan apply` in backticks, as any layer writes them. Goes out: the same
with -C and -e where this command line has them. Never here: what to suggest; or what environment variables say, as
they will say it the next time, too.

Every notice, hint and finding passes through here on its way out, so that nobody who words one has to think of it.
A value in a command is quoted by whoever puts it there.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from pkgplan.cli.options import DEFAULT_CATALOG, kept_options
from pkgplan.report.text.words import shell_word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.report.views import FindingView

# A backtick ends the command, unless a shell would still be within quotes.
_SUGGESTED: Final = re.compile(r"""`pkgplan ([a-z][a-z-]*(?: [a-z][a-z-]*)?)((?:[^`'"]|'[^']*'|"[^"]*")*)`""")
_OF_CATALOG: Final = re.compile(r"(?:^| )(?:-C|--catalog|-e|--env)\b|(?:^| )(?:-h|--help)(?: |$)")
WITHOUT_CATALOG: Final = frozenset({"completion", "explain", "schema", "serve"})
WITHOUT_ENVIRONMENT: Final = frozenset({"init"})
GROUPS: Final = frozenset({"alias", "contracts", "custom-fields", "customers", "packages", "state"})


def completed(text: str) -> str:
    """A sentence whose commands can be run as they stand there; what was completed before stays as it is."""
    return _SUGGESTED.sub(_complete, text) if "`pkgplan " in text else text


def completed_findings(findings: Iterable[FindingView]) -> list[FindingView]:
    """Findings with such hints."""
    return [replace(finding, hint=completed(finding.hint)) for finding in findings]


def carried(command: str) -> str:
    """The options of this command line that another command needs, with a space in front."""
    context = click.get_current_context(silent=True)
    if context is None:
        return ""
    kept = kept_options(context)
    catalog, environment = kept.get("catalog"), kept.get("environment")
    text = ""
    usual = os.environ.get("PKGPLAN_CATALOG") or DEFAULT_CATALOG
    if catalog and os.path.normpath(catalog) != os.path.normpath(usual):
        text += f" -C {shell_word(catalog)}"
    if environment and command not in WITHOUT_ENVIRONMENT and environment != os.environ.get("PKGPLAN_ENV"):
        text += f" -e {shell_word(environment)}"
    return text


def _complete(found: re.Match[str]) -> str:
    words, rest = found[1].split(" "), found[2]
    if words[0] not in GROUPS:
        words, rest = words[:1], "".join(f" {word}" for word in words[1:]) + rest
    if words[0] in WITHOUT_CATALOG or _OF_CATALOG.search(rest):
        return found[0]
    return f"`pkgplan {' '.join(words)}{carried(words[0])}{rest}`"
