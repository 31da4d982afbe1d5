"""`pkgplan init`: a catalog to start from.

Comes in: a folder that is not there yet, or empty. Goes out: a catalog that validates, plans and applies, and that
git treats as it has to.
Never here: overwriting, a catalog inside another, or putting a folder in the place of one that somebody stands in.
A new folder appears as a whole or not at all; in one that is there, the Project comes last.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pkgplan.adapters.disk import disk_fault
from pkgplan.cli.options import FILE, CatalogCommand, options_of, work_on
from pkgplan.cli.output import json_result, result
from pkgplan.cli.place import PROJECT_FILE, enclosing_catalog, way_to
from pkgplan.cli.suggestions import carried
from pkgplan.errors import UsageFault
from pkgplan.model.schemas import all_schemas
from pkgplan.report.text import lists

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPLATE = Path(__file__).parent.parent / "starter_catalog"
# merge=text: two logs conflict, whatever is said for all files (merge=union would make one file of them, and a driver
# for binary files leave ours in its place without a word to pkgplan). -text: nobody converts line ends.
GIT_ATTRIBUTES: Final = """\
# A state log is one chain of entries. Where two were added to, git has to say so, and one side is taken, whole.
/state/*.jsonl merge=text -text
"""


@click.command(
    cls=CatalogCommand,
    examples=("pkgplan init", "pkgplan init pricing", "pkgplan init ."),
    exit_codes=(0, 2, 4),
)
@click.argument("folder", required=False, type=FILE, metavar="[DIR]")
@click.pass_context
def init(ctx: click.Context, *, folder: str | None) -> int:
    """Write a catalog with one package, its references and the schemas for editors to DIR.

    Without DIR, it is written to where --catalog says.
    """
    options = options_of(ctx)
    folder = options.catalog if folder is None else folder
    files = {".gitattributes": GIT_ATTRIBUTES.encode()}
    files |= {
        path.relative_to(_TEMPLATE).as_posix(): path.read_bytes()
        for path in sorted(_TEMPLATE.rglob("*.yaml"))
    }
    schemas = {f"schemas/{name}": text.encode() for name, text in all_schemas().items()}
    try:
        _write(Path(folder), {**files, **schemas})
    except OSError as error:
        raise disk_fault(Path(folder), "cannot be written", error) from None
    work_on(replace(options, catalog=folder, environment=None))
    if options.json:
        json_result({"catalog": folder, "files": list(files)})
    else:
        result(lists.catalog_written(folder, files, options=carried("validate")))
    return 0


def _write(folder: Path, files: dict[str, bytes]) -> None:
    exists = os.path.lexists(folder)
    if exists and (folder.is_symlink() or not folder.is_dir() or any(folder.iterdir())):
        raise UsageFault(
            f'"{folder}" exists and is not an empty folder', hint="name a folder that is not there yet"
        )
    around = enclosing_catalog(folder)
    if around is not None:
        raise UsageFault(
            f'"{folder}" is inside the catalog "{way_to(around)}", which would read it as a part of itself',
            hint="name a folder outside of that catalog",
        )
    target = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links
    if exists:
        with _draft(target, files) as draft:
            _move_in(draft, target)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _draft(target.parent, files) as draft:
            draft.chmod(0o777 & ~_umask())
            draft.replace(target)


@contextmanager
def _draft(parent: Path, files: dict[str, bytes]) -> Iterator[Path]:
    """A folder with the files, which is taken away at the end unless it has become something else."""
    draft = Path(tempfile.mkdtemp(prefix=".pkgplan-", dir=parent))
    try:
        for path, content in files.items():
            (draft / path).parent.mkdir(parents=True, exist_ok=True)
            (draft / path).write_bytes(content)
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _move_in(draft: Path, folder: Path) -> None:
    """Move what is in a draft into a folder, all of it or nothing; raises OSError."""
    moved: list[Path] = []
    try:
        for path in sorted(draft.iterdir(), key=lambda each: each.name == PROJECT_FILE):
            _refuse_overwriting(folder / path.name)
            moved.append(folder / path.name)
            path.rename(folder / path.name)
    except BaseException:
        for place in moved:
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
            else:
                place.unlink(missing_ok=True)
        raise


def _refuse_overwriting(path: Path) -> None:
    if os.path.lexists(path):
        raise FileExistsError(None, f"{path.name} has appeared in it")


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
