"""Output that cannot be written: the same end for every command, whoever writes; and a stderr that stops nothing."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import click
import pytest
from support.command import EXAMPLE, SEPTEMBER, Ran, process_environment, run
from support.tree import commands, leaves

from pkgplan.cli import streams
from pkgplan.cli.entry import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FULL = (4, "error: the output cannot be written: no space left on device\n")
NOBODY = (141, "")
# What each command prints without a catalog or with one.
PRINTING = (
    (), ("--version",), ("-C", "x", "--version"), ("explain",), ("explain", "PKG101"), ("explain", "spec"),
    ("explain", "--format", "json"), ("schema",), ("schema", "Package"), ("completion", "bash"), ("completion", "zsh"),
    ("completion", "fish"), ("serve", "--assumptions"), ("validate", "-C", str(EXAMPLE)),
    ("plan", "-C", str(EXAMPLE), *SEPTEMBER), ("plan", "-C", str(EXAMPLE), *SEPTEMBER, "--format", "json"),
    ("show", "-C", str(EXAMPLE), "starter"), ("fmt", "--check", "-C", str(EXAMPLE)), ("history", "-C", str(EXAMPLE)),
    *((*path, "--help") for path in [(), *commands()]),
)  # fmt: skip


class Failing(io.StringIO):
    """A stream that takes nothing, from the first byte on or when it is flushed."""

    def __init__(self, error: OSError, *, at_once: bool) -> None:
        super().__init__()
        self.error = error
        self.at_once = at_once

    def write(self, text: str) -> int:
        if self.at_once:
            raise self.error
        return len(text)

    def flush(self) -> None:
        raise self.error


@pytest.fixture(autouse=True)
def no_report(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("crashes")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("at_once", [True, False], ids=["write", "flush"])
@pytest.mark.parametrize(
    ("error", "end"),
    [(OSError(errno.ENOSPC, "No space left on device"), FULL), (BrokenPipeError(), NOBODY)],
    ids=["full", "closed"],
)
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_stdout_that_takes_nothing(
    arguments: tuple[str, ...], error: OSError, end: tuple[int, str], *, at_once: bool
) -> None:
    said = io.StringIO()
    with redirect_stdout(Failing(error, at_once=at_once)), redirect_stderr(said):
        code = main(list(arguments))
    assert (code, said.getvalue()) == end


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "x"), BrokenPipeError(), ValueError("closed file")], ids=repr
)
def test_stderr_that_takes_nothing_stops_nothing(catalog: Path, error: OSError) -> None:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(Failing(error, at_once=True)):
        assert main(["apply", "-C", str(catalog), "--yes", *SEPTEMBER]) == 0
        assert main(["plan", "-C", str(catalog / "nowhere")]) == 2
        assert main(["pln"]) == 2
    assert "Applied to" in out.getvalue()


def test_completion_that_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_PKGPLAN_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "pkgplan va")
    monkeypatch.setenv("COMP_CWORD", "1")
    said = io.StringIO()
    full = Failing(OSError(errno.ENOSPC, "No space left on device"), at_once=False)
    with redirect_stdout(full), redirect_stderr(said):
        assert (main([]), said.getvalue()) == FULL


@pytest.mark.parametrize(
    "instruction", ["bash_complete", "tcsh_complete", "bash", "bash_", "_", "bash_nonsense"]
)
def test_completion_that_asks_for_nothing_sensible(instruction: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_PKGPLAN_COMPLETE", instruction)
    for name in ("COMP_WORDS", "COMP_CWORD"):
        monkeypatch.delenv(name, raising=False)
    assert run() == Ran(1, "", "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments", [(), ("plan", "--help"), ("--version",), ("explain", "spec")], ids=" ".join
)
def test_a_real_disk_that_is_full(arguments: tuple[str, ...], unbuffered: str) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        assert real(full.fileno(), arguments, unbuffered) == FULL


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("--help",), ("schema", "Package")], ids=" ".join)
def test_a_real_reader_that_goes_away(arguments: tuple[str, ...], unbuffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert real(writing, arguments, unbuffered) == NOBODY
    finally:
        os.close(writing)


def real(stdout: int, arguments: tuple[str, ...], unbuffered: str) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "-m", "pkgplan", *arguments],
        check=False,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env=process_environment(PYTHONUNBUFFERED=unbuffered),
    )
    return ran.returncode, ran.stderr


def test_nothing_goes_around_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written to the streams beneath comes from the guard, also what click writes of its own accord."""
    inside: list[str] = []

    class Watched(io.StringIO):
        def write(self, text: str) -> int:
            assert inside, f"{text!r} was written without the guard"
            return super().write(text)

    def watched(write: Callable[[streams.Guarded, str], None]) -> Callable[[streams.Guarded, str], None]:
        def entered(guard: streams.Guarded, text: str) -> None:
            inside.append(text)
            try:
                write(guard, text)
            finally:
                inside.pop()

        return entered

    monkeypatch.setattr(streams.Guarded, "write_exactly", watched(streams.Guarded.write_exactly))
    for path in [(), *commands()]:
        out, err = Watched(), Watched()
        with redirect_stdout(out), redirect_stderr(err):
            for options in (["--help"], ["--nonsense"]):
                main([*path, *options])
        assert out.getvalue()
        assert err.getvalue()


def test_colours_are_those_of_reports_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = io.StringIO()
    with redirect_stdout(out), streams.guarded():
        click.echo("\x1b[31mred\x1b[0m \x1b[8mhidden \x1b[2J", color=True)
    assert out.getvalue() == "\x1b[31mred\x1b[0m \\x1b[8mhidden \\x1b[2J\n"


def test_every_command_that_prints_something_is_tried() -> None:
    tried = {arguments[0] for arguments in PRINTING if arguments}
    assert {path[0] for path, _ in leaves()} <= tried
