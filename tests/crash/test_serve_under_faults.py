"""A served engine when the world turns on it: a full disk, two servers and the command line on one file, an end under
load, a death in the middle of a migration. What was acknowledged is there, and nothing is there by half or twice.
"""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from support.command import process_environment, run_process
from support.contract_commands import a_customer
from support.offline import HandClock
from support.served import called, served_process
from support.work import PATIENCE

from pkgplan.engine import Engine
from pkgplan.engine.schema import MIGRATIONS
from pkgplan.engine.store import APPLICATION_ID

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 600_000


def column(database: Path, query: str) -> list[Any]:
    """The first column of what a file holds."""
    connection = sqlite3.connect(database)
    try:
        return [row[0] for row in connection.execute(query)]
    finally:
        connection.close()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux to make the disk full")
def test_a_full_disk_is_said_and_what_was_acknowledged_stays(tmp_path: Path) -> None:
    database = tmp_path / "engine.db"
    with served_process(tmp_path, "--db", database, "--quiet") as server:
        assert called(server, "POST", "/v1/customers", json={"name": "Before"}).status_code == 200
        # A file that may not grow is what a full disk looks like to SQLite.
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (LIMIT, resource.RLIM_INFINITY))
        body = {"name": "x" * 50_000}
        statuses = [called(server, "POST", "/v1/packages/create", json=body).status_code for _ in range(30)]
        assert set(statuses) == {200, 503}
        assert len(called(server, "GET", "/v1/customers").json()["data"]) == 1
        resource.prlimit(
            server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        assert called(server, "POST", "/v1/packages/create", json=body).status_code == 200
        assert server.stop() == 0
    assert len(column(database, "SELECT id FROM packages")) == statuses.count(200) + 1
    assert column(database, "PRAGMA integrity_check") == ["ok"]


def test_two_servers_and_the_command_line_share_a_file(tmp_path: Path, applied: Path) -> None:
    database = applied / ".pkgplan" / "local.db"
    customer = a_customer(applied)
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    order = {"customer_id": customer, "starting_at": "2025-10-01T00:00:00Z", "uniqueness_key": "order"}
    with (
        served_process(first, "--db", database) as one,
        served_process(second, "--db", database) as other,
        ThreadPoolExecutor(14) as clients,
    ):
        by_command = clients.submit(
            run_process, "-C", applied, "provision", "--customer", customer, "--alias", "Starter Plan",
            "--starting-at", "2025-10-01", "--uniqueness-key", "order", "--yes",
        )  # fmt: skip
        headers = {"idempotency-key": "once"}
        orders = [
            clients.submit(
                called,
                server,
                "POST",
                "/v1/contracts/create",
                json={**order, "package_alias": "Starter Plan"},
            )
            for server in (one, other) * 3
        ]
        customers = [
            clients.submit(called, server, "POST", "/v1/customers", json={"name": "Once"}, headers=headers)
            for server in (one, other) * 3
        ]
        codes = Counter(each.result().status_code for each in orders)
        codes[{0: 200, 2: 409}[by_command.result().returncode]] += 1
        made = {each.result().json()["data"]["id"] for each in customers if each.result().status_code == 200}
    assert codes == {200: 1, 409: 6}
    assert len(made) == 1
    assert len(column(database, "SELECT id FROM contracts")) == 1
    assert column(database, "SELECT id FROM customers WHERE name = 'Once'") == [*made]


def test_a_stop_under_load_cuts_no_answer_and_forgets_none(tmp_path: Path) -> None:
    database = tmp_path / "engine.db"
    acknowledged: list[str] = []
    cut: list[str] = []
    warm = threading.Event()

    def client(name: int) -> None:
        for count in range(10_000):
            alias = f"{name}-{count}"
            try:
                answer = called(
                    server, "POST", "/v1/customers", json={"name": "Load", "ingest_aliases": [alias]}
                )
            except (httpx.ConnectError, httpx.ReadError):
                return  # never accepted, or still in the backlog: no byte of an answer was sent
            except httpx.TransportError as error:
                # Accepted and closed unread is all right, too: below, nothing may have been done without an answer.
                if "without sending a response" not in str(error):
                    cut.append(repr(error))
                return
            assert answer.json()["data"]["ingest_aliases"] == [alias]
            acknowledged.append(alias)
            if len(acknowledged) > 60:
                warm.set()

    with served_process(tmp_path, "--db", database, "--quiet") as server:
        clients = [threading.Thread(target=client, args=(name,)) for name in range(6)]
        for each in clients:
            each.start()
        assert warm.wait(PATIENCE)
        assert server.stop() == 0
        for each in clients:
            each.join(PATIENCE)
    assert cut == []
    assert set(acknowledged) == {*column(database, "SELECT alias FROM ingest_aliases")}


@pytest.mark.parametrize("statements", [3, 9, 17, 31, 55])
def test_a_death_while_an_old_file_is_migrated_leaves_one_that_can_be(
    tmp_path: Path, statements: int
) -> None:
    database = tmp_path / "old.db"
    connection = sqlite3.connect(database, isolation_level=None)
    for statement in MIGRATIONS[0].split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    body = '{"id":"old","name":"Old"}'
    connection.execute(
        "INSERT INTO packages (id, created_at, request, body)"
        " VALUES ('old', '2025-01-01T00:00:00.000Z', ?, ?)",
        (body, body),
    )
    connection.close()
    script = (
        "import os, signal, sqlite3, sys\n"
        "from pathlib import Path\n"
        "from pkgplan.adapters.clocks import MillisecondClock\n"
        "from pkgplan.engine import Engine\n"
        "class Dying(sqlite3.Connection):\n"
        "    left = int(sys.argv[2])\n"
        "    def execute(self, *query):\n"
        "        Dying.left -= 1\n"
        "        Dying.left or os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return super().execute(*query)\n"
        "connect = sqlite3.connect\n"
        "sqlite3.connect = lambda *given, **named: connect(*given, factory=Dying, **named)\n"
        "Engine(Path(sys.argv[1]), MillisecondClock()).call('customers.list')\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", script, str(database), str(statements)],
        check=False,
        env=process_environment(),
    )
    assert died.returncode == -signal.SIGKILL
    with Engine(database, HandClock()) as engine:
        engine.call("customers.create", {"name": "New"})
        listed = engine.call("packages.list", {})["data"]
    assert isinstance(listed, list)
    assert len(listed) == 1
    assert column(database, "PRAGMA user_version") == [len(MIGRATIONS)]
    assert column(database, "PRAGMA integrity_check") == ["ok"]
