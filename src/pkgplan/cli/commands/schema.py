"""`pkgplan schema`: the JSON Schemas of the catalog and of what commands print, and the tables made of them.

Comes in: a kind, a folder, a guide. Goes out: schemas, printed, written or compared. Never here: making them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

from pkgplan.adapters.disk import MEBIBYTE, read_file, replace_file
from pkgplan.cli.options import FILE, CatalogCommand, options_of
from pkgplan.cli.output import json_result, notice, result
from pkgplan.errors import UsageFault
from pkgplan.model.artefacts import MARK
from pkgplan.model.names import did_you_mean
from pkgplan.model.schemas import all_schemas
from pkgplan.model.system_text import as_path
from pkgplan.report.guide import filled_guide
from pkgplan.report.schemas import report_schemas
from pkgplan.report.text.words import shell_word, visible

OUTDATED = 1
_SUFFIX = ".schema.json"
# How every schema begins that a pkgplan has written, whatever its version says further down.
_OURS: Final = re.compile(rb"""\{\s*"\$schema":\s*"[^"]*",\s*"\$id":\s*"[^"]*",\s*"title":\s*"pkgplan """)


@click.command(
    cls=CatalogCommand,
    examples=(
        "pkgplan schema",
        "pkgplan schema Package",
        "pkgplan schema plan",
        "pkgplan schema --write schemas",
        "pkgplan schema --check",
        "pkgplan schema --write --guide catalog/README.md",
    ),
    exit_codes=(0, 1, 2, 4),
)
@click.argument("kind", required=False, metavar="[KIND]")
@click.option(
    "--check",
    type=FILE,
    is_flag=False,
    flag_value="schemas",
    metavar="[DIR]",
    help="Exit with 1 if the files in DIR differ.  [default DIR: schemas]",
)
@click.option(
    "--write",
    type=FILE,
    is_flag=False,
    flag_value="schemas",
    metavar="[DIR]",
    help="Write the files to DIR.  [default DIR: schemas]",
)
@click.option(
    "--guide",
    type=FILE,
    metavar="FILE",
    help="Write or check the tables and examples of this Markdown file, too.",
)
@click.pass_context
def schema(
    ctx: click.Context, *, kind: str | None, check: str | None, write: str | None, guide: str | None
) -> int:
    """Print the JSON Schema of a kind, or write or check all of them.

    KIND is a kind of the catalog, or the name of what --format json prints, such as "plan" or "contracts-list". Without
    KIND, all are listed. In a guide, what stands between its markers is filled in: `<!-- pkgplan: fields ROUTE -->` is
    a table of fields, `<!-- pkgplan: example PATH ROUTE -->` a piece of a file; `<!-- /pkgplan -->` ends either.
    """
    options = options_of(ctx)
    if sum(value is not None for value in (kind, check, write)) > 1:
        raise UsageFault("KIND, --check and --write exclude each other", hint="give one of them")
    if guide is not None and check is None and write is None:
        raise UsageFault("--guide goes with --write or --check", hint="give one of them")
    schemas = every_schema()
    if write is not None:
        return _write(Path(write), schemas, None if guide is None else Path(guide))
    if check is not None:
        return _check(Path(check), schemas, None if guide is None else Path(guide))
    if kind is not None:
        result(_text_of(kind, schemas))
    elif options.json:
        json_result([name.removesuffix(_SUFFIX) for name in schemas])
    else:
        result("".join(f"{name.removesuffix(_SUFFIX)}\n" for name in schemas))
    return 0


def every_schema() -> dict[str, str]:
    """The text of every schema, by file name."""
    return {**all_schemas(), **report_schemas()}


def _write(folder: Path, schemas: dict[str, str], guide: Path | None) -> int:
    """Write everything, once it is known that nothing of anybody else's would be lost."""
    filled = None if guide is None else _filled(guide)
    for name in schemas:
        _refuse_foreign(folder / name)
    for name, text in schemas.items():
        replace_file(folder / name, text.encode())
    notice(f"Wrote {len(schemas)} schemas to {folder}.")
    if guide is not None and filled is not None:
        replace_file(guide, filled.encode())
        notice(f"Wrote the tables and examples of {guide}.")
    return 0


def _refuse_foreign(path: Path) -> None:
    """Raise UsageFault if there is a file of this name that no pkgplan wrote; an empty one is nobody's."""
    present = read_file(path, limit=16 * MEBIBYTE)
    if present and _OURS.match(present.removeprefix(MARK)) is None:
        raise UsageFault(
            f'"{path}" exists and is not a schema of pkgplan', hint="name another folder with --write"
        )


def _filled(guide: Path) -> str:
    """The guide as it should be; the files that it shows are looked for beside it."""
    written = _text(guide)
    if written is None:
        raise UsageFault(f'"{guide}" does not exist', hint="name the file to fill in")

    def read(path: str) -> str:
        present = _text(guide.parent / as_path(path))
        if present is None:
            raise UsageFault(f'"{guide}" shows a piece of "{path}", which is not there')
        return present

    return filled_guide(written, read)


def _text(path: Path) -> str | None:
    content = read_file(path, limit=16 * MEBIBYTE)
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        raise UsageFault(f'"{path}" is not UTF-8 text', hint="name a Markdown file, saved as UTF-8") from None


def _check(folder: Path, schemas: dict[str, str], guide: Path | None) -> int:
    problems = []
    for name, text in schemas.items():
        present = read_file(folder / name, limit=16 * MEBIBYTE)
        if present is None:
            problems.append(f"{folder / name}: missing")
        elif present != text.encode():
            problems.append(f"{folder / name}: differs from what this pkgplan writes")
    left_over = sorted(path for path in folder.glob(f"*{_SUFFIX}") if path.name not in schemas)
    problems += [f"{path}: no kind has this schema" for path in left_over]
    if guide is not None and _filled(guide) != _text(guide):
        problems.append(f"{guide}: differs from what this pkgplan writes")
    if problems:
        result("".join(f"{visible(problem)}\n" for problem in problems))
        also = "" if guide is None else f" --guide {shell_word(str(guide))}"
        notice(f"hint: write them anew with `pkgplan schema --write {shell_word(str(folder))}{also}`")
        return OUTDATED
    return 0


def _text_of(kind: str, schemas: dict[str, str]) -> str:
    by_name = {_folded(name.removesuffix(_SUFFIX)): text for name, text in schemas.items()}
    if _folded(kind) not in by_name:
        names = [name.removesuffix(_SUFFIX) for name in schemas]
        hint = did_you_mean(kind, names) or "list them with `pkgplan schema`"
        raise UsageFault(f'there is no schema "{kind}"', hint=hint)
    return by_name[_folded(kind)]


def _folded(kind: str) -> str:
    return kind.casefold().replace("-", "").replace("_", "")
