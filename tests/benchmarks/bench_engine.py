"""The offline Metronome under load: requests a second and the 99th percentile, over HTTP, as clients see it.

Run with `make bench`, or `python tests/benchmarks/bench_engine.py 1000 10000`: how many packages are in the store.
Each figure is of CALLS calls from CLIENTS clients at once; the server is a process of its own with its file on disk,
and a create or provision that was answered is durable. It prints; it judges nothing. Compare the sizes of the store:
what grows with it is not linear in what it returns.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from pkgplan.engine import Engine, SeededReference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIENTS = 4
CALLS = 1000
FIXED, CARD = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000001"
START = "2025-10-01T00:00:00Z"


class Now:
    """The clock of the engine that fills the store."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def a_package(number: int) -> dict[str, Any]:
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
    }


def filled(path: Path, packages: int) -> None:
    with Engine(path, Now()) as engine:
        engine.seed([SeededReference("product", FIXED, "Credit", {"name": "Credit", "type": "FIXED"})])
        for number in range(packages):
            engine.call("packages.create", dict(a_package(number)))


@contextmanager
def server(path: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "pkgplan", "serve", "--port", "0", "--db", str(path), "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://[0-9.:]+", line):
                break
        else:
            raise SystemExit("the server did not start")
        try:
            yield found[0]
        finally:
            process.terminate()


def timed(call: Callable[[httpx.Client, int], httpx.Response], url: str, calls: int) -> str:
    """Requests a second and p99 of `calls` calls."""
    numbers = itertools.count()

    def client() -> list[float]:
        took = []
        with httpx.Client(base_url=url, timeout=60) as http:
            while (number := next(numbers)) < calls:
                started = time.perf_counter()
                answer = call(http, number)
                took.append(time.perf_counter() - started)
                assert answer.status_code == 200, answer.text
        return took

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        durations = sorted(itertools.chain.from_iterable(pool.map(lambda _: client(), range(CLIENTS))))
    elapsed = time.perf_counter() - began
    return f"{calls / elapsed:>8.0f} /s   p99 {durations[int(len(durations) * 0.99)] * 1000:>7.1f} ms"


def measure(packages: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "engine.db"
        filled(path, packages)
        with server(path) as url:
            with httpx.Client(base_url=url, timeout=60) as http:
                customer = http.post("/v1/customers", json={"name": "Bench"}).json()["data"]["id"]
                last = last_page(http)

            def provision(http: httpx.Client, number: int) -> httpx.Response:
                alias = f"Plan {number % packages}"
                body = {"customer_id": customer, "package_alias": alias, "starting_at": START}
                return http.post("/v1/contracts/create", json=body)

            def create(http: httpx.Client, number: int) -> httpx.Response:
                return http.post("/v1/packages/create", json=a_package(packages + number))

            def listed(cursor: str | None) -> Callable[[httpx.Client, int], httpx.Response]:
                query = {"limit": "100", **({} if cursor is None else {"next_page": cursor})}
                return lambda http, _: http.post("/v1/packages/list", params=query, json={})

            for name, call in {
                "create": create,
                "list, first 100": listed(None),
                "list, last page": listed(last),
                "provision": provision,
            }.items():
                print(f"{packages:>6} packages   {name:<16} {timed(call, url, CALLS)}", flush=True)


def last_page(http: httpx.Client) -> str | None:
    """The cursor of the last full page, by going through all of them."""
    cursors: list[str | None] = [None]
    while True:
        query = {"limit": "100", **({} if cursors[-1] is None else {"next_page": cursors[-1]})}
        answer = http.post("/v1/packages/list", params=query, json={}).json()
        if answer["next_page"] is None:
            return cursors[-1]
        cursors.append(answer["next_page"])


if __name__ == "__main__":
    for size in [int(word) for word in sys.argv[1:]] or [1000, 10000]:
        measure(size)
