"""The comments of a file, exactly: what begins with `#` between two tokens, never within text.

Comes in: text that was read without a finding. Goes out: every `Comment`, in order.
Never here: what a comment means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from _ruamel_yaml import CParser
from ruamel.yaml.events import ScalarEvent

from pkgplan.model.tree import Comment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ruamel.yaml.events import Event

    from pkgplan.stages.load.ruler import Mark

_BLOCK_STYLES = ("|", ">")
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(?=#)")


class Gaps:
    """What stands between the tokens of a text; the dialect knows no token but comments that has a `#` there."""

    def __init__(self, text: str) -> None:
        # The decoder has refused every other character that str.splitlines takes for a line break.
        self.lines = text.splitlines()
        self._line = 0
        self._column = 0

    def before(self, event: Event) -> Iterator[Comment]:
        """The comments between the event before and this one."""
        end: Mark = event.start_mark
        while (self._line, self._column) < (end.line, end.column) and self._line < len(self.lines):
            line = self.lines[self._line]
            until = end.column if self._line == end.line else len(line)
            at = line.find("#", self._column, until)
            if at >= 0:
                yield self._comment(self._line, at)
            if self._line == end.line:
                break
            self._line, self._column = self._line + 1, 0
        self._line, self._column = event.end_mark.line, event.end_mark.column

    def of_header(self, event: ScalarEvent) -> Comment | None:
        """The comment behind the `|` or `>` that a text begins with."""
        if event.style not in _BLOCK_STYLES:
            return None
        mark: Mark = event.start_mark
        header = _HEADER.match(self.lines[mark.line], mark.column)
        return None if header is None else self._comment(mark.line, header.end())

    def _comment(self, line: int, column: int) -> Comment:
        text = self.lines[line]
        return Comment(line + 1, column + 1, text[column:].rstrip(), alone=not text[:column].strip())


def read_comments(text: str) -> tuple[Comment, ...]:
    """Every comment of a text that was read without a finding."""
    gaps = Gaps(text)
    found: list[Comment] = []
    next_event = CParser(text).get_event
    while (event := next_event()) is not None:
        found += gaps.before(event)
        if isinstance(event, ScalarEvent) and (header := gaps.of_header(event)) is not None:
            found.append(header)
    return tuple(found)
