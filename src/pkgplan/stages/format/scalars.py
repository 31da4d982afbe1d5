"""One value as canonical YAML: plain where that changes nothing, else quoted; texts of several lines as they were.

Comes in: a scalar of a tree, its layout, and whether it stands within braces. Goes out: lines.
Never here: indentation of the first line, or comments.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pkgplan.model.catalog.layout import Layout, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.model.tree import Scalar

_INDICATORS: Final = frozenset("-?:,[]{}#&*!|>'\"%@`")
_OF_FLOW: Final = frozenset(",[]{}:?")
# Words that some YAML reader takes for something else than text.
_WORDS: Final = frozenset({"~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "="})
# Numbers, dates and times of YAML 1.1 and 1.2 are all made of these characters; so is some text, which stays quoted.
_NUMBER_LIKE: Final = re.compile(r"[-+.0-9][-+.:_0-9a-fA-FxXoOtTzZ ]*|[-+]?\.(?:inf|nan)", re.IGNORECASE)
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def one_line(scalar: Scalar, layout: Layout, *, in_flow: bool) -> str:
    """The value on a single line."""
    if isinstance(scalar.value, str):
        text = spelled(layout, scalar.value)
        if text != scalar.value or (layout.scalar == "instant" and scalar.style):
            return _typed(str(text), in_flow=in_flow)
        return _text(scalar, in_flow=in_flow)
    if scalar.value is None:
        return "null"
    if isinstance(scalar.value, bool):
        return "true" if scalar.value else "false"
    return scalar.text


def several_lines(scalar: Scalar, layout: Layout, *, indent: int) -> tuple[str, list[str]] | None:
    """The header or first line, and the lines below; None if the value is better on one line."""
    if not isinstance(scalar.value, str) or spelled(layout, scalar.value) != scalar.value:
        return None
    if not scalar.style and scalar.lines:
        first, *rest = (line.strip() for line in scalar.lines)
        return first, _indented(rest, indent)
    chomp = _chomp(scalar.text) if scalar.style in {"|", ">"} else None
    if chomp is None:
        return None
    if scalar.style == ">" and not scalar.text.startswith((" ", "\t")):
        return f">{chomp}", _indented(_dedented(scalar.lines), indent)
    return _literal(scalar.text, chomp, indent)


def _literal(text: str, chomp: str, indent: int) -> tuple[str, list[str]] | None:
    lines = text.removesuffix("\n").split("\n")
    opening = next(number for number, line in enumerate(lines) if line.strip(" "))
    if lines[opening].startswith("\t") or not all(line.replace("\t", "").isprintable() for line in lines):
        return None
    # Without a number, the indentation of the first line that says something would count as that of all.
    number = "2" if any(line.startswith(" ") for line in lines[: opening + 1]) else ""
    return f"|{number}{chomp}", _indented(lines, indent)


def key_text(key: Scalar, *, in_flow: bool) -> str:
    """A key as it is written before its colon."""
    return _text(key, in_flow=in_flow)


def reads_as_text(text: str, *, in_flow: bool) -> bool:
    """Whether text without quotes is the same text for every reader of YAML, old ones too."""
    return (
        _is_plain(text, in_flow=in_flow)
        and text.casefold() not in _WORDS
        and not _NUMBER_LIKE.fullmatch(text)
    )


def quoted(text: str) -> str:
    """Text in double quotes, or in single ones where that spares an escape."""
    if text.isprintable() and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _escaped(c)) for c in text) + '"'


def _text(scalar: Scalar, *, in_flow: bool) -> str:
    """Text as it is, where it has no quotes or needs none; a lone `-` is text within brackets only."""
    text = scalar.text
    stays = not scalar.style and "\n" not in text and text != "-"
    return text if stays or reads_as_text(text, in_flow=in_flow) else quoted(text)


def _typed(text: str, *, in_flow: bool) -> str:
    """The spelling of a value of ours, such as a date, which nobody takes for something else."""
    return text if _is_plain(text, in_flow=in_flow) else quoted(text)


def _is_plain(text: str, *, in_flow: bool) -> bool:
    return (
        text.isprintable()
        and bool(text)
        and text == text.strip()
        and text[0] not in _INDICATORS
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and not (in_flow and _OF_FLOW & set(text))
    )


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _chomp(text: str) -> str | None:
    """How a block says what its text ends with; None for endings that are too easily lost in an edit."""
    body = text.removesuffix("\n")
    if not body.strip() or body.endswith("\n"):
        return None
    return "" if text.endswith("\n") else "-"


def _dedented(lines: tuple[str, ...]) -> list[str]:
    texts = [line for line in lines if line.strip(" ")]
    depth = len(texts[0]) - len(texts[0].lstrip(" "))
    kept = list(lines[: len(lines) - lines[::-1].index(texts[-1])])
    return [line[depth:] for line in kept]


def _indented(lines: Iterable[str], indent: int) -> list[str]:
    return [" " * indent + line if line else "" for line in lines]
