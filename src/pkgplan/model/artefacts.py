"""What git and its companions leave in a file instead of what somebody wrote there.

Comes in: the bytes of a file that should be YAML, JSON or a log. Goes out: an `Artefact`: what it is, where it begins,
and the way out; None for a file that has none. Never here: whether the rest of the file is any good.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkgplan.model.diagnostics import START_OF_FILE, TextRange

if TYPE_CHECKING:
    from re import Match

MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8."""

# A marker has seven characters, and two more for each level of a recursive merge. diff3 and zdiff3 add the third kind.
_MARKER: Final = re.compile(rb"^(<{7,}|>{7,}|\|{7,}|={7,})(?: ([^\r\n]*))?\r?$", re.MULTILINE)
_MARKERS: Final = (b"<<<<<<<", b">>>>>>>", b"=======", b"|||||||")
_SHOWN: Final = 40
_LFS: Final = b"version https://git-lfs.github.com/spec/"
_CRYPT: Final = b"\0GITCRYPT\0"


@dataclass(frozen=True, slots=True)
class Artefact:
    """What a file holds instead of its content; `problem` is a whole sentence, `hint` an imperative."""

    problem: str
    hint: str
    at: TextRange = START_OF_FILE
    is_conflict: bool = False


def artefact_in(content: bytes) -> Artefact | None:
    """What git has left in a file, if it has; quick for a file that has nothing."""
    if content.startswith(_CRYPT):
        return Artefact("the file is encrypted by git-crypt", "decrypt it with `git-crypt unlock`")
    if content.startswith(_LFS):
        return Artefact(
            "the file is a Git LFS pointer: its content was not fetched", "fetch it with `git lfs pull`"
        )
    if not any(marker in content for marker in _MARKERS):
        return None
    found = list(_MARKER.finditer(content.removeprefix(MARK)))
    return _conflict(found, content.removeprefix(MARK)) if found else None


def is_marker(line: bytes) -> bool:
    """Whether a line, with its end or without, is a conflict marker."""
    return _MARKER.match(line.rstrip(b"\r\n")) is not None


def _conflict(found: list[Match[bytes]], content: bytes) -> Artefact:
    first = found[0]
    line = content.count(b"\n", 0, first.start()) + 1
    at = TextRange(line, 1, line, len(_text(first[0].rstrip(b"\r"))) + 1)
    sides = [_side(found, kind) for kind in (b"<", b">")]
    if not all(sides):
        marker = first[1].decode()
        return Artefact(
            f'a conflict marker of git is left over: "{marker}"',
            "remove the line, and look whether what is above and below it belongs together",
            at,
            is_conflict=True,
        )
    places = sum(match[1].startswith(b"<") for match in found)
    where = "" if places == 1 else f" in {places} places"
    return Artefact(
        f"conflict markers of git{where}: {' and '.join(sides)} were merged, and what they say differently is not "
        "settled",
        "keep what is right of both sides, and remove the lines that begin with "
        "<<<<<<<, |||||||, ======= and >>>>>>>",
        at,
        is_conflict=True,
    )


def _side(found: list[Match[bytes]], kind: bytes) -> str:
    """The quoted name of one side; empty if there is no marker of its kind."""
    label = next((match[2] or b"?" for match in found if match[1].startswith(kind)), b"")
    name = _text(label).strip()
    return f'"{name if len(name) <= _SHOWN else name[: _SHOWN - 1] + "…"}"' if label else ""


def _text(piece: bytes) -> str:
    return piece.decode(errors="replace")
