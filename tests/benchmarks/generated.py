"""Catalogs of any size for the benchmarks.

Comes in: an empty folder and how many packages to write. Goes out: a sound catalog in that folder.
Never here: measuring.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
BASE = ROOT / "tests" / "golden" / "base"
EXAMPLES = ROOT / "catalog"

# In the text of the example catalog: what names a package, a fragment, an alias of a package, a price book.
_OWN_NAMES = re.compile(r"^(  key: [\w-]+|    - name: [^\n]+)$", re.MULTILINE)
_BASES = re.compile(r"^  from: \[([^]]+)]$", re.MULTILINE)
_BOOK = re.compile(r"\b(gnome-(?:usd|eur))\b")
_NAME_OF_BOOK = re.compile(r"^(  name: [^\n]+)$", re.MULTILINE)
BOOKS = 10


def plain(folder: Path, packages: int) -> None:
    """One package many times over, each with its own alias and price, on one rate card."""
    _copy(BASE, folder, "pkgplan.yaml", "references")
    starter = (BASE / "packages" / "starter.yaml").read_text(encoding="utf-8")
    (folder / "packages").mkdir()
    for number in range(packages):
        text = (
            starter.replace("key: starter", f"key: starter-{number}")
            .replace("name: Starter Plan", f"name: Starter Plan {number}")
            .replace("10.00 USD", f"{number + 1}.00 USD")
        )
        (folder / "packages" / f"starter-{number}.yaml").write_text(text, encoding="utf-8")


def rich(folder: Path, packages: int) -> None:
    """The whole example catalog many times over, with its fragments, on ten copies of its two price books."""
    _copy(EXAMPLES, folder, "pkgplan.yaml", "references")
    for card in (folder / "references").glob("rate-card-gnome-*.yaml"):
        for number in range(BOOKS):
            text = _BOOK.sub(rf"\1-{number}", card.read_text(encoding="utf-8"))
            text = _NAME_OF_BOOK.sub(rf"\1 {number}", text)
            card.with_stem(f"{card.stem}-{number}").write_text(text, encoding="utf-8")
        card.unlink()
    examples = [file for part in ("packages", "fragments") for file in (EXAMPLES / part).glob("*.yaml")]
    for copy in range(round(packages / len(list((EXAMPLES / "packages").iterdir())))):
        for file in examples:
            home = folder / file.parent.name
            home.mkdir(exist_ok=True)
            text = _renamed(file.read_text(encoding="utf-8"), copy)
            (home / f"{file.stem}-{copy}.yaml").write_text(text, encoding="utf-8")


def _renamed(text: str, copy: int) -> str:
    text = _OWN_NAMES.sub(rf"\1-{copy}", text)
    text = _BASES.sub(lambda found: f"  from: [{found[1].replace(',', f'-{copy},')}-{copy}]", text)
    return _BOOK.sub(rf"\1-{copy % BOOKS}", text)


def _copy(source: Path, folder: Path, *parts: str) -> None:
    for part in parts:
        if (source / part).is_dir():
            shutil.copytree(source / part, folder / part)
        else:
            shutil.copy(source / part, folder / part)


SHAPES: dict[str, Callable[[Path, int], None]] = {"plain": plain, "rich": rich}
