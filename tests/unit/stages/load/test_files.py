import os
import socket
from pathlib import Path

import pytest

from pkgplan.errors import UsageFault
from pkgplan.model.diagnostics import START_OF_FILE
from pkgplan.stages.load import load, read_text
from pkgplan.stages.load.files import MAX_BYTES


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    root = tmp_path / "catalog"
    (root / "packages").mkdir(parents=True)
    (root / "packages" / "good.yaml").write_text("kind: Package\n")
    return root


def _codes(root: Path) -> dict[str, str]:
    sources, found = load(root)
    assert [source.path for source in sources] == ["packages/good.yaml"]
    assert all(one.at.text_range == START_OF_FILE and one.hint for one in found)
    return {one.at.path: one.rule.code for one in found}


def test_every_catalog_file_is_read_in_the_order_of_paths(catalog: Path) -> None:
    for name in ["z.yml", "packages/a.yaml", "packages/deep/er/b.yaml", "packages/state/c.yaml", "UP.YAML"]:
        (catalog / name).parent.mkdir(parents=True, exist_ok=True)
        (catalog / name).write_text("kind: Product\n")

    sources, found = load(catalog)

    assert found == ()
    assert [source.path for source in sources] == [
        "UP.YAML",
        "packages/a.yaml",
        "packages/deep/er/b.yaml",
        "packages/good.yaml",
        "packages/state/c.yaml",
        "z.yml",
    ]


def test_hidden_names_other_files_and_the_folders_of_pkgplan_are_skipped(catalog: Path) -> None:
    for name in [
        ".hidden.yaml",
        ".git/x.yaml",
        "state/x.yaml",
        "environments/x.yaml",
        "README.md",
        "x.yaml.bak",
    ]:
        (catalog / name).parent.mkdir(exist_ok=True)
        (catalog / name).write_text("{{{")
    (catalog / "notes").symlink_to("nowhere")

    assert _codes(catalog) == {}


def test_an_empty_folder_is_an_empty_catalog(tmp_path: Path) -> None:
    assert load(tmp_path) == ((), ())


def test_all_errors_of_all_files_are_reported(catalog: Path) -> None:
    (catalog / "a.yaml").write_text("a: &x 1\na: 2\n")
    (catalog / "b.yaml").write_text("[")

    _, found = load(catalog)

    assert [(one.at.path, one.rule.code) for one in found] == [
        ("a.yaml", "PKG003"),
        ("a.yaml", "PKG002"),
        ("b.yaml", "PKG001"),
    ]


@pytest.mark.parametrize("name", ["missing", "file", "file/below", "loop", "x" * 300])
def test_a_root_that_is_no_folder_is_a_usage_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(UsageFault, match=name) as fault:
        load(tmp_path / name)

    assert fault.value.hint


def test_what_is_no_regular_file_is_refused_without_waiting(catalog: Path, tmp_path: Path) -> None:
    (catalog / "folder.yaml").mkdir()
    (catalog / "dangling.yaml").symlink_to("nowhere.yaml")
    (catalog / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(catalog / "pipe.yaml")
    (catalog / "device.yaml").symlink_to("/dev/zero")
    (catalog / "to-folder.yaml").symlink_to("packages")
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    (catalog / "outside.yaml").symlink_to("../secret.yaml")
    (catalog / "linked").symlink_to("packages", target_is_directory=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(catalog / "socket.yaml"))

        assert _codes(catalog) == dict.fromkeys(
            [
                "dangling.yaml",
                "device.yaml",
                "folder.yaml",
                "linked",
                "loop.yaml",
                "outside.yaml",
                "pipe.yaml",
                "socket.yaml",
                "to-folder.yaml",
            ],
            "PKG004",
        )


def test_a_link_to_a_regular_file_within_the_catalog_is_followed(catalog: Path) -> None:
    (catalog / ".data").mkdir()
    (catalog / ".data" / "real").write_text("kind: Product\n")
    (catalog / "link.yaml").symlink_to(".data/real")

    sources, found = load(catalog)

    assert found == ()
    assert [source.path for source in sources] == ["link.yaml", "packages/good.yaml"]


def test_a_catalog_behind_a_link_is_read(catalog: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(catalog)

    assert _codes(tmp_path / "link") == {}


def test_a_long_file_is_refused_by_its_size(catalog: Path) -> None:
    with (catalog / "long.yaml").open("wb") as file:
        file.truncate(10 << 20)
    (catalog / "at-limit.yaml").write_bytes(b"#" * MAX_BYTES)

    assert _codes(catalog) == {"long.yaml": "PKG006", "at-limit.yaml": "PKG008"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_reported(catalog: Path) -> None:
    (catalog / "locked.yaml").write_text("kind: Product\n")
    (catalog / "locked.yaml").chmod(0)
    (catalog / "locked").mkdir(mode=0)
    try:
        assert _codes(catalog) == {"locked.yaml": "PKG004", "locked": "PKG004"}
    finally:
        (catalog / "locked").chmod(0o700)


def test_a_refusal_of_the_system_is_reported(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (catalog / "locked.yaml").write_text("kind: Product\n")
    real_open = os.open

    def refuse(path: os.PathLike[str], flags: int) -> int:
        if Path(path).name == "locked.yaml":
            raise PermissionError(13, "Permission denied")
        return real_open(path, flags)

    monkeypatch.setattr("os.open", refuse)

    assert _codes(catalog) == {"locked.yaml": "PKG004"}


@pytest.mark.parametrize("name", [b"caf\xe9.yaml", b"two\nlines.yaml", b"caf\xe9"])
def test_a_name_that_cannot_be_shown_is_reported_in_a_form_that_can(catalog: Path, name: bytes) -> None:
    path = os.fsencode(catalog) + b"/" + name
    if name.endswith(b".yaml"):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    else:
        os.mkdir(path)  # noqa: PTH102 - a name that is not UTF-8

    ((shown, code),) = _codes(catalog).items()

    assert code == "PKG004"
    assert shown.isprintable()
    shown.encode()


def test_the_text_of_a_broken_file_can_be_shown(catalog: Path) -> None:
    (catalog / "bad.yaml").write_bytes(b"\xef\xbb\xbfa: \xff\x1b[31m\x00\r\nb: x\n")

    assert read_text(catalog, "bad.yaml") == "a: \ufffd\ufffd[31m\ufffd\r\nb: x\n"


def test_a_long_file_is_shown_in_part(catalog: Path) -> None:
    (catalog / "long.yaml").write_bytes(b"x" * (MAX_BYTES + 5))

    text = read_text(catalog, "long.yaml")

    assert text is not None
    assert len(text) == MAX_BYTES


@pytest.mark.parametrize(
    "path", ["missing.yaml", "packages", "pipe.yaml", "outside.yaml", "../secret", "/etc/hostname", "a\0b"]
)
def test_nothing_is_shown_of_what_is_no_catalog_file(catalog: Path, tmp_path: Path, path: str) -> None:
    os.mkfifo(catalog / "pipe.yaml")
    (tmp_path / "secret").write_text("hunter2")
    (catalog / "outside.yaml").symlink_to(tmp_path / "secret")

    assert read_text(catalog, path) is None
