"""What every state log does, whatever it is made of; and what a file must survive on top of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest
from support.entries import a_chain, a_genesis, an_entry
from support.memory_log import MemoryStateLog

from pkgplan.adapters.state_file import FileStateLog
from pkgplan.errors import StateCorrupt, StateMoved
from pkgplan.model.log import Head

if TYPE_CHECKING:
    from pathlib import Path

    from pkgplan.ports import StateLog


class Store(Protocol):
    """One log, seen by any number of writers, and by somebody who edits its lines."""

    def log(self) -> StateLog: ...

    def lines(self) -> list[str]: ...

    def rewrite(self, lines: list[str]) -> None: ...


@dataclass(frozen=True)
class FileStore:
    path: Path

    def log(self) -> StateLog:
        return FileStateLog(self.path)

    def lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").split("\n")[:-1]

    def rewrite(self, lines: list[str]) -> None:
        self.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@dataclass(frozen=True)
class MemoryStore:
    kept: list[str]

    def log(self) -> StateLog:
        return MemoryStateLog(self.kept)

    def lines(self) -> list[str]:
        return list(self.kept)

    def rewrite(self, lines: list[str]) -> None:
        self.kept[:] = lines


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return FileStore(tmp_path / "state" / "embedded.jsonl") if request.param == "file" else MemoryStore([])


def filled(store: Store, length: int) -> Store:
    for entry in a_chain(length):
        store.log().append(entry)
    return store


def test_a_log_that_does_not_exist_is_empty(store: Store) -> None:
    assert store.log().read() == ()


def test_what_was_appended_is_read_by_everybody(store: Store) -> None:
    entries = a_chain(5)
    for entry in entries:
        store.log().append(entry)
        assert store.log().read()[-1] == entry
    assert store.log().read() == entries


def test_reading_changes_nothing(store: Store) -> None:
    filled(store, 3)
    before = store.lines()
    store.log().read()
    assert store.lines() == before


def test_the_second_of_two_writers_fails(store: Store) -> None:
    filled(store, 2)
    head = store.log().read()[-1].head
    first, second = an_entry(head, actor="alice"), an_entry(head, actor="bob")
    store.log().append(first)
    with pytest.raises(StateMoved):
        store.log().append(second)
    assert store.log().read()[-1] == first


def test_a_second_genesis_fails(store: Store) -> None:
    filled(store, 1)
    with pytest.raises(StateMoved):
        store.log().append(a_genesis("production"))


def test_an_entry_far_ahead_fails(store: Store) -> None:
    with pytest.raises(StateMoved):
        store.log().append(a_chain(3)[2])
    assert store.log().read() == ()


def test_the_same_serial_after_another_predecessor_fails(store: Store) -> None:
    filled(store, 2)
    with pytest.raises(StateMoved):
        store.log().append(an_entry(Head(2, "sha256:" + "0" * 64)))


def test_the_same_entry_twice_fails(store: Store) -> None:
    filled(store, 2)
    with pytest.raises(StateMoved):
        store.log().append(a_chain(2)[1])


@pytest.mark.parametrize("line", range(4))
def test_an_edited_line_is_found(store: Store, line: int) -> None:
    lines = filled(store, 4).lines()
    lines[line] = lines[line].replace('"alice"', '"mallory"')
    store.rewrite(lines)
    with pytest.raises(StateCorrupt):
        store.log().read()


@pytest.mark.parametrize("line", range(3))  # a log cut off behind a whole line is a log
def test_a_removed_line_is_found(store: Store, line: int) -> None:
    lines = filled(store, 4).lines()
    del lines[line]
    store.rewrite(lines)
    with pytest.raises(StateCorrupt):
        store.log().read()


@pytest.mark.parametrize("line", range(3))
def test_swapped_lines_are_found(store: Store, line: int) -> None:
    lines = filled(store, 4).lines()
    lines[line], lines[line + 1] = lines[line + 1], lines[line]
    store.rewrite(lines)
    with pytest.raises(StateCorrupt):
        store.log().read()


@pytest.mark.parametrize("line", range(4))
def test_a_line_given_twice_is_found(store: Store, line: int) -> None:
    lines = filled(store, 4).lines()
    lines.insert(line, lines[line])
    store.rewrite(lines)
    with pytest.raises(StateCorrupt):
        store.log().read()


def test_a_line_of_another_log_is_found(store: Store) -> None:
    lines = filled(store, 4).lines()
    other = MemoryStateLog()
    for entry in a_chain(4, actor="eve"):
        other.append(entry)
    store.rewrite([*lines[:3], other.lines[3]])
    with pytest.raises(StateCorrupt):
        store.log().read()


@pytest.mark.parametrize("junk", ["{}", "[]", "null", "<<<<<<< HEAD", '{"serial": 1}', "[" * 100_000])
def test_a_line_that_is_no_entry_is_found(store: Store, junk: str) -> None:
    lines = filled(store, 3).lines()
    store.rewrite([*lines[:1], junk, *lines[1:]])
    with pytest.raises(StateCorrupt):
        store.log().read()
