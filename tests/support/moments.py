"""A command that gets a signal at the n-th moment of its life: moments are things that happen, not milliseconds.

Before the command is found, they are what the interpreter reports to its audit hooks: files that are opened, modules
that are imported and executed. Once it runs, they are calls of functions and returns from them.
As a program, this starts commands as people do, with nothing of them imported yet. It takes the number of the signal,
the moments as JSON, and the arguments of the command; gives JSON with what became of each.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Moments:
    """Counts moments, and sends a signal at one of them."""

    def __init__(self, at: int, number: int) -> None:
        self.at = at
        self.number = number
        self.passed = 0

    def __call__(self, *_: Any) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), self.number)


@dataclass(frozen=True)
class End:
    """How a command ended; `passed` is how many moments it had, if nothing ended it before."""

    code: int
    out: str
    err: str
    passed: int | None


def end_of(work: Callable[[], int], moments: Moments) -> End:
    """Do something in a child process with streams of its own."""
    with TemporaryDirectory() as place:
        out, err, count = (Path(place) / name for name in ("out", "err", "count"))
        child = os.fork()
        if child == 0:
            os._exit(_alone(work, out, err, lambda: count.write_text(str(moments.passed))))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        passed = int(count.read_text()) if count.exists() else None
        return End(code, out.read_text(), err.read_text(), passed)


def _alone(work: Callable[[], int], out: Path, err: Path, finished: Callable[[], object]) -> int:
    for file, descriptor in ((out, 1), (err, 2)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), descriptor)
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 - for the life of the child
    sys.stdout, sys.stderr = (os.fdopen(descriptor, "w", closefd=False) for descriptor in (1, 2))
    try:
        code = work()
    except BaseException:  # noqa: BLE001 - a traceback is what is looked for
        sys.excepthook(*sys.exc_info())
        code = 99
    sys.setprofile(None)
    finished()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _from_the_beginning(moments: Moments) -> int:
    """The command of sys.argv, with moments from the first on at which something can be done about a signal."""
    from pkgplan import __main__ as program
    from pkgplan.cli import interrupts

    begin, watching = interrupts.begin, []

    def begin_and_watch() -> None:
        begin()
        watching.append(True)
        sys.addaudithook(lambda *_: moments() if watching else None)

    def after_that(then: Callable[[], None]) -> Callable[[], None]:
        def unwatched() -> None:
            watching.clear()
            then()

        return unwatched

    interrupts.begin = begin_and_watch
    interrupts.unwind, interrupts.hold = after_that(interrupts.unwind), after_that(interrupts.hold)
    return program.run()


if __name__ == "__main__":
    number, wanted = int(sys.argv[1]), json.loads(sys.argv[2])
    sys.argv = ["pkgplan", *sys.argv[3:]]
    every = [Moments(at, number) for at in wanted]
    json.dump([asdict(end_of(partial(_from_the_beginning, each), each)) for each in every], sys.stdout)
