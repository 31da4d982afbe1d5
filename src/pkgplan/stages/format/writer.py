"""A tree becomes lines: fields in the order of their model, two spaces a level, `- ` two below its key.

Comes in: a tree and the layout of its kind. Goes out: text with LF, ending in one.
Never here: how a single value is spelled; see `scalars.py`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pkgplan.model.catalog.layout import Layout, layout_of, spelled
from pkgplan.model.tree import BLANK, Collection, Entry, Node, Scalar, Tree
from pkgplan.stages.format.scalars import key_text, one_line, several_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pkgplan.model.canonical import JsonValue

LINE_LENGTH: Final = 110
_STEP: Final = 2
# libyaml reads no longer key before a colon.
_LONGEST_KEY: Final = 1000
_MODELINE: Final = re.compile(r"#\s*yaml-language-server:")
_SILENCES: Final = re.compile(r"#\s*pkgplan:\s*(?i:ignore)\b")


class Unwritable(Exception):
    """A file that has no canonical form, and why."""


def write_document(tree: Tree, kind: str) -> str:
    """The canonical text of a document; raises Unwritable."""
    root = tree.root
    if not isinstance(root, Collection) or not root.entries:
        raise Unwritable("it holds no document")
    layout = layout_of(kind)
    head, root = _above_the_first_key(tree.head, root, layout)
    first, lines = _block(root, layout, 0)
    top = sorted((*head, *first), key=lambda comment: not _MODELINE.match(comment))
    return "\n".join([*_comment_lines(top, 0, is_first=True), *lines]) + "\n"


def _above_the_first_key(
    head: Sequence[str], root: Collection, layout: Layout
) -> tuple[Sequence[str], Collection]:
    """What stays at the top of the file, whichever key comes first, and the document with the rest.

    A comment that silences a finding of the line below it goes where that line goes.
    """
    stays = len(head)
    while stays and _SILENCES.search(head[stays - 1]):
        stays -= 1
    first = root.entries[0]
    moved = replace(first, before=[*head[stays:], *first.before])
    entries = [moved, *root.entries[1:]]
    if layout.fields and _ordered(entries, layout)[0] is moved:
        return head, root
    return head[:stays], replace(root, entries=entries)


def _block(node: Collection, layout: Layout, indent: int) -> tuple[list[str], list[str]]:
    """The comments above the first entry, and all lines from that entry on."""
    above_first: list[str] = []
    lines: list[str] = []
    for entry in _ordered(node.entries, layout):
        above, own = _entry(entry, _layout_of(entry, layout), indent)
        if lines:
            lines += _comment_lines(above, indent)
        else:
            above_first = above
        lines += own
    lines += _comment_lines(node.below, indent)
    return above_first, lines


def _entry(entry: Entry, layout: Layout, indent: int) -> tuple[list[str], list[str]]:
    """The comments above an entry, and its lines."""
    node, above = _as_scalar(entry, layout)
    above += entry.after[:-1]
    behind = f"  {entry.after[-1]}" if entry.after else ""
    opener = " " * indent + ("-" if entry.key is None else f"{_key(entry.key, in_flow=False)}:")
    if isinstance(node, Scalar):
        return above, _scalar_lines(node, layout, opener, behind, indent)
    flow = _flow(node, layout)
    # On lines of their own, entries would leave the line that such a comment speaks of.
    stays = not node.entries or any(map(_SILENCES.search, (*above, *entry.after)))
    if flow is not None and (stays or len(opener) + 1 + len(flow) <= LINE_LENGTH):
        return above, [f"{opener} {flow}{behind}"]
    first, lines = _block(node, layout, indent + _STEP)
    if entry.key is not None:
        return above, [opener + behind, *_comment_lines(first, indent + _STEP, is_first=True), *lines]
    above += [comment for comment in (behind.strip(), *first) if comment]
    return above, [f"{opener} {lines[0][indent + _STEP :]}", *lines[1:]]


def _scalar_lines(node: Scalar, layout: Layout, opener: str, behind: str, indent: int) -> list[str]:
    block = several_lines(node, layout, indent=indent + _STEP)
    if block is None:
        return [f"{opener} {one_line(node, layout, in_flow=False)}{behind}"]
    first, rest = block
    if node.style:
        return [f"{opener} {first}{behind}", *rest]
    *others, last = (f"{opener} {first}", *rest)
    return [*others, last + behind]


def _flow(node: Collection, layout: Layout) -> str | None:
    """A collection on one line, or None if it is none or holds comments."""
    if not node.is_flow or node.below:
        return None
    parts: list[str] = []
    for entry in _ordered(node.entries, layout):
        of_entry = _layout_of(entry, layout)
        value, above = _as_scalar(entry, of_entry)
        if above or entry.after:
            return None
        if isinstance(value, Scalar):
            text: str | None = one_line(value, of_entry, in_flow=True)
        else:
            text = _flow(value, of_entry)
        if text is None:
            return None
        parts.append(text if entry.key is None else f"{_key(entry.key, in_flow=True)}: {text}")
    inside = ", ".join(parts)
    return f"{{{inside}}}" if node.is_mapping else f"[{inside}]"


def _as_scalar(entry: Entry, layout: Layout) -> tuple[Node, list[str]]:
    """The value of an entry, and the comments above it; a span that is a mapping becomes text."""
    node = entry.value
    if node is None:
        raise Unwritable("it ends in the middle of an entry")
    if isinstance(node, Collection) and layout.scalar:
        text = spelled(layout, _data(node))
        if isinstance(text, str):
            return Scalar(text, text), [*entry.before, *_all_comments(node)]
    return node, list(entry.before)


def _data(node: Node) -> JsonValue:
    if isinstance(node, Scalar):
        return node.value
    values = [None if entry.value is None else _data(entry.value) for entry in node.entries]
    if not node.is_mapping:
        return values
    keys = [entry.key.text for entry in node.entries if entry.key is not None]
    return dict(zip(keys, values, strict=True))


def _all_comments(node: Node) -> list[str]:
    if isinstance(node, Scalar):
        return []
    found: list[str] = []
    for entry in node.entries:
        found += [*entry.before, *([] if entry.value is None else _all_comments(entry.value)), *entry.after]
    return [comment for comment in (*found, *node.below) if comment]


def _ordered(entries: list[Entry], layout: Layout) -> list[Entry]:
    """Entries in the order of the model; where the author chooses the keys, in the author's."""
    if not layout.fields:
        return entries
    ranks = {name: rank for rank, name in enumerate(layout.fields)}
    last = len(ranks)
    return sorted(entries, key=lambda entry: last if entry.key is None else ranks.get(entry.key.text, last))


def _layout_of(entry: Entry, layout: Layout) -> Layout:
    return layout.of_item() if entry.key is None else layout.of_entry(entry.key.text)


def _key(key: Scalar, *, in_flow: bool) -> str:
    text = key_text(key, in_flow=in_flow)
    if len(text) > _LONGEST_KEY:
        raise Unwritable(f"a key is longer than {_LONGEST_KEY} characters")
    return text


def _comment_lines(comments: Iterable[str], indent: int, *, is_first: bool = False) -> list[str]:
    """Comments on lines of their own; several empty lines become one, none at the start of a block."""
    lines: list[str] = []
    for comment in comments:
        if comment != BLANK:
            lines.append(" " * indent + comment)
        elif (lines and lines[-1]) or (not lines and not is_first):
            lines.append("")
    return lines
