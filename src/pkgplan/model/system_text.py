"""Text that the system hands over as bytes: arguments, environment variables, names of files.

Comes in: text as Python decoded it, with a surrogate for each byte that the locale's encoding lacks; in the C locale
that is every byte beyond ASCII. Goes out: the same read as UTF-8, or a path as the system takes it back.
Never here: deciding what to do about text that is neither.
"""

from __future__ import annotations

import os


def is_text(raw: str) -> bool:
    """Whether there are no bytes in it that nobody could read."""
    try:
        raw.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_text(raw: str) -> str:
    """The text, read as UTF-8 where the locale could not read it; as it is if it is not UTF-8 either."""
    if is_text(raw):
        return raw
    try:
        return os.fsencode(raw).decode()
    except UnicodeError:
        return raw


def as_shown(raw: str) -> str:
    r"""The text, with `\xff` for each byte that is not UTF-8: for records, which must be text."""
    try:
        return as_text(raw).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half of a pair, which no system hands over
        return raw.encode("utf-8", "backslashreplace").decode()


def as_path(text: str) -> str:
    """The path that text stands for: with the bytes of UTF-8 where the locale has no other way to spell it."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return os.fsdecode(text.encode("utf-8", "surrogatepass"))
    return text
