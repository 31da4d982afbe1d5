"""Routes become lines and columns, or what is written there, only in files with findings.

Comes in: diagnostics, and the text of the files they may be in. Goes out: the same diagnostics, each with a
`text_range`, in order; for wording them, how a value is written. Never here: reading files, or findings of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan.model.diagnostics import START_OF_FILE, Anchor, Diagnostic, Location, in_order
from pkgplan.stages.load.builder import Places, build_with_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def place(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Give every location, the related ones too, its range; each file is parsed at most once.

    A route that the file does not have is shown at its nearest parent, a file without text at its start.
    """
    given = tuple(diagnostics)
    wanted = dict.fromkeys(at for each in given for at in (each.at, *(other.at for other in each.related)))
    placed = dict(zip(wanted, locate(wanted, texts), strict=True))
    return in_order(
        replace(
            diagnostic,
            at=placed[diagnostic.at],
            related=tuple(replace(related, at=placed[related.at]) for related in diagnostic.related),
        )
        for diagnostic in given
    )


def locate(locations: Iterable[Location], texts: Mapping[str, str]) -> tuple[Location, ...]:
    """The same locations with their ranges; each file is parsed at most once."""
    parsed: dict[str, Places] = {}

    def placed(at: Location) -> Location:
        if at.text_range is not None:
            return at
        if at.path not in parsed:
            text = texts.get(at.path)
            parsed[at.path] = {} if text is None else build_with_places(at.path, text).places
        return _placed(at, parsed[at.path])

    return tuple(placed(at) for at in locations)


def written_in(texts: Mapping[str, str]) -> Callable[[Location], str | None]:
    """How the value at a location is written in its file; each file is parsed when it is first asked about.

    None for a place that the file does not have, and for a value of several lines.
    """
    parsed: dict[str, Places] = {}

    def written(at: Location) -> str | None:
        text = texts.get(at.path)
        if text is None:
            return None
        if at.path not in parsed:
            parsed[at.path] = build_with_places(at.path, text).places
        _, value = parsed[at.path].get(at.route, (START_OF_FILE, START_OF_FILE))
        if value.line != value.end_line:
            return None
        return text.splitlines()[value.line - 1][value.column - 1 : value.end_column - 1] or None

    return written


def _placed(at: Location, places: Places) -> Location:
    for length in range(len(at.route), -1, -1):
        ranges = places.get(at.route[:length])
        if ranges is not None:
            key_range, value_range = ranges
            return replace(at, text_range=key_range if at.anchor is Anchor.KEY else value_range)
    return replace(at, text_range=START_OF_FILE)
