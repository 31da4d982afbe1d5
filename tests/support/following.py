"""An author who reads the hint of each finding of a refused plan and does what it says, to the letter.

Comes in: a catalog, findings, what the catalog was when it was last applied. Goes out: the catalog as it is then.
Never here: understanding. A hint that is not followed by its words alone is none, and ends the test.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pkgplan.model.units import parse_instant
from support.edits import File, Files, Slot
from support.worlds import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pkgplan.model.diagnostics import Diagnostic

_WHOSE = re.compile(r' for "(?P<key>[\w-]+)"(?: on alias "(?P<alias>[^"]+)")?$')
_START = re.compile(r"`starting_at: ([^`]+)`")
_EARLIEST = re.compile(r"write a starting_at of (\S+) or later")
_END = re.compile(r"`ending_before: ([^`]+)`")
_BACK = re.compile(r'`\{name: "([^"]+)"(?:, starting_at: ([^,]+))?, ending_before: ([^}]+)\}`')
_RETIRE = re.compile(r"put the file back and add `retire: \{at: ([^}]+)\}`")
# What is an alternative to the words before it.
_OR = re.compile(r"[;,] or add .*$|; or take the alias over.*$| to leave it there$")


def followed(
    files: Files,
    findings: Iterable[Diagnostic],
    *,
    applied: Files | None,
    known: Mapping[str, File],
    earliest: bool,
) -> Files | None:
    """The catalog after every hint was followed; None where there is nothing to go back to.

    Args:
        files: the catalog as it is.
        findings: the errors of the plan.
        applied: the catalog as it was last applied.
        known: each file as it was when it was last applied.
        earliest: whether, of the starts that a hint allows, the first is taken, or the one that it gives as example.
    """
    by_key = {file.key: file for file in files}
    for finding in findings:
        own = _own(finding)
        for words in re.split(r"; then |; (?=write|leave|put|undo)", _OR.sub("", finding.hint)):
            if words.startswith("undo the change:"):
                return applied
            named = _WHOSE.search(words)
            key = named["key"] if named else own
            alias = (named and named["alias"]) or _alias(finding)
            by_key[key] = _after(_OR.sub("", words), key, alias, by_key, known, earliest=earliest)
    return tuple(by_key.values())


def _after(
    words: str,
    key: str,
    alias: str,
    by_key: Mapping[str, File],
    known: Mapping[str, File],
    *,
    earliest: bool,
) -> File:
    if back := _RETIRE.match(words):
        return replace(known[key], retire=_day(back[1]))
    if words.startswith("undo the change of the terms"):
        return replace(by_key[key], terms=known[key].terms)
    file = by_key[key]
    if again := _BACK.search(words):
        start = None if again[2] is None else _day(again[2])
        return replace(file, slots=(*file.slots, Slot(again[1], start, _day(again[3]))))
    slot = next(each for each in file.slots if each.alias == alias)
    starts, ends = _START.search(words), _END.search(words)
    if (first := _EARLIEST.match(words)) and earliest:
        starts = first
    assert starts or ends or "leave `ending_before` out" in words, f"cannot be followed: {words}"
    if starts:
        slot = replace(slot, start=_day(starts[1]))
    if ends:
        slot = replace(slot, end=_day(ends[1]))
    if "leave `ending_before` out" in words:
        slot = replace(slot, end=None)
    return replace(file, slots=tuple(slot if each.alias == alias else each for each in file.slots))


def _own(finding: Diagnostic) -> str:
    """Whose file a finding is about: the one that it is shown in, or that its message names."""
    if (
        named := re.match(r'package "([\w-]+)" (?:has no file|has new|differs)', finding.message)
    ) is not None:
        return named[1]
    if (held := re.search(r"but ([\w-]+)@[0-9]+ still has it", finding.message)) is not None:
        return held[1]
    return finding.at.path.removeprefix("packages/").removesuffix(".yaml")


def _alias(finding: Diagnostic) -> str:
    found = re.search(r'alias "([^"]+)"', finding.message)
    return "" if found is None else found[1]


def _day(text: str) -> float:
    # Within braces, one with a colon stands in quotes.
    return (parse_instant(text.strip('"')) - EPOCH).total_seconds() / 86400
