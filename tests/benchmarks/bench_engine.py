"""The offline Metronome under load: requests a second and the 99th percentile, as clients see it and without HTTP.

Run with `make bench`, or `python tests/benchmarks/bench_engine.py 1000 10000`: how many packages are in the store.
"http" rows: CALLS calls from CLIENTS clients at once; the server is a process of its own with its file on disk, and a
create or provision that was answered is durable. "call" rows: the same calls one by one to an engine on that file in
this process, so that the difference is HTTP, threads and waiting. CPU is what the process that did the work used for
one call, whatever else the machine was doing. It prints; it judges nothing. Compare the sizes of the store: what grows
with it is not linear in what it returns.

The store is filled by the same calls in memory and copied to the disk, only because that waits for no disk.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pkgplan.engine import Engine, SeededReference
from pkgplan.engine.registry import OPERATIONS
from pkgplan.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Do = Callable[["Call"], dict[str, Any]]

CLIENTS = 4
CALLS = 500
COHORT = 1000  # contracts of one package
LINES = 1000  # rates of one card
HISTORY = 2000  # windows of one alias, if there are as many packages
PROC = Path("/proc")

FIXED, CARD = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000001"
METRIC = "44444444-0000-4000-8000-000000000001"
START = "2025-10-01T00:00:00Z"
# History is ahead of the clock, so that no window is cut at the present.
FIRST = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, which can be sent to a server or to an engine."""

    operation: str
    body: dict[str, Any]
    query: dict[str, Any] = field(default_factory=dict)


class Now:
    """The clock of the engines in this process."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def hour(number: int) -> str:
    return format_instant(FIRST + timedelta(hours=number))


def a_package(number: int, **more: Any) -> dict[str, Any]:
    return {
        "name": f"Package {number}",
        "uniqueness_key": f"bench-{number}",
        "aliases": [{"name": f"Plan {number}", "starting_at": START}],
        "duration": {"value": 12, "unit": "MONTHS"},
        "recurring_credits": [
            {
                "product_id": FIXED,
                "access_amount": {"unit_price": 1000, "quantity": 1},
                "priority": 1,
                "commit_duration": {"value": 1, "unit": "PERIODS"},
                "starting_at_offset": {"value": 0, "unit": "MONTHS"},
                "duration": {"value": 3, "unit": "MONTHS"},
            }
        ],
        **more,
    }


def on_history(number: int, window: int) -> dict[str, Any]:
    """A package that takes the one alias over that many others had."""
    own = {"name": f"Plan {number}", "starting_at": START}
    return a_package(number, aliases=[own, {"name": "History", "starting_at": hour(window)}])


def references() -> Iterator[SeededReference]:
    yield SeededReference("product", FIXED, "Credit", {"type": "FIXED"})
    yield SeededReference("billable_metric", METRIC, "Usage", {"aggregation_type": "COUNT"})
    ids = [f"55555555-0000-4000-8000-{number:012}" for number in range(LINES)]
    for number, id_ in enumerate(ids):
        body: dict[str, Any] = {"type": "USAGE", "billable_metric_id": METRIC}
        yield SeededReference("product", id_, f"Usage {number}", body)
    rate: dict[str, Any] = {"starting_at": START, "entitled": True, "rate_type": "FLAT", "price": 100}
    yield SeededReference("rate_card", CARD, "Card", {"rates": [{**rate, "product_id": id_} for id_ in ids]})


@dataclass(frozen=True, slots=True)
class Filled:
    """What the rows refer to."""

    packages: int
    customer: str
    package: str
    contract: str

    @property
    def windows(self) -> int:
        return min(HISTORY, self.packages)


def filled(path: Path, packages: int) -> Filled:
    with Engine(":memory:", Now()) as engine:
        engine.seed(references())
        for number in range(packages):
            body = on_history(number, number) if number < HISTORY else a_package(number)
            engine.call("packages.create", body)
        customer = made(engine.call("customers.create", {"name": "Bench"}))
        package = made(engine.call("packages.create", {"name": "Cohort", "rate_card_id": CARD}))
        body = {"customer_id": customer, "package_id": package, "starting_at": START}
        contracts = [made(engine.call("contracts.create", {**body})) for _ in range(COHORT)]
        with engine.reading() as connection:
            connection.backup(file := sqlite3.connect(path))
        file.close()
    return Filled(packages, customer, package, contracts[0])


def made(answer: Any) -> str:
    return str(answer["data"]["id"])


def rows(store: Filled, last: str) -> dict[str, Callable[[int], Call]]:
    """What is measured, by name; each takes the number of the call, which no other row has."""
    contract = {"customer_id": store.customer, "contract_id": store.contract}

    def provision(alias: str, start: str) -> Call:
        body = {"customer_id": store.customer, "package_alias": alias, "starting_at": start}
        return Call("contracts.create", body)

    def page(operation: str, body: dict[str, Any], **query: Any) -> Call:
        return Call(operation, body, {"limit": "100", **query})

    return {
        "create": lambda n: Call("packages.create", a_package(store.packages + n)),
        "create, long history": lambda n: Call(
            "packages.create", on_history(store.packages + n, store.windows + n)
        ),
        "list, first 100": lambda _: page("packages.list", {}),
        "list, last 100": lambda _: page("packages.list", {}, next_page=last),
        "provision": lambda n: provision(f"Plan {n % store.packages}", START),
        "provision, long history": lambda n: provision("History", hour(n % store.windows)),
        "contract v2": lambda _: Call("contracts_v2.get", {**contract, "include_balance": True}),
        "cohort, 100 of 1,000": lambda _: page("packages.list_contracts", {"package_id": store.package}),
        "rate schedule, 100 of 1,000": lambda _: page("contracts.rate_schedule", {**contract, "at": START}),
    }


def last_cursor(do: Do) -> str:
    """The cursor of the last full page."""
    cursors = [""]
    while True:
        query = {"limit": "100", **({"next_page": cursors[-1]} if cursors[-1] else {})}
        cursor = do(Call("packages.list", {}, query))["next_page"]
        if cursor is None:
            return cursors[-2]
        cursors.append(cursor)


@contextmanager
def server(path: Path) -> Iterator[tuple[int, str]]:
    """The number of the process, and where it listens."""
    command = [sys.executable, "-m", "pkgplan", "serve", "--port", "0", "--db", str(path), "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://([0-9.:]+)", line):
                break
        else:
            raise SystemExit("the server did not start")
        try:
            yield process.pid, found[1]
        finally:
            process.terminate()


def over_http(address: str) -> Do:
    """One client with one connection."""
    connection = HTTPConnection(address, timeout=60)

    def do(call: Call) -> dict[str, Any]:
        operation = OPERATIONS[call.operation]
        path = f"{operation.path}?{urlencode(call.query)}"
        headers = {"content-type": "application/json"}
        connection.request(operation.method, path, json.dumps(call.body).encode(), headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        return dict(json.loads(content))

    return do


def directly(engine: Engine) -> Do:
    def do(call: Call) -> dict[str, Any]:
        return engine.call(call.operation, call.body, query=call.query)

    return do


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used; nan where the system does not tell."""
    if pid == os.getpid():
        return time.process_time()
    try:
        after_name = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


