"""The author of `following.py` with a whole catalog before him: hints about `forget`, and going back.

Comes in: a catalog, the findings of a refused plan, what was applied. Goes out: the catalogs that the hints lead to.
Never here: a second thought. What cannot be followed by its words alone is told, not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgplan.model.units import parse_instant
from support.following import followed
from support.worlds import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pkgplan.model.diagnostics import Diagnostic
    from support.edits import File, Slot
    from support.file_history import Catalog

_OUT = re.compile(
    r'take "([\w-]+)" out of `forget\.packages`(?:, with its file back and `retire: \{at: (\S+)\}`)?'
)
_ENDS = re.compile(r'alias "([^"]+)" of package "([\w-]+)" ends at')


@dataclass(frozen=True, slots=True)
class Way:
    """Where hints lead, or why they lead nowhere."""

    catalog: Catalog | None
    trouble: str = ""


def ways_out(
    catalog: Catalog,
    findings: Sequence[Diagnostic],
    *,
    applied: Catalog | None,
    known: Mapping[str, File],
) -> Iterator[Way]:
    """What the catalog is after every hint was followed; twice, where a hint leaves a choice of starts."""
    once = list({(finding.at.path, finding.hint, _alias(finding)): finding for finding in findings}.values())
    for earliest in (True, False):
        try:
            way = _followed(catalog, once, applied=applied, known=known, earliest=earliest)
        except (AssertionError, StopIteration, KeyError) as trouble:
            yield Way(None, f"cannot be followed: {trouble!r}")
            continue
        if way is not None:
            yield Way(way)


def _followed(
    catalog: Catalog,
    findings: Sequence[Diagnostic],
    *,
    applied: Catalog | None,
    known: Mapping[str, File],
    earliest: bool,
) -> Catalog | None:
    """None where there is nothing to go back to."""
    others = []
    for finding in findings:
        if finding.hint.startswith("undo the change:"):
            return applied
        if (out := _OUT.match(finding.hint)) is not None:
            catalog = _remembered(catalog, known, out[1], out[2])
        elif finding.hint.startswith("write a later end, or leave it out"):
            catalog = _without_end(catalog, finding)
        else:
            others.append(finding)
    # Other hints may speak of a file that is to be put back.
    others.sort(key=lambda finding: not finding.hint.startswith("put the file back"))
    before = None if applied is None else applied.files
    files = followed(catalog.files, others, applied=before, known=known, earliest=earliest)
    return None if files is None else replace(catalog, files=files)


def _remembered(catalog: Catalog, known: Mapping[str, File], key: str, retire: str | None) -> Catalog:
    file = catalog.file(key) or known[key]
    if retire is not None:
        file = replace(file, retire=(parse_instant(retire) - EPOCH).total_seconds() / 86400)
    return replace(
        catalog,
        files=(*(each for each in catalog.files if each.key != key), file),
        forgotten_packages=catalog.forgotten_packages - {key},
    )


def _without_end(catalog: Catalog, finding: Diagnostic) -> Catalog:
    ends = _ENDS.match(finding.message)
    assert ends is not None, finding.message
    alias, key = ends.groups()
    files = (
        replace(file, slots=tuple(_open(slot, alias) for slot in file.slots)) if file.key == key else file
        for file in catalog.files
    )
    return replace(catalog, files=tuple(files))


def _alias(finding: Diagnostic) -> str | None:
    named = re.search(r'alias "([^"]+)"', finding.message)
    return None if named is None else named[1]


def _open(slot: Slot, alias: str) -> Slot:
    return replace(slot, end=None) if slot.alias == alias else slot
