from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pkgplan.stages.load import load, read_text, unread_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("pkgplan.yaml", "packages/starter.yaml", "packages/old/starter.yml", "references/UP.YAML"):
        put(tmp_path / name)
    return tmp_path


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("kind: Package\n")


def message(root: Path) -> str:
    found = unread_files(root)
    assert len(found) <= 1
    return found[0].message if found else ""


@pytest.mark.parametrize(
    "name",
    [
        "packages/starter.yml.bak",
        "packages/starter.yaml~",
        "packages/starter.yaml.orig",
        "packages/pro.json",
        "packages/pro.toml",
        "packages/.hidden.yaml",
        "packages/.env",
        "packages/.old",
        "references/prices.csv",
        "notes.txt",
        "packages/state/pro.txt",
        "packages/pro.yaml.txt",
    ],
)
def test_what_is_not_read_is_named(root: Path, name: str) -> None:
    put(root / name)
    assert message(root) == f"not read: {name}"
    assert {source.path for source in load(root)[0]} == {
        "pkgplan.yaml", "packages/starter.yaml", "packages/old/starter.yml", "references/UP.YAML",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "README.md", "packages/README", "packages/notes.md", "LICENSE", "CODEOWNERS", "CHANGELOG.rst",
        ".gitignore", ".gitattributes", ".yamllint.yml", ".git/config", ".github/x.json", ".pkgplan/local.db", ".env",
        "packages/.gitkeep", "packages/.keep", "packages/.DS_Store", "packages/.starter.yaml.swp", "packages/.#a.yaml",
        "state/local.jsonl", "state/old", "environments/production.lock.json", "environments/notes.txt",
        "schemas/package.schema.json",
    ],
)  # fmt: skip
def test_what_nobody_takes_for_a_part_of_the_catalog_is_not_named(root: Path, name: str) -> None:
    put(root / name)
    assert message(root) == ""


def test_many_are_named_once_and_counted(root: Path) -> None:
    for number in range(9):
        put(root / "packages" / f"{number}.json")
    assert message(root) == (
        "not read: packages/0.json, packages/1.json, packages/2.json, packages/3.json, packages/4.json and 4 more"
    )


def test_a_hidden_folder_is_named_and_not_entered(root: Path) -> None:
    put(root / "packages" / ".old" / "pro.yaml")
    assert message(root) == "not read: packages/.old"


def test_what_is_read_under_the_name_of_a_link_is_read(root: Path) -> None:
    put(root / "packages" / "pro.txt")
    (root / "packages" / "pro.yaml").symlink_to("pro.txt")
    assert message(root) == ""
    (root / "packages" / "notes").symlink_to("nowhere")
    assert message(root) == "not read: packages/notes"


def test_a_name_that_cannot_be_printed_is_escaped(root: Path) -> None:
    with open(os.fsencode(root) + b"/packages/a\xff\x1b[31m.json", "wb"):  # noqa: PTH123 - a name in bytes
        pass
    assert message(root) == "not read: packages/a\\udcff\\x1b[31m.json"


def test_what_is_in_a_file_that_is_not_read_is_never_shown(root: Path) -> None:
    (root / "packages" / ".env").write_text("TOKEN=secret\n")
    (found,) = unread_files(root)
    assert read_text(root, found.at.path) is None
    assert read_text(root, "packages/starter.yaml") == "kind: Package\n"


def test_a_folder_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    assert unread_files(tmp_path / "nowhere") == ()
