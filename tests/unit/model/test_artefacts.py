from __future__ import annotations

import pytest

from pkgplan.model.artefacts import artefact_in, is_marker
from pkgplan.model.diagnostics import START_OF_FILE, TextRange

SIDES = b"a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> anna\nc: 1\n"


@pytest.mark.parametrize(
    "content",
    [
        SIDES,
        SIDES.replace(b"=======", b"||||||| 4f2a1c9\n=======\n"),
        SIDES.replace(b"=======", b"|||||||\nb: 0\n======="),
        SIDES.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + SIDES,
        SIDES.removesuffix(b"c: 1\n").rstrip(),
        SIDES.replace(b"<<<<<<<", b"<" * 9).replace(b">>>>>>>", b">" * 9),
    ],
    ids=["merge", "zdiff3", "diff3", "CRLF", "BOM", "to the end", "of a recursive merge"],
)
def test_the_conflict_of_a_merge_is_known_by_its_markers(content: bytes) -> None:
    found = artefact_in(content)
    assert found is not None
    assert found.is_conflict
    assert found.at.line == 2
    assert '"HEAD" and "anna"' in found.problem
    assert "<<<<<<<" in found.hint


def test_several_conflicts_are_counted() -> None:
    found = artefact_in(SIDES * 3)
    assert found is not None
    assert "in 3 places" in found.problem
    assert found.at == TextRange(2, 1, 2, 13)


@pytest.mark.parametrize("marker", [b"=======", b">>>>>>> anna", b"||||||| base", b"<<<<<<< HEAD"])
def test_a_marker_that_was_overlooked_is_named(marker: bytes) -> None:
    found = artefact_in(b"a: 1\nb: 2\n" + marker + b"\n")
    assert found is not None
    assert found.at.line == 3
    assert f'left over: "{marker[:7].decode()}"' in found.problem


def test_a_first_line_that_is_a_marker_is_found_behind_a_byte_order_mark() -> None:
    found = artefact_in(b"\xef\xbb\xbf" + SIDES.removeprefix(b"a: 1\n"))
    assert found is not None
    assert found.at.line == 1


def test_a_long_or_strange_name_of_a_branch_stays_one_short_line() -> None:
    found = artefact_in(SIDES.replace(b"anna", b"\xff" + b"x" * 500))
    assert found is not None
    assert len(found.problem) < 200
    assert "\n" not in found.problem


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# ======= a heading =======\n",
        b"text: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> x\n",
        b"======\n",
        b"<<<<<<<x\n",
        b"<<: *x\n",
        b"a: 1 =======\n",
    ],
)
def test_what_only_looks_like_a_marker_is_none(content: bytes) -> None:
    assert artefact_in(content) is None


@pytest.mark.parametrize(
    ("content", "problem", "hint"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS", "git lfs pull"),
        (b"\0GITCRYPT\0\x01\x02", "git-crypt", "git-crypt unlock"),
    ],
)
def test_what_stands_for_a_file_is_named_with_what_brings_the_file(
    content: bytes, problem: str, hint: str
) -> None:
    found = artefact_in(content)
    assert found is not None
    assert not found.is_conflict
    assert found.at == START_OF_FILE
    assert problem in found.problem
    assert hint in found.hint


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_single_line_can_be_asked_about(end: bytes) -> None:
    assert is_marker(b"<<<<<<< HEAD" + end)
    assert not is_marker(b'{"serial":1}' + end)
