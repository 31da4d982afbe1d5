"""Every command with every wrong argument, and in every wrong folder: a plain fault or a result, never a bug of ours.

The commands and what they take come from the table of the command line, so that a new one is tried from its first day.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.command import EXAMPLE, SEPTEMBER, an_example, everything_below, run
from support.plain import is_plain
from support.processes import forked
from support.tree import commands, filled, leaves

from pkgplan.cli.options import FileName, shared_options
from pkgplan.engine.http import server as server_module
from pkgplan.model.catalog.catalog import KINDS
from pkgplan.model.documentation import field_documentation
from pkgplan.model.rules import RULES
from pkgplan.model.schemas import all_schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import click

NOBODY = 65534
LEAVES = dict(leaves())
look_up: Any = socket.getaddrinfo
TEXTS = (
    "", " ", "-", "--", "a", "@", "a@0", "starter", "starter@1", "a" * 5000, "\u202e\x1b[2J", "a\nb", "ä", "\udcff",
    "\ud800", "=", "a=b", "*", "0", "-1", "1e999", "9" * 5000, "2026-02-30", "9999-12-31T23:59:59Z", "{}", "%s%n",
    "../..", "/", "spec.*.*[0]", "PKG", "'",
)  # fmt: skip
# Places that the files of a command line can be; made below.
PLACES = (
    "file", "folder", "empty", "nothing", "file/below", "unreadable", "pipe", "dangling", "loop", "device", "link",
    "plan.json", "catalog", "catalog/pkgplan.yaml", "catalog/state", "x" * 300, "\udcff", "\x1b[2J", "/dev/full",
    "/proc/self/mem", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an applied catalog, a plan, and one of everything that is not what a file or a folder should be."""
    place = tmp_path_factory.mktemp("original")
    catalog = an_example(place / "catalog")
    assert run("-C", catalog, "apply", "--yes", *SEPTEMBER).code == 0
    assert run("-C", catalog, "plan", "--out", place / "plan.json", *SEPTEMBER).code == 0
    (place / "file").write_text("text\n")
    (place / "empty").write_text("")
    (place / "folder").mkdir()
    (place / "dangling").symlink_to("nowhere")
    (place / "loop").symlink_to("loop")
    (place / "link").symlink_to("file")
    (place / "device").symlink_to("/dev/zero")
    return place


