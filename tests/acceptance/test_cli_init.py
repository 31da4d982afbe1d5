"""`pkgplan init`: a catalog as a whole, where nobody stands in the way of it and nobody loses the ground."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.command import everything_below, run, run_process

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = ("--as-of", "2025-12-10")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PKGPLAN_CATALOG", raising=False)
    return tmp_path


def test_without_a_folder_it_is_written_where_the_next_command_looks(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("init").code == 0
    assert run("plan", *NOW).code == 0
    assert run("-C", "prices", "init").code == 0
    assert run("-C", "prices", "plan", *NOW).code == 0
    monkeypatch.setenv("PKGPLAN_CATALOG", "by variable")
    ran = run("init")
    assert ran.out.endswith("Next:\n  pkgplan validate\n  pkgplan plan\n  pkgplan apply\n")
    assert run("validate").code == 0
    assert (here / "by variable" / "pkgplan.yaml").exists()


@pytest.mark.parametrize("named", [".", "./", "../{name}", "{path}"])
def test_the_folder_that_somebody_stands_in_stays_the_same(here: Path, named: str) -> None:
    before = here.stat()
    here.chmod(0o750)
    folder = named.format(name=here.name, path=here)
    assert run("init", folder).code == 0
    assert here.stat().st_ino == before.st_ino
    assert here.stat().st_mode & 0o777 == 0o750
    assert Path.cwd() == here
    assert run_process("validate", "-C", ".", cwd=here).returncode == 0
    assert [each.name for each in here.glob(".*")] == [".gitattributes"]
    assert run("init", folder).code == 2


def test_what_it_writes_is_the_same_in_both_ways(here: Path) -> None:
    (here / "empty").mkdir()
    assert run("init", "empty").code == run("init", "new").code == 0
    assert everything_below(here / "empty") == everything_below(here / "new")


@pytest.mark.parametrize("folder", ["empty", "new", "deep/new"])
@pytest.mark.parametrize("after", range(0, 12, 3))
def test_a_disk_that_fails_leaves_what_was_there(
    here: Path, folder: str, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "empty").mkdir()
    left = [after]

    def failing(real: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object, **others: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, "No space left on device")
            return real(*arguments, **others)

        return called

    for name in ("write_bytes", "rename", "replace"):
        monkeypatch.setattr(Path, name, failing(getattr(Path, name)))
    ran = run("init", folder)
    assert (ran.code, ran.out) == (4, "")
    assert f'"{folder}" cannot be written: no space left on device' in ran.err
    assert everything_below(here) == {}
    assert list((here / "empty").iterdir()) == []


def test_what_appears_meanwhile_is_not_overwritten(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "empty").mkdir()
    real = Path.write_bytes

    def written(path: Path, content: bytes) -> int:
        (here / "empty" / "pkgplan.yaml").write_text("mine")
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", written)
    assert run("init", "empty").code == 4
    assert everything_below(here) == {"empty/pkgplan.yaml": b"mine"}


@pytest.mark.parametrize(
    "inside", ["catalog/new", "catalog/packages/new", "catalog/state/x/y", "catalog/.pkgplan", "."]
)
@pytest.mark.parametrize("way", ["DIR", "-C"])
def test_no_catalog_is_written_into_another(
    here: Path, inside: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("init").code == 0
    if inside == ".":
        (here / "catalog" / "empty").mkdir()
        monkeypatch.chdir(here / "catalog" / "empty")
    before = everything_below(here)
    ran = run(*(("init", inside) if way == "DIR" else ("-C", inside, "init")))
    assert ran.code == 2
    assert 'is inside the catalog "' in ran.err
    assert everything_below(here) == before


def test_a_link_is_no_way_around_that(here: Path) -> None:
    assert run("init").code == 0
    (here / "link").symlink_to("catalog/packages")
    assert run("init", "link/new").code == 2


def test_beside_a_catalog_another_is_written(here: Path) -> None:
    assert run("init").code == 0
    assert run("init", "second").code == 0
    os.chdir(here / "catalog")
    assert run("init", "../third").code == 0
    assert run("validate", "-C", "../third").code == 0
