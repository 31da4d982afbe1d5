"""Faults on demand: their small language, and each kind with the official SDK as the client that meets it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import metronome
import pytest
from support.offline import a_package
from support.sdk_client import over_http
from support.served import Served, called, served

from pkgplan.engine.http.faults import Fault, parse_fault

if TYPE_CHECKING:
    from metronome import Metronome

    from pkgplan.engine import Engine

CREATE = "/v1/packages/create"


def packages(engine: Engine) -> list[Any]:
    data = engine.call("packages.list", {})["data"]
    assert isinstance(data, list)
    return data


def a_body(**changes: Any) -> dict[str, Any]:
    return a_package(**changes)


def retrying(server: Served) -> Metronome:
    return over_http(server.url).with_options(max_retries=2)


def create(server: Served) -> int:
    return called(server, "POST", CREATE, json=a_package()).status_code


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (f"POST {CREATE}: 500 after 1 in 5", Fault("POST", CREATE, 500, "after", 0, 5)),
        (f"POST {CREATE}: 500 before", Fault("POST", CREATE, 500)),
        ("* *: 429 before once", Fault("*", "*", 429, every=0)),
        ("GET *: delay 200 ms", Fault("GET", "*", seconds=0.2)),
        ("GET *: delay 2s 1 in 2", Fault("GET", "*", seconds=2, every=2)),
        (f"  POST  {CREATE} :  drop  after  ", Fault("POST", CREATE, None, "after")),
    ],
)
def test_a_line_is_a_fault(line: str, fault: Fault) -> None:
    assert parse_fault(line) == fault


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "expected METHOD PATH: ACTION"),
        (f"POST {CREATE}", "expected METHOD"),
        (f"POST {CREATE}: 500", "after"),
        (f"POST {CREATE}: 200 after", "400 to 599"),
        (f"POST {CREATE}: 500 during", "before"),
        (f"POST {CREATE}: 500 after 2 in 5", "1 in N"),
        (f"POST {CREATE}: 500 after 1 in 0", "1 in N"),
        (f"POST {CREATE}: 500 after twice", "once"),
        (f"post {CREATE}: 500 after", "expected METHOD"),
        ("GET *: delay 200", "delay N ms"),
        ("GET *: delay 0 ms", "a delay of nothing"),
        ("GET *: delay 3601 s", "an hour at most"),
        (f"GET {CREATE}: 500 after", f"there is no GET {CREATE}"),
        ("POST /v1/packages/creat: 500 after", f'did you mean "{CREATE}"?'),
        ("DELETE *: 500 after", "expected METHOD"),
    ],
)
def test_what_is_no_fault_is_told_why(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"fault|there is no") as caught:
        parse_fault(line)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("often", "struck"),
    [("", [1, 2, 3, 4, 5, 6]), ("once", [1]), ("1 in 3", [3, 6]), ("1 in 1", [1, 2, 3, 4, 5, 6])],
)
def test_requests_are_counted(engine: Engine, often: str, struck: list[int]) -> None:
    with served(engine, f"POST {CREATE}: 500 before {often}") as server:
        called(server, "POST", "/v1/packages/list", json={})
        assert [number for number in range(1, 7) if create(server) == 500] == struck


def test_a_fault_before_the_work_prevents_it_and_one_after_does_not(engine: Engine) -> None:
    with served(engine, f"POST {CREATE}: 503 before") as server:
        assert create(server) == 503
    assert packages(engine) == []
    with served(engine, f"POST {CREATE}: 503 after") as server:
        assert create(server) == 503
    assert len(packages(engine)) == 1


def test_several_faults_of_one_request(engine: Engine) -> None:
    with served(
        engine, "* *: delay 40 ms", "POST *: 502 after 1 in 2", "POST *: 500 before 1 in 3"
    ) as server:
        started = time.monotonic()
        assert [create(server) for _ in range(6)] == [200, 502, 500, 502, 200, 500]
        assert time.monotonic() - started > 6 * 0.04


def test_only_the_api_goes_wrong(engine: Engine) -> None:
    with served(engine, "* *: drop before") as server:
        assert [called(server, "GET", path).status_code for path in ("/", "/health", "/openapi.json")] == [
            200
        ] * 3


def test_a_conflict_on_demand_does_not_say_that_it_is_final(engine: Engine) -> None:
    with served(engine, "POST *: 409 before once") as server:
        assert retrying(server).v1.packages.create(**a_body()).data.id


def test_too_many_requests_are_tried_again_when_the_header_says(engine: Engine) -> None:
    with served(engine, "POST *: 429 before once") as server:
        raw = called(server, "POST", CREATE, json=a_package())
        assert raw.status_code == 429
        assert raw.headers["x-metronome-rate-limit-type"] == "client"
        assert raw.headers["retry-after"] == "1"
    with served(engine, "POST *: 429 before once") as server:
        assert retrying(server).v1.packages.create(**a_body()).data.id
    assert len(server.told) == 2


@pytest.mark.parametrize("fault", ["drop after once", "500 after once"])
def test_a_lost_answer_is_a_conflict_when_the_client_tries_again(engine: Engine, fault: str) -> None:
    with (
        served(engine, f"POST {CREATE}: {fault}") as server,
        pytest.raises(metronome.ConflictError) as caught,
    ):
        retrying(server).v1.packages.create(**a_body(uniqueness_key="one"))
    assert len(server.told) == 2, "a 409 of ours is not tried a third time"
    assert caught.value.body == {"message": "This uniqueness key has already been used."}
    assert len(packages(engine)) == 1


@pytest.mark.parametrize("fault", ["drop after once", "500 after once"])
def test_a_lost_answer_is_given_again_under_an_idempotency_key(engine: Engine, fault: str) -> None:
    with served(engine, f"POST {CREATE}: {fault}") as server:
        headers = {"Idempotency-Key": "one"}
        body = a_body(uniqueness_key="one")
        answer = retrying(server).v1.packages.create(**body, extra_headers=headers)
    (package,) = packages(engine)
    assert answer.data.id == package["id"]


def test_a_connection_dropped_before_the_work_is_tried_again(engine: Engine) -> None:
    with served(engine, f"POST {CREATE}: drop before once") as server:
        answer = retrying(server).v1.packages.create(**a_body())
    (package,) = packages(engine)
    assert answer.data.id == package["id"]


def test_a_dropped_connection_has_no_answer_at_all(engine: Engine) -> None:
    with served(engine, f"POST {CREATE}: drop after") as server:
        with pytest.raises(httpx.TransportError):
            create(server)
        assert called(server, "GET", "/health").status_code == 200
    assert '"status":null' in server.told[0]
    assert server.complaints == []
