"""The command line in this process, with its streams caught, and the example catalog to run it on."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pkgplan
from pkgplan.cli.entry import main
from pkgplan.model.canonical import parse_json

if TYPE_CHECKING:
    from pkgplan.model.canonical import JsonValue

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "tests" / "golden" / "base"
# Before the Starter Plan of the example catalog begins.
SEPTEMBER = ("--as-of", "2025-09-15")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> JsonValue:
        return parse_json(self.out)


def run(*arguments: str | Path) -> Ran:
    """Run a command in this process; nobody can be asked."""
    out, err = io.StringIO(), io.StringIO()
    before, sys.stdin = sys.stdin, io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main([str(argument) for argument in arguments])
    finally:
        sys.stdin = before
    return Ran(code, out.getvalue(), err.getvalue())


def run_process(
    *arguments: str | Path, cwd: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as its own process, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "pkgplan", *(str(argument) for argument in arguments)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
        env=process_environment(**environ),
    )


def process_environment(**environ: str) -> dict[str, str]:
    """The environment of a process that finds this pkgplan."""
    source = str(Path(pkgplan.__file__).resolve().parents[1])
    return {**os.environ, "PYTHONPATH": source, **environ}


def an_example(folder: Path) -> Path:
    """A copy of the example catalog: the Starter Plan of October 2025."""
    for name in ("pkgplan.yaml", "packages", "references"):
        source = EXAMPLE / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    return folder


def edit(file: Path, *changes: tuple[str, str]) -> None:
    """Replace pieces of a file, each of which must be there."""
    text = file.read_text()
    for old, new in changes:
        assert old in text, f"{old!r} is not in {file}"
        text = text.replace(old, new)
    file.write_text(text)


def change_of_february(catalog: Path) -> None:
    """The vendor's change: no credit any more, from 2026-02-01 on."""
    file = catalog / "packages" / "starter.yaml"
    text = file.read_text()
    credit = text[text.index("  recurring_credits:") : text.index("  subscriptions:")]
    edit(file, (credit, ""), ("October 2025\n", "February 2026\n"), ("2025-10-01\n", "2026-02-01\n"))


def everything_below(folder: Path) -> dict[str, bytes]:
    """Every file with its content, to see that nothing was written."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
