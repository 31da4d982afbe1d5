"""Files that are replaced or made: what links do to that, and what is said when only the last step fails."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest
from support.command import SEPTEMBER, everything_below, run

from pkgplan.adapters.disk import create_file, is_file, is_folder, refuse_dangling, replace_file, sync_folder
from pkgplan.errors import EnvironmentFault

if TYPE_CHECKING:
    from pathlib import Path


def failing_for_folders(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_folder_that_cannot_be_synced_at_all_is_no_fault(
    tmp_path: Path, catalog: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network file systems do it by themselves."""
    failing_for_folders(monkeypatch, number)
    replace_file(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    ran = run("-C", catalog, "plan", "--out", tmp_path / "plan.json", *SEPTEMBER)
    assert (ran.code, "error" in ran.err) == (0, False)
    assert run("-C", catalog, "apply", tmp_path / "plan.json", "--yes", *SEPTEMBER).code == 0
    assert run("-C", catalog, "state", "verify").code == 0


def test_a_folder_that_fails_to_sync_leaves_a_file_that_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    failing_for_folders(monkeypatch, errno.EIO)
    with pytest.raises(EnvironmentFault) as raised:
        replace_file(tmp_path / "file", b"new")
    assert raised.value.message == (
        f'"{tmp_path / "file"}" was written, but may be lost if the machine fails now: input/output error'
    )
    assert everything_below(tmp_path) == {"file": b"new"}


def test_a_folder_that_may_not_be_read_says_so_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def unreadable(path: str | Path, flags: int, *rest: int) -> int:
        if flags & os.O_DIRECTORY:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", unreadable)
    with pytest.raises(EnvironmentFault, match="was written, but"):
        replace_file(tmp_path / "file", b"new")
    with pytest.raises(PermissionError):
        sync_folder(tmp_path)
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("file")
    replace_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.parametrize("target", ["nowhere", "no/folder", "link"])
def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path, target: str) -> None:
    (tmp_path / "link").symlink_to(target)
    for file in ("link", "link/below", "link/far/below"):
        with pytest.raises(EnvironmentFault):
            replace_file(tmp_path / file, b"new")
    with pytest.raises(EnvironmentFault, match="is a symbolic link that leads nowhere"):
        refuse_dangling(tmp_path / "link")
    create_file(tmp_path / "link", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["link"]


def test_a_file_in_the_place_of_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EnvironmentFault, match='file" is no folder'):
        replace_file(tmp_path / "file" / "below", b"new")


def test_a_file_that_is_there_is_not_made(tmp_path: Path) -> None:
    create_file(tmp_path / "file", b"one")
    create_file(tmp_path / "file", b"two")
    assert (tmp_path / "file").read_bytes() == b"one"


def test_what_cannot_be_a_name_is_neither_file_nor_folder(tmp_path: Path) -> None:
    for name in ("x" * 300, "nothing", "a\0b"):
        assert not is_file(tmp_path / name)
        assert not is_folder(tmp_path / name)
    assert is_folder(tmp_path)


# The files that pkgplan makes by itself.


@pytest.mark.parametrize(
    "command", [("apply", "--yes", *SEPTEMBER), ("customers", "create", "--name", "Acme")]
)
def test_the_mark_for_git_is_not_written_through_a_link(catalog: Path, command: tuple[str, ...]) -> None:
    (catalog / ".pkgplan").mkdir()
    mark = catalog / ".pkgplan" / ".gitignore"
    for target in ("../../elsewhere", "/nowhere/at/all"):
        mark.unlink(missing_ok=True)
        mark.symlink_to(target)
        assert run("-C", catalog, *command).code == 0
        assert mark.is_symlink()
        assert not mark.exists()
    assert not (catalog.parent / "elsewhere").exists()


def test_a_mark_of_somebodys_own_stays(catalog: Path) -> None:
    (catalog / ".pkgplan").mkdir()
    (catalog / ".pkgplan" / ".gitignore").write_text("mine\n")
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    assert (catalog / ".pkgplan" / ".gitignore").read_text() == "mine\n"


def test_an_engine_is_not_begun_where_a_link_leads_nowhere(catalog: Path) -> None:
    (catalog / ".pkgplan").mkdir()
    (catalog / ".pkgplan" / "local.db").symlink_to("../../gone/local.db")
    ran = run("-C", catalog, "apply", "--yes", *SEPTEMBER)
    assert ran.code == 4
    assert 'local.db" is a symbolic link that leads nowhere' in ran.err
    assert not (catalog.parent / "gone").exists()
    assert run("serve", "--db", catalog / ".pkgplan" / "local.db", "--port", "0").code == 4


def test_an_engine_elsewhere_is_used(catalog: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (catalog / ".pkgplan").symlink_to(tmp_path / "shared")
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    assert {"local.db", ".gitignore"} <= {each.name for each in (tmp_path / "shared").iterdir()}


@pytest.mark.parametrize("existing", [True, False])
def test_a_plan_is_saved_behind_a_link_only_if_there_is_something(
    catalog: Path, tmp_path: Path, *, existing: bool
) -> None:
    out = tmp_path / "plan.json"
    out.symlink_to("real.json")
    if existing:
        (tmp_path / "real.json").write_text("")
    ran = run("-C", catalog, "plan", "--out", out, *SEPTEMBER)
    assert ran.code == (0 if existing else 4)
    assert out.is_symlink()
    assert (tmp_path / "real.json").exists() == existing