@pytest.fixture
def place(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "place"
    shutil.copytree(original, folder, symlinks=True)
    os.mkfifo(folder / "pipe")
    (folder / "unreadable").write_text("x")
    (folder / "unreadable").chmod(0)
    monkeypatch.chdir(folder)
    for name in ("PKGPLAN_CATALOG", "PKGPLAN_ENV"):
        monkeypatch.delenv(name, raising=False)
    # A server that could be started has shown what it has to show.
    monkeypatch.setattr(server_module.Server, "run", lambda server: server._listener.close())
    monkeypatch.setattr(socket, "getaddrinfo", nobody_known)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return folder


def nobody_known(host: str, *rest: object, **others: object) -> object:
    """No name is looked up beyond this machine; what cannot be a name is refused as ever."""
    host.encode("idna")
    if not host.startswith("127."):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return look_up(host, *rest, **others)


# What all commands share is the same everywhere, so that a few of them stand for all; -C is tried with each below.
SHARED = {parameter.name for parameter in shared_options()}
FOR_ALL = {("plan",), ("explain",), ("alias", "list")}
PARAMETERS = [
    pytest.param(path, parameter, id=f"{' '.join(path)} {parameter.name}")
    for path, command in LEAVES.items()
    for parameter in command.params
    if not getattr(parameter, "is_flag", False) and not getattr(parameter, "count", False)
    if parameter.name not in SHARED or path in FOR_ALL
]


@pytest.mark.parametrize(("path", "parameter"), PARAMETERS)
def test_every_parameter_with_every_wrong_value(
    path: tuple[str, ...], parameter: click.Parameter, place: Path
) -> None:
    values = PLACES if isinstance(parameter.type, FileName) else TEXTS
    for value in values:
        arguments = filled(path, parameter, value)
        is_plain(run(*arguments), arguments)
        assert not Path("nowhere").exists(), (
            arguments,
            "something was written through a link that leads nowhere",
        )
    assert Path("file").read_text() == "text\n" or path == ("schema",)


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
@pytest.mark.parametrize("form", ["text", "json"])
def test_every_command_with_every_catalog(path: tuple[str, ...], form: str, place: Path) -> None:
    for folder in PLACES:
        arguments = ["-C", folder, "--format", form, *filled(path)]
        is_plain(run(*arguments), arguments)


FIELDS: list[str] = []


def every_field() -> Iterator[str]:
    """The route of each field of each kind."""
    waiting = list(KINDS)
    while waiting:
        route = waiting.pop()
        yield route
        waiting += [f"{route}.{child.name}" for child in field_documentation(route).children]


@pytest.mark.parametrize("form", ["text", "json"])
def test_every_field_and_every_rule_is_explained(form: str) -> None:
    routes = [*every_field()]
    assert len(routes) > 300
    for subject in [*routes, *(rule.code for rule in RULES), *(rule.slug for rule in RULES)]:
        ran = run("explain", subject, "--format", form)
        assert (ran.code, ran.err) == (0, ""), subject
    for kind in all_schemas():
        assert run("schema", kind.removesuffix(".schema.json")).code == 0


# Folders to stand in.


def in_catalog(place: Path) -> Path:
    return place / "catalog"


def in_packages(place: Path) -> Path:
    return place / "catalog" / "packages"


def in_state(place: Path) -> Path:
    return place / "catalog" / "state"


def in_engine(place: Path) -> Path:
    return place / "catalog" / ".pkgplan"


def in_empty(place: Path) -> Path:
    return place / "folder"


def in_deleted(place: Path) -> Path:
    folder = place / "deleted"
    folder.mkdir(exist_ok=True)
    return folder


FOLDERS = (in_catalog, in_packages, in_state, in_engine, in_empty, in_deleted)
OPTIONS = ((), ("-C", "."), ("-C", ".."), ("-C", "../catalog"))


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
@pytest.mark.parametrize("where", FOLDERS, ids=lambda folder: folder.__name__)
def test_every_command_in_every_wrong_folder(
    path: tuple[str, ...], where: Callable[[Path], Path], place: Path
) -> None:
    for options in OPTIONS:
        folder = where(place)
        os.chdir(folder)
        if where is in_deleted:
            folder.rmdir()
        arguments = [*options, *filled(path)]
        ran = run(*arguments)
        is_plain(ran, arguments)
        inside = where in {in_catalog, in_packages, in_state, in_engine}
        if inside and not options and "does not exist" in ran.err:
            assert "pkgplan init" not in ran.err, arguments
            (way,) = re.findall(r"give -C (\S+)$", ran.err, re.MULTILINE)
            assert Path(way, "pkgplan.yaml").is_file()
        os.chdir(place)
    catalogs = [file for file in place.rglob("pkgplan.yaml") if file.parent != place / "catalog"]
    assert all(place / "catalog" not in file.parents for file in catalogs), "a catalog within the catalog"


@pytest.mark.parametrize("path", [(), *commands()], ids=" ".join)
def test_help_in_a_folder_that_is_gone(path: tuple[str, ...], place: Path) -> None:
    gone = in_deleted(place)
    os.chdir(gone)
    gone.rmdir()
    assert run(*path, "--help").code == 0
    os.chdir(place)


@contextmanager
def as_nobody() -> Iterator[None]:
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    yield


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize("way", ["in it", "at it", "below it"])
def test_every_command_where_nothing_may_be_read(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root everything can be read, so that children are somebody else."""
    for folder in [*tmp_path.parents][::-1]:
        if not os.access(folder, os.X_OK):
            pytest.skip("the temporary folder is not everybody's")
    catalog = an_example(tmp_path / "locked" / "catalog")
    said = tmp_path / "said"
    said.touch()
    said.chmod(0o666)
    for each in tmp_path.parents:
        if each.stat().st_uid == 0 and str(each).startswith(os.environ.get("TMPDIR", "/tmp")):  # noqa: S108 - where tests are
            each.chmod(each.stat().st_mode | 0o055)
    tmp_path.chmod(0o755)
    locked = {"in it": catalog, "at it": catalog, "below it": catalog / "packages"}[way]
    monkeypatch.chdir(locked if way == "in it" else tmp_path)
    monkeypatch.setattr(server_module.Server, "run", lambda server: server._listener.close())
    locked.chmod(0)

    def work() -> int:
        with as_nobody():
            for path, options in product(LEAVES, ((), ("-C", "locked/catalog"), ("-C", "."))):
                try:
                    is_plain(run(*options, *filled(path)), (path, options))
                except BaseException as error:
                    said.write_text(repr(error))
                    raise
        return 0

    try:
        assert forked(work) == 0, said.read_text()
    finally:
        locked.chmod(0o755)


def test_the_example_is_as_it_was() -> None:
    assert not {"state", ".pkgplan"} & {name.split("/")[0] for name in everything_below(EXAMPLE)}
