"""Processes that die: a command in a forked child, killed at a chosen point, and what it left behind.

A fork is a process of its own with its own files and locks, and starts in no time. Points are the moments
around which a process may die: before and after every append, every call, and in the middle of a write.
"""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any
from unittest import mock

from pkgplan.adapters.clocks import SystemClock
from pkgplan.adapters.disk import write_all
from pkgplan.adapters.state_file import FileStateLog
from pkgplan.engine import EmbeddedPackages, Engine
from pkgplan.model.record import fold
from support.command import Ran, edit, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pkgplan.model.record import State
    from pkgplan.ports import RemotePackage

LOG = "state/local.jsonl"
DATABASE = ".pkgplan/local.db"


@dataclass
class Points:
    """Counts the points that a process comes by, and does something at one of them."""

    at: int | None = None
    act: Callable[[], None] = field(default=lambda: os.kill(os.getpid(), signal.SIGKILL))
    passed: int = 0

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.act()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Put points around everything that an apply does to the world."""
        with ExitStack() as stack:
            for owner, name in (
                (FileStateLog, "append"),
                (EmbeddedPackages, "create"),
                (EmbeddedPackages, "get"),
                (EmbeddedPackages, "archive"),
                (EmbeddedPackages, "list"),
            ):
                stack.enter_context(mock.patch.object(owner, name, self._around(getattr(owner, name))))
            torn = self._in_two(write_all)
            stack.enter_context(mock.patch("pkgplan.adapters.state_file.write_all", torn))
            yield

    def _around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(real)
        def wrapped(*arguments: Any) -> Any:
            self.point()
            answer = real(*arguments)
            self.point()
            return answer

        return wrapped

    def _in_two(self, real: Callable[[int, bytes], None]) -> Callable[[int, bytes], None]:
        def wrapped(descriptor: int, content: bytes) -> None:
            half = len(content) // 2
            real(descriptor, content[:half])
            self.point()
            real(descriptor, content[half:])
            self.point()

        return wrapped


def forked(work: Callable[[], int]) -> int:
    """Do something in a child process; gives its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            code = work()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def run_to_point(point: int | None, *arguments: str | Path) -> int:
    """Run a command in a child that is killed at a point; gives its exit code or minus the signal."""

    def work() -> int:
        with Points(point).watched():
            return run(*arguments).code

    return forked(work)


def points_of(*arguments: str | Path) -> tuple[Ran, int]:
    """Run a command to its end, here; gives what it said and how many points it came by."""
    points = Points()
    with points.watched():
        return run(*arguments), points.passed


def recorded(catalog: Path) -> State:
    """Recorded state."""
    return fold(FileStateLog(catalog / LOG).read())


def live(catalog: Path) -> tuple[RemotePackage, ...]:
    """Every package of the embedded engine."""
    with Engine(catalog / DATABASE, SystemClock()) as engine:
        return tuple(EmbeddedPackages(engine).list())


def environment_of(catalog: Path) -> list[str]:
    """The packages of the environment in words, without what differs between two runs: ids and instants."""
    return sorted(
        repr((package.uniqueness_key, package.name, package.windows, package.archived_at is not None))
        for package in live(catalog)
    )


def records_of(catalog: Path) -> list[str]:
    """Recorded state in words, in the same way."""
    state = recorded(catalog)
    keys = {package.package_id: package.uniqueness_key for package in live(catalog)}
    versions = [
        repr(
            (
                str(v.ref),
                keys[v.package_id],
                v.digest,
                v.payload,
                v.windows,
                v.carried,
                v.archived_at is not None,
            )
        )
        for v in state.versions.values()
    ]
    return [*sorted(versions), repr(dict(state.metadata)), repr(state.unfinished)]


def seen(catalog: Path) -> tuple[list[str], list[str]]:
    """Everything that must be the same however often an apply was killed."""
    return environment_of(catalog), records_of(catalog)


def add_package(catalog: Path, key: str, alias: str, start: str) -> None:
    """Another package like `starter`."""
    text = (catalog / "packages" / "starter.yaml").read_text()
    file = catalog / "packages" / f"{key}.yaml"
    file.write_text(text)
    edit(
        file,
        ("  key: starter\n", f"  key: {key}\n"),
        ("name: Starter Plan - ", f"name: {key} - "),
        ("- name: Starter Plan\n", f"- name: {alias}\n"),
        ("2025-10-01\n", f"{start}\n"),
    )
