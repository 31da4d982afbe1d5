"""What is wrong with one document, collected while it is read.

Comes in: rules, messages and marks. Goes out: placed diagnostics.
Never here: an endless list. After `MAX_FINDINGS` the rest of the file is not worth reading.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from pkgplan.model.diagnostics import Diagnostic, Location, Related, Route, Rule, TextRange
from pkgplan.model.rules import TOO_LARGE, YAML_FEATURE
from pkgplan.stages.load.ruler import Ruler

if TYPE_CHECKING:
    from pkgplan.stages.load.ruler import Mark

MAX_FINDINGS: Final = 100
_SHOWN: Final = 60


class ReadingEnds(Exception):
    """A finding after which the rest of the file is not read."""


class Findings:
    """The findings of one file, and the ruler that places them."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self.diagnostics: list[Diagnostic] = []

    @cached_property
    def ruler(self) -> Ruler:
        """Only made when there is something to show."""
        return Ruler(self._text)

    def add(
        self, rule: Rule, message: str, at: Location, hint: str = "", related: tuple[Related, ...] = ()
    ) -> None:
        """Note a finding; raises ReadingEnds when there are enough."""
        hint = hint or rule.fix.removesuffix(".")
        self.diagnostics.append(Diagnostic(rule, message, at, hint, related))
        if len(self.diagnostics) == MAX_FINDINGS:
            more = f"the file has {MAX_FINDINGS} findings up to here and is not read any further"
            self.diagnostics.append(Diagnostic(TOO_LARGE, more, at, "Mend these first"))
            raise ReadingEnds

    def refuse(self, feature: str, text: str, at: Location) -> None:
        """Note a YAML feature that the dialect leaves out."""
        self.add(YAML_FEATURE, f"{feature} {quoted(text)} is outside the catalog's dialect", at)

    def between(self, route: Route, start: Mark, end: Mark) -> Location:
        """From a mark to another."""
        return self.at(route, self.ruler.between(start, end))

    def at(self, route: Route, text_range: TextRange) -> Location:
        """A place in this file."""
        return Location(self._path, route, text_range=text_range)


def quoted(text: str) -> str:
    """A piece of the file in a message: on one line, printable, and not too long."""
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)
    return f'"{printable}"'
