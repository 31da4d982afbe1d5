"""The folder in which a command runs, which can be gone, or inside a catalog; and what faults then advise.

Comes in: faults of commands. Goes out: the same with hints that lead somewhere from here. Never here: other faults.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pkgplan.errors import EnvironmentFault, NoCatalog, PkgplanError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT_FILE: Final = "pkgplan.yaml"


@contextmanager
def told_from_here() -> Iterator[None]:
    """Complete what faults advise: commands with the options of this command line, and the way to the catalog."""
    try:
        yield
    except NoCatalog as fault:
        raise _gone() or _with_way(fault) from None
    except PkgplanError as fault:
        _completed(fault)
        raise
    except FileNotFoundError as error:
        raise _gone() or error from None


def enclosing_catalog(folder: Path) -> Path | None:
    """The catalog that a folder is inside of, or would be; raises OSError."""
    from pkgplan.adapters.disk import is_file

    parents = Path(os.path.realpath(folder)).parents
    return next((each for each in parents if is_file(each / PROJECT_FILE)), None)


def way_to(folder: Path) -> str:
    """A folder as it is named from here; raises OSError."""
    return os.path.relpath(folder, os.getcwd())  # noqa: PTH109 - Path.cwd does the same


def _gone() -> EnvironmentFault | None:
    try:
        os.getcwd()  # noqa: PTH109 - as above
    except FileNotFoundError:
        return EnvironmentFault(
            "the current folder does not exist any more", hint="change to one that exists"
        )
    except OSError:
        pass
    return None


def _with_way(fault: NoCatalog) -> PkgplanError:
    from pkgplan.report.text.words import shell_word

    found = enclosing_catalog(Path(fault.folder))
    if found is not None:
        hint = f"there is a catalog around it: give -C {shell_word(way_to(found))}"
        return NoCatalog(fault.message, folder=fault.folder, hint=hint)
    return _completed(fault)


def _completed(fault: PkgplanError) -> PkgplanError:
    from pkgplan.cli.suggestions import completed

    fault.hint = completed(fault.hint)
    return fault
