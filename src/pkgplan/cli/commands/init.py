"""`pkgplan init`: a catalog to start from.

Comes in: a folder that is not there yet, or empty. Goes out: a catalog that validates, plans and applies.
Never here: overwriting. The folder appears as a whole or not at all.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

from pkgplan.adapters.disk import disk_fault
from pkgplan.cli.options import CatalogCommand, options_of
from pkgplan.cli.output import json_result, result
from pkgplan.errors import UsageFault
from pkgplan.model.schemas import all_schemas
from pkgplan.report.text import lists

_TEMPLATE = Path(__file__).parent.parent / "starter_catalog"


@click.command(
    cls=CatalogCommand, examples=("pkgplan init catalog", "pkgplan init pricing"), exit_codes=(0, 2, 4)
)
@click.argument("folder", metavar="DIR")
@click.pass_context
def init(ctx: click.Context, *, folder: str) -> int:
    """Write a catalog with one package, its references and the schemas for editors to DIR."""
    options = options_of(ctx)
    files = {
        path.relative_to(_TEMPLATE).as_posix(): path.read_bytes()
        for path in sorted(_TEMPLATE.rglob("*.yaml"))
    }
    schemas = {f"schemas/{name}": text.encode() for name, text in all_schemas().items()}
    _write(Path(folder), {**files, **schemas})
    if options.json:
        json_result({"catalog": folder, "files": list(files)})
    else:
        result(lists.catalog_written(folder, files))
    return 0


def _write(folder: Path, files: dict[str, bytes]) -> None:
    draft: Path | None = None
    try:
        if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
            raise UsageFault(
                f'"{folder}" exists and is not an empty folder', hint="name a folder that is not there yet"
            )
        target = Path(folder.absolute())
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".pkgplan-", dir=target.parent))
        for path, content in files.items():
            (draft / path).parent.mkdir(parents=True, exist_ok=True)
            (draft / path).write_bytes(content)
        draft.chmod(0o777 & ~_umask())
        draft.replace(target)
    except OSError as error:
        raise disk_fault(folder, "cannot be written", error) from None
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)


def _umask() -> int:
    import os

    current = os.umask(0o077)
    os.umask(current)
    return current
