"""What `pkgplan fmt` did, for people: names of files, or what would change in them.

Comes in: formatted files. Goes out: lines. Never here: reading or writing files.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Final

from pkgplan.report.text.palette import PLAIN, Palette, Style
from pkgplan.report.text.words import counted, shown_path, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgplan.pipeline import Formatted, FormattedCatalog

_STYLES: Final = {"-": Style.REMOVED, "+": Style.ADDED, "@": Style.QUIET}


def summary(made: FormattedCatalog, *, catalog: str, written: bool) -> str:
    """The files that changed, or would, and how many others there are."""
    changed = [file for file in made.files if file.after != file.before]
    lines = [f"{shown_path(catalog, file.path)}\n" for file in changed]
    same = counted(len(made.files) - len(changed), "file")
    if not changed:
        return f"{same} in canonical form, nothing to do.\n"
    what = "formatted" if written else "to be formatted"
    return "".join(lines) + f"{counted(len(changed), 'file')} {what}, {same} already in canonical form.\n"


def differences(files: Iterable[Formatted], *, catalog: str, palette: Palette = PLAIN) -> str:
    """A unified diff of every file that would change."""
    lines: list[str] = []
    for file in files:
        name = shown_path(catalog, file.path)
        diff = unified_diff(file.before.splitlines(), file.after.splitlines(), name, name, lineterm="")
        for number, line in enumerate(diff):
            style = Style.TITLE if number < 2 else _STYLES.get(line[:1])
            shown = visible(line.replace("\t", "    ")) if style is None or number > 1 else line
            lines.append(shown if style is None else palette.paint(style, shown))
    return "".join(f"{line}\n" for line in lines)


def left_alone(file: Formatted, *, catalog: str) -> str:
    """Why a file was not formatted."""
    return f"warning: {shown_path(catalog, file.path)} was left alone: {visible(file.refusal)}"
