"""A catalog in a git repository, on which two people apply on branches of their own.

Comes in: an empty folder. Goes out: `Branches`, with anna's branch and ben's, who is checked out. Each has an engine of
their own, as on two machines. Never here: what git or pkgplan should say about it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support.command import edit, run

if TYPE_CHECKING:
    from pathlib import Path

START = ("--as-of", "2025-12-10")
ANNAS_DAY = ("--as-of", "2026-01-02")
BENS_DAY = ("--as-of", "2026-01-03")
DAY_AFTER = ("--as-of", "2026-01-04")
LOG = "state/local.jsonl"
ENGINE = ".pkgplan"


@dataclass(frozen=True)
class Branches:
    """A repository with a catalog in it."""

    root: Path

    @property
    def catalog(self) -> Path:
        return self.root / "catalog"

    @property
    def log(self) -> Path:
        return self.catalog / LOG

    def git(self, *arguments: str, check: bool = True) -> str:
        """Run git without anybody's settings; gives what it printed, on both streams."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            check=False,
            capture_output=True,
            text=True,
            env={
                **os.environ,
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_SYSTEM": os.devnull,
                **{f"GIT_{role}_NAME": "t" for role in ("AUTHOR", "COMMITTER")},
                **{f"GIT_{role}_EMAIL": "t@example.invalid" for role in ("AUTHOR", "COMMITTER")},
            },
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout + done.stderr

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message)

    def engine_of(self, name: str) -> Path:
        """The engine as a person left it."""
        return self.root.parent / f"{name}.engine"


def two_branches(root: Path, *, attributes: str | None = None) -> Branches:
    """Anna has changed the price of `starter`, ben has added `pro`; both have applied on the same entry of the log.

    Args:
        root: where the repository shall be.
        attributes: the catalog's .gitattributes in place of those that `init` writes; empty for none.
    """
    made = Branches(root)
    root.mkdir()
    assert run("init", made.catalog).code == 0
    if attributes is not None:
        (made.catalog / ".gitattributes").write_text(attributes)
    made.git("init", "--quiet", "--initial-branch", "main")
    assert run("-C", made.catalog, "apply", "--yes", *START).code == 0
    made.commit("base")
    shutil.copytree(made.catalog / ENGINE, made.engine_of("base"))
    made.git("checkout", "--quiet", "-b", "anna")
    starter = made.catalog / "packages" / "starter.yaml"
    edit(starter, ("days: 15", "days: 30"), ("2026-01-01", "2026-03-01"))
    assert run("-C", made.catalog, "apply", "--yes", *ANNAS_DAY).code == 0
    made.commit("anna")
    shutil.copytree(made.catalog / ENGINE, made.engine_of("anna"))
    made.git("checkout", "--quiet", "-b", "ben", "main")
    use_engine(made, "base")
    text = starter.read_text().replace("key: starter", "key: pro").replace("Starter Plan", "Pro Plan")
    (starter.parent / "pro.yaml").write_text(text)
    assert run("-C", made.catalog, "apply", "--yes", *BENS_DAY).code == 0
    made.commit("ben")
    shutil.copytree(made.catalog / ENGINE, made.engine_of("ben"))
    return made


def use_engine(branches: Branches, name: str) -> None:
    """Put the engine of somebody in its place, as if it was the shared environment."""
    shutil.rmtree(branches.catalog / ENGINE)
    shutil.copytree(branches.engine_of(name), branches.catalog / ENGINE)
