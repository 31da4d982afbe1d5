"""Ctrl-C and SIGTERM: 130 or 143 and one line, whenever they come; what was written is whole, or not there."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, field_serializer
from support.command import (
    EXAMPLE,
    SEPTEMBER,
    an_example,
    everything_below,
    process_environment,
    run,
)
from support.moments import End, Moments, end_of
from support.processes import Points, points_of, seen

from pkgplan.__main__ import run as run_program
from pkgplan.cli import interrupts
from pkgplan.cli import root as root_module
from pkgplan.cli.options import CatalogCommand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

INTERRUPTED = (130, "error: interrupted\n")
TERMINATED = (143, "error: terminated\n")
RAN: dict[int, tuple[int, str]] = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}


def spread(total: int, number: int) -> list[int]:
    """Some moments of many, the first and the last among them."""
    return sorted({1 + (total - 1) * step // (number - 1) for step in range(number)})


# From the first line on, with nothing imported.


def from_the_beginning(moments: list[int], *arguments: str, number: int = signal.SIGINT) -> list[End]:
    script = [sys.executable, "-m", "support.moments", str(int(number)), json.dumps(moments)]
    ran = subprocess.run(
        [*script, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=process_environment(PYTHONPATH=os.pathsep.join(sys.path)),
    )
    return [End(**end) for end in json.loads(ran.stdout)]


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("validate", "-C", str(EXAMPLE)), ("--help",)], ids=str)
def test_while_a_command_is_found(arguments: tuple[str, ...]) -> None:
    (whole,) = from_the_beginning([0], *arguments)
    assert (whole.code, whole.err) == (0, "")
    assert whole.passed is not None
    assert whole.passed > 100
    for end in from_the_beginning(spread(whole.passed, 15), *arguments):
        assert (end.code, end.err) == INTERRUPTED


def test_sigterm_while_a_command_is_found() -> None:
    for end in from_the_beginning([1, 500], "validate", "-C", str(EXAMPLE), number=signal.SIGTERM):
        assert (end.code, end.err) == TERMINATED


# While a command runs: here, in a child, with everything imported.


@pytest.fixture(autouse=True)
def as_a_process_of_its_own() -> Iterator[None]:
    """The signal handlers and what they know are those of a process; tests share one."""
    before = {number: signal.getsignal(number) for number in RAN}
    yield
    assert {number: signal.getsignal(number) for number in RAN} == before


def child(arguments: tuple[str, ...], moments: Moments, *, also: Callable[[], object] = lambda: None) -> End:
    """A command in a child, with moments from when it has been found."""

    def work() -> int:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        sys.argv = ["pkgplan", *arguments]
        unwind, hold = interrupts.unwind, interrupts.hold

        def unwind_and_watch() -> None:
            unwind()
            sys.setprofile(moments)

        def unwatch_and_hold() -> None:
            sys.setprofile(None)
            hold()

        interrupts.unwind, interrupts.hold = unwind_and_watch, unwatch_and_hold
        also()
        return run_program()

    return end_of(work, moments)


COMMANDS = (
    (signal.SIGINT, ("validate", "-C", "{folder}/catalog")),
    (signal.SIGINT, ("plan", "-C", "{folder}/catalog", "--out", "{folder}/plan.json", *SEPTEMBER)),
    (signal.SIGTERM, ("plan", "-C", "{folder}/catalog", "--format", "json", *SEPTEMBER)),
    (signal.SIGINT, ("init", "{folder}/new")),
    (signal.SIGTERM, ("init", "{folder}/empty")),
    (signal.SIGINT, ("explain", "spec")),
)
# What is left when a command has been told to end, and only says so.
LAST = 30


@pytest.mark.parametrize(("number", "arguments"), COMMANDS, ids=str)
def test_while_a_command_runs(tmp_path: Path, number: int, arguments: tuple[str, ...]) -> None:
    start, folder = tmp_path / "start", tmp_path / "folder"
    an_example(start / "catalog")
    (start / "empty").mkdir()
    arguments = tuple(each.format(folder=folder) for each in arguments)
    before = everything_below(start)
    shutil.copytree(start, folder)
    assert run(*arguments).code == 0  # what is computed once is there then, in the children as well
    after = everything_below(folder)

    def again(at: int) -> End:
        shutil.rmtree(folder)
        shutil.copytree(start, folder)
        return child(arguments, Moments(at, number))

    whole = again(0)
    assert whole.code == 0
    assert whole.passed is not None
    for at in spread(whole.passed - LAST, 15):
        end = again(at)
        assert (end.code, end.err.splitlines()[-1:]) == (RAN[number][0], [RAN[number][1].strip()]), (
            f"moment {at}"
        )
        # All of it or nothing, and no draft of it.
        assert everything_below(folder) in (before, after), f"moment {at}"
        assert not list(folder.rglob(".pkgplan-*")), f"moment {at}"


@pytest.mark.parametrize("number", RAN, ids=str)
def test_while_an_apply_writes_and_calls(catalog: Path, number: int, tmp_path: Path) -> None:
    """Whatever has been done, the notice says how to go on, and following it ends as if nothing had happened."""
    again = ("apply", "-C", str(catalog), "--yes", *SEPTEMBER)
    clean = everything_below(catalog)
    _, points = points_of(*again)
    expected = seen(catalog)
    assert points > 20
    for point in range(1, points + 1, 3):
        restore(catalog, clean)
        watched = Points(point, lambda: os.kill(os.getpid(), number))
        end = child(again, Moments(0, number), also=watched.watched().__enter__)
        assert end.code == RAN[number][0], f"point {point}: {end.err}"
        *_, notice, error = end.err.splitlines()
        assert f"run `pkgplan apply -C {catalog}` again" in notice
        assert f"{error}\n" == RAN[number][1]
        assert run(*again).code == 0
        assert seen(catalog) == expected, f"point {point}"


def restore(folder: Path, files: dict[str, bytes]) -> None:
    for name in set(everything_below(folder)) - set(files):
        (folder / name).unlink()


# What libraries make of an interrupt.


def ended(work: Callable[[], object]) -> End:
    """How a command ends that does something else than its work."""

    def invoke(*_: object) -> object:
        interrupts.unwind()
        return work()

    def also() -> None:
        CatalogCommand.invoke = invoke  # type: ignore[method-assign,assignment]

    return child(("explain",), Moments(0, 0), also=also)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def wrapped_by_pydantic() -> None:
    class Wrapping(BaseModel):
        value: int

        @field_serializer("value")
        def interrupted(self, value: int) -> int:
            interrupt()
            return value

    Wrapping(value=1).model_dump()


def wrapped_by_the_class_statement() -> None:
    class Named:
        def __set_name__(self, owner: type, name: str) -> None:
            interrupt()

    type("Owner", (), {"named": Named()})


def in_a_group() -> None:
    try:
        interrupt()
    except KeyboardInterrupt as error:
        raise BaseExceptionGroup("of tasks", [ValueError(), BaseExceptionGroup("inner", [error])]) from None


def forgotten() -> None:
    """As SQLite does with what a function of ours raises: nothing of it is left."""
    with suppress(KeyboardInterrupt):
        interrupt()
    raise RuntimeError("user-defined function raised exception")


def swallowed() -> int:
    with suppress(BaseException):
        interrupt()
    return 0


def swallowed_by_the_collector() -> int:
    class Collected:
        def __del__(self) -> None:
            interrupt()

    Collected()
    return 0


def behind_a_fault() -> None:
    try:
        interrupt()
    except KeyboardInterrupt:
        raise ValueError("while tidying up") from None


def within_an_import() -> None:
    class Finder(MetaPathFinder, Loader):
        def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
            return ModuleSpec(name, self) if name == "half" else None

        def exec_module(self, _: Any) -> None:
            try:
                interrupt()
            except KeyboardInterrupt:
                raise ImportError("half of it") from None

    sys.meta_path.insert(0, Finder())
    import_module("half")


@pytest.mark.parametrize(
    "work",
    [
        wrapped_by_pydantic, wrapped_by_the_class_statement, in_a_group, forgotten, swallowed,
        swallowed_by_the_collector, behind_a_fault, within_an_import, interrupt,
    ],
)  # fmt: skip
def test_however_it_is_wrapped_it_is_an_interrupt(work: Callable[[], object]) -> None:
    end = ended(work)
    assert (end.code, end.err) == INTERRUPTED


@pytest.mark.parametrize("layers", range(4))
def test_an_interrupt_without_a_signal_is_found_behind_any_error(
    layers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(*_: object) -> None:
        error: BaseException = KeyboardInterrupt()
        for layer in range(layers):
            outer: BaseException = RuntimeError(f"layer {layer}")
            outer.__cause__, outer.__context__ = (error, None) if layer % 2 else (None, error)
            error = outer
        raise error

    monkeypatch.setattr(root_module.root, "invoke", raising)
    ran = run("plan")
    assert (ran.code, ran.err) == INTERRUPTED


def test_a_circle_of_causes_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def raising(*_: object) -> None:
        one, other = RuntimeError("one"), RuntimeError("other")
        one.__cause__, other.__cause__ = other, one
        raise one

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(root_module.root, "invoke", raising)
    assert run("plan").code == 3


# More than one.


def test_a_second_one_leaves_time_to_put_things_right() -> None:
    def work() -> None:
        try:
            interrupt()
        finally:
            interrupt()
            sys.stderr.write("put right\n")

    end = ended(work)
    assert (end.code, end.err) == (130, "put right\nerror: interrupted\n")


def test_a_third_one_ends_it_at_once() -> None:
    def work() -> None:
        try:
            interrupt()
        finally:
            interrupt()
            interrupt()
            sys.stderr.write("never\n")

    end = ended(work)
    assert (end.code, end.err) == INTERRUPTED


def test_the_first_one_says_how_it_ends() -> None:
    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            interrupt()

    end = ended(work)
    assert (end.code, end.err) == TERMINATED


def test_one_after_the_command_has_ended_changes_nothing() -> None:
    def also() -> None:
        hold = interrupts.hold

        def hold_and_interrupt() -> None:
            hold()
            interrupt()

        interrupts.hold = hold_and_interrupt

    whole, late = (
        child(("explain", "PKG101"), Moments(0, 0)),
        child(("explain", "PKG101"), Moments(0, 0), also=also),
    )
    assert (late.code, late.out, late.err) == (0, whole.out, "")


@pytest.mark.parametrize("number", RAN, ids=str)
def test_what_is_ignored_stays_ignored(number: int) -> None:
    """As under `nohup`, or behind `&` in a script."""

    def work() -> int:
        signal.signal(number, signal.SIG_IGN)
        os.kill(os.getpid(), number)
        sys.argv = ["pkgplan", "explain", "PKG101"]
        code = run_program()
        os.kill(os.getpid(), number)
        return code

    end = end_of(work, Moments(0, 0))
    assert (end.code, end.err) == (0, "")


# Real processes.


def started(*arguments: str | Path, **streams: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pkgplan", *map(str, arguments)],
        text=True,
        env=process_environment(),
        stderr=subprocess.PIPE,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **streams},
    )


@pytest.mark.parametrize("number", RAN, ids=str)
def test_while_nobody_takes_what_it_writes(number: int) -> None:
    """It must not wait for the reader once more when it ends."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    # More than a pipe of one page takes.
    process = started("schema", "Package", stdout=writing)
    os.close(writing)
    try:
        while struct.unpack("i", fcntl.ioctl(reading, termios.FIONREAD, bytes(4)))[0] < 4096:
            assert process.poll() is None
        process.send_signal(number)
        _, said = process.communicate()
    finally:
        os.close(reading)
    assert (process.returncode, said) == RAN[number]


@pytest.mark.parametrize("number", RAN, ids=str)
def test_while_it_waits_for_an_answer(catalog: Path, number: int) -> None:
    ours, theirs = os.openpty()
    try:
        process = started("apply", "-C", catalog, *SEPTEMBER, stdin=theirs)
        assert process.stderr is not None
        question = "Apply? [y/N] "
        assert process.stderr.read(len(question)) == question
        process.send_signal(number)
        _, said = process.communicate()
    finally:
        os.close(ours)
        os.close(theirs)
    assert (process.returncode, said) == RAN[number]
    assert not (catalog / "state").exists()
