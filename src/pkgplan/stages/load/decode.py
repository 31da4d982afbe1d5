"""Bytes become text, or the one reason why they are none.

Comes in: the content of a file. Goes out: text without a leading byte order mark, with positions in code
points; or a PKG005 diagnostic at the first character that does not belong.
Never here: guessing another encoding.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from pkgplan.model.diagnostics import START_OF_FILE, Diagnostic, Location, TextRange
from pkgplan.model.rules import NOT_UTF8

_MARK = "\ufeff"
# YAML's unprintable characters, a byte order mark that is not at the start, and the line separators that the
# parser counts as new lines and editors do not (U+0085, U+2028, U+2029): line numbers would disagree.
_FOREIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PLAIN_ASCII = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# Two characters of ASCII in UTF-16 without a byte order mark.
_WIDE = re.compile(rb"(?:[\t\n\r -~]\0){2}|(?:\0[\t\n\r -~]){2}")


def decode(path: str, content: bytes) -> str | Diagnostic:
    """The text of a file, or what keeps it from being text."""
    if not content.translate(
        None, _PLAIN_ASCII
    ):  # ten times as quick as the search below, and the common case
        return content.decode("ascii")
    if content.startswith(_WIDE_MARKS) or _WIDE.match(content):
        return _not_text(path, "the file is UTF-16 or UTF-32, not UTF-8", START_OF_FILE)
    try:
        text = content.decode().removeprefix(_MARK)
    except UnicodeDecodeError as fault:
        before = content[: fault.start].decode().removeprefix(_MARK)
        byte = f"byte 0x{content[fault.start]:02X} at offset {fault.start} is not UTF-8"
        return _foreign(path, before) or _not_text(path, byte, _after(before))
    return _foreign(path, text) or text


def displayable(content: bytes) -> str:
    """Best effort for showing a file that may not be text: every foreign byte or character becomes U+FFFD."""
    return _FOREIGN.sub("\ufffd", content.decode(errors="replace").removeprefix(_MARK))


def _foreign(path: str, text: str) -> Diagnostic | None:
    match = _FOREIGN.search(text)
    if match is None:
        return None
    code = f"U+{ord(match[0]):04X}"
    if match[0] == _MARK:
        message = f"byte order mark {code} stands in the middle of the text"
    elif match[0] in "\x85\u2028\u2029":
        message = f"line separator {code} is not a line break in every editor"
    else:
        name = "control character" if unicodedata.category(match[0]) == "Cc" else "noncharacter"
        message = f"{name} {code} is not text"
    return _not_text(path, message, _after(text[: match.start()]))


def _after(text: str) -> TextRange:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    line, column = len(lines), len(lines[-1]) + 1
    return TextRange(line, column, line, column + 1)


def _not_text(path: str, message: str, at: TextRange) -> Diagnostic:
    hint = "Save the file as UTF-8 text without control characters"
    return Diagnostic(NOT_UTF8, message, Location(path, text_range=at), hint)
