"""An author at random: one who edits the files of a catalog while the clock moves, as people do.

Comes in: a source of chance, a catalog, the time. Goes out: the catalog after an edit or two, or a later time.
Never here: what an edit means. Catalogs that the checks refuse whatever was applied are not written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from support.edits import File, Files, Slot, is_sound
from support.file_history import Catalog
from support.worlds import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from pkgplan.model.units import Instant

KEYS = ("a", "b", "c", "d", "e")
ALIASES = ("X", "Y", "Z")
MOST_FILES = 4
# The first day of a sequence, in days from the epoch, so that nothing starts before that.
FIRST_DAY = 120
_TRIES = 40
_HOURS = (-1500, -72, -24, -5, -1, 0, 1, 1, 2, 5, 24, 24, 48, 72, 240, 720, 2000)
_MINUTES = (0, 0, 1, 17, 30, 60, 60, 90, 120, 300, 1440, 1440, 2 * 1440, 3 * 1440, 30 * 1440, 100 * 1440)


def beginning(chance: Random) -> Instant:
    return EPOCH + timedelta(days=FIRST_DAY, minutes=chance.choice((0, 0, 1, 30, 59, 600, 611)))


def later(chance: Random, now: Instant) -> Instant:
    return now + timedelta(minutes=chance.choice(_MINUTES), seconds=chance.choice((0, 0, 0, 1)))


def edited(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    """A sound catalog that is an edit or two away, or now and then the same."""
    if not catalog.files:
        return _first(chance, aliases, now)
    if chance.random() < 0.12:
        return catalog
    for _ in range(_TRIES):
        made = catalog
        for _ in range(chance.choice((1, 1, 2))):
            edit = chance.choices(*zip(*_EDITS, strict=True))[0]
            if 0 < len(made.files) <= MOST_FILES:
                made = edit(chance, made, aliases, now)
        if 0 < len(made.files) <= MOST_FILES and is_sound(made.files):
            return made
    return catalog


def _first(chance: Random, aliases: tuple[str, ...], now: Instant) -> Catalog:
    while True:
        keys = chance.sample(KEYS, chance.randint(1, 3))
        files = tuple(_a_file(chance, key, aliases, now, ()) for key in keys)
        if is_sound(files):
            return Catalog(files)


def _hour(now: Instant, hours: int) -> float:
    """A full hour near now, in days from the epoch."""
    return (int((now - EPOCH).total_seconds() // 3600) + hours) / 24


def _instant(chance: Random, now: Instant, files: Files) -> float:
    """One near now, or one that the files have already."""
    there = [
        day for file in files for slot in file.slots for day in (slot.start, slot.end) if day is not None
    ]
    if there and chance.random() < 0.3:
        return chance.choice(there)
    return _hour(now, chance.choice(_HOURS))


def _a_slot(chance: Random, alias: str, now: Instant, files: Files) -> Slot:
    start = None if chance.random() < 0.3 else _instant(chance, now, files)
    end = _instant(chance, now, files) if chance.random() < 0.25 else None
    return Slot(alias, start, end)


def _a_file(chance: Random, key: str, aliases: tuple[str, ...], now: Instant, files: Files) -> File:
    chosen = chance.sample(aliases, chance.randint(0 if chance.random() < 0.1 else 1, len(aliases)))
    slots = tuple(_a_slot(chance, alias, now, files) for alias in chosen)
    return File(key, chance.choice("12"), slots, _hour(now, 240) if chance.random() < 0.05 else None)


def _with(catalog: Catalog, file: File, changed: File) -> Catalog:
    return replace(catalog, files=tuple(changed if each is file else each for each in catalog.files))


def _with_slot(catalog: Catalog, file: File, slot: Slot, changed: Slot) -> Catalog:
    slots = tuple(changed if each is slot else each for each in file.slots)
    return _with(catalog, file, replace(file, slots=slots))


def _absent(catalog: Catalog) -> list[str]:
    return [key for key in KEYS if catalog.file(key) is None]


def _any_slot(chance: Random, catalog: Catalog) -> tuple[File, Slot] | None:
    there = [(file, slot) for file in catalog.files for slot in file.slots]
    return chance.choice(there) if there else None


# The edits.


def _new_terms(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    """Edit in place: other terms, most often from a day that is to come."""
    file = chance.choice(catalog.files)
    changed = replace(file, terms=chance.choice([terms for terms in "123" if terms != file.terms]))
    if chance.random() < 0.75:
        start = _hour(now, chance.choice((1, 2, 24, 72, 240)))
        changed = replace(
            changed,
            slots=tuple(
                slot if slot.start is None and chance.random() < 0.7 else replace(slot, start=start)
                for slot in file.slots
            ),
        )
    return _with(catalog, file, changed)


def _other_start(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    found = _any_slot(chance, catalog)
    if found is None:
        return catalog
    file, slot = found
    start = None if chance.random() < 0.2 else _instant(chance, now, catalog.files)
    return _with_slot(catalog, file, slot, replace(slot, start=start))


def _other_end(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    found = _any_slot(chance, catalog)
    if found is None:
        return catalog
    file, slot = found
    end = None if chance.random() < 0.4 else _instant(chance, now, catalog.files)
    return _with_slot(catalog, file, slot, replace(slot, end=end))


def _window(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    """Take a window out of a file, or put one in."""
    file = chance.choice(catalog.files)
    missing = [alias for alias in aliases if alias not in {slot.alias for slot in file.slots}]
    if missing and (not file.slots or chance.random() < 0.6):
        slot = _a_slot(chance, chance.choice(missing), now, catalog.files)
        return _with(catalog, file, replace(file, slots=(*file.slots, slot)))
    out = chance.choice(file.slots)
    return _with(catalog, file, replace(file, slots=tuple(slot for slot in file.slots if slot is not out)))


def _another(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    absent = _absent(catalog)
    file = _a_file(chance, chance.choice(absent), aliases, now, catalog.files)
    return replace(catalog, files=(*catalog.files, file))


def _successor(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    """Add a file that follows another one on its aliases."""
    file = chance.choice(catalog.files)
    start = _hour(now, chance.choice((0, 1, 5, 24, 240)))
    slots = tuple(Slot(slot.alias, start, slot.end) for slot in file.slots)
    key = chance.choice(_absent(catalog))
    return replace(catalog, files=(*catalog.files, File(key, chance.choice("12"), slots)))


def _removed(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    gone = chance.choice(catalog.files)
    return replace(catalog, files=tuple(file for file in catalog.files if file is not gone))


def _promotion(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    """Lay a window with an end over an open one, with or without somebody after it; or cancel one."""
    found = _any_slot(chance, catalog)
    absent = _absent(catalog)
    if found is None or len(absent) < 2:
        return catalog
    file, slot = found
    if slot.end is not None and chance.random() < 0.5:
        return _removed(chance, replace(catalog, files=(file, file)), aliases, now)
    start = _hour(now, chance.choice((0, 1, 24, 72)))
    end = start + chance.choice((1, 5, 24, 240)) / 24
    promo = File(absent[0], chance.choice("12"), (Slot(slot.alias, start, end),))
    then = File(absent[1], file.terms, (Slot(slot.alias, end, None),))
    files = (*catalog.files, promo, then) if chance.random() < 0.7 else (*catalog.files, promo)
    return replace(catalog, files=files)


def _renamed(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    file = chance.choice(catalog.files)
    return _with(catalog, file, replace(file, key=chance.choice(_absent(catalog))))


def _exchanged(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    """Two files exchange their windows."""
    if len(catalog.files) < 2:
        return catalog
    one, other = chance.sample(catalog.files, 2)
    made = _with(catalog, one, replace(one, slots=other.slots))
    return _with(made, other, replace(other, slots=one.slots))


def _retired(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    file = chance.choice(catalog.files)
    retire = None if chance.random() < 0.35 else _instant(chance, now, catalog.files)
    return _with(catalog, file, replace(file, retire=retire))


def _forgotten(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    """Put a package under `forget`, with or without its file, or out of it again."""
    if catalog.forgotten_packages and chance.random() < 0.5:
        return replace(catalog, forgotten_packages=frozenset())
    file = chance.choice(catalog.files)
    made = replace(catalog, forgotten_packages=catalog.forgotten_packages | {file.key})
    if chance.random() < 0.5:
        made = replace(made, files=tuple(each for each in made.files if each is not file))
    return made


def _forgotten_alias(chance: Random, catalog: Catalog, aliases: tuple[str, ...], now: Instant) -> Catalog:
    """Put an alias under `forget`, with or without the windows on it, or out of it again."""
    if catalog.forgotten_aliases and chance.random() < 0.5:
        return replace(catalog, forgotten_aliases=frozenset())
    alias = chance.choice(aliases)
    made = replace(catalog, forgotten_aliases=catalog.forgotten_aliases | {alias})
    if chance.random() < 0.6:
        files = (
            replace(file, slots=tuple(slot for slot in file.slots if slot.alias != alias))
            for file in made.files
        )
        made = replace(made, files=tuple(files))
    return made


_EDITS: tuple[tuple[Callable[[Random, Catalog, tuple[str, ...], Instant], Catalog], int], ...] = (
    (_new_terms, 5),
    (_other_start, 5),
    (_other_end, 3),
    (_window, 2),
    (_another, 2),
    (_successor, 3),
    (_removed, 2),
    (_promotion, 2),
    (_renamed, 1),
    (_exchanged, 1),
    (_retired, 3),
    (_forgotten, 1),
    (_forgotten_alias, 1),
)
