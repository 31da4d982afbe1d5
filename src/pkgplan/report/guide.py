"""The author's guide: a Markdown text whose tables of fields and whose examples are filled in.

Comes in: the text with its markers, and a way to read a file of the catalog. Goes out: the text with what belongs
between the markers. Never here: reading or writing files, or prose; that stands in the text itself.

    <!-- pkgplan: fields Package.spec.commits -->              a table of what the schemas say
    <!-- pkgplan: example packages/pro.yaml spec.commits.main -->    a piece of a file, by route
    <!-- /pkgplan -->                                          where either ends
"""

from __future__ import annotations

import re
from itertools import takewhile
from textwrap import dedent
from typing import TYPE_CHECKING, Final

from pkgplan.errors import UsageFault
from pkgplan.model.documentation import ChildField, field_documentation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_END: Final = "<!-- /pkgplan -->"
_BLOCK: Final = re.compile(
    r"^(<!-- pkgplan: (\w+) ([^\n]*?) -->)\n(.*?)^<!-- /pkgplan -->$", re.DOTALL | re.MULTILINE
)
_MARKER: Final = re.compile(r"^<!-- /?pkgplan\b", re.MULTILINE)
_HEADER: Final = "| field | type | required | what it is |\n|---|---|---|---|\n"
_STEP: Final = "· "


def filled_guide(text: str, read: Callable[[str], str]) -> str:
    """The text with every table and example as it should be.

    Args:
        text: Markdown with markers; what stands between them is replaced.
        read: the text of a catalog file, by the path that a marker names.

    Raises:
        UsageFault: a marker says nothing that can be filled in, names what is not there, or has no end.
    """
    blocks = list(_BLOCK.finditer(text))
    if len(_MARKER.findall(text)) != 2 * len(blocks):
        raise UsageFault(f"a marker of the guide has no end, or none that fits: {_END}")
    apart = frozenset(block[3] for block in blocks if block[2] == "fields")

    def fill(block: re.Match[str]) -> str:
        return f"{block[1]}\n\n{_content(block[2], block[3], apart, read)}\n{_END}"

    return _BLOCK.sub(fill, text)


def _content(what: str, subject: str, apart: frozenset[str], read: Callable[[str], str]) -> str:
    if what == "fields":
        return _HEADER + "".join(_rows(subject, apart, depth=0))
    path, _, route = subject.partition(" ")
    if what != "example" or not route:
        raise UsageFault(
            f'the guide has a marker "{what} {subject}"',
            hint="markers are `fields ROUTE` and `example PATH ROUTE`",
        )
    return f"From [{path}]({path}):\n\n```yaml\n{cutting(read(path), route, path)}```\n"


def _rows(route: str, apart: frozenset[str], *, depth: int) -> Iterator[str]:
    """One line a field, those that are required first, each followed by what is inside of it."""
    children = field_documentation(route).children
    for child in sorted(children, key=lambda each: not each.required):
        inner = f"{route}.{child.name}"
        yield _row(child, _allowed(inner) or child.type, depth)
        if inner not in apart:
            yield from _rows(inner, apart, depth=depth + 1)


def _row(field: ChildField, type_: str, depth: int) -> str:
    cells = (f"{_STEP * depth}`{field.name}`", type_, "yes" if field.required else "", field.description)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


def _allowed(route: str) -> str:
    """All values of a fixed set; on a terminal long ones are counted, in a table they fit."""
    values = field_documentation(route).allowed
    return f"one of: {', '.join(values)}" if len(values) > 1 else ""


def cutting(text: str, route: str, path: str) -> str:
    """The lines of one term of a file, below the key that it stands in, without the indentation of the rest.

    Raises:
        UsageFault: the file has no such route.
    """
    above, head, body = "", "", text.splitlines(keepends=True)
    for key in route.split("."):
        found = _entry(body, key)
        if found is None:
            raise UsageFault(f'the guide shows "{path} {route}", which is not there')
        above, (head, body) = head, found
    return dedent(above + head + "".join(body)).rstrip() + "\n"


def _entry(lines: list[str], key: str) -> tuple[str, list[str]] | None:
    """The line that gives a key at the top of these, and those that are indented more."""
    depths = [_depth(line) for line in lines if line.strip() and not line.lstrip().startswith("#")]
    for position, line in enumerate(lines):
        if line.startswith(f"{' ' * depths[0]}{key}:"):
            rest = lines[position + 1 :]
            return line, list(takewhile(lambda each: each.isspace() or _depth(each) > depths[0], rest))
    return None


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
