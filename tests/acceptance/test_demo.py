"""`make demo` shows the main job, and fails if anything in it is not so."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from support.command import REPOSITORY, everything_below, process_environment

if TYPE_CHECKING:
    from pathlib import Path

DEMO = REPOSITORY / "tests" / "acceptance" / "demo.sh"


def demo(tmp_path: Path, script: str) -> subprocess.CompletedProcess[str]:
    """The demo, with this text as the program `pkgplan`."""
    program = tmp_path / "bin" / "pkgplan"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return subprocess.run(
        ["sh", str(DEMO), str(tmp_path / "demo")],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=process_environment(PATH=f"{program.parent}{os.pathsep}{os.environ['PATH']}"),
    )


def test_the_demo_shows_the_main_job_and_leaves_the_catalog_of_the_repository_alone(tmp_path: Path) -> None:
    before = everything_below(REPOSITORY / "catalog")
    ran = demo(tmp_path, f'exec "{sys.executable}" -m pkgplan "$@"')
    assert ran.returncode == 0, ran.stdout + ran.stderr
    commands = [line for line in ran.stdout.splitlines() if line.startswith("$ pkgplan")]
    assert commands[0] == "$ pkgplan validate"
    assert '$ pkgplan alias resolve "Starter Plan" --at 2026-02-01T00:00:00Z' in commands
    assert "No changes." in ran.stdout
    assert everything_below(REPOSITORY / "catalog") == before


def test_the_demo_fails_if_a_command_says_something_else(tmp_path: Path) -> None:
    lie = f'case "$*" in *resolve*) echo starter@1 ;; *) exec "{sys.executable}" -m pkgplan "$@" ;; esac'
    ran = demo(tmp_path, lie)
    assert ran.returncode == 1
    assert "the output lacks: starter@2" in ran.stderr


def test_the_demo_fails_if_a_command_fails(tmp_path: Path) -> None:
    ran = demo(tmp_path, 'echo "The catalog is sound"; exit 3')
    assert ran.returncode == 1
    assert "exit code 3" in ran.stderr
