"""The file behind the engine: durability, several processes, foreign and broken files, growth."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.offline import CLOUD, NOW, HandClock, a_package, an_alias, an_engine
from support.offline_terms import a_flat_rate, an_overwrite, with_terms
from support.sqlite_steps import steps_of
from support.work import PATIENCE

from pkgplan.engine import EmbeddedPackages, Engine, EngineError, SeededReference
from pkgplan.errors import ApiUnavailable, EnvironmentFault
from pkgplan.model.canonical import JsonObject, as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve()
IMPORT_PATH = os.pathsep.join([str(HERE.parents[3] / "src"), str(HERE.parents[2])])


def create(engine: Engine, body: JsonObject) -> str:
    return str(as_object(engine.call("packages.create", body)["data"])["id"])


def a_process(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": IMPORT_PATH},
    )


def test_a_package_outlives_the_engine_that_made_it(tmp_path: Path) -> None:
    path = tmp_path / "not" / "there" / "yet.db"
    with an_engine(path) as engine:
        package_id = create(engine, a_package(aliases=[an_alias("A")]))
    with Engine(path, HandClock()) as engine:
        assert engine.resolve_alias("A", NOW) == package_id
        assert create(engine, a_package()) != package_id


def test_nothing_is_written_before_the_first_call(tmp_path: Path) -> None:
    Engine(tmp_path / "folder" / "engine.db", HandClock()).close()
    assert list(tmp_path.iterdir()) == []


def test_a_closed_engine_opens_again(tmp_path: Path) -> None:
    engine = an_engine(tmp_path / "engine.db")
    package_id = create(engine, a_package())
    engine.close()
    engine.close()
    assert as_object(engine.call("packages.get", {"package_id": package_id})["data"])["id"] == package_id
    engine.close()


def write_text(path: Path) -> None:
    path.write_text("apiVersion: pkgplan/v1\n" * 100, encoding="utf-8")


def write_one_byte(path: Path) -> None:
    path.write_bytes(b"h")


def write_other_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (id TEXT)")
    connection.close()


def write_newer_schema(path: Path) -> None:
    an_engine(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def write_damage(path: Path) -> None:
    with an_engine(path) as engine:
        for _ in range(50):
            create(engine, a_package())
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("prepare", "problem"),
    [
        (write_text, "file is not a database"),
        (write_one_byte, "file is not a database"),
        (write_other_database, "belongs to another program"),
        (write_newer_schema, "has schema version 99"),
        (write_damage, "is damaged"),
        (Path.mkdir, "cannot be opened"),
    ],
)
def test_a_file_that_is_not_ours_is_named_and_left_alone(
    tmp_path: Path, prepare: Callable[[Path], None], problem: str
) -> None:
    path = tmp_path / "engine.db"
    prepare(path)
    before = path.read_bytes() if path.is_file() else b""
    with Engine(path, HandClock()) as engine:
        with pytest.raises(EnvironmentFault, match=problem) as raised:
            engine.call("packages.list", {"archive_filter": "ALL"})
        with pytest.raises(ApiUnavailable, match=problem):
            list(EmbeddedPackages(engine).list())
    assert str(path) in raised.value.message
    assert "\n" not in raised.value.message
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.parametrize("side", ["-wal", "-journal"])
def test_what_lies_beside_a_file_that_is_not_there_is_left_alone(tmp_path: Path, side: str) -> None:
    path, beside = tmp_path / "engine.db", tmp_path / f"engine.db{side}"
    beside.write_text("a shopping list", encoding="utf-8")
    with Engine(path, HandClock()) as engine, pytest.raises(EnvironmentFault) as raised:
        engine.call("packages.list", {})
    assert str(beside) in raised.value.message
    assert "move that away" in raised.value.hint
    assert [each.name for each in tmp_path.iterdir()] == [beside.name]
    assert beside.read_text(encoding="utf-8") == "a shopping list"
    beside.unlink()
    an_engine(path).close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with Engine(tmp_path / "file" / "engine.db", HandClock()) as engine, pytest.raises(EnvironmentFault):
        engine.call("packages.list", {})


def test_a_lock_that_is_never_released_is_unavailable_and_nothing_is_done(tmp_path: Path) -> None:
    path = tmp_path / "engine.db"
    an_engine(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    with Engine(path, HandClock(), busy_seconds=0.05) as engine:
        packages = EmbeddedPackages(engine)
        assert list(packages.list()) == []
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EngineError, match="locked") as raised:
            create(engine, a_package())
        assert raised.value.status == 503
        with pytest.raises(ApiUnavailable, match="locked"):
            packages.create(a_package())
        assert list(packages.list()) == [], "readers do not wait for writers"
        other.execute("ROLLBACK")
        packages.create(a_package())
        assert len(list(packages.list())) == 1
    other.close()


def test_readers_of_one_engine_do_not_wait_for_a_writer_who_waits(tmp_path: Path) -> None:
    path = tmp_path / "engine.db"
    with an_engine(path) as engine:
        create(engine, a_package())
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writer = threading.Thread(target=create, args=(engine, a_package()))
        writer.start()
        writer.join(0.1)
        assert len(as_list(engine.call("packages.list", {})["data"])) == 1
        assert writer.is_alive(), "the list was answered before the lock was free"
        other.execute("ROLLBACK")
        writer.join()
        assert len(as_list(engine.call("packages.list", {})["data"])) == 2
        other.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
@pytest.mark.parametrize("unwritable", ["engine.db", "."])
def test_what_cannot_be_written_is_a_fault_of_the_environment(tmp_path: Path, unwritable: str) -> None:
    path = tmp_path / "folder" / "engine.db"
    an_engine(path).close()
    locked = path.parent / unwritable
    locked.chmod(0o555)
    try:
        with Engine(path, HandClock()) as engine, pytest.raises(EnvironmentFault) as raised:
            engine.call("packages.list", {})
        assert "must be writable" in raised.value.hint
    finally:
        locked.chmod(0o755)


def test_the_log_beside_the_file_does_not_grow_for_ever_and_goes_with_the_engine(tmp_path: Path) -> None:
    path, log = tmp_path / "engine.db", tmp_path / "engine.db-wal"
    with an_engine(path) as engine:
        sizes = []
        for _ in range(3):
            for _ in range(60):
                create(engine, a_package(name="x" * 50_000))
                engine.call("packages.list", {}, query={"limit": 1})
            sizes.append(log.stat().st_size)
        assert path.stat().st_size > 2 * max(sizes)
    assert list(tmp_path.iterdir()) == [path]


def test_an_engine_that_was_closed_has_no_files_open(tmp_path: Path) -> None:
    def count() -> int:
        return len(os.listdir("/dev/fd"))  # noqa: PTH208 - a path would keep the listing open

    before = count()
    for _ in range(20):
        with an_engine(tmp_path / "engine.db") as engine:
            engine.call("packages.list", {})
    assert count() == before


def test_a_full_disk_is_unavailable_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with an_engine(tmp_path / "engine.db") as engine:
        packages = EmbeddedPackages(engine)
        packages.create(a_package(name="before", uniqueness_key="before", aliases=[an_alias("A")]))
        with engine._store.writing() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(ApiUnavailable, match="full") as raised:
            packages.create(a_package(name="x" * 200_000, uniqueness_key="large", aliases=[an_alias("A")]))
        assert "\n" not in raised.value.message
        assert [package.name for package in packages.list()] == ["before"]
        with engine._store.writing() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")
        packages.create(a_package(name="after", uniqueness_key="large"))
        assert [package.name for package in packages.list()] == ["before", "after"]


CREATE_FOREVER = """
import sys
from support.offline import a_package, an_alias, an_engine
engine = an_engine(sys.argv[1])
while True:
    answer = engine.call("packages.create", a_package(aliases=[an_alias("A")]))
    print(answer["data"]["id"], flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 7, 25])
