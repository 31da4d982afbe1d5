from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pkgplan.adapters import plan_file
from pkgplan.adapters.plan_file import read_plan, save_plan
from pkgplan.errors import EnvironmentFault, StalePlan, UsageFault
from pkgplan.model.names import PackageRef
from pkgplan.model.plan import Action, Base, Operation, Plan, Reason
from pkgplan.model.timeline import SAFEST, AliasWindow, Window

if TYPE_CHECKING:
    from collections.abc import Callable

PLAN = Plan(
    tool_version="0.1.0",
    environment="embedded",
    namespace="gnome-ai",
    as_of=datetime(2026, 1, 15, 12, tzinfo=UTC),
    catalog_digest="sha256:" + "c" * 64,
    base=Base(None, 0, None),
    assumptions=SAFEST.readings(),
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


def test_a_plan_that_was_edited_reformatted_or_left_in_conflict_may_be_replaced(path: Path) -> None:
    save_plan(PLAN, path)
    as_saved = path.read_text()
    for changed in (
        as_saved.replace("1000.5", "1000.6"),
        json.dumps(json.loads(as_saved)),
        as_saved.replace('"format_version": "1"', '"format_version": "7"'),
        "\ufeff" + as_saved.replace("\n", "\r\n"),
        as_saved.replace('  "as_of"', '<<<<<<< HEAD\n  "as_of"'),
        as_saved[:120],
        "",
    ):
        path.write_text(changed, newline="")
        save_plan(PLAN, path)
        assert path.read_text() == as_saved


LOCK = (
    '{"format_version": "1", "environment": "production", "ids": {"product/fee": "11111111-1111-4111-8111"}}'
)
TERRAFORM = '{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{"outputs":{}},"resource_changes":[]}'


@pytest.mark.parametrize(
    "content",
    [
        "apiVersion: pkgplan/v1\nkind: Package\n",
        '{"serial":1,"prev":null}\n',
        "\0",
        " ",
        "{}",
        "[]",
        '{"format_version": "1"}',
        LOCK,
        LOCK[:-5],
        TERRAFORM,
        '{"format_version": "1", "diagnostics": [], "summary": {"errors": 0}}',
        '{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "plan.schema.json"}',
        '{"plan_digest": "sha256:00", "outcome": "applied", "operations": [], "serial": 6}',
        '["format_version", "tool_version", "environment", "as_of", "catalog_digest", "actions", "effects"]',
    ],
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
    with pytest.raises(StalePlan, match="was altered after it was made"):
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
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        b"\0GITCRYPT\0",
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


def test_a_byte_order_mark_and_line_ends_change_nothing(path: Path) -> None:
    save_plan(PLAN, path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\n\n")
    assert read_plan(path) == PLAN


@pytest.mark.parametrize(
    ("change", "says", "hint"),
    [
        (lambda t: t.replace('  "as_of"', '<<<<<<< HEAD\n  "as_of"') + "=======\n>>>>>>> anna\n",
         'line 5: conflict markers of git: "HEAD" and "anna"', "plan again"),
        (lambda t: "version https://git-lfs.github.com/spec/v1\n", "line 1: the file is a Git LFS", "git lfs pull"),
        (lambda t: t.rstrip()[:-1], "the text ends too early", "plan again"),
        (lambda t: t.replace('"effects": []', '"effects": [],,'), "column 17: a key is missing", "plan again"),
        (lambda t: "kind: Package\n", 'line 1, column 1: "kind" is not in quotes', "plan again"),
    ],
    ids=["conflict", "LFS", "cut short", "a comma too many", "YAML"],
)  # fmt: skip
def test_what_became_of_a_plan_is_said_with_the_place(
    path: Path, change: Callable[[str], str], says: str, hint: str
) -> None:
    save_plan(PLAN, path)
    path.write_text(change(path.read_text()))
    with pytest.raises(StalePlan) as caught:
        read_plan(path)
    assert says in caught.value.message
    assert hint in caught.value.hint


def test_a_huge_file_is_refused(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(plan_file.MAX_PLAN_BYTES + 1)
    with pytest.raises(EnvironmentFault, match="larger than 64 MiB"):
        read_plan(path)
