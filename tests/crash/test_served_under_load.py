"""A served engine killed with SIGKILL under load: what it acknowledged is there, and nothing is there twice.

Eight clients send two thousand mixed requests. Twice the server dies under them and comes back on the same file; what
was not answered is sent again under its uniqueness key, as a careful client does, so each thing is made exactly once.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from support.offline import CREDIT, REFERENCES, HandClock
from support.sdk_client import TOKEN
from support.served import served_process
from support.work import PATIENCE

from pkgplan.engine import Engine
from pkgplan.model.canonical import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLIENTS = 8
REQUESTS = 2000
KILLED_AFTER = (600, 1300)
START = "2025-10-01T00:00:00Z"

pytestmark = pytest.mark.slow


@dataclass(slots=True)
class Acknowledged:
    """What the server said was done."""

    packages: dict[str, str] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    contracts: dict[str, str] = field(default_factory=dict)
    tiers: dict[str, str] = field(default_factory=dict)
    answers: int = 0


class Site:
    """The server as its clients see it: now and then gone, back at another address."""

    def __init__(self) -> None:
        self.url = ""
        self.up = threading.Event()
        self.acknowledged = Acknowledged()
        self.lock = threading.Lock()
        self.left = REQUESTS

    def take(self) -> bool:
        """Whether there is another request to send."""
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def answered(self) -> int:
        with self.lock:
            return self.acknowledged.answers


class Client:
    """One client with customers and packages of its own, so that it knows what to expect."""

    def __init__(self, site: Site, number: int) -> None:
        self.site, self.number = site, number
        self.random = random.Random(number)
        headers = {"authorization": f"Bearer {TOKEN}"}
        self.http = httpx.Client(headers=headers, timeout=PATIENCE, trust_env=False)
        self.count = 0
        self.customers: list[str] = []
        self.packages: list[str] = []
        self.contracts: list[str] = []

    def work(self) -> None:
        with self.http:
            self.send_all()

    def send_all(self) -> None:
        while self.site.take():
            self.count += 1
            possible: list[Callable[[], None]] = [self.make_package, self.make_package, self.list_packages]
            if not self.customers:
                possible = [self.make_customer]
            elif self.packages:
                possible += [
                    self.provision,
                    self.provision,
                    self.tag,
                    self.archive,
                    self.read,
                    self.make_customer,
                ]
            self.random.choice(possible)()
            with self.site.lock:
                self.site.acknowledged.answers += 1

    def make_customer(self) -> None:
        alias = f"alias-{self.number}-{self.count}"
        answer = self.send("/v1/customers", {"name": "Load", "ingest_aliases": [alias]}, conflict=True)
        customer = answer["conflicting_id"] if "conflicting_id" in answer else answer["data"]["id"]
        self.customers.append(customer)
        with self.site.lock:
            self.site.acknowledged.customers.add(customer)

    def make_package(self) -> None:
        key = f"package-{self.number}-{self.count}"
        body = {
            "name": key,
            "uniqueness_key": key,
            "aliases": [{"name": key, "starting_at": START}],
            "credits": [
                {
                    "product_id": CREDIT,
                    "access_schedule": {
                        "schedule_items": [
                            {
                                "amount": 100,
                                "starting_at_offset": {"value": 0, "unit": "DAYS"},
                                "duration": {"value": 7, "unit": "DAYS"},
                            }
                        ]
                    },
                }
            ],
        }
        answer = self.send("/v1/packages/create", body, conflict=True)
        with self.site.lock:
            self.site.acknowledged.packages[key] = answer["data"]["id"] if "data" in answer else ""
        self.packages.append(key)

    def provision(self) -> None:
        key = f"contract-{self.number}-{self.count}"
        body = {
            "customer_id": self.random.choice(self.customers),
            "package_alias": self.random.choice(self.packages),
            "starting_at": START,
            "uniqueness_key": key,
        }
        answer = self.send("/v1/contracts/create", body, conflict=True)
        with self.site.lock:
            self.site.acknowledged.contracts[key] = answer["data"]["id"] if "data" in answer else ""

    def archive(self) -> None:
        """What was archived is provisioned no more, so the client forgets it."""
        key = self.packages.pop(self.random.randrange(len(self.packages)))
        package_id = self.site.acknowledged.packages[key]
        if package_id:
            self.send("/v1/packages/archive", {"package_id": package_id}, conflict=True)
            with self.site.lock:
                self.site.acknowledged.archived.add(package_id)

    def tag(self) -> None:
        customer, tier = self.random.choice(self.customers), str(self.count)
        body = {"entity": "customer", "entity_id": customer, "custom_fields": {"tier": tier}}
        self.send("/v1/customFields/setValues", body)
        with self.site.lock:
            self.site.acknowledged.tiers[customer] = tier

    def read(self) -> None:
        customer = self.random.choice(self.customers)
        assert isinstance(self.send("/v2/contracts/list", {"customer_id": customer})["data"], list)

    def list_packages(self) -> None:
        assert isinstance(self.send("/v1/packages/list", {})["data"], list)

    def send(self, path: str, body: dict[str, Any], *, conflict: bool = False) -> dict[str, Any]:
        """Send until there is an answer; a conflict says that an earlier try had been done."""
        while True:
            assert self.site.up.wait(PATIENCE), "the server does not come back"
            try:
                answer = self.http.post(self.site.url + path, json=body)
            except httpx.TransportError:
                time.sleep(0.02)
                continue
            if answer.status_code == 200:
                return dict(answer.json())
            assert conflict, answer.text
            assert answer.status_code in {409, 422}, answer.text
            return dict(answer.json())


def test_no_acknowledged_write_is_lost(tmp_path: Path) -> None:
    database = tmp_path / "engine.db"
    with Engine(database, HandClock()) as engine:
        engine.seed(REFERENCES)
        engine.call(
            "custom_fields.add_key", {"entity": "customer", "key": "tier", "enforce_uniqueness": False}
        )
    site = Site()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(Client(site, number).work) for number in range(CLIENTS)]
        for limit in (*KILLED_AFTER, None):
            with served_process(tmp_path, "--db", database, "--quiet") as server:
                site.url = server.url
                site.up.set()
                live_until(site, clients, limit)
                site.up.clear()
                server.kill()
        assert site.answered() == REQUESTS
        for client in clients:
            client.result()
    check(database, site.acknowledged)


def live_until(site: Site, clients: list[Any], limit: int | None) -> None:
    """Wait until so many were answered, or without a limit until all clients are done."""
    while any(not client.done() for client in clients):
        if limit is not None and site.answered() >= limit:
            return
        time.sleep(0.005)


def check(database: Path, acknowledged: Acknowledged) -> None:
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert acknowledged.packages
    assert acknowledged.archived
    assert acknowledged.contracts
    assert acknowledged.tiers
    with Engine(database, HandClock()) as engine:
        packages: dict[str, dict[str, Any]] = {}
        query: dict[str, Any] = {"limit": 100}
        while True:
            page = engine.call("packages.list", {"archive_filter": "ALL"}, query=query)
            for each in map(as_object, as_list(page["data"])):
                key = str(each["uniqueness_key"]).removeprefix("package:")
                assert key not in packages
                packages[key] = dict(each)
            if page["next_page"] is None:
                break
            query["next_page"] = page["next_page"]
        assert packages.keys() == acknowledged.packages.keys()
        for key, package_id in acknowledged.packages.items():
            assert package_id in {"", packages[key]["id"]}
        archived = {package["id"] for package in packages.values() if "archived_at" in package}
        assert archived == acknowledged.archived
        contracts: dict[str, object] = {}
        for customer in acknowledged.customers:
            found = as_object(engine.call("customers.get", path={"customer_id": customer})["data"])
            assert as_object(found["custom_fields"]).get("tier") == acknowledged.tiers.get(customer)
            query = {"customer_id": customer, "limit": 20}
            while True:
                page = engine.call("contracts_v2.list", dict(query))
                for each in map(as_object, as_list(page["data"])):
                    assert each["uniqueness_key"] not in contracts
                    contracts[str(each["uniqueness_key"])] = each["id"]
                if page["cursor"] is None:
                    break
                query["cursor"] = page["cursor"]
        assert contracts.keys() == acknowledged.contracts.keys()
        for key, contract_id in acknowledged.contracts.items():
            assert contract_id in {"", contracts[key]}
