"""Whatever is in a file: if it can be read, it is formatted or refused, and what it says stays the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from pkgplan.model.source import meaning_of
from pkgplan.stages.format import Unwritable, write_document
from pkgplan.stages.load import read_comments, read_document, read_tree

ROOT = Path(__file__).parents[2]
FILES = [
    path
    for folder in ("catalog", "tests/golden/rules")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
    if path.is_file()
]
PIECES = [
    "#", " # c\n", "\n# own\n", "\n    # deep\n", "\n\n\n", "|", ">", "|-\n  a\n\n  b\n", ">+\n   a\n   b\n\n\n",
    "'", '"', "'a\n  b'", '"a\\\n  b"', "{", "}", "[", "]", ",", ":", ": ", "- ", "-\n", "? ", "---\n", "\n...\n",
    "null", "~", "True", "0x1F", "1e3", "10 USD", "2 months", "{value: 3, unit: DAYS}", "2026-02-01T00:00:00Z",
    "{a: 1, # c\n b: 2}", "[ # c\n ]", "[a, # c\n b]", "\r\n", "\t", "é", "\u200d", "# pkgplan: ignore[PKG214] x\n",
]  # fmt: skip


def outcome(content: bytes) -> str:
    """What became of a file: `unreadable`, `refused`, or `formatted`, with everything that must hold then."""
    source, _ = read_document("a.yaml", content)
    if source is None:
        return "unreadable"
    comments = Counter(comment.text for comment in read_comments(source.text))
    try:
        after = write_document(read_tree(source.text), source.kind or "")
    except Unwritable:
        return "refused"
    again, faults = read_document("a.yaml", after.encode())
    assert again is not None, (faults, source.text, after)
    assert meaning_of(again) == meaning_of(source), (source.text, after)
    assert Counter(comment.text for comment in read_comments(after)) == comments, (source.text, after)
    assert write_document(read_tree(after), source.kind or "") == after, (source.text, after)
    return "formatted"


def mutated(random: Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(lines))
        match random.randrange(6):
            case 0:
                column = random.randint(0, len(lines[at]))
                lines[at] = lines[at][:column] + random.choice(PIECES) + lines[at][column:]
            case 1:
                head, colon, _ = lines[at].partition(": ")
                lines[at] = f"{head}{colon or ' '}{random.choice(PIECES)}\n"
            case 2:
                lines.insert(at, " " * random.randrange(9) + random.choice(PIECES) + "\n")
            case 3:
                lines[at] = " " * random.choice([1, 2, 3]) + lines[at]
            case 4:
                lines[at] = lines[at].removeprefix("  ")
            case _:
                lines[at : at + 2] = reversed(lines[at : at + 2])
    return "".join(lines)


@pytest.mark.parametrize("seed", range(8))
def test_mutated_files_are_formatted_or_refused(seed: int) -> None:
    random = Random(seed)
    seen = Counter(
        outcome(mutated(random, random.choice(FILES).read_text(encoding="utf-8", errors="replace")).encode())
        for _ in range(250)
    )
    assert seen["formatted"] > 20, seen
    assert seen["unreadable"] > 20, seen


def test_arbitrary_bytes_are_formatted_or_refused() -> None:
    random = Random(3)
    alphabet = b"ab:-#?,[]{} '\"\\|>%@`&*!~.019\n\n\n  \t\r\xc3\xa9"
    seen = Counter(outcome(bytes(random.choices(alphabet, k=random.randrange(40)))) for _ in range(20000))
    assert seen["formatted"] > 50, seen
