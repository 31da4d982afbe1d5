"""What git makes of a state log is named, with the line and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.entries import a_chain, an_entry

from pkgplan.adapters.state_file import FileStateLog
from pkgplan.errors import StateCorrupt, StateMoved
from pkgplan.model.canonical import compact

if TYPE_CHECKING:
    from pathlib import Path

    from pkgplan.model.log import LogEntry


def line(entry: LogEntry) -> bytes:
    return compact(entry.to_json()).encode() + b"\n"


COMMON = [line(entry) for entry in a_chain(3)]
HEAD = a_chain(3)[-1].head
OURS = line(an_entry(HEAD, actor="ben"))
THEIRS = line(an_entry(HEAD, actor="anna"))
BOTH = 'two runs follow entry 3, one of "ben" at 2026-01-15T12:00:00Z (nothing was made) and one of "anna" at'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "embedded.jsonl"


def said(path: Path, content: bytes) -> StateCorrupt:
    """What reading says; appending refuses, too, and nothing is written."""
    path.write_bytes(content)
    with pytest.raises(StateCorrupt) as caught:
        FileStateLog(path).read()
    with pytest.raises((StateCorrupt, StateMoved)):
        FileStateLog(path).append(a_chain(4)[3])
    assert path.read_bytes() == content
    assert "\n" not in caught.value.message + caught.value.hint
    assert caught.value.exit_code == 4
    return caught.value


@pytest.mark.parametrize("base", [b"", b"||||||| 4f2a1c9\n"], ids=["merge", "diff3"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_conflict_markers_are_named_with_both_runs(path: Path, base: bytes, end: bytes) -> None:
    conflict = [b"<<<<<<< HEAD\n", OURS, base, b"=======\n", THEIRS, b">>>>>>> anna\n"]
    fault = said(path, b"".join([*COMMON, *conflict]).replace(b"\n", end))
    assert fault.message.startswith(f"{path}:4: conflict markers of git: {BOTH}")
    assert f"git checkout --ours -- {path}" in fault.hint
    assert "restore" not in fault.hint


def test_a_log_that_was_merged_by_lines_has_two_heads(path: Path) -> None:
    fault = said(path, b"".join([*COMMON, OURS, THEIRS]))
    assert fault.message.startswith(f"{path}:5: {BOTH}")
    assert "merge=union" in fault.hint
    assert "git checkout COMMIT" in fault.hint


def test_a_version_that_both_made_is_said(path: Path) -> None:
    sides = [
        line(an_entry(HEAD, kind="created", actor=actor, body={"ref": "starter@2", "package_id": actor}))
        for actor in ("ben", "anna")
    ]
    assert "; both made starter@2;" in said(path, b"".join([*COMMON, *sides])).message


def test_markers_around_something_else_than_entries(path: Path) -> None:
    fault = said(path, b"".join([*COMMON, b"<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> anna\n"]))
    assert fault.message.startswith(f'{path}:4: conflict markers of git: "HEAD" and "anna"')
    assert "keep the log of one side" in fault.hint


@pytest.mark.parametrize(
    ("content", "says", "hint"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS", "git lfs pull"),
        (b"\0GITCRYPT\0abc", "git-crypt", "git-crypt unlock"),
        (b"".join(COMMON).decode().encode("utf-16"), "UTF-16", "convert it to UTF-8 again"),
        (b"".join(COMMON).decode().encode("utf-16-be"), "UTF-16", "convert it to UTF-8 again"),
        (b"\0\0\0\0", "U+0000", "restore"),
    ],
)
def test_what_stands_for_a_log_is_named(path: Path, content: bytes, says: str, hint: str) -> None:
    fault = said(path, content)
    assert fault.message.startswith(f"{path}:1: ")
    assert says in fault.message
    assert hint in fault.hint


def test_a_line_that_is_no_json_is_named_with_its_column(path: Path) -> None:
    fault = said(path, b"".join([*COMMON[:2], COMMON[2].replace(b'","kind"', b'\',"kind"')]))
    assert fault.message.startswith(f"{path}:3: the line is not an entry of a state log: ")
    assert "(column " in fault.message


def test_a_blank_line_does_not_shift_the_line_that_is_named(path: Path) -> None:
    fault = said(path, b"".join([COMMON[0], b"\n\n", COMMON[2].replace(b'"serial":3', b'"serial":9')]))
    assert fault.message.startswith(f"{path}:4: entry 9 was changed")
