"""A catalog file as it is written: the same values as its data, with the comments where they stand.

Comes in: what `stages/load` read. Goes out: trees for the formatter, comments for the policy.
Never here: the YAML parser. Only `stages/load` changes a tree, while it builds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue

BLANK = ""
"""Stands among the comments of an entry for an empty line."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment from its `#` to the end of its line; lines and columns from 1, in code points.

    `alone` tells whether nothing but spaces stands before it.
    """

    line: int
    column: int
    text: str
    alone: bool


@dataclass(slots=True)
class Scalar:
    """A value that is no collection. `text` is what YAML makes of it, `value` what it stands for.

    `style` is the character that it begins with, if that is a quote, `|` or `>`; `lines` are its source lines
    where line breaks were chosen by the author: those of a plain scalar, or below the header of a folded one.
    """

    value: JsonValue
    text: str
    style: str = ""
    lines: tuple[str, ...] = ()


@dataclass(slots=True)
class Entry:
    """A value with its key, or without one in a list. `before` is above it, `after` at the end of its line."""

    key: Scalar | None
    value: Node | None = None
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Collection:
    """A mapping or a list. `below` are the comments behind its last entry."""

    is_mapping: bool
    is_flow: bool
    entries: list[Entry] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


Node = Scalar | Collection


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole document. `head` is what stands above its first key, the first key's own comments left out."""

    root: Node
    head: tuple[str, ...] = ()
