"""Catalogs with the instants at which they were applied, and the YAML of one.

Comes in: files as `support/edits.py` has them, and what the Project forgets. Goes out: real files of a catalog, and a
history in words that somebody can type in. Never here: what a catalog means.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support.edits import Files, instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pkgplan.model.units import Instant
    from support.edits import File

_PROJECT = """\
apiVersion: pkgplan/v1
kind: Project
metadata: {key: sequences}
spec:
  namespace: sequences
  environments:
    local: {engine: embedded}
"""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Package files, and what the Project says should be left alone."""

    files: Files = ()
    forgotten_packages: frozenset[str] = frozenset()
    forgotten_aliases: frozenset[str] = frozenset()

    def file(self, key: str) -> File | None:
        return next((file for file in self.files if file.key == key), None)


@dataclass(frozen=True, slots=True)
class Applied:
    """A catalog, and when it was applied."""

    now: Instant
    catalog: Catalog


def spelled(at: Instant) -> str:
    """An instant as somebody writes it: a date if it is midnight."""
    text = at.isoformat().replace("+00:00", "Z")
    return text.removesuffix("T00:00:00Z")


def written(catalog: Catalog) -> dict[str, str]:
    """Each file of a catalog with its text."""
    return {"pkgplan.yaml": _project(catalog)} | {
        f"packages/{file.key}.yaml": "".join(_lines(file)) for file in catalog.files
    }


def write(catalog: Catalog, folder: Path) -> None:
    """Make a folder hold this catalog and no other package."""
    texts = written(catalog)
    (folder / "packages").mkdir(parents=True, exist_ok=True)
    for path in (folder / "packages").iterdir():
        if f"packages/{path.name}" not in texts:
            path.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def in_words(history: Sequence[Applied]) -> str:
    """A history as a reproduction: what to write and when to apply."""
    told: list[str] = []
    before: dict[str, str] = {}
    for step in history:
        texts = written(step.catalog)
        told.append(f"== as of {spelled(step.now)}")
        for name in sorted(before.keys() - texts.keys()):
            told.append(f"-- {name} removed")
        for name, text in texts.items():
            if before.get(name) != text:
                told.append(f"-- {name}\n{text.rstrip()}")
        before = texts
    return "\n".join(told) + "\n"


def _project(catalog: Catalog) -> str:
    forget = {
        "packages": sorted(catalog.forgotten_packages),
        "aliases": sorted(catalog.forgotten_aliases),
    }
    entries = [f"{kind}: {json.dumps(names)}" for kind, names in forget.items() if names]
    return _PROJECT + (f"  forget: {{{', '.join(entries)}}}\n" if entries else "")


def _lines(file: File) -> Iterator[str]:
    yield "apiVersion: pkgplan/v1\nkind: Package\n"
    yield f"metadata: {{key: {file.key}}}\nspec:\n  name: {file.key} {file.terms}\n"
    if file.slots:
        yield "  aliases:\n"
    for slot in file.slots:
        yield f'    - name: "{slot.alias}"\n'
        for side, day in (("starting_at", slot.start), ("ending_before", slot.end)):
            at = instant(day)
            if at is not None:
                yield f"      {side}: {spelled(at)}\n"
    retired = instant(file.retire)
    if retired is not None:
        yield f"  retire:\n    at: {spelled(retired)}\n"
