"""The README's commands are run, and its output is what they print. `UPDATE_README=1` writes it anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.sdk_client import TOKEN
from support.served import served_process
from support.work import PATIENCE

from pkgplan.cli.options import EXIT_CODES

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
UPDATE = os.environ.get("UPDATE_README") == "1"

_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_ID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
AN_ID = "7c2095b1-3128-40eb-9762-161d98ae86b2"
_DIGEST = re.compile(r"sha256:[0-9a-f]+")
_ACTOR = re.compile(r"\b[\w.-]+@(?!\d)[\w.-]+ *")
_TABLE = re.compile(r"\| exit code \| meaning \|\n\|---\|---\|\n((?:\|.*\n)*)")
_PROGRAM = re.compile(r"<!-- run: serve -->\n\n```python\n(.*?)```\n\n```\n(.*?)```", re.DOTALL)
_FILE = re.compile(r"<!-- file: (\S+) -->\n(?:\n```yaml\n.*?```\n)?", re.DOTALL)


def stable(text: str) -> str:
    """Text without what differs from run to run: ids, digests, and who ran it."""
    text = _ACTOR.sub("you@host  ", _DIGEST.sub("sha256:...", _ID.sub(AN_ID, text)))
    return "\n".join(line.rstrip() for line in text.splitlines())


def run(command: str, folder: Path) -> str:
    """What a person sees: both streams, in order."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with the command on its path."""
    shim = tmp_path / "bin" / "pkgplan"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT / "src"} exec {sys.executable} -m pkgplan "$@"\n')
    shim.chmod(0o755)
    return tmp_path


def transcript(block: str, folder: Path) -> str:
    """A block with its commands run again."""
    lines = []
    for line in block.splitlines():
        if line.startswith("$ "):
            lines += [line, *stable(run(line[2:], folder)).splitlines()]
    return "\n".join(lines) + "\n"


def test_every_command_prints_what_the_readme_shows(folder: Path) -> None:
    text = README.read_text(encoding="utf-8")
    blocks = _BLOCK.findall(text)
    assert len(blocks) >= 7
    for block in blocks:
        real = transcript(block, folder)
        if UPDATE:
            text = text.replace(f"```console\n{block}```", f"```console\n{real}```")
        else:
            assert block == real
    if UPDATE:
        README.write_text(text, encoding="utf-8")


def test_the_program_prints_what_the_readme_shows(folder: Path) -> None:
    program, output = _PROGRAM.findall(README.read_text(encoding="utf-8"))[0]
    with served_process(folder) as server:
        program = program.replace("http://127.0.0.1:8000", server.url).replace('"any"', f'"{TOKEN}"')
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    assert done.stderr == ""
    assert done.stdout == output


def test_exit_codes_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    rows = "".join(f"| {code} | {meaning} |\n" for code, meaning in EXIT_CODES.items())
    if UPDATE:
        text = _TABLE.sub(f"| exit code | meaning |\n|---|---|\n{rows}", text)
        README.write_text(text, encoding="utf-8")
    found = _TABLE.search(text)
    assert found is not None
    assert found[1] == rows


def test_the_example_file_is_the_real_one() -> None:
    text = README.read_text(encoding="utf-8")

    def real(match: re.Match[str]) -> str:
        content = (ROOT / match[1]).read_text(encoding="utf-8")
        return f"<!-- file: {match[1]} -->\n\n```yaml\n{content}```\n"

    if UPDATE:
        text = _FILE.sub(real, text)
        README.write_text(text, encoding="utf-8")
    assert _FILE.search(text) is not None
    assert _FILE.sub(real, text) == text


def test_links_point_at_files() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target
