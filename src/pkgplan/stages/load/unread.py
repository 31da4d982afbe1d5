"""What lies in a catalog folder and is read by nobody.

Comes in: the folder. Goes out: one finding that names it, or none.
Never here: opening a file, or showing what is in it.

Not named is what nobody takes for a part of the catalog: documentation, what belongs to git or to an editor, the
folders of pkgplan, and hidden names at the top, which are those of tools.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pkgplan.model.diagnostics import START_OF_FILE, Diagnostic, Location
from pkgplan.model.rules import UNREAD_FILE
from pkgplan.stages.load.files import NOT_CATALOG, is_catalog_name, is_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN: Final = 5
_OURS: Final = NOT_CATALOG | {"schemas"}
_DOCUMENTATION: Final = ("readme", "license", "changelog", "codeowners")
_QUIET_BEGINNINGS: Final = (".git", ".keep", ".ds_store", ".editorconfig", ".#")
_QUIET_ENDS: Final = (".md", ".swp", ".swo")


def unread_files(root: Path) -> tuple[Diagnostic, ...]:
    """One finding for everything that is not read; what vanishes or cannot be listed meanwhile is not there."""
    top = Path(os.path.realpath(root))
    linked: set[str] = set()
    walked = sorted(_walk(top, linked))
    names = [path for path in walked if os.path.realpath(top / path) not in linked]
    if not names:
        return ()
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    message = f"not read: {', '.join(map(_printable, names[:_SHOWN]))}{more}"
    at = Location(_printable(names[0]), text_range=START_OF_FILE)
    return (
        Diagnostic(
            UNREAD_FILE,
            message,
            at,
            "let what belongs to the catalog end in .yaml and not begin with a dot; move the rest away, or silence "
            "PKG010 under severities in the Project",
        ),
    )


def _walk(top: Path, linked: set[str]) -> Iterator[str]:
    """Paths that are not read; what a link that is read leads to is noted in `linked`."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(top / folder) as scan:
                entries = list(scan)
        except OSError:
            continue
        for entry in entries:
            path, name = folder + entry.name, entry.name.lower()
            if _is_quiet(name, at_top=not folder):
                continue
            if is_folder(entry, follow_symlinks=False) and not name.startswith("."):
                folders.append(f"{path}/")
            elif name.startswith(".") or not is_catalog_name(name):
                yield path
            elif entry.is_symlink():
                linked.add(os.path.realpath(top / path))


def _is_quiet(name: str, *, at_top: bool) -> bool:
    if at_top and (name in _OURS or name.startswith(".")):
        return True
    return name.startswith((*_DOCUMENTATION, *_QUIET_BEGINNINGS)) or name.endswith(_QUIET_ENDS)


def _printable(path: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in path)
