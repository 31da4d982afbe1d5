"""`pkgplan fmt` as people use it."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from support.command import an_example, edit, everything_below, run
from support.scribble import Scribbler

from pkgplan.model.catalog.layout import layout_of
from pkgplan.model.source import catalog_digest
from pkgplan.pipeline import check_catalog, embedded_ids
from pkgplan.stages.compile import compile_packages
from pkgplan.stages.format import write_document
from pkgplan.stages.load import load

if TYPE_CHECKING:
    from pkgplan.model.tree import Tree

REPOSITORY = Path(__file__).parents[2]
CATALOGS = [REPOSITORY / "catalog", REPOSITORY / "tests" / "golden" / "base"]


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """The example catalog in canonical form."""
    folder = an_example(tmp_path / "catalog")
    assert run("fmt", "-C", folder).code == 0
    return folder


@pytest.fixture
def starter(catalog: Path) -> Path:
    """A file that is not canonical, with a comment."""
    file = catalog / "packages" / "starter.yaml"
    edit(file, ("key: starter\n", "key: 'starter' # ours\n"), ("10.00 USD", "10 USD"))
    return file


def digests(root: Path) -> tuple[str, dict[str, str]]:
    """The identity of a catalog, and that of the content of each package."""
    checked = check_catalog(root)
    assert checked.is_sound, checked.diagnostics
    packages = compile_packages(checked.catalog, embedded_ids(checked.catalog, "test", "local"))
    return catalog_digest(checked.sources), {package.key: package.digest for package in packages}


def as_json(*arguments: str | Path) -> dict[str, str]:
    value = run("fmt", "--format", "json", *arguments).json
    assert isinstance(value, dict)
    rows = value["files"]
    assert isinstance(rows, list)
    return {str(row["path"]): str(row["status"]) for row in rows if isinstance(row, dict)}


@pytest.mark.parametrize("original", CATALOGS, ids=lambda path: path.name)
def test_formatting_a_catalog_changes_no_digest_and_a_second_time_nothing(
    original: Path, tmp_path: Path
) -> None:
    copied = tmp_path / "copy"
    for path, content in everything_below(original).items():
        (copied / path).parent.mkdir(parents=True, exist_ok=True)
        (copied / path).write_bytes(content)
    before = digests(copied)
    assert run("fmt", "-C", copied).code == 0
    assert digests(copied) == before
    assert run("fmt", "--check", "-C", copied).code == 0


@pytest.mark.parametrize("seed", range(4))
def test_a_scribbled_catalog_compiles_to_the_same_packages(catalog: Path, seed: int) -> None:
    before = digests(catalog)
    for source in load(catalog)[0]:
        assert isinstance(source.data, dict)
        text = Scribbler(Random(seed), layout_of(source.kind or "")).write(source.data)
        (catalog / source.path).write_bytes(text.encode())
    assert digests(catalog) == before
    assert run("fmt", "-C", catalog).code == 0
    assert digests(catalog) == before
    assert run("fmt", "-C", catalog, "--check").code == 0


def test_it_writes_what_is_not_canonical_and_names_it(catalog: Path, starter: Path) -> None:
    untouched = catalog / "pkgplan.yaml"
    stamp = untouched.stat().st_mtime_ns
    ran = run("fmt", "-C", catalog)
    assert ran.code == 0
    assert ran.err == ""
    others = len(list(catalog.rglob("*.yaml"))) - 1
    assert ran.out == f"{starter}\n1 file formatted, {others} files already in canonical form.\n"
    assert "  key: starter  # ours\n" in starter.read_text()
    assert "{unit_price: 10.00 USD, quantity: 1}" in starter.read_text()
    assert untouched.stat().st_mtime_ns == stamp
    assert run("fmt", "-C", catalog).out == f"{others + 1} files in canonical form, nothing to do.\n"


def test_check_writes_nothing_and_fails(catalog: Path, starter: Path) -> None:
    before = everything_below(catalog)
    ran = run("fmt", "--check", "-C", catalog)
    assert ran.code == 1
    assert ran.out.startswith(f"{starter}\n1 file to be formatted, ")
    assert everything_below(catalog) == before
    assert as_json("--check", "-C", catalog)["packages/starter.yaml"] == "not-canonical"


def test_diff_writes_nothing_and_shows_what_would_change(catalog: Path, starter: Path) -> None:
    before = everything_below(catalog)
    ran = run("fmt", "--diff", "-C", catalog)
    assert ran.code == 0
    assert ran.out.startswith(f"--- {starter}\n+++ {starter}\n@@ ")
    assert "\n-  key: 'starter' # ours\n+  key: starter  # ours\n" in ran.out
    assert everything_below(catalog) == before
    assert run("fmt", "--diff", "--check", "-C", catalog).code == 1


def test_paths_choose_files_and_folders(
    catalog: Path, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = catalog / "pkgplan.yaml"
    edit(project, ("owner: growth", "owner: 'growth'"))
    assert as_json("--check", "-C", catalog, project) == {"pkgplan.yaml": "not-canonical"}
    assert as_json("--check", "-C", catalog, starter.parent) == {"packages/starter.yaml": "not-canonical"}
    assert len(as_json("--check", "-C", catalog, catalog)) == len(list(catalog.rglob("*.yaml")))
    monkeypatch.chdir(starter.parent)
    assert list(as_json("--check", "-C", catalog, ".", "../pkgplan.yaml")) == [
        "packages/starter.yaml",
        "pkgplan.yaml",
    ]
    assert as_json("-C", catalog, "starter.yaml") == {"packages/starter.yaml": "formatted"}
    assert run("fmt", "--check", "-C", catalog, ".").code == 0
    assert run("fmt", "--check", "-C", catalog).code == 1


def test_paths_that_cannot_be_formatted_are_refused(catalog: Path, tmp_path: Path) -> None:
    (catalog / "README.md").write_text("x")
    (tmp_path / "other.yaml").write_text("x: 1\n")
    for path, words in (
        (catalog / "nowhere.yaml", "does not exist"),
        (tmp_path / "other.yaml", "is not in the catalog"),
        (catalog / "README.md", "is no catalog file"),
        ("a\0b", "does not exist"),
        ("", "is not in the catalog"),
    ):
        ran = run("fmt", "-C", catalog, path)
        assert ran.code == 2, path
        assert words in ran.err
    assert run("fmt", "-C", tmp_path / "nowhere").code == 2


@pytest.mark.parametrize(
    "fault",
    [
        ("key: 'starter' # ours", "key: ['starter' # ours"),
        ("10 USD", "10"),
        ("collection_schedule", "colection_schedule"),
    ],
)
def test_a_file_with_faults_is_left_alone_and_the_others_are_written(
    catalog: Path, starter: Path, fault: tuple[str, str]
) -> None:
    edit(starter, fault)
    edit(catalog / "pkgplan.yaml", ("owner: growth", "owner: 'growth'"))
    before = starter.read_bytes()
    ran = run("fmt", "-C", catalog)
    assert ran.code == 1
    assert f"{starter}:" in ran.err
    assert "hint: " in ran.err
    assert starter.read_bytes() == before
    assert "owner: growth\n" in (catalog / "pkgplan.yaml").read_text()
    assert "packages/starter.yaml" not in as_json("-C", catalog)
    assert run("fmt", "-C", catalog, catalog / "pkgplan.yaml").code == 0


def test_faults_of_meaning_do_not_matter(catalog: Path, starter: Path) -> None:
    edit(starter, ("product: starter-fee", "product: nothing"))
    assert run("validate", "-C", catalog).code == 1
    assert run("fmt", "-C", catalog).code == 0
    assert "key: starter  # ours" in starter.read_text()


def test_the_mode_of_a_file_and_a_link_to_it_stay(catalog: Path, starter: Path, tmp_path: Path) -> None:
    hidden = catalog / "elsewhere"
    hidden.mkdir()
    real = hidden / "starter.txt"
    starter.rename(real)
    starter.symlink_to("../elsewhere/starter.txt")
    real.chmod(0o640)
    assert run("fmt", "-C", catalog).code == 0
    assert starter.is_symlink()
    assert os.readlink(starter) == "../elsewhere/starter.txt"  # noqa: PTH115 - Path.readlink hides the relative form
    assert real.stat().st_mode & 0o777 == 0o640
    assert "key: starter  # ours" in real.read_text()
    assert not list(catalog.rglob(".pkgplan-*"))


def test_windows_line_ends_and_byte_order_marks_are_read(catalog: Path, starter: Path) -> None:
    starter.write_bytes(b"\xef\xbb\xbf" + starter.read_bytes().replace(b"\n", b"\r\n"))
    assert run("fmt", "-C", catalog).code == 0
    assert b"\r" not in starter.read_bytes()
    assert starter.read_bytes().startswith((b"#", b"api"))


def test_what_it_cannot_write_is_a_fault_of_the_environment(
    catalog: Path, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = starter.read_bytes()

    def full(descriptor: int, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pkgplan.adapters.disk.write_all", full)
    ran = run("fmt", "-C", catalog)
    assert ran.code == 4
    assert "no space left" in ran.err
    assert starter.read_bytes() == before
    assert not list(catalog.rglob(".pkgplan-*"))


def test_a_file_that_would_become_too_long_to_be_read_is_left_alone(
    catalog: Path, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = starter.read_bytes()
    monkeypatch.setattr("pkgplan.pipeline.formatting.MAX_BYTES", len(before) - 1)
    ran = run("fmt", "-C", catalog, starter)
    assert ran.code == 0
    assert ran.err == f"warning: {starter} was left alone: it would become too long to be read\n"
    assert starter.read_bytes() == before


def test_a_file_that_would_lose_a_comment_is_left_alone(
    catalog: Path, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(tree: Tree, kind: str) -> str:
        return write_document(tree, kind).replace("  # ours", "")

    monkeypatch.setattr("pkgplan.pipeline.formatting.write_document", careless)
    before = starter.read_bytes()
    ran = run("fmt", "-C", catalog)
    assert ran.code == 0
    assert ran.err == f"warning: {starter} was left alone: a comment would be lost\n"
    assert starter.read_bytes() == before
    assert as_json("-C", catalog)["packages/starter.yaml"] == "left-alone"


def test_a_form_that_says_something_else_is_a_bug_and_nothing_is_written(
    catalog: Path, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(tree: Tree, kind: str) -> str:
        return write_document(tree, kind).replace("10.00 USD", "10.01 USD")

    monkeypatch.setattr("pkgplan.pipeline.formatting.write_document", wrong)
    before = everything_below(catalog)
    ran = run("fmt", "-C", catalog)
    assert ran.code == 3
    assert "would say something else" in ran.err
    assert everything_below(catalog) == before
    assert starter.is_file()


def test_a_null_that_takes_something_out_of_a_fragment_stays(catalog: Path, starter: Path) -> None:
    fragment = catalog / "packages" / "fees.yaml"
    fragment.write_text(
        "kind: PackageFragment\napiVersion: pkgplan/v1\nmetadata: {key: fees}\nspec:\n"
        "  duration: {value: 12, unit: months}\n  net_payment_terms_days: 30\n"
    )
    edit(
        starter,
        ("spec:\n", "spec:\n  from: [fees]\n"),
        ("duration: 12 months\n", "duration: ~ # open-ended\n"),
    )
    edit(starter, ("  net_payment_terms_days: 15\n", ""))
    before = digests(catalog)
    assert run("fmt", "-C", catalog).code == 0
    assert digests(catalog) == before
    assert "  duration: null  # open-ended\n" in starter.read_text()
    assert "  from: [fees]\n  name: " in starter.read_text()
    assert "  duration: 12 months\n" in fragment.read_text()
