"""Catalog files on disk: the one place that writes over what an author wrote.

Comes in: a path, the text that was read, and the text that shall be there. Goes out: the file, replaced as a whole.
Never here: what is in it. A file that was changed since it was read stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkgplan.adapters.disk import MEBIBYTE, read_file, replace_file
from pkgplan.errors import EnvironmentFault

if TYPE_CHECKING:
    from pathlib import Path

_MARK: Final = "\ufeff"


def rewrite(path: Path, before: str, after: str) -> None:
    """Replace the text of a file; links are followed, its mode is kept.

    Raises:
        EnvironmentFault: it cannot be written, or is not what was read.
    """
    content = read_file(path, limit=MEBIBYTE)
    if content is None or content.decode(errors="replace").removeprefix(_MARK) != before:
        raise EnvironmentFault(f'"{path}" was changed while it was formatted', hint="run `pkgplan fmt` again")
    replace_file(path, after.encode())
