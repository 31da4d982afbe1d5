from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pkgplan.adapters import plan_file
from pkgplan.adapters.plan_file import read_plan, save_plan
from pkgplan.errors import EnvironmentFault, StalePlan, UsageFault
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Action, Base, Operation, Plan, Reason
from pkgplan.model.timeline import AliasWindow, Window

PLAN = Plan(
    tool_version="0.1.0",
    environment="embedded",
    namespace="gnome-ai",
    as_of=datetime(2026, 1, 15, 12, tzinfo=UTC),
    catalog_digest="sha256:" + "c" * 64,
    base=Base(None, 0, None),
    assumptions={"later-windows": "removed"},
    actions=(
        Action(
            id="a1",
            operation=Operation.CREATE,
            ref=PackageRef("starter", 1),
            reason=Reason.NEW,
            uniqueness_key="pkgplan:gnome-ai:embedded:starter@1:0123456789abcdef",
            payload={"name": "Größe", "unit_price": Decimal("1000.5"), "quantity": 1},
            windows=(AliasWindow("Starter Plan", Window(datetime(2026, 2, 1, tzinfo=UTC))),),
            digest="sha256:" + "d" * 64,
        ),
    ),
    effects=(),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


def test_a_plan_is_read_as_it_was_saved(path: Path) -> None:
    save_plan(PLAN, path)
    assert read_plan(path) == PLAN
    assert [file.name for file in path.parent.iterdir()] == ["plan.json"]


def test_the_same_plan_is_the_same_bytes(path: Path, tmp_path: Path) -> None:
    save_plan(PLAN, path)
    save_plan(read_plan(path), tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


def test_a_plan_replaces_a_plan_even_a_damaged_one(path: Path) -> None:
    save_plan(PLAN, path)
    path.write_bytes(path.read_bytes()[:-100])
    later = replace(PLAN, as_of=datetime(2026, 1, 16, tzinfo=UTC))
    save_plan(later, path)
    assert read_plan(path) == later


@pytest.mark.parametrize(
    "content", ["apiVersion: pkgplan/v1\nkind: Package\n", '{"serial":1,"prev":null}\n', "\0"]
)
def test_another_file_is_never_replaced(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(UsageFault, match="is not a plan file"):
        save_plan(PLAN, path)
    assert path.read_text() == content


def test_a_folder_or_a_device_is_never_replaced(tmp_path: Path) -> None:
    for path in (tmp_path, Path("/dev/null"), tmp_path / ("x" * 300)):
        with pytest.raises(EnvironmentFault):
            save_plan(PLAN, path)


def test_a_disk_that_fails_leaves_the_old_plan_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_plan(PLAN, path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFault, match="cannot be written: no space left on device"):
        save_plan(replace(PLAN, environment="production"), path)
    assert read_plan(path) == PLAN
    assert [file.name for file in path.parent.iterdir()] == ["plan.json"]


def test_a_missing_file_is_a_matter_of_usage(path: Path) -> None:
    with pytest.raises(UsageFault, match="does not exist"):
        read_plan(path)


def test_an_edited_plan_is_refused(path: Path) -> None:
    save_plan(PLAN, path)
    path.write_text(path.read_text().replace("1000.5", "1000.6"))
    with pytest.raises(StalePlan, match="changed after it was made"):
        read_plan(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"format_version": "2"}',
        b'{"format_version": 1e999999999}',
        b'{"format_version": "1"}',
        b'{"format_version": "1", "format_version": "1"}',
        b'{"format_version": NaN}',
    ],
)
def test_what_is_no_plan_is_refused_in_one_line(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StalePlan) as caught:
        read_plan(path)
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_plan_cut_at_any_byte_is_refused(path: Path) -> None:
    save_plan(PLAN, path)
    content = path.read_bytes()
    for length in range(0, len(content) - 1, 7):
        path.write_bytes(content[:length])
        with pytest.raises(StalePlan):
            read_plan(path)


def test_a_huge_file_is_refused(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(plan_file.MAX_PLAN_BYTES + 1)
    with pytest.raises(EnvironmentFault, match="larger than 64 MiB"):
        read_plan(path)