def test_every_acknowledged_create_survives_sigkill(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "engine.db"
    with a_process(CREATE_FOREVER, str(path)) as process:
        assert process.stdout is not None
        ids = [process.stdout.readline().strip() for _ in range(acknowledged)]
        process.send_signal(signal.SIGKILL)
        ids += [line.strip() for line in process.stdout if line.endswith("\n")]
    with Engine(path, HandClock()) as engine:
        stored = list(EmbeddedPackages(engine).list())
        # One more may be there: done, and killed before it could say so.
        assert [package.package_id for package in stored][: len(ids)] == ids
        assert len(stored) <= len(ids) + 1
        holders = [package.package_id for package in stored if package.windows]
        assert holders == [stored[-1].package_id]


RACE = """
import sys
KEYS = 60
from support.offline import a_package, an_engine
from pkgplan.engine import EngineError
print("ready", flush=True)
sys.stdin.readline()
engine = an_engine(sys.argv[1])
for number in range(KEYS):
    try:
        engine.call("packages.create", a_package(name=sys.argv[2], uniqueness_key=str(number)))
    except EngineError as error:
        assert error.status == 409, error
    else:
        print(number, flush=True)
"""


def test_of_two_processes_with_one_uniqueness_key_exactly_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "engine.db"
    processes = [a_process(RACE, str(path), name) for name in ("left", "right")]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    won = [process.communicate(timeout=PATIENCE)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(won[0] + won[1], key=int) == [str(number) for number in range(60)]
    with Engine(path, HandClock()) as engine:
        assert len(list(EmbeddedPackages(engine).list())) == 60


OPEN_RACE = """
import multiprocessing, sys
from support.offline import an_engine

def open_all(barrier, failures):
    for number in range(int(sys.argv[2])):
        barrier.wait(timeout=600)
        try:
            an_engine(f"{sys.argv[1]}/{number}.db").close()
        except Exception as error:
            failures.put(repr(error))

context = multiprocessing.get_context("fork")
barrier, failures = context.Barrier(6), context.SimpleQueue()
processes = [context.Process(target=open_all, args=(barrier, failures)) for _ in range(6)]
for process in processes:
    process.start()
for process in processes:
    process.join()
while not failures.empty():
    print(failures.get())
"""


def test_processes_that_make_the_file_at_the_same_moment_all_get_it(tmp_path: Path) -> None:
    with a_process(OPEN_RACE, str(tmp_path), "60") as process:
        failures, _ = process.communicate(timeout=PATIENCE)
    assert failures == ""
    assert process.returncode == 0
    assert len(list(tmp_path.glob("*.db"))) == 60


def test_threads_share_an_engine() -> None:
    with an_engine() as engine:
        threads = [
            threading.Thread(target=lambda: [create(engine, a_package()) for _ in range(10)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(as_list(engine.call("packages.list", {}, query={"limit": 100})["data"])) == 40


def test_seeding_again_changes_only_what_changed(tmp_path: Path) -> None:
    with an_engine(tmp_path / "engine.db") as engine:
        product = SeededReference("product", "p1", "Old name", {"type": "FIXED"})
        engine.seed([product])
        engine.seed([SeededReference("product", "p1", "New name", {"type": "FIXED"})])
        credit: JsonObject = {
            "product_id": "p1",
            "access_amount": {"unit_price": 1, "quantity": 1},
            "priority": 1,
            "commit_duration": {"value": 1},
            "starting_at_offset": {"value": 0, "unit": "DAYS"},
        }
        package_id = create(engine, {"name": "x", "recurring_credits": [credit]})
        package = as_object(engine.call("packages.get", {"package_id": package_id})["data"])
        shown = as_object(as_list(package["recurring_credits"])[0])
        assert shown["product"] == {"id": "p1", "name": "New name"}


def test_a_product_that_an_older_version_seeded_gets_its_group_keys_when_seeded_again() -> None:
    overwrite = an_overwrite(a_flat_rate(), {"product_id": CLOUD})
    with an_engine() as engine:
        engine.seed([SeededReference("product", CLOUD, "Compute", {"type": "usage"})])
        create(engine, with_terms(overrides=[overwrite]))
        engine.seed(
            [SeededReference("product", CLOUD, "Compute", {"type": "usage", "pricing_group_key": ["r"]})]
        )
        with pytest.raises(EngineError, match="r missing"):
            create(engine, with_terms(overrides=[overwrite]))


def test_a_rate_card_seeded_again_has_the_new_aliases_only() -> None:
    with an_engine() as engine:
        engine.seed([SeededReference("rate_card", "c1", "Card", {"aliases": [{"name": "old"}]})])
        engine.seed([SeededReference("rate_card", "c1", "Card", {"aliases": [{"name": "new"}]})])
        create(engine, {"name": "x", "rate_card_alias": "new"})
        with pytest.raises(EngineError, match='rate card alias "old" not found'):
            create(engine, {"name": "x", "rate_card_alias": "old"})


@pytest.mark.parametrize(
    "reference",
    [
        SeededReference("coupon", "x", "x", {}),
        SeededReference("product", "x", "x", {}),
        SeededReference("product", "x", "x", {"type": "USAGE", "pricing_group_key": "region"}),
        SeededReference("rate_card", "x", "x", {"rates": {}}),
        SeededReference("rate_card", "x", "x", {"fiat_credit_type_id": 1}),
        SeededReference(
            "rate_card",
            "x",
            "x",
            {"credit_type_conversions": [{"custom_credit_type_id": "u", "fiat_per_custom_credit": "1"}]},
        ),
        SeededReference("custom_field_key", "x", "x", {"entity": 1, "key": "k"}),
    ],
)
def test_a_seed_that_lacks_what_it_needs_seeds_nothing(reference: SeededReference) -> None:
    with an_engine() as engine:
        good = SeededReference("rate_card", "c9", "Card", {"aliases": [{"name": "nine"}]})
        with pytest.raises((ValueError, EngineError)):
            engine.seed([good, reference])
        with pytest.raises(EngineError, match="not found"):
            create(engine, {"name": "x", "rate_card_alias": "nine"})


def test_no_call_gets_slower_as_the_store_fills() -> None:
    clock = HandClock()
    with an_engine(clock=clock) as engine:
        ids: list[str] = []

        def add() -> None:
            day, hour = divmod(len(ids), 24)
            month, day = divmod(day, 28)
            start = f"{2026 + month // 12}-{month % 12 + 1:02}-{day + 1:02}T{hour:02}:00:00Z"
            ids.append(
                create(
                    engine, {"name": "x", "uniqueness_key": str(len(ids)), "aliases": [an_alias("A", start)]}
                )
            )

        def measure() -> list[int]:
            middle = ids[len(ids) // 2]
            return [
                steps_of(engine, add),
                steps_of(engine, lambda: engine.call("packages.list", {}, query={"limit": 5})),
                steps_of(
                    engine,
                    lambda: engine.call("packages.list", {"archive_filter": "ARCHIVED"}, query={"limit": 5}),
                ),
                steps_of(engine, lambda: engine.call("packages.get", {"package_id": middle})),
                steps_of(engine, lambda: engine.resolve_alias("A", NOW)),
                steps_of(engine, lambda: engine.call("packages.archive", {"package_id": middle})),
            ]

        for _ in range(100):
            add()
        small = measure()
        for _ in range(1500):
            add()
        large = measure()
        # The archived page has one more package to show the second time; nothing else may grow.
        assert all(after <= before * 1.5 + 60 for before, after in zip(small, large, strict=True)), (
            small,
            large,
        )


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_gone_takes_no_more_writes(tmp_path: Path, replaced: bool) -> None:  # noqa: FBT001 - a case
    path = tmp_path / "engine.db"
    with an_engine(path) as engine:
        create(engine, a_package())
        for file in tmp_path.glob("engine.db*"):
            file.unlink()
        if replaced:
            path.write_bytes(b"something else" * 1000)
        with pytest.raises(EnvironmentFault, match="was moved or deleted"):
            create(engine, a_package())
        with pytest.raises(EnvironmentFault, match="was moved or deleted"):
            engine.call("packages.list", {})
    assert path.exists() == replaced


def test_what_was_acknowledged_is_on_the_disk(tmp_path: Path) -> None:
    """No test can cut the power, so this one asks SQLite: 2 is FULL, a sync for each commit."""
    with an_engine(tmp_path / "engine.db") as engine, engine._store.writing() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