def timed(call_of: Callable[[int], Call], clients: list[Do], numbers: Iterator[int], pid: int) -> str:
    """Requests a second, p99 and processor time of CALLS calls."""
    wanted = iter(range(CALLS))

    def client(do: Do) -> list[float]:
        took = []
        for _ in wanted:
            call = call_of(next(numbers))
            started = time.perf_counter()
            do(call)
            took.append(time.perf_counter() - started)
        return took

    used, began = cpu(pid), time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        durations = sorted(itertools.chain.from_iterable(pool.map(client, clients)))
    elapsed = time.perf_counter() - began
    used = cpu(pid) - used
    return (
        f"{CALLS / elapsed:>7.0f} /s   p99 {durations[int(CALLS * 0.99)] * 1000:>7.1f} ms"
        f"   CPU {used / CALLS * 1000:>5.1f} ms"
    )


def measure(packages: int) -> None:
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "engine.db"
        began = time.perf_counter()
        store = filled(path, packages)
        print(f"{packages:>6} packages: filled in {time.perf_counter() - began:.0f} s", flush=True)

        def show(kind: str, clients: list[Do], pid: int) -> None:
            for name, call_of in rows(store, last_cursor(clients[0])).items():
                told = timed(call_of, clients, numbers, pid)
                print(f"{packages:>6}   {kind}   {name:<27} {told}", flush=True)

        with server(path) as (pid, address):
            show("http", [over_http(address) for _ in range(CLIENTS)], pid)
        with Engine(path, Now()) as engine:
            show("call", [directly(engine)], os.getpid())


if __name__ == "__main__":
    for size in [int(word) for word in sys.argv[1:]] or [1000, 10000]:
        measure(size)
