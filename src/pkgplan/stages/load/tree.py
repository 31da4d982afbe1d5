"""A file as a tree with its comments, each next to what it is about.

Comes in: text that was read without a finding. Goes out: a `Tree`. Never here: a word about what is in it.

A comment at the end of a line belongs to what ends there. One on a line of its own belongs to the entry below,
or, if it is indented deeper than that, to the end of the block above that it is indented like.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from _ruamel_yaml import CParser
from ruamel.yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
)

from pkgplan.model.tree import BLANK, Collection, Comment, Entry, Node, Scalar, Tree
from pkgplan.stages.load.comments import Gaps
from pkgplan.stages.load.scalars import resolve

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

_NOWHERE: Final = -1


def read_tree(text: str) -> Tree:
    """The tree of a text that was read without a finding."""
    return _TreeBuilder(text).run()


@dataclass(slots=True)
class _Open:
    """A collection that is being read. `key` is an entry that waits for its value."""

    node: Collection
    column: int
    key: Entry | None = None


@dataclass(slots=True)
class _TreeBuilder:
    text: str
    gaps: Gaps = field(init=False)
    root: Node | None = None
    head: tuple[str, ...] = ()
    stack: list[_Open] = field(default_factory=list)
    # Block collections that ended since the last entry: comments may still belong to them.
    ended: list[_Open] = field(default_factory=list)
    pending: list[Comment] = field(default_factory=list)
    # The entry that a comment on its last line belongs to.
    last: Entry | None = None
    last_line: int = _NOWHERE

    def __post_init__(self) -> None:
        self.gaps = Gaps(self.text)

    def run(self) -> Tree:
        next_event = CParser(self.text).get_event
        while (event := next_event()) is not None:
            for comment in self.gaps.before(event):
                self._comment(comment)
            if isinstance(event, ScalarEvent):
                self._scalar(event)
            elif isinstance(event, CollectionStartEvent):
                self._start(event)
            elif isinstance(event, CollectionEndEvent):
                self._end(event)
            elif isinstance(event, StreamEndEvent):
                self._leave_below(_NOWHERE)
        if self.root is None:
            raise ValueError("a text without a document has no tree")
        if isinstance(self.root, Collection):
            self.root.below += self._take(self.pending, None)
        return Tree(self.root, self.head)

    def _comment(self, comment: Comment) -> None:
        if self.last is not None and comment.line == self.last_line + 1 and not comment.alone:
            self.last.after.append(comment.text)
        else:
            self.pending.append(comment)

    def _scalar(self, event: ScalarEvent) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and top.node.is_mapping and top.key is None:
            top.key = self._entry(top, event, Scalar(event.value, event.value, event.style or ""))
            self._ends_with(top.key, event.start_mark.line)
            return
        value = event.value if event.style else resolve(event.value)
        entry = self._attach(Scalar(value, event.value, event.style or "", self._own_lines(event)), event)
        if entry is None:
            return
        header = self.gaps.of_header(event)
        if header is not None:
            entry.after.append(header.text)
        # A block text ends with its line, so no comment can stand behind it.
        self._ends_with(entry, _NOWHERE if (event.style or "") in {"|", ">"} else event.end_mark.line)

    def _start(self, event: CollectionStartEvent) -> None:
        is_flow = bool(event.flow_style)
        node = Collection(isinstance(event, MappingStartEvent), is_flow)
        if self._attach(node, event, is_block=not is_flow) is None:
            self.head = tuple(self._take(self.pending, event))
            self.pending = []
        self.stack.append(_Open(node, event.start_mark.column))

    def _end(self, event: CollectionEndEvent) -> None:
        ended = self.stack.pop()
        if not ended.node.is_flow:
            self.ended.append(ended)
            return
        ended.node.below += [comment.text for comment in self.pending]
        self.pending = []
        if self.stack:
            parent = self.stack[-1].node.entries[-1]
            if not ended.node.entries:
                parent.before += ended.node.below
                ended.node.below = []
            self._ends_with(parent, event.end_mark.line)

    def _attach(self, node: Node, event: Event, *, is_block: bool = False) -> Entry | None:
        """Put a value where it belongs; None for the root."""
        if not self.stack:
            self.root = node
            return None
        top = self.stack[-1]
        entry = top.key
        if entry is None:
            entry = self._entry(top, event, None)
        elif not is_block:
            # Between a key and a value on another line; above the first entry of a block they may stay.
            entry.before += [comment.text for comment in self.pending]
            self.pending = []
        top.key = None
        entry.value = node
        return entry

    def _entry(self, top: _Open, event: Event, key: Scalar | None) -> Entry:
        column = _NOWHERE if top.node.is_flow else top.column
        if not top.node.is_flow:
            self._leave_below(column)
        self.ended.clear()
        entry = Entry(key, before=self._take(self.pending, None if top.node.is_flow else event))
        self.pending = []
        top.node.entries.append(entry)
        return entry

    def _leave_below(self, column: int) -> None:
        """Leave comments that are indented deeper than the next entry at the end of blocks above it."""
        blocks = self.ended[::-1]  # from the outside in, so that no column is less than the one before
        taken = 0
        for comment in self.pending:
            at = comment.column - 1
            # Once a comment stands further out, those below it cannot go further in: they keep their order.
            while blocks and blocks[-1].column > at:
                blocks.pop()
            if not blocks or not comment.alone or at <= column:
                break
            blocks[-1].node.below += self._take([comment], None)
            taken += 1
        del self.pending[:taken]

    def _take(self, comments: list[Comment], below: Event | None) -> list[str]:
        """Comments with the empty lines between them, and between them and the entry that begins here."""
        found: list[str] = []
        for comment in comments:
            if comment.alone and self._is_blank(comment.line - 2):
                found.append(BLANK)
            found.append(comment.text)
        if below is not None and self._is_blank(below.start_mark.line - 1):
            found.append(BLANK)
        return found

    def _is_blank(self, line: int) -> bool:
        return 0 <= line < len(self.gaps.lines) and not self.gaps.lines[line].strip()

    def _ends_with(self, entry: Entry, line: int) -> None:
        self.last, self.last_line = entry, line

    def _own_lines(self, event: ScalarEvent) -> tuple[str, ...]:
        first, last = event.start_mark, event.end_mark
        if event.style == ">":
            return tuple(self.gaps.lines[first.line + 1 : last.line + (1 if last.column else 0)])
        if event.style or first.line == last.line:
            return ()
        lines = self.gaps.lines[first.line : last.line + 1]
        lines[-1] = lines[-1][: last.column]
        lines[0] = lines[0][first.column :]
        return tuple(lines)
