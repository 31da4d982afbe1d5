"""Random catalogs that are edited step by step while time passes, as authors do.

Comes in: a source of chance. Goes out: sequences of catalogs with the hours between them. Never here: what they mean.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from support.worlds import EPOCH, a_package

if TYPE_CHECKING:
    from random import Random

    from pkgplan.model.compiled import CompiledPackage
    from pkgplan.model.units import Instant

KEYS = ("a", "b", "c")
LAST_DAY = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """A window on an alias, in days from the epoch; None is unbounded."""

    alias: str
    start: float | None
    end: float | None


@dataclass(frozen=True, slots=True)
class File:
    """One package file: its terms as a letter, its windows, and the day of its retirement."""

    key: str
    terms: str
    slots: tuple[Slot, ...] = ()
    retire: float | None = None

    def compiled(self) -> CompiledPackage:
        windows = ((slot.alias, instant(slot.start), instant(slot.end)) for slot in self.slots)
        return a_package(self.key, self.terms, *windows, retire_at=instant(self.retire))


Files = tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A catalog, and the hours since the one before."""

    files: Files
    hours: float


def instant(day: float | None) -> Instant | None:
    return None if day is None else EPOCH + timedelta(days=day)


def sequence(chance: Random, aliases: tuple[str, ...] = ("X",), longest: int = 6) -> list[Step]:
    """Catalogs that follow each other by an edit or two, or are made anew."""
    steps: list[Step] = []
    files: Files = ()
    for _ in range(chance.randint(1, longest)):
        files = _edited(chance, files, aliases)
        steps.append(Step(files, chance.choice((0, 0.5, 1, 2, 5, 13, 24, 30.25, 48, 72))))
    return steps


def is_sound(files: Files) -> bool:
    """What the checks of a catalog demand of alias windows."""
    by_alias: dict[str, list[Slot]] = {}
    for file in files:
        for slot in file.slots:
            if slot.start is not None and slot.end is not None and slot.end <= slot.start:
                return False
            if file.retire is not None and slot.start is not None and slot.start >= file.retire:
                return False
            by_alias.setdefault(slot.alias, []).append(slot)
    for slots in by_alias.values():
        slots.sort(key=lambda slot: -1 if slot.start is None else slot.start)
        for one, other in pairwise(slots):
            if one.start == other.start or (one.end is not None and one.end > (other.start or 0)):
                return False
    return True


def _edited(chance: Random, files: Files, aliases: tuple[str, ...]) -> Files:
    while True:
        if files and chance.random() < 0.75:
            made = files
            for _ in range(chance.randint(1, 2)):
                made = _one_edit(chance, made, aliases)
        else:
            keys = chance.sample(KEYS, chance.randint(1, len(KEYS)))
            made = tuple(_a_file(chance, key, aliases) for key in keys)
        if made and is_sound(made):
            return made


def _one_edit(chance: Random, files: Files, aliases: tuple[str, ...]) -> Files:
    absent = [key for key in KEYS if key not in {file.key for file in files}]
    drawn = chance.random()
    if drawn < 0.25 and absent:
        return (*files, _a_file(chance, chance.choice(absent), aliases))
    if drawn < 0.4 and len(files) > 1:
        gone = chance.choice(files)
        return tuple(file for file in files if file is not gone)
    number = chance.randrange(len(files))
    return (*files[:number], _changed(chance, files[number], aliases), *files[number + 1 :])


def _changed(chance: Random, file: File, aliases: tuple[str, ...]) -> File:
    if chance.random() < 0.3:
        file = replace(file, terms=chance.choice("123"))
    drawn = chance.random()
    if drawn < 0.7 and file.slots:
        number = chance.randrange(len(file.slots))
        slot = file.slots[number]
        if chance.random() < 0.7:
            slot = replace(slot, start=chance.choice((None, *range(LAST_DAY))))
        if chance.random() < 0.4:
            slot = replace(slot, end=chance.choice((None, None, *range(1, LAST_DAY))))
        return replace(file, slots=(*file.slots[:number], slot, *file.slots[number + 1 :]))
    if drawn < 0.85:
        return replace(file, slots=_slots(chance, aliases))
    return replace(file, retire=_retirement(chance))


def _a_file(chance: Random, key: str, aliases: tuple[str, ...]) -> File:
    return File(key, chance.choice("12"), _slots(chance, aliases), _retirement(chance))


def _slots(chance: Random, aliases: tuple[str, ...]) -> tuple[Slot, ...]:
    least = 0 if chance.random() < 0.2 else 1
    slots = []
    for alias in chance.sample(aliases, chance.randint(least, len(aliases))):
        start = None if chance.random() < 0.25 else chance.randrange(LAST_DAY)
        ends = range(0 if start is None else start + 1, LAST_DAY + 2)
        slots.append(Slot(alias, start, chance.choice(ends) if chance.random() < 0.25 else None))
    return tuple(slots)


def _retirement(chance: Random) -> float | None:
    return chance.randrange(1, LAST_DAY + 2) if chance.random() < 0.25 else None
